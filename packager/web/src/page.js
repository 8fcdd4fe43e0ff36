// Entry: charts, theme, filters of long tables, and closed sections opened for printing.

import { showCharts } from "./charts.js";
import { element } from "./dom.js";
import { addSorting } from "./sorting.js";
import { count } from "./words.js";

const FILTER_FROM = 15;
const MOST_ADDED = 200;

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

// Rows that the page has no room for are plain text in a block beside the table, and shown where they are looked for.
function restOf(table) {
  const block = table.parentElement.querySelector("script");
  const kinds = [...table.tHead.rows[0].cells].map((head) => head.className);
  const rows = block ? JSON.parse(block.textContent).map((cells) => ({ cells, words: cells.join(" ").toLowerCase() })) : [];
  const made = ({ cells }) => element("tr", {}, ...cells.map((text, place) => {
    const cell = element(place ? "td" : "th", { className: kinds[place], textContent: text });
    if (!place) cell.scope = "row";
    return cell;
  }));
  return { rows, made };
}

function addFilters() {
  for (const table of document.querySelectorAll("table.long")) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    if (rows.length < FILTER_FROM) continue;
    const rest = restOf(table);
    let added = [];
    const found = element("output");
    const search = element("input", { type: "search", placeholder: "Filter rows", "aria-label": "Filter the rows of this table", oninput: () => {
      const wanted = search.value.toLowerCase();
      let left = 0;
      for (const row of rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        left += !row.hidden;
      }
      const others = wanted ? rest.rows.filter(({ words }) => words.includes(wanted)) : [];
      added.forEach((row) => row.remove());
      added = others.slice(0, MOST_ADDED).map(rest.made);
      body.append(...added);
      const unseen = others.length - added.length;
      const shown = unseen ? `, the first ${count(left + added.length)} are shown` : "";
      found.textContent = wanted ? `${count(left + others.length)} of ${count(rows.length + rest.rows.length)}${shown}` : "";
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
