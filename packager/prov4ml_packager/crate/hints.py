"""What a crate would gain from, with the line to add: printed for the user and never an error."""

from collections.abc import Sequence

from .archives import ArchiveKind
from .config import TABLE
from .facts import RunFacts, source_url
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
    missing = []
    if options.license is None:
        missing.append(("licence", 'license = "CC-BY-4.0"'))
    if not options.authors:
        line = (
            'author = [{ name = "Given Family", orcid = "0000-0000-0000-0000", affiliation = "Institution" }]'
        )
        missing.append(("author", line))
    else:
        for author in options.authors:
            if author.orcid is None:
                missing.append((f"ORCID of {author.name}", 'orcid = "0000-0000-0000-0000"'))
            if author.affiliation is None:
                missing.append(
                    (
                        f"affiliation of {author.name}",
                        'affiliation = { name = "…", ror = "https://ror.org/…" }',
                    )
                )
    if options.publisher is None or options.publisher.url is None:
        missing.append(
            ("publisher with a URL", 'publisher = { name = "Institution", url = "https://example.org/" }')
        )
    if options.contact is None:
        missing.append(("contact", 'contact = { name = "Given Family", email = "name@example.org" }'))
    if options.url is None and any(source_url(facts.run) is None for facts in runs):
        missing.append(("page of the software", 'url = "https://example.org/software"'))
    lines = [f"no {what} given; add to [{TABLE}] in pyproject.toml: {line}" for what, line in missing]
    if kind == "zip" and compression in _READERS:
        lines.append(_READERS[compression])
    if options.spec == "1.3":
        lines.append("RO-Crate 1.3 with Workflow Run RO-Crate 0.6: no released validator checks 0.6 yet")
    return lines
