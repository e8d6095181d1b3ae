// The base map: our own drawing (land and borders, no request anywhere) or a tile service the operator configured.

import { config } from "./config.js";
import { lonLatOf, latLngOf, useDatum } from "./lonlat.js";
import { t } from "./words.js";

const LAND = { stroke: false, fillColor: "#f6f6f3", fillOpacity: 1 };
export const TOWN_BORDER = { fill: false, color: "#7d8590", weight: 1.4, opacity: 0.9 };

export function landStyle(feature, base) {
  return base === "own" ? LAND : { stroke: false, fill: false };
}

// Shows a base map; returns true if the datum changed and everything of ours has to be placed again.
export function showBaseMap(shell, code) {
  const known = config.baseMaps.find((base) => base.code === code) ?? config.baseMaps[0];
  for (const [name, layers] of Object.entries(shell.tiles)) {
    for (const layer of layers) {
      if (name === known.code) layer.addTo(shell.map);
      else layer.remove();
    }
  }
  // Our own drawing has no tiles to blur, so the county may fill the view between whole zooms.
  shell.map.options.zoomSnap = known.code === "own" ? 0.25 : 1;
  shell.map.getContainer().classList.toggle("own-base", known.code === "own");
  const centre = lonLatOf(shell.map.getCenter());
  const changed = useDatum(known.datum);
  if (changed) shell.map.setView(latLngOf(centre), shell.map.getZoom(), { animate: false });
  return changed;
}

// What folium cannot say: names for those who do not see the map.
export function dressMap(map, words) {
  map.attributionControl.setPrefix(false);
  const container = map.getContainer();
  container.setAttribute("role", "application");
  container.setAttribute("aria-label", words);
  for (const way of ["in", "out"]) {
    const button = container.querySelector(`.leaflet-control-zoom-${way}`);
    button.title = t(`map.zoom_${way}`);
    button.setAttribute("aria-label", button.title);
  }
}
