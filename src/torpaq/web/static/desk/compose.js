// Composing an entry: which fields a kind takes, the polygon's ways in, the drawing, and the trial's polygon.

import { Drawing } from "./drawing.js";
import { fitTo, openMap, showPolygon } from "./map.js";

const TAKES = {
  establish: ["land", "status", "classes", "any"], extend: ["land", "status", "classes", "any"],
  reopen: ["land", "status", "classes", "any"], confirm: ["land", "classes", "any"], redraw: ["land", "classes", "any"],
  cancel: ["land", "classes", "any"], reduce: ["land", "classes", "any"], clear: ["land", "classes", "depth", "any"],
  hand_over: ["land", "any"], void: ["void", "any"], assert: ["assert", "classes", "any"],
};
const holder = document.getElementById("compose-form");
const element = document.getElementById("map");
const tools = Object.fromEntries([...document.querySelectorAll("[data-draw]")].map((tool) => [tool.dataset.draw, tool]));
let map;
let drawing;

function value(name) { return holder.querySelector(`[name="${name}"]:checked`)?.value ?? holder.querySelector(`[name="${name}"]`)?.value; }

function arrange() {
  const takes = TAKES[value("kind")] ?? [];
  for (const field of holder.querySelectorAll("[data-for]")) {
    field.hidden = !field.dataset.for.split(" ").some((name) => takes.includes(name));
  }
  const source = value("source");
  for (const part of holder.querySelectorAll("[data-source]")) part.hidden = part.dataset.source !== source;
}

function drawn(points, isDrawing) {
  holder.querySelector("#drawn").value = points.length ? JSON.stringify(points) : "";
  document.getElementById("drawn-count").textContent = points.length ? `${points.length} ${document.getElementById("drawn-count").dataset.points}` : "";
  tools.start.setAttribute("aria-pressed", String(isDrawing));
  tools.point.disabled = !isDrawing;
  tools.undo.disabled = !points.length;
  tools.finish.disabled = !isDrawing;
  tools.clear.disabled = !points.length;
  if (isDrawing) {
    const radio = holder.querySelector('[name="source"][value="drawn"]');
    if (!radio.checked) { radio.checked = true; arrange(); }
  }
}

function afterTrial() {
  arrange();
  const tried = document.getElementById("tried-polygon");
  if (tried && value("source") !== "drawn") showPolygon(map, JSON.parse(tried.dataset.polygon), { fit: true });
  else drawing.show();
}

function addLeg() {
  const rows = holder.querySelector(".legs tbody");
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

async function toArea() {
  if (!element.dataset.area) return;
  const response = await fetch(`${element.dataset.areas}?${new URLSearchParams({ text: element.dataset.area })}`);
  const place = (await response.json()).areas.find(([id]) => id === element.dataset.area);
  if (place) {
    map.setFilter("chosen", ["==", ["get", "area"], place[0]]);
    fitTo(map, [[place[1] - 0.004, place[2] - 0.003], [place[1] + 0.004, place[2] + 0.003]], 15);
  }
}

async function begin() {
  arrange();
  holder.addEventListener("change", arrange);
  holder.addEventListener("click", (event) => { if (event.target.closest("[data-add-leg]")) addLeg(); });
  map = await openMap(element);
  drawing = new Drawing(map, drawn);
  const kept = holder.querySelector("#drawn").value;
  if (kept) drawing.points = JSON.parse(kept);
  const acts = { start: () => drawing.start(), point: () => drawing.addMiddle(), undo: () => drawing.undo(), finish: () => drawing.finish(), clear: () => drawing.clear() };
  for (const [name, tool] of Object.entries(tools)) tool.addEventListener("click", acts[name]);
  document.body.addEventListener("htmx:afterSwap", ({ target }) => { if (target.id === "compose-form") afterTrial(); });
  if (kept || document.getElementById("tried-polygon")) afterTrial();
  else await toArea();
  window.torpaqMap = map;
}

begin();
