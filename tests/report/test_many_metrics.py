"""A run of thousands of metrics: what people look for is drawn first, and everything can be found."""

from dataclasses import replace
from pathlib import Path

from prov4ml_packager.metric_table import statistics
from prov4ml_packager.reader import read_run
from prov4ml_packager.report import PREVIEW, REPORT, PageHead, ReportRun, report_page
from prov4ml_packager.report.families import places_in_families
from prov4ml_packager.report.figures import make_figures
from prov4ml_packager.report.html import Rest

from ..browser import watched_page
from ..crate.test_preview import Page
from ..reader.raw_writer import RawRank, make_run

LAYERS = 60


def deep_run(path: Path) -> ReportRun:
    """Norms of sixty layers, and a loss and a score that were logged more rarely."""
    run = make_run(path)
    rank = RawRank(run)
    names = [f"layer_{layer}/{what}" for layer in range(LAYERS) for what in ("norm", "rate")]
    for number, name in enumerate([*names, "loss", "score"], start=1):
        rank.series(number, name, "TRAINING")
        for step in range(10 if name in names else 3):
            rank.point(number, step, float(number + step))
    rank.end()
    record = read_run(run)
    return ReportRun(record, tuple((one, statistics(one)) for one in record.metrics.series), ())


def test_numbers_make_a_family() -> None:
    names = ["layer_0/norm", "loss", "layer_1/norm", "layer_10/norm", "layer_0/rate", "loss"]
    assert places_in_families(names) == {
        "layer_0/norm": 0, "loss": 0, "layer_1/norm": 1, "layer_10/norm": 2, "layer_0/rate": 0,
    }  # fmt: skip


def test_one_of_each_family_is_drawn_before_a_second(tmp_path: Path) -> None:
    figures = make_figures([deep_run(tmp_path / "run")], replace(PREVIEW, curves=5))
    assert [one.curve.series.metric for one in figures.curves] == [
        "layer_0/norm", "layer_0/rate", "layer_1/norm", "loss", "score",
    ]  # fmt: skip
    assert figures.left_out == 2 * LAYERS - 3


def test_the_cards_are_of_different_metrics(tmp_path: Path) -> None:
    words = Page(report_page([deep_run(tmp_path / "run")], PageHead(), REPORT)).words
    for metric in ("layer_0/norm", "layer_0/rate", "loss", "score"):
        assert words.index(metric) < words.index("Experiment")


def test_rows_are_kept_as_long_as_there_is_room() -> None:
    rows = [["a" * 10, "b" * 2]] * 4  # twenty characters each, with quotes and commas
    assert len(Rest(rows, 60).kept()) == 3
    assert len(Rest(rows, 59).kept()) == 2
    assert Rest([], 10).kept() == []


def test_the_filter_finds_what_the_table_has_no_room_for(tmp_path: Path) -> None:
    page_limits = replace(PREVIEW, curves=4, rows=20, rest=100_000)
    text = report_page([deep_run(tmp_path / "run")], PageHead(), page_limits)
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    with watched_page() as watched:
        page = watched.open(tmp_path / "page.html")
        assert page.get_by_text("102 more rows are not shown: the filter finds them;").is_visible()
        rows = page.locator("#metrics tbody tr:visible")
        assert rows.count() == 20
        search = page.get_by_label("Filter the rows of this table")
        search.fill("LAYER_59/rate")
        assert rows.count() == 1
        assert rows.first.inner_text().split() == [
            "layer_59/rate", "TRAINING", "10", "120", "129", "120", "129", "124.5",
        ]  # fmt: skip
        assert rows.first.locator("th").get_attribute("scope") == "row"
        assert rows.first.locator("td").last.get_attribute("class") == "n"
        assert page.locator("#metrics p.filter output").inner_text() == "1 of 122"
        search.fill("")
        assert rows.count() == 20
        assert watched.misdeeds == []


def test_what_the_filter_cannot_find_is_counted(tmp_path: Path) -> None:
    limits = replace(PREVIEW, rows=20, rest=1_000)
    words = Page(report_page([deep_run(tmp_path / "run")], PageHead(), limits)).words
    (line,) = [word for word in words if "more rows are not shown" in word]
    assert line.startswith("102 more rows are not shown: the filter finds 1")
    assert line.endswith("; the metric store has all of them.")


def test_many_matches_are_shown_in_part(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    for number in range(1, 301):
        rank.series(number, f"head {number}", None)
        rank.point(number, 0, 1.0)
    rank.end()
    record = read_run(run)
    subject = ReportRun(record, tuple((one, statistics(one)) for one in record.metrics.series), ())
    text = report_page([subject], PageHead(), replace(PREVIEW, rows=20))
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    with watched_page() as watched:
        page = watched.open(tmp_path / "page.html")
        page.get_by_label("Filter the rows of this table").fill("head")
        found = page.locator("#metrics p.filter output").inner_text()
        assert found == "300 of 300, the first 220 are shown"
