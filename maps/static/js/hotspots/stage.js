// What stands on a map of the page: land, painted units or cells, town borders and names, ranks, circles, outlines.

import { landStyle, TOWN_BORDER } from "../basemap.js";
import { HEAT_OPACITY } from "../classes.js";
import { h } from "../dom.js";
import { createLabels } from "../layers/labels.js";
import { createPolygons } from "../layers/polygons.js";
import { boundsOf, latLngOf } from "../lonlat.js";

const PANES = { land: 310, heat: 330, grids: 350, areas: 380, towns: 390, labels: 590 };
const CHOSEN = { color: "#0b5c8a", weight: 3, fill: false, interactive: false };
const CIRCLE = { color: "#1b1f24", weight: 2, fillOpacity: 0.04, fillColor: "#1b1f24", interactive: false };
const DRAWN = { color: "#0b5c8a", weight: 2, dashArray: "6 4", fillColor: "#0b5c8a", fillOpacity: 0.06, interactive: false };

function boxOf(polygon) {
  const lons = polygon.map(([lon]) => lon);
  const lats = polygon.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

// base(): code of the base map shown.
export function createStage(map, { base, withNames = true }) {
  for (const [name, zIndex] of Object.entries(PANES)) {
    if (map.getPane(name)) continue;
    map.createPane(name).style.zIndex = zIndex;
    map.getPane(name).style.pointerEvents = "none";
  }
  let unit = "grid";
  let colourOf = () => null;
  let cells = [];
  let cellColour = () => null;
  let outlines = null;
  let picked = null;
  const L = window.L;
  const cellCanvas = L.canvas({ pane: "heat", padding: 0.3 });
  const groups = Object.fromEntries(["cells", "borders", "marks", "circles", "drawn", "chosen"].map((name) => [name, L.layerGroup().addTo(map)]));
  // Surfaces by address: the one shown, and one loaded ahead of it that nobody sees yet.
  const surfaces = new Map();

  function surfaceOf(url) {
    if (!surfaces.has(url)) surfaces.set(url, L.tileLayer(url, { pane: "heat", opacity: 0, maxZoom: 19, attribution: "" }).addTo(map));
    return surfaces.get(url);
  }

  // Without a seam of its own colour the canvas leaves hairlines between neighbours.
  function style(feature) {
    const colour = colourOf(feature.properties[unit]);
    const zoom = map.getZoom();
    const fill = { fill: Boolean(colour), fillColor: colour ?? "transparent", fillOpacity: HEAT_OPACITY };
    if (unit !== "grid") return { stroke: Boolean(colour), color: colour ?? "transparent", weight: 0.6, opacity: HEAT_OPACITY, ...fill };
    return { color: "#8c959f", weight: zoom < 11 ? 0.3 : zoom < 14 ? 0.6 : 1, opacity: 0.8, ...fill };
  }

  const land = createPolygons(map, "land", (feature) => {
    const own = landStyle(feature, base());
    return own.fill === false ? own : { ...own, stroke: true, color: own.fillColor, weight: 1 };
  });
  const units = createPolygons(map, "grids", style);

  const townSource = {
    features: () => outlines.towns.filter((town) => town.location).map((town) => ({ properties: { ...town, label_point: town.location } })),
    boxOf: (feature) => units.boxOfCodes("town", feature.properties.code),
  };
  const labels = createLabels(map, townSource, { features: () => [], boxOf: () => null });

  units.of = (kind, code) => units.features().filter((feature) => feature.properties[kind] === code);
  units.boxOfCodes = (kind, code) => {
    const boxes = units.of(kind, code).map((feature) => units.boxOf(feature));
    return [Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])), Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3]))];
  };

  function drawBorders() {
    groups.borders.clearLayers();
    const lines = outlines.borders.map((line) => line.map(latLngOf));
    groups.borders.addLayer(L.polyline(lines, { ...TOWN_BORDER, pane: "towns", renderer: L.canvas({ pane: "towns", padding: 0.3 }), interactive: false }));
  }

  function drawCells() {
    groups.cells.clearLayers();
    for (const item of cells) {
      const fillColor = cellColour(item);
      if (!fillColor) continue;
      const look = { renderer: cellCanvas, pane: "heat", interactive: false, stroke: false, fillColor, fillOpacity: HEAT_OPACITY };
      groups.cells.addLayer(L.polygon(item.polygon.map(latLngOf), look));
    }
  }

  function drawNames() {
    if (withNames && outlines) labels.redraw(true, false);
  }

  function drawPicked() {
    groups.chosen.clearLayers();
    if (!picked) return;
    if (picked.polygon) groups.chosen.addLayer(L.polygon(picked.polygon.map(latLngOf), { ...CHOSEN, pane: "towns" }));
    else for (const feature of units.of(unit, picked.code)) {
      groups.chosen.addLayer(L.geoJSON(feature, { style: CHOSEN, pane: "towns", interactive: false, coordsToLatLng: latLngOf }));
    }
  }

  map.on("zoomend", () => unit === "grid" && outlines && units.repaint());
  map.on("moveend", drawNames);

  return {
    map,
    setOutlines(unpacked) {
      outlines = unpacked;
      land.set(outlines.collection);
      units.set(outlines.collection);
      land.show(true);
      units.show(true);
      drawBorders();
      drawNames();
    },
    // Units of a kind (grid, community, town) coloured by their code.
    paintUnits(kind, colour) {
      [unit, colourOf] = [kind, colour];
      units.repaint();
      drawPicked();
    },
    // items with the corners of their cell; colour(item).
    paintCells(items, colour) {
      [cells, cellColour] = [items.filter(({ polygon }) => polygon), colour];
      drawCells();
    },
    // Resolves when all tiles of a surface are there, or nobody wants them any more.
    async loadTiles(url) {
      const layer = surfaceOf(url);
      if (layer.isLoading()) await new Promise((done) => layer.once("load", done).once("remove", done));
    },
    showTiles(url) {
      if (url) surfaceOf(url).setOpacity(HEAT_OPACITY);
      for (const [own, layer] of surfaces) {
        if (own === url) continue;
        layer.remove();
        surfaces.delete(own);
      }
    },
    // marks: [{location, words, title, choose}] as numbered buttons.
    showMarks(marks) {
      groups.marks.clearLayers();
      for (const { location, words, title, choose } of marks) {
        const icon = L.divIcon({ className: "rank-mark", html: h("span", {}, words), iconSize: [26, 26] });
        const marker = L.marker(latLngOf(location), { icon, title, alt: title, keyboard: false, riseOnHover: true });
        groups.marks.addLayer(marker.on("click", choose));
      }
    },
    showCircles(circles) {
      groups.circles.clearLayers();
      for (const { location, radius_m: radius } of circles) {
        groups.circles.addLayer(L.circle(latLngOf(location), { ...CIRCLE, radius: Math.max(radius, 60), pane: "towns" }));
      }
    },
    showDrawn(geometries) {
      groups.drawn.clearLayers();
      for (const geometry of geometries) {
        groups.drawn.addLayer(L.geoJSON(geometry, { style: DRAWN, pane: "towns", interactive: false, coordsToLatLng: latLngOf }));
      }
    },
    pick(item) {
      picked = item;
      drawPicked();
    },
    // What lies at a point: the cell if cells are shown, else the unit's code and its grid's town.
    at(lonLat) {
      const grid = units.at(lonLat)?.properties ?? null;
      if (cells.length === 0) return { code: grid?.[unit] ?? null, grid };
      const cell = cells.find(({ polygon }) => {
        const [west, south, east, north] = boxOf(polygon);
        return lonLat[0] >= west && lonLat[0] <= east && lonLat[1] >= south && lonLat[1] <= north;
      });
      return { code: cell?.code ?? null, grid };
    },
    boxOf(item) {
      return item.polygon ? boxOf(item.polygon) : units.boxOfCodes(unit, item.code);
    },
    // Geometry of a unit, as a measure's area wants it.
    geometryOf(item) {
      if (item.polygon) return { type: "Polygon", coordinates: [[...item.polygon, item.polygon[0]]] };
      const coordinates = units.of(unit, item.code).flatMap((feature) => feature.geometry.coordinates);
      return { type: "MultiPolygon", coordinates };
    },
    fitCounty(options) {
      map.fitBounds(boundsOf(units.box()), { animate: false, ...options });
    },
    showsCounty: () => map.getBounds().contains(boundsOf(units.box())),
    // Whether a place lies on the county or next to it.
    covers([lon, lat]) {
      const [west, south, east, north] = units.box();
      const [wide, high] = [east - west, north - south];
      return lon > west - wide && lon < east + wide && lat > south - high && lat < north + high;
    },
    townName: (code) => outlines?.towns.find((town) => town.code === code) ?? null,
    rebuild() {
      if (!outlines) return;
      land.rebuild();
      units.rebuild();
      drawBorders();
      drawCells();
      drawNames();
      drawPicked();
    },
    repaintLand: () => land.repaint(),
  };
}
