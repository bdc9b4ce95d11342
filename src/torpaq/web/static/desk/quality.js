// Maps of quality: the drawn squares of a sample by their numbers inside its lot, or land in doubt by what was decided.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { fitTo, openMap } from "./map.js";

const FILLS = { square: "#2a5db0", to_check: "#c00000", sound: "#2f6b2c", reopened: "#f4a718" };
const EDGES = { square: "#173f86", to_check: "#8f0000", sound: "#1f5420", reopened: "#8a5a00" };
const element = document.getElementById("map");
const places = element ? JSON.parse(element.dataset.places || "[]") : [];
const kind = ["get", "kind"];

function points(coordinates) { return typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(points); }

// Where a place's number stands: the middle of its box, so that a square too small to be seen still shows where it is.
function middle({ geometry, properties }) {
  const all = points(geometry.coordinates);
  const [x, y] = [0, 1].map((axis) => all.map((point) => point[axis])).map((row) => (Math.min(...row) + Math.max(...row)) / 2);
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [x, y] } };
}

function collection(features) { return { type: "FeatureCollection", features }; }

function showPlaces(map) {
  const marked = places.filter(({ properties }) => properties.number);
  const fills = Object.entries(FILLS).flat();
  const edges = Object.entries(EDGES).flat();
  map.addSource("quality", { type: "geojson", data: collection(places) });
  map.addSource("quality-middles", { type: "geojson", data: collection(marked.map(middle)) });
  map.addLayer({ id: "quality-lot", type: "line", source: "quality", filter: ["==", kind, "lot"], paint: { "line-color": "#4b2e83", "line-width": 3, "line-dasharray": [3, 1] } });
  map.addLayer({ id: "quality-fill", type: "fill", source: "quality", filter: ["!=", kind, "lot"], paint: { "fill-color": ["match", kind, ...fills, "#2a5db0"], "fill-opacity": 0.5 } });
  map.addLayer({ id: "quality-line", type: "line", source: "quality", filter: ["!=", kind, "lot"], paint: { "line-color": ["match", kind, ...edges, "#173f86"], "line-width": 2 } });
  map.addLayer({ id: "quality-middles", type: "circle", source: "quality-middles", maxzoom: 15, paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 9, 15, 8], "circle-color": ["match", kind, ...fills, "#2a5db0"], "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.4 } });
  map.addLayer({ id: "quality-numbers", type: "symbol", source: "quality-middles", layout: { "icon-image": ["concat", "place-number:", ["to-string", ["get", "number"]]], "icon-size": 0.85, "icon-padding": 0, "symbol-sort-key": ["get", "number"] } });
}

async function begin() {
  const map = await openMap(element);
  const popup = new maplibregl.Popup({ closeButton: false, focusAfterOpen: false });
  const tell = ({ properties }, at) => {
    const words = document.createElement("span");
    words.textContent = properties.label;
    popup.setLngLat(at).setDOMContent(words).addTo(map);
  };
  showPlaces(map);
  const all = places.flatMap(({ geometry }) => points(geometry.coordinates));
  if (all.length) fitTo(map, all, 18, false);
  for (const layer of ["quality-fill", "quality-middles"]) {
    map.on("click", layer, ({ features: [near], lngLat }) => tell(near, lngLat));
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-number]");
    const place = button && places.find(({ properties }) => properties.number === Number(button.dataset.number));
    if (!place) return;
    fitTo(map, points(place.geometry.coordinates), 18.5);
    tell(place, middle(place).geometry.coordinates);
    element.scrollIntoView({ block: "nearest" });
  });
  element.dataset.shown = String(places.length);
  window.torpaqMap = map;
}

if (element) begin();
