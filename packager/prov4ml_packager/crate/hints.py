"""What a crate would gain from, with the line to add: printed for the user and never an error."""

from collections.abc import Sequence

from ..wording import source_url
from .archive.archives import ArchiveKind
from .config import TABLE
from .entities import web_url
from .facts import RunFacts
from .licences import spdx_identifier
from .options import Compression, CrateOptions

_READERS = {
    "lzma": "a zip with lzma opens in 7-Zip and Python (and prov4ml-pack unpack), "
    "not in unzip, Finder or Explorer",
    "zstd": "a zip with zstd opens in 7-Zip from 24.05 and Python from 3.14 (and prov4ml-pack unpack), "
    "not in unzip, Finder or Explorer",
}


def crate_hints(
    runs: Sequence[RunFacts], options: CrateOptions, kind: ArchiveKind, compression: Compression
) -> list[str]:
    """Return one line for each thing that is missing, and one for what few readers open yet."""
    lines: list[str] = []

    def missing(what: str, line: str, table: str = f"[{TABLE}]") -> None:
        lines.append(f"no {what} given; add to {table} in pyproject.toml: {line}")

    if options.license is None:
        missing("licence", 'license = "CC-BY-4.0"')
    elif web_url(options.license) is None and spdx_identifier(options.license) is None:
        lines.append(
            f"{options.license!r} is no SPDX identifier and no URL, and is taken as words; "
            "see https://spdx.org/licenses/"
        )
    if not options.authors and not options.redact:
        line = (
            'author = [{ name = "Given Family", orcid = "0000-0000-0000-0000", affiliation = "Institution" }]'
        )
        missing("author", line)
    for author in options.authors:
        table = f"[[{TABLE}.author]]"
        if author.orcid is None:
            missing(f"ORCID of {author.name}", 'orcid = "0000-0000-0000-0000"', table)
        if author.affiliation is None:
            line = 'affiliation = { name = "…", ror = "https://ror.org/…" }'
            missing(f"affiliation of {author.name}", line, table)
    if options.redact:
        if options.url is None:
            lines.append("the page of the software is left out; give one that names nobody with --url")
    else:
        if options.publisher is None or options.publisher.url is None:
            line = 'publisher = { name = "Institution", url = "https://example.org/" }'
            missing("publisher with a URL", line)
        if options.contact is None:
            missing("contact", 'contact = { name = "Given Family", email = "name@example.org" }')
        if options.url is None and any(source_url(facts.run) is None for facts in runs):
            missing("page of the software", 'url = "https://example.org/software"')
    if kind == "zip" and compression in _READERS:
        lines.append(_READERS[compression])
    if options.spec == "1.3":
        lines.append("RO-Crate 1.3 with Workflow Run RO-Crate 0.6: no released validator checks 0.6 yet")
    return lines
