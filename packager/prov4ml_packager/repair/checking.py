"""The last step: what no repair put right, by the judgement of our validator, is left out."""

import json
from typing import Any

from prov4ml_validators.json_text import decode_json
from prov4ml_validators.prov_json import check_prov_json
from prov4ml_validators.report import Severity

from ..errors import PackagerError
from .model import Ledger

_ROUNDS = 50


def remove_invalid(document: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    """Remove the records at which the validator has a finding of MUST, until it has none.

    Args:
        document: a PROV-JSON document; it is changed.
        ledger: where each removal is noted, with the rule and the finding.

    Raises:
        PackagerError: findings remain that no removal of a record ends, which is a bug.
    """
    remaining = ""
    for _ in range(_ROUNDS):
        source = decode_json(json.dumps(document).encode("ascii"), path="")
        findings = [one for one in check_prov_json(source) if one.severity is Severity.MUST]
        if not findings:
            return document
        removed = False
        for finding in findings:
            remaining = f"{finding.rule}: {finding.message}"
            place = finding.location.pointer if finding.location else None
            if place and _remove(document, place):
                ledger.note(f"left-out {finding.rule}", finding.message, place)
                removed = True
        if not removed:
            break
    raise PackagerError(f"cannot be repaired ({remaining})", hint="please report it with the document")


def _remove(document: dict[str, Any], place: str) -> bool:
    """Remove the record, or else the part, that a JSON pointer lies in; False if it is gone already."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in place.split("/")[1:]]
    depth = 4 if tokens[:1] == ["bundle"] and len(tokens) > 2 else 2
    holder: Any = document
    for token in tokens[: depth - 1]:
        if not isinstance(holder, dict) or token not in holder:
            return False
        holder = holder[token]
    last = tokens[min(depth, len(tokens)) - 1]
    if not isinstance(holder, dict) or last not in holder:
        return False
    del holder[last]
    return True
