"""The texts that the attributes of a document hold."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..json_text import pointer
from ..prov_json.records import ARGUMENTS, TIMES, Record, Scope

_NO_TEXT = ("QName", "QUALIFIED_NAME", "dateTime", "int", "long", "integer", "double", "float", "boolean")


class Text(NamedTuple):
    """One value that is text: where it is from, and whether a datatype says that it is meant as text."""

    record: Record
    key: str
    position: int | None
    text: str
    is_typed: bool

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the value."""
        place = self.record.pointer + pointer(self.key)
        return place if self.position is None else f"{place}/{self.position}"


def texts(scope: Scope) -> Iterator[Text]:
    """Yield every attribute value that is text: plain, language-tagged, or of a datatype for text."""
    for record in scope.records:
        arguments = ARGUMENTS.get(record.kind, ())
        for key, value in record.attributes.items():
            if key in arguments or key in TIMES:
                continue
            if type(value) is str:
                yield Text(record, key, None, value, False)
            elif type(value) is list:
                for index, one in enumerate(value):
                    yield from _text(record, key, index, one)
            elif type(value) is dict:
                yield from _text(record, key, None, value)


def _text(record: Record, key: str, index: int | None, value: Any) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(record, key, index, value, False)
    elif isinstance(value, dict):
        text, datatype = value.get("$"), value.get("type")
        is_typed = isinstance(datatype, str)
        if isinstance(text, str) and not (isinstance(datatype, str) and datatype.endswith(_NO_TEXT)):
            yield Text(record, key, index, text, is_typed)
