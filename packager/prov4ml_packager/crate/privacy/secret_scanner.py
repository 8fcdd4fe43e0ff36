"""The library that knows what secrets look like: Kingfisher, which scans in this process and asks no network.

Its rules know the form of some five hundred kinds; `secret_rules.yml` adds passwords and keys that only the
name they are assigned to tells of.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_OWN_RULES = Path(__file__).with_name("secret_rules.yml")
_OWN = "prov4ml."
_KINDS = {
    "betterleaks.generic-credential-uri": "password in a URL",
    "prov4ml.plain-password": "password",
    "prov4ml.plain-key-or-token": "key or token",
}
"""Kinds whose identifier is no name that a reader would understand."""


class SecretScanner:
    """Finds likely secrets in bytes; several threads may use one."""

    def __init__(self) -> None:
        """Compile the rules, which takes seconds the first time.

        The library keeps the result in the user's cache directory (`KF_RULE_CACHE_DIR` names another), and
        goes without where it cannot.
        """
        from kingfisher_sdk import DetectionScanner, Rules

        # Redacted where they are found, so that no error or trace of ours can hold one.
        self._scanner = DetectionScanner(Rules([_OWN_RULES]), redact=True)

    def find(self, data: bytes, name: str, timeout: float | None = None) -> dict[int, str]:
        """Return the kind of secret in each line that holds one, by number from 1.

        Lines with the comment `kingfisher:ignore` hold none.

        Args:
            data: text in UTF-8, or anything else.
            name: path that it is known by; some rules look at its suffix.
            timeout: seconds after which to give up.

        Raises:
            TimeoutError: it took longer.
        """
        from kingfisher_sdk import ScanInput

        kinds: dict[int, str] = {}
        for finding in self._scanner.scan_input(ScanInput(path=name, data=data), timeout=timeout):
            if finding.visible:
                line = int(finding.location["line"])
                if line not in kinds or not finding.rule_id.startswith(_OWN):
                    kinds[line] = _kind(finding.rule_id)
        return kinds


def _kind(rule: str) -> str:
    return _KINDS.get(rule) or rule.rpartition("/" if "/" in rule else ".")[2].replace("-", " ")


@cache
def _scanner() -> SecretScanner:
    return SecretScanner()


def has_scanner() -> bool:
    """Return whether the extra is installed that the search needs."""
    return find_spec("kingfisher_sdk") is not None


def start_scanner() -> "Future[SecretScanner]":
    """Begin to make the scanner in a thread of its own, beside what is done until it is needed."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="prov4ml-secrets")
    future = pool.submit(_scanner)
    pool.shutdown(wait=False)
    return future
