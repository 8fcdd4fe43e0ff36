"""Likely secrets in what a user logged, looked for before it is packed; what we made ourselves has none."""

import json
import os
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from prov4ml.rundir import ARTIFACTS_DIRECTORY
from prov4ml_validators.batch import usable_processors

from ..errors import PackagerError
from ..record import JsonValue, RunRecord
from .facts import RunFacts
from .media_types import is_compressed
from .members import Member, open_descriptor, open_source
from .options import SecretPolicy
from .payload import PayloadFile
from .secret_scanner import SecretScanner

WINDOW = 4 << 20
LARGEST_LOOKED_THROUGH = 16 << 20
"""Bytes of a file that a warning is looked for in; what the user refuses is looked for everywhere."""
LONGEST_SEARCH = 60.0
"""Seconds for all runs; likewise."""
MISSING = "not searched for secrets: the extra is not installed"
INSTALL = "run: pip install 'prov4ml[secrets]'"
_OVERLAP = 4096
_SMALL = 64 << 10
_BATCH = 1 << 20
_MOST_THREADS = 8
_LOOKED_AT = 8192
_MOST_NAMED = 50


@dataclass(frozen=True)
class LikelySecret:
    """Where something looks like a secret, and what kind: never the secret itself."""

    path: Path
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.path}: {self.place}: likely secret ({self.kind})"


def check_secrets(
    runs: Sequence[RunFacts],
    policy: SecretPolicy,
    scanner: "Future[SecretScanner] | None",
    note: Callable[[str], None],
    warn: Callable[[str], None],
) -> None:
    """Look for likely secrets in the logged files, parameters, tags, values and commands of runs.

    Args:
        runs: what goes into the crate.
        policy: `warn`, or `refuse` to stop where there are any; then all is looked through, however long.
        scanner: None where it is not installed.
        note: called with a line on what was not looked at.
        warn: called with a line for each finding.

    Raises:
        PackagerError: there are likely secrets and they are refused, or nothing could be looked for then; or
            a file cannot be read.
    """
    if scanner is None:
        if policy == "refuse":
            raise PackagerError(MISSING, hint=INSTALL)
        note(f"{MISSING}; {INSTALL}")
        return
    search = _Search(scanner.result(), is_bounded=policy == "warn")
    found = [secret for facts in runs for secret in search.run(facts)]
    for secret in found[:_MOST_NAMED]:
        warn(str(secret))
    if len(found) > _MOST_NAMED:
        warn(f"and {len(found) - _MOST_NAMED} more likely secrets")
    if found and policy == "refuse":
        some = "1 likely secret" if len(found) == 1 else f"{len(found)} likely secrets"
        raise PackagerError(
            f"{some} in what would be packed; nothing was written",
            hint="log the run without and revoke what is real, or choose --secrets warn",
        )
    if found:
        note(
            "whoever gets the crate gets these: revoke what is real; kingfisher:ignore in a comment marks a "
            "line that holds none"
        )
    if search.cut:
        files = _files(search.cut)
        note(
            f"{files} searched for secrets in the first {LARGEST_LOOKED_THROUGH >> 20} MiB only; "
            "--secrets refuse searches everything"
        )
    if search.left:
        note(
            f"{_files(search.left)} not searched for secrets, which took {LONGEST_SEARCH:.0f} s; --secrets "
            "refuse takes its time"
        )


def _files(count: int) -> str:
    return "1 file was" if count == 1 else f"{count} files were"


@dataclass
class _Batch:
    """Files that are scanned at once, each with its number and, if it is small, its content."""

    files: list[tuple[int, PayloadFile, bytes]] = field(default_factory=list)
    size: int = 0


@dataclass
class _Found:
    """What a batch holds: kinds by line by number of the file, and how many files were cut or left out."""

    kinds: dict[int, dict[int, str]] = field(default_factory=dict)
    cut: int = 0
    left: int = 0


class _Search:
    """One search through all runs; `cut` and `left` count files that were looked through in part or not."""

    def __init__(self, scanner: SecretScanner, *, is_bounded: bool) -> None:
        self.cut = 0
        self.left = 0
        self._scanner = scanner
        self._is_bounded = is_bounded
        self._end = time.monotonic() + LONGEST_SEARCH if is_bounded else None

    def run(self, facts: RunFacts) -> Iterator[LikelySecret]:
        """Yield what is in the texts of a run, then what is in its logged files in their order."""
        yield from self._texts(facts.run)
        files = list(_logged_files(facts))
        kinds: dict[int, dict[int, str]] = {}
        for found in self._in_threads(_batches(files)):
            kinds |= found.kinds
            self.cut += found.cut
            self.left += found.left
        for number in sorted(kinds):
            path = facts.run.directory / files[number].original
            yield from (
                LikelySecret(path, f"line {line}", kind) for line, kind in sorted(kinds[number].items())
            )

    def _in_threads(self, batches: Iterator[_Batch]) -> Iterator[_Found]:
        """Yield what is found, while the next files are read; the library lets other threads run."""
        threads = min(usable_processors(), _MOST_THREADS)
        waiting: deque[Future[_Found]] = deque()
        with ThreadPoolExecutor(threads, thread_name_prefix="prov4ml-secrets") as pool:
            for batch in batches:
                waiting.append(pool.submit(self._batch, batch))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _batch(self, batch: _Batch) -> _Found:
        """Return what is in the files of a batch, or that there was no time for them."""
        found = _Found()
        try:
            if len(batch.files) == 1:
                ((number, file, _),) = batch.files
                kinds, is_cut = self._file(file)
                return _Found({number: kinds} if kinds else {}, int(is_cut))
            # Nearly always there are none in any of them.
            together = b"\n".join(content for _, _, content in batch.files)
            if self._find(together, batch.files[0][1].original):
                for number, file, content in batch.files:
                    if kinds := self._find(content, file.original):
                        found.kinds[number] = kinds
        except TimeoutError:
            return _Found(left=len(batch.files))
        return found

    def _find(self, content: bytes, name: str) -> dict[int, str]:
        left = None if self._end is None else self._end - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        return self._scanner.find(content, name, left)

    def _texts(self, run: RunRecord) -> Iterator[LikelySecret]:
        # As one text of many lines: a key and what belongs to it may be two parameters.
        places: list[str] = []
        starts: list[int] = []
        lines: list[str] = []
        for place, text in dict.fromkeys(record_texts(run)):
            places.append(place)
            starts.append(len(lines) + 1)
            lines += text.split("\n")
        kinds = self._scanner.find("\n".join(lines).encode("utf-8", "replace"), "texts.txt")
        found = [(places[bisect_right(starts, line) - 1], kind) for line, kind in sorted(kinds.items())]
        for place, kind in dict.fromkeys(found):
            yield LikelySecret(run.directory, place, kind)

    def _file(self, file: PayloadFile) -> tuple[dict[int, str], bool]:
        """Return the kind of secret in each line of a file, none where it is binary, and if it was cut.

        A file is read in windows that overlap, so that memory does not follow its size.
        """
        kinds: dict[int, str] = {}
        done, line, tail = 0, 0, b""
        with open_source(file.member.source) as stream:
            while chunk := stream.read(WINDOW):
                if not done and _is_binary(chunk):
                    return {}, False
                window = tail + chunk
                found = self._find(window, file.original)
                kinds.update((line + number, kind) for number, kind in found.items())
                done += len(chunk)
                if len(chunk) < WINDOW:
                    break
                if self._is_bounded and done >= LARGEST_LOOKED_THROUGH:
                    return kinds, True
                tail = window[-_OVERLAP:]
                line += window.count(b"\n", 0, len(window) - len(tail))
        return kinds, False


def _is_binary(start: bytes) -> bool:
    return b"\0" in start[:_LOOKED_AT]


def _batches(files: Sequence[PayloadFile]) -> Iterator[_Batch]:
    """Yield files to be scanned at once: a large one alone, small ones of a suffix, which rules look at."""
    open_batches: dict[str, _Batch] = {}
    for number, file in enumerate(files):
        if file.member.size > _SMALL:
            yield _Batch([(number, file, b"")])
            continue
        content = _read_small(file.member)
        if _is_binary(content):
            continue
        suffix = os.path.splitext(file.original)[1]
        batch = open_batches.setdefault(suffix, _Batch())
        batch.files.append((number, file, content))
        batch.size += len(content)
        if batch.size > _BATCH:
            yield open_batches.pop(suffix)
    yield from open_batches.values()


def _read_small(member: Member) -> bytes:
    # A hundred thousand of these: without a file object, which costs as much as reading.
    if not isinstance(member.source, Path):
        return member.source or b""
    descriptor = open_descriptor(member.source)
    try:
        return os.read(descriptor, _SMALL)
    except OSError as error:
        raise PackagerError(f"cannot be read: {error.strerror or error}", path=member.source) from error
    finally:
        os.close(descriptor)


def _logged_files(facts: RunFacts) -> Iterator[PayloadFile]:
    """Yield the files that the user logged and that may be text."""
    for file in facts.payload.files:
        if _is_searched(file):
            yield file
    for directory in facts.payload.directories:
        if not directory.opaque:
            yield from filter(_is_searched, directory.files)


def _is_searched(file: PayloadFile) -> bool:
    return file.original.startswith(f"{ARTIFACTS_DIRECTORY}/") and not is_compressed(file.original)


def record_texts(run: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield what a user logged without a file, with what it is called: `name: value`, one or more lines."""
    for parameter in run.parameters:
        yield from _named("parameter", parameter.key, parameter.value)
    for key, value in run.tags.items():
        yield from _named("tag", key, value)
    for port in run.ports:
        yield from _named(port.direction, str(port.number), port.value)
    for artifact in run.artifacts:
        for key, value in artifact.attributes.items():
            yield from _named(f"artifact {artifact.name!r}, attribute", key, value)
    for dataset in run.datasets:
        for key, value in dataset.info.items():
            yield from _named(f"dataset {dataset.label!r}, attribute", key, value)
    for rank in run.ranks:
        yield "command line", " ".join(rank.command)
    for command in run.commands:
        yield "command", command.command
    for error in (run.error, *(rank.error for rank in run.ranks)):
        if error is not None:
            yield "error", f"{error.message}\n{error.traceback or ''}"


def _named(what: str, key: str, value: JsonValue) -> Iterator[tuple[str, str]]:
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        yield f"{what} {key!r}", f"{key}: {value}"
