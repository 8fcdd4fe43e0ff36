import dataclasses
import datetime
import enum
import json
import math
import struct
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml.typed import MAXIMUM_ELEMENTS, MAXIMUM_TEXT, text_of, typed_value


class Optimizer(enum.Enum):
    SGD = "sgd"


@dataclasses.dataclass
class Settings:
    rate: float
    sizes: list


Point = namedtuple("Point", "x y")


class Mute:
    def __str__(self):
        raise ZeroDivisionError


class Hostile:
    def __getattr__(self, name):
        raise RuntimeError(name)

    def __str__(self):
        return "hostile"


@pytest.mark.parametrize(
    ("value", "kind", "recorded"),
    [
        (None, "null", None),
        (True, "bool", True),
        (3, "int", 3),
        (2**53, "int", 2**53),
        (2**53 + 1, "int", "9007199254740993"),
        (-(2**53) - 1, "int", "-9007199254740993"),
        pytest.param(10**5000, "str", "<int of 16610 bits>", id="huge"),
        (0.1, "float", 0.1),
        (math.inf, "float", "INF"),
        (-math.inf, "float", "-INF"),
        (math.nan, "float", "NaN"),
        ("a\udc80\n", "str", "a\udc80\n"),
        (Path("a/b"), "str", "a/b"),
        (Optimizer.SGD, "str", "sgd"),
        (datetime.date(2026, 1, 2), "str", "2026-01-02"),
        (b"ab", "str", "b'ab'"),
        (math.sqrt, "str", "math.sqrt"),
        (dict, "str", "builtins.dict"),
        ([1, math.nan, (2.5, None)], "json", [1, "NaN", [2.5, None]]),
        ({"b", "a"}, "json", ["a", "b"]),
        ({1: "x", "1": "y"}, "json", {"1": "x", "1 (str)": "y"}),
        (Settings(0.5, [1]), "json", {"rate": 0.5, "sizes": [1]}),
        (Point(1, 2), "json", {"x": 1, "y": 2}),
        (SimpleNamespace(rate=-math.inf), "json", {"rate": "-INF"}),
        pytest.param(
            Mute(), "str", f"<{__name__}.Mute: its text could not be made (ZeroDivisionError)>", id="mute"
        ),
        pytest.param(Hostile(), "str", "hostile", id="hostile"),
    ],
)
def test_typed_value(value, kind, recorded):
    assert typed_value(value) == {"type": kind, "value": recorded}


def test_a_long_text_of_an_object_says_how_long_it_was():
    class Wordy:
        def __str__(self):
            return "x" * 5000

    assert typed_value(Wordy())["value"] == "x" * MAXIMUM_TEXT + " [cut: 5000 characters]"


def test_a_parameter_that_is_text_is_never_cut():
    assert typed_value("x" * 5000)["value"] == "x" * 5000


def test_a_list_that_contains_itself_ends():
    loop: list = [1]
    loop.append(loop)
    assert typed_value(loop)["value"] == [1, "<list: contains itself>"]


def test_deep_nesting_ends_in_text():
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    assert len(json.dumps(typed_value(deep))) < 100_000


def test_a_huge_list_is_described_and_not_shortened():
    assert typed_value([0] * (MAXIMUM_ELEMENTS + 1))["value"] == {
        "python_type": "list",
        "length": MAXIMUM_ELEMENTS + 1,
    }
    assert len(typed_value([0] * MAXIMUM_ELEMENTS)["value"]) == MAXIMUM_ELEMENTS


@given(st.floats())
def test_floats_keep_their_bits(number):
    recorded = json.loads(json.dumps(typed_value(number), allow_nan=False))
    if math.isfinite(number):
        assert struct.pack("<d", recorded["value"]) == struct.pack("<d", number)
    else:
        assert float(recorded["value"]) == number or (math.isnan(number) and recorded["value"] == "NaN")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
    )
)
def test_everything_becomes_strict_json(value):
    recorded = typed_value(value)
    assert json.loads(json.dumps(recorded, allow_nan=False)) == recorded
    assert recorded["type"] in {"null", "bool", "int", "float", "str", "json"}


def test_numpy_values():
    numpy = pytest.importorskip("numpy", reason="numpy is not installed: pip install numpy")
    assert typed_value(numpy.float32(0.1)) == {"type": "float", "value": 0.10000000149011612}
    assert math.copysign(1.0, typed_value(numpy.float64(-0.0))["value"]) == -1.0
    assert typed_value(numpy.int64(7)) == {"type": "int", "value": 7}
    assert typed_value(numpy.uint64(2**64 - 1)) == {"type": "int", "value": "18446744073709551615"}
    assert typed_value(numpy.bool_(True)) == {"type": "bool", "value": True}
    assert typed_value(numpy.array(2.5)) == {"type": "float", "value": 2.5}
    assert typed_value(numpy.datetime64("2026-01-02T03:04:05", "ns")) == {
        "type": "str",
        "value": "2026-01-02T03:04:05.000000000",
    }
    assert typed_value(numpy.longdouble(1.5))["type"] == "str"
    assert typed_value(numpy.arange(4).reshape(2, 2)) == {"type": "json", "value": [[0, 1], [2, 3]]}
    assert typed_value(numpy.zeros((10, 101))) == {
        "type": "json",
        "value": {"python_type": "numpy.ndarray", "shape": [10, 101], "dtype": "float64"},
    }
    assert typed_value({"a": numpy.array([numpy.nan])}) == {"type": "json", "value": {"a": ["NaN"]}}


def test_torch_values():
    torch = pytest.importorskip("torch", reason="needs torch: make test-torch")
    assert typed_value(torch.tensor(1.5, requires_grad=True)) == {"type": "float", "value": 1.5}
    assert typed_value(torch.tensor([1, 2])) == {"type": "json", "value": [1, 2]}
    assert typed_value(torch.empty(3, device="meta"))["type"] in {"str", "json"}
    assert typed_value(torch.float32) == {"type": "str", "value": "torch.float32"}


def test_text_of_cuts_the_repr_of_bytes():
    assert text_of(b"\0" * 3) == r"b'\x00\x00\x00'"
