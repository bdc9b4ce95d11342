// A task on the map: boundary, lanes and finds, each found by a click; and the drawing of a boundary or of one more lane.

import { empty, fitTo, openMap, showPolygon } from "./map.js";
import { DrawingTools, addLeg } from "./polygon_input.js";
import { showPlaces } from "./task_places.js";

const element = document.getElementById("map");
const form = document.getElementById("task-form") ?? document.getElementById("lane-form");
const places = JSON.parse(element.dataset.places || "[]");
let map;

// -- areas to add ----------------------------------------------------------------------------------------------------

let asked = 0;
async function findAreas(input, list) {
  const number = ++asked;
  const text = input.value.trim();
  if (!text) { list.replaceChildren(); return; }
  const response = await fetch(`${element.dataset.areas}?${new URLSearchParams({ text })}`);
  if (!response.ok || number !== asked) return;
  const open = (await response.json()).areas.filter(([, , , , openM2]) => openM2 > 0).slice(0, 12);
  list.replaceChildren(...open.map(areaButton));
  if (!open.length) list.textContent = list.dataset.none;
}

function areaButton([id, lon, lat, , openM2]) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `${id} · ${openM2} m²`;
  button.addEventListener("click", () => {
    const field = document.getElementById("areas");
    const ids = new Set(field.value.split(/[\s,]+/).filter(Boolean));
    field.value = [...ids.add(id)].join(" ");
    if (map) fitTo(map, [[lon - 0.004, lat - 0.003], [lon + 0.004, lat + 0.003]], 15);
  });
  return button;
}

// -- begin -----------------------------------------------------------------------------------------------------------

async function begin() {
  const search = document.getElementById("find-area");
  if (search) {
    search.addEventListener("input", () => findAreas(search, document.getElementById("found-areas")));
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  form?.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-leg]")) addLeg(form);
    const shown = event.target.closest("[data-show]")?.parentElement.querySelector("[data-polygon]");
    if (shown && map) showPolygon(map, JSON.parse(shown.dataset.polygon), { fit: true });
  });
  map = await openMap(element);
  showPlaces(map, places);
  const bar = document.querySelector(".draw-tools");
  if (form && bar) {
    const tools = new DrawingTools(map, bar);
    tools.hold(form.querySelector("[data-polygon-input]"));
    if (tools.drawing.points.length) { tools.drawing.show(); fitTo(map, tools.drawing.points); }
    else if (element.dataset.polygon) showPolygon(map, JSON.parse(element.dataset.polygon), { fit: true });
    else map.getSource("polygon").setData(empty());
  }
  window.torpaqMap = map;
}

begin();
