// Drawing an area on the map: a click or Enter adds a corner (Enter at the middle of the map), Backspace takes the last
// one back, Escape gives up; the first corner or the button closes the area.

import { byId } from "../dom.js";
import { latLngOf, lonLatOf } from "../lonlat.js";
import { t } from "../words.js";

const LINE = { color: "#0b5c8a", weight: 2, dashArray: "6 4", interactive: false, pane: "towns" };
const CLOSE_PX = 12;

export function createDrawing(map) {
  const group = window.L.layerGroup().addTo(map);
  const bar = byId("drawing");
  let corners = [];
  let done = null;

  function redraw() {
    group.clearLayers();
    if (corners.length) group.addLayer(window.L.polygon(corners.map(latLngOf), { ...LINE, fillColor: LINE.color, fillOpacity: 0.08 }));
    for (const corner of corners) group.addLayer(window.L.circleMarker(latLngOf(corner), { ...LINE, dashArray: "", radius: 4, fill: true, fillColor: "#fff", fillOpacity: 1 }));
    byId("drawing-words").textContent = t("hot.drawing", { n: corners.length });
    byId("drawing-done").disabled = corners.length < 3;
  }

  function end(geometry) {
    const answer = done;
    done = null;
    corners = [];
    group.clearLayers();
    bar.hidden = true;
    document.body.classList.remove("is-drawing");
    answer?.(geometry);
  }

  function close() {
    if (corners.length < 3) return;
    end({ type: "Polygon", coordinates: [[...corners, corners[0]]] });
  }

  function add(lonLat) {
    const near = corners.length >= 3 && map.latLngToContainerPoint(latLngOf(corners[0])).distanceTo(map.latLngToContainerPoint(latLngOf(lonLat))) <= CLOSE_PX;
    if (near) return close();
    corners.push(lonLat.map((number) => Number(number.toFixed(6))));
    return redraw();
  }

  byId("drawing-done").addEventListener("click", close);
  byId("drawing-cancel").addEventListener("click", () => end(null));
  byId("drawing-back").addEventListener("click", () => {
    corners.pop();
    redraw();
  });

  return {
    active: () => done !== null,
    add,
    // Resolves to a GeoJSON polygon, or null if it was given up.
    start() {
      end(null);
      bar.hidden = false;
      document.body.classList.add("is-drawing");
      redraw();
      map.getContainer().focus({ preventScroll: true });
      return new Promise((resolve) => {
        done = resolve;
      });
    },
    key(event) {
      if (event.key === "Enter") add(lonLatOf(map.getCenter()));
      else if (event.key === "Backspace") {
        corners.pop();
        redraw();
      } else if (event.key === "Escape") end(null);
    },
  };
}
