// Elements made from code: text is only ever set as text, so that nothing from a run is parsed as HTML.

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

export function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// Chart colours: eight, then the same eight dashed, and so on.
export const COLOURS = 8;
const DASHES = [[], [6, 3], [2, 3], [10, 3, 2, 3]];

export function lineOf(place) {
  const dash = DASHES[Math.floor(place / COLOURS) % DASHES.length];
  return { colour: ink(`c${place % COLOURS}`), dash };
}
