// Haloed names: towns from county scale, grids once they are wide enough to carry a name. Never in the tab order.

import { h } from "../dom.js";
import { boundsOf, latLngOf } from "../lonlat.js";
import { nameOf } from "../words.js";

const GRID_NAMES_FROM_ZOOM = 15;
const MOST_GRID_NAMES = 120;
const LETTER_PX = 13;
const LINE_PX = 18;

function label(point, words, kind) {
  const icon = window.L.divIcon({ className: `map-label ${kind}`, html: h("span", {}, words), iconSize: null });
  return window.L.marker(latLngOf(point), { icon, pane: "labels", interactive: false, keyboard: false });
}

function centre(feature, [west, south, east, north]) {
  return feature.properties.label_point ?? [(west + east) / 2, (south + north) / 2];
}

// Names that would cover one placed before them are left out; the largest areas come first.
function withoutOverlap(map, candidates) {
  const placed = [];
  return candidates.filter(({ point, words }) => {
    const { x, y } = map.latLngToContainerPoint(latLngOf(point));
    const half = ([...words].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.6), 0) * LETTER_PX) / 2;
    const free = placed.every((box) => Math.abs(box.x - x) >= box.half + half || Math.abs(box.y - y) >= LINE_PX);
    if (free) placed.push({ x, y, half });
    return free;
  });
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

  function redraw(withTowns, withGrids) {
    // From the zoom on which grids carry names, a town's name would only cover one of them.
    const near = map.getZoom() >= GRID_NAMES_FROM_ZOOM;
    const wanted = near ? withGrids : withTowns;
    const names = wanted ? withoutOverlap(map, near ? candidates(grids, MOST_GRID_NAMES) : candidates(towns, MOST_GRID_NAMES)) : [];
    const stamp = names.map(({ point, words }) => `${latLngOf(point)} ${words}`).join("|");
    if (stamp === shown) return;
    shown = stamp;
    group.clearLayers();
    for (const { point, words } of names) group.addLayer(label(point, words, near ? "grid" : "town"));
  }

  return { redraw };
}
