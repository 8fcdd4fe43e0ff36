"""Runs as a stranger may see them: a copy of each beside the crate, without people, machines and homes.

Everything that a crate says of a run is made of its record and of its `packaged/`. Both are made anew here,
from a record whose texts were changed, so that provenance, stores, graph and metadata still say the same.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ...atomic import folder_beside, private_directory
from ...errors import PackagerError
from ...record import RunRecord
from ..options import CrateOptions
from .pseudonyms import Pseudonyms
from .run_copy import RedactedRun, copy_run, finalize_copy, with_changed_texts

_USER_KEY = re.compile(
    r"(?:.*[._/-])?(?:user|user_?name|login|owner|author|creator|maintainer)", re.IGNORECASE
)
_HOST_KEY = re.compile(r"(?:.*[._/-])?(?:host|host_?name|node_?name)", re.IGNORECASE)

Tell = Callable[[str], None]


def without_people(options: CrateOptions) -> CrateOptions:
    """Return the options of a configuration for a redacted crate: who made it and where is left out.

    Authors, publisher, funders, contact, page, identifier and citations go; the names are kept as such that
    must not occur. What the command line gives afterwards is what the user wants to be read.
    """
    organizations = [*options.funders, options.publisher, *(one.affiliation for one in options.authors)]
    names = [one.name for one in options.authors]
    names += [one.name for one in organizations if one is not None]
    names += [options.contact.name] if options.contact and options.contact.name else []
    return replace(
        options, redact=True, hidden_names=tuple(dict.fromkeys(names)), authors=(), publisher=None,
        funders=(), contact=None, url=None, identifier=None, citations=(),
    )  # fmt: skip


@contextmanager
def redacted_runs(
    runs: Sequence[RunRecord], options: CrateOptions, target: Path, tell: tuple[Tell, Tell]
) -> Iterator[tuple[list[RunRecord], CrateOptions, tuple[Tell, Tell]]]:
    """Make redacted copies of runs, which last as long as the context.

    Logged files are linked where the file system can, else copied; their contents are not changed.

    Args:
        runs: finalized runs.
        options: of the crate.
        target: the crate; the copies lie beside it in a temporary folder.
        tell: take a line each to the user, the first notes, such as those on logged files that name a person
            or a machine, the second warnings.

    Yields:
        The copies, the options for their crate, and what takes lines about the copies to the user, who reads
        the paths of the run itself.

    Raises:
        PackagerError: as `collect_payload` and `finalize_record`, and what the block raises; the paths are
            those of the run itself.
    """
    note, warn = tell
    pseudonyms = _collect(runs, options)
    words = replace(
        options,
        name=pseudonyms.mask(options.name) if options.name else None,
        description=pseudonyms.mask(options.description) if options.description else None,
        keywords=tuple(map(pseudonyms.mask, options.keywords)),
    )
    if pseudonyms.mask(target.name) != target.name:
        note(f"{target}: the name of the crate itself names a person or a machine")
    copies: list[RedactedRun] = []

    def truly(one: Tell) -> Tell:
        def told(line: str) -> None:
            for copy in copies:
                line = copy.line(line)
            one(line)

        return told

    with private_directory(".prov4ml-redact-", folder_beside(target)) as folder:
        try:
            for number, run in enumerate(runs):
                copies.append(copy_run(run, folder / str(number), pseudonyms, note))
            records = [finalize_copy(run, copy, words) for run, copy in zip(runs, copies, strict=True)]
            yield records, words, (truly(note), truly(warn))
        except PackagerError as error:
            places = [copy.place(Path(error.path)) for copy in copies if error.path is not None]
            found = next((one for one in places if one is not None), None)
            if found is None:
                raise
            raise PackagerError(error.message, path=found, place=error.place, hint=error.hint) from error


def _collect(runs: Sequence[RunRecord], options: CrateOptions) -> Pseudonyms:
    """Return the names in all texts of the runs: the same ones wherever the runs lie."""
    pseudonyms = Pseudonyms()

    def notice(text: str) -> str:
        pseudonyms.notice(text)
        return text

    for run in runs:
        for rank in run.ranks:
            if rank.user:
                pseudonyms.user(rank.user)
            if rank.host:
                pseudonyms.host(rank.host)
    wanted = {author.name for author in options.authors}
    for name in options.hidden_names:
        if name not in wanted:
            pseudonyms.user(name)
    for run in runs:
        _collect_repositories(run, pseudonyms)
        for key, value in [*run.tags.items(), *((one.key, one.value) for one in run.parameters)]:
            if isinstance(value, str) and value and _USER_KEY.fullmatch(key):
                pseudonyms.user(value)
            elif isinstance(value, str) and value and _HOST_KEY.fullmatch(key):
                pseudonyms.host(value)
        with_changed_texts(run, notice)
    return pseudonyms


def _collect_repositories(run: RunRecord, pseudonyms: Pseudonyms) -> None:
    packages = {name.lower() for rank in run.ranks for name in rank.packages}
    for git in [*(rank.git for rank in run.ranks), *(code.git for code in run.source_code)]:
        if git is not None and git.remote:
            pseudonyms.repository(git.remote, common=packages)
        if git is not None and git.commit:
            pseudonyms.commit(git.commit)
