"""Protocol Buffers on the wire, for reading messages of other programs without their classes.

Source: https://protobuf.dev/programming-guides/encoding/. Field numbers are those of the messages' published
definitions; fields that are not known are skipped, as the format intends.
"""

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

_SIGN = 1 << 63
_DOUBLE = struct.Struct("<d")
_FLOAT = struct.Struct("<f")
_FIXED64 = struct.Struct("<Q")
_FIXED32 = struct.Struct("<I")

Value = int | bytes


class WireError(ValueError):
    """Bytes that are no message."""


def fields(message: bytes) -> Iterator[tuple[int, int, Value]]:
    """Yield the fields of a message in order: number, wire type, value.

    The value is an integer for varints (unsigned) and fixed fields (their bits), bytes for everything that
    has a length: text, bytes, embedded messages, packed numbers. A group is refused: no message that is read
    here has one. Memory is bounded by the message: a length beyond its end is an error.

    Raises:
        WireError: the bytes end inside a field, a varint is longer than ten bytes, or a wire type is unknown.
    """
    position, end = 0, len(message)
    while position < end:
        byte = message[position]
        position += 1
        key = byte
        if byte >= 0x80:
            key, position = _varint(message, position - 1)
        kind = key & 7
        number = key >> 3
        if number == 0:
            raise WireError("a field has the number 0")
        if kind == BYTES:
            if position < end and message[position] < 0x80:
                length = message[position]
                position += 1
            else:
                length, position = _varint(message, position)
            if length > end - position:
                raise WireError(f"a field of {length} bytes reaches beyond the end of its message")
            yield number, kind, message[position : position + length]
            position += length
        elif kind == VARINT:
            value, position = _varint(message, position)
            yield number, kind, value
        elif kind in (FIXED64, FIXED32):
            form = _FIXED64 if kind == FIXED64 else _FIXED32
            if position + form.size > end:
                raise WireError("a number reaches beyond the end of its message")
            yield number, kind, form.unpack_from(message, position)[0]
            position += form.size
        else:
            raise WireError(f"a field has the wire type {kind}")


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    end = len(message)
    while position < end:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
        shift += 7
        if shift >= 70:
            raise WireError("a varint is longer than ten bytes")
    raise WireError("a varint reaches beyond the end of its message")


def signed(value: Value) -> int:
    """Return the number of an `int32` or `int64` field; 0 if it is no number."""
    if not isinstance(value, int):
        return 0
    return value - (1 << 64) if value >= _SIGN else value


def zigzag(value: Value) -> int:
    """Return the number of an `sint32` or `sint64` field; 0 if it is no number."""
    return (value >> 1) ^ -(value & 1) if isinstance(value, int) else 0


def double(value: Value) -> float:
    """Return the number of a `double` field; NaN if it has no eight bytes."""
    if not isinstance(value, int):
        return float("nan")
    return float(_DOUBLE.unpack(_FIXED64.pack(value))[0])


def single(value: Value) -> float:
    """Return the number of a `float` field, exactly; NaN if it has no four bytes."""
    if not isinstance(value, int) or value >> 32:
        return float("nan")
    return float(_FLOAT.unpack(_FIXED32.pack(value))[0])


def text(value: Value) -> str:
    r"""Return the text of a `string` field; bytes that are no UTF-8 become `\xNN`."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else ""


def packed(value: Value, kind: int) -> list[int]:
    """Return the numbers of a repeated field, written packed or one at a time.

    Args:
        value: of one field.
        kind: the wire type of an element: VARINT, FIXED32 or FIXED64.

    Raises:
        WireError: the bytes end inside an element.
    """
    if isinstance(value, int):
        return [value]
    if kind == VARINT:
        found, position = [], 0
        while position < len(value):
            number, position = _varint(value, position)
            found.append(number)
        return found
    form = _FIXED64 if kind == FIXED64 else _FIXED32
    if len(value) % form.size:
        raise WireError("packed numbers end inside one")
    return [number for (number,) in form.iter_unpack(value)]


def message(data: Value) -> "Message":
    """Return a message with its fields by number.

    Raises:
        WireError: as `fields`.
    """
    return Message(data if isinstance(data, bytes) else b"")


class Message:
    """A small message in memory; of a field that is not repeated the last value counts.

    Raises:
        WireError: as `fields`.
    """

    def __init__(self, data: bytes) -> None:
        self._values: dict[int, list[Value]] = {}
        for number, _, value in fields(data):
            self._values.setdefault(number, []).append(value)

    def has(self, number: int) -> bool:
        """Tell whether a field is there."""
        return number in self._values

    def all(self, number: int) -> list[Value]:
        """Return the values of a repeated field in order."""
        return self._values.get(number, [])

    def one(self, number: int, otherwise: Value = 0) -> Value:
        """Return the value of a field, or `otherwise`."""
        values = self._values.get(number)
        return values[-1] if values else otherwise

    def text(self, number: int) -> str:
        """Return a string field; empty if it is not there."""
        return text(self.one(number, b""))

    def texts(self, number: int) -> list[str]:
        """Return a repeated string field."""
        return [text(value) for value in self.all(number)]

    def integer(self, number: int) -> int:
        """Return an `int32`, `int64`, `bool` or enum field; 0 if it is not there."""
        return signed(self.one(number))

    def double(self, number: int) -> float:
        """Return a `double` field; 0.0 if it is not there."""
        return double(self.one(number))

    def message(self, number: int) -> "Message":
        """Return an embedded message; an empty one if it is not there."""
        return message(self.one(number, b""))

    def messages(self, number: int) -> list["Message"]:
        """Return a repeated embedded message."""
        return [message(value) for value in self.all(number)]
