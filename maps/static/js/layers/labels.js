// Haloed names: towns from county scale, grids once they are wide enough to carry a name. Never in the tab order.

import { h } from "../dom.js";
import { boundsOf, latLngOf } from "../lonlat.js";
import { nameOf } from "../words.js";
import { createRoom } from "./room.js";

const GRID_NAMES_FROM_ZOOM = 15;
const MOST_GRID_NAMES = 120;

function label(point, words, kind) {
  const icon = window.L.divIcon({ className: `map-label ${kind}`, html: h("span", {}, words), iconSize: null });
  return window.L.marker(latLngOf(point), { icon, pane: "labels", interactive: false, keyboard: false });
}

function centre(feature, [west, south, east, north]) {
  return feature.properties.label_point ?? [(west + east) / 2, (south + north) / 2];
}

// Names that would cover what is written there or one placed before them are left out; the largest areas come first.
function withoutOverlap(map, candidates, written) {
  const take = createRoom(map);
  for (const { point, words } of written) take(point, words);
  return candidates.filter(({ point, words }) => take(point, words));
}

function extent([west, south, east, north]) {
  return (east - west) * (north - south);
}

export function createLabels(map, towns, grids) {
  const group = window.L.layerGroup().addTo(map);
  let shown = ""; // the same names in the same places stay as they are

  function candidates(source, most) {
    const view = map.getBounds();
    return source
      .features()
      .map((feature) => ({ feature, box: source.boxOf(feature) }))
      .filter(({ box }) => view.intersects(boundsOf(box)))
      .sort((a, b) => extent(b.box) - extent(a.box))
      .slice(0, most)
      .map(({ feature, box }) => ({ point: centre(feature, box), words: nameOf(feature.properties) }));
  }

  // written: [{point, words}] that already stand on the map.
  function redraw(withTowns, withGrids, written = []) {
    // From the zoom on which grids carry names, a town's name would only cover one of them.
    const near = map.getZoom() >= GRID_NAMES_FROM_ZOOM;
    const wanted = near ? withGrids : withTowns;
    const names = wanted ? withoutOverlap(map, near ? candidates(grids, MOST_GRID_NAMES) : candidates(towns, MOST_GRID_NAMES), written) : [];
    const stamp = names.map(({ point, words }) => `${latLngOf(point)} ${words}`).join("|");
    if (stamp === shown) return;
    shown = stamp;
    group.clearLayers();
    for (const { point, words } of names) group.addLayer(label(point, words, near ? "grid" : "town"));
  }

  return { redraw };
}
