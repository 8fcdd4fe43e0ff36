"""From runs to a crate: collect, describe, preview, seal with a manifest, write."""

from collections.abc import Callable, Sequence
from pathlib import Path

from prov4ml.rundir import PACKAGED_PROV

from ..errors import PackagerError
from ..progress import UNWATCHED, Progress
from ..record import RunRecord
from .archive.archives import (
    ArchiveKind,
    archive_kind,
    archive_stem,
    check_compression,
    check_replaceable,
    write_archive,
)
from .archive.bag import UNREADABLE, Bag, bag_members, bag_tags
from .archive.members import MANIFEST, METADATA, PREVIEW, README, Member, bytes_member, total_size
from .drawing import drawing_ahead
from .experiment import compare_runs, in_order
from .facts import RunFacts, gather_facts, run_folders
from .graph_json import graph_json
from .hints import crate_hints
from .manifest import manifest_entity, manifest_lines
from .metadata import crate_title, metadata_document
from .options import Compression, CrateOptions
from .payload import collect_payload
from .preview import preview_html
from .privacy.redact import redacted_runs
from .privacy.searched import logged_in
from .privacy.secret_policy import report_secrets, search_for
from .privacy.secret_search import SecretSearch
from .profile import CrateProfile, choose_profile
from .readme import readme_text


def _quiet(_line: str) -> None:
    pass


def build_crate(
    runs: Sequence[RunRecord],
    target: Path,
    options: CrateOptions,
    *,
    note: Callable[[str], None] = _quiet,
    warn: Callable[[str], None] = _quiet,
    progress: Progress = UNWATCHED,
) -> Path:
    """Write a crate of one run, or of several that each get a folder, with a table that compares them.

    The same runs and options give the same bytes everywhere. The target is written in one step; an older
    crate there is replaced only by a whole one.

    Args:
        runs: each with its `packaged/` folder made already, in any order.
        target: its name chooses the kind: `.zip`, `.tar.gz`, `.tgz`, `.tar.zst`, else a directory.
        options: archive, versions, people and licence.
        note: called with one line for each thing that is missing or that a reader should know.
        warn: called with one line for each likely secret in what was logged.
        progress: told the bytes read to know their digests, then those packed.

    Returns:
        The target.

    Raises:
        PackagerError: no run, options that contradict each other, a run that is not finalized, a link or
            special file among what was logged, likely secrets where they are refused, or a target that
            cannot be written.
    """
    if not runs:
        raise PackagerError("a crate needs at least one run")
    options.check()
    kind = archive_kind(target)
    check_compression(kind, options.compression, target)
    _check_target(runs, target)
    if kind == "directory":
        check_replaceable(target)  # before minutes of work, and not only before it is replaced
    runs = in_order(runs)
    with search_for(options.secrets, note) as search:
        if options.redact:
            with redacted_runs(runs, options, target, (note, warn)) as (copies, words, (note, warn)):
                return _write(copies, target, words, kind, search, note, warn, progress)
        return _write(runs, target, options, kind, search, note, warn, progress)


def _write(
    runs: Sequence[RunRecord],
    target: Path,
    options: CrateOptions,
    kind: ArchiveKind,
    search: SecretSearch | None,
    note: Callable[[str], None],
    warn: Callable[[str], None],
    progress: Progress,
) -> Path:
    compression: Compression = options.compression or runs[0].options.compressor or "stored"
    progress.stage("read")
    facts = _gather(runs, options, search, note, progress)
    profile = choose_profile(facts, options, note)
    readme = _readme(facts, options, profile)
    experiment = compare_runs(facts)
    document = metadata_document(facts, options, profile, readme, experiment)
    # The copy in the preview cannot have the digest of the manifest, which covers the preview.
    copy = document if options.spec == "1.1" else None
    preview = bytes_member(PREVIEW, preview_html(facts, options, copy, experiment).encode("utf-8"))
    payload = [member for one in facts for member in one.payload.members()]
    if experiment is not None:
        payload += [*experiment.members, *(Member(one.folder, None) for one in facts)]
    payload += [readme] if readme is not None else []
    manifest = bytes_member(MANIFEST, manifest_lines([*payload, preview]))
    next(one for one in document["@graph"] if one["@id"] == MANIFEST).update(manifest_entity(manifest))
    metadata = bytes_member(METADATA, graph_json(document))
    if search is not None:
        searched = [logged_in(one) for one in facts]
        report_secrets(search, searched, options.secrets, "log the run without", note, warn)
    for line in crate_hints(facts, options, kind, compression):
        note(line)
    members = [*payload, preview, manifest, metadata]
    if options.bag:
        progress.stage("bag", total_size(members))
        members = bag_members(members, _bag(facts, options, kind, target), progress=progress)
    progress.stage("pack", total_size(members))
    write_archive(
        sorted(members, key=lambda member: member.path), target, kind, compression, progress=progress
    )
    return target


def _readme(facts: Sequence[RunFacts], options: CrateOptions, profile: CrateProfile | None) -> Member | None:
    if profile is None or profile.workflow is None:
        return None
    text = readme_text(facts, options, crate_title(facts, options), profile.workflow)
    return bytes_member(README, text.encode("utf-8"))


def _bag(runs: Sequence[RunFacts], options: CrateOptions, kind: ArchiveKind, target: Path) -> Bag:
    """Return the tag files of a bag: who made it, what it is, when (RFC 8493, section 2.2.2)."""
    base = "" if kind == "directory" else f"{archive_stem(target)}/"
    return Bag(base, tuple(bag_tags([facts.run for facts in runs], options)))


def _gather(
    runs: Sequence[RunRecord],
    options: CrateOptions,
    search: SecretSearch | None,
    note: Callable[[str], None],
    progress: Progress,
) -> list[RunFacts]:
    documents = [run.packaged / PACKAGED_PROV for run in runs]
    with drawing_ahead(documents) as draw:
        return [
            gather_facts(
                run,
                folder,
                collect_payload(
                    run,
                    prefix=folder,
                    with_raw=options.with_raw,
                    draw=draw,
                    note=note,
                    unwanted=UNREADABLE if options.bag else "",
                    progress=progress,
                    seen=search.reader(run.directory) if search is not None else None,
                ),
            )
            for run, folder in zip(runs, run_folders(runs), strict=True)
        ]


def _check_target(runs: Sequence[RunRecord], target: Path) -> None:
    place = target.resolve()
    for run in runs:
        root = run.directory.resolve()
        if place == root or root in place.parents:
            raise PackagerError("lies in the run itself", path=target, hint="write the crate beside it")
        if place in root.parents:
            raise PackagerError(f"holds the run {run.directory}", path=target, hint="choose a new name")
