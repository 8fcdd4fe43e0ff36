"""ORCIDs and RORs, however they are written: as numbers, or as the addresses that they lead to.

Source: ORCID, Structure of the ORCID Identifier; ROR, The structure of the ROR ID.
"""

import re

_ORCID = re.compile(r"(?:https?://orcid\.org/|orcid:)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?", re.ASCII)
_ROR = re.compile(r"(?:(?:https?://)?ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}\d{2})/?", re.ASCII)


def orcid_number(text: str) -> str | None:
    """Return the number of an ORCID, `0000-0000-0000-0000`, right to the last digit or not; else None."""
    match = _ORCID.fullmatch(text)
    return match[1] if match is not None else None


def has_right_check_digit(number: str) -> bool:
    """Return whether the last digit of an ORCID is what the others say (ISO 7064, MOD 11-2)."""
    total = 0
    for digit in number.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == number[-1]


def ror_number(text: str) -> str | None:
    """Return a ROR without its address; None for any other text."""
    match = _ROR.fullmatch(text)
    return match[1] if match is not None else None


def orcid_url(number: str) -> str:
    """Return the address of an ORCID."""
    return f"https://orcid.org/{number}"
