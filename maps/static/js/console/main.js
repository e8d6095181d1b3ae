// /map for those who dispatch: queue, map and one report beside each other, kept up to date by the event stream.

import { act, getJson } from "../api.js";
import { byId } from "../dom.js";
import { count } from "../format.js";
import {
  actions, areas, categoryName, categoryShape, detail, findGrids, grids, known, map, notices, outside, redrawLabels, selection, sheets, start,
  state, towns,
} from "../map_view.js";
import { nameOf, named, t } from "../words.js";
import { createActing } from "./acting.js";
import { createAlarm } from "./alarm.js";
import { createBulk } from "./bulk.js";
import { createCall, hasDraft } from "./call.js";
import { createCases, rowOfEvent, rowOfFeature, rowOfReport } from "./cases.js";
import { createCaseView } from "./case_view.js";
import { createClusters } from "./clusters.js";
import { failureWords } from "../failure.js";
import { createFilters, createQueues } from "./filters.js";
import { createFocus } from "./focus.js";
import { createFollowing } from "./following.js";
import { createHeaps } from "./heaps.js";
import { createKeys } from "./keys.js";
import { createList } from "./list.js";
import { drawMarksLegend } from "./marks_legend.js";
import { createMoving } from "./moving.js";
import { createPiles } from "./piles.js";
import { parametersOf, belongs } from "./query.js";
import { createTools } from "./tools.js";
import { createUndo } from "./undo.js";

const cases = createCases({ changed });
const undo = createUndo();
const focus = createFocus(map, {
  grids,
  moved: (point, marker) => moving.preview(caseView.report(), point, marker),
  wrote: () => redrawLabels(),
});
const tagsOf = (code) => known().categories.find((one) => one.code === code)?.tags ?? [];
const isEmergency = (row) => row.urgent || tagsOf(row.category).includes("emergency");
const townName = (code) => nameOf(towns.find(code)?.properties ?? { name: "" });
const PLACE_ZOOM = 16;
let chosen = state.get().report;

function rowWords(row) {
  const grid = row.grid_code ? grids.find(row.grid_code)?.properties : null;
  const place = row.address || (grid ? nameOf(grid) : row.town_code ? townName(row.town_code) : t("match.outside"));
  return { category: categoryName(row.category), place };
}

function open(id, { focus: byKeyboard = false } = {}) {
  state.set({ call: false, grid: "", report: id, point: null });
  list.choose(id, { focus: byKeyboard });
}

const acting = createActing({
  lists: known,
  say: undo.say,
  reload: (id) => caseView.reload(id),
  done(report, action, before) {
    takeReport(report);
    if (action !== "undo" && report.actions.includes("undo")) {
      undo.offer(t("act.done", { number: report.number, action: named("act", action) }), () => takeBack(report));
    } else undo.say(t("act.done", { number: report.number, action: named("act", action) }));
    if (caseView.report()?.id === before.id) caseView.take(report);
    following.countSoon();
  },
});

async function takeBack(report) {
  try {
    const restored = await act(report.id, { action: "undo" }, report.version);
    takeReport(restored);
    if (caseView.report()?.id === report.id) caseView.take(restored);
    undo.say(t("undo.done", { number: report.number }));
    following.countSoon();
    return true;
  } catch (error) {
    undo.say(failureWords(error), "error");
    return false;
  }
}

function takeReport(report) {
  takeRow(rowOfReport(report));
  changed({ reason: "acted" });
}

// A row as it is now; what only the server can place is asked for with the next comparison.
function takeRow(row, { fresh = false } = {}) {
  const here = belongs(row, state.get(), tagsOf);
  cases.take(row, here);
  alarm.take(row, { fresh });
  if (here === null) following.compareSoon();
}

const caseView = createCaseView({
  detail, state, focus, categoryName, actions, undo, acting, open,
  keepVisible: selection.keepVisible,
  outsideWords: outside.words,
  suggests: ["dispatcher", "supervisor"],
  cases,
});
const moving = createMoving({ acting, findGrids, actions, outsideWords: outside.words, back: () => focus.back() });
caseView.use({ moving });

const alarm = createAlarm({
  isEmergency,
  words: (row) => [categoryName(row.category), row.address || townName(row.town_code)].filter(Boolean).join(" · "),
  open,
  clusterOf: (id) => clusters.of(id),
  merge: (cluster) => clusters.merge(cluster),
});
const bulk = createBulk({
  cases,
  utilityName: actions.utilityName,
  say: undo.say,
  clearLine: undo.clear,
  changed: () => list.render(),
  done(items) {
    for (const item of items) if (item.report) takeReport(item.report);
    if (items.some((item) => item.id === chosen)) caseView.reload(chosen);
    following.countSoon();
  },
});
const list = createList(byId("list"), {
  cases, words: rowWords, open, label: t("queue.label"),
  shapeOf: categoryShape,
  check: bulk.check,
  checked: bulk.checked,
});
const heaps = createHeaps(map, {
  parameters: () => parametersOf(state.get()),
  watch: (work) => notices.watch("reports_map", work),
  changed: () => piles.render(),
});
const piles = createPiles(map, {
  cases, heaps, open,
  shapeOf: categoryShape,
  title: (row) => `${row.number} · ${categoryName(row.category)} · ${named("status", row.status)}`,
  isShown: () => state.get().reports !== "off",
});
const queues = createQueues(byId("queues"), state);
const filters = createFilters(state, known);
const clusters = createClusters({
  map, categoryName, open,
  say: undo.say,
  offerUndo: undo.offer.bind(undo),
  changed: () => alarm.regroup(),
  // One goes on with the report that carries the others.
  merged(id) {
    if (state.get().report === id) caseView.reload(id);
    else open(id, { focus: true });
    following.compareSoon();
    following.countSoon();
  },
});
const following = createFollowing({
  cases, clusters, queues,
  load: () => Promise.all([load(), loadEmergencies()]),
  parameters: () => parametersOf(state.get()),
  report(event) {
    takeRow(rowOfEvent(event), { fresh: event.action === "received" });
    caseView.hear(event);
  },
  gone(id) {
    cases.remove(id);
    alarm.gone(id);
    caseView.hear({ id, gone: true });
  },
  changed() {
    changed({ reason: "events" });
    heaps.refresh();
  },
  counted: (byQueue) => sayHowMany(byQueue[state.get().queue]),
});
const call = createCall({
  lists: known, findGrids, categoryName, actions, open,
  show: showPlace,
  outsideWords: outside.words,
  created(report) {
    takeReport(report);
    cases.settle();
    state.set({ call: false });
    undo.say(t("call.created", { number: report.number }));
    open(report.id);
  },
  closed: () => state.set({ call: false }),
  pickPoint: () => {
    sheets.closeIfNarrow();
    document.body.classList.add("picking");
    map.getContainer().focus();
  },
});

// What a call is about, as it would be saved; null: nothing is known of its place. fresh: it was chosen just now.
function showPlace(located, { fresh }) {
  if (!located) {
    focus.clear();
    return;
  }
  const { location, place, match, category } = located;
  focus.show({ point: location?.coordinates ?? null, place, match, category, accuracy: 0, title: t("call.where"), draggable: false });
  if (!fresh) return;
  const at = focus.anchor();
  if (at && !location && !place) selection.fitGrid(match.grid.code);
  else if (at) outside.goTo(at, Math.max(map.getZoom(), PLACE_ZOOM));
  if (at) selection.keepVisible(at);
}

// The list, its notes and the map after anything changed.
function changed({ reason }) {
  if (reason === "page" || reason === "settled" || reason === "sorted") list.toTop();
  list.render();
  piles.render();
  const [fresh, gone] = [cases.waiting(), cases.gone()];
  const line = byId("pending");
  line.hidden = fresh + gone === 0;
  line.textContent = [fresh ? t("queue.fresh", { n: count(fresh) }) : "", gone ? t("queue.gone", { n: count(gone) }) : ""].filter(Boolean).join(t("list.comma"));
  byId("list-empty").hidden = !answered || cases.ids().length > 0 || byId("list").classList.contains("loading");
  document.body.dataset.rows = String(cases.ids().length);
}

// The list says how many there are: where it holds only the newest, of how many.
function sayHowMany(total = cases.size()) {
  const held = cases.size();
  byId("reports-shown").textContent = heaps.isOn() ? t("queue.more", { n: count(held), m: count(Math.max(total, held)) }) : t("queue.all", { n: count(held) });
}

let answered = false; // "nothing is here" is said only of an answer, never of a refused or failed question
async function load() {
  const box = byId("list");
  const skeleton = setTimeout(() => box.classList.add("loading"), 300);
  const loaded = await notices.watch("reports", fetchRows);
  clearTimeout(skeleton);
  box.classList.remove("loading");
  answered = Boolean(loaded);
  byId("list-empty").hidden = true;
  if (loaded) changed({ reason: "loaded" });
}

// Resolves to false when another load has taken over.
async function fetchRows() {
  const parameters = parametersOf(state.get());
  const more = await cases.load(parameters);
  if (more === undefined) return false;
  const [{ count: total }] = await Promise.all([more ? getJson("/reports/counts", parameters) : { count: cases.size() }, heaps.use(more)]);
  sayHowMany(total);
  list.choose(state.get().report);
  if (state.get().report) list.reveal(state.get().report);
  changed({ reason: "loaded" });
  return true;
}

// Every emergency nobody has sent anywhere, whatever the list is narrowed to.
async function loadEmergencies() {
  const waiting = { f: "geojson", emergency: true, status: "received,accepted", limit: 200 };
  const found = await notices.watch("emergencies", () => getJson("/reports", waiting));
  for (const feature of found?.features ?? []) alarm.take(rowOfFeature(feature));
}

function walk(step) {
  const id = cases.beside(state.get().report, step);
  if (id) open(id, { focus: true });
}

function startCurrent(action) {
  const report = caseView.report();
  if (!report) undo.say(t("keys.none"));
  else caseView.start(report, action);
}

function merge() {
  const report = caseView.report();
  const cluster = report && clusters.of(report.id);
  if (cluster) clusters.merge(cluster);
  else startCurrent("merge");
}

async function undoLast() {
  // What could not be taken back is said: another report's last step is another matter.
  const done = await undo.now();
  if (done === null && caseView.report()?.actions.includes("undo")) takeBack(caseView.report());
}

function showCall() {
  caseView.hide();
  byId("new-call").classList.toggle("draft", hasDraft());
  detail.show(t("call.title"), [call.open()], { focus: false });
  document.body.classList.add("calling");
  byId("call-words").focus();
}

function reflectDetail() {
  const { call: calling } = state.get();
  if (calling) {
    if (!call.isOpen()) showCall();
    return;
  }
  document.body.classList.remove("calling", "picking");
  if (call.isOpen()) {
    call.leave();
    focus.clear();
    selection.reflect();
  }
  byId("new-call").classList.toggle("draft", hasDraft());
}

function reflectSide() {
  const { side, sort } = state.get();
  document.body.dataset.side = side;
  for (const tab of document.querySelectorAll("[data-side-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.sideTab === side));
  byId("sort").value = sort;
}

for (const tab of document.querySelectorAll("[data-side-tab]")) tab.addEventListener("click", () => state.set({ side: tab.dataset.sideTab }));
byId("sort").addEventListener("change", (event) => state.set({ sort: event.target.value }));
byId("pending").addEventListener("click", () => cases.settle());
byId("new-call").addEventListener("click", () => state.set({ call: true }));
byId("check-all").addEventListener("click", () => bulk.checkAll());

const keys = createKeys({
  j: () => walk(1),
  k: () => walk(-1),
  a: () => (bulk.size() ? bulk.start("accept") : startCurrent("accept")),
  d: () => (bulk.size() ? bulk.start("dispatch") : startCurrent("dispatch")),
  m: merge,
  z: undoLast,
  x: () => state.get().report && bulk.check(state.get().report, !bulk.checked.has(state.get().report)),
  ".": () => cases.settle(),
  n: () => state.set({ call: true }),
  "/": () => byId("search").focus(),
});
byId("keys-help").addEventListener("click", keys.help);
createTools(map, outside);

reflectSide();
start({
  // Lists may load before the county is drawn: rows need no geometry.
  beginEarly: () => following.begin(),
  begin() {
    filters.fill();
    drawMarksLegend(byId("marks-legend"), known().categories, categoryShape);
    reflectDetail();
    changed({ reason: "begun" });
    // Rows may have come before what gives them their names and shapes.
    list.redraw();
    piles.rebuild();
  },
  moved() {},
  refined: () => focus.rebuild(),
  written: () => focus.written(),
  changed(any) {
    if (any("queue", ...Object.keys(state.get()).filter((name) => name.startsWith("f.")))) {
      queues.reflect();
      filters.reflect();
      bulk.clear();
      load().then(following.countSoon);
    }
    if (any("sort")) cases.sortBy(state.get().sort);
    if (any("reports")) piles.render();
    if (any("side", "sort")) reflectSide();
    if (any("report")) {
      chosen = state.get().report;
      list.choose(chosen);
      piles.choose(chosen);
      if (chosen) alarm.see(chosen);
    }
    if (any("call")) reflectDetail();
  },
  rebuild() {
    piles.rebuild();
    focus.rebuild();
    areas.rebuild();
  },
  click(point) {
    if (!call.isOpen()) return false;
    document.body.classList.remove("picking");
    call.setPoint(point);
    return true;
  },
  report: {
    show: (id) => caseView.show(id),
    hide: () => caseView.hide(),
    holds: () => state.get().call,
  },
});
cases.sortBy(state.get().sort);
piles.choose(chosen);
if (chosen) alarm.see(chosen);
