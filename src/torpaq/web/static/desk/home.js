// The first page: the map answers the same question as the list beside it.

import { NEAR, STATUSES, areaFilter, fitTo, landTiles, openMap } from "./map.js";

const element = document.getElementById("map");
const found = () => document.querySelector("#found .found");
let map;
let shown = null;
let fitted = null;
const land = { filter: "null", tiles: "" };

function dates() { return found()?.dataset.dates ?? ""; }

// Filters and tiles are changed one after the other: a new filter re-reads the tiles that the map holds, and would
// overtake new ones on their way.
async function showLand(ids, tiles) {
  const filter = JSON.stringify(areaFilter(ids));
  if (filter !== land.filter) {
    land.filter = filter;
    for (const layer of ["faces", "face-edges"]) map.setFilter(layer, areaFilter(ids));
    for (const name of STATUSES) map.setLayoutProperty(`border-${name}`, "visibility", ids ? "none" : "visible");
    await new Promise((done) => map.once("idle", done));
  }
  if (tiles === landTiles(dates()) && tiles !== land.tiles) {
    land.tiles = tiles;
    map.getSource("land").setTiles([tiles]);
  }
}

// The map stays where it is while only the days change.
function withoutDays(query) {
  const values = new URLSearchParams(query);
  for (const name of ["on", "known", "sort", "area"]) values.delete(name);
  return values.toString();
}

async function answer({ fit }) {
  const query = found()?.dataset.query ?? "";
  if (query === shown) return;
  shown = query;
  const response = await fetch(`${element.dataset.areas}?${query}`);
  if (!response.ok || query !== shown) return;
  const { areas, filtered, bounds } = await response.json();
  map.getSource("areas").setData({
    type: "FeatureCollection",
    features: areas.map(([area, lon, lat, status]) => ({
      type: "Feature", properties: { area, status }, geometry: { type: "Point", coordinates: [lon, lat] },
    })),
  });
  element.dataset.areasShown = String(areas.length);
  await showLand(filtered ? areas.map(([id]) => id) : null, landTiles(dates()));
  if (query !== shown) return;
  const asked = withoutDays(query);
  if (fit && bounds && asked !== fitted) fitTo(map, [bounds.slice(0, 2), bounds.slice(2)], 13);
  fitted = asked;
}

function choose(area, place) {
  document.getElementById("area").value = area;
  map.setFilter("chosen", ["==", ["get", "area"], area]);
  for (const line of document.querySelectorAll("#found li")) {
    const isIt = line.querySelector("a").dataset.area === area;
    line.toggleAttribute("aria-current", isIt);
    if (isIt) line.setAttribute("aria-current", "true");
  }
  const address = new URL(location.href);
  if (area) address.searchParams.set("area", area);
  else address.searchParams.delete("area");
  history.replaceState(history.state, "", address);
  if (place) map.easeTo({ center: place, zoom: Math.max(map.getZoom(), 13.5), duration: calm() ? 0 : 500 });
}

function calm() { return matchMedia("(prefers-reduced-motion: reduce)").matches; }

function show(address) {
  window.htmx.ajax("GET", address, { target: "#record", swap: "innerHTML" });
  document.getElementById("record").scrollTop = 0;
}

function ask({ lng, lat }) {
  const place = new URLSearchParams({ place: `${lat.toFixed(7)}° N, ${lng.toFixed(7)}° E` });
  show(`${element.dataset.spot}?${place}${dates() ? `&${dates()}` : ""}`);
}

function clicked({ point, lngLat }) {
  const box = [[point.x - 5, point.y - 5], [point.x + 5, point.y + 5]];
  const [near] = map.getZoom() < NEAR ? map.queryRenderedFeatures(box, { layers: ["points"] }) : [];
  if (!near) return ask(lngLat);
  const { area } = near.properties;
  choose(area, near.geometry.coordinates);
  return show(`${element.dataset.card}${encodeURIComponent(area)}?${dates()}`);
}

async function begin() {
  map = await openMap(element, { query: dates() });
  land.tiles = landTiles(dates());
  map.on("click", clicked);
  map.on("mouseenter", "points", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "points", () => { map.getCanvas().style.cursor = ""; });
  map.getCanvas().addEventListener("keydown", (event) => { if (event.key === "Enter") ask(map.getCenter()); });
  const area = document.getElementById("area").value;
  await answer({ fit: !area });
  const card = document.querySelector("#record [data-lon]");
  if (area && card) choose(area, [Number(card.dataset.lon), Number(card.dataset.lat)]);
  document.body.addEventListener("htmx:afterSwap", ({ target }) => { if (target.id === "found") answer({ fit: true }); });
  document.getElementById("found").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-area]");
    if (link) choose(link.dataset.area, link.dataset.lon ? [Number(link.dataset.lon), Number(link.dataset.lat)] : null);
  });
  window.torpaqMap = map;
}

begin();
