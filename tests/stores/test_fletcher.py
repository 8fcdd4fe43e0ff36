"""Fletcher-32 of chunks, beside the one of numcodecs, which is that of the HDF5 library."""

import numcodecs  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prov4ml_packager.stores.netcdf_store.fletcher import fletcher32


def by_library(values: np.ndarray) -> bytes:
    return bytes(numcodecs.Fletcher32().encode(values)[-4:])


@settings(max_examples=80)
@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=50), st.integers(1, 3000))
def test_it_is_the_sum_of_the_library(numbers: list[int], times: int) -> None:
    values = np.tile(np.array(numbers, np.uint64), times)
    assert fletcher32(values) == by_library(values)


@pytest.mark.parametrize("length", [1, 255, 256, 257, 65_535, 65_536, 65_537, 1 << 18])
@pytest.mark.parametrize("word", [0, 1, 0xFFFF, 0xFF00])
def test_sums_that_are_multiples_of_the_modulus(length: int, word: int) -> None:
    values = np.full(4 * length, word, np.uint16).view(np.uint64)
    assert fletcher32(values) == by_library(values)


def test_one_bit_changes_it() -> None:
    values = np.random.default_rng(3).integers(0, 1 << 62, 70_000)
    before = fletcher32(values)
    values[66_000] ^= 1 << 40
    assert fletcher32(values) != before
