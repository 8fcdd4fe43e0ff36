/* Looks around in the provenance graphs of a page: pan, zoom, choose a node, find. No library, no network.
   Whatever comes from the document is put into the page as text, never as markup. */
(() => {
  "use strict";
  const ZOOM_STEP = 1.25;
  const LARGEST_SCALE = 6;
  const PAN_STEP = 60;
  // Pixels for each unit of the picture, whose text is 12 units high: below the first nobody can read it.
  const UNREADABLE = 0.5;
  const READABLE = 0.8;
  const SHOWN_LINKS = 60;

  const made = (name, text, properties = {}) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    return Object.assign(element, properties);
  };

  class Level {
    constructor(picture, data) {
      this.picture = picture;
      this.data = data;
      this.svg = picture.querySelector("svg");
      const [x, y, width, height] = this.svg.getAttribute("viewBox").split(/[\s,]+/).map(Number);
      this.whole = { x, y, width, height };
      this.box = { ...this.whole };
      this.nodes = [...this.svg.querySelectorAll("g.node")];
      this.edges = [...this.svg.querySelectorAll("g.edge")];
      const number = (element) => Number(element.id.slice(element.id.lastIndexOf("-") + 2));
      this.byNumber = new Map(this.nodes.map((node) => [number(node), node]));
      this.edgeByNumber = new Map(this.edges.map((edge) => [number(edge), edge]));
      this.numbers = new Map(this.nodes.map((node) => [node, number(node)]));
      this.ordered = null;
      this.svg.removeAttribute("width");
      this.svg.removeAttribute("height");
      this.svg.setAttribute("role", "group");
      for (const [node, at] of this.numbers) {
        node.setAttribute("tabindex", "-1");
        node.setAttribute("role", "button");
        // What is read out begins with what is seen, so that who speaks to a machine can say it.
        const words = [...node.querySelectorAll("text")].map((one) => one.textContent).join(" ");
        node.setAttribute("aria-label", `${words}, ${data.nodes[at].kind}`);
      }
    }

    centre(node) {
      const box = node.getBBox();
      const matrix = this.svg.querySelector("g.graph").transform.baseVal.consolidate().matrix;
      const point = new DOMPoint(box.x + box.width / 2, box.y + box.height / 2).matrixTransform(matrix);
      return { x: point.x, y: point.y, width: box.width, height: box.height };
    }

    fromLeft() {
      if (!this.ordered) {
        const places = new Map(this.nodes.map((node) => [node, this.centre(node)]));
        this.ordered = [...this.nodes].sort((one, other) =>
          places.get(one).x - places.get(other).x || places.get(one).y - places.get(other).y);
      }
      return this.ordered;
    }
  }

  class Viewer {
    constructor(root) {
      this.root = root;
      this.stage = root.querySelector(".pg-stage");
      this.details = root.querySelector(".pg-details");
      this.status = root.querySelector(".pg-status");
      this.find = root.querySelector(".pg-find");
      const data = JSON.parse(root.querySelector(".pg-data").textContent);
      root.classList.add("pg-live");
      root.querySelector(".pg-bar").hidden = false;
      this.levels = new Map();
      for (const picture of root.querySelectorAll(".pg-picture")) {
        this.levels.set(picture.dataset.level, new Level(picture, data[picture.dataset.level]));
      }
      this.pointers = new Map();
      this.listen();
      this.show(root.dataset.level);
      new ResizeObserver(() => this.draw()).observe(this.stage);
    }

    listen() {
      this.root.querySelectorAll("button[data-level]").forEach((button) =>
        button.addEventListener("click", () => this.show(button.dataset.level)));
      this.root.querySelectorAll("button[data-zoom]").forEach((button) =>
        button.addEventListener("click", () => this.zoomBy(button.dataset.zoom)));
      this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
      this.stage.addEventListener("pointerdown", (event) => this.press(event));
      this.stage.addEventListener("pointermove", (event) => this.drag(event));
      for (const name of ["pointerup", "pointercancel"]) {
        this.stage.addEventListener(name, (event) => this.release(event));
      }
      this.stage.addEventListener("click", (event) => this.click(event));
      this.root.addEventListener("keydown", (event) => this.key(event));
      this.find.addEventListener("input", () => this.search());
      this.find.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && this.found.length) {
          event.preventDefault();
          this.foundAt = (this.foundAt + 1) % this.found.length;
          this.choose(this.found[this.foundAt]);
        }
      });
    }

    show(name) {
      const scale = this.level ? this.scale() : null;
      this.level = this.levels.get(name);
      for (const [other, level] of this.levels) level.picture.hidden = other !== name;
      this.root.querySelectorAll("button[data-level]").forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.level === name)));
      this.close();
      this.find.value = "";
      this.found = [];
      this.status.textContent = this.level.data.caption;
      if (scale === null || !this.level.seen) this.zoomBy("fit");
      this.level.seen = true;
      const first = this.level.fromLeft()[0];
      if (first) first.setAttribute("tabindex", "0");
      this.draw();
    }

    size() {
      return { width: Math.max(1, this.stage.clientWidth), height: Math.max(1, this.stage.clientHeight) };
    }

    scale() {
      return this.size().width / this.level.box.width;
    }

    draw() {
      const { box, svg } = this.level;
      const { width, height } = this.size();
      box.height = (box.width * height) / width;
      svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
    }

    zoomBy(way) {
      const { width, height } = this.size();
      const { whole, box } = this.level;
      if (way === "fit") {
        const scale = Math.min(width / whole.width, height / whole.height, 96 / 72);
        this.level.box = { width: width / scale, height: height / scale };
        this.level.box.x = whole.x + (whole.width - width / scale) / 2;
        this.level.box.y = whole.y + (whole.height - height / scale) / 2;
        this.draw();
        return;
      }
      const factor = way === "in" ? ZOOM_STEP : 1 / ZOOM_STEP;
      this.zoomAt(box.x + box.width / 2, box.y + box.height / 2, factor);
    }

    zoomAt(x, y, factor) {
      const { box, whole } = this.level;
      const { width } = this.size();
      const least = Math.min(width / (2 * Math.max(whole.width, whole.height * 2)), 0.5);
      const scale = Math.min(LARGEST_SCALE, Math.max(least, this.scale() * factor));
      const shrink = this.scale() / scale;
      box.x = x - (x - box.x) * shrink;
      box.y = y - (y - box.y) * shrink;
      box.width *= shrink;
      this.draw();
    }

    pan(x, y) {
      const scale = this.scale();
      this.level.box.x -= x / scale;
      this.level.box.y -= y / scale;
      this.draw();
    }

    point(event) {
      const place = this.stage.getBoundingClientRect();
      const scale = this.scale();
      const { box } = this.level;
      return { x: box.x + (event.clientX - place.x) / scale, y: box.y + (event.clientY - place.y) / scale };
    }

    wheel(event) {
      event.preventDefault();
      const { x, y } = this.point(event);
      this.zoomAt(x, y, Math.exp(-Math.max(-200, Math.min(200, event.deltaY)) / 400));
    }

    press(event) {
      if (event.button !== 0) return;
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (this.pointers.size === 1) this.moved = 0;
    }

    drag(event) {
      const before = this.pointers.get(event.pointerId);
      if (!before) return;
      const x = event.clientX - before.x;
      const y = event.clientY - before.y;
      this.moved += Math.abs(x) + Math.abs(y);
      if (this.moved < 4) return;
      this.stage.classList.add("pg-moving");
      if (!this.stage.hasPointerCapture(event.pointerId)) this.stage.setPointerCapture(event.pointerId);
      if (this.pointers.size === 2) {
        const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
        const far = (one) => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
        const { x: atX, y: atY } = this.point({ clientX: other.x, clientY: other.y });
        this.zoomAt(atX, atY, far({ x: event.clientX, y: event.clientY }) / far(before));
      } else {
        this.pan(x, y);
      }
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    }

    release(event) {
      this.pointers.delete(event.pointerId);
      if (this.pointers.size === 0) this.stage.classList.remove("pg-moving");
    }

    click(event) {
      if (this.moved >= 4) return; // the end of a drag
      const node = event.target.closest("g.node");
      if (node) this.choose(this.level.numbers.get(node), false);
      else this.close();
    }

    key(event) {
      if (event.target === this.find || event.ctrlKey || event.metaKey || event.altKey) return;
      const inDetails = this.details.contains(event.target);
      const node = event.target.closest ? event.target.closest("g.node") : null;
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (event.key === "Escape" && !this.details.hidden) {
        const chosen = this.chosen;
        this.close();
        const back = chosen === null ? null : this.level.byNumber.get(chosen);
        (back || this.stage).focus({ preventScroll: true });
      } else if (inDetails) {
        return;
      } else if (event.key === "+" || event.key === "=") {
        this.zoomBy("in");
      } else if (event.key === "-") {
        this.zoomBy("out");
      } else if (event.key === "0") {
        this.zoomBy("fit");
      } else if (node && (event.key === "Enter" || event.key === " ")) {
        this.choose(this.level.numbers.get(node), false);
      } else if (event.key === "Home" || event.key === "End") {
        this.focusNode(this.level.fromLeft().at(event.key === "Home" ? 0 : -1));
      } else if (ways[event.key] && node) {
        this.focusNode(this.nearest(node, ...ways[event.key]));
      } else if (ways[event.key] && event.target === this.stage) {
        const [x, y] = ways[event.key];
        this.pan(-x * PAN_STEP, -y * PAN_STEP);
      } else {
        return;
      }
      event.preventDefault();
    }

    nearest(from, x, y) {
      const start = this.level.centre(from);
      let best = from;
      let least = Infinity;
      for (const node of this.level.nodes) {
        const place = this.level.centre(node);
        const along = (place.x - start.x) * x + (place.y - start.y) * y;
        const across = Math.abs((place.x - start.x) * y) + Math.abs((place.y - start.y) * x);
        if (node !== from && along > 1 && along + 2 * across < least) {
          least = along + 2 * across;
          best = node;
        }
      }
      return best;
    }

    focusNode(node) {
      if (!node) return;
      for (const other of this.level.nodes) other.setAttribute("tabindex", "-1");
      node.setAttribute("tabindex", "0");
      node.focus({ preventScroll: true });
      this.reveal(node);
    }

    reveal(node) {
      const { box } = this.level;
      const { x, y, width, height } = this.level.centre(node);
      const edge = 20 / this.scale();
      const wide = Math.min(width / 2 + edge, box.width / 2);
      const high = Math.min(height / 2 + edge, box.height / 2);
      box.x = Math.max(Math.min(box.x, x - wide), x + wide - box.width);
      box.y = Math.max(Math.min(box.y, y - high), y + high - box.height);
      this.draw();
    }

    choose(number, focus = true) {
      const node = this.level.byNumber.get(number);
      if (!node) return;
      this.clear();
      this.chosen = number;
      this.level.picture.classList.add("pg-dim");
      node.classList.add("pg-chosen", "pg-near");
      const links = [];
      this.level.data.arrows.forEach(([label, effect, cause], at) => {
        if (effect !== number && cause !== number) return;
        const edge = this.level.edgeByNumber.get(at);
        if (edge) edge.classList.add("pg-near");
        for (const end of [effect, cause]) this.level.byNumber.get(end).classList.add("pg-near");
        links.push({ label, other: effect === number ? cause : effect, out: effect === number });
      });
      this.describe(this.level.data.nodes[number], links);
      this.details.hidden = false;
      if (this.scale() < UNREADABLE) {
        const { x, y } = this.level.centre(node);
        this.zoomAt(x, y, READABLE / this.scale());
      }
      this.draw();
      if (focus) this.reveal(node);
      else this.focusNode(node);
    }

    describe(data, links) {
      const close = made("button", "✕", { className: "pg-close", type: "button" });
      close.setAttribute("aria-label", "Close");
      close.addEventListener("click", () => {
        const node = this.level.byNumber.get(this.chosen);
        this.close();
        if (node) node.focus({ preventScroll: true });
      });
      const parts = [close, made("h3", data.title), made("p", data.about, { className: "pg-kind" })];
      if (data.attributes.length) {
        const list = made("dl");
        for (const [name, value] of data.attributes) list.append(made("dt", name), made("dd", value));
        parts.push(list);
      }
      if (data.members.length) {
        const list = made("ul");
        for (const member of data.members) list.append(made("li", member));
        if (data.more) list.append(made("li", `… and ${data.more.toLocaleString("en")} more`));
        parts.push(made("h4", "Members"), list);
      }
      for (const [heading, out] of [["Points to", true], ["Pointed to by", false]]) {
        const some = links.filter((link) => link.out === out);
        if (!some.length) continue;
        const list = made("ul");
        for (const { label, other } of some.slice(0, SHOWN_LINKS)) {
          const button = made("button", this.level.data.nodes[other].title, { type: "button" });
          button.addEventListener("click", () => this.choose(other));
          const item = made("li", `${label} `);
          item.append(button);
          list.append(item);
        }
        if (some.length > SHOWN_LINKS) list.append(made("li", `… and ${some.length - SHOWN_LINKS} more`));
        parts.push(made("h4", heading), list);
      }
      this.details.replaceChildren(...parts);
      this.details.scrollTop = 0;
    }

    clear() {
      this.chosen = null;
      if (!this.level) return;
      this.level.picture.classList.remove("pg-dim");
      this.level.svg.querySelectorAll(".pg-near").forEach((one) => one.classList.remove("pg-near", "pg-chosen"));
    }

    close() {
      this.clear();
      this.details.hidden = true;
      this.details.replaceChildren();
      if (this.level) this.draw();
    }

    search() {
      const wanted = this.find.value.trim().toLowerCase();
      this.close();
      this.found = [];
      this.foundAt = -1;
      if (!wanted) {
        this.status.textContent = this.level.data.caption;
        return;
      }
      this.level.data.nodes.forEach((data, at) => {
        const texts = [data.title, data.about, ...data.members, ...data.attributes.flat()];
        if (texts.some((text) => text.toLowerCase().includes(wanted))) {
          this.found.push(at);
          this.level.byNumber.get(at).classList.add("pg-near");
        }
      });
      this.level.picture.classList.add("pg-dim");
      this.status.textContent = `${this.found.length} of ${this.level.data.nodes.length} nodes; Enter shows the next`;
    }
  }

  const start = () => document.querySelectorAll("[data-prov-graph]").forEach((root) => new Viewer(root));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
