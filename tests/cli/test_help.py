"""Help texts: every command shows an example, and the page made from them is fresh."""

from pathlib import Path

import click
import pytest

from prov4ml_packager.cli.main import group, run
from prov4ml_packager.cli.reference import reference

COMMANDS = [
    "convert",
    "crate",
    "demo",
    "deposit",
    "diff",
    "finalize",
    "graph",
    "import",
    "init",
    "inspect",
    "repair",
    "report",
    "sign",
    "unpack",
    "update",
    "validate",
]


def command_named(name: str) -> click.Command:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    return command


def test_the_list_says_in_full_what_each_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    listed = "".join(capsys.readouterr().out.split())  # words with a hyphen are broken there
    for name in COMMANDS:
        first, _, _ = (command_named(name).help or "").partition("\n\n")
        assert f"{name}{''.join(first.split())}" in listed


def test_these_are_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert group.list_commands(click.Context(group)) == COMMANDS
    assert run(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"\n  {name} " in listed for name in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [["inspect"], ["finalize"], ["validate"], ["report", "-o", "x.html"], ["unpack"], ["import"]],
)
def test_a_url_where_none_is_taken(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*arguments, "s3://bucket/run"]) == 2
    error = capsys.readouterr().err
    assert "s3://bucket/run is a URL, which only convert and crate take; bring it here first; " in error


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_help_shows_an_example_to_paste(
    name: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([name, option]) == 0
    out, err = capsys.readouterr()
    assert f"\n  Example:\n    prov4ml-pack {name} " in out
    assert err == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_understood(name: str) -> None:
    import shlex

    epilog = command_named(name).epilog
    assert epilog is not None
    line = epilog.splitlines()[-1]
    program, command, *rest = shlex.split(line)
    assert (program, command) == ("prov4ml-pack", name)
    # A command keeps the help option of its first context, so this one has to be like any other.
    parent = group.make_context(program, [name], resilient_parsing=True)
    assert command_named(name).make_context(name, rest, parent=parent).params


def test_the_page_is_fresh(project: Path) -> None:
    written = (project / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == reference(), (
        "docs/cli.md is stale; run: python -m prov4ml_packager.cli.reference > docs/cli.md"
    )
