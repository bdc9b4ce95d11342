// Composing an entry: which fields a kind takes, the drawing, and the trial's polygon.

import { fitTo, openMap, showPolygon } from "./map.js";
import { DrawingTools, addLeg } from "./polygon_input.js";

const TAKES = {
  establish: ["land", "status", "classes", "any"], extend: ["land", "status", "classes", "any"],
  reopen: ["land", "status", "classes", "any"], confirm: ["land", "classes", "any"], redraw: ["land", "classes", "any"],
  cancel: ["land", "classes", "any"], reduce: ["land", "classes", "any"], clear: ["land", "classes", "depth", "any"],
  hand_over: ["land", "any"], void: ["void", "any"], assert: ["assert", "classes", "any"],
};
const holder = document.getElementById("compose-form");
const element = document.getElementById("map");
let map;
let tools;

function value(name) { return holder.querySelector(`[name="${name}"]:checked`)?.value ?? holder.querySelector(`[name="${name}"]`)?.value; }

function arrange() {
  const takes = TAKES[value("kind")] ?? [];
  for (const field of holder.querySelectorAll("[data-for]")) {
    field.hidden = !field.dataset.for.split(" ").some((name) => takes.includes(name));
  }
}

function afterTrial({ keep }) {
  arrange();
  tools.hold(holder.querySelector("[data-polygon-input]"), { keep });
  const tried = document.getElementById("tried-polygon");
  if (tried && value("source") !== "drawn") showPolygon(map, JSON.parse(tried.dataset.polygon), { fit: true });
  else tools.drawing.show();
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
  holder.addEventListener("click", (event) => { if (event.target.closest("[data-add-leg]")) addLeg(holder); });
  map = await openMap(element);
  tools = new DrawingTools(map, document.querySelector(".draw-tools"));
  document.body.addEventListener("htmx:afterSwap", ({ target }) => { if (target.id === "compose-form") afterTrial({ keep: true }); });
  tools.hold(holder.querySelector("[data-polygon-input]"));
  if (tools.drawing.points.length || document.getElementById("tried-polygon")) afterTrial({ keep: false });
  else await toArea();
  window.torpaqMap = map;
}

begin();
