"""`inspect`: curves in the terminal, of its width, in what it can show."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prov4ml_packager.cli.main import run
from prov4ml_packager.summary import Terminal, summarize, summary_lines
from prov4ml_packager.summary.sparkline import sparkline

from ..report.runs import ordinary_run


def test_curves_stand_beside_the_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    path = ordinary_run(tmp_path / "run", points=8)
    assert run(["inspect", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    loss = next(line for line in lines if line.startswith("  TRAINING    loss "))
    assert re.search(r"  █[▂-▇]{6}▁$", loss)  # eight falling values
    gap = next(line for line in lines if line.startswith("  VALIDATION  loss "))
    assert re.search(r"  █[▂-▇]{5}▁$", gap)  # the eighth is NaN
    single = next(line for line in lines if " single " in line)
    assert single.endswith("0.75")


@pytest.mark.parametrize("width", [20, 60, 90, 100, 110, 140, 400])
def test_lines_of_metrics_fit_the_terminal(width: int, tmp_path: Path) -> None:
    summary = summarize(ordinary_run(tmp_path / "run"))
    bare = summary_lines(summary, Terminal(0))
    drawn = summary_lines(summary, Terminal(width))
    assert len(bare) == len(drawn)
    for without, line in zip(bare, drawn, strict=True):
        assert line.startswith(without)
        assert len(line) <= max(width, len(without))
    assert any("█" in line for line in drawn) == (width >= 90)


def test_colours_and_blocks_only_where_they_can_be_shown(tmp_path: Path) -> None:
    summary = summarize(ordinary_run(tmp_path / "run"))
    plain = "\n".join(summary_lines(summary, Terminal(140, colour=False, blocks=False)))
    assert not set("▁▂▃▄▅▆▇█") & set(plain)
    assert "\x1b" not in plain
    coloured = "\n".join(summary_lines(summary, Terminal(140, colour=True)))
    assert "\x1b[32mstatus:" in coloured


def test_an_old_encoding_gets_plain_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ordinary_run(tmp_path / "run")
    out = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("COLUMNS", "120")
    assert run(["inspect", str(path)]) == 0
    out.flush()
    text = out.buffer.getvalue().decode("latin-1")  # type: ignore[attr-defined]
    assert "\\u258" not in text  # a block, as its number
    assert "#" in text


def test_json_has_the_curve_and_stays_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = ordinary_run(tmp_path / "run")
    assert run(["inspect", str(path), "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["metrics"]
    assert [len(one["curve"]) for one in metrics] == [1, *[34] * 5]


@given(
    st.lists(st.one_of(st.floats(), st.just("NaN"), st.integers(-5, 5))), st.integers(1, 60), st.booleans()
)
@example([sys.float_info.max] * 3, 1, False)
def test_sparklines_are_short_and_keep_the_order(values: list[object], width: int, blocks: bool) -> None:
    line = sparkline(values, width, blocks=blocks)
    assert len(line) <= width
    numbers = [one for one in values if isinstance(one, int | float) and abs(one) < float("inf")]
    if len(values) <= width and len(set(numbers)) > 1:
        heights = "▁▂▃▄▅▆▇█" if blocks else "_.-~=+*#"
        assert line[values.index(max(numbers))] == heights[-1]
        assert line[values.index(min(numbers))] == heights[0]


def test_equal_values_are_at_half_height() -> None:
    assert sparkline([2.0, 2.0], 10) == "▄▄"
    assert sparkline([], 10) == ""
    assert sparkline(["NaN"], 10) == ""
    assert sparkline([1.0, "NaN", 2.0], 10) == "▁ █"
