// A record's places on the land as it stands, each found from its answer; and the polygons that it would propose.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { fitTo, openMap, showPolygon } from "./map.js";

const element = document.getElementById("map");
const places = element ? JSON.parse(element.dataset.places) : [];
let map;
let popup;

function points(coordinates) { return typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(points); }

function showAll() {
  map.getSource("polygon").setData({ type: "FeatureCollection", features: places });
  fitTo(map, places.flatMap(({ geometry }) => points(geometry.coordinates)));
}

function tell({ geometry, properties }, at) {
  const words = document.createElement("span");
  words.textContent = properties.label;
  popup.setLngLat(at ?? points(geometry.coordinates)[0]).setDOMContent(words).addTo(map);
}

function show(number) {
  const place = places[number - 1];
  showAll();
  fitTo(map, points(place.geometry.coordinates));
  tell(place);
  element.scrollIntoView({ block: "nearest" });
}

async function begin() {
  map = await openMap(element);
  popup = new maplibregl.Popup({ closeButton: false, focusAfterOpen: false });
  showAll();
  for (const layer of ["polygon-points", "polygon-fill", "polygon-line"]) {
    map.on("click", layer, ({ features: [near], lngLat }) => tell(places[near.properties.number - 1], lngLat));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-number], [data-show-polygon]");
    if (!button) return;
    if (button.dataset.showPolygon) {
      showPolygon(map, JSON.parse(button.dataset.showPolygon), { fit: true });
      element.scrollIntoView({ block: "nearest" });
    } else show(Number(button.dataset.number));
  });
  window.torpaqMap = map;
}

if (element) begin();
