"""Reports in a real browser: charts that can be used, and pages that stay inert and silent."""

import re
from pathlib import Path

import pytest

from prov4ml_packager.report import write_report

from ..browser import Watched, watched_page
from ..reader.raw_writer import RawRank, make_run
from .runs import hostile_run, large_run, ordinary_run

pytestmark = pytest.mark.system("chromium")


def chart(watched: Watched, title: str) -> object:
    return watched.page.locator(
        "figure.plot", has=watched.page.locator(".title", has_text=re.compile(f"^{title}"))
    )


def pixels(watched: Watched, title: str) -> str:
    watched.page.wait_for_timeout(150)
    return str(chart(watched, title).locator("canvas").evaluate("one => one.toDataURL()"))  # type: ignore[attr-defined]


def first_and_last_step(watched: Watched, title: str) -> tuple[int, int]:
    """Return what the table behind a chart says is in view."""
    figure = chart(watched, title)
    if figure.locator("details").get_attribute("open") is None:  # type: ignore[attr-defined]
        figure.locator("summary").click()  # type: ignore[attr-defined]
        watched.page.wait_for_timeout(100)
    rows = figure.locator("tbody tr td:nth-child(2)").all_text_contents()  # type: ignore[attr-defined]
    steps = [int(row.replace(",", "")) for row in rows]
    return min(steps), max(steps)


def test_charts_zoom_toggle_smooth_and_read(tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run")], tmp_path / "report.html")
    with watched_page() as watched:
        page = watched.open(report)
        titles = page.locator("figure.plot .title").all_text_contents()
        assert titles == ["loss", "score", "cpu_usage %", "energy_consumed J"]
        figure = chart(watched, "loss")
        assert first_and_last_step(watched, "loss") == (0, 99)
        whole = pixels(watched, "loss")

        over = figure.locator(".u-over").bounding_box()
        page.mouse.move(over["x"] + over["width"] * 0.25, over["y"] + 50)
        page.mouse.down()
        page.mouse.move(over["x"] + over["width"] * 0.5, over["y"] + 52, steps=5)
        page.mouse.up()
        first, last = first_and_last_step(watched, "loss")
        assert 20 <= first <= 30
        assert 45 <= last <= 55
        assert first_and_last_step(watched, "score") == (first, last)

        figure.get_by_role("button", name="Reset to show everything: ").click()
        page.mouse.move(5, 5)
        assert first_and_last_step(watched, "loss") == (0, 99)
        assert pixels(watched, "loss") == whole

        for control in ("Log", "Time"):
            page.get_by_role("toolbar").get_by_role("button", name=control, exact=True).click()
            assert pixels(watched, "loss") != whole
            page.get_by_role("toolbar").get_by_role(
                "button", name={"Log": "Linear", "Time": "Step"}[control], exact=True
            ).click()
            assert pixels(watched, "loss") == whole
        page.get_by_label("Smoothing").fill("90")
        assert pixels(watched, "loss") != whole
        page.get_by_label("Smoothing").fill("0")

        key = figure.get_by_role("button", name="VALIDATION")
        key.click()
        assert key.get_attribute("aria-pressed") == "false"
        assert pixels(watched, "loss") != whole
        key.click()

        figure.locator(".canvas").focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        step = int(re.fullmatch(r"step (\d+)", figure.locator(".readout").text_content())[1])
        assert step > 0
        said = figure.locator("[aria-live]").text_content()
        assert said.startswith(f"step {step}: TRAINING 0.")
        page.keyboard.press("+")
        assert first_and_last_step(watched, "loss") != (0, 99)

        page.get_by_role("toolbar").get_by_role("button", name="Context", exact=True).click()
        page.wait_for_timeout(200)
        assert page.locator("figure.plot .title").all_text_contents()[:3] == [
            "loss · TRAINING", "loss · VALIDATION", "score · VALIDATION",
        ]  # fmt: skip
        assert watched.misdeeds == []


def test_the_graph_tells_a_node_when_it_is_chosen_and_leaves_the_wheel_to_the_page(tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run")], tmp_path / "report.html")
    with watched_page() as watched:
        page = watched.open(report)
        graph = page.locator(".provenance")
        graph.scroll_into_view_if_needed()
        place = graph.bounding_box()
        assert place is not None
        before = page.evaluate("scrollY")
        page.mouse.move(place["x"] + 300, place["y"] + 100)
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(300)
        assert page.evaluate("scrollY") < before
        graph.get_by_role("button", name="Overview").click()
        graph.get_by_role("button", name="Summary").click()
        graph.locator(".pg-picture:visible g.node", has_text="digits").first.click()
        assert "digits" in str(graph.locator(".pg-details").text_content())
        assert watched.misdeeds == []


def test_a_finger_scrolls_the_page_over_a_graph(tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run", points=5)], tmp_path / "report.html")
    with watched_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as watched:
        page = watched.open(report)
        stage = page.locator(".provenance .pg-stage")
        stage.evaluate("one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 300)")
        before = page.evaluate("scrollY")
        touch = page.context.new_cdp_session(page)
        for step in range(21):
            kind = "touchMove" if step else "touchStart"
            points = [{"x": 195, "y": 450 + 10 * step}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.wait_for_timeout(16)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(300)
        assert page.evaluate("scrollY") < before - 100


def test_what_is_no_number_is_marked_and_said(tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run")], tmp_path / "report.html")
    with watched_page() as watched:
        watched.open(report)
        note = chart(watched, "loss").locator(".note").first.text_content()  # type: ignore[attr-defined]
        assert note == "Every point is drawn: 200. ▲ marks what is NaN or infinite: 2 points."
        watched.page.get_by_role("toolbar").get_by_role("button", name="Log", exact=True).click()
        watched.page.wait_for_timeout(100)
        note = chart(watched, "score").locator(".note").first.text_content()  # type: ignore[attr-defined]
        assert note.endswith("Values of zero and below have no place on a logarithmic axis and are left out.")


def test_a_million_points_are_drawn_with_every_extreme(tmp_path: Path) -> None:
    report = write_report([large_run(tmp_path / "run")], tmp_path / "report.html")
    assert report.stat().st_size < 10_000_000
    with watched_page() as watched:
        page = watched.open(report)
        figure = chart(watched, "loss")
        note = figure.locator(".note").first.text_content()  # type: ignore[attr-defined]
        assert note.startswith("1,000,000 points in 111,112 cells of 9 consecutive points: the band")
        assert note.endswith("▲ marks what is NaN or infinite: 1 cell.")
        before = pixels(watched, "loss")
        for _ in range(6):
            figure.get_by_role("button", name="Zoom in").click()  # type: ignore[attr-defined]
        assert pixels(watched, "loss") != before
        first, last = first_and_last_step(watched, "loss")
        assert 10_000 < last - first < 20_000
        assert watched.misdeeds == []
        # The highest value is there: 1000 is in the data, though one point in a million.
        highest = page.evaluate(
            "() => { const e = JSON.parse(document.getElementById('curves').textContent).curves[0];"
            "const b = Uint8Array.from(atob(e.high), c => c.charCodeAt(0));"
            "return Math.max(...new Float64Array(b.buffer).filter(Number.isFinite)); }"
        )
        assert highest == 1000.0


def test_many_charts_come_in_portions_and_can_be_searched(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    for number in range(1, 101):
        rank.series(number, f"layer {number}", "TRAINING")
        rank.point(number, 0, 1.0)
        rank.point(number, 1, 2.0)
    rank.end()
    report = write_report([run], tmp_path / "report.html")
    with watched_page() as watched:
        page = watched.open(report)
        assert page.locator("figure.plot").count() == 60
        page.get_by_role("button", name="Show 40 more of 40 charts").click()
        assert page.locator("figure.plot").count() == 100
        page.get_by_label("Filter charts by name").fill("layer 7")
        assert page.locator("figure.plot .title").count() == 11  # 7 and 70 to 79
        page.get_by_label("Filter charts by name").fill("")
        assert page.locator("figure.plot").count() == 100
        assert watched.misdeeds == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_follows_the_system_and_the_button(scheme: str, tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run", points=5)], tmp_path / "report.html")
    backs = {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}
    with watched_page(color_scheme=scheme) as watched:
        page = watched.open(report)

        def back() -> str:
            return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

        assert back() == backs[scheme]
        page.get_by_role("button", name="Theme: system").click()
        assert back() == backs["light"]
        page.get_by_role("button", name="Theme: light").click()
        assert back() == backs["dark"]
        assert watched.misdeeds == []


def test_print_has_drawings_and_no_controls(tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run")], tmp_path / "report.html")
    with watched_page(color_scheme="dark") as watched:
        page = watched.open(report)
        page.emulate_media(media="print")
        assert page.locator("svg.drawing").first.is_visible()
        for hidden in (".plots", ".toolbar", "nav"):
            assert not page.locator(hidden).first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf()[:5] == b"%PDF-"
        assert watched.misdeeds == []


def test_a_comparison_fits_on_paper(tmp_path: Path) -> None:
    runs = [ordinary_run(tmp_path / f"run{number}", number, rate=0.1 * (number + 1)) for number in range(3)]
    report = write_report(runs, tmp_path / "report.html")
    with watched_page(viewport={"width": 718, "height": 900}) as watched:  # A4 between margins of 10 mm
        page = watched.open(report)
        page.emulate_media(media="print")
        table = page.locator("table.sortable")
        assert page.locator("table.sortable thead th").count() > 10
        assert table.evaluate("one => one.getBoundingClientRect().right") <= 718
        backs = page.locator(".badge").evaluate_all(
            "all => all.map(one => getComputedStyle(one).backgroundColor)"
        )
        assert set(backs) == {"rgba(0, 0, 0, 0)"}


def test_a_long_name_leaves_room_for_values_on_a_phone(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    rank = RawRank(run)
    rank.param("a" * 300, "float", 0.5)
    rank.end()
    report = write_report([run], tmp_path / "report.html")
    with watched_page(viewport={"width": 390, "height": 800}) as watched:
        page = watched.open(report)
        value = page.locator("#parameters td").first
        assert value.evaluate("one => one.getBoundingClientRect().right") <= 390
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_scripts_everything_is_there(tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run")], tmp_path / "report.html")
    with watched_page(java_script_enabled=False) as watched:
        page = watched.open(report)
        labels = [one.get_attribute("aria-label") for one in page.locator("svg.drawing").all()]
        assert labels[0] == "loss over steps: TRAINING, VALIDATION. The numbers are in the table of metrics."
        assert page.locator("svg.drawing").first.is_visible()
        assert page.get_by_role("row", name="rate").first.is_visible()


@pytest.mark.parametrize("count", [1, 5])
def test_a_run_of_attacks_stays_inert(tmp_path: Path, count: int) -> None:
    runs = [hostile_run(tmp_path / f"run{number}", number=number) for number in range(count)]
    report = write_report(runs, tmp_path / "report.html")
    with watched_page() as watched:
        page = watched.open(report)
        while (closed := page.locator("details:not([open])")).count():
            closed.first.locator("summary").first.click()
        for head in page.locator("button.sort").all():
            head.click()
        for name in ("Log", "Time", "Context"):
            page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()
        for one in page.locator("figure.plot").all():
            one.scroll_into_view_if_needed()
            one.locator(".u-over").hover()
        page.wait_for_timeout(300)
        assert page.evaluate("window.owned") is None
        assert page.evaluate("document.baseURI") == report.as_uri()
        schemes = page.evaluate("[...document.links].map(one => one.protocol)")
        assert set(schemes) <= {"file:"}
        assert page.locator("iframe, base, object, embed, form, img[src='x']").count() == 0
        assert page.locator("script:not([type])").count() == 2
        assert watched.misdeeds == []


def test_the_policy_stops_what_escaping_would_have_missed(tmp_path: Path) -> None:
    """The second line of defence, alone: markup put into the finished page neither runs nor loads a thing."""
    report = write_report([ordinary_run(tmp_path / "run", points=5)], tmp_path / "report.html")
    attack = (
        "<main><script>window.owned=1</script><img src=x onerror='window.owned=2'>"
        "<img src='https://evil.example/a.png'><link rel=stylesheet href='https://evil.example/b.css'>"
        "<p id=styled style='color:rgb(1,2,3)'>x</p><iframe src='https://evil.example/'></iframe>"
    )
    broken = tmp_path / "broken.html"
    broken.write_text(
        report.read_text(encoding="utf-8").replace("<main", f"{attack}<main", 1), encoding="utf-8"
    )
    with watched_page() as watched:
        page = watched.open(broken)
        assert page.evaluate("window.owned") is None
        assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(1, 2, 3)"
        assert {url for url in watched.requests if url.startswith("http")} <= set(watched.refused)
        assert len([line for line in watched.console if "Content Security Policy" in line]) >= 5


def test_the_watch_sees_what_a_careless_page_does(tmp_path: Path) -> None:
    page = tmp_path / "naive.html"
    page.write_text("<img src=gone.png onerror='alert(1)'><script>console.log('seen')</script>")
    with watched_page() as watched:
        watched.open(page)
        assert "dialog: 1" in watched.misdeeds
        assert "log: seen" in watched.misdeeds
        assert any(line.endswith("gone.png") for line in watched.misdeeds)
