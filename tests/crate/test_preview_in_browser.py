"""The preview as a real browser sees it: charts, links that open, inert, and silent on the console."""

from dataclasses import replace
from pathlib import Path

import pytest

from prov4ml_packager.crate import build_crate

from ..browser import watched_page
from ..report.runs import ATTACK
from .builders import FULL, make_run


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
