"""`ro-crate-preview.html`: the report page of a crate's runs, with people, files as links, and metadata.

RO-Crate 1.1 (section "RO-Crate Website") asks for a copy of the JSON-LD in the page's head and for a
citation; 1.2 and 1.3 no longer ask for the copy.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from prov4ml.rundir import PACKAGED_PROV, PACKAGED_SVG
from prov4ml_validators import Report, Unreadable, validate

from ..file_roles import file_roles
from ..find_runs import natural_key
from ..report import PREVIEW, Limits, PageHead, ReportFile, ReportRun, report_page
from ..report.files import side_of
from ..report.graphs import page_graph
from ..report.html import NOTHING, Html, code, data_block, join, link, text
from ..store_summaries import MetricStoreReader
from ..wording import iso_time
from .archive.members import COMPARISON, MANIFEST, METADATA
from .experiment import Experiment, experiment_description, experiment_name
from .facts import RunFacts
from .licences import licence_entity
from .options import Author, CrateOptions

_LARGEST_CHECKED = 1 << 20
_METADATA_COPY = re.compile(rb'<script type="application/ld\+json">.*?</script>', re.DOTALL)


def preview_html(
    runs: Sequence[RunFacts],
    options: CrateOptions,
    metadata: Mapping[str, Any] | None,
    experiment: Experiment | None = None,
) -> str:
    """Return the page, bounded in size whatever the runs hold.

    Args:
        runs: what is known of each run.
        options: people and licence.
        experiment: the comparison of several runs.
        metadata: the JSON-LD to be copied into the head, or None where the version asks for no copy.
    """
    footer = Html(
        f'RO-Crate {options.spec}. <a href="{METADATA}">{METADATA}</a> describes every file, '
        f'<a href="{MANIFEST}">{MANIFEST}</a> has their digests; check them with '
        f"{code(f'sha256sum --check {MANIFEST}')}."
    )
    records = [facts.run for facts in runs]
    head = PageHead(
        title=options.name or experiment_name(records),
        lead=options.description or (experiment_description(records) if len(records) > 1 else None),
        rows=_people(runs, options),
        cite=_citation(runs, options),
        footer=footer,
        comparison_href=COMPARISON,
        blocks=[] if metadata is None else [data_block("application/ld+json", metadata)],
    )
    limits = PREVIEW.of_one(len(runs))
    subjects = [_subject(facts, number, limits) for number, facts in enumerate(runs)]
    return report_page(subjects, head, PREVIEW, experiment.table if experiment is not None else None)


def with_metadata_copy(page: bytes, metadata: Mapping[str, Any]) -> bytes:
    """Return a preview with another copy of the metadata where it holds one, else as it is.

    The copy has neither size nor digest of the manifest, which covers the page itself.
    """
    own = ("contentSize", "sha256")
    graph = [
        {key: value for key, value in one.items() if key not in own} if one.get("@id") == MANIFEST else one
        for one in metadata["@graph"]
    ]
    block = data_block("application/ld+json", {**metadata, "@graph": graph}).encode("utf-8")
    return _METADATA_COPY.sub(lambda _: block, page, count=1)


def _people(runs: Sequence[RunFacts], options: CrateOptions) -> list[tuple[str, Html]]:
    licence = licence_entity(options.license)
    contact, publisher = options.contact, options.publisher
    reach = NOTHING
    if contact is not None:
        url = f"mailto:{contact.email}" if contact.email else contact.url
        reach = link(url, contact.name or contact.email or contact.url or "")
    return [
        ("Authors", join((_author(author) for author in options.authors), "; ")),
        ("Publisher", link(publisher.url, publisher.name) if publisher else NOTHING),
        ("Contact", reach),
        ("Licence", link(licence.get("url"), licence["name"])),
        ("Published", text(_published(runs))),
        ("Keywords", text(", ".join(options.keywords))),
    ]


def _author(author: Author) -> Html:
    name = link(author.orcid, author.name)
    affiliation = author.affiliation
    return Html(f"{name} ({link(affiliation.url, affiliation.name)})") if affiliation else name


def _published(runs: Sequence[RunFacts]) -> str:
    return iso_time(max(facts.run.end for facts in runs))[:10]


def _citation(runs: Sequence[RunFacts], options: CrateOptions) -> Html:
    """Return how to cite the crate; nothing where nobody is named as its author."""
    if not options.authors:
        return NOTHING
    names = "; ".join(author.name for author in options.authors)
    title = options.name or experiment_name([facts.run for facts in runs])
    publisher = f" {options.publisher.name}." if options.publisher else ""
    words = f"{names} ({_published(runs)[:4]}): {title}. RO-Crate.{publisher}"
    return Html(f'<p class="cite"><strong>Cite as</strong> {text(words, PREVIEW.characters)}</p>')


def _subject(facts: RunFacts, number: int, limits: Limits) -> ReportRun:
    document = facts.payload.provenance()
    return ReportRun(
        run=facts.run,
        series=facts.series,
        files=tuple(_files(facts)),
        graph=page_graph(document, f"graph-{number}", limits.graph),
        drawing_href=quote(facts.payload.product(PACKAGED_SVG).member.path),
        verdict=_verdict(facts),
        verdict_of="for the provenance document",
        facets=facts.facets,
    )


def _verdict(facts: RunFacts) -> Report | None:
    """Return what the validator says of the document, unless a crate would have to wait for it."""
    document = facts.run.packaged / PACKAGED_PROV
    if facts.payload.product(PACKAGED_PROV).member.size > _LARGEST_CHECKED:
        return None
    try:
        return validate(document, store_reader=MetricStoreReader())
    except Unreadable:
        return None


def _files(facts: RunFacts) -> list[ReportFile]:
    roles = file_roles(facts.run)
    listed = []
    for file in sorted(facts.payload.files, key=lambda file: natural_key(file.original)):
        role = roles.get(file.original)
        listed.append(
            ReportFile(
                name=role.name if role else file.original.rsplit("/", 1)[-1],
                path=file.member.path,
                href=quote(file.member.path),
                side=side_of(role),
                size=file.member.size,
                sha256=file.member.sha256,
            )
        )
    for directory in facts.payload.directories:
        original = directory.original.rstrip("/")
        role = roles.get(original)
        listed.append(
            ReportFile(
                name=role.name if role else original.rsplit("/", 1)[-1],
                path=directory.member.path,
                href=quote(directory.member.path),
                side=side_of(role),
                size=sum(file.member.size for file in directory.files),
                sha256=None,
                files=len(directory.files),
            )
        )
    return listed
