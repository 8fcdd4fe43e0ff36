// All charts of the page: grouped, made when they come near the window, and steered by one toolbar.

import { Chart } from "./chart.js";
import { decodeCurve } from "./curves.js";
import { element } from "./dom.js";
import { count } from "./words.js";

const PORTION = 60;
const MANY = 8;

function labelsOf(curves, runs) {
  const differs = (name) => new Set(curves.map((curve) => curve[name])).size > 1;
  const parts = ["run", "context", "source", "rank"].filter(differs);
  if (!parts.length) parts.push("context");
  return curves.map((curve) => {
    const words = {
      run: runs[curve.run], context: curve.context ?? "run", source: curve.source ?? "no source", rank: `rank ${curve.rank}`,
    };
    return parts.map((part) => words[part]).join(" · ");
  });
}

function group(curves, runs, byContext) {
  const groups = new Map();
  for (const curve of curves) {
    const key = JSON.stringify(byContext ? [curve.context, curve.metric, curve.unit] : [curve.metric, curve.unit]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(curve);
  }
  const found = [...groups.values()].map((members) => {
    const labels = labelsOf(members, runs);
    return {
      title: members[0].metric, unit: members[0].unit, context: byContext ? (members[0].context ?? "run") : null,
      members: members.map((curve, place) => ({ ...curve, label: labels[place], colour: place })),
    };
  });
  if (byContext) found.sort((a, b) => (a.context < b.context ? -1 : a.context > b.context ? 1 : 0));
  return found;
}

export function showCharts(data) {
  const { curves } = data;
  const view = { axis: "step", log: false, weight: 0, range: null, linked: true, onRange: () => {} };
  const places = [...document.querySelectorAll(".plots")].map((holder) => {
    const place = { holder, machine: holder.dataset.kind === "machine", groups: [], made: new Map(), most: PORTION };
    place.more = element("button", { type: "button", className: "more", onclick: () => {
      place.most += PORTION;
      fill(place);
    } });
    holder.after(place.more);
    return place;
  });
  let charts = [];
  const owners = new WeakMap();
  let byContext = false;
  let wanted = "";

  const nearby = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const chart = owners.get(entry.target);
      if (!chart) continue;
      chart.near = entry.isIntersecting;
      if (chart.near && chart.stale) redraw(chart);
    }
  }, { rootMargin: "400px" });
  const sizes = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const chart = owners.get(entry.target);
      if (chart?.plot) chart.resize();
      else if (chart?.near) redraw(chart);
    }
  });

  function redraw(chart) {
    chart.stale = false;
    chart.draw();
    if (!chart.plot) chart.stale = true;
  }

  function refresh() {
    for (const chart of charts) {
      chart.stale = true;
      if (chart.near) redraw(chart);
    }
  }

  view.onRange = (source, range) => {
    if (!view.linked) return;
    view.range = range;
    for (const chart of charts) if (chart !== source) chart.follow(range);
  };

  // Charts are made in portions: thousands at once would hold up the page.
  function fill(place) {
    const fits = ({ title, context }) => `${title} ${context ?? ""}`.toLowerCase().includes(wanted);
    const chosen = place.groups.filter(fits);
    const made = chosen.slice(0, place.most).map((one) => {
      if (!place.made.has(one)) place.made.set(one, makeChart(one));
      return place.made.get(one);
    });
    place.holder.replaceChildren(...made.map((chart) => chart.root));
    const left = chosen.length - made.length;
    place.more.hidden = !left;
    place.more.textContent = `Show ${count(Math.min(left, PORTION))} more of ${count(left)} charts`;
    return chosen.length;
  }

  function makeChart(one) {
    const chart = new Chart({ ...one, curves: one.members.map(decodeCurve) }, view);
    chart.stale = true;
    charts.push(chart);
    owners.set(chart.root, chart).set(chart.canvas, chart);
    nearby.observe(chart.root);
    sizes.observe(chart.canvas);
    return chart;
  }

  function build() {
    nearby.disconnect();
    sizes.disconnect();
    charts = [];
    for (const place of places) {
      place.groups = group(curves.filter((curve) => curve.machine === place.machine), data.runs, byContext);
      place.made = new Map();
      place.most = PORTION;
      fill(place);
    }
  }

  function toolbar() {
    const choice = (label, options, change) => {
      const buttons = options.map(([text, value, title], place) => element("button", {
        type: "button", title, textContent: text, "aria-pressed": String(place === 0),
        onclick: () => {
          buttons.forEach((one, other) => one.setAttribute("aria-pressed", String(other === place)));
          change(value);
        },
      }));
      return element("span", { className: "choice", role: "group", "aria-label": label }, element("span", { className: "label" }, label), ...buttons);
    };
    const shown = element("output", {}, "0");
    const slider = element("input", {
      type: "range", min: "0", max: "99", value: "0", id: "smoothing",
      oninput: () => {
        view.weight = Number(slider.value) / 100;
        shown.textContent = view.weight ? view.weight.toFixed(2) : "0";
        refresh();
      },
    });
    const search = element("input", {
      type: "search", placeholder: "Filter charts", "aria-label": "Filter charts by name",
      oninput: () => {
        wanted = search.value.toLowerCase();
        const left = places.reduce((sum, place) => sum + fill(place), 0);
        const all = places.reduce((sum, place) => sum + place.groups.length, 0);
        found.textContent = wanted ? `${count(left)} of ${count(all)}` : "";
      },
    });
    const found = element("output");
    const linked = element("input", { type: "checkbox", checked: true, onchange: () => {
      view.linked = linked.checked;
      if (!linked.checked) view.range = null;
    } });
    return element("div", { className: "toolbar", role: "toolbar", "aria-label": "Charts" },
      choice("Across", [["Step", "step", "Steps along the axis"], ["Time", "time", "Seconds since the run began along the axis"]],
        (value) => { view.axis = value; view.range = null; refresh(); }),
      choice("Scale", [["Linear", false, "Linear values"], ["Log", true, "Values in powers of ten"]], (value) => { view.log = value; refresh(); }),
      choice("A chart for each", [["Metric", false, "Contexts over each other"], ["Context", true, "Contexts apart"]],
        (value) => { byContext = value; build(); search.dispatchEvent(new Event("input")); }),
      element("label", { className: "slider" }, element("span", { className: "label" }, "Smoothing"), slider, shown),
      element("label", {}, linked, " Zoom together"),
      ...(curves.length > MANY ? [element("span", {}, search, " ", found)] : []),
    );
  }

  build();
  const first = places.find(({ holder }) => holder.childElementCount);
  if (first) first.holder.before(toolbar());
  return refresh;
}
