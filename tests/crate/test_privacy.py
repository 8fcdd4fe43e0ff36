"""What should not travel: credentials never do."""

import json
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.card import model_card
from prov4ml_packager.crate import CrateOptions, build_crate
from prov4ml_packager.finalize import finalize
from prov4ml_packager.reader import read_run
from prov4ml_packager.report import write_report
from prov4ml_validators import Severity, validate
from tests.reader.raw_writer import RawRank, copied_file, make_run

SECRETS = ("hunter2", "s3cr3t-tok3n", "AKIAABCDEFGHIJKLMNOP")


def tracker_run(path: Path) -> Path:
    """Write a run as an importer does when the other tracker hid nothing."""
    run = make_run(path, experiment="https://ada:hunter2@example.org/experiment", name="x?token=s3cr3t-tok3n")
    rank = RawRank(
        run,
        command=[
            "train.py", "--password", "hunter2", "--data=s3://ada:hunter2@bucket/x", "--api-key=s3cr3t-tok3n"
        ],
        git={
            "commit": "a" * 40, "branch": "main", "dirty": False,
            "remote": "https://oauth2:s3cr3t-tok3n@gitlab.example.org/lab/digits.git",
        },
    )  # fmt: skip
    rank.param("url", "str", "https://example.org/data?X-Amz-Signature=s3cr3t-tok3n&page=2")
    rank.param("cli", "str", "python train.py --lr 0.1 --secret hunter2")
    rank.event("tag", key="source", value={"type": "str", "value": "git+https://hunter2@example.org/x"})
    rank.series(1, "loss of postgres://ada:hunter2@db/x")
    rank.point(1, 0, 0.5)
    rank.event("command", command="AWS_ACCESS_KEY=AKIAABCDEFGHIJKLMNOP python train.py", path=None)
    rank.event("input", number=1, value={"type": "str", "value": "https://ada:hunter2@h/x"}, file=None)
    rank.artifact("weights", {**copied_file(run, "w.bin", b"weights"), "original": "s3://a:hunter2@b/w.bin"})
    message = "401 for https://ada:hunter2@example.org, sent Authorization: Bearer s3cr3t-tok3n"
    rank.end("failed", error={"type": "HTTPError", "message": message, "traceback": message})
    return run


def files_with(folder: Path, texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return each file of a crate whose path or bytes hold one of the texts, with it, in any case."""
    return [
        (str(path.relative_to(folder)), text)
        for path in sorted(folder.rglob("*"))
        for text in texts
        if text.lower() in str(path.relative_to(folder)).lower()
        or (path.is_file() and text.lower().encode() in path.read_bytes().lower())
    ]


@pytest.mark.parametrize("raw", [False, True])
def test_credentials_that_another_tracker_recorded_do_not_travel(tmp_path: Path, raw: bool) -> None:
    run = tracker_run(tmp_path / "run")
    finalized = finalize(run, graph=True, card=CrateOptions())
    crate = build_crate([finalized.record], tmp_path / "crate", CrateOptions(with_raw=raw))
    assert files_with(crate, SECRETS) == []
    assert [one for one in validate(crate).findings if one.severity is Severity.MUST] == []
    action = next(
        one
        for one in json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
        if one["@type"] == "CreateAction"
    )
    shown = "Command: train.py --password *** --data=s3://***@bucket/x --api-key=***"
    assert action["description"] == f"Run of train.py, failed. {shown}"
    page = write_report([run], tmp_path / "report.html")
    assert not any(secret in page.read_text() for secret in SECRETS)
    assert not any(secret in model_card(finalized.record, CrateOptions()) for secret in SECRETS)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "Command 'curl --password hunter2 https://ada:x@h/' returned non-zero exit status 22.",
            "Command 'curl --password *** https://***@h/' returned non-zero exit status 22.",
        ),
        (
            "Command '['curl', '--api-key', 'hunter2', '-v']' returned non-zero exit status 22.",
            "Command '['curl', '--api-key', '***', '-v']' returned non-zero exit status 22.",
        ),
        ("cannot run: API_KEY=hunter2 x --token=hunter2", "cannot run: API_KEY=*** x --token=***"),
        ("connect(host=db password=hunter2)", "connect(host=db password=***"),
        ("no --password given, key=3, a token -- none", "no --password ***, key=3, a token -- none"),
        ("unknown option --lr 0.1 of primary_key=3", "unknown option --lr 0.1 of primary_key=3"),
    ],
)
def test_an_error_that_quotes_a_command_has_no_credentials(tmp_path: Path, message: str, shown: str) -> None:
    run = make_run(tmp_path / "run")
    RawRank(run).end(
        "failed", error={"type": "OSError", "message": message, "traceback": f"OSError: {message}"}
    )
    error = read_run(run).error
    assert error is not None
    assert (error.message, error.traceback) == (shown, f"OSError: {shown}")


def test_what_holds_no_credentials_travels_as_it_is(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run, command=["train.py", "--max-tokens", "12"])
    rank.param("mail", "str", "ada@example.org")
    rank.param("formula", "str", "y=a*x")
    rank.end()
    record = finalize(run).record
    crate = build_crate([record], tmp_path / "crate", CrateOptions(with_raw=True))
    for name in ("run.json", "rank_0/events.jsonl"):
        assert (crate / name).read_bytes() == (run / name).read_bytes()
    values: dict[str, Any] = {one.key: one.value for one in record.parameters}
    assert values == {"mail": "ada@example.org", "formula": "y=a*x"}


def test_raw_lines_that_hold_none_keep_their_bytes(tmp_path: Path) -> None:
    run = tracker_run(tmp_path / "run")
    record = finalize(run).record
    crate = build_crate([record], tmp_path / "crate", CrateOptions(with_raw=True))
    before = (run / "rank_0/events.jsonl").read_bytes().splitlines()
    after = (crate / "rank_0/events.jsonl").read_bytes().splitlines()
    assert len(before) == len(after)
    same = [one for one, other in zip(before, after, strict=True) if one == other]
    assert same == [one for one in before if not any(secret.encode() in one for secret in SECRETS)]
