// The rows on the map. Those that would cover each other share a pile; piles do not move with the view, and marks that
// stay in sight stay in the document, so focus does not jump. Thousands of rows are thousands of numbers, not elements:
// they are sorted into piles once for a zoom, and a pan inside of what is drawn does nothing.

import { h } from "../dom.js";
import { count } from "../format.js";
import { boundsOf, latLngOf } from "../lonlat.js";
import { mark } from "../layers/marks.js";
import { t } from "../words.js";
import { lightOf } from "./cases.js";

const BIN_PX = 56;
const PAD = 0.25; // of the view's size, drawn beyond each of its sides
const TICK_MS = 20_000; // lights go on by themselves
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
  let places = new WeakMap(); // row -> its latLng; rows are made anew when they change
  let sorted = null; // {zoom, marks: [{key, stamp, latLng, make()}]} of all rows
  let drawn = null; // {zoom, bounds}: what the document holds marks of
  let current = "";
  let queued = false;

  function placeOf(row) {
    if (!places.has(row)) places.set(row, latLngOf(row.point));
    return places.get(row);
  }

  function located() {
    const found = [];
    for (const row of heaps.isOn() ? heaps.shown().rows : cases.all()) {
      if (row.point && !cases.hasLeft(row.id)) found.push({ row, latLng: placeOf(row) });
    }
    return found;
  }

  // Bins of the world, not of the view: moving the map never changes who shares a pile.
  function binned(found, zoom) {
    const bins = new Map();
    for (const one of found) {
      let key = one.row.id;
      if (zoom < SINGLE_FROM_ZOOM && key !== current) {
        const at = map.project(one.latLng, zoom);
        key = `${Math.floor(at.x / BIN_PX)}:${Math.floor(at.y / BIN_PX)}:${zoom}`;
      }
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

  function markOfPile(key, of) {
    return { key, stamp: stampOfPile(of), latLng: of.latLng, make: () => pile(of) };
  }

  function sortAll(zoom) {
    const marks = heaps.shown().heaps.map((heap) => markOfPile(heap.key, pileOfHeap(heap)));
    for (const [key, members] of binned(located(), zoom)) {
      const [first] = members;
      if (members.length > 1) marks.push(markOfPile(key, pileOf(members)));
      else marks.push({ key, stamp: stampOfRow(first.row), latLng: first.latLng, make: () => single(first) });
    }
    return { zoom, marks };
  }

  // What should stand on the map: key -> {stamp, make()}.
  function wantedMarks(bounds) {
    if (!isShown()) return new Map();
    const zoom = map.getZoom();
    if (sorted?.zoom !== zoom) sorted = sortAll(zoom);
    return new Map(sorted.marks.filter(({ latLng }) => bounds.contains(latLng)).map((one) => [one.key, one]));
  }

  function render() {
    const bounds = map.getBounds().pad(PAD);
    const wanted = wantedMarks(bounds);
    drawn = { zoom: map.getZoom(), bounds };
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

  // Rows or their lights have changed.
  function sortAnew() {
    sorted = null;
    renderSoon();
  }

  map.on("moveend", () => {
    if (drawn?.zoom !== map.getZoom() || !drawn.bounds.contains(map.getBounds())) renderSoon();
  });
  setInterval(sortAnew, TICK_MS);

  return {
    render: sortAnew,
    // Another datum: everything lies elsewhere.
    rebuild() {
      group.clearLayers();
      made.clear();
      places = new WeakMap();
      sortAnew();
    },
    choose(id) {
      if (id === current) return;
      current = id;
      sortAnew();
    },
  };
}
