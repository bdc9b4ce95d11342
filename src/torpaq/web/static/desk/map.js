// The map: relief, districts, places and land by status. Land without a record is dotted ground, never a colour.

import * as maplibregl from "../vendor/maplibre-gl.mjs";
import { giveImages, loadFonts } from "./symbols.js";

maplibregl.setWorkerUrl(new URL("../vendor/maplibre-gl-worker.mjs", import.meta.url).href);

const STATUSES = ["cha", "sha", "cancelled", "reduced", "cleared"];
const DASHES = { cha: null, sha: [3, 1.5], cancelled: [1, 1.5], reduced: [1, 1.5], cleared: [1, 1.5] };
const EDGES = { cha: "#c00000", sha: "#a86a00", cancelled: "#3f7f3a", reduced: "#2f6b2c", cleared: "#1f5420" };
const NEAR = 11;

export function landTiles(query = "") {
  return `${location.origin}/tiles/land/{z}/{x}/{y}.pbf${query ? `?${query}` : ""}`;
}

function styleFor(language, reliefCorners, tiles) {
  const status = ["get", "status"];
  const edges = STATUSES.map((name) => ({
    id: `border-${name}`, type: "line", source: "land", "source-layer": "borders", minzoom: 9.5,
    filter: ["==", status, name],
    paint: {
      "line-color": EDGES[name],
      "line-width": ["interpolate", ["linear"], ["zoom"], 10, 1, 14, name === "cha" ? 3 : 2.2],
      ...(DASHES[name] ? { "line-dasharray": DASHES[name] } : {}),
    },
  }));
  return {
    version: 8,
    sources: {
      relief: { type: "image", url: `${location.origin}/basemap/relief.png`, coordinates: reliefCorners },
      context: { type: "vector", tiles: [`${location.origin}/tiles/context/{z}/{x}/{y}.pbf`], minzoom: 5, maxzoom: 12 },
      land: { type: "vector", tiles: [tiles], minzoom: 5, maxzoom: 16 },
      areas: { type: "geojson", data: empty() },
      polygon: { type: "geojson", data: empty() },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#ece9e2" } },
      { id: "relief", type: "raster", source: "relief", paint: { "raster-opacity": 0.85, "raster-fade-duration": 0 } },
      { id: "unknown", type: "fill", source: "context", "source-layer": "units", paint: { "fill-pattern": "fill:unknown" } },
      { id: "units", type: "line", source: "context", "source-layer": "units", paint: { "line-color": "#6d6350", "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0.6, 11, 1.6], "line-dasharray": [5, 2] } },
      { id: "faces", type: "fill", source: "land", "source-layer": "faces", paint: { "fill-pattern": ["concat", "fill:", status] } },
      { id: "face-edges", type: "line", source: "land", "source-layer": "faces", minzoom: 13, paint: { "line-color": "rgba(29,39,48,0.35)", "line-width": 0.6 } },
      ...edges,
      { id: "chosen", type: "line", source: "land", "source-layer": "faces", filter: ["==", ["get", "area"], ""], paint: { "line-color": "#1d2730", "line-width": 2.4 } },
      { id: "polygon-fill", type: "fill", source: "polygon", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#2a5db0", "fill-opacity": 0.22 } },
      { id: "polygon-line", type: "line", source: "polygon", paint: { "line-color": "#173f86", "line-width": 2.6 } },
      { id: "polygon-points", type: "circle", source: "polygon", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": "#ffffff", "circle-stroke-color": "#173f86", "circle-stroke-width": 2.4 } },
      { id: "points", type: "symbol", source: "areas", maxzoom: NEAR, layout: { "icon-image": ["concat", "point:", status], "icon-size": ["interpolate", ["linear"], ["zoom"], 6, 0.5, 10, 0.85], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["match", status, "cha", 3, "sha", 2, 1] } },
      { id: "places", type: "symbol", source: "context", "source-layer": "places", minzoom: 8.5, layout: { "icon-image": ["concat", "place:", ["get", "name"]], "icon-anchor": "left", "icon-offset": [-5, 0], "symbol-sort-key": ["-", 0, ["get", "population"]] } },
      { id: "unit-labels", type: "symbol", source: "context", "source-layer": "unit_labels", minzoom: 7, layout: { "icon-image": ["concat", "unit:", ["get", language]] } },
    ],
  };
}

export function empty() { return { type: "FeatureCollection", features: [] }; }

export async function openMap(element, { query = "" } = {}) {
  const [{ coordinates }] = await Promise.all([fetch(element.dataset.relief).then((r) => r.json()), loadFonts()]);
  const [west, south, east, north] = JSON.parse(element.dataset.extent);
  const map = new maplibregl.Map({
    container: element,
    style: styleFor(element.dataset.language, coordinates, landTiles(query)),
    bounds: [[west, south], [east, north]],
    maxBounds: [[west - 4, south - 3], [east + 4, north + 3]],
    fitBoundsOptions: { padding: 16 },
    minZoom: 5,
    maxZoom: 19,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  giveImages(map);
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-right");
  showCursor(map, element);
  map.on("idle", () => { element.dataset.idle = String(performance.now()); });
  await new Promise((done) => map.once("load", done));
  return map;
}

// The coordinates under the pointer, in the notation chosen; grids are worked out by the desk, which has the one
// implementation that is tested.
function showCursor(map, element) {
  const output = document.getElementById("cursor");
  const notation = document.getElementById("notation");
  if (!output || !notation) return;
  notation.value = localStorage.getItem("torpaq-notation") || "decimal";
  notation.addEventListener("change", () => localStorage.setItem("torpaq-notation", notation.value));
  let asked = 0;
  let waiting = null;
  const ask = async (lngLat) => {
    const number = ++asked;
    const response = await fetch(`${element.dataset.place}?lon=${lngLat.lng}&lat=${lngLat.lat}`);
    if (response.ok && number === asked) output.textContent = (await response.json())[notation.value];
  };
  map.on("mousemove", ({ lngLat }) => {
    if (notation.value === "decimal") {
      output.textContent = `${lngLat.lat.toFixed(6)}° N, ${lngLat.lng.toFixed(6)}° E`;
      return;
    }
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(lngLat), 60);
  });
  map.on("mouseout", () => { clearTimeout(waiting); output.textContent = output.dataset.empty; });
}

export function showPolygon(map, geometry, { fit = false } = {}) {
  map.getSource("polygon").setData(geometry ? { type: "Feature", properties: {}, geometry } : empty());
  const rings = geometry ? (geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.coordinates) : [];
  if (fit && rings.length) fitTo(map, rings.flat());
}

export function fitTo(map, points, maxZoom = 16.5, flies = true) {
  const bounds = new maplibregl.LngLatBounds();
  for (const point of points) bounds.extend(point);
  map.fitBounds(bounds, { padding: 50, maxZoom, animate: flies && !matchMedia("(prefers-reduced-motion: reduce)").matches });
}

export function areaFilter(ids) {
  return ids === null ? null : ids.length ? ["match", ["get", "area"], ids, true, false] : ["==", 1, 0];
}
export { NEAR, STATUSES };
