// A form's page: what is asked follows what was answered, rows come and go, places are picked and drawn on the map.
// The desk decides all of it again: without this script everything is asked and rows come by a button that posts back.

import { fitTo, openMap, showPolygon } from "./map.js";
import { DrawingTools, addLeg } from "./polygon_input.js";
import { showPlaces } from "./task_places.js";

const EARTH_M = 6371008.8;
const form = document.getElementById("record-form");
const element = document.getElementById("map");
const held = document.getElementById("held");
let map = null;
let tools = null;
let picking = null;
let isChanged = false;

// -- what is asked ---------------------------------------------------------------------------------------------------

// The first control of each name: looked up once for all conditions of a page with hundreds of rows.
function controlsByName() {
  const controls = new Map();
  for (const control of form.elements) if (control.name && !controls.has(control.name)) controls.set(control.name, control);
  return controls;
}

function answers(data, controls, row, code) {
  const own = row && `${row.closest("[data-repeat]").dataset.repeat}.${row.dataset.row}.${code}`;
  const name = own && (controls.has(own) || controls.has(`${own}.source`)) ? own : code;
  const control = controls.get(name) ?? controls.get(`${name}.source`);
  if (!control || control.closest("[hidden]")) return [];
  if (control.name === name) return data.getAll(name).map((value) => (value instanceof File ? value.name : value)).filter(Boolean);
  const source = data.get(`${name}.source`);
  return [source === "kept" ? source : data.get(`${name}.${source === "traverse" ? "start" : source}`)].filter(Boolean);
}

const HOLDS = {
  "=": (found, codes) => found.length > 0 && codes.includes(found[0]),
  "!=": (found, codes) => found.length > 0 && !codes.includes(found[0]),
  has: (found, codes) => found.some((one) => codes.includes(one)),
  filled: (found) => found.length > 0,
};

function arrange() {
  const data = new FormData(form);
  const controls = controlsByName();
  for (const box of form.querySelectorAll("[data-condition]")) {
    const row = box.closest("[data-row]");
    const clauses = JSON.parse(box.dataset.condition);
    box.hidden = !clauses.every(({ element: code, operator, codes }) => HOLDS[operator](answers(data, controls, row, code), codes));
  }
  for (const section of form.querySelectorAll(".form-section:not(.repeat)")) {
    section.classList.toggle("is-empty", !section.querySelector(":scope > .fields > :not([hidden])"));
  }
}

// -- rows ------------------------------------------------------------------------------------------------------------

function addRow(button) {
  const repeat = button.closest("[data-repeat]");
  const id = `r${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
  const holder = document.createElement("template");
  holder.innerHTML = repeat.querySelector(":scope > template").innerHTML.replaceAll("new-row", id);
  repeat.insertBefore(holder.content, button);
  renumber(repeat);
  arrange();
  repeat.querySelector(`[data-row="${id}"]`).querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function removeRow(button) {
  const row = button.closest("[data-row]");
  const repeat = row.closest("[data-repeat]");
  if (tools?.root && row.contains(tools.root)) tools.hold(null);
  row.remove();
  renumber(repeat);
  arrange();
  repeat.querySelector(":scope > .add-row").focus();
}

function renumber(repeat) {
  repeat.querySelectorAll(":scope > [data-row] > legend [data-number]").forEach((place, n) => { place.textContent = String(n + 1); });
}

// -- the map ---------------------------------------------------------------------------------------------------------

function tellHeld(words, box) {
  held.textContent = box ? `${words} ${box.querySelector("label, legend").firstChild.textContent.trim()}` : "";
}

function hold(root) {
  picking = null;
  sketch();
  tools.hold(root);
  tools.drawing.start();
  tellHeld(held.dataset.drawing, root.closest("[data-asked]"));
  toMap(tools.drawing.points);
}

function pick(button) {
  tools.hold(null);
  sketch();
  picking = document.getElementById(button.dataset.pick);
  tellHeld(held.dataset.picking, picking.closest("[data-asked]"));
  map.getCanvas().style.cursor = "crosshair";
  toMap([]);
}

// Every place that the page holds, so that each is seen among the others.
function sketch() {
  const features = [];
  const add = (geometry) => features.push({ type: "Feature", properties: {}, geometry });
  for (const { value } of form.querySelectorAll("[data-drawn]")) {
    const ring = value ? JSON.parse(value) : [];
    if (ring.length > 2) add({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
  }
  for (const told of form.querySelectorAll("[data-polygon]")) add(JSON.parse(told.dataset.polygon));
  for (const { value } of form.querySelectorAll("[data-point]")) {
    const [, lat, lon] = /^(-?[\d.]+)°? N,? (-?[\d.]+)°? E$/.exec(value) ?? [];
    if (lat) add({ type: "Point", coordinates: [Number(lon), Number(lat)] });
  }
  map.getSource("sketch").setData({ type: "FeatureCollection", features });
}

function addSketch() {
  map.addSource("sketch", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "sketch-line", type: "line", source: "sketch", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#173f86", "line-width": 1.6, "line-dasharray": [3, 2] } }, "polygon-fill");
  map.addLayer({ id: "sketch-point", type: "circle", source: "sketch", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4, "circle-color": "#173f86", "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5 } }, "polygon-fill");
  sketch();
}

function toMap(points) {
  element.scrollIntoView({ block: "nearest" });
  map.getCanvas().focus();
  if (points.length) fitTo(map, points);
}

function place({ lng, lat }) {
  if (!picking) return;
  picking.value = `${lat.toFixed(7)} N ${lng.toFixed(7)} E`;
  showPoint(lng, lat);
  map.getCanvas().style.cursor = "";
  held.textContent = "";
  const input = picking;
  picking = null;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.focus();
}

function showPoint(lng, lat) {
  map.getSource("polygon").setData({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lng, lat] } });
}

function show(told) {
  tools.hold(null);
  showPolygon(map, JSON.parse(told.dataset.polygon), { fit: true });
}

async function toArea() {
  const area = form.querySelector('[data-refers="area"][name="area"]')?.value;
  if (!area) return;
  const response = await fetch(`${element.dataset.areas}?${new URLSearchParams({ text: area })}`);
  const found = response.ok ? (await response.json()).areas.find(([id]) => id === area) : null;
  map.setFilter("chosen", ["==", ["get", "area"], area]);
  if (found) fitTo(map, [[found[1] - 0.004, found[2] - 0.003], [found[1] + 0.004, found[2] + 0.003]], 15);
}

// What was drawn gives the number, until somebody types another. On a sphere: the server counts on the ellipsoid.
let measured = "";
function measure(ring) {
  const input = form.querySelector('[name="processed_area_m2"]');
  if (!input || ring.length < 3 || (input.value && input.value !== measured)) return;
  const radians = (degrees) => (degrees * Math.PI) / 180;
  let sum = 0;
  ring.forEach(([lon, lat], at) => {
    const [nextLon, nextLat] = ring[(at + 1) % ring.length];
    sum += radians(nextLon - lon) * (2 + Math.sin(radians(lat)) + Math.sin(radians(nextLat)));
  });
  measured = String(Math.round(Math.abs((sum * EARTH_M * EARTH_M) / 2)));
  input.value = measured;
}

async function beginMap() {
  map = await openMap(element);
  tools = new DrawingTools(map, document.querySelector(".draw-tools"));
  map.on("click", ({ lngLat }) => place(lngLat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && picking) { event.preventDefault(); place(map.getCenter()); }
  });
  addSketch();
  document.body.addEventListener("htmx:oobAfterSwap", sketch);
  const told = form.querySelector("[data-polygon]");
  const places = JSON.parse(element.dataset.places || "[]");
  if (places.length) {
    showPlaces(map, places);
    form.addEventListener("drawn", ({ target, detail }) => { if (target.closest('[data-asked="boundary"]') ?? target.querySelector('[name^="boundary"]')) measure(detail); });
  }
  if (told) show(told);
  else if (!places.length) await toArea();
  window.torpaqMap = map;
}

// -- ids that are being typed ----------------------------------------------------------------------------------------

let asked = 0;
async function suggest(input) {
  const number = ++asked;
  const query = new URLSearchParams({ of: input.dataset.refers, text: input.value });
  const response = await fetch(`${form.dataset.suggest}?${query}`);
  if (!response.ok || number !== asked) return;
  const { found } = await response.json();
  input.list.replaceChildren(...found.map(([id, words]) => new Option(words, id)));
}

// -- begin -----------------------------------------------------------------------------------------------------------

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.name === "_add") { event.preventDefault(); addRow(button); }
  else if (button.name === "_remove") { event.preventDefault(); removeRow(button); }
  else if ("addLeg" in button.dataset) addLeg(button.closest("[data-polygon-input]"));
  else if (map && "hold" in button.dataset) hold(button.closest("[data-polygon-input]"));
  else if (map && "pick" in button.dataset) pick(button);
  else if (map && "show" in button.dataset) show(button.parentElement.querySelector("[data-polygon]"));
  else return;
  isChanged = true;
});
form.addEventListener("change", (event) => {
  isChanged = true;
  arrange();
  if (map) sketch();
  if (map && event.target.name === "area") toArea();
});
form.addEventListener("input", (event) => {
  isChanged = true;
  if (event.target.dataset.refers) suggest(event.target);
});
form.addEventListener("focusin", (event) => { if (event.target.dataset.refers && !event.target.list.children.length) suggest(event.target); });
form.addEventListener("submit", () => { isChanged = false; });
addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
arrange();
if (element) beginMap();
