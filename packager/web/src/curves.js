// Curves as the page carries them, and what charts need of them: aligned, smoothed, in order of step or time.
//
// A curve is a list of cells in the order of their steps. A cell is `cell` consecutive points; with `cell` 1 it is
// one point and low, high and mean are the same array. Values that are no finite number are NaN here.

function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let place = 0; place < raw.length; place++) bytes[place] = raw.charCodeAt(place);
  return new DataView(bytes.buffer);
}

// The page is little-endian whatever machine reads it.
function doubles(text) {
  const view = bytesOf(text);
  return Float64Array.from({ length: view.byteLength / 8 }, (_, place) => view.getFloat64(place * 8, true));
}

function singles(text) {
  const view = bytesOf(text);
  return Float64Array.from({ length: view.byteLength / 4 }, (_, place) => view.getFloat32(place * 4, true));
}

function stepsOf(steps, length) {
  if (typeof steps === "string") return doubles(steps);
  return Float64Array.from({ length }, (_, place) => steps.first + place * steps.by);
}

export function decodeCurve(entry) {
  const mean = doubles(entry.mean);
  const whole = entry.cell === 1;
  return {
    ...entry,
    mean,
    low: whole ? mean : doubles(entry.low),
    high: whole ? mean : doubles(entry.high),
    steps: stepsOf(entry.steps, mean.length),
    times: singles(entry.times),
    odd: new Set(entry.odd),
  };
}

function isAscending(values) {
  for (let place = 1; place < values.length; place++) if (values[place] < values[place - 1]) return false;
  return true;
}

// Return the curve with `x` by step or by time, cells in ascending order of it.
export function along(curve, axis) {
  const x = axis === "time" ? curve.times : curve.steps;
  if (isAscending(x)) return { ...curve, x };
  const order = Array.from(x.keys()).sort((a, b) => x[a] - x[b] || a - b);
  const pick = (values) => Float64Array.from(order, (place) => values[place]);
  const odd = new Set();
  order.forEach((from, to) => curve.odd.has(from) && odd.add(to));
  return { ...curve, x: pick(x), mean: pick(curve.mean), low: pick(curve.low), high: pick(curve.high), odd };
}

// Exponential moving average, corrected for its start; a gap stays a gap and is not counted.
export function smooth(values, weight) {
  const smoothed = new Float64Array(values.length);
  let sum = 0;
  let norm = 0;
  values.forEach((value, place) => {
    if (Number.isFinite(value)) {
      sum = sum * weight + value * (1 - weight);
      norm = norm * weight + (1 - weight);
      smoothed[place] = sum / norm;
    } else {
      smoothed[place] = NaN;
    }
  });
  return smoothed;
}

// Merge columns over their own x into rows over one x. A curve that has several values at one x keeps them all, each in
// a row of its own. `undefined` is "this curve has nothing here", `null` is a gap.
export function align(columns) {
  const next = columns.map(() => 0);
  const xs = [];
  const rows = columns.map((column) => column.arrays.map(() => []));
  for (;;) {
    let x = Infinity;
    columns.forEach((column, which) => {
      if (next[which] < column.x.length) x = Math.min(x, column.x[next[which]]);
    });
    if (x === Infinity) break;
    const row = xs.length;
    xs.push(x);
    columns.forEach((column, which) => {
      const place = next[which];
      if (place < column.x.length && column.x[place] === x) {
        next[which]++;
        column.arrays.forEach((values, part) => {
          rows[which][part][row] = Number.isFinite(values[place]) ? values[place] : null;
        });
      }
    });
  }
  for (const parts of rows) for (const part of parts) part.length = xs.length;
  return [xs, ...rows.flat()];
}
