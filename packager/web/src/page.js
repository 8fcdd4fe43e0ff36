// Entry: charts, theme, filters of long tables, and closed sections opened for printing.

import { showCharts } from "./charts.js";
import { element } from "./dom.js";
import { addSorting } from "./sorting.js";
import { count } from "./words.js";

const FILTER_FROM = 15;

function themeButton(redraw) {
  const themes = [["auto", "Theme: system"], ["light", "Theme: light"], ["dark", "Theme: dark"]];
  let chosen = 0;
  const button = element("button", { type: "button", className: "theme", textContent: themes[0][1], onclick: () => {
    chosen = (chosen + 1) % themes.length;
    document.documentElement.dataset.theme = themes[chosen][0];
    button.textContent = themes[chosen][1];
    redraw();
  } });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  return button;
}

function addFilters() {
  for (const table of document.querySelectorAll("table.long")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < FILTER_FROM) continue;
    const found = element("output");
    const search = element("input", { type: "search", placeholder: "Filter rows", "aria-label": "Filter the rows of this table", oninput: () => {
      const wanted = search.value.toLowerCase();
      let left = 0;
      for (const row of rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        left += !row.hidden;
      }
      found.textContent = wanted ? `${count(left)} of ${count(rows.length)}` : "";
    } });
    table.parentElement.before(element("p", { className: "filter" }, search, " ", found));
  }
}

function openForPrint() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not(.behind)")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
}

// A wheel over a graph that nobody has chosen scrolls the page; in one that has the focus, or with Ctrl, it zooms.
function keepTheWheel() {
  for (const graph of document.querySelectorAll(".provenance")) {
    graph.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !graph.contains(document.activeElement)) event.stopPropagation();
    }, { capture: true });
  }
}

document.documentElement.classList.add("js");
const source = document.getElementById("curves");
const redraw = source ? showCharts(JSON.parse(source.textContent)) : () => {};
document.querySelector("nav")?.append(themeButton(redraw));
addFilters();
addSorting();
keepTheWheel();
openForPrint();
