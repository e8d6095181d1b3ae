// /map/hotspots: wires question, layer, map, legend, ranking, slider, methods, back-test, measures and files together.

import { ApiError, fetched, getJson, isAbort } from "../api.js";
import { dressMap, showBaseMap } from "../basemap.js";
import { config } from "../config.js";
import { byId } from "../dom.js";
import { count } from "../format.js";
import { boundsOf, latLngOf, lonLatOf, standsAt } from "../lonlat.js";
import { createNotices } from "../notices.js";
import { createSheets } from "../sheets.js";
import { nameOf, t } from "../words.js";
import { ask, canPlay, daysOf, furtherNumbers, loadAnswer, loadTimeline, nothingBefore, parametersOf } from "./answer.js";
import { coerce, unusedWords } from "./coerce.js";
import { createControls } from "./controls.js";
import { headline } from "./headline.js";
import { renderLegend } from "./legend.js";
import { createMethods } from "./methods.js";
import { createWhatWords, monthOf, periodName, unitName, unitWords } from "./names.js";
import { unpack } from "./outlines.js";
import { createPopup } from "./popup.js";
import { choiceOf, createQuestion, formatQuestion, needsRows, yardstickOf } from "./question.js";
import { markRow, renderRanking } from "./ranking.js";
import { createReel } from "./reel.js";
import { createStage } from "./stage.js";
import { createTake } from "./take.js";
import { createTimeline } from "./timeline.js";

const SETTLE_MS = 150;
// The legend stands over the upper left corner of a wide map.
const LEGEND_ROOM = 200;
// A change of one of these asks the server for another layer.
const ASKING = [
  "view", "what", "cause", "source", "repeat", "period", "from", "to", "unit", "cell", "exposure", "measure", "bandwidth", "against",
  "than", "than_from", "than_to", "than_what", "test", "windows", "step", "classes", "scan",
];

const shell = window.gridcallShell;
const { map } = shell;
const question = createQuestion(location.search);
const notices = createNotices(byId("map-status"));
const base = () => question.get().base;
const stage = createStage(map, { base });
const sheets = createSheets();
const controls = createControls(question);
let categories = [];
let whatWords = createWhatWords(categories);
let outlines = null;
let timeline = null;
let timelineOf = "";
let model = null;
let running = new AbortController();
// A picture of the last change that a later one replaces.
let asked = 0;
let reel = null;
// Parts that most visits never open are fetched when they are.
let [sides, scans, plans, drawing] = [null, null, null, null];
const popup = createPopup(map, {
  closed() {
    stage.pick(null);
    markRow(byId("ranking"), "");
    question.set({ pick: "" });
  },
});
const methods = createMethods(byId("method"), byId("method-body"));
const slider = createTimeline({
  ready: (index) => reel.ready(index),
  show(index) {
    const month = reel.at(index);
    if (!month) return;
    present(month);
    controls.showDays(month.body.period);
  },
  choose: (from, to) => question.set({ from, to }),
});
const take = createTake({
  bulletin(form) {
    const days = model?.body.period;
    const { category, tag } = choiceOf(question.get());
    if (!days?.to) return null;
    return { path: `/bulletins/${days.to.slice(0, 7)}`, parameters: { category, tag, f: form, lang: config.language } };
  },
  layer(form) {
    const { picture } = model ?? {};
    const surface = question.get().view === "density";
    if (!picture || (surface && form !== "png")) return null;
    return { path: picture.path, parameters: { ...model.parameters, ...shownParameters(form, picture), f: form, lang: config.language } };
  },
  link() {
    // A link that is passed on means the same days and colours tomorrow.
    const { from, to } = model?.body.period ?? {};
    const pinned = { ...question.get(), ...(from ? { from, to } : {}), ...(model?.scale ? { scale: model.scale } : {}) };
    return `${location.origin}${location.pathname}?${formatQuestion(pinned)}`;
  },
});

// The address said where the map stands: two maps of half the width must not move it.
const firstAt = question.get().at !== null;

function isSensitive() {
  return categories.some((one) => one.code === question.get().what && one.sensitive);
}

// What a picture needs to look like the page: which number is painted, and between which ends.
function shownParameters(form, { show }) {
  if (form !== "png" || !show) return {};
  return { show: question.get().view === "rate" ? question.get().measure : show, breaks: (model.pictureEnds ?? model.classes.map((one) => one.from)).join(",") };
}

function townAt(polygon) {
  const lon = polygon.reduce((sum, [x]) => sum + x, 0) / polygon.length;
  const lat = polygon.reduce((sum, [, y]) => sum + y, 0) / polygon.length;
  return stage.townName(stage.at([lon, lat]).grid?.town);
}

function titleOf(item) {
  return item.title ?? unitName(item, model.body.cell_m, townAt);
}

function middleOf(item) {
  const [west, south, east, north] = stage.boxOf(item);
  return [(west + east) / 2, (south + north) / 2];
}

// Opens what is known of a unit at a point of it; `focus` when asked for by keyboard or ranking.
function open(item, lonLat, options) {
  markRow(byId("ranking"), item.code);
  popup.open(lonLat, titleOf(item), model.popup(item), options);
  // After the popup: opening it closes the one before, which clears what was picked.
  stage.pick(item);
  question.set({ pick: item.code });
}

function chooseRow(row) {
  const { item, location } = row;
  const box = item.circle ? null : stage.boxOf(item);
  sheets.closeIfNarrow();
  if (box) map.fitBounds(boundsOf(box), { maxZoom: 14, animate: false });
  else map.setView(latLngOf(location), Math.max(map.getZoom(), 12), { animate: false });
  open(item, box ? middleOf(item) : location, { focus: true });
}

function openPick() {
  const { pick } = question.get();
  const item = pick && model.items.find((one) => one.code === pick);
  if (item) open(item, item.circle?.location ?? middleOf(item), { still: true });
  // It has nothing in this month, or is no unit of this layer.
  else if (pick && !model.progress) popup.close();
}

// Paints a layer: the answer, or a month of the slider.
function present(shown) {
  const { unit } = shown.body;
  const side = question.get().view === "compare" && question.get().sides;
  stage.showTiles(shown.tiles ?? null);
  if (side && sides) sides.show(shown, outlines, { placed: firstAt });
  else {
    sides?.hide();
    const byCode = new Map(shown.items.map((item) => [item.code, item]));
    const cells = unit === "cell";
    stage.paintUnits(cells ? "grid" : unit, (code) => (cells || !byCode.has(code) ? null : shown.colourOf(byCode.get(code))));
    stage.paintCells(cells ? shown.items : [], shown.colourOf);
  }
  stage.showCircles(shown.circles ?? []);
  stage.showMarks(marksOf(shown));
  const counted = side ? { unitLine: t("hot.line_counts", { unit: unitWords(unit, shown.body.cell_m) }) } : {};
  renderLegend(byId("legend"), whatWords(question.get().what), { ...shown, ...counted });
  byId("legend").classList.toggle("side-legend", side);
  renderRanking(byId("ranking"), shown, titleOf, chooseRow, question.set);
  byId("headline").replaceChildren(...headline(shown, question.get(), whatWords, titleOf));
}

function marksOf(shown) {
  return shown.rows
    .filter((row) => row.rank && (row.location || row.marked))
    .map((row) => ({ location: row.location ?? middleOf(row.item), words: String(row.rank), title: `${row.rank} · ${titleOf(row.item)}`, choose: () => chooseRow(row) }));
}

// What the view needs beside its layer.
async function fetchParts() {
  const { view, sides: two } = question.get();
  if (view === "compare" && two && !sides) {
    const { createSides } = await fetched(() => import("./sides.js"));
    sides ??= createSides(stage, { base: () => "own", whatWords: (what) => whatWords(what) });
  }
  if (view === "scan" && !scans) {
    const { createScans } = await fetched(() => import("./scans.js"));
    scans ??= createScans({ question, parameters: () => parametersOf(question.get(), timeline) });
  }
}

async function openPlans() {
  const [{ createDrawing }, { createPlans }] = await Promise.all([import("./drawing.js"), import("./plans.js")]);
  if (plans) return;
  drawing = createDrawing(map);
  plans = createPlans({
    question: question.get,
    whatWords: (what) => whatWords(what),
    drawing,
    sheets,
    show: stage.showDrawn,
    fit: (geometry) => map.fitBounds(window.L.geoJSON(geometry, { coordsToLatLng: latLngOf }).getBounds(), { maxZoom: 15, animate: false, padding: [60, 60] }),
    areaOfPick() {
      const item = model?.items.find((one) => one.code === question.get().pick);
      return item && ["grid", "cell"].includes(model.body.unit) ? stage.geometryOf(item) : null;
    },
  });
  plans.reflect();
}

async function judge(signal) {
  // Asked only when somebody looks.
  if (!byId("back-test").open || !model) return undefined;
  const body = byId("back-test-body");
  const { renderBackTest, renderNoBackTest } = await import("./backtest.js");
  const { unit, cell, bandwidth, view } = question.get();
  // The yardstick of what is shown is that of what is judged.
  const measured = yardstickOf(question.get());
  const layer = model.backTest ?? { emerging: measured.against === "map" ? "hotspots" : "excess", scan: "excess" }[view];
  const exposure = unit !== "cell" && ["rate", "smoothed", "excess"].includes(layer) ? question.get().exposure : "";
  if (!layer || isSensitive()) return renderNoBackTest(body, t(isSensitive() ? "hot.why_sensitive" : "hot.no_back_test_compare"));
  const { from, to } = model.body.period ?? {};
  if (!from) return renderNoBackTest(body, t("hot.why_none"));
  if (nothingBefore(timeline, from, to)) return renderNoBackTest(body, t("hot.why_empty_side"));
  const cells = view === "density" || unit === "cell";
  const own = { unit: cells ? "cell" : unit, cell_m: cells ? (view === "density" ? 400 : cell) : "", bandwidth_m: layer === "density" ? bandwidth : "" };
  try {
    const test = await ask("/layers/backtest", { ...choiceOf(question.get()), from, to, layer, exposure, ...own }, signal);
    renderBackTest(body, test);
  } catch (error) {
    if (isAbort(error)) return undefined;
    if (!(error instanceof ApiError)) throw error;
    renderNoBackTest(body, error.status === 422 ? error.message : t("state.failed", { what: t("hot.back_test") }));
  }
  return undefined;
}

async function loadMonths(signal) {
  const now = question.get();
  // Counts are the same in every view; bins hang on what they are measured against.
  const key = JSON.stringify([now.what, now.unit, now.view === "hotspots" ? yardstickOf(now) : ""]);
  if (key === timelineOf) return;
  const first = !timeline;
  timeline = await loadTimeline(question.get(), isSensitive(), signal);
  timelineOf = key;
  if (first && byId("narrow").open) loadCauses();
  slider.set(timeline.plays ? timeline : null);
}

// The layer of another month, in the colours of the one that is shown.
function loadMonth({ from, to }) {
  const scale = model.scale ?? question.get().scale;
  return loadAnswer({ ...question.get(), from, to, scale }, timeline, running.signal);
}

function show(answer) {
  model = answer;
  if (question.get().view === "scan") scans.reflect(model.scan);
  reel = canPlay(question.get(), timeline) ? createReel({ model, question: question.get(), timeline, load: loadMonth, loadTiles: stage.loadTiles }) : null;
  present(model);
  const { what, view, unit, cell } = question.get();
  notices.say(unusedWords(question.get(), [whatWords(what), model.when ?? periodName(model.body.period ?? {}), t(`view.${view}`), view === "density" ? "" : unitWords(unit, cell)]));
  controls.reflect(model.body.period, isSensitive());
  slider.reflect(model.body.period, { canPlay: reel !== null, narrowed: needsRows(question.get()), span: model.span ?? model.body.period });
  methods.render(model, () => furtherNumbers(question.get(), model.body.period, isSensitive()));
  byId("bulletin-about").textContent = model.body.period?.to ? t("hot.bulletin_about", { month: monthOf(model.body.period), what: whatWords(question.get().what) }) : t("hot.bulletin_none");
  take.reflect();
  plans?.reflect();
  openPick();
}

async function refresh() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const mine = (asked += 1);
  document.body.dataset.ready = "false";
  slider.stop();
  coerce(question.get(), categories, isSensitive);
  question.mirror();
  controls.reflect(model?.body.period, isSensitive());
  // Shown by the work itself, so that trying again after a failure shows it too.
  const shown = await notices.watch("layer", async () => {
    await loadMonths(signal);
    const [answer] = await Promise.all([loadAnswer(question.get(), timeline, signal), fetchParts()]);
    if (mine === asked) show(answer);
    if (mine === asked && answer.tiles) await stage.loadTiles(answer.tiles);
    return true;
  });
  if (mine === asked && shown) await judge(signal);
  if (mine === asked) document.body.dataset.ready = "true";
}

async function loadCauses() {
  const choice = choiceOf({ ...question.get(), cause: "" });
  if (isSensitive()) return controls.fillCauses([]);
  // Opened by its address before it is known which days there are: asked for once it is.
  if (!timeline) return undefined;
  const found = await notices.watch("causes", () => ask("/layers/causes", { ...choice, ...daysOf(question.get(), timeline) }));
  return found && controls.fillCauses(found.items);
}

function rebuildAll() {
  stage.rebuild();
  sides?.rebuild();
  if (model) present(model);
}

question.onChange((changed) => {
  const any = (...names) => names.some((name) => changed.has(name));
  if (any("base") && showBaseMap(shell, base())) rebuildAll();
  if (any("base")) stage.repaintLand();
  if (any("sides") && model) fetchParts().then(() => present(model));
  // Another question's colours may hang on other numbers, and its scan is another one.
  if (any("what", "bandwidth") && !changed.has("scale")) question.get().scale = 0;
  if (any("what", "cause", "source", "repeat", "from", "to", "period", "unit", "exposure") && !changed.has("scan")) question.get().scan = "";
  if (any(...ASKING)) refresh();
  controls.reflect(model?.body.period, isSensitive());
});

byId("back-test").addEventListener("toggle", () => judge(running.signal));
byId("plans").addEventListener("toggle", openPlans);
byId("narrow").addEventListener("toggle", () => byId("narrow").open && loadCauses());

function remember() {
  if (standsAt(map, question.get().at)) return;
  const [lon, lat] = lonLatOf(map.getCenter());
  question.set({ at: [lon, lat, map.getZoom()] });
}

function askAt(lonLat, options) {
  if (drawing?.active()) return drawing.add(lonLat);
  const { code } = stage.at(lonLat);
  const item = code && model?.items.find((one) => one.code === code);
  return item ? open(item, lonLat, options) : popup.close();
}

function reading(lonLat) {
  if (!model || slider.playing()) return t("legend.point");
  const { code, grid } = stage.at(lonLat);
  const item = code && model.items.find((one) => one.code === code);
  if (!item) return grid ? t("hot.nothing_here") : t("legend.point");
  const number = item.count ?? item.second;
  return number === undefined ? titleOf(item) : t(number === null ? "legend.reading_hidden" : "legend.reading", { name: titleOf(item), n: count(number) });
}

function watchMap() {
  let settle = 0;
  map.on("moveend", () => {
    clearTimeout(settle);
    settle = setTimeout(remember, SETTLE_MS);
  });
  map.on("click", (event) => askAt(lonLatOf(event.latlng)));
  map.on("mousemove", (event) => {
    byId("reading").textContent = reading(lonLatOf(event.latlng));
  });
  const container = map.getContainer();
  container.addEventListener("keydown", (event) => {
    if (event.target !== container) return;
    if (drawing?.active()) drawing.key(event);
    else if (event.key === "Enter") askAt(lonLatOf(map.getCenter()), { focus: true });
  });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(container);
}

function standAtStart() {
  const { at, unused } = question.get();
  if (at && !stage.covers(at)) {
    unused.push(t("hot.unknown_value", { given: `at=${at.join()}` }));
    question.get().at = null;
  }
  if (question.get().at) map.setView(latLngOf([at[0], at[1]]), at[2], { animate: false });
  else stage.fitCounty({ paddingTopLeft: [map.getSize().x > 600 ? LEGEND_ROOM : 12, 12], paddingBottomRight: [12, 12] });
}

async function start() {
  dressMap(map, t("hot.map_label"));
  showBaseMap(shell, base());
  const [packed, categoryList, exposureList] = await Promise.all([
    notices.watch("grids", () => getJson("/layers/outlines")),
    notices.watch("categories", () => getJson("/categories")),
    notices.watch("exposures", () => getJson("/layers/exposures")),
  ]);
  if (!packed || !categoryList || !exposureList) return;
  categories = categoryList.items;
  whatWords = createWhatWords(categories);
  outlines = unpack(packed);
  stage.setOutlines(outlines);
  standAtStart();
  controls.fill({ categories, exposures: exposureList.items, whatWords });
  watchMap();
  await refresh();
  if (byId("narrow").open) loadCauses();
  remember();
  question.mirror();
}

start();
