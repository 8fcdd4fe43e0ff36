"""The search for likely secrets in texts and files, in threads and in bounded memory."""

import os
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from prov4ml_validators.batch import usable_processors

from ..archive.members import Member, open_source
from ..media_types import is_compressed
from .searched import Searched
from .secret_scanner import start_scanner

WINDOW = 4 << 20
LARGEST_LOOKED_THROUGH = 16 << 20
"""Bytes of a file that a bounded search reads."""
LONGEST_SEARCH = 60.0
"""Seconds that a bounded search takes in all, those of its threads added up."""
_OVERLAP = 4096
_LOOKED_AT = 8192
_BATCH = 1 << 20
_MOST_BATCHES = 32
_MOST_THREADS = 8

Kinds = dict[int, str]
"""The kind of secret in each line that holds one, by number from 1."""


@dataclass(frozen=True)
class LikelySecret:
    """Where something looks like a secret, and what kind: never the secret itself."""

    path: Path
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.path}: {self.place}: likely secret ({self.kind})"


@dataclass
class _Batch:
    """Small files that are scanned at once: path below the root, key, content."""

    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    size: int = 0


@dataclass
class _Found:
    """What files hold, by their key, and how many were looked through in part or not at all."""

    kinds: dict[str, Kinds] = field(default_factory=dict)
    cut: int = 0
    left: int = 0


class SecretSearch:
    """A search that goes on in threads while members are collected; `cut` and `left` count files.

    Small files are searched as they are read for their digest, the rest at the end.
    """

    def __init__(self, *, is_bounded: bool) -> None:
        self.cut = 0
        self.left = 0
        self._is_bounded = is_bounded
        self._spent = 0.0
        self._kinds: dict[str, Kinds] = {}
        self._batches: dict[str, _Batch] = {}
        self._waiting: deque[Future[_Found]] = deque()
        self._scanner = start_scanner()
        threads = min(usable_processors(), _MOST_THREADS)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="prov4ml-secrets")

    def reader(self, root: Path) -> Callable[[str, bytes], None]:
        """Return what is to be called with the path below a root and content of each small file."""

        def seen(name: str, content: bytes) -> None:
            if not is_compressed(name) and not _is_binary(content):
                self._add(name, _key(root, name), content)

        return seen

    def finish(self, searched: Sequence[Searched]) -> list[LikelySecret]:
        """Return all that was found: of each place what is in its texts, then in its files in their order.

        Raises:
            PackagerError: a file cannot be read.
        """
        for batch in self._batches.values():
            self._submit(partial(self._batch, batch))
        self._batches.clear()
        for one in searched:
            for name, member in one.files:
                if not member.is_small and not is_compressed(name):
                    self._submit(partial(self._large, _key(one.root, name), name, member))
        while self._waiting:
            self._take()
        secrets: list[LikelySecret] = []
        for one in searched:
            secrets += self._texts(one)
            for name, _ in one.files if self._kinds else ():
                kinds = self._kinds.get(_key(one.root, name), {})
                secrets += [
                    LikelySecret(one.root / name, f"line {line}", kinds[line]) for line in sorted(kinds)
                ]
        return secrets

    def close(self) -> None:
        """Give up what is still to be searched."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _add(self, name: str, key: str, content: bytes) -> None:
        # Rules look at suffixes, so that files of one are scanned together.
        suffix = os.path.splitext(name)[1]
        batch = self._batches.setdefault(suffix, _Batch())
        batch.files.append((name, key, content))
        batch.size += len(content)
        if batch.size > _BATCH:
            del self._batches[suffix]
            self._submit(partial(self._batch, batch))

    def _submit(self, work: Callable[[], _Found]) -> None:
        self._waiting.append(self._pool.submit(work))
        if len(self._waiting) > _MOST_BATCHES:
            self._take()

    def _take(self) -> None:
        found = self._waiting.popleft().result()
        self._kinds |= found.kinds
        self.cut += found.cut
        self.left += found.left

    def _find(self, content: bytes, name: str) -> Kinds:
        scanner = self._scanner.result()
        left = LONGEST_SEARCH - self._spent if self._is_bounded else None
        if left is not None and left <= 0:
            raise TimeoutError
        began = time.monotonic()
        try:
            return scanner.find(content, name, left)
        finally:
            self._spent += time.monotonic() - began

    def _batch(self, batch: _Batch) -> _Found:
        found = _Found()
        try:
            # Nearly always there are none in any of them.
            together = b"\n".join(content for _, _, content in batch.files)
            if self._find(together, batch.files[0][0]):
                for name, key, content in batch.files:
                    if kinds := self._find(content, name):
                        found.kinds[key] = kinds
        except TimeoutError:
            return _Found(left=len(batch.files))
        return found

    def _large(self, key: str, name: str, member: Member) -> _Found:
        """Search a file in windows that overlap, so that memory does not follow its size."""
        kinds: Kinds = {}
        done, line, tail, is_cut = 0, 0, b"", False
        try:
            with open_source(member.source) as stream:
                while chunk := stream.read(WINDOW):
                    if not done and _is_binary(chunk):
                        break
                    window = tail + chunk
                    found = self._find(window, name)
                    kinds.update((line + number, kind) for number, kind in found.items())
                    done += len(chunk)
                    is_cut = self._is_bounded and LARGEST_LOOKED_THROUGH <= done < member.size
                    if is_cut:
                        break
                    tail = window[-_OVERLAP:]
                    line += window.count(b"\n", 0, len(window) - len(tail))
        except TimeoutError:
            return _Found({key: kinds}, left=1)
        return _Found({key: kinds}, cut=int(is_cut))

    def _texts(self, searched: Searched) -> Iterator[LikelySecret]:
        # As one text of many lines: a key and what belongs to it may be two parameters.
        places: list[str] = []
        starts: list[int] = []
        lines: list[str] = []
        for place, text in searched.texts:
            places.append(place)
            starts.append(len(lines) + 1)
            lines += text.split("\n")
        if not lines:
            return
        content = "\n".join(lines).encode("utf-8", "replace")
        kinds = self._scanner.result().find(content, "texts.txt")
        found = [(places[bisect_right(starts, line) - 1], kinds[line]) for line in sorted(kinds)]
        for place, kind in dict.fromkeys(found):
            yield LikelySecret(searched.root, place, kind)


@contextmanager
def start_search(*, is_bounded: bool) -> Iterator[SecretSearch]:
    """Yield a search, whose threads end with the block.

    Args:
        is_bounded: read the beginning of a file only, and end after some time.
    """
    search = SecretSearch(is_bounded=is_bounded)
    try:
        yield search
    finally:
        search.close()


def _key(root: Path, name: str) -> str:
    return f"{root}/{name}"


def _is_binary(start: bytes) -> bool:
    return b"\0" in start[:_LOOKED_AT]
