// Polygons of our own data on one canvas: fetched once, repainted without touching geometry, hit-tested by ourselves
// (canvases take no pointer events, so the map stays draggable everywhere and clicks have one meaning).

import { latLngOf } from "../lonlat.js";
import { stillCanvas } from "./canvas.js";

function ringHolds(ring, lon, lat) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [x, y] = ring[i];
    const [u, v] = ring[j];
    if (y > lat !== v > lat && lon < ((u - x) * (lat - y)) / (v - y) + x) inside = !inside;
  }
  return inside;
}

function polygonsOf(geometry) {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

function holds(geometry, lon, lat) {
  return polygonsOf(geometry).some(
    ([shell, ...holes]) => ringHolds(shell, lon, lat) && !holes.some((hole) => ringHolds(hole, lon, lat)),
  );
}

export function boxOfRing(ring) {
  const lons = ring.map(([lon]) => lon);
  const lats = ring.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function unionBox(boxes) {
  return boxes.reduce(
    (all, box) => [
      Math.min(all[0], box[0]), Math.min(all[1], box[1]), Math.max(all[2], box[2]), Math.max(all[3], box[3]),
    ],
    [Infinity, Infinity, -Infinity, -Infinity],
  );
}

// pane: name of the pane; styleOf(feature): Leaflet path options.
export function createPolygons(map, pane, styleOf) {
  const renderer = stillCanvas(pane);
  let features = [];
  let boxes = [];
  let layer = null;
  let shown = false;

  function build() {
    layer?.remove();
    const options = { renderer, pane, interactive: false, style: styleOf, coordsToLatLng: latLngOf };
    layer = window.L.geoJSON({ type: "FeatureCollection", features }, options);
    if (shown) layer.addTo(map);
  }

  return {
    set(collection) {
      features = collection.features.filter((feature) => feature.geometry);
      boxes = features.map((feature) => unionBox(polygonsOf(feature.geometry).map(([shell]) => boxOfRing(shell))));
      build();
    },
    show(yes) {
      if (yes === shown) return;
      shown = yes;
      if (layer) yes ? layer.addTo(map) : layer.remove();
    },
    repaint: () => layer?.setStyle(styleOf),
    rebuild: () => layer && build(),
    features: () => features,
    box: () => unionBox(boxes),
    rings: () => features.flatMap((feature) => polygonsOf(feature.geometry).map(([shell]) => shell)),
    find: (code) => features.find((feature) => feature.properties.code === code),
    // A point inside for what is written there: the server's own, else the middle of the box.
    pointIn(code) {
      const index = features.findIndex((feature) => feature.properties.code === code);
      if (index < 0) return null;
      const [west, south, east, north] = boxes[index];
      return features[index].properties.label_point ?? [(west + east) / 2, (south + north) / 2];
    },
    boxOf: (feature) => boxes[features.indexOf(feature)],
    at([lon, lat]) {
      return features.find((feature, index) => {
        const [west, south, east, north] = boxes[index];
        return lon >= west && lon <= east && lat >= south && lat <= north && holds(feature.geometry, lon, lat);
      });
    },
  };
}
