"""The preview as a real browser sees it: charts, links that open, inert, and silent on the console."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from prov4ml_packager.crate import build_crate

from ..browser import watched_page
from ..report.runs import ATTACK
from .builders import FULL, make_run
from .test_experiment import finalized


@pytest.mark.system("chromium")
def test_a_browser_shows_the_preview_and_runs_nothing_of_the_run(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1", experiment=ATTACK)
    options = replace(FULL, name=ATTACK, description=ATTACK, keywords=(ATTACK,))
    crate = build_crate([run], tmp_path / "crate", options)
    with watched_page() as watched:
        page = watched.open(crate / "ro-crate-preview.html")
        assert page.title().startswith("</script></style></title><script>window.owned=1")
        page.locator("figure.plot").last.scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        assert page.locator("figure.plot canvas").count() == 2
        page.locator(".pg-picture:visible g.node").first.click()
        assert page.locator(".pg-details").is_visible()
        assert page.evaluate("window.owned") is None
        assert watched.misdeeds == []
        page.get_by_role("link", name="packaged/prov.json").click()
        page.wait_for_url("**/packaged/prov.json")


def _column(page: Page, place: int) -> list[str]:
    return [one.inner_text() for one in page.locator(f"table.sortable tbody tr > :nth-child({place})").all()]


def _head(page: Page, words: str) -> Locator:
    return page.locator("table.sortable thead th", has_text=words).first


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("experiment")
    runs = finalized(folder, 20)
    runs[7] = replace(runs[7], status="failed")
    return build_crate(runs, folder / "crate", FULL)


@pytest.mark.system("chromium")
@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_a_browser_compares_the_runs_of_an_experiment(experiment: Path, width: int) -> None:
    with watched_page(viewport={"width": width, "height": 850}) as watched:
        page = watched.open(experiment / "ro-crate-preview.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert _column(page, 1)[:3] == ["run 0", "run 1", "run 2"]
        rates = [float(one) for one in _column(page, 3)]
        assert rates == sorted(rates)
        head = _head(page, "rate")
        head.get_by_role("button").click()
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == "descending"
        assert [float(one) for one in _column(page, 3)] == sorted(rates, reverse=True)
        _head(page, "Status").get_by_role("button").click()
        assert _column(page, 2) == ["failed"] + ["finished"] * 19
        assert _column(page, 1)[0] == "run 7"
        # A link from the table opens the part that it leads to.
        assert not page.locator("#run-7").is_visible()
        page.get_by_role("link", name="run 7").click()
        page.locator("#run-7 .cards").wait_for(state="visible")
        page.get_by_role("searchbox", name="Filter the rows").first.fill("failed")
        assert page.locator("table.sortable tbody tr:visible").count() == 1
        loss = page.locator("figure.plot", has_text="loss").first
        loss.scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        assert loss.locator("canvas").count() == 1
        keys = loss.locator("button.key")
        assert keys.count() == 40  # a training and a validation loss of each
        loss.get_by_role("button", name="Hide all curves").click()
        assert loss.locator('button.key[aria-pressed="false"]').count() == 40
        keys.first.click()
        assert loss.locator('button.key[aria-pressed="true"]').count() == 1
        assert watched.misdeeds == []
        assert page.get_by_role("link", name="comparison.csv").get_attribute("href") == "comparison.csv"
