// Places of operations on the land as it stands, each coloured by its kind; one opens its page, or a click picks a place.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { fitTo, openMap } from "./map.js";

const COLOURS = {
  sign: "#c00000", post: "#5b6470", gate: "#0b6e4f",
  planned: "#ffffff", standing: "#2f7d32", damaged: "#c00000", overdue: "#f4a718", removed: "#9a948a",
  immediate: "#c00000", urgent: "#f4a718", routine: "#2a5db0", picked: "#173f86",
};
const element = document.getElementById("map");
const places = element ? JSON.parse(element.dataset.places || "[]") : [];

function points(coordinates) { return typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(points); }

function words({ label, url }) {
  const box = document.createElement(url ? "a" : "span");
  if (url) box.href = url;
  box.textContent = label;
  return box;
}

function show(map, features) {
  map.getSource("polygon").setData({ type: "FeatureCollection", features });
  element.dataset.shown = String(features.length);
}

// A click writes the place into the field; a place that was typed is shown when the field is left.
function pick(map) {
  const field = document.getElementById(element.dataset.pick);
  const mark = (lon, lat) => show(map, [...places, { type: "Feature", properties: { kind: "picked", label: "" }, geometry: { type: "Point", coordinates: [lon, lat] } }]);
  map.on("click", ({ lngLat }) => {
    field.value = `${lngLat.lat.toFixed(6)}, ${lngLat.lng.toFixed(6)}`;
    mark(lngLat.lng, lngLat.lat);
  });
  const typed = () => {
    const found = /^\s*(-?\d+(?:\.\d+)?)\s*[, ]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(field.value);
    if (found) { mark(Number(found[2]), Number(found[1])); fitTo(map, [[Number(found[2]), Number(found[1])]], 14); }
  };
  field.addEventListener("change", typed);
  typed();
}

async function begin() {
  const map = await openMap(element);
  const colours = Object.entries(COLOURS).flat();
  map.setPaintProperty("polygon-points", "circle-color", ["match", ["get", "kind"], ...colours, "#ffffff"]);
  map.setPaintProperty("polygon-points", "circle-radius", ["match", ["get", "kind"], "post", 2.5, "sign", 4.5, 6]);
  map.setPaintProperty("polygon-points", "circle-stroke-width", ["match", ["get", "kind"], "post", 0, 1.4]);
  map.setPaintProperty("polygon-points", "circle-stroke-color", "#1d2730");
  show(map, places);
  const all = places.flatMap(({ geometry }) => points(geometry.coordinates));
  if (all.length) fitTo(map, all, 15.5);
  const popup = new maplibregl.Popup({ closeButton: false, focusAfterOpen: false });
  map.on("click", "polygon-points", ({ features: [near] }) => {
    if (!element.dataset.pick) popup.setLngLat(near.geometry.coordinates).setDOMContent(words(near.properties)).addTo(map);
  });
  map.on("mouseenter", "polygon-points", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "polygon-points", () => { map.getCanvas().style.cursor = ""; });
  if (element.dataset.pick) pick(map);
  window.torpaqMap = map;
}

// The place of the telephone or computer itself, where it may be asked for.
for (const button of document.querySelectorAll("[data-here]")) {
  if (!navigator.geolocation || !window.isSecureContext) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    const field = document.getElementById(button.dataset.here);
    field.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
    field.dispatchEvent(new Event("change"));
  }));
}

if (element) begin();
