// The chosen report on the map: how sure its place is, which grids it may lie in, who answers there and how far off,
// and a pin that can be dragged to where it really was.

import { getJson } from "../api.js";
import { h } from "../dom.js";
import { distance } from "../format.js";
import { createRoom } from "../layers/room.js";
import { latLngOf, lonLatOf } from "../lonlat.js";
import { metresBetween } from "../metres.js";
import { nameOf, t } from "../words.js";

const CIRCLE = { color: "#0b5c8a", weight: 1.5, dashArray: "3 4", fillColor: "#0b5c8a", fillOpacity: 0.06, interactive: false };
const AREA = { color: "#6f4e9c", weight: 2, dashArray: "8 5", fill: false, interactive: false };
const LINE = { color: "#6f4e9c", weight: 2, interactive: false };
const GRID = { color: "#0b5c8a", weight: 3, fill: false, interactive: false };
const CANDIDATE = { color: "#0b5c8a", weight: 1.5, dashArray: "2 5", fillColor: "#0b5c8a", interactive: false };
const MOST_STAFF = 3;
const STAFF_FROM_ZOOM = 13; // farther off a grid is smaller than a name

function nearest(depots, point) {
  const placed = depots.map((depot) => ({ depot, metres: metresBetween(depot.geometry.coordinates, point) }));
  return placed.reduce((best, one) => (one.metres < (best?.metres ?? Infinity) ? one : best), null);
}

// The areas of a utility that count for a category: its own, its parent's, and those for everything.
function areasFor(features, category) {
  const group = (category ?? "").split(".")[0];
  return features.filter(({ properties }) => [null, category, group].includes(properties.category));
}

function words(className, text) {
  return window.L.divIcon({ className, html: h("span", {}, text), iconSize: null });
}

const percent = (share) => `${Math.round(share * 100)} %`;

// moved(point, marker): the pin was dropped somewhere else; wrote(): other words stand in the grids.
export function createFocus(map, { grids, moved, wrote }) {
  const group = window.L.layerGroup().addTo(map);
  const bodies = new Map();
  let turn = 0;
  let dragging = false; // nothing is drawn anew under the hand
  let shown = null;
  let written = [];

  function add(layer) {
    group.addLayer(layer);
  }

  function outline(code, style) {
    const feature = grids.find(code);
    if (feature) add(window.L.geoJSON(feature, { ...style, style, pane: "towns", coordsToLatLng: latLngOf }));
  }

  // Words in a grid, where there is room; its name on the map makes room for them.
  function write(take, code, className, parts) {
    const point = grids.pointIn(code);
    const text = parts.filter(Boolean).join(" · ");
    if (!point || !text || !take(point, text)) return;
    written.push({ point, words: text });
    add(window.L.marker(latLngOf(point), { icon: words(className, text), interactive: false, keyboard: false, pane: "labels" }));
  }

  // The grid it was put in says who is on duty; each candidate carries its share, darker where it is likelier.
  function candidates(match) {
    const take = createRoom(map);
    const several = match.candidates?.length > 1 ? match.candidates : [];
    const own = several.find((one) => one.grid_code === match.grid?.code);
    if (match.grid) write(take, match.grid.code, "staff-mark", [own && percent(own.share), onDuty(match)]);
    for (const { grid_code: code, share } of match.candidates ?? []) {
      outline(code, { ...CANDIDATE, fillOpacity: 0.04 + 0.18 * share });
      if (code !== match.grid?.code) write(take, code, "share-mark", [percent(share)]);
    }
  }

  function onDuty(match) {
    const names = (match.staff_all ?? []).slice(0, MOST_STAFF).map((one) => one.name);
    if (names.length === 0 || map.getZoom() < STAFF_FROM_ZOOM) return "";
    return t("match.on_duty_here", { names: names.join(t("list.comma")) });
  }

  // about: only a place was named, not measured.
  function pin(point, title, draggable, about) {
    const className = ["pin-mark", draggable && "draggable", about && "about"].filter(Boolean).join(" ");
    const icon = window.L.divIcon({ className, html: h("span", { "aria-hidden": "true" }), iconSize: [40, 40] });
    // Over the piles where it can be dragged: it must be the one that the pointer takes.
    const zIndexOffset = draggable ? 1000 : -10;
    const marker = window.L.marker(latLngOf(point), { icon, draggable, keyboard: false, title, alt: title, zIndexOffset, autoPan: true });
    marker.on("dragstart", () => {
      dragging = true;
    });
    marker.on("dragend", () => {
      dragging = false;
      moved(lonLatOf(marker.getLatLng()), marker);
    });
    add(marker);
  }

  async function responsible(point, match, category) {
    const mine = turn;
    if (!match.utility) return;
    const utility = await bodyOf(match.utility.code);
    if (!utility) return; // the detail names it; only its drawing is missing
    if (mine !== turn) return;
    const features = areasFor(utility.service_areas.features, category);
    add(window.L.geoJSON({ type: "FeatureCollection", features }, { pane: "areas", interactive: false, style: AREA, coordsToLatLng: latLngOf }));
    const found = nearest(utility.depots.features, point);
    if (!found) return;
    const at = found.depot.geometry.coordinates;
    add(window.L.polyline([latLngOf(point), latLngOf(at)], { ...LINE, pane: "areas" }));
    const name = t("areas.depot", { name: nameOf(found.depot.properties) });
    add(window.L.marker(latLngOf(at), { icon: window.L.divIcon({ className: "depot-mark", html: h("span", { "aria-hidden": "true" }), iconSize: [18, 18] }), title: name, alt: name, keyboard: false }));
    const middle = [(point[0] + at[0]) / 2, (point[1] + at[1]) / 2];
    const metres = match.utility_distance_m ?? found.metres;
    add(window.L.marker(latLngOf(middle), { icon: words("line-mark", `${nameOf(utility)} · ${distance(metres)}`), interactive: false, keyboard: false, pane: "labels", zIndexOffset: 2000 }));
  }

  // Asked for once: zooming draws the same body again.
  function bodyOf(code) {
    if (!bodies.has(code)) {
      const asked = getJson(`/utilities/${encodeURIComponent(code)}`).catch(() => {
        bodies.delete(code);
        return null;
      });
      bodies.set(code, asked);
    }
    return bodies.get(code);
  }

  function draw({ point, place, match, category, accuracy, title, draggable }) {
    turn += 1;
    group.clearLayers();
    written = [];
    candidates(match);
    if (match.grid) outline(match.grid.code, GRID);
    wrote();
    const at = point ?? place?.location.coordinates;
    if (!at) return;
    if (accuracy > 0) add(window.L.circle(latLngOf(at), { ...CIRCLE, radius: accuracy, pane: "towns" }));
    if (!point) add(window.L.marker(latLngOf(at), { icon: words("place-mark", nameOf(place)), interactive: false, keyboard: false, zIndexOffset: 2500 }));
    pin(at, point ? title : t("place.pin", { title, place: nameOf(place) }), draggable, !point);
    responsible(at, match, category);
  }

  map.on("zoomend", () => shown && draw(shown));

  return {
    // what: {point, place, match, category, accuracy, title, draggable}; place: named instead of a point.
    show(what) {
      shown = what;
      draw(what);
    },
    // What of it can be looked at: its point, its place's, else one in its grid.
    anchor: () => shown && (shown.point ?? shown.place?.location.coordinates ?? (shown.match.grid ? grids.pointIn(shown.match.grid.code) : null)),
    clear() {
      turn += 1;
      shown = null;
      group.clearLayers();
      written = [];
      wrote();
    },
    rebuild: () => shown && !dragging && draw(shown),
    // [{point, words}] that names on the map must not cover.
    written: () => written,
    back: () => shown && draw(shown),
  };
}
