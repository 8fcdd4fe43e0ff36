// One chart: a uPlot canvas with its own legend, buttons and table, usable by pointer, keyboard and screen reader.

import uPlot from "uplot";
import { align, along, smooth } from "./curves.js";
import { COLOURS, element, ink, lineOf } from "./dom.js";
import { count, number, seconds } from "./words.js";

const HEIGHT = 260;
const TALL = 480;
const TABLE_ROWS = 200;
// From this many curves on, bands and dots would hide each other: only lines are drawn.
const CROWD = 16;
const MANY_KEYS = 8;
const KEYS = "Left and right arrows read values, plus and minus zoom, zero shows everything.";

function alpha(colour, part) {
  return colour + Math.round(part * 255).toString(16).padStart(2, "0");
}

export class Chart {
  // `group`: { title, unit, curves }; `view`: what all charts share: axis, log, weight, range, linked, onRange.
  constructor(group, view) {
    this.group = group;
    this.view = view;
    this.hidden = new Set();
    this.plot = null;
    this.height = HEIGHT;
    this.canvas = element("div", {
      className: "canvas", tabIndex: 0, role: "group", "aria-label": `Chart of ${group.title}. ${KEYS}`,
      onkeydown: (event) => this.#key(event),
    });
    this.readout = element("output", { className: "readout" });
    this.spoken = element("div", { className: "spoken", "aria-live": "polite" });
    this.legend = element("ul", { className: "legend" });
    this.note = element("p", { className: "note" });
    this.details = this.#details();
    this.root = element("figure", { className: "plot" }, this.#caption(), this.canvas,
      element("div", { className: "foot" }, this.legend, this.readout), this.note,
      this.spoken, this.details);
    this.#fillLegend();
    this.#fillNote();
  }

  #caption() {
    const { title, unit, context } = this.group;
    const button = (label, text, action) =>
      element("button", { type: "button", title: label, textContent: text, "aria-label": `${label}: ${title}`, onclick: action });
    const heading = element("span", { className: "title" }, title);
    if (unit) heading.append(element("span", { className: "unit" }, ` ${unit}`));
    if (context) heading.append(element("span", { className: "unit" }, ` · ${context}`));
    return element("figcaption", {}, heading, element("span", { className: "buttons" },
      button("Zoom in", "+", () => this.zoom(0.5)),
      button("Zoom out", "−", () => this.zoom(2)),
      button("Reset to show everything", "Reset", () => this.setRange(null)),
      button("Larger or smaller", "⤢", () => this.#enlarge()),
    ));
  }

  #fillLegend() {
    this.values = [];
    this.keys = [];
    this.group.curves.forEach((curve, which) => {
      const value = element("span", { className: "value" });
      this.values.push(value);
      const key = element("button", {
        type: "button", className: `key c${curve.colour % COLOURS} d${Math.floor(curve.colour / COLOURS) % 4}`, "aria-pressed": "true",
        title: "Show or hide this curve", onclick: () => this.#toggle(which),
      }, element("span", { className: "swatch" }), element("span", { className: "name" }, curve.label), value);
      this.keys.push(key);
      this.legend.append(element("li", {}, key));
    });
    if (this.keys.length > MANY_KEYS) {
      const all = (show) => element("button", { type: "button", textContent: show ? "Show all" : "Hide all", "aria-label":
        `${show ? "Show" : "Hide"} all curves: ${this.group.title}`, onclick: () => this.#toggleAll(show) });
      this.legend.prepend(element("li", {}, all(true), " ", all(false)));
    }
  }

  #fillNote() {
    const { curves } = this.group;
    const whole = curves.filter((curve) => curve.cell === 1);
    const folded = curves.filter((curve) => curve.cell > 1);
    const total = (list) => list.reduce((sum, curve) => sum + curve.count, 0);
    const parts = [];
    if (!folded.length) parts.push(`Every point is drawn: ${count(total(whole))}.`);
    else {
      const cells = folded.reduce((sum, curve) => sum + curve.mean.length, 0);
      const sizes = [...new Set(folded.map((curve) => curve.cell))].sort((a, b) => a - b).map(count).join(", ");
      const drawn = curves.length > CROWD ? "the line is the mean of a cell"
        : "the band reaches from the smallest to the largest value of a cell, the line is its mean";
      parts.push(`${count(total(folded))} points in ${count(cells)} cells of ${sizes} consecutive points: ${drawn}.`);
      if (whole.length) parts.push("Of the other curves every point is drawn.");
    }
    const odd = curves.reduce((sum, curve) => sum + curve.odd.size, 0);
    if (odd) parts.push(`▲ marks what is NaN or infinite: ${count(odd)} ${folded.length ? "cell" : "point"}${odd === 1 ? "" : "s"}.`);
    this.words = parts.join(" ");
    this.note.textContent = this.words;
  }

  #details() {
    const holder = element("div", { className: "scroll" });
    const details = element("details", { className: "behind" }, element("summary", {}, "Data"), holder);
    details.addEventListener("toggle", () => this.#refreshTable());
    return details;
  }

  #table() {
    const { axis } = this.view;
    const range = this.plot ? this.plot.scales.x : { min: -Infinity, max: Infinity };
    const rows = [];
    for (const curve of this.group.curves) {
      const { x, low, high, mean } = along(curve, axis);
      for (let place = 0; place < x.length; place++) {
        if (x[place] >= range.min && x[place] <= range.max) rows.push([curve, x[place], low[place], mean[place], high[place]]);
      }
    }
    const stride = Math.max(1, Math.ceil(rows.length / TABLE_ROWS));
    const folded = this.group.curves.some((curve) => curve.cell > 1);
    const heads = ["Curve", axis === "time" ? "Time" : "Step", ...(folded ? ["Smallest", "Mean", "Largest"] : ["Value"])];
    const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((head, column) => element("th", { scope: "col", className: column ? "n" : "" }, head)))));
    const body = element("tbody");
    for (let place = 0; place < rows.length; place += stride) {
      const [curve, x, low, mean, high] = rows[place];
      const cells = [curve.label, axis === "time" ? seconds(x) : count(x), ...(folded ? [low, mean, high] : [mean]).map(number)];
      body.append(element("tr", {}, ...cells.map((cell, column) => element("td", column ? { className: "n" } : {}, cell))));
    }
    table.append(body);
    const shown = Math.ceil(rows.length / stride);
    const words = stride === 1 ? `All ${count(shown)} rows of what is in view.`
      : `Every ${count(stride)}th of the ${count(rows.length)} rows in view; zoom in for more.`;
    return [element("p", { className: "note" }, words), table];
  }

  // Draw, now that the chart is near the window; again whenever the view has changed.
  draw() {
    const width = Math.floor(this.canvas.clientWidth);
    if (!width) return;
    if (this.plot) this.plot.destroy();
    const { data, series, bands } = this.#content();
    this.plot = new uPlot(this.#options(width, series, bands), data, this.canvas);
    // The plot is for eyes; the label, the keys and the table say the same to others.
    this.plot.root.setAttribute("aria-hidden", "true");
    if (this.view.range) this.#apply(this.view.range);
    this.#refreshTable();
  }

  resize() {
    const width = Math.floor(this.canvas.clientWidth);
    if (this.plot && width && width !== this.plot.width) this.plot.setSize({ width, height: this.height });
  }

  #content() {
    const { axis, log, weight } = this.view;
    const columns = [];
    const series = [{}];
    const bands = [];
    this.owners = [null];
    let dropped = 0;
    const drawable = (values) => {
      if (!log) return values;
      return values.map((value) => (value > 0 ? value : ((dropped += Number.isFinite(value)), NaN)));
    };
    const add = (which, options) => {
      series.push({ show: !this.hidden.has(which), points: { show: false }, ...options });
      this.owners.push(which);
    };
    this.drawn = this.group.curves.map((curve) => along(curve, axis));
    const crowd = this.drawn.length > CROWD;
    this.drawn.forEach((curve, which) => {
      const { colour, dash } = lineOf(curve.colour);
      const line = { stroke: colour, dash, width: crowd ? 1 : 1.6 };
      const faint = { stroke: alpha(colour, 0.3), dash, width: 1 };
      const arrays = [];
      if (curve.cell > 1 && !crowd) {
        arrays.push(drawable(curve.high), drawable(curve.low));
        bands.push({ series: [series.length, series.length + 1], fill: alpha(colour, 0.22) });
        const edge = { stroke: alpha(colour, 0.35), width: 0.5 };
        add(which, edge);
        add(which, edge);
      }
      const few = !crowd && curve.cell === 1 && curve.mean.length <= 60;
      const dots = few ? { points: { show: true, size: 5, stroke: colour, fill: colour } } : {};
      arrays.push(drawable(curve.mean));
      add(which, weight ? faint : { ...line, ...dots });
      if (weight) {
        arrays.push(drawable(smooth(curve.mean, weight)));
        add(which, { ...line, width: 2 });
      }
      columns.push({ x: curve.x, arrays });
    });
    const more = log && dropped ? " Values of zero and below have no place on a logarithmic axis and are left out." : "";
    this.note.textContent = this.words + more;
    return { data: align(columns), series, bands };
  }

  #options(width, series, bands) {
    const axisInk = { stroke: ink("dim"), grid: { stroke: ink("line"), width: 1 }, ticks: { stroke: ink("line"), width: 1 }, font: "12px system-ui, sans-serif" };
    const { axis, log } = this.view;
    return {
      width, height: this.height, series, bands,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
      axes: [
        { ...axisInk, size: 34, space: 70, values: (_, splits) => splits.map(axis === "time" ? seconds : (value) => value.toLocaleString("en")) },
        { ...axisInk, size: 62, values: (_, splits) => splits.map((value) => (value === null ? null : number(value))) },
      ],
      cursor: { drag: { x: true, y: true, uni: 40 }, points: { size: 7 }, focus: { prox: -1 } },
      hooks: {
        setCursor: [(plot) => this.#read(plot)],
        setScale: [(plot, key) => key === "x" && this.#moved(plot)],
        draw: [(plot) => this.#markOdd(plot)],
      },
    };
  }

  #markOdd(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    const size = 4 * devicePixelRatio;
    this.drawn.forEach((curve, which) => {
      if (this.hidden.has(which)) return;
      ctx.fillStyle = lineOf(curve.colour).colour;
      for (const place of curve.odd) {
        const x = plot.valToPos(curve.x[place], "x", true);
        if (x < bbox.left || x > bbox.left + bbox.width) continue;
        const floor = bbox.top + bbox.height;
        ctx.beginPath();
        ctx.moveTo(x, floor - 1.8 * size);
        ctx.lineTo(x - size, floor);
        ctx.lineTo(x + size, floor);
        ctx.fill();
      }
    });
    ctx.restore();
  }

  // Show under the plot and in the legend what is at the cursor.
  #read(plot) {
    const row = plot.cursor.idx;
    if (row == null) {
      this.readout.textContent = "";
      for (const value of this.values) value.textContent = "";
      return;
    }
    const x = plot.data[0][row];
    this.readout.textContent = this.view.axis === "time" ? seconds(x) : `step ${count(x)}`;
    this.drawn.forEach((curve, which) => {
      const place = nearest(curve.x, x);
      if (place < 0) return;
      const range = curve.cell > 1 ? ` (${number(curve.low[place])} to ${number(curve.high[place])})` : "";
      const odd = curve.odd.has(place) && curve.cell === 1;
      const far = curve.x[place] === x ? "" : this.view.axis === "time" ? ` at ${seconds(curve.x[place])}` : ` at ${count(curve.x[place])}`;
      this.values[which].textContent = (odd ? "NaN or infinite" : number(curve.mean[place]) + range) + far;
    });
  }

  #moved(plot) {
    const { min, max } = plot.scales.x;
    if (min == null || this.applying) return;
    const all = min <= plot.data[0][0] && max >= plot.data[0].at(-1);
    this.view.onRange(this, all ? null : { min, max });
    this.#refreshTable();
  }

  #apply(range) {
    this.applying = true;
    const xs = this.plot.data[0];
    this.plot.batch(() => {
      this.plot.setScale("x", range ?? { min: xs[0], max: xs.at(-1) });
      this.plot.setScale("y", { min: null, max: null });
    });
    this.applying = false;
    this.#refreshTable();
  }

  #refreshTable() {
    if (this.details.open) this.details.querySelector(".scroll").replaceChildren(...this.#table());
  }

  // Show a range of x, or everything for null; other charts follow if they are linked.
  setRange(range) {
    if (this.plot) this.#apply(range);
    this.view.onRange(this, range);
  }

  follow(range) {
    if (this.plot) this.#apply(range);
  }

  zoom(factor) {
    if (!this.plot) return;
    const { min, max } = this.plot.scales.x;
    const xs = this.plot.data[0];
    const at = this.plot.cursor.idx == null ? (min + max) / 2 : xs[this.plot.cursor.idx];
    const from = Math.max(xs[0], at - (at - min) * factor);
    const to = Math.min(xs.at(-1), at + (max - at) * factor);
    if (to > from) this.setRange(from <= xs[0] && to >= xs.at(-1) ? null : { min: from, max: to });
  }

  #toggle(which) {
    const show = this.hidden.delete(which);
    if (!show) this.hidden.add(which);
    this.keys[which].setAttribute("aria-pressed", String(show));
    this.owners.forEach((owner, place) => owner === which && this.plot?.setSeries(place, { show }));
  }

  #toggleAll(show) {
    this.hidden = new Set(show ? [] : this.keys.keys());
    for (const key of this.keys) key.setAttribute("aria-pressed", String(show));
    this.draw();
  }

  #enlarge() {
    this.root.classList.toggle("large");
    this.height = this.root.classList.contains("large") ? TALL : HEIGHT;
    this.draw();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.plot) return;
    const actions = {
      ArrowLeft: () => this.#step(-1, event.shiftKey), ArrowRight: () => this.#step(1, event.shiftKey),
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2),
      0: () => this.setRange(null), Escape: () => this.setRange(null),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #step(direction, fast) {
    const { plot } = this;
    const { min, max } = plot.scales.x;
    const xs = plot.data[0];
    const first = xs.findIndex((x) => x >= min);
    const last = xs.findLastIndex((x) => x <= max);
    const pace = fast ? Math.max(1, Math.round((last - first) / 10)) : Math.max(1, Math.round((last - first) / 100));
    const from = plot.cursor.idx ?? (direction > 0 ? first - pace : last + pace);
    const row = Math.min(last, Math.max(first, from + direction * pace));
    plot.setCursor({ left: plot.valToPos(xs[row], "x"), top: plot.over.clientHeight / 2 });
    const said = this.group.curves.map((curve, which) => `${curve.label} ${this.values[which].textContent}`);
    this.spoken.textContent = `${this.readout.textContent}: ${said.join("; ")}`;
  }
}

function nearest(x, wanted) {
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low > 0 && wanted - x[low - 1] < x[low] - wanted ? low - 1 : low;
}
