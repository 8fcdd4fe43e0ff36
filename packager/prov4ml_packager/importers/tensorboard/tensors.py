"""`TensorProto`: numbers and byte strings of summaries.

Source: tensorflow/core/framework/tensor.proto and types.proto.
"""

import struct
from dataclasses import dataclass

from ..wire import BYTES, FIXED32, FIXED64, VARINT, WireError, double, fields, message, packed, signed, single

_STRING = 7
_CONTENT = {
    1: "<f",
    2: "<d",
    3: "<i",
    4: "<B",
    5: "<h",
    6: "<b",
    9: "<q",
    10: "<?",
    17: "<H",
    19: "<e",
    22: "<I",
    23: "<Q",
}
_HALF, _BRAIN = 19, 14
_MAXIMUM_DIMENSIONS = 254


@dataclass(frozen=True)
class Tensor:
    """A tensor as it is on the wire: `content` is its memory, `values` its elements one by one."""

    dtype: int
    shape: tuple[int, ...]
    content: bytes
    values: tuple[float, ...]
    strings: tuple[bytes, ...]

    @property
    def elements(self) -> int:
        """Return how many elements the shape asks for."""
        count = 1
        for length in self.shape:
            count *= max(0, length)
        return count


def read_tensor(data: bytes) -> Tensor:
    """Read a tensor; of a numeric one only the first element, since a scalar has one.

    Raises:
        WireError: it is damaged.
    """
    dtype, content = 0, b""
    shape: tuple[int, ...] = ()
    values: list[float] = []
    strings: list[bytes] = []
    for number, kind, value in fields(data):
        if number == 1 and isinstance(value, int):
            dtype = value
        elif number == 2 and isinstance(value, bytes):
            shape = _shape(value)
        elif number == 4 and isinstance(value, bytes):
            content = value
        elif number == 8 and kind == BYTES and isinstance(value, bytes):
            strings.append(value)
        elif number == 5:
            values += [single(one) for one in packed(value, FIXED32)[:1]]
        elif number == 6:
            values += [double(one) for one in packed(value, FIXED64)[:1]]
        elif number in (7, 10, 11):
            values += [float(signed(one)) for one in packed(value, VARINT)[:1]]
        elif number in (16, 17):
            values += [float(one) for one in packed(value, VARINT)[:1]]
        elif number == 13:
            values += [_half(one & 0xFFFF, dtype) for one in packed(value, VARINT)[:1]]
    return Tensor(dtype, shape, content, tuple(values), tuple(strings))


def _shape(data: bytes) -> tuple[int, ...]:
    dimensions = message(data).messages(2)
    if len(dimensions) > _MAXIMUM_DIMENSIONS:
        raise WireError(f"a tensor has {len(dimensions)} dimensions")
    return tuple(one.integer(1) for one in dimensions)


def _half(bits: int, dtype: int) -> float:
    if dtype == _BRAIN:
        return float(struct.unpack("<f", struct.pack("<I", bits << 16))[0])
    return float(struct.unpack("<e", struct.pack("<H", bits))[0])


def scalar(tensor: Tensor) -> float | None:
    """Return the number of a tensor with one element, with all its bits; None for any other tensor."""
    if tensor.elements != 1 or tensor.dtype == _STRING:
        return None
    if tensor.values:
        return tensor.values[0]
    if tensor.dtype == _BRAIN and len(tensor.content) == 2:
        return _half(int.from_bytes(tensor.content, "little"), _BRAIN)
    form = _CONTENT.get(tensor.dtype)
    if form is None:
        return None
    if not tensor.content:
        return 0.0  # proto3 leaves out what is zero
    if len(tensor.content) != struct.calcsize(form):
        return None
    return float(struct.unpack(form, tensor.content)[0])
