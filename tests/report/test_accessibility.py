"""What screen readers, keyboards and tired eyes need: names, order, targets, contrast."""

from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.crate import build_crate
from prov4ml_packager.draw import draw_graph
from prov4ml_packager.finalize_many import ensure_all_finalized
from prov4ml_packager.report import write_report

from ..browser import watched_page
from ..crate.builders import FULL
from .runs import ordinary_run

pytestmark = pytest.mark.system("chromium")

# Contrast is that of WCAG 2.2, success criterion 1.4.3: 4.5 to 1 for text.
FAULTS = r"""() => {
  const numbers = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const linear = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const weights = [0.2126, 0.7152, 0.0722];
  const light = (colour) => weights.reduce((sum, weight, at) => sum + weight * linear(colour[at] / 255), 0);
  const back = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = numbers(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faults = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words || element.closest("svg, script") || !element.checkVisibility()) continue;
    const pair = [light(numbers(getComputedStyle(element).color)), light(back(element))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (contrast < 4.5) faults.push(`contrast of ${element.className}`);
  }
  for (const control of document.querySelectorAll("button, input, a")) {
    const name = control.textContent.trim() || control.getAttribute("aria-label") || control.labels?.length;
    if (!name) faults.push("a control without a name");
  }
  // What is heard must have in it what is seen (WCAG 2.2, success criterion 2.5.3); signs alone are no words.
  const plain = (text) => text.toLowerCase().replace(/\s+/g, " ").trim();
  for (const control of document.querySelectorAll("[aria-label]:is(button, a, [role=button])")) {
    const texts = [...control.querySelectorAll("text")].map((one) => one.textContent);
    const seen = texts.join(" ") || control.textContent;
    const heard = plain(control.getAttribute("aria-label"));
    if (/\w\w/.test(seen) && !heard.includes(plain(seen))) faults.push(`${heard} is seen as ${plain(seen)}`);
  }
  for (const head of document.querySelectorAll("th")) {
    if (!head.textContent.trim()) faults.push("a head of a table without a word");
  }
  for (const one of ["main", "h1"]) {
    if (document.querySelectorAll(one).length !== 1) faults.push(`not one ${one}`);
  }
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1]));
  levels.forEach((level, at) => {
    if (at && level > levels[at - 1] + 1) faults.push(`h${level} after h${levels[at - 1]}`);
  });
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  ids.forEach((id, at) => ids.indexOf(id) < at && faults.push(`id ${id} twice`));
  for (const link of document.querySelectorAll("a[href^='#']")) {
    if (!document.getElementById(link.hash.slice(1))) faults.push(`${link.hash} leads nowhere`);
  }
  return [...new Set(faults)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reports_have_no_fault(scheme: Any, tmp_path: Path) -> None:
    runs = [ordinary_run(tmp_path / f"run{number}", number, points=20) for number in range(16)]
    crate = tmp_path / "crate"
    pages = [
        write_report(runs[:1], tmp_path / "one.html"),
        write_report(runs[:2], tmp_path / "two.html"),
        write_report(runs, tmp_path / "many.html"),
        write_report([build_crate(ensure_all_finalized(runs[:3]), crate, FULL)], tmp_path / "crate.html"),
        crate / "ro-crate-preview.html",
        tmp_path / "graph.html",
    ]
    draw_graph(runs[0], pages[-1])
    with watched_page(color_scheme=scheme) as watched:
        for path in pages:
            page = watched.open(path)
            assert page.evaluate(FAULTS) == []
            assert page.evaluate("document.documentElement.lang") == "en"


def test_the_keyboard_reaches_everything(tmp_path: Path) -> None:
    report = write_report([ordinary_run(tmp_path / "run", points=5)], tmp_path / "report.html")
    with watched_page() as watched:
        page = watched.open(report)
        reached = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate(
                    "document.activeElement.getAttribute('class') || document.activeElement.textContent"
                )
            )
        assert {"skip", "Summary", "theme", "Log", "canvas", "pg-stage"} <= reached
        assert any(one.startswith("key ") for one in reached)


def test_the_check_sees_faults(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        "<!DOCTYPE html><h1>a</h1><h3 id=x>b</h3><p id=x class=pale style='color:#aaa'>c</p>"
        "<button></button><a href='#gone'>d</a><table><tr><th></table><button aria-label=Back>Go on</button>"
    )
    with watched_page() as watched:
        assert set(watched.open(page).evaluate(FAULTS)) == {
            "contrast of pale",
            "a control without a name",
            "h3 after h1",
            "id x twice",
            "#gone leads nowhere",
            "a head of a table without a word",
            "back is seen as go on",
            "not one main",
        }
