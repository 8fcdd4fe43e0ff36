"""What is done about likely secrets: they are said, or no crate is made."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ...errors import PackagerError
from ..options import SecretPolicy
from .searched import Searched
from .secret_scanner import has_scanner
from .secret_search import LARGEST_LOOKED_THROUGH, LONGEST_SEARCH, SecretSearch, start_search

MISSING = "not searched for secrets: the extra is not installed"
INSTALL = "run: pip install 'prov4ml[secrets]'"
_MOST_NAMED = 50


@contextmanager
def search_for(policy: SecretPolicy, note: Callable[[str], None]) -> Iterator[SecretSearch | None]:
    """Yield a search that suits a policy; None where nobody is to look or can.

    Raises:
        PackagerError: secrets are refused, and the extra that could find them is not installed.
    """
    if policy == "ignore":
        yield None
    elif has_scanner():
        with start_search(is_bounded=policy == "warn") as search:
            yield search
    elif policy == "refuse":
        raise PackagerError(MISSING, hint=INSTALL)
    else:
        note(f"{MISSING}; {INSTALL}")
        yield None


def report_secrets(
    search: SecretSearch,
    searched: Sequence[Searched],
    policy: SecretPolicy,
    instead: str,
    note: Callable[[str], None],
    warn: Callable[[str], None],
) -> None:
    """Finish a search and say what was found.

    Args:
        search: that of these texts and files.
        searched: what goes into the crate.
        policy: `warn`, or `refuse` to stop where there are any.
        instead: what the user can do to go without a secret that is refused.
        note: called with a line on what was not looked at.
        warn: called with a line for each finding.

    Raises:
        PackagerError: there are likely secrets and they are refused, or a file cannot be read.
    """
    found = search.finish(searched)
    for secret in found[:_MOST_NAMED]:
        warn(str(secret))
    if len(found) > _MOST_NAMED:
        warn(f"and {len(found) - _MOST_NAMED} more likely secrets")
    if found and policy == "refuse":
        some = "1 likely secret" if len(found) == 1 else f"{len(found)} likely secrets"
        raise PackagerError(
            f"{some} in what would be packed; nothing was written",
            hint=f"{instead} and revoke what is real, or choose --secrets warn",
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
        files = _files(search.left)
        note(
            f"{files} not searched for secrets to the end, since {LONGEST_SEARCH:.0f} s were over; "
            "--secrets refuse takes its time"
        )


def _files(count: int) -> str:
    return "1 file was" if count == 1 else f"{count} files were"
