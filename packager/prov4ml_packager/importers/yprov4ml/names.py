"""What a run and the things in it are called."""

import re
from dataclasses import dataclass

from ...repair.model import Attributes, first_text

_RANK_IN_NAME = re.compile(r"(?P<stem>.+?)_GR(?P<rank>[0-9]{1,9})(?:_(?P<run>[^_]*))?")
_NUMBER_AT_END = re.compile(r"(?P<stem>.+)_(?P<run>[0-9]{1,9})")


@dataclass(frozen=True)
class RunName:
    """What a document calls its run; `rank` is the process that wrote it."""

    experiment: str
    run_id: str
    rank: int


def name_run(stem: str, attributes: Attributes) -> RunName:
    """Return the names of a run: from its folder if the document tells it, else its own, else the file's.

    Args:
        stem: name of the file without its suffix.
        attributes: what the document says of the run.
    """
    given = first_text(attributes, "experiment_name")
    stem = stem.removeprefix("provgraph_").removeprefix("prov_")
    in_name = _RANK_IN_NAME.fullmatch(given or "") or _RANK_IN_NAME.fullmatch(stem)
    # The name is right where they differ: 3.x says the rank 0 of ranks that a script gave itself.
    rank_text = in_name["rank"] if in_name else first_text(attributes, "global_rank") or "0"
    rank = int(rank_text) if rank_text.isdecimal() and len(rank_text) < 9 else 0
    run_id = first_text(attributes, "run_id")
    folder = _folder(attributes)
    if folder is not None:
        if run_id is not None and folder.endswith(f"_{run_id}") and folder != f"_{run_id}":
            return RunName(folder.removesuffix(f"_{run_id}"), run_id, rank)
        if run_id is None and (match := _NUMBER_AT_END.fullmatch(folder)):
            return RunName(match["stem"], match["run"], rank)
    match = _RANK_IN_NAME.fullmatch(given) if given else None
    if given is not None:
        return RunName(match["stem"] if match else given, run_id or (match and match["run"]) or "0", rank)
    match = _RANK_IN_NAME.fullmatch(stem) or _NUMBER_AT_END.fullmatch(stem)
    if match is None:
        return RunName(stem or "run", run_id or "0", rank)
    return RunName(match["stem"], run_id or match["run"] or "0", rank)


def _folder(attributes: Attributes) -> str | None:
    for name, drop in (("experiment_dir", 0), ("artifact_uri", 1)):
        path = first_text(attributes, name)
        parts = [part for part in (path or "").replace("\\", "/").split("/") if part not in ("", ".")]
        if len(parts) > drop:
            return parts[-1 - drop]
    return None


def label_of(identifier: str) -> str:
    """Return what an identifier without a label names: 3.x makes identifiers `<label>//<context>`."""
    label, separator, _ = identifier.rpartition("//")
    return label if separator and label and not label.endswith((":", "/")) else identifier


def last_part(path: str) -> str:
    """Return the last part of a path or an address, of whatever system."""
    _, _, place = path.replace("\\", "/").rpartition("://")
    return place.rstrip("/").rpartition("/")[2] or path
