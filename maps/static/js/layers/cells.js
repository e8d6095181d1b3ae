// Heat by square cells of fixed metres: the same cell at every zoom, never a radius in pixels.

import { latLngOf } from "../lonlat.js";

// items: [{code, polygon: [[lon, lat] x 4], count}]
export function createCells(map) {
  const renderer = window.L.canvas({ pane: "heat", padding: 0.3 });
  const group = window.L.layerGroup().addTo(map);
  let items = [];
  let colourOf = () => null;

  function draw() {
    group.clearLayers();
    for (const item of items) {
      const fillColor = colourOf(item.count);
      if (!fillColor) continue;
      const style = { renderer, pane: "heat", interactive: false, stroke: false, fillColor, fillOpacity: 0.82 };
      group.addLayer(window.L.polygon(item.polygon.map(latLngOf), style));
    }
  }

  return {
    set(newItems, newColourOf) {
      items = newItems;
      colourOf = newColourOf;
      draw();
    },
    rebuild: draw,
    // Cells are squares in a metric frame, so the nearest centre decides well enough for a reading under the pointer.
    at([lon, lat]) {
      return items.find(({ polygon }) => {
        const lons = polygon.map(([x]) => x);
        const lats = polygon.map(([, y]) => y);
        return lon >= Math.min(...lons) && lon <= Math.max(...lons) && lat >= Math.min(...lats) && lat <= Math.max(...lats);
      });
    },
  };
}
