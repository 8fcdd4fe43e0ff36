"""The preview: safe whatever a run is called, and complete."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from prov4ml_packager.crate import Author, Contact, Organization, build_crate
from prov4ml_packager.metric_table import series_from_points, sorted_table
from prov4ml_packager.record import ContextRecord, ParameterRecord, RunError

from .builders import FULL, START, artifact, make_run, points, rank_record, write_file

PAYLOADS = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></title><svg onload=alert(1)>",
    "javascript:alert(1)",
]  # fmt: skip
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4", "p",
    "dl", "div", "dt", "dd", "a", "span", "code", "section", "article", "table", "thead", "tbody",
    "tr", "th", "td", "details", "summary", "br", "img", "footer",
}  # fmt: skip


class Page(HTMLParser):
    """Everything of a page that could do something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_stay_text(tmp_path: Path, payload: str) -> None:
    series = series_from_points(points(1.0), metric=payload, context=payload, source=payload, unit=payload)
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
        publisher=Organization(payload, payload), url=payload, contact=Contact(payload, None, payload),
    )  # fmt: skip
    page = Page((build_crate([run], tmp_path / "crate", options) / "ro-crate-preview.html").read_text())
    assert page.tags <= TAGS
    assert not [one for one in page.attributes if one[1].startswith("on")]
    for tag, name, value in page.attributes:
        if name == "href":
            assert not value.lower().startswith("javascript:")
        if name == "src":
            assert (tag, value.split(",")[0]) == ("img", "data:image/svg+xml;base64")
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
    for link in local:
        assert (tmp_path / "crate" / link).exists()


def test_several_runs_are_linked_from_a_table(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / f"digits_{number}", number=number) for number in (1, 2)]
    page = Page((build_crate(runs, tmp_path / "crate", FULL) / "ro-crate-preview.html").read_text())
    assert {("a", "href", "#run-0"), ("a", "href", "#run-1")} <= set(page.attributes)
    assert {("article", "id", "run-0"), ("article", "id", "run-1")} <= set(page.attributes)
