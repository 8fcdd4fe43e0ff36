// How numbers, times and counts are written.

export function number(value) {
  if (value == null || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(value.toPrecision(5)));
}

export function count(value) {
  return value.toLocaleString("en");
}

export function seconds(value) {
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size < 60) return `${sign}${Number(size.toPrecision(3))} s`;
  const whole = Math.round(size);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, ...rest] = parts.map((part) => String(part).padStart(2, "0"));
  return sign + (parts[0] ? [parts[0], ...rest].join(":") : rest.join(":"));
}
