// The rows on the map. Those that would cover each other share a pile; piles do not move with the view, and marks that
// stay in sight stay in the document, so focus does not jump. Thousands of rows are thousands of numbers, not elements.

import { h } from "../dom.js";
import { count } from "../format.js";
import { boundsOf, latLngOf } from "../lonlat.js";
import { mark } from "../layers/marks.js";
import { t } from "../words.js";
import { lightOf } from "./cases.js";

const BIN_PX = 56;
const PAD = 0.25;
const SINGLE_FROM_ZOOM = 18; // nearer than this nothing is piled: the marks lie side by side or on each other
const RING = ["red", "yellow", "green"];

// The number is in the middle, and in the corner how many of them are late: words and place, not colour alone.
function pileIcon(pile) {
  const size = pile.number < 10 ? 34 : pile.number < 100 ? 40 : 48;
  const late = pile.lights.red ? t("pile.late", { n: count(pile.lights.red) }) : "";
  const html = h(
    "span",
    { class: `pile ${pile.lights.red ? "late" : pile.lights.yellow ? "soon" : ""} ${pile.urgent ? "urgent" : ""}` },
    h("b", {}, count(pile.number)),
    late ? h("i", { "aria-hidden": "true" }, count(pile.lights.red)) : null,
  );
  return window.L.divIcon({ html, className: "pile-mark", iconSize: [size, size] });
}

function pileWords(pile) {
  const lights = RING.filter((light) => pile.lights[light]).map((light) => `${t(`light.${light}`)} ${count(pile.lights[light])}`);
  return [t("pile.words", { n: count(pile.number) }), ...lights].join(" · ");
}

// title(row), shapeOf(category), open(id); heaps: piles of the server, where there are more reports than rows here.
export function createPiles(map, { cases, heaps, shapeOf, title, open, isShown }) {
  const group = window.L.layerGroup().addTo(map);
  const made = new Map(); // key -> {marker, stamp}
  let current = "";
  let queued = false;

  function projected() {
    const zoom = map.getZoom();
    const bounds = map.getBounds().pad(PAD);
    const found = [];
    for (const row of heaps.isOn() ? heaps.shown().rows : cases.all()) {
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
    return { number: members.length, lights, urgent, latLng: window.L.latLng(lat, lng), bounds: window.L.latLngBounds(members.map(({ latLng }) => latLng)) };
  }

  function pileOfHeap({ point, pile: number, lights, urgent, bbox }) {
    return { number, lights: { red: 0, yellow: 0, green: 0, ...lights }, urgent: urgent > 0, latLng: latLngOf(point), bounds: window.L.latLngBounds(boundsOf(bbox)) };
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
    return marker.on("click", () => map.fitBounds(of.bounds, { padding: [60, 60], maxZoom: SINGLE_FROM_ZOOM, animate: false }));
  }

  function stampOfPile({ number, lights, urgent, latLng }) {
    return `${number}|${lights.red}|${lights.yellow}|${urgent}|${latLng.lat},${latLng.lng}`;
  }

  function stampOfRow(row) {
    return `${row.version}|${lightOf(row)}|${row.point}|${row.id === current}`;
  }

  // What should stand on the map: key -> {stamp, make()}.
  function wantedMarks() {
    const wanted = new Map();
    if (!isShown()) return wanted;
    for (const heap of heaps.shown().heaps) {
      const pile_ = pileOfHeap(heap);
      wanted.set(heap.key, { stamp: stampOfPile(pile_), make: () => pile(pile_) });
    }
    for (const [key, members] of binned(projected())) {
      if (members.length === 1) wanted.set(key, { stamp: stampOfRow(members[0].row), make: () => single(members[0]) });
      else {
        const pile_ = pileOf(members);
        wanted.set(key, { stamp: stampOfPile(pile_), make: () => pile(pile_) });
      }
    }
    return wanted;
  }

  function render() {
    const wanted = wantedMarks();
    for (const [key, { marker }] of made) {
      if (wanted.has(key)) continue;
      group.removeLayer(marker);
      made.delete(key);
    }
    for (const [key, { stamp, make }] of wanted) {
      const known = made.get(key);
      if (known?.stamp === stamp) continue;
      const marker = make();
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
