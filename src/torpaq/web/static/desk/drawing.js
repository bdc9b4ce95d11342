// Drawing one ring on the map: by clicks, by dragging its points, or by keys (Enter sets a point at the middle).

import { empty } from "./map.js";

export class Drawing {
  constructor(map, changed) {
    this.map = map;
    this.changed = changed;
    this.points = [];
    this.isDrawing = false;
    this.dragged = -1;
    map.on("click", (event) => { if (this.isDrawing) this.add(event.lngLat); });
    map.on("dblclick", (event) => { if (this.isDrawing) { event.preventDefault(); this.finish(); } });
    map.on("mousedown", "polygon-points", (event) => this.take(event));
    map.on("touchstart", "polygon-points", (event) => this.take(event));
    for (const name of ["mousemove", "touchmove"]) map.on(name, (event) => this.move(event));
    for (const name of ["mouseup", "touchend"]) map.on(name, () => this.drop());
    map.getCanvas().addEventListener("keydown", (event) => this.key(event));
  }

  start() {
    this.isDrawing = true;
    this.map.getCanvas().style.cursor = "crosshair";
    this.map.getCanvas().focus();
    this.show();
  }
  finish() {
    this.isDrawing = false;
    this.map.getCanvas().style.cursor = "";
    this.show();
  }
  clear() {
    this.points = [];
    this.finish();
  }
  undo() {
    this.points.pop();
    this.show();
  }
  add({ lng, lat }) {
    const last = this.points.at(-1);
    if (last && Math.abs(last[0] - lng) < 1e-7 && Math.abs(last[1] - lat) < 1e-7) return;
    this.points.push([round(lng), round(lat)]);
    this.show();
  }
  addMiddle() { this.add(this.map.getCenter()); }

  take(event) {
    if (this.points.length === 0) return;
    event.preventDefault();
    this.dragged = Number(event.features[0].properties.number);
  }
  move({ lngLat }) {
    if (this.dragged < 0 || !lngLat) return;
    this.points[this.dragged] = [round(lngLat.lng), round(lngLat.lat)];
    this.show();
  }
  drop() { this.dragged = -1; }

  key(event) {
    if (!this.isDrawing) return;
    if (event.key === "Enter") this.addMiddle();
    else if (event.key === "Backspace") this.undo();
    else if (event.key === "Escape") this.finish();
    else return;
    event.preventDefault();
  }

  show() {
    const { points } = this;
    const features = points.map((place, number) => ({
      type: "Feature", properties: { number }, geometry: { type: "Point", coordinates: place },
    }));
    if (points.length > 2) features.unshift({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...points, points[0]]] } });
    else if (points.length === 2) features.unshift({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points } });
    this.map.getSource("polygon").setData(points.length ? { type: "FeatureCollection", features } : empty());
    this.changed(points, this.isDrawing);
  }
}

function round(degrees) { return Math.round(degrees * 1e8) / 1e8; }
