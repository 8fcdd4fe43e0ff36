"""Points of documents: lists in every form in which Python writes them, whole and shortened."""

import math
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import ANY

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_packager.importers.yprov4ml.points import assemble
from prov4ml_packager.importers.yprov4ml.zones import guess_zone
from prov4ml_packager.repair.point_lists import PointList, parse_points
from prov4ml_packager.repair.time_text import parse_time, zone_of

T0 = 1_700_000_000_000  # ms
FORMS: dict[str, Callable[[list[float]], str]] = {
    "list": str,
    "numpy scalars": lambda values: str([np.float64(value) for value in values]),
    "numpy array": lambda values: np.array2string(
        np.array(values, float), threshold=10**9, floatmode="unique"
    ),
    "repr of an array": lambda values: f"array({values}, dtype=float64)",
    "tensors": lambda values: f"[{', '.join(f'tensor({value!r})' for value in values)}]",
    "texts": lambda values: str([str(value) for value in values]),
    "tuple": lambda values: f"({', '.join(map(str, values))},)",
}
numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)


@pytest.mark.parametrize("form", FORMS)
@given(values=st.lists(numbers, min_size=1, max_size=20))
def test_every_form_gives_the_numbers_back(form: str, values: list[float]) -> None:
    found = parse_points([FORMS[form](values)])
    assert found is not None
    assert found.gap is None
    assert [repr(float(item)) for item in found.items] == [repr(value) for value in values]  # type: ignore[arg-type]


def test_lists_of_json_are_lists_too() -> None:
    assert parse_points([1, "2.5", {"$": "3", "type": "xsd:int"}]) == PointList((1, 2.5, 3))
    assert parse_points(["[]"]) == PointList(())
    assert parse_points([{"$": '[1, null, "NaN", true, "x", [3]]', "type": "rdf:JSON"}]) == PointList(
        (1, None, ANY, 1, "x", "[3]")
    )
    assert parse_points([{"$": "[1, ", "type": "rdf:JSON"}]) == PointList(("[1,",))
    assert parse_points([None]) is None
    assert parse_points([True]) == PointList((1,))


def test_a_number_that_no_float_holds_stays_text() -> None:
    assert parse_points(["[1e400, -1e400, 1.0]"]) == PointList(("1e400", "-1e400", 1.0))
    assert parse_points(["[inf, tensor([[2.5]]), tensor([1, 2])]"]) == PointList(
        (math.inf, 2.5, "tensor([1, 2])")
    )


@pytest.mark.parametrize(
    "text", ["[0, 0, 0, ..., 4, 4, 4]", "[0 0 0 ... 4 4 4]", "array([0, 0, 0, ..., 4, 4, 4])"]
)
def test_a_gap_is_found(text: str) -> None:
    assert parse_points([text]) == PointList((0, 0, 0, 4, 4, 4), gap=3)


def whole(values: list[int]) -> PointList:
    return PointList(tuple(values))


def cut(values: list[int]) -> PointList:
    return PointList((*values[:3], *values[-3:]), gap=3)


@given(st.integers(8, 50))
def test_what_a_shortened_list_lost_is_exact_beside_a_whole_one(count: int) -> None:
    epochs, times = list(range(count)), [T0 + place for place in range(count)]
    found = assemble(whole(epochs), cut(epochs), whole(times), 0)
    assert (found.lost, len(found.points)) == (count - 6, 6)
    assert found.points["step"].tolist() == epochs[:3] + epochs[-3:]
    assert found.points["time"].tolist() == [time * 10**6 for time in times[:3] + times[-3:]]
    assert found.points["value"].tolist() == epochs[:3] + epochs[-3:]


def test_no_value_is_lost_where_only_epochs_were_shortened() -> None:
    found = assemble(cut(list(range(10))), whole(list(range(10))), whole([T0] * 10), 0)
    assert (found.lost, len(found.points)) == (0, 10)
    assert found.points["step"].tolist() == [0, 1, 2, 2, 2, 2, 2, 7, 8, 9]
    assert found.notes == ("the epoch of 4 points is not known: they have that of the point before",)


def test_three_shortened_lists_lost_an_unknown_number() -> None:
    found = assemble(cut([0] * 9), cut(list(range(9))), cut([T0] * 9), 0)
    assert (found.lost, found.at_least) == (None, 995)  # numpy shortens from 1,001 elements on
    assert found.points["value"].tolist() == [0, 1, 2, 6, 7, 8]


def test_lists_of_different_lengths_lose_what_has_no_partner() -> None:
    found = assemble(whole([0, 1, 2]), whole([5, 6]), whole([T0] * 3), 0)
    assert (found.lost, found.points["value"].tolist()) == (1, [5.0, 6.0])
    assert found.notes == ("the lists differ in length",)


def test_without_epochs_and_times_points_are_numbered_and_at_the_start() -> None:
    found = assemble(None, whole([5, 6]), None, 77)
    assert found.points["step"].tolist() == [0, 1]
    assert found.points["time"].tolist() == [77, 77]
    assert len(found.notes) == 2


def test_values_that_are_no_numbers_are_apart() -> None:
    found = assemble(whole([0, 1, 2]), PointList((1.5, "cat", None)), whole([T0, T0 + 1, T0 + 2]), 0)
    assert found.points["value"].tolist() == [1.5]
    assert [(one.epoch, one.value) for one in found.odd] == [(1, "cat"), (2, None)]


@pytest.mark.parametrize(("unit", "factor"), [("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1)])
def test_times_in_any_unit(unit: str, factor: int) -> None:
    found = assemble(whole([0]), whole([1]), whole([1_700_000_000 * 10**9 // factor]), 0)
    assert found.points["time"].tolist() == [1_700_000_000 * 10**9]


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1749112160.4970808", 1_749_112_160_497_080_800),
        ("1749112160497", 1_749_112_160_497_000_000),
        ("2025-06-05T08:29:20.497080800+00:00", 1_749_112_160_497_080_800),
        ("2025-06-05 10:29:20.4970808+02:00", 1_749_112_160_497_080_800),
        ("2025-06-05", 1_749_081_600_000_000_000),
    ],
)
def test_times_keep_their_nanoseconds(text: str, nanoseconds: int) -> None:
    found = parse_time(text)
    assert found is not None
    assert found.nanoseconds == nanoseconds


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("UTC+0000", 0), ("UTC", 0), ("Z", 0), ("CET+0100", 60), ("CEST+02:00", 120), ("IST+0530", 330),
        ("-03-0300", -180), ("+0545+0545", 345), ("W. Europe Standard Time+0100", 60), ("-0330", -210),
        ("Mitteleuropäische Zeit+0100", 60),
    ],
)  # fmt: skip
def test_zones_as_systems_name_them(text: str, minutes: int) -> None:
    assert zone_of(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", [None, "", "CET", "Europe/Rome", "+9900", "UTC+1", "2025-06-05", "x" * 99 + "+0100"]
)
def test_what_tells_no_offset(text: str | None) -> None:
    assert zone_of(text) is None


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e300", "nan", "2025-13-01", "1969-12-31T00:00:00"])
def test_what_is_no_time(text: str) -> None:
    assert parse_time(text) is None


def test_the_zone_of_a_host_is_the_one_that_puts_a_time_into_the_run() -> None:
    start, end = 1_749_112_160 * 10**9, 1_749_112_643 * 10**9
    zone = guess_zone("2025-06-05 10:37:23.182000", start, end)  # two hours ahead of UTC
    assert zone is not None
    assert zone.total_seconds() == 7200
    assert guess_zone("2025-06-05 10:37:23", start, start + 10**9) is None  # in no zone inside the run
    assert guess_zone("2025-06-05 10:37:23", start, start + 20_000 * 10**9) is None  # in several


def test_values_that_no_float_holds_are_apart_or_said_to_be_rounded() -> None:
    found = assemble(whole([0, 1, 2]), PointList((10**400, 2**53 + 1, 2**53)), whole([T0] * 3), 0)
    assert [(one.epoch, one.value) for one in found.odd] == [(0, str(10**400))]
    assert found.points["value"].tolist() == [2.0**53, 2.0**53]
    assert found.notes == ("values: 1 whole number beyond 2**53 becomes the nearest 64-bit float",)


def test_epochs_that_are_no_whole_numbers_are_said() -> None:
    found = assemble(PointList((0.5, 1.0, "2")), whole([5, 6, 7]), whole([T0] * 3), 0)
    assert found.points["step"].tolist() == [0, 1, 1]
    assert found.notes == (
        "the epoch of 1 point is no whole number, as 0.5, and is rounded down",
        "the epoch of 1 point is not known: it has that of the point before",
    )


@pytest.mark.parametrize("epoch", [10**400, -(10**400), 2**63, math.inf, math.nan])
def test_an_epoch_that_is_none_is_not_known(epoch: float) -> None:
    found = assemble(PointList((3, epoch)), whole([5, 6]), whole([T0] * 2), 0)
    assert found.points["step"].tolist() == [3, 3]


@pytest.mark.parametrize("time", [10**400, math.inf, math.nan, -5, None])
def test_a_time_that_is_none_does_not_decide_on_the_unit(time: float | None) -> None:
    found = assemble(whole([0, 1]), whole([5, 6]), PointList((1_700_000_000.25, time)), 0)
    assert found.points["time"].tolist() == [1_700_000_000_250_000_000] * 2


def test_times_may_be_texts() -> None:
    texts = PointList(("2025-06-05T08:29:20Z", "soon"))
    found = assemble(whole([0, 1]), whole([5, 6]), texts, 0, lambda text: 7 if text[0] == "2" else None)
    assert found.points["time"].tolist() == [7, 7]
    assert found.notes == ("the time of 1 point is not known: it has that of the point before",)
