// Haloed names: towns from county scale, grids once they are wide enough to carry a name. Never in the tab order.

import { h } from "../dom.js";
import { boundsOf, latLngOf } from "../lonlat.js";
import { nameOf } from "../words.js";
import { bboxOfGeometry } from "./polygons.js";

const GRID_NAMES_FROM_ZOOM = 15;
const MOST_GRID_NAMES = 120;

function label(point, words, kind) {
  const icon = window.L.divIcon({ className: `map-label ${kind}`, html: h("span", {}, words), iconSize: null });
  return window.L.marker(latLngOf(point), { icon, pane: "labels", interactive: false, keyboard: false });
}

function centre(feature) {
  const own = feature.properties.label_point;
  if (own) return own;
  const [west, south, east, north] = bboxOfGeometry(feature.geometry);
  return [(west + east) / 2, (south + north) / 2];
}

export function createLabels(map, towns, grids) {
  const group = window.L.layerGroup().addTo(map);

  function gridLabels() {
    if (map.getZoom() < GRID_NAMES_FROM_ZOOM) return [];
    const view = map.getBounds();
    const inView = grids.features().filter((feature) => view.intersects(boundsOf(grids.boxOf(feature))));
    return inView.slice(0, MOST_GRID_NAMES).map((feature) => label(centre(feature), nameOf(feature.properties), "grid"));
  }

  function redraw(withTowns, withGrids) {
    group.clearLayers();
    const shown = withGrids ? gridLabels() : [];
    // From the zoom on which grids carry names, a town's name would only cover one of them.
    if (withTowns && map.getZoom() < GRID_NAMES_FROM_ZOOM) {
      shown.push(...towns.features().map((feature) => label(centre(feature), nameOf(feature.properties), "town")));
    }
    for (const one of shown) group.addLayer(one);
  }

  return { redraw };
}
