// Tables whose rows a click on a head puts in order: exact numbers as numbers, text as people sort it, nothing last.

import { element } from "./dom.js";

const words = new Intl.Collator("en", { numeric: true });

// The column of each head, where cells of the first of two rows of heads span rows or columns.
function columnsOf(head) {
  const places = new Map();
  const taken = [];
  [...head.rows].forEach((row, level) => {
    let column = 0;
    for (const cell of row.cells) {
      while (taken[column]?.has(level)) column++;
      places.set(cell, column);
      for (let across = 0; across < cell.colSpan; across++, column++) {
        taken[column] ??= new Set();
        for (let down = 0; down < cell.rowSpan; down++) taken[column].add(level + down);
      }
    }
  });
  return places;
}

function compare(left, right) {
  const numbers = [Number(left), Number(right)];
  if (!numbers.some(Number.isNaN)) return numbers[0] - numbers[1];
  return words.compare(left, right);
}

function sort(table, column, down) {
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => {
    const cell = row.cells[column];
    const key = cell.dataset.value ?? cell.textContent.trim();
    return { row, key, last: key === "" || key === "nan" };
  });
  keyed.sort((a, b) => a.last - b.last || (a.last ? 0 : compare(a.key, b.key) * (down ? -1 : 1)));
  body.append(...keyed.map(({ row }) => row));
}

export function addSorting() {
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...columnsOf(table.tHead)].filter(([head]) => "sort" in head.dataset);
    for (const [head, column] of heads) {
      const button = element("button", { type: "button", className: "sort", title: "Sort by this column", onclick: () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const [other] of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, column, down);
      } }, ...head.childNodes);
      head.append(button);
    }
  }
}
