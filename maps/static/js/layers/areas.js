// One utility's service areas and depots, from GET /utilities/{code}.

import { h } from "../dom.js";
import { latLngOf } from "../lonlat.js";
import { nameOf, t } from "../words.js";
import { stillCanvas } from "./canvas.js";

const AREA = { color: "#0b5c8a", weight: 2, dashArray: "6 4", fillColor: "#0b5c8a", fillOpacity: 0.05, interactive: false };

function depotMarker(feature) {
  const words = t("areas.depot", { name: nameOf(feature.properties) });
  const icon = window.L.divIcon({ className: "depot-mark", html: h("span", { "aria-hidden": "true" }), iconSize: [18, 18] });
  const marker = window.L.marker(latLngOf(feature.geometry.coordinates), { icon, title: words, alt: words, keyboard: false });
  return marker.bindTooltip(h("span", {}, words), { direction: "top", offset: [0, -8] });
}

export function createAreas(map) {
  const renderer = stillCanvas("areas");
  const group = window.L.layerGroup().addTo(map);
  let shown = { areas: [], depots: [] };

  function draw() {
    group.clearLayers();
    const style = { ...AREA, renderer };
    const areas = { type: "FeatureCollection", features: shown.areas };
    group.addLayer(window.L.geoJSON(areas, { pane: "areas", interactive: false, style, coordsToLatLng: latLngOf }));
    for (const depot of shown.depots) group.addLayer(depotMarker(depot));
  }

  return {
    set(areas, depots) {
      shown = { areas, depots };
      draw();
    },
    clear() {
      shown = { areas: [], depots: [] };
      group.clearLayers();
    },
    rebuild: draw,
  };
}
