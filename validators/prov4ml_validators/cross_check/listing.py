"""Which crates have parts to compare; light, because most crates have none."""

from collections.abc import Collection, Iterator, Sequence

from ..crate.members import LARGEST_METADATA, Member, Members

PACKAGED_DIRECTORY = "packaged"
PACKAGED_PROV = "prov.json"
"""As in `prov4ml.rundir`, whose import would load the logger."""


class ListedMembers:
    """The files of a crate, listed once however often asked: a tar is read whole for its list."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self.archive_size = members.archive_size
        self._entries: Sequence[Member] | None = None

    def entries(self) -> Sequence[Member]:
        """Return all members, in the order of what holds them."""
        if self._entries is None:
            self._entries = tuple(self._members.entries())
        return self._entries

    def contents(self, paths: Collection[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the content of files, as what holds them does."""
        return self._members.contents(paths)


def document_names(entries: Sequence[Member]) -> list[str]:
    """Return the paths of what may be PROV-JSON documents of the crate, by their names, sorted."""
    return sorted(member.path for member in entries if _may_be_document(member))


def _may_be_document(member: Member) -> bool:
    folders, _, name = member.path.lower().rpartition("/")
    return (
        member.kind == "file"
        and name.startswith("prov")
        and name.endswith(".json")
        and member.size <= LARGEST_METADATA
        # What a user logged is theirs, whatever it is called.
        and not any(part.startswith("artifacts") or part.endswith(".zarr") for part in folders.split("/"))
    )
