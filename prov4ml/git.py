"""The state of a Git repository, asked of the `git` program with a time limit and without side effects."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TIMEOUT = 2.0
"""Seconds that all questions to git may take together."""

# The repository must not run programs of its own choice, and asking must not change it.
_SAFE_OPTIONS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "--no-pager")
# Set for the hooks of some repository; here the directory alone decides which repository is meant.
_PLACE_VARIABLES = frozenset(
    f"GIT_{name}"
    for name in ("DIR", "WORK_TREE", "COMMON_DIR", "INDEX_FILE", "OBJECT_DIRECTORY", "NAMESPACE", "PREFIX")
)
_OBJECT_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^/?#]*)@)?(?P<rest>[^?#]*)")
_SCP_PASSWORD = re.compile(r"(?P<user>[^/:@\s]+):[^/@\s]*@(?P<rest>[^/]+:.*)")


def describe_git(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Describe the repository that holds a directory; never raises, never asks for a password.

    Takes at most `TIMEOUT` seconds; what was not answered by then is None. Only changes to tracked files
    make it dirty: run directories below the repository would otherwise make every run dirty.

    Args:
        path: a directory of the working tree.

    Returns:
        `commit` (None before the first one), `branch` (None if detached), `dirty`, `remote` (address of the
        branch's remote, else of `origin`, else of the first, without credentials); or None where there
        is no repository or no git.
    """
    import time

    deadline = time.monotonic() + TIMEOUT
    place = _ask(path, deadline, "rev-parse", "--git-dir", "HEAD", accept_failure=True)
    lines = (place or "").splitlines()
    if not lines:
        return None
    branch = _ask(path, deadline, "symbolic-ref", "--short", "--quiet", "HEAD")
    settings = _ask(path, deadline, "config", "-z", "--get-regexp", r"^(remote\..*\.url|branch\..*\.remote)$")
    changes = _ask(
        path, deadline, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty"
    )
    branch = branch.strip() or None if branch is not None else None
    return {
        "commit": lines[1] if len(lines) > 1 and _OBJECT_NAME.fullmatch(lines[1]) else None,
        "branch": branch,
        "dirty": None if changes is None else bool(changes.strip()),
        "remote": _remote(settings or "", branch),
    }


def strip_credentials(address: str) -> str:
    """Return a remote's address without user names, passwords, query and fragment.

    The user of an ssh address (`ssh://git@host/…`, `git@host:…`) stays, since it names an account of the
    service and the address does not work without it; its password goes.
    """
    url = _URL.fullmatch(address.partition("?")[0].partition("#")[0])
    if url is not None:
        user = (url["user"] or "").partition(":")[0] if url["scheme"].endswith("ssh") else ""
        return f"{url['scheme']}://{user + '@' if user else ''}{url['rest']}"
    scp = _SCP_PASSWORD.fullmatch(address)
    return f"{scp['user']}@{scp['rest']}" if scp else address


def _remote(settings: str, branch: str | None) -> str | None:
    values: dict[str, str] = {}
    for entry in settings.split("\0"):
        name, _, value = entry.partition("\n")
        if value:
            values.setdefault(name, value)
    remote = values.get(f"branch.{branch}.remote", "origin")
    addresses = [value for name, value in values.items() if name.startswith("remote.")]
    address = values.get(f"remote.{remote}.url") or values.get("remote.origin.url")
    address = address or (addresses[0] if addresses else None)
    return strip_credentials(address) if address else None


def _ask(
    path: str | os.PathLike[str], deadline: float, *arguments: str, accept_failure: bool = False
) -> str | None:
    import subprocess
    import time

    environment = {name: value for name, value in os.environ.items() if name not in _PLACE_VARIABLES}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", "-C", os.fspath(path), *_SAFE_OPTIONS, *arguments]
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        return None
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return None
    with process:
        try:
            output, _ = process.communicate(timeout=remaining)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                return None
            raise
    if process.returncode != 0 and not accept_failure:
        return None
    return output.decode("utf-8", "surrogateescape")


def _end(process: Any) -> None:
    """Kill git and what it started: a filter that still holds the pipe would keep us waiting."""
    import signal

    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, OSError):
        process.kill()
