// A proposal's polygon on the land as it stands.

import { openMap, showPolygon } from "./map.js";

const element = document.getElementById("map");
if (element) {
  const map = await openMap(element);
  showPolygon(map, JSON.parse(element.dataset.polygon), { fit: true });
  window.torpaqMap = map;
}
