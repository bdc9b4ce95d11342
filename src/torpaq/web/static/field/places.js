// Places on the phone: stand there and take the position, or type it. The accuracy is kept with the position.

import { element, word } from "./page_parts.js";

const EARTH_M = 6371008.8;
const WAIT_MS = 30000;
const STEP_M = 2;
const BLUNT_M = 15; // a position worse than this draws no line

export function geometryInput(type, value, id, say) {
  const points = pointsOf(type, value);
  const list = element("ol", { class: "points" });
  const told = element("output", { class: "told", "aria-live": "polite" });
  const typed = element("input", { id, inputmode: "text", placeholder: "39.99123, 46.92871", autocomplete: "off" });
  const show = () => {
    list.replaceChildren(...points.map(({ lon, lat, accuracy_m: accuracy }) => element("li", {}, `${lat.toFixed(6)}, ${lon.toFixed(6)}${accuracy ? ` ±${Math.round(accuracy)} m` : ""}`)));
    if (type === "polygon" && points.length > 2) told.textContent = `${Math.round(areaM2(points)).toLocaleString()} m²`;
    say(valueOf(type, points));
  };
  const take = (point) => {
    if (type === "point") points.length = 0;
    points.push(point);
    told.textContent = "";
    show();
  };
  const here = element("button", { type: "button", onclick: () => {
    told.textContent = word("finding_position");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => take({ lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, at: new Date().toISOString() }),
      () => { told.textContent = word("no_position"); },
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 0 },
    );
  } }, word(type === "point" ? "position_here" : "add_point_here"));
  const add = element("button", { type: "button", onclick: () => {
    const point = readPair(typed.value);
    if (point) { typed.value = ""; take(point); } else told.textContent = word("position_wrong");
  } }, word("take_typed"));
  const undo = element("button", { type: "button", class: "quiet", onclick: () => { points.pop(); show(); } }, word("take_back"));
  // Walked from start to stop: a point every few metres, none where the position is too blunt to tell.
  let watching = null;
  const walk = type === "point" ? "" : element("button", { type: "button", "aria-pressed": "false", onclick: () => {
    const isStart = watching === null;
    if (isStart) watching = navigator.geolocation.watchPosition(step, () => { told.textContent = word("no_position"); }, { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 0 });
    else { navigator.geolocation.clearWatch(watching); watching = null; }
    walk.textContent = word(isStart ? "walk_stop" : "walk_start");
    walk.setAttribute("aria-pressed", String(isStart));
    if (isStart) told.textContent = word("walking");
  } }, word("walk_start"));
  const step = ({ coords }) => {
    if (!walk.isConnected) { navigator.geolocation.clearWatch(watching); return; } // the form was left
    const point = { lon: coords.longitude, lat: coords.latitude, accuracy_m: coords.accuracy, at: new Date().toISOString() };
    if (coords.accuracy > BLUNT_M || (points.length && distanceM(points.at(-1), point) < STEP_M)) return;
    take(point);
  };
  list.replaceChildren(...points.map(({ lon, lat }) => element("li", {}, `${lat.toFixed(6)}, ${lon.toFixed(6)}`)));
  typed.setAttribute("aria-label", word("typed_position"));
  return element("div", { class: "geometry" }, element("div", { class: "buttons" }, here, walk, undo), element("div", { class: "buttons" }, typed, add), list, told);
}

function readPair(text) {
  const found = text.trim().match(/^(-?\d{1,2}(?:[.,]\d+)?)[\s;,]+(-?\d{1,3}(?:[.,]\d+)?)$/);
  if (!found) return null;
  const [lat, lon] = [found[1], found[2]].map((part) => Number(part.replace(",", ".")));
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat, typed: text.trim() } : null;
}

function pointsOf(type, value) {
  if (!value) return [];
  const coordinates = type === "point" ? [value.coordinates] : type === "line" ? value.coordinates : value.coordinates[0][0].slice(0, -1);
  const originals = value.original?.points ?? [];
  return coordinates.map(([lon, lat], at) => ({ lon, lat, ...(originals[at] ?? {}) }));
}

function valueOf(type, points) {
  const pairs = points.map(({ lon, lat }) => [round(lon), round(lat)]);
  const original = { source: "phone", crs: "EPSG:4326", points: points.map(({ lon, lat, ...rest }) => ({ lon, lat, ...rest })) };
  if (type === "point") return pairs.length ? { type: "Point", coordinates: pairs[0], original } : undefined;
  if (type === "line") return pairs.length > 1 ? { type: "LineString", coordinates: pairs, original } : undefined;
  return pairs.length > 2 ? { type: "MultiPolygon", coordinates: [[[...pairs, pairs[0]]]], original } : undefined;
}

const round = (degrees) => Math.round(degrees * 1e8) / 1e8;

function distanceM(one, other) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const east = radians(other.lon - one.lon) * Math.cos(radians((one.lat + other.lat) / 2));
  return EARTH_M * Math.hypot(east, radians(other.lat - one.lat));
}

// On a sphere: to show whether the walk makes sense. The server counts on the ellipsoid.
function areaM2(points) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  let sum = 0;
  points.forEach((one, at) => {
    const next = points[(at + 1) % points.length];
    sum += radians(next.lon - one.lon) * (2 + Math.sin(radians(one.lat)) + Math.sin(radians(next.lat)));
  });
  return Math.abs((sum * EARTH_M * EARTH_M) / 2);
}
