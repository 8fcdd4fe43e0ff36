"""Fletcher-32 as HDF5 sums chunks, in several threads: numcodecs and HDF5 let no other thread run meanwhile.

HDF5 File Format Specification 3.0, section III.A.1.b (`H5_checksum_fletcher32` of the library): two sums,
modulo 65,535, of big-endian words of 16 bits; the second is that of the first one after each word.
"""

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

_MODULUS = (1 << 16) - 1
_COLUMNS, _ROWS = 256, 256  # 64-bit numbers that are summed at a time: what stays in the cache
_WORDS = 4  # in each of them
_LANES = np.uint64(0x0000_FFFF_0000_FFFF)
_LOW, _HALF, _WORD = np.uint64(0xFFFF_FFFF), np.uint64(32), np.uint64(16)
_COLUMN_NUMBERS = np.arange(_COLUMNS, dtype=np.uint64)
_ROW_NUMBERS = np.arange(_ROWS, dtype=np.uint64)


def fletcher32(values: npt.NDArray[Any]) -> bytes:
    """Return the four bytes that HDF5 puts behind a chunk of 8-byte numbers."""
    numbers = values.view(np.uint64)
    first = second = 0
    block = _COLUMNS * _ROWS
    lanes = np.empty((2, min(block, len(numbers))), np.uint64)
    for start in range(0, len(numbers), block):
        part = numbers[start : start + block]
        whole = len(part) // _COLUMNS * _COLUMNS
        for piece in (part[:whole].reshape(-1, _COLUMNS), part[whole:].reshape(1, -1)):
            total, places = _sums(piece, lanes)
            words = _WORDS * piece.size
            second += words * (first + total) - places
            first += total
    if not first:
        return bytes(4)
    # Words were added with their bytes the other way round, which is 256 times as much, modulo 65,535. A sum
    # that is not 0 never becomes 0 in the library's way to take the rest.
    low, high = (256 * one % _MODULUS or _MODULUS for one in (first, second))
    return struct.pack("<HH", low, high)


def _sums(rows: npt.NDArray[np.uint64], lanes: npt.NDArray[np.uint64]) -> tuple[int, int]:
    """Return the sum of all words, and that of each times its place.

    Two words of each number are added up in two lanes of 32 bits, which do not overflow; `lanes` is memory.
    """
    even, odd = (lane[: rows.size].reshape(rows.shape) for lane in lanes)
    np.bitwise_and(rows, _LANES, out=even)
    np.right_shift(rows, _WORD, out=odd)
    np.bitwise_and(odd, _LANES, out=odd)
    by_column = [np.add.reduce(words, axis=0) for words in (even, odd)]
    by_word = [part for sums in by_column for part in (sums & _LOW, sums >> _HALF)]  # of words 0, 2, 1, 3
    totals = [int(sums.sum()) for sums in by_word]
    even += odd
    by_row = np.add.reduce(even, axis=1)
    by_row = (by_row & _LOW) + (by_row >> _HALF)
    before_row = int(by_row @ _ROW_NUMBERS[: len(by_row)]) * rows.shape[1]
    before_column = int(sum(by_word) @ _COLUMN_NUMBERS[: rows.shape[1]])
    within = 2 * totals[1] + totals[2] + 3 * totals[3]
    return sum(totals), _WORDS * (before_row + before_column) + within
