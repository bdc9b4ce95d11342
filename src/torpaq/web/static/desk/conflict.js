// The boundaries of all sides of a conflict on one map, each with an outline of its own: the same as in the legend.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { fitTo, openMap } from "./map.js";
import { DrawingTools, addLeg } from "./polygon_input.js";

const DASHES = [[1, 2], null, [4, 2], [1, 1], [6, 2, 1, 2]];
const COLOURS = ["#5f6a76", "#173f86", "#8f0000", "#1f5420", "#6a3d9a"];
const element = document.getElementById("map");

function points(coordinates) { return typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(points); }

async function begin() {
  const features = JSON.parse(element.dataset.outlines);
  const map = await openMap(element);
  map.addSource("outlines", { type: "geojson", data: { type: "FeatureCollection", features } });
  for (const [outline, dash] of DASHES.entries()) {
    const filter = ["==", ["get", "outline"], outline];
    map.addLayer({
      id: `outline-${outline}`, type: "line", source: "outlines", filter,
      paint: { "line-color": COLOURS[outline], "line-width": 3.5, ...(dash ? { "line-dasharray": dash } : {}) },
    });
    map.addLayer({
      id: `outline-point-${outline}`, type: "circle", source: "outlines", filter: ["all", filter, ["==", ["geometry-type"], "Point"]],
      paint: { "circle-radius": 6, "circle-color": "#ffffff", "circle-stroke-color": COLOURS[outline], "circle-stroke-width": 3 },
    });
  }
  for (const { geometry, properties } of features.filter((one) => one.properties.letter)) {
    const letter = document.createElement("b");
    letter.className = "map-letter";
    letter.textContent = properties.letter;
    const corners = points(geometry.coordinates); // each letter at a corner of its own: sides often share some
    new maplibregl.Marker({ element: letter }).setLngLat(corners[properties.outline % corners.length]).addTo(map);
  }
  fitTo(map, features.flatMap(({ geometry }) => points(geometry.coordinates)), 18);
  const tools = new DrawingTools(map, document.querySelector(".draw-tools"));
  document.addEventListener("click", ({ target }) => {
    const root = target.closest("[data-hold], [data-add-leg]")?.closest("[data-polygon-input]");
    if (!root) return;
    if (target.closest("[data-add-leg]")) { addLeg(root); return; }
    tools.hold(root);
    tools.drawing.start();
    element.scrollIntoView({ block: "nearest" });
  });
  window.torpaqMap = map;
}

begin();
