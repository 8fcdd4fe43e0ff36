"""Likely secrets in what was logged: said with their place, never shown, refused on demand."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.crate import CrateOptions, build_crate, without_people
from prov4ml_packager.crate.archive import members
from prov4ml_packager.crate.privacy import secret_search
from prov4ml_packager.crate.privacy.secret_scanner import SecretScanner, start_scanner
from prov4ml_packager.end_of_run import package
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize import finalize
from prov4ml_packager.reader import read_run
from prov4ml_packager.record import RunRecord
from tests.reader.raw_writer import RawRank, copied_file, make_run

# Put together here, since a scanner that looks at this file is to find none.
HUGGING_FACE = "hf_" + "qPzRkTvXwYbNcMdLfGjHkJsDaUiOpEwQrT"
GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
AWS = "AKIA" + "QYLPMN5HFIQR7XYA"
AWS_SECRET = "kTmFq9zR4wX0yB7cD2" + "eH5jL8nP1sV3uA6gKiOoQr"
WANDB = "3f7a1b2c4d5e6f708192" + "a3b4c5d6e7f809a1b2c3"
PRIVATE_KEY = (
    "-----BEGIN RSA PRIVATE" + " KEY-----\n"
    "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF0pm1yqQ5n0v8F2Tx7p1Zz9bJx1k\n"
    "qj7lq8hZ5dM7XqBhjkIuYt6R5e4W3q2A1s0ZxCvBnMlKjHgFdSaPoIuYtReWqM9k\n"
    "-----END RSA PRIVATE" + " KEY-----\n"
)
DEFAULTS = CrateOptions()
PASSWORD = "pa55" + "phrase-of-mine"


def logged_run(path: Path, files: dict[str, bytes], **parameters: Any) -> RunRecord:
    """Write and finalize a run that logged files and parameters."""
    run = make_run(path)
    rank = RawRank(run)
    for key, value in parameters.items():
        rank.param(key, "json" if isinstance(value, (dict, list)) else "str", value)
    for name, content in files.items():
        rank.artifact(name, copied_file(run, name, content))
    rank.end()
    return finalize(run).record


def said(record: RunRecord, target: Path, options: CrateOptions = DEFAULTS) -> list[str]:
    """Return what is said of secrets while a crate is built."""
    lines: list[str] = []
    build_crate([record], target, options, note=lines.append, warn=lines.append)
    return [line for line in lines if "secret" in line or "whoever" in line]


AFTER = (
    "whoever gets the crate gets these: revoke what is real; kingfisher:ignore in a comment marks a line "
    "that holds none"
)


def test_each_finding_names_file_line_and_kind_and_never_the_secret(tmp_path: Path) -> None:
    files = {
        "train.py": f"import os\n\nlogin(token='{HUGGING_FACE}')\n".encode(),
        ".env": f"AWS_ACCESS_KEY_ID={AWS}\nAWS_SECRET_ACCESS_KEY={AWS_SECRET}\nDB_PWD={PASSWORD}\n".encode(),
        "conf/config.yaml": f"db:\n  password: {PASSWORD}\n  url: postgres://ada:{PASSWORD}@db.lab/x\n".encode(),
        "setup.json": json.dumps({"wandb_api_key": WANDB, "client_secret": AWS_SECRET}, indent=1).encode(),
        "notebook.py": f"os.environ['WANDB_API_KEY'] = '{WANDB[::-1]}'\n".encode(),
        "key.pem": PRIVATE_KEY.encode(),
        "work.ipynb": json.dumps({"cells": [{"source": [f'token = "{GITHUB}"\n']}]}, indent=1).encode(),
    }  # fmt: skip
    record = logged_run(tmp_path / "run", files)
    lines = said(record, tmp_path / "c.zip")
    artifacts = record.directory / "artifacts"
    assert lines == [
        f"{artifacts}/.env: line 1: likely secret (aws access token)",
        f"{artifacts}/.env: line 2: likely secret (key or token)",
        f"{artifacts}/.env: line 3: likely secret (password)",
        f"{artifacts}/conf/config.yaml: line 2: likely secret (password)",
        f"{artifacts}/conf/config.yaml: line 3: likely secret (password in a URL)",
        f"{artifacts}/key.pem: line 1: likely secret (private key)",
        f"{artifacts}/notebook.py: line 1: likely secret (key or token)",
        f"{artifacts}/setup.json: line 2: likely secret (weights and biases api key)",
        f"{artifacts}/setup.json: line 3: likely secret (key or token)",
        f"{artifacts}/train.py: line 3: likely secret (huggingface access token)",
        f"{artifacts}/work.ipynb: line 5: likely secret (github pat)",
        AFTER,
    ]
    assert not any(
        one in line for one in (HUGGING_FACE, GITHUB, AWS, AWS_SECRET, WANDB, PASSWORD) for line in lines
    )
    assert (tmp_path / "c.zip").exists()


def test_parameters_tags_values_and_commands_are_searched(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run, command=["train.py", HUGGING_FACE])
    rank.param("note", "str", f"first\n{GITHUB}\n{GITHUB}")
    rank.param("settings", "json", {"deep": [{"token": HUGGING_FACE}]})
    rank.param("password", "str", PASSWORD)
    rank.event("tag", key="key", value={"type": "str", "value": PRIVATE_KEY})
    rank.event("input", number=1, value={"type": "str", "value": GITHUB}, file=None)
    rank.event("command", command=f"login {GITHUB}", path=None)
    rank.end("failed", error={"type": "OSError", "message": f"no {GITHUB}", "traceback": None})
    record = finalize(run).record
    assert said(record, tmp_path / "c.zip") == [
        f"{run}: parameter 'note': likely secret (github pat)",
        f"{run}: parameter 'settings': likely secret (huggingface access token)",
        f"{run}: parameter 'password': likely secret (password)",
        f"{run}: tag 'key': likely secret (private key)",
        f"{run}: input '1': likely secret (github pat)",
        f"{run}: command line: likely secret (huggingface access token)",
        f"{run}: command: likely secret (github pat)",
        f"{run}: error: likely secret (github pat)",
        AFTER,
    ]


NO_SECRETS = """commit 0123456789abcdef0123456789abcdef01234567
sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
uuid: 5f0c9c1e-3a34-4a1b-9d35-0f3b8a1f2c77
password = os.environ["PASSWORD_2"]
password = getpass.getpass("Password 2: ")
password: ${DB_PASSWORD1}
"password": "your-password-1"
api_key = "sk-xxxxxxxxxxxxxxxxxxxxxxxx1"
tokenizer = "bert-base-uncased-2024"
token: <your token 1234567890>
secret_key = settings.SECRET_KEY_2
auth_token = make_token_of_user_2(3)
max_tokens = 4096
keypoints = [0.123456789, 0.987654321, 12345678901234567890]
weights = "d2VpZ2h0cyBvZiBhIG1vZGVsIHRoYXQgd2FzIHRyYWluZWQ="
postgres://$USER:$PASSWORD@localhost/db
"""


def test_digests_and_placeholders_are_no_secrets(tmp_path: Path) -> None:
    files = {"notes.txt": NO_SECRETS.encode(), "train.py": NO_SECRETS.encode()}
    parameters = {
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "sha256": "ab" * 32,
        "tokenizer": "bert-2",
    }
    record = logged_run(tmp_path / "run", files, **parameters)
    assert said(record, tmp_path / "c.zip", CrateOptions(with_raw=True)) == []


def test_what_is_no_text_and_lines_marked_as_false_alarms_are_passed_over(tmp_path: Path) -> None:
    files = {
        "weights.bin": b"\0\1" + HUGGING_FACE.encode(),
        "logs.gz": HUGGING_FACE.encode(),
        "train.py": f"token = '{HUGGING_FACE}'  # kingfisher:ignore\n".encode(),
    }
    assert said(logged_run(tmp_path / "run", files), tmp_path / "c.zip") == []


def test_refused_secrets_are_listed_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = logged_run(tmp_path / "run", {"train.py": f"\ntoken = '{HUGGING_FACE}'\n".encode()}, note=GITHUB)
    target = tmp_path / "c.zip"
    target.write_bytes(b"the old one")
    assert run_command(["crate", str(record.directory), "-o", str(target), "--secrets", "refuse"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"prov4ml-pack: warning: {record.directory}: parameter 'note': likely secret (github pat)\n"
        f"prov4ml-pack: warning: {record.directory}/artifacts/train.py: line 2: likely secret (huggingface "
        "access token)\n"
        "prov4ml-pack: error: 2 likely secrets in what would be packed; nothing was written; log the run "
        "without and revoke what is real, or choose --secrets warn\n"
    )
    assert target.read_bytes() == b"the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.zip", "run"]


def test_nobody_looks_where_they_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = logged_run(tmp_path / "run", {"train.py": HUGGING_FACE.encode()})
    monkeypatch.setattr(SecretScanner, "find", lambda *_: pytest.fail("searched"))
    assert said(record, tmp_path / "c.zip", CrateOptions(secrets="ignore")) == []


def test_the_bytes_of_a_crate_do_not_tell_whether_it_was_searched(tmp_path: Path) -> None:
    record = logged_run(tmp_path / "run", {"train.py": HUGGING_FACE.encode()})
    crates = [
        build_crate([record], tmp_path / f"{policy}.zip", CrateOptions(secrets=policy)).read_bytes()
        for policy in ("warn", "ignore")
    ]
    assert crates[0] == crates[1]


def test_secrets_among_many_small_files_are_found(tmp_path: Path) -> None:
    line = b"step,loss,accuracy of the model that is trained\n" * 100
    files = {f"logs/{number}.{'txt' if number % 2 else 'csv'}": line for number in range(700)}
    files |= {"logs/333.txt": line + GITHUB.encode(), "logs/90.csv": HUGGING_FACE.encode()}
    run = make_run(tmp_path / "run")
    for name, content in files.items():
        (run / "artifacts" / name).parent.mkdir(parents=True, exist_ok=True)
        (run / "artifacts" / name).write_bytes(content)
    folder = {"path": "artifacts/logs", "original": "/home/ada/logs", "kind": "directory"}
    rank = RawRank(run)
    rank.artifact("logs", {**folder, "size": 1, "sha256": None, "files": 700})
    rank.end()
    assert said(finalize(run).record, tmp_path / "c.zip") == [
        f"{run}/artifacts/logs/333.txt: line 101: likely secret (github pat)",
        f"{run}/artifacts/logs/90.csv: line 1: likely secret (huggingface access token)",
        AFTER,
    ]


@pytest.mark.parametrize("policy", ["warn", "refuse"])
def test_secrets_anywhere_in_large_files_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Any
) -> None:
    monkeypatch.setattr(members, "SMALL", 1_000)
    monkeypatch.setattr(secret_search, "WINDOW", 10_000)
    monkeypatch.setattr(secret_search, "LARGEST_LOOKED_THROUGH", 50_000)
    line = b"x" * 49 + b"\n"
    # Over the first border of two windows, well behind it, and behind what a warning looks at.
    pieces = [line * 199, b"x" * 30, f" {GITHUB}\n".encode(), line * 300, f"{GITHUB}\n".encode(), line * 900]
    record = logged_run(tmp_path / "run", {"log.txt": b"".join([*pieces, f"{GITHUB}\n".encode()])})
    path = f"{record.directory}/artifacts/log.txt"
    lines: list[str] = []
    options = CrateOptions(secrets=policy)
    build: Callable[[], Path] = lambda: build_crate(  # noqa: E731
        [record], tmp_path / "c.zip", options, note=lines.append, warn=lines.append
    )
    if policy == "refuse":
        with pytest.raises(PackagerError, match=r"^3 likely secrets in what would be packed; "):
            build()
        assert [line.partition(": likely")[0] for line in lines] == [
            f"{path}: line {number}" for number in (200, 501, 1402)
        ]
    else:
        build()
        assert lines[:2] == [f"{path}: line {number}: likely secret (github pat)" for number in (200, 501)]
        assert (
            "1 file was searched for secrets in the first 16 MiB only; --secrets refuse searches everything"
            in lines
        )


def test_a_search_that_takes_too_long_ends_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_search, "LONGEST_SEARCH", 0.0)
    record = logged_run(tmp_path / "run", {"a.py": HUGGING_FACE.encode(), "b.py": GITHUB.encode()})
    assert said(record, tmp_path / "c.zip") == [
        "2 files were not searched for secrets to the end, since 60 s were over; "
        "--secrets refuse takes its time"
    ]


def test_without_the_extra_a_crate_is_made_unless_secrets_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prov4ml_packager.crate.privacy.secret_policy.has_scanner", lambda: False)
    record = logged_run(tmp_path / "run", {"train.py": HUGGING_FACE.encode()})
    line = "not searched for secrets: the extra is not installed; run: pip install 'prov4ml[secrets]'"
    assert said(record, tmp_path / "c.zip") == [line]
    with pytest.raises(PackagerError) as error:
        build_crate([record], tmp_path / "d.zip", CrateOptions(secrets="refuse"))
    assert str(error.value) == line
    assert not (tmp_path / "d.zip").exists()


def test_a_redacted_crate_is_searched_and_the_run_named(tmp_path: Path) -> None:
    run = make_run(tmp_path / "ada_run")
    rank = RawRank(run, user="ada")
    rank.param("note", "str", GITHUB)
    rank.artifact("x", copied_file(run, "of_ada.py", HUGGING_FACE.encode()))
    rank.end()
    lines = said(finalize(run).record, tmp_path / "c.zip", without_people(CrateOptions()))
    assert lines[:2] == [
        f"{run}: parameter 'note': likely secret (github pat)",
        f"{run}/artifacts/of_ada.py: line 1: likely secret (huggingface access token)",
    ]


def test_at_the_end_of_a_run_findings_are_warnings_of_the_logger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".git").mkdir()  # where the search for a configuration ends
    monkeypatch.chdir(tmp_path)
    run = logged_run(tmp_path / "run", {"a.py": HUGGING_FACE.encode()}).directory
    package(run, graph=False, svg=False, crate=True, card=False)
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        f"prov4ml: {run}/artifacts/a.py: line 1: likely secret (huggingface access token)"
    ]
    assert (tmp_path / "run.zip").exists()


def test_the_run_may_be_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logged_run(tmp_path / "run", {"a.py": HUGGING_FACE.encode(), "b.txt": GITHUB.encode() + b"\n" * 100_000})
    monkeypatch.chdir(tmp_path / "run")
    assert said(read_run(Path()), tmp_path / "c.zip")[:2] == [
        "artifacts/a.py: line 1: likely secret (huggingface access token)",
        "artifacts/b.txt: line 1: likely secret (github pat)",
    ]


def test_an_unknown_policy_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "crate.toml").write_text('secrets = "shout"\n')
    arguments = ["crate", "run", "-o", str(tmp_path / "c.zip"), "--config", str(tmp_path / "crate.toml")]
    assert run_command(arguments) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {tmp_path / 'crate.toml'}: secrets 'shout' is not known; "
        "choose warn or refuse or ignore\n"
    )


def test_a_crate_of_our_own_products_has_no_secret(tmp_path: Path) -> None:
    """Manifest, provenance and stores are full of digests, and are not what the search is for."""
    record = logged_run(tmp_path / "run", {"a.txt": b"plain"})
    crate = build_crate([record], tmp_path / "c.zip", CrateOptions())
    scanner = start_scanner().result()
    with zipfile.ZipFile(crate) as archive:
        found = {name: scanner.find(archive.read(name), name) for name in archive.namelist()}
    assert {name: kinds for name, kinds in found.items() if kinds} == {}


@pytest.fixture
def made_crate(tmp_path: Path) -> Path:
    """A crate that is there already, of a run that logged no secret."""
    return build_crate([logged_run(tmp_path / "run", {"a.txt": b"plain"})], tmp_path / "c.zip", DEFAULTS)


def test_files_that_an_update_adds_are_searched(
    tmp_path: Path, made_crate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()  # where the search for a configuration ends
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(f"\ntoken = '{HUGGING_FACE}'\n")
    large = tmp_path / "log.txt"
    large.write_text(f"{'x' * 99}\n" * 1_000 + f"token {GITHUB}\n")
    assert run_command(["update", "c.zip", "--add", "src/a.py=train.py", "--add", f"log.txt={large}"]) == 0
    said = capsys.readouterr()
    assert said.err == (
        f"prov4ml-pack: warning: {large}: line 1001: likely secret (github pat)\n"
        "prov4ml-pack: warning: train.py: line 2: likely secret (huggingface access token)\n"
        f"prov4ml-pack: note: {AFTER}\n"
    )
    with zipfile.ZipFile(made_crate) as archive:
        assert {"src/a.py", "log.txt"} <= set(archive.namelist())


@pytest.mark.parametrize("by", ["option", "configuration"])
def test_an_update_with_refused_secrets_changes_nothing(
    tmp_path: Path,
    made_crate: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    by: str,
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    before = made_crate.read_bytes()
    Path("train.py").write_text(f"token = '{HUGGING_FACE}'\n")
    if by == "configuration":
        Path("pyproject.toml").write_text('[tool.prov4ml.crate]\nsecrets = "refuse"\n')
    chosen = ["--secrets", "refuse"] if by == "option" else []
    assert run_command(["update", "c.zip", "--add", "train.py", *chosen]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: warning: train.py: line 1: likely secret (huggingface access token)\n"
        "prov4ml-pack: error: 1 likely secret in what would be packed; nothing was written; add the file "
        "without and revoke what is real, or choose --secrets warn\n"
    )
    assert made_crate.read_bytes() == before
    assert run_command(["update", "c.zip", "--add", "train.py", "--secrets", "ignore"]) == 0
    assert capsys.readouterr().err == ""


def test_an_update_that_adds_nothing_does_not_start_a_search(
    made_crate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("prov4ml_packager.crate.privacy.secret_policy.has_scanner", lambda: False)
    assert run_command(["update", str(made_crate), "--set", "name=Again", "--secrets", "refuse"]) == 0
    assert capsys.readouterr().err == ""
