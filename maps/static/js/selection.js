// What is selected on the map: a grid, a report or a point, loaded into the detail column and marked on the map.

import { getJson } from "./api.js";
import { gridBlock } from "./detail.js";
import { byId, h } from "./dom.js";
import { boundsOf, latLngOf } from "./lonlat.js";
import { t } from "./words.js";

function getGrid(code) {
  return getJson(`/grids/${encodeURIComponent(code)}`);
}

const ARRIVAL_ZOOM = 15;
const SELECTED = { color: "#0b5c8a", weight: 3, fill: false, interactive: false };

// ownReport(): how the page itself shows a report, if it does: {show(id), hide(), holds()}; while it holds the detail
// column for something else, nothing here touches it.
export function createSelection({ map, state, grids, detail, categoryName, outside, inPeriod, ownReport }) {
  const marked = window.L.layerGroup().addTo(map);
  let turn = 0;

  function markGrid(code) {
    const feature = grids.find(code);
    if (!feature) return;
    marked.addLayer(window.L.geoJSON(feature, { ...SELECTED, style: SELECTED, pane: "towns", coordsToLatLng: latLngOf }));
  }

  function markPoint(point) {
    const html = h("span", { "aria-hidden": "true" });
    const icon = window.L.divIcon({ className: "point-mark", html, iconSize: [22, 22] });
    marked.addLayer(window.L.marker(latLngOf(point), { icon, interactive: false, keyboard: false }));
  }

  // The first selection may be an address's: one that says where the map stands keeps it there, any other means the
  // place of what it names.
  const placed = state.get().at !== null;
  let arriving = true;
  let begun = false;

  // The selected point must not end up below the detail sheet or outside a map that just got narrower.
  function keepVisible(point) {
    if (outside.isFar(point)) return;
    map.invalidateSize({ animate: false, pan: false });
    const arrives = arriving;
    arriving = false;
    if (arrives && placed) return;
    if (arrives) map.setView(latLngOf(point), Math.max(map.getZoom(), ARRIVAL_ZOOM), { animate: false });
    const area = map.getContainer().getBoundingClientRect();
    const sheet = byId("detail").getBoundingClientRect();
    const covered = sheet.left < area.right && sheet.top < area.bottom && sheet.top > area.top ? area.bottom - sheet.top : 0;
    map.panInside(latLngOf(point), { paddingTopLeft: [40, 60], paddingBottomRight: [40, covered + 40] });
  }

  function fitGrid(code) {
    const feature = grids.find(code);
    if (feature) map.fitBounds(boundsOf(grids.boxOf(feature)), { maxZoom: 16, padding: [60, 60] });
  }

  // Loads with a skeleton, and an error with a way to try again; a later selection wins.
  async function load(words, work, show) {
    const mine = (turn += 1);
    detail.wait(words);
    try {
      const value = await work();
      if (mine === turn) show(value);
    } catch (error) {
      if (mine !== turn) return;
      const gone = error.status === 404;
      const sentence = gone ? t("state.gone") : t("state.failed", { what: words });
      detail.fail(words, sentence, gone ? null : () => load(words, work, show));
    }
  }

  function picker(point) {
    const select = byId("what").cloneNode(true);
    select.id = "locate-what";
    // Tags are no categories: a report has one category.
    for (const choice of [...select.options].filter((one) => one.value.startsWith("tag:"))) choice.remove();
    for (const group of [...select.querySelectorAll("optgroup")].filter((one) => one.children.length === 0)) group.remove();
    select.options[0].textContent = t("locate.no_category");
    select.value = state.get().what.startsWith("tag:") ? "" : state.get().what;
    select.addEventListener("change", () => openPoint(point, select.value));
    return h("label", { class: "field" }, h("span", {}, t("locate.category")), select);
  }

  function openPoint(point, category = state.get().what.startsWith("tag:") ? "" : state.get().what) {
    marked.clearLayers();
    markPoint(point);
    const choice = picker(point);
    choice.querySelector("select").value = category;
    const work = async () => {
      const { match } = await getJson("/locate", { lon: point[0], lat: point[1], category });
      return { match, grid: match.grid ? await getGrid(match.grid.code) : null };
    };
    return load(t("locate.title"), work, ({ match, grid }) => {
      if (match.grid) markGrid(match.grid.code);
      detail.point(point, outside.words(point), match, choice, grid ? gridBlock(grid, { inPeriod: inPeriod(grid.code), categoryName }) : null);
      keepVisible(point);
    });
  }

  function openGrid(code) {
    marked.clearLayers();
    markGrid(code);
    return load(t("grid.title", { code }), () => getGrid(code), (grid) => {
      detail.grid(grid, inPeriod(code));
      if (arriving && !placed) fitGrid(code);
      arriving = false;
    });
  }

  function openReport(id) {
    marked.clearLayers();
    return load(t("report.loading"), () => getJson(`/reports/${encodeURIComponent(id)}`), (report) => {
      if (report.location) markPoint(report.location.coordinates);
      detail.report(report);
      if (report.location) keepVisible(report.location.coordinates);
    });
  }

  function reflect() {
    arriving &&= !begun;
    begun = true;
    const { grid, report, point } = state.get();
    const own = ownReport();
    if (own?.holds()) return undefined;
    if (report && own) {
      turn += 1;
      marked.clearLayers();
      return own.show(report);
    }
    own?.hide();
    if (report) return openReport(report);
    if (grid) return openGrid(grid);
    if (point) return openPoint(point);
    turn += 1;
    marked.clearLayers();
    detail.hide();
    return undefined;
  }

  return {
    reflect,
    keepVisible,
    fitGrid,
    clear: () => state.set({ call: false, grid: "", report: "", point: null }),
    grid: (code) => state.set({ grid: code, report: "", point: null }),
    report: (id) => state.set({ grid: "", report: id, point: null }),
    point: (point) => state.set({ grid: "", report: "", point }),
  };
}
