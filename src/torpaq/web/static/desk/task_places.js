// Boundary, lanes and finds of a task on a map, each told by a click.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { fitTo } from "./map.js";

function points(coordinates) { return typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(points); }

export function showPlaces(map, places) {
  map.addSource("task", { type: "geojson", data: { type: "FeatureCollection", features: places } });
  const kind = ["get", "kind"];
  map.addLayer({ id: "task-fill", type: "fill", source: "task", filter: ["in", kind, ["literal", ["lane", "done"]]], paint: { "fill-color": ["match", kind, "done", "#2f6b2c", "#2a5db0"], "fill-opacity": 0.28 } }, "polygon-fill");
  map.addLayer({ id: "task-lanes", type: "line", source: "task", filter: ["in", kind, ["literal", ["lane", "done"]]], paint: { "line-color": ["match", kind, "done", "#1f5420", "#173f86"], "line-width": 1.4 } }, "polygon-fill");
  map.addLayer({ id: "task-boundary", type: "line", source: "task", filter: ["==", kind, "boundary"], paint: { "line-color": "#4b2e83", "line-width": 3, "line-dasharray": [3, 1] } }, "polygon-fill");
  map.addLayer({ id: "task-finds", type: "circle", source: "task", filter: ["==", kind, "find"], paint: { "circle-radius": 5, "circle-color": "#1d2730", "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.6 } });
  const popup = new maplibregl.Popup({ closeButton: false, focusAfterOpen: false });
  for (const layer of ["task-finds", "task-fill", "task-boundary"]) {
    map.on("click", layer, ({ features: [near], lngLat }) => {
      const words = document.createElement("span");
      words.textContent = near.properties.words;
      popup.setLngLat(lngLat).setDOMContent(words).addTo(map);
    });
  }
  if (places.length) fitTo(map, places.flatMap(({ geometry }) => points(geometry.coordinates)));
}
