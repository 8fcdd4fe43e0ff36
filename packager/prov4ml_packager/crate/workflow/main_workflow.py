"""The workflow of a crate: which of the logged source files it is, the same one in every run."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ...errors import PackagerError
from ...provenance.attributes import base_name
from ..archive.members import open_source
from ..facts import RunFacts
from ..payload import PayloadFile
from .languages import LOOKED_AT, Language, is_workflow, language_of

_ENTRIES = re.compile(r"(?:snakefile|main|workflow|pipeline)(?:\.\w+)?\Z", re.IGNORECASE)


@dataclass(frozen=True)
class MainWorkflow:
    """The main workflow of a crate.

    Attributes:
        name: of the file that was logged, without folders.
        files: its copy in each run, in the order of the runs; the first one is the main entity.
        language: what it is written in.
        head: its first bytes.
    """

    name: str
    files: tuple[PayloadFile, ...]
    language: Language
    head: bytes

    @property
    def identifier(self) -> str:
        """Return the `@id` of the workflow."""
        return quote(self.files[0].member.path)

    def part(self, *parts: str) -> str:
        """Return the `@id` of something inside the workflow: a parameter, a step."""
        return f"#workflow/{quote('/'.join(parts))}"


@dataclass(frozen=True)
class _Source:
    """A source file of a run: its copy, and the name that it had, which is not always that of the copy."""

    file: PayloadFile
    name: str

    @property
    def path(self) -> str:
        return self.file.original

    def head(self) -> bytes:
        with open_source(self.file.member.source) as stream:
            return stream.read(LOOKED_AT)


def find_workflow(runs: Sequence[RunFacts]) -> MainWorkflow | None:
    """Return the workflow file that every run has logged as its source, or None if there is none.

    Of a folder that was logged with the script that ran, only the script counts. Of several workflow files
    the one nearest to the top counts, of these one that is named as entry points are.
    """
    chosen = [min(_workflow_files(facts, beside_script=False), key=_rank, default=None) for facts in runs]
    found = [source for source in chosen if source is not None]
    if len(found) < len(runs) or len({source.file.member.sha256 for source in found}) > 1:
        return None
    return _main(found)


def require_workflow(runs: Sequence[RunFacts], title: str) -> MainWorkflow:
    """Return the workflow of runs that shall be packaged as runs of one: a workflow file, else the script.

    A script can be the main workflow: there is no strong distinction between the two (RO-Crate 1.1, Workflows
    and Scripts).

    Args:
        runs: all of the crate.
        title: of the profile, for error messages.

    Raises:
        PackagerError: a run has logged no source or none that is known to be what ran, its language is not
            known, or the runs have different ones.
    """
    found = [_required(facts, title) for facts in runs]
    for facts, source in zip(runs, found, strict=True):
        if source.file.member.sha256 != found[0].file.member.sha256:
            raise PackagerError(
                f"its {source.name!r} is not the file that {runs[0].run.directory} ran, and a {title} has "
                "one main workflow",
                path=facts.run.directory,
                hint="package each in a crate of its own, or choose --profile process",
            )
    return _main(found)


def _main(sources: Sequence[_Source]) -> MainWorkflow:
    first = sources[0]
    language = language_of(first.name)
    if language is None:
        raise PackagerError(
            f"{first.name!r} is in a language that is not known, and a main workflow has one",
            hint="choose --profile process, or log the workflow itself with log_source_code",
        )
    return MainWorkflow(first.name, tuple(source.file for source in sources), language, first.head())


def _required(facts: RunFacts, title: str) -> _Source:
    """Return the workflow file, the script that ran, or the only file that was logged as source."""
    workflow = min(_workflow_files(facts, beside_script=True), key=_rank, default=None)
    if workflow is not None:
        return workflow
    sources = list(_source_files(facts))
    entries = _scripts(facts)
    names = {re.split(r"[\\/]", rank.script)[-1] for rank in facts.run.ranks if rank.script}
    ran = [one for one in sources if one.path in entries] or [one for one in sources if one.name in names]
    if ran or len(sources) == 1:
        return (ran or sources)[-1]
    has = "several source files, none of which is known to be the one that ran" if sources else "no source"
    raise PackagerError(
        f"has {has}, and a {title} has a main workflow",
        path=facts.run.directory,
        hint="log it with log_source_code(path), or choose --profile process",
    )


def _source_files(facts: RunFacts) -> Iterator[_Source]:
    nested = (file for one in facts.payload.directories if not one.opaque for file in one.files)
    there = {file.original: file for file in (*facts.payload.files, *nested)}
    logged = {file.path: file for code in facts.run.source_code for file in code.files}
    for path, record in logged.items():
        if path is not None and path in there:
            yield _Source(there[path], base_name(record.original) or path.rsplit("/", 1)[-1])


def _scripts(facts: RunFacts) -> set[str]:
    return {code.script for code in facts.run.source_code if code.script is not None}


def _workflow_files(facts: RunFacts, *, beside_script: bool) -> Iterator[_Source]:
    """Yield the source files that are workflows.

    Args:
        facts: the run.
        beside_script: also those that were logged together with the script that ran. Python modules beside it
            are never workflows.
    """
    scripts = _scripts(facts)
    apart = {file.path for code in facts.run.source_code if code.script is None for file in code.files}
    for source in _source_files(facts):
        language = language_of(source.name)
        if language is None:
            continue
        if source.path not in scripts:
            is_module = language.is_python and scripts
            if is_module or not (beside_script or source.path in apart):
                continue
        if is_workflow(language, source.head()):
            yield source


def _rank(source: _Source) -> tuple[int, bool, str]:
    is_entry = _ENTRIES.match(source.name) is not None
    return source.path.count("/"), not is_entry, source.path
