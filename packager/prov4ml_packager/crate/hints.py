"""What a crate would gain from, with the line to add: printed for the user and never an error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..wording import listed, source_url
from .archive.archives import ArchiveKind
from .config import TABLE
from .entities import web_url
from .facts import RunFacts
from .licences import spdx_identifier
from .options import Compression, CrateOptions

_MOST_NAMED = 3
_READERS = {
    "lzma": "a zip with lzma opens in 7-Zip and Python (and prov4ml-pack unpack), "
    "not in unzip, Finder or Explorer",
    "zstd": "a zip with zstd opens in 7-Zip from 24.05 and Python from 3.14 (and prov4ml-pack unpack), "
    "not in unzip, Finder or Explorer",
}


@dataclass(frozen=True)
class _Missing:
    """What nobody gave: its name, the line of the configuration to add, its table, and its option if any."""

    what: str
    line: str
    table: str = f"[{TABLE}]"
    option: str | None = None


def crate_hints(
    runs: Sequence[RunFacts], options: CrateOptions, kind: ArchiveKind, compression: Compression
) -> list[str]:
    """Return one line for all that is missing, and one for what few readers open yet."""
    missing = [*_missing(runs, options)]
    lines = [_missing_line(missing)] if missing else []
    licence = options.license
    if licence is not None and web_url(licence) is None and spdx_identifier(licence) is None:
        lines.append(
            f"{licence!r} is no SPDX identifier and no URL, and is taken as words; "
            "see https://spdx.org/licenses/"
        )
    if options.redact and options.url is None:
        lines.append("the page of the software is left out; give one that names nobody with --url")
    if kind == "zip" and compression in _READERS:
        lines.append(_READERS[compression])
    if options.spec == "1.3":
        lines.append("RO-Crate 1.3 with Workflow Run RO-Crate 0.6: no released validator checks 0.6 yet")
    return lines


def _missing_line(missing: Sequence[_Missing]) -> str:
    """Return the line to add for one thing; for several their names and where they can be filled in."""
    if len(missing) == 1:
        (one,) = missing
        return f"no {one.what} given; add to {one.table} in pyproject.toml: {one.line}"
    given = [one.option for one in missing if one.option is not None]
    options = f"use {', '.join(given)}, or " if given else ""
    names = listed([one.what for one in missing], "or")
    return (
        f"no {names} given; {options}fill in [{TABLE}] in pyproject.toml, "
        "of which prov4ml-pack init writes a template"
    )


def _who(names: Sequence[str]) -> str:
    return listed(names, "and") if len(names) <= _MOST_NAMED else f"{len(names)} authors"


def _missing(runs: Sequence[RunFacts], options: CrateOptions) -> Iterator[_Missing]:
    if options.license is None:
        yield _Missing("licence", 'license = "CC-BY-4.0"', option="--license")
    if not options.authors and not options.redact:
        line = (
            'author = [{ name = "Given Family", orcid = "0000-0000-0000-0000", affiliation = "Institution" }]'
        )
        yield _Missing("author", line, option="--author")
    table = f"[[{TABLE}.author]]"
    if names := [author.name for author in options.authors if author.orcid is None]:
        yield _Missing(f"ORCID of {_who(names)}", 'orcid = "0000-0000-0000-0000"', table)
    if names := [author.name for author in options.authors if author.affiliation is None]:
        line = 'affiliation = { name = "…", ror = "https://ror.org/…" }'
        yield _Missing(f"affiliation of {_who(names)}", line, table)
    if options.redact:
        return
    if options.publisher is None or options.publisher.url is None:
        line = 'publisher = { name = "Institution", url = "https://example.org/" }'
        yield _Missing("publisher with a URL", line, option="--publisher")
    if options.contact is None:
        yield _Missing("contact", 'contact = { name = "Given Family", email = "name@example.org" }')
    if options.url is None and any(source_url(facts.run) is None for facts in runs):
        yield _Missing("page of the software", 'url = "https://example.org/software"', option="--url")
