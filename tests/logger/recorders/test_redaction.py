import pytest

from prov4ml.redaction import hide_credentials, redact_arguments, redact_command


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["train.py", "--token", "hf_x", "--epochs", "3"], ["train.py", "--token", "***", "--epochs", "3"]),
        (["--hf-token=abc"], ["--hf-token=***"]),
        (["--apiKey=abc", "--API_KEY", "abc"], ["--apiKey=***", "--API_KEY", "***"]),
        (["--aws_secret_access_key", "abc"], ["--aws_secret_access_key", "***"]),
        (["db.password=abc", "WANDB_API_KEY=abc"], ["db.password=***", "WANDB_API_KEY=***"]),
        (["--use-auth-token", "--epochs", "3"], ["--use-auth-token", "--epochs", "3"]),
        (["--tokenizer", "bert", "--max-tokens", "9"], ["--tokenizer", "bert", "--max-tokens", "9"]),
        (["--keypoints=17", "--monitor", "loss"], ["--keypoints=17", "--monitor", "loss"]),
        (["--url=https://me:pw@host/x"], ["--url=https://***@host/x"]),
        (["s3://key:secret@host", "a@b.org", ""], ["s3://***@host", "a@b.org", ""]),
    ],
)
def test_arguments(given, kept):
    assert redact_arguments(given) == kept


def test_command_keeps_its_white_space():
    assert redact_command("python  t.py\t--password hunter2 \n") == "python  t.py\t--password *** \n"


def test_an_address_without_credentials_stays():
    assert hide_credentials("see https://host/a?b=c@d") == "see https://host/a?b=c@d"


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("t.py --password 'my secret' --lr 1", "t.py --password '***' --lr 1"),
        ('t.py --password="my secret" --name "a b"', 't.py --password=*** --name "a b"'),
        ("t.py '--password=my secret'", "t.py '--password=***'"),
        (
            "curl -H 'Authorization: Bearer abc.def' https://h/x",
            "curl -H 'Authorization: Bearer ***' https://h/x",
        ),
        ("t.py --it's", "t.py --it's"),
    ],
)
def test_quoted_arguments_are_hidden_whole(command, kept):
    assert redact_command(command) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://h/x?token=abc&size=3", "https://h/x?token=***&size=3"),
        ("https://h/x?size=3&X-Amz-Signature=abc#top", "https://h/x?size=3&X-Amz-Signature=***#top"),
        ("--url=https://h/x?api_key=abc", "--url=https://h/x?api_key=***"),
        ("Authorization: Bearer abc", "Authorization: Bearer ***"),
        ("{'authorization': 'Basic abc'}", "{'authorization': 'Basic ***'}"),
        ("basic training", "basic training"),
        ("https://h/x?tokens=9&key=", "https://h/x?tokens=9&key="),
    ],
)
def test_secrets_in_addresses_and_headers(text, kept):
    assert hide_credentials(text) == kept
    assert redact_arguments([text]) == [kept]
