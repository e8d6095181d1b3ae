// Heat by square cells of fixed metres: the same cell at every zoom, never a radius in pixels.

import { HEAT_OPACITY } from "../classes.js";
import { latLngOf } from "../lonlat.js";
import { stillCanvas } from "./canvas.js";

// items: [{code, polygon: corners as [lon, lat], count}]
export function createCells(map) {
  const renderer = stillCanvas("heat");
  const group = window.L.layerGroup().addTo(map);
  let items = [];
  let colourOf = () => null;

  function draw() {
    group.clearLayers();
    for (const item of items) {
      const fillColor = colourOf(item.count);
      if (!fillColor) continue;
      const style = { renderer, pane: "heat", interactive: false, stroke: false, fillColor, fillOpacity: HEAT_OPACITY };
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
    // A cell is a square in a metric frame: its box in degrees is it, but for a sliver, near enough for a reading.
    at([lon, lat]) {
      return items.find(({ polygon }) => {
        const lons = polygon.map(([x]) => x);
        const lats = polygon.map(([, y]) => y);
        return lon >= Math.min(...lons) && lon <= Math.max(...lons) && lat >= Math.min(...lats) && lat <= Math.max(...lats);
      });
    },
  };
}
