// The rows on the map. Those that would cover each other share a pile; piles do not move with the view, and marks that
// stay in sight stay in the document, so focus does not jump. Thousands of rows are thousands of numbers, not elements.

import { h } from "../dom.js";
import { count } from "../format.js";
import { latLngOf } from "../lonlat.js";
import { mark } from "../layers/marks.js";
import { t } from "../words.js";
import { lightOf } from "./cases.js";

const BIN_PX = 56;
const PAD = 0.25;
const SINGLE_FROM_ZOOM = 18; // nearer than this nothing is piled: the marks lie side by side or on each other
const RING = ["red", "yellow", "green"];

// Share of each light as a ring: length, not colour alone, says how many are late; the number is in the middle.
function pileIcon(pile) {
  const size = pile.rows.length < 10 ? 34 : pile.rows.length < 100 ? 40 : 48;
  const late = pile.lights.red ? t("pile.late", { n: count(pile.lights.red) }) : "";
  const html = h(
    "span",
    { class: `pile ${pile.lights.red ? "late" : pile.lights.yellow ? "soon" : ""} ${pile.urgent ? "urgent" : ""}` },
    h("b", {}, count(pile.rows.length)),
    late ? h("i", { "aria-hidden": "true" }, count(pile.lights.red)) : null,
  );
  return window.L.divIcon({ html, className: "pile-mark", iconSize: [size, size] });
}

function pileWords(pile) {
  const lights = RING.filter((light) => pile.lights[light]).map((light) => `${t(`light.${light}`)} ${count(pile.lights[light])}`);
  return [t("pile.words", { n: count(pile.rows.length) }), ...lights].join(" · ");
}

// title(row), shapeOf(category), open(id).
export function createPiles(map, { cases, shapeOf, title, open, isShown }) {
  const group = window.L.layerGroup().addTo(map);
  const made = new Map(); // key -> {marker, stamp}
  let current = "";
  let queued = false;

  function projected() {
    const zoom = map.getZoom();
    const bounds = map.getBounds().pad(PAD);
    const found = [];
    for (const row of cases.all()) {
      if (!row.point || cases.hasLeft(row.id)) continue;
      const latLng = latLngOf(row.point);
      if (!bounds.contains(latLng)) continue;
      found.push({ row, latLng, at: map.project(latLng, zoom) });
    }
    return found;
  }

  // Bins of the world, not of the view: moving the map never changes who shares a pile.
  function binned(found) {
    const single = map.getZoom() >= SINGLE_FROM_ZOOM;
    const bins = new Map();
    for (const one of found) {
      const apart = single || one.row.id === current;
      const key = apart ? one.row.id : `${Math.floor(one.at.x / BIN_PX)}:${Math.floor(one.at.y / BIN_PX)}:${map.getZoom()}`;
      const bin = bins.get(key);
      if (bin) bin.push(one);
      else bins.set(key, [one]);
    }
    return bins;
  }

  function pileOf(members) {
    const lights = { red: 0, yellow: 0, green: 0 };
    let [lat, lng, urgent] = [0, 0, false];
    for (const { row, latLng } of members) {
      lat += latLng.lat / members.length;
      lng += latLng.lng / members.length;
      urgent ||= row.urgent;
      const light = lightOf(row);
      if (light) lights[light] += 1;
    }
    return { rows: members.map(({ row }) => row), lights, urgent, latLng: window.L.latLng(lat, lng), members };
  }

  function single({ row, latLng }) {
    const light = lightOf(row);
    const words = title(row);
    const chosen = row.id === current ? " chosen" : "";
    const icon = window.L.divIcon({ html: mark(shapeOf(row.category), light), className: `report-mark${chosen}`, iconSize: [30, 30] });
    const marker = window.L.marker(latLng, { icon, title: words, alt: words, zIndexOffset: row.id === current ? 1000 : light === "red" ? 100 : 0 });
    return marker.on("click", () => open(row.id));
  }

  function pile(of) {
    const words = pileWords(of);
    const marker = window.L.marker(of.latLng, { icon: pileIcon(of), title: words, alt: words });
    return marker.on("click", () => map.fitBounds(window.L.latLngBounds(of.members.map(({ latLng }) => latLng)), { padding: [60, 60], maxZoom: SINGLE_FROM_ZOOM, animate: false }));
  }

  function stampOf(key, members) {
    if (members.length > 1) {
      const { lights, urgent } = pileOf(members);
      return `${members.length}|${lights.red}|${lights.yellow}|${urgent}|${members[0].row.id}`;
    }
    const { row } = members[0];
    return `${row.version}|${lightOf(row)}|${row.point}|${row.id === current}`;
  }

  function render() {
    const wanted = isShown() ? binned(projected()) : new Map();
    for (const [key, { marker }] of made) {
      if (wanted.has(key)) continue;
      group.removeLayer(marker);
      made.delete(key);
    }
    for (const [key, members] of wanted) {
      const id = members.length === 1 ? `${key}|one` : key;
      const stamp = stampOf(id, members);
      const known = made.get(key);
      if (known?.stamp === stamp) continue;
      const marker = members.length === 1 ? single(members[0]) : pile(pileOf(members));
      const hadFocus = known?.marker.getElement() === document.activeElement;
      if (known) group.removeLayer(known.marker);
      group.addLayer(marker);
      if (hadFocus) marker.getElement()?.focus({ preventScroll: true });
      made.set(key, { marker, stamp });
    }
    document.body.dataset.marks = String(made.size);
  }

  function renderSoon() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      render();
    });
  }

  map.on("moveend", renderSoon);

  return {
    render: renderSoon,
    rebuild() {
      group.clearLayers();
      made.clear();
      renderSoon();
    },
    choose(id) {
      current = id;
      renderSoon();
    },
  };
}
