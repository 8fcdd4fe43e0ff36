"""What products say of a run in the same words: its title, times, values, command, source and error."""

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from prov4ml.redaction import redact_arguments

from .record import JsonValue, RunRecord
from .text import escape_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SSH_REMOTE = re.compile(r"(?:ssh://)?git@([A-Za-z0-9.-]+)[:/](.+)")
_LARGEST_EXACT = 1 << 53


def iso_time(nanoseconds: int) -> str:
    """Return a time as ISO 8601 in UTC with milliseconds; what is smaller is cut off.

    Milliseconds, because validators of Process Run Crate take three decimals or none.
    """
    return (_EPOCH + timedelta(microseconds=nanoseconds // 1000)).isoformat(timespec="milliseconds")


def listed(names: Sequence[str], last: str) -> str:
    """Return names with commas between them and a word, such as `and`, before the last one."""
    return f" {last} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def plain_value(value: JsonValue) -> str | bool | int | float:
    """Return a logged value as JSON-LD can carry it.

    Numbers that JSON cannot say, or that a reader with 64-bit floats would change, are text; so are lists
    and dictionaries, as JSON.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_EXACT else str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        return value if math.isfinite(value) else "INF" if value > 0 else "-INF"
    if isinstance(value, str):
        return escape_text(value)
    return escape_text(json.dumps(value, sort_keys=True, ensure_ascii=False))


def command_line(run: RunRecord) -> str | None:
    """Return the first rank's command without its folder and without credentials."""
    command = redact_arguments(list(run.ranks[0].command)) if run.ranks else []
    if not command:
        return None
    return escape_text(" ".join([re.split(r"[\\/]", command[0])[-1], *command[1:]]))


def error_text(run: RunRecord) -> str | None:
    """Return why the run did not finish, in one line, or None if it did."""
    if run.status == "finished":
        return None
    if run.error is not None:
        first = (run.error.message.strip().splitlines() or [""])[0]
        return escape_text(f"{run.error.type}: {first}" if first else run.error.type)
    if run.status == "failed":
        return "The run failed."
    return "The run did not end: it was killed, or a rank of it is missing."


def source_url(run: RunRecord) -> str | None:
    """Return the page of the logged commit on its code host, or None if there is no such page."""
    git = next((rank.git for rank in run.ranks if rank.git is not None), None)
    if git is None or not git.remote or not git.commit or not re.fullmatch(r"[0-9a-f]{7,64}", git.commit):
        return None
    remote = git.remote.strip()
    if match := _SSH_REMOTE.fullmatch(remote):
        remote = f"https://{match[1]}/{match[2]}"
    parts = urlsplit(remote)
    host = (parts.hostname or "").lower()
    path = parts.path.strip("/").removesuffix(".git")
    if parts.scheme not in ("http", "https") or not host or not path:
        return None
    if "gitlab" in host:
        place = f"-/tree/{git.commit}"
    elif host == "bitbucket.org":
        place = f"src/{git.commit}"
    elif host == "codeberg.org" or "gitea" in host or "forgejo" in host:
        place = f"src/commit/{git.commit}"
    else:
        place = f"tree/{git.commit}"
    return f"https://{host}/{quote(path)}/{place}"


def script_name(run: RunRecord) -> str:
    """Return the file name of the script that ran, or the experiment's name where none is known."""
    script = next((rank.script for rank in run.ranks if rank.script), None)
    return escape_text(re.split(r"[\\/]", script)[-1] if script else run.experiment)


def run_title(run: RunRecord) -> str:
    """Return what the run is called."""
    return f"{escape_text(run.experiment)}, run {escape_text(run.run_id)}"
