"""Fields of one JSON object of unknown quality, read with their types checked."""

from collections.abc import Callable, Mapping

from ..record import JsonValue
from .typed_values import decode_typed

LARGEST_INTEGER = 2**63 - 1


class FieldError(Exception):
    """A field without which the object means nothing is missing or has a wrong type."""


class Fields:
    """One JSON object.

    A required field that is missing or of a wrong type raises `FieldError`. An optional one of a wrong type
    counts as not given and is complained of; so does, silently, an empty text.
    """

    def __init__(self, data: Mapping[str, object], complain: Callable[[str], None]) -> None:
        self._data = data
        self._complain = complain

    def _ignore(self, name: str, expected: str) -> None:
        self._complain(f"field '{name}' is not {expected}; ignored")

    def has(self, name: str) -> bool:
        """Return whether the field is there and not null."""
        return self._data.get(name) is not None

    def text(self, name: str) -> str:
        """Return a required text, which may be empty."""
        value = self._data.get(name)
        if not isinstance(value, str):
            raise FieldError(f"field '{name}' is not a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text, or None where it is absent or empty."""
        value = self._data.get(name)
        if value is not None and not isinstance(value, str):
            self._ignore(name, "a text")
            return None
        return value or None

    def integer(self, name: str, least: int = 0) -> int:
        """Return a required integer from `least` to 2**63 - 1."""
        value = self._data.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST_INTEGER:
            raise FieldError(f"field '{name}' is not an integer from {least} to 2**63 - 1")
        return value

    def optional_integer(self, name: str, least: int = 0) -> int | None:
        """Return an integer from `least` to 2**63 - 1, or None."""
        if not self.has(name):
            return None
        try:
            return self.integer(name, least)
        except FieldError:
            self._ignore(name, f"an integer from {least} to 2**63 - 1")
            return None

    def optional_flag(self, name: str) -> bool | None:
        """Return true or false, or None."""
        value = self._data.get(name)
        if value is not None and not isinstance(value, bool):
            self._ignore(name, "true or false")
            return None
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false, `default` where it is absent."""
        value = self.optional_flag(name)
        return default if value is None else value

    def child(self, name: str) -> "Fields | None":
        """Return an object, or None."""
        value = self._data.get(name)
        if value is not None and not isinstance(value, dict):
            self._ignore(name, "an object")
            return None
        return None if value is None else Fields(value, self._complain)

    def children(self, name: str) -> "list[Fields]":
        """Return a list of objects; whatever else is in the list is left out."""
        return [Fields(one, self._complain) for one in self._list(name) if isinstance(one, dict)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; whatever else is in the list is left out."""
        return tuple(one for one in self._list(name) if isinstance(one, str))

    def text_map(self, name: str) -> dict[str, str]:
        """Return an object of texts; values of other types are left out."""
        value = self._data.get(name)
        if value is not None and not isinstance(value, dict):
            self._ignore(name, "an object")
        return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}

    def plain_map(self) -> dict[str, JsonValue]:
        """Return the whole object as it is."""
        return dict(self._data)  # type: ignore[arg-type]  # what json.loads returned is a JsonValue

    def typed(self, name: str) -> JsonValue:
        """Return a required typed value."""
        try:
            return decode_typed(self._data.get(name))
        except ValueError as error:
            raise FieldError(f"field '{name}': {error}") from error

    def optional_typed(self, name: str) -> JsonValue:
        """Return a typed value, or None where it is absent or damaged."""
        if not self.has(name):
            return None
        try:
            return self.typed(name)
        except FieldError as error:
            self._complain(f"{error}; ignored")
            return None

    def typed_map(self, name: str) -> dict[str, JsonValue]:
        """Return an object of typed values; damaged ones are left out."""
        value = self._data.get(name)
        if value is not None and not isinstance(value, dict):
            self._ignore(name, "an object")
        if not isinstance(value, dict):
            return {}
        inner = Fields(value, self._complain)
        decoded: dict[str, JsonValue] = {}
        for key in value:
            try:
                decoded[key] = inner.typed(key)
            except FieldError as error:
                self._complain(f"field '{name}': {error}; ignored")
        return decoded

    def _list(self, name: str) -> list[object]:
        value = self._data.get(name)
        if value is not None and not isinstance(value, list):
            self._ignore(name, "a list")
        return value if isinstance(value, list) else []
