"""The page to look around in, as a real browser sees it: it moves, it tells, and it stays inert."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.graph import GraphOptions, csp_hash, viewer_fragment, viewer_page
from prov4ml_packager.provenance import build_document

from ..provenance.sample_run import HOSTILE_NAMES, a_run

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install '.[test]'")
pytestmark = pytest.mark.system("chromium")

PAYLOADS = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "</script><script>document.title='owned'</script>",
    "<!--<script>",
    "</title></svg><iframe src=javascript:document.title='owned'>",
    "javascript:document.title='owned'",
    "&lt;img src=x onerror=alert(1)&gt;",
    *HOSTILE_NAMES,
)
SHOWN = ".pg-picture:not([hidden])"


class Page:
    """A page with what it said and asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.console: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: Path) -> Any:
        self.page.goto(path.as_uri())
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as program:
        opened = program.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 700})
    yield Page(context.new_page())
    context.close()


def written(path: Path, document: dict[str, Any], **options: Any) -> Path:
    path.write_text(
        viewer_page(viewer_fragment(document, GraphOptions(**options)), title="a run"), encoding="utf-8"
    )
    return path


def view_box(page: Any) -> list[float]:
    return [float(one) for one in page.locator(f"{SHOWN} svg").get_attribute("viewBox").split()]


def test_a_node_tells_its_attributes_and_its_neighbours(page: Page, tmp_path: Path) -> None:
    opened = page.open(written(tmp_path / "graph.html", build_document(a_run())))
    opened.locator(f"{SHOWN} g.node", has_text="lr = 0.1").click()
    details = opened.locator(".pg-details")
    assert details.locator("h3").inner_text() == "lr"
    assert "prov4ml:Parameter" in details.locator("dd").all_inner_texts()
    details.get_by_role("button", name="digits 0").click()
    assert details.locator("h3").inner_text() == "digits 0"
    opened.get_by_role("button", name="Close").click()
    assert details.is_hidden()
    assert page.console == []
    assert [one.partition(":")[0] for one in page.requests] == ["file"]


def test_it_pans_zooms_and_fits(page: Page, tmp_path: Path) -> None:
    opened = page.open(written(tmp_path / "graph.html", build_document(a_run())))
    start = view_box(opened)
    opened.get_by_role("button", name="Zoom in").click()
    assert view_box(opened)[2] == pytest.approx(start[2] / 1.25)
    opened.get_by_role("button", name="Fit").click()
    assert view_box(opened) == pytest.approx(start)
    place = opened.locator(".pg-stage").bounding_box()
    opened.mouse.move(place["x"] + 5, place["y"] + 5)
    opened.mouse.down()
    opened.mouse.move(place["x"] + 105, place["y"] + 45, steps=4)
    opened.mouse.up()
    moved = view_box(opened)
    scale = start[2] / place["width"]
    assert (moved[0] - start[0], moved[1] - start[1]) == pytest.approx((-100 * scale, -40 * scale), rel=0.05)
    opened.mouse.wheel(0, -200)
    assert view_box(opened)[2] < moved[2]


def test_it_works_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    opened = page.open(written(tmp_path / "graph.html", build_document(a_run())))
    focused = "document.activeElement.id"
    opened.locator(".pg-find").focus()
    opened.keyboard.press("Tab")
    start = view_box(opened)
    opened.keyboard.press("ArrowRight")
    assert view_box(opened)[0] > start[0]
    opened.keyboard.press("Tab")
    first = opened.evaluate(focused)
    opened.keyboard.press("ArrowRight")
    second = opened.evaluate(focused)
    assert first != second
    opened.keyboard.press("Enter")
    name = opened.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name.startswith(opened.locator(".pg-details h3").inner_text())
    opened.keyboard.press("Escape")
    assert opened.locator(".pg-details").is_hidden()
    assert opened.evaluate(focused) == second
    opened.keyboard.press("0")
    assert view_box(opened) == pytest.approx(start)


def test_what_is_chosen_can_be_read_on_a_phone(page: Page, tmp_path: Path) -> None:
    page.page.set_viewport_size({"width": 390, "height": 800})
    opened = page.open(written(tmp_path / "graph.html", build_document(a_run())))
    node = opened.locator(f"{SHOWN} g.node").filter(has_text="epochs")
    text = node.locator("text").first
    assert text.bounding_box()["height"] < 7
    node.click()
    assert text.bounding_box()["height"] > 9
    stage, box = opened.locator(".pg-stage").bounding_box(), node.bounding_box()
    assert stage["x"] <= box["x"]
    assert box["x"] + box["width"] <= stage["x"] + stage["width"]
    assert stage["y"] <= box["y"]
    assert box["y"] + box["height"] <= stage["y"] + stage["height"]


def test_levels_and_finding(page: Page, tmp_path: Path) -> None:
    opened = page.open(written(tmp_path / "graph.html", build_document(a_run())))
    assert opened.locator(".pg-status").inner_text().startswith("summary, ")
    opened.get_by_role("button", name="Full").click()
    assert opened.locator(".pg-status").inner_text().startswith("full, ")
    assert opened.locator(f"{SHOWN}").get_attribute("data-level") == "full"
    opened.locator(".pg-find").fill("epochs")
    opened.keyboard.press("Enter")
    assert opened.locator(".pg-details h3").inner_text() == "epochs"


def test_nothing_from_a_document_becomes_markup(page: Page, tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "prefix": {payload: payload for payload in PAYLOADS},
        "entity": {
            payload: {"prov:label": payload, payload: payload, "prov:type": payload} for payload in PAYLOADS
        },
        "activity": {f"a{payload}": {"prov:label": payload} for payload in PAYLOADS},
        "used": {
            f"_:{at}": {"prov:activity": f"a{payload}", "prov:entity": payload}
            for at, payload in enumerate(PAYLOADS)
        },
        "bundle": {payload: {"entity": {payload: {}}} for payload in PAYLOADS[:3]},
    }
    for detail in ("full", "overview"):
        opened = page.open(written(tmp_path / f"{detail}.html", document, detail=detail))
        for node in opened.locator(f"{SHOWN} g.node").all()[:12]:
            node.focus()
            opened.keyboard.press("Enter")
        assert opened.title() == "a run"
        assert opened.locator("iframe, img, a, script:not([type]):not(body > script)").count() == 0
    assert page.console == []  # what the page's own policy refuses is reported here
    assert [one.partition(":")[0] for one in page.requests] == ["file"] * 2


def test_two_graphs_of_a_page_do_not_meddle(page: Page, tmp_path: Path) -> None:
    graphs = [viewer_fragment(build_document(a_run()), name=name) for name in ("one", "other")]
    style, script = graphs[0].style, graphs[0].script
    policy = f"default-src 'none'; style-src {csp_hash(style)}; script-src {csp_hash(script)}"
    path = tmp_path / "page.html"
    path.write_text(
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>x</title><style>{style}</style>{graphs[0].html}{graphs[1].html}<script>{script}</script>",
        encoding="utf-8",
    )
    opened = page.open(path)
    identifiers = opened.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(identifiers) == len(set(identifiers)) > 20
    opened.locator("[data-prov-graph]").nth(1).locator(f"{SHOWN} g.node", has_text="lr = 0.1").click()
    details = opened.locator(".pg-details")
    assert [details.nth(at).is_visible() for at in (0, 1)] == [False, True]
    assert page.console == []


def test_without_scripts_the_picture_is_there(browser: Any, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(written(tmp_path / "graph.html", build_document(a_run())).as_uri())
    assert opened.locator(f"{SHOWN} svg").is_visible()
    assert opened.locator(".pg-bar").is_hidden()
    context.close()
