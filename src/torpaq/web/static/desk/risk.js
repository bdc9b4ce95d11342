// A surface of risk on the map: its layers, why a cell is what it is, a threshold that moves, two surfaces side by side.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { fitTo, openMap, showPolygon } from "./map.js";

const SIZE = 256;
const BELOW = [0, 114, 178];
const ABOVE = [213, 94, 0];
const threshold = { code: 0 };
const kept = new Map();

function tiles(element, layer) { return `${location.origin}${element.dataset.tiles.replace("LAYER", layer)}`; }

// The values come as grey pictures, once; what lies below the threshold is coloured here, so that the map follows the
// slider without asking the desk. Land below is dotted as well: the two must differ without colour.
async function values(url) {
  if (!kept.has(url)) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status}`);
    const bitmap = await createImageBitmap(await response.blob(), { premultiplyAlpha: "none", colorSpaceConversion: "none" });
    const pen = new OffscreenCanvas(SIZE, SIZE).getContext("2d", { willReadFrequently: true });
    pen.drawImage(bitmap, 0, 0);
    kept.set(url, pen.getImageData(0, 0, SIZE, SIZE).data);
    if (kept.size > 200) kept.delete(kept.keys().next().value);
  }
  return kept.get(url);
}

async function shaded({ url }) {
  const codes = await values(url.replace("threshold://", "").replace(/#.*$/, ""));
  const picture = new ImageData(SIZE, SIZE);
  for (let at = 0, pixel = 0; at < codes.length; at += 4, pixel += 1) {
    if (!codes[at + 3]) continue;
    const below = codes[at] < threshold.code;
    const dotted = below && pixel % 6 < 2 && (pixel >> 8) % 6 < 2;
    const [red, green, blue] = dotted ? [255, 255, 255] : below ? BELOW : ABOVE;
    picture.data.set([red, green, blue, below ? 190 : 150], at);
  }
  return { data: await createImageBitmap(picture) };
}

function addSurface(map, source) {
  map.addSource("surface", { type: "raster", tileSize: SIZE, minzoom: 5, maxzoom: 17, ...source });
  map.addLayer({ id: "surface", type: "raster", source: "surface", paint: { "raster-opacity": 0.85, "raster-resampling": "nearest", "raster-fade-duration": 0 } }, "faces");
  map.setPaintProperty("faces", "fill-opacity", 0);
  map.setLayoutProperty("unknown", "visibility", "none");
}

// Open hazardous areas from afar, as on the first page's map; near by their borders are drawn.
async function showAreas(map, element) {
  const response = await fetch(element.dataset.areas);
  if (!response.ok) return;
  const { areas } = await response.json();
  const features = areas.filter(([, , , status]) => status === "cha" || status === "sha").map(([area, lon, lat, status]) => ({
    type: "Feature", properties: { area, status }, geometry: { type: "Point", coordinates: [lon, lat] },
  }));
  map.getSource("areas").setData({ type: "FeatureCollection", features });
}

function explainTo(map, element) {
  const ask = ({ lng, lat }) => {
    const place = new URLSearchParams({ place: `${lat.toFixed(7)}° N, ${lng.toFixed(7)}° E` });
    window.htmx.ajax("GET", `${element.dataset.explain}?${place}`, { target: "#explanation", swap: "innerHTML" });
  };
  map.on("click", ({ lngLat }) => ask(lngLat));
  map.getCanvas().style.cursor = "crosshair";
  map.getCanvas().addEventListener("keydown", (event) => { if (event.key === "Enter") ask(map.getCenter()); });
  document.body.addEventListener("htmx:afterSwap", ({ target }) => {
    const told = target.id === "explanation" && target.querySelector("[data-polygon]");
    if (told) showPolygon(map, JSON.parse(told.dataset.polygon), { fit: told.dataset.fit === "yes" });
  });
  const told = document.querySelector("#explanation [data-polygon]");
  if (told) showPolygon(map, JSON.parse(told.dataset.polygon), { fit: true });
}

function chooseLayers(maps, elements) {
  const form = document.querySelector("[data-layers]");
  if (!form) return;
  const show = () => {
    const layer = new FormData(form).get("layer");
    maps.forEach((map, number) => map.getSource("surface").setTiles([tiles(elements[number], layer)]));
    for (const one of document.querySelectorAll("[data-legend]")) one.hidden = one.dataset.legend !== layer;
    for (const element of elements) element.dataset.drawn = layer;
  };
  const evidence = form.querySelector("[data-evidence]");
  form.addEventListener("change", ({ target }) => {
    if (target.matches("[data-evidence-layer]")) {
      evidence.value = target.value;
      evidence.checked = true;
    } else if (target.name !== "layer") return;
    show();
  });
  form.querySelector("[name=opacity]")?.addEventListener("input", ({ target }) => {
    for (const map of maps) map.setPaintProperty("surface", "raster-opacity", Number(target.value) / 100);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

function follow(map, other) {
  let busy = false;
  for (const [from, to] of [[map, other], [other, map]]) {
    from.on("move", () => {
      if (busy) return;
      busy = true;
      to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
      busy = false;
    });
  }
}

function slide(map, element) {
  const slider = document.getElementById("threshold");
  const curve = JSON.parse(document.getElementById("curve").textContent);
  let waiting = null;
  const show = () => {
    const point = curve[Number(slider.value)];
    threshold.code = point.code;
    for (const [name, words] of Object.entries(point.words)) {
      for (const output of document.querySelectorAll(`[data-told="${name}"]`)) output.textContent = words;
    }
    slider.setAttribute("aria-valuetext", point.words.threshold);
    document.querySelector("[data-upright]")?.setAttribute("transform", `translate(${point.x} 0)`);
    for (const note of document.querySelectorAll("[data-certified]")) note.hidden = (note.dataset.certified === "yes") !== point.certified;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => map?.getSource("surface").setTiles([`threshold://${tiles(element, "value")}#${point.code}`]));
  };
  slider.addEventListener("input", show);
  show();
}

async function begin() {
  const elements = [...document.querySelectorAll("[data-risk-map]")];
  const maps = await Promise.all(elements.map((element) => openMap(element)));
  maps.forEach((map, number) => {
    const element = elements[number];
    if (element.dataset.threshold) {
      maplibregl.addProtocol("threshold", shaded);
      addSurface(map, { tiles: [`threshold://${tiles(element, "value")}#0`] });
      slide(map, element);
    } else {
      addSurface(map, { tiles: [tiles(element, element.dataset.layer)] });
    }
    if (element.dataset.bounds) {
      const [west, south, east, north] = JSON.parse(element.dataset.bounds);
      fitTo(map, [[west, south], [east, north]], 15, false);
    }
    if (element.dataset.areas) showAreas(map, element);
    if (element.dataset.explain) explainTo(map, element);
    element.dataset.drawn = element.dataset.layer ?? "value";
  });
  if (maps.length === 2) follow(...maps);
  chooseLayers(maps, elements);
  [window.torpaqMap] = maps;
}

begin();
