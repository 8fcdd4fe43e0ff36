"""`docs/cli.md` from the help of the commands: `python -m prov4ml_packager.cli.reference > docs/cli.md`."""

from collections.abc import Iterator
from inspect import cleandoc

import click

from .main import PROGRAM, group

_HEAD = f"""# The command line

`{PROGRAM}` (also `python -m prov4ml_packager`) comes with `pip install 'prov4ml[pack]'`; `validate` and
`--help` work with `prov4ml[validate]`. Results go to stdout, everything else to stderr, progress only to a
terminal.

| exit status | meaning |
|---|---|
| 0 | done; for `validate`: valid; for `diff`: the same |
| 1 | only from `validate`: findings at or above the chosen severity; and from `diff`: they differ |
| 2 | could not be done: wrong usage, unreadable input, a missing extra, a bug |

An error is one line on stderr that names the file, the place in it and the fix; `--debug` adds the traceback.

This page is made from the help texts: `python -m prov4ml_packager.cli.reference > docs/cli.md`.
"""


def _paragraphs(text: str) -> str:
    return cleandoc(text.replace("\b\n", ""))


def _section(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    yield f"\n## {name}\n"
    yield f"```\n{PROGRAM} {name} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield f"{_paragraphs(command.help or '')}\n"
    yield "| option | meaning |\n|---|---|"
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            option, help = (part.replace("|", "\\|") for part in record)
            yield f"| `{option}` | {help} |"
    example = _paragraphs(command.epilog or "").removeprefix("Example:\n")
    yield "\n```sh\n" + "\n".join(line.strip() for line in example.splitlines()) + "\n```"


def reference() -> str:
    """Return the whole page as Markdown, commands in alphabetical order."""
    parent = click.Context(group, info_name=PROGRAM, help_option_names=["-h", "--help"])
    commands = [(name, group.get_command(parent, name)) for name in sorted(group.list_commands(parent))]
    sections = (line for name, command in commands if command for line in _section(name, command, parent))
    return _HEAD + "\n".join(sections) + "\n"


if __name__ == "__main__":
    print(reference(), end="")
