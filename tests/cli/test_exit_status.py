"""0 done, 1 findings, 2 could not do it; an error is one line on stderr and nothing on stdout."""

import json
from pathlib import Path

import pytest

from prov4ml_packager.cli import finalize_command
from prov4ml_packager.cli.main import run

from ..reader.raw_writer import make_run, small_run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing command; see prov4ml-pack --help"),
        (["nonsense"], "No such command 'nonsense'; see prov4ml-pack --help"),
        (["finalize"], "Missing argument 'RUN...'; see prov4ml-pack finalize --help"),
        (["finalize", "--nonsense", "x"], "No such option '--nonsense'; see prov4ml-pack finalize --help"),
        (["finalize", "gone"], "gone: does not exist; give the folder that start_run made"),
        (["crate", "gone", "-o", "x.zip"], "gone: does not exist; give the folder that start_run made"),
        (["crate", "-o", "x.zip"], "Missing argument 'RUN...'; see prov4ml-pack crate --help"),
        (
            ["crate", "gone", "-o", "x.zip", "--config", "no.toml"],
            "no.toml: cannot be read: No such file or directory",
        ),
        (
            ["crate", "gone", "-o", "x.zip", "--author", "A <B>"],
            "Invalid value for '--author': 'A <B>' is no 'NAME' or 'NAME <ORCID>'; "
            "see prov4ml-pack crate --help",
        ),
        (
            ["crate", "gone", "-o", "x.zip", "--author", "A <0000-0002-1825-XXXX>"],
            "Invalid value for '--author': 'A <0000-0002-1825-XXXX>' is no 'NAME' or 'NAME <ORCID>'; "
            "see prov4ml-pack crate --help",
        ),
        (["crate", "gone"], "Missing option '-o' / '--output'; see prov4ml-pack crate --help"),
        (["graph", "gone"], "Missing option '-o' / '--output'; see prov4ml-pack graph --help"),
        (["unpack", "gone.zip"], "gone.zip: does not exist; give a crate's archive"),
        (["report", "gone", "-o", "x.html"], "gone: does not exist; give the folder that start_run made"),
        (["report", "-o", "x.html"], "Missing argument 'RUN...'; see prov4ml-pack report --help"),
        (
            ["report", "gone"],
            "Missing option '-o' / '--output', '--table' or '--card'; see prov4ml-pack report --help",
        ),
        (
            ["report", "gone", "lost", "--card", "x.md"],
            "--card takes one RUN; see prov4ml-pack report --help",
        ),
        (["report", "gone", "--card", "x.md"], "gone: does not exist; give the folder that start_run made"),
        (["diff", "gone"], "Missing argument 'B'; see prov4ml-pack diff --help"),
        (
            ["diff", "gone", "lost"],
            "gone: cannot be read (No such file or directory); give a run, a PROV document or a crate",
        ),
        (["validate"], "Missing argument 'PATH...'; see prov4ml-pack validate --help"),
        (["inspect", "gone"], "gone: does not exist; give a run, a crate, a PROV document or a store"),
        (
            ["inspect", "."],
            ".: is neither a run directory, a crate nor a Zarr store; "
            "a run directory holds run.json, a crate ro-crate-metadata.json",
        ),
        (
            ["graph", "gone", "-o", "x.bmp"],
            "x.bmp: does not say what to draw; end its name in .svg, .png, .pdf, .html, .dot or .mmd",
        ),
        (
            ["graph", "gone", "-o", "x.svg"],
            "gone: cannot be read (No such file or directory); give a run, a PROV document or a crate",
        ),
        (
            ["graph", ".", "-o", "x.svg"],
            ".: is neither a run directory nor a crate, and holds no PROV document; "
            "a run directory holds run.json",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_line_and_2(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"prov4ml-pack: error: {message}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["{", "[]", "{}", "[" * 100_000, '{"entity": 5}'])
def test_a_damaged_document_is_no_traceback(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "prov.json"
    document.write_text(content)
    target = tmp_path / "x.dot"
    status = run(["graph", str(document), "-o", str(target)])
    err = capsys.readouterr().err
    assert "bug" not in err
    assert err.count("\n") == 1
    assert ("error" in err) == (status != 0)
    assert target.exists() == (status == 0)


def test_a_bug_is_2_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(text: object) -> None:
        raise ZeroDivisionError("of \n all things")

    monkeypatch.setattr(finalize_command, "say", broken)
    run_directory = small_run(tmp_path / "run")
    assert run(["finalize", str(run_directory)]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: this is a bug (ZeroDivisionError: of all things); "
        "please report it with what --debug shows\n"
    )


def test_a_library_that_panics_is_2_too_and_an_interrupt_if_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Panic(BaseException):
        """As libraries in Rust raise it, which is no Exception."""

    def panics(text: object) -> None:
        raise Panic("poisoned")

    def panics_when_stopped(text: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            panics(text)

    run_directory = small_run(tmp_path / "run")
    for stand_in, said in (
        (panics, "this is a bug (Panic: poisoned); please report it with what --debug shows"),
        (panics_when_stopped, "interrupted; nothing half done is left"),
    ):
        monkeypatch.setattr(finalize_command, "say", stand_in)
        assert run(["finalize", str(run_directory)]) == 2
        assert capsys.readouterr().err == f"prov4ml-pack: error: {said}\n"


@pytest.mark.parametrize("arguments", [["--debug", "finalize", "gone"], ["finalize", "gone", "--debug"]])
def test_debug_shows_the_traceback(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):")
    assert err.splitlines()[-1].startswith("prov4ml-pack: error: gone: does not exist")


def test_validate_tells_valid_from_findings_from_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = small_run(tmp_path / "good")
    bad = make_run(tmp_path / "bad", experiment=5)
    assert run(["validate", str(good)]) == 0
    assert run(["validate", str(good), str(bad)]) == 1
    capsys.readouterr()
    assert run(["validate", str(good), str(bad), str(tmp_path / "gone"), "--format", "json"]) == 2
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result["valid"] is False
    assert [one["valid"] for one in result["results"]] == [True, False, False]
    assert err.startswith(f"prov4ml-pack: error: {tmp_path / 'gone'}: ")
    assert err.count("\n") == 1


def test_diff_tells_the_same_from_different_from_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = small_run(tmp_path / "one")
    other = small_run(tmp_path / "other")
    assert run(["diff", str(one), str(other)]) == 0
    assert capsys.readouterr() == ("no differences\n", "")
    changed = make_run(tmp_path / "changed")
    assert run(["diff", str(one), str(changed)]) == 1
    assert run(["diff", str(one), str(changed), "--json"]) == 1
    capsys.readouterr()
    assert run(["diff", str(one), str(tmp_path / "gone"), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_findings_below_the_severity_are_listed_and_do_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = make_run(tmp_path / "killed")
    results = {}
    for severity in ("must", "should", "may"):
        status = run(["validate", str(killed), "--severity", severity, "--format", "json"])
        document = json.loads(capsys.readouterr().out)
        assert document["valid"] == (status == 0)
        results[severity] = document["results"][0]["findings"]
    assert results["must"] == results["should"] == results["may"]
