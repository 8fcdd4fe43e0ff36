"""What is done of a conversion, kept beside the target so that a killed one can be gone on with."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .atomic import owned_siblings
from .errors import PackagerError

_STATE, _LOCK, _DONE = "state.json", "lock", "done"


@dataclass(frozen=True)
class Partial:
    """What is there of a conversion.

    Attributes:
        folder: belongs to this conversion alone, and is gone when it has ended.
    """

    folder: Path

    @property
    def kept(self) -> Path:
        """Return the folder for pieces of stores."""
        return self.folder / "kept"

    @property
    def tree(self) -> Path:
        """Return the folder that becomes the target, of a directory of stores."""
        return self.folder / "tree"

    def done(self) -> frozenset[str]:
        """Return the names that `add_done` was given, also in a run before this one."""
        try:
            lines = (self.folder / _DONE).read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return frozenset()
        return frozenset(json.loads(line) for line in lines[:-1])

    def add_done(self, name: str) -> None:
        """Note that a store is whole."""
        with (self.folder / _DONE).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(name) + "\n")


@contextmanager
def partial_conversion(target: Path, state: Mapping[str, object], *, resume: bool) -> Iterator[Partial]:
    """Yield the folder of what is done of a conversion.

    It is removed at the end, and when the block raises, unless `resume` is set: then it stays for the next
    call. A process that is killed leaves it in any case.

    Args:
        target: what is written in the end.
        state: what the pieces depend on, for JSON: those of another state are thrown away.
        resume: use the pieces of an earlier call.

    Raises:
        PackagerError: another process is writing the same target, or the folder cannot be made.
    """
    owner = hashlib.sha256(target.name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    folder = target.parent / f".prov4ml-{owner}-partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("w")
    except OSError as error:
        raise PackagerError(f"cannot be written: {error.strerror or error}", path=target) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PackagerError(
                "another conversion is writing it", path=target, hint="wait for it, or choose another name"
            ) from error
        text = json.dumps(state, sort_keys=True)
        if not resume or not _same(folder / _STATE, text):
            _clear(folder)
            (folder / _STATE).write_text(text, encoding="utf-8")
        whole = False
        try:
            with owned_siblings(target.parent, owner):
                yield Partial(folder)
            whole = True
        finally:
            if whole or not resume:
                shutil.rmtree(folder, ignore_errors=True)


def _same(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name == _LOCK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
