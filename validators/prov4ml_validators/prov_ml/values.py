"""Values that were ruined when they were turned into text."""

import re
from collections.abc import Iterator, Sequence

from ..json_text import shorten
from ..prov_json.names import expand
from ..prov_json.records import Scope
from ..report import Finding, Location, Severity
from ..rules import rule
from .texts import Text
from .vocabulary import TERMS, local_name

ELIDED = rule(
    "prov-ml/elided-list",
    Severity.SHOULD,
    "A list is written whole: `...` in it stands for points that the document has lost.",
    source="prov4ml, rules for ML provenance",
    help="take the points from the metric store or the logs of the run; never write str() of an array",
)
PYTHON_TEXT = rule(
    "prov-ml/python-text",
    Severity.SHOULD,
    "A value is the value itself and not how Python prints an object: no np.float64( or tensor(.",
    source="prov4ml, rules for ML provenance",
    help="write float(x), x.item() or the name of the member of the enumeration",
)
LIST_AS_TEXT = rule(
    "prov-ml/list-as-text",
    Severity.SHOULD,
    "Points are numbers in a store that the document names, and not text in an attribute.",
    source="prov4ml, rules for ML provenance; docs/provenance.md, metric series",
    help="keep the points in a metric store; a short list may be a literal of type rdf:JSON",
)
NUMBER_AS_TEXT = rule(
    "prov-ml/number-as-text",
    Severity.SHOULD,
    "A number is a number or a typed literal; as plain text it neither compares nor sorts as one.",
    source="prov4ml, rules for ML provenance; PROV-JSON, section 2.3",
    help='write a JSON number, or {"$": "0.001", "type": "xsd:double"}; xsd:string if it is meant as text',
)

# Dots between elements of a bracketed list; those of a sentence are not meant.
_BEFORE = r"(?:\d\.?|nan|inf|True|False|None|[)\]'\"])"
_AFTER = r"(?:[-+]?\.?\d|nan|inf|True|False|None|[\[('\"]|np\.|tensor)"
_ELIDED = re.compile(rf"{_BEFORE}(?:\s*+,)?\s++\.\.\.,?\s++{_AFTER}")
_PYTHON = re.compile(
    r"(?<![A-Za-z])(?:np\.[a-z]+[0-9]*\(|numpy\.[a-z]+[0-9]*\(|tensor\(|(?:Context|LoggingItemKind)\.[A-Z]"
    r"|array\(\[|(?:Posix|Windows)Path\(['\"]|datetime\.(?:datetime|timedelta|date)\(\d|Decimal\('|Timestamp\(')"
    r"|<[\w.]+ object at 0x[0-9a-fA-F]+>|<class '[\w.]+'>"
)
_SIGNS_OF_PYTHON = ("(", "Context.", "LoggingItemKind.", " at 0x", "<class '")
_LIST = re.compile(r"[\[(](?:[\[\]()\s\d.,eE+\-'\"]++|nan|inf|True|False|None)*+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_LONGEST_NUMBER = 40
# Names, numbers of versions and the like are text even where they look like a number.
_NAMELIKE = re.compile(
    r"(?i)(?:version|id|name|label|title|identifier|release|commit|path|uri|url|type|role)\Z"
)
_LARGEST_COUNTED = 10_000


def check_values(scope: Scope, texts: Sequence[Text], *, is_ml: bool) -> Iterator[Finding]:
    """Yield texts that stand for values which were lost or ruined.

    Args:
        scope: the document or bundle.
        texts: the texts of the document or bundle.
        is_ml: also look for lists and numbers written as text, which other documents may have a reason for.
    """
    numeric_keys: dict[str, bool] = {}
    for one in texts:
        text = one.text
        ruined = False
        if "..." in text and _is_elided(text):
            ruined = True
            yield ELIDED.finding(_elided_message(one), Location(pointer=one.pointer))
        python = _PYTHON.search(text) if any(sign in text for sign in _SIGNS_OF_PYTHON) else None
        if python is not None:
            ruined = True
            message = f"{_what(one)} has the text of a Python object, {shorten(python.group())}"
            yield PYTHON_TEXT.finding(message, Location(pointer=one.pointer))
        if not is_ml or ruined or one.is_typed or not text:
            continue
        first = text[0]
        if first in "[(" and text[-1] in "])" and len(text) > 2 and _LIST.fullmatch(text):
            yield LIST_AS_TEXT.finding(
                f"{_what(one)} is a list written as text", Location(pointer=one.pointer)
            )
        elif (first.isdigit() or first in "+-.") and len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text):
            if one.key not in numeric_keys:
                numeric_keys[one.key] = _may_be_number(one.key, scope)
            if numeric_keys[one.key]:
                message = f"{_what(one)} is the number {text} written as text"
                yield NUMBER_AS_TEXT.finding(message, Location(pointer=one.pointer))


def _may_be_number(key: str, scope: Scope) -> bool:
    iri = expand(key, scope.namespaces)
    # Plain text among our own terms is always meant as text (docs/provenance.md, values and times).
    return not iri.startswith(TERMS) and _NAMELIKE.search(local_name(key)) is None


def _is_elided(text: str) -> bool:
    return "[" in text and _ELIDED.search(text) is not None


def _what(one: Text) -> str:
    return f"{local_name(one.key)} of {shorten(one.record.name)}"


def _elided_message(one: Text) -> str:
    if len(one.text) > _LARGEST_COUNTED:
        return f"{_what(one)} was shortened when it was written: the points at ... are lost"
    left = [part for part in re.split(r"[\s,\[\]]+", one.text) if part and part != "..."]
    return (
        f"{_what(one)} was shortened when it was written: {len(left)} values are left, those at ... are lost"
    )
