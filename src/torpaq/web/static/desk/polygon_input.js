// The ways of giving a polygon: one field at a time holds the map's drawing tools, and a traverse gets more legs.
// Which way is open is the style sheet's business: it works without a script.

import { Drawing } from "./drawing.js";

export function addLeg(root) {
  const rows = root.querySelector(".legs tbody");
  const row = rows.lastElementChild.cloneNode(true);
  const number = rows.children.length + 1;
  row.querySelector("th").textContent = String(number);
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, String(number)));
  }
  rows.append(row);
  row.querySelector("input").focus();
}

export class DrawingTools {
  constructor(map, bar) {
    this.root = null;
    this.bar = bar;
    this.count = bar.querySelector("[data-points]");
    this.tools = Object.fromEntries([...bar.querySelectorAll("[data-draw]")].map((tool) => [tool.dataset.draw, tool]));
    this.drawing = new Drawing(map, (points, isDrawing) => this.drawn(points, isDrawing));
    const acts = {
      start: () => this.drawing.start(), point: () => this.drawing.addMiddle(), undo: () => this.drawing.undo(),
      finish: () => this.drawing.finish(), clear: () => this.drawing.clear(),
    };
    for (const [name, tool] of Object.entries(this.tools)) tool.addEventListener("click", acts[name]);
  }

  // The field whose polygon is drawn from now on; its points are those it has, unless they are to stay.
  hold(root, { keep = false } = {}) {
    if (!keep) this.drawing.finish();
    this.root = root;
    const kept = root?.querySelector("[data-drawn]").value;
    if (!keep) this.drawing.points = kept ? JSON.parse(kept) : [];
    this.tools.start.disabled = !root;
  }

  drawn(points, isDrawing) {
    if (!this.root) return;
    const told = points.length ? `${points.length} ${this.count.dataset.points}` : "";
    this.root.querySelector("[data-drawn]").value = points.length ? JSON.stringify(points) : "";
    this.root.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: points }));
    for (const output of [this.count, this.root.querySelector("[data-drawn-count]")]) if (output) output.textContent = told;
    this.tools.start.setAttribute("aria-pressed", String(isDrawing));
    this.tools.point.disabled = !isDrawing;
    this.tools.undo.disabled = !points.length;
    this.tools.finish.disabled = !isDrawing;
    this.tools.clear.disabled = !points.length;
    if (isDrawing) this.root.querySelector('input[type="radio"][value="drawn"]').checked = true;
  }
}
