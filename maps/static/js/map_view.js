// What every map page of ours is made of: shell, state, base map, grids, heat, legend, search and detail. A page adds
// what it shows of reports: the viewer clusters them, the console works on them.

import { getJson } from "./api.js";
import { dressMap, landStyle, showBaseMap, TOWN_BORDER } from "./basemap.js";
import { HEAT_OPACITY } from "./classes.js";
import { createControls } from "./controls.js";
import { createDetail } from "./detail.js";
import { byId, h } from "./dom.js";
import { count } from "./format.js";
import { createHeat } from "./heat.js";
import { unpack } from "./hotspots/outlines.js";
import { createAreas } from "./layers/areas.js";
import { createCells } from "./layers/cells.js";
import { createLabels } from "./layers/labels.js";
import { createShapes } from "./layers/marks.js";
import { boxOfRing, createPolygons } from "./layers/polygons.js";
import { boundsOf, latLngOf, lonLatOf, standsAt } from "./lonlat.js";
import { createNotices } from "./notices.js";
import { createOutside } from "./outside.js";
import { createSearch } from "./search.js";
import { createSelection } from "./selection.js";
import { createSheets } from "./sheets.js";
import { createState } from "./state.js";
import { named, nameOf, t } from "./words.js";

const SETTLE_MS = 150;
const GRIDS_FOUND = 6;
const EXACT_FROM_ZOOM = 13;
const LEGEND_WIDTH = 296;
const ROWS_FIRST_MS = 2_000;
const COUNTRY = [104.5, 35.5, 4]; // [lon, lat, zoom]

// 1,690 lines at county scale would hide what they enclose: they grow with the zoom.
function gridLine() {
  const zoom = map.getZoom();
  return { color: "#8c959f", weight: zoom < 11 ? 0.3 : zoom < 14 ? 0.6 : 1, opacity: 0.8 };
}

const shell = window.gridcallShell;
export const { map } = shell;
// The console opens without heat: what is to be done stands out from an empty map.
const isConsole = document.body.classList.contains("console-page");
export const state = createState(location.search, isConsole ? { heat: "off" } : {});
export const notices = createNotices(byId("map-status"));
// Colour of each grid and town by code: the heat layer writes, the polygons' styles read.
const colours = { grid: new Map(), town: new Map() };
const lists = { categories: [], utilities: [], towns: [] };
let shapeOf = createShapes(lists.categories);
// What the page does beside the map: rebuild after a change of datum, follow the view, the state and the search.
let page = {};

export function categoryName(code) {
  const found = lists.categories.find((one) => one.code === code);
  return found ? nameOf(found) : (code ?? t("report.no_category"));
}

function whatWords(what) {
  if (!what) return t("what.all");
  return what.startsWith("tag:") ? tagName(what.slice(4)) : categoryName(what);
}

// A tag called like a category group is that group's own word.
function tagName(tag) {
  const words = named("tag", tag);
  return words === tag ? categoryName(tag) : words;
}

function gridStyle(feature) {
  const fillColor = colours.grid.get(feature.properties.code);
  const painted = { fill: Boolean(fillColor), fillColor: fillColor ?? "transparent", fillOpacity: HEAT_OPACITY };
  if (state.get().grids) return { ...gridLine(), ...painted };
  // Without lines a painted grid gets an edge of its own colour, or the canvas leaves hairlines between neighbours.
  return { stroke: Boolean(fillColor), color: fillColor ?? "transparent", weight: 0.5, opacity: HEAT_OPACITY, ...painted };
}

function townStyle(feature) {
  const fillColor = colours.town.get(feature.properties.code);
  const painted = { fill: Boolean(fillColor), fillColor: fillColor ?? "transparent", fillOpacity: HEAT_OPACITY };
  return { ...TOWN_BORDER, stroke: state.get().towns, ...painted };
}

const land = createPolygons(map, "land", (feature) => landStyle(feature, state.get().base));
export const grids = createPolygons(map, "grids", gridStyle);
export const towns = createPolygons(map, "towns", townStyle);
export const outside = createOutside(map, towns);
const cells = createCells(map);
export const areas = createAreas(map);
const labels = createLabels(map, towns, grids);
const controls = createControls(state);
export const sheets = createSheets();

export const actions = {
  chooseGrid: (code) => {
    selection.grid(code);
    selection.fitGrid(code);
  },
  chooseUtility: (code) => state.set({ utility: code }),
  // A match names in Chinese; the page has both names of every grid and utility.
  gridName: (grid) => nameOf(grids.find(grid.code)?.properties ?? grid),
  utilityName: (utility) => nameOf(lists.utilities.find((one) => one.code === utility.code) ?? utility),
  townName: (grid) => nameOf(towns.find(grid.town_code)?.properties ?? { name: grid.town_name }),
};
export const detail = createDetail(byId("detail"), { close: () => selection.clear(), actions, categoryName });
export const selection = createSelection({
  map, state, grids, detail, categoryName, outside,
  inPeriod: (code) => heat.inPeriod(code),
  ownReport: () => page.report,
});
export const heat = createHeat({
  map, state, colours, grids, towns, cells, notices, legend: byId("legend"), whatWords,
  goTo(unit, item) {
    if (unit === "grid") actions.chooseGrid(item.code);
    else map.fitBounds(boundsOf(unit === "town" ? towns.boxOf(towns.find(item.code)) : boxOfRing(item.polygon)), { maxZoom: 16 });
    sheets.closeIfNarrow();
  },
});
export function categoryShape(code) {
  return shapeOf(code);
}

export function known() {
  return lists;
}

async function refreshUtility() {
  const code = state.get().utility;
  if (!code) {
    areas.clear();
    return;
  }
  const utility = await notices.watch("areas", () => getJson(`/utilities/${encodeURIComponent(code)}`));
  if (utility && state.get().utility === code) areas.set(utility.service_areas.features, utility.depots.features);
}

export function redrawLabels() {
  labels.redraw(state.get().towns, state.get().grids, page.written?.() ?? []);
}

async function refreshHeat() {
  await heat.load();
  controls.reflect(heat.period());
}

function rebuildAll() {
  for (const layer of [land, grids, towns, cells, areas]) layer.rebuild();
  redrawLabels();
  page.rebuild();
  selection.reflect();
}

function showBase() {
  if (showBaseMap(shell, state.get().base)) rebuildAll();
  land.repaint();
}

state.onChange(async (_, changed) => {
  const any = (...names) => names.some((name) => changed.has(name));
  controls.reflect(heat.period());
  if (any("base")) showBase();
  if (any("grids", "towns")) {
    grids.repaint();
    towns.repaint();
    redrawLabels();
  }
  if (any("utility")) refreshUtility();
  if (any("grid", "report", "point")) selection.reflect();
  if (any("heat", "what", "period", "from", "to")) await refreshHeat();
  page.changed(any);
});

function remember() {
  if (standsAt(map, state.get().at)) return;
  const [lon, lat] = lonLatOf(map.getCenter());
  state.set({ at: [lon, lat, map.getZoom()] });
}

function watchMap() {
  let settle = 0;
  map.on("moveend", () => {
    clearTimeout(settle);
    settle = setTimeout(() => {
      remember();
      redrawLabels();
      page.moved();
      heat.refine();
    }, SETTLE_MS);
  });
  map.on("zoomend", () => {
    grids.repaint();
    refineGrids();
  });
  refineGrids();
  map.on("click", (event) => page.click?.(lonLatOf(event.latlng)) || selection.point(lonLatOf(event.latlng)));
  map.on("mousemove", (event) => {
    byId("reading").textContent = heat.reading(lonLatOf(event.latlng)) ?? t("legend.point");
  });
  // Enter on the map asks about its centre, where the cross-hair stands.
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === map.getContainer()) selection.point(lonLatOf(map.getCenter()));
  });
  // On paper the size is another for a moment only; whoever prints sees to the map.
  const paper = window.matchMedia("print");
  new ResizeObserver(() => paper.matches || map.invalidateSize({ animate: false, pan: false })).observe(map.getContainer());
}

export function findGrids(text) {
  const wanted = text.toLowerCase();
  return grids
    .features()
    .map((feature) => feature.properties)
    .filter((grid) => grid.code.startsWith(wanted) || grid.code.endsWith(wanted) || nameOf(grid).toLowerCase().includes(wanted))
    .slice(0, GRIDS_FOUND);
}

function choose(found) {
  sheets.closeIfNarrow();
  if (found.kind === "grid") actions.chooseGrid(found.code);
  else if (found.kind === "report") selection.report(found.code);
  else {
    outside.goTo(found.point, Math.max(map.getZoom(), 16));
    selection.point(found.point);
  }
}

// On a wide map the county leaves room for the legend in its corner.
function legendRoom() {
  return map.getSize().x > 900 ? LEGEND_WIDTH / 2 : 12;
}

// A county of grids in a third of the bytes: borders on a lattice of ten metres, which no eye tells at its scale, and
// names alone of all that is known of a grid.
async function coarseGrids() {
  const named_ = await getJson("/grids", { f: "names" });
  // A county without a layout has no outlines to ask for.
  if (named_.codes.length === 0) return { type: "FeatureCollection", features: [] };
  const packed = await getJson("/layers/outlines");
  const at = new Map(named_.codes.map((code, index) => [code, index]));
  const { collection } = unpack(packed);
  for (const { properties } of collection.features) {
    const index = at.get(properties.code);
    properties.name = named_.names[index];
    properties.name_en = named_.names_en[index];
  }
  return collection;
}

// The exact borders come once somebody looks closely enough to see the difference.
let exact = false;
async function refineGrids() {
  if (exact || map.getZoom() < EXACT_FROM_ZOOM) return;
  exact = true;
  const collection = await notices.watch("grids", () => getJson("/grids", { f: "geojson" }));
  if (!collection) {
    exact = false;
    return;
  }
  grids.set(collection);
  redrawLabels();
  page.refined?.();
}

// Takes the map where an address says, and tells whether it says anywhere one can look at.
function standWhere(at) {
  const known = Boolean(at) && !outside.isFar(at);
  if (known) map.setView(latLngOf(at), at[2], { animate: false });
  return known;
}

// What a page works with comes before the thousands of lines beneath it; a page that waits too long gets them all the same.
function afterRows(begun) {
  return Promise.race([begun, new Promise((resolve) => setTimeout(resolve, ROWS_FIRST_MS))]);
}

async function loadGeometry(begun) {
  const townsLoaded = notices.watch("towns", () => getJson("/towns", { f: "geojson" })).then((collection) => {
    if (!collection) return;
    lists.towns = collection.features.map((feature) => feature.properties);
    land.set(collection);
    towns.set(collection);
    land.show(true);
    towns.show(true);
    showFirst(towns);
    redrawLabels();
  });
  const gridsLoaded = afterRows(begun).then(() => notices.watch("grids", coarseGrids)).then((collection) => {
    if (!collection) return undefined;
    if (!exact) grids.set(collection);
    grids.show(true);
    byId("grids-shown").textContent = t("grids.shown", { n: count(collection.features.length) });
    return collection.features.length;
  });
  const [, number] = await Promise.all([townsLoaded, gridsLoaded]);
  if (towns.features().length === 0) showFirst(grids);
  if (number === 0) sayNoGrids();
}

// What one came for, else the whole county; a county nobody has drawn yet is somewhere in its country.
function showFirst(drawn) {
  if (standWhere(state.get().at)) return;
  if (drawn.features().length > 0) map.fitBounds(boundsOf(drawn.box()), { paddingTopLeft: [legendRoom(), 12], paddingBottomRight: [12, 12], animate: false });
  else {
    map.setMinZoom(COUNTRY[2]);
    map.setView(latLngOf(COUNTRY), COUNTRY[2], { animate: false });
  }
}

// Without grids reports are taken in all the same: they wait in the list until a layout is there.
function sayNoGrids() {
  const words = h("div", { class: "map-empty", role: "status" }, h("p", {}, t("state.no_grids")), h("code", {}, "gridcall import grids FILE"));
  document.querySelector(".map-area").append(words);
}

async function loadLists() {
  const [categoryList, utilityList] = await Promise.all([
    notices.watch("categories", () => getJson("/categories")),
    notices.watch("utilities", () => getJson("/utilities")),
  ]);
  lists.categories = categoryList?.items ?? [];
  lists.utilities = utilityList?.items ?? [];
  shapeOf = createShapes(lists.categories);
  controls.fill({ ...lists, tagName });
  controls.reflect();
}

// hooks: {rebuild(), moved(), changed(any), begin(), click?(point), written?(), report?: {show(id), hide()}}.
export async function start(hooks) {
  page = hooks;
  dressMap(map, t("map.label"));
  map.setMinZoom(7);
  map.setMaxZoom(19);
  showBase();
  createSearch({ input: byId("search"), list: byId("found"), findGrids, choose });
  const begun = hooks.beginEarly?.();
  const { at } = state.get();
  await Promise.all([loadGeometry(begun), loadLists()]);
  watchMap();
  await Promise.all([refreshHeat(), refreshUtility(), hooks.begin(), begun]);
  selection.reflect();
  // What opened beside the map made it narrower: the address means the middle of what is left.
  map.invalidateSize({ animate: false, pan: false });
  standWhere(at);
  remember();
  state.mirror();
  document.body.dataset.ready = "true";
}
