// The records of the list that have a place; one of them opens with a click.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { fitTo, openMap } from "./map.js";

const element = document.getElementById("map");

function title({ words }) {
  const box = document.createElement("span");
  box.textContent = words;
  return box;
}

async function begin() {
  const [map, answer] = await Promise.all([openMap(element), fetch(element.dataset.records).then((r) => r.json())]);
  const features = answer.records.map(([number, lon, lat, words]) => ({
    type: "Feature", properties: { number, words }, geometry: { type: "Point", coordinates: [lon, lat] },
  }));
  map.getSource("polygon").setData({ type: "FeatureCollection", features });
  element.dataset.shown = String(features.length);
  fitTo(map, answer.records.map(([, lon, lat]) => [lon, lat]), 13);
  const popup = new maplibregl.Popup({ closeButton: false, closeOnClick: false });
  map.on("mouseenter", "polygon-points", ({ features: [near] }) => {
    map.getCanvas().style.cursor = "pointer";
    popup.setLngLat(near.geometry.coordinates).setDOMContent(title(near.properties)).addTo(map);
  });
  map.on("mouseleave", "polygon-points", () => { map.getCanvas().style.cursor = ""; popup.remove(); });
  map.on("click", "polygon-points", ({ features: [near] }) => { location.href = `${element.dataset.record}/${near.properties.number}`; });
  window.torpaqMap = map;
}

begin();
