"""The preview: safe whatever a run is called, and complete."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from prov4ml_packager.comparison import run_table
from prov4ml_packager.crate import Author, Contact, Organization, build_crate
from prov4ml_packager.metric_table import series_from_points, sorted_table, statistics
from prov4ml_packager.record import ContextRecord, ParameterRecord, RunError
from prov4ml_packager.report import PREVIEW, PageHead, ReportRun, report_page
from prov4ml_packager.report.assets import script

from .builders import FULL, START, artifact, make_run, points, rank_record, write_file

PAYLOADS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></title><svg onload=alert(1)>",
    "javascript:alert(1)",
]  # fmt: skip
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4", "p", "nav", "main",
    "dl", "div", "dt", "dd", "a", "span", "code", "section", "article", "table", "thead", "tbody",
    "tr", "th", "td", "details", "summary", "br", "footer", "ul", "li", "strong", "pre",
    "figure", "figcaption", "svg", "g", "line", "text", "path", "polygon", "ellipse", "script",
    "button", "input", "bdi",
}  # fmt: skip


class Page(HTMLParser):
    """Everything of a page that could do something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.scripts: list[tuple[str | None, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

        if tag == "script":
            self.scripts.append((dict(attrs).get("type"), ""))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and self.scripts:
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        else:
            self.words.append(data)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_stay_text(tmp_path: Path, payload: str) -> None:
    series = series_from_points(
        points(1.0, 2.0), metric=payload, context=payload, source=payload, unit=payload
    )
    run = make_run(
        tmp_path / "run_1",
        experiment=payload, run_id=payload, status="failed", error=RunError(payload, payload, payload),
        ranks=(replace(rank_record(), command=(payload, payload), script=payload, user=payload),),
        contexts=(ContextRecord(payload, None, START, START),), metrics=sorted_table([series]),
        parameters=(ParameterRecord(payload, payload, payload, payload, True, START),),
        extra=lambda root: (artifact(payload, write_file(root, "artifacts/x", b"")),),
    )  # fmt: skip
    options = replace(
        FULL, name=payload, description=payload, license=payload, keywords=(payload,),
        authors=(Author(payload, payload, Organization(payload, payload)),),
        publisher=Organization(payload, payload), url=f"https://x/{payload}",
        contact=Contact(payload, None, payload),
    )  # fmt: skip
    page = Page((build_crate([run], tmp_path / "crate", options) / "ro-crate-preview.html").read_text())
    assert page.tags <= TAGS
    assert not [one for one in page.attributes if one[1].startswith("on")]
    for _, name, value in page.attributes:
        if name == "href":
            assert not value.lower().startswith("javascript:")
        assert name != "src"
    json_kind = "application/json"
    assert [kind for kind, _ in page.scripts] == ["application/ld+json", json_kind, json_kind, None, None]
    assert page.scripts[-2][1].rstrip() == script().rstrip()
    assert payload in page.words


def test_page_is_complete_and_loads_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1")
    page = Page((build_crate([run], tmp_path / "crate", FULL) / "ro-crate-preview.html").read_text())
    policy = next(
        value for tag, name, value in page.attributes if (tag, name) == ("meta", "content") and "src" in value
    )
    assert policy.startswith("default-src 'none';")
    for word in [
        "Digits, classified",
        "finished",
        "Ada Lovelace",
        "lr",
        "0.05",
        "loss",
        "1.16667",
        "digits-net, version 1",
    ]:
        assert word in page.words
    assert "NaN" in page.words
    assert "train.py --lr 0.1 --token=***" in page.words
    links = {value for tag, name, value in page.attributes if name == "href"}
    local = {link for link in links if "://" not in link and not link.startswith("mailto:")}
    assert {"artifacts/model/model-v1.bin", "packaged/prov.json", "artifacts/plots/"} <= local
    places = {value for _, name, value in page.attributes if name == "id"}
    for link in local:
        assert link[1:] in places if link.startswith("#") else (tmp_path / "crate" / link).exists()


def test_the_copy_of_the_metadata_lacks_only_the_digest_of_what_holds_its_own(tmp_path: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "crate", FULL)
    page = Page((crate / "ro-crate-preview.html").read_text())
    copy = json.loads(next(content for kind, content in page.scripts if kind == "application/ld+json"))
    metadata = json.loads((crate / "ro-crate-metadata.json").read_text())
    manifest = next(one for one in metadata["@graph"] if one["@id"] == "manifest-sha256.txt")
    assert (manifest.pop("sha256"), manifest.pop("contentSize")) != ("", "")
    assert copy == metadata


def test_later_versions_ask_for_no_copy(tmp_path: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "crate", replace(FULL, spec="1.2"))
    page = Page((crate / "ro-crate-preview.html").read_text())
    assert "application/ld+json" not in [kind for kind, _ in page.scripts]


def test_a_crate_with_authors_says_how_to_cite_it(tmp_path: Path) -> None:
    crate = build_crate([make_run(tmp_path / "run_1")], tmp_path / "crate", FULL)
    page = Page((crate / "ro-crate-preview.html").read_text())
    assert " Ada Lovelace (2025): Digits, classified. RO-Crate. Example Institute." in page.words


def test_the_page_is_bounded_whatever_the_run_holds(tmp_path: Path) -> None:
    series = [
        series_from_points(points(*([1.0, 2.0] * 50)), metric=f"metric {number}", context="training")
        for number in range(2_000)
    ]
    parameters = tuple(ParameterRecord(f"p{n}", "x" * 100_000, None, None, True, START) for n in range(600))
    run = make_run(tmp_path / "run_1", metrics=sorted_table(series), parameters=parameters)
    crate = build_crate([run], tmp_path / "crate", replace(FULL, spec="1.2"))
    page = (crate / "ro-crate-preview.html").read_text()
    assert len(page) < 2_500_000
    words = Page(page).words
    assert "100 more rows are not shown." in words
    assert (
        "1,000 series are not drawn here; prov4ml-pack report draws 5,000. "
        "The tables of metrics have their figures."
    ) in words
    assert (
        "1,500 more rows are not shown: the filter finds them; the metric store has all of them."
    ) in words
    assert f"{'x' * 1000}… (100,000 characters)" in words


def test_several_runs_are_linked_from_a_table(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / f"digits_{number}", number=number) for number in (1, 2)]
    page = Page((build_crate(runs, tmp_path / "crate", FULL) / "ro-crate-preview.html").read_text())
    assert {("a", "href", "#run-0"), ("a", "href", "#run-1")} <= set(page.attributes)
    assert {("article", "id", "run-0"), ("article", "id", "run-1")} <= set(page.attributes)


def test_a_page_of_many_runs_is_bounded_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    series = tuple(
        (one, statistics(one))
        for number in range(20)
        for one in [series_from_points(points(*range(50)), metric=f"metric {number}", context="training")]
    )
    parameters = [(f"p{number}", "x" * 500) for number in range(60)]
    logged = tuple(ParameterRecord(key, value, None, None, True, START) for key, value in parameters)

    def subject(number: int) -> ReportRun:
        uuid = f"12345678-1234-4234-8234-{number:012d}"
        record = replace(run, run_id=str(number), uuid=uuid, parameters=logged)
        own = tuple((replace(one), numbers) for one, numbers in series)
        return ReportRun(record, own, (), facets={"parameters": {k: f"{number} {v}" for k, v in parameters}})

    subjects = [subject(number) for number in range(600)]
    table = run_table(subjects, [one.run.run_id for one in subjects])
    head = PageHead(comparison_href="comparison.csv")
    page = report_page(subjects, head, PREVIEW, table)
    words = " ".join(Page(page).words)
    assert len(page) < 8_000_000
    assert "100 more runs are not shown." in words
    assert "The whole table is in  comparison.csv ." in words
    assert "350 more runs are only in the comparison." in words
    assert "11,000 series are not drawn" in words
    assert page.count("<article") == 250
