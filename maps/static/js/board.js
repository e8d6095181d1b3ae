// The board on the wall: a day's numbers, asked again when something happens, and what happens as it comes.
// Nothing personal is shown: no descriptions, no addresses, and matters that are not public without their names.

import { getJson, isAbort, latest } from "./api.js";
import { config, now } from "./config.js";
import { createStream } from "./console/stream.js";
import { byId, h } from "./dom.js";
import { clockTime, count, date, shortTime, TIME_ZONE } from "./format.js";
import { createShapes, mark } from "./layers/marks.js";
import { named, nameOf, t } from "./words.js";

const ROWS = 14;
const EVERY_MS = 60_000;
const SOON_MS = 3_000;
const FRESH_MS = 20_000;
const LIGHTS = ["red", "yellow", "green"];
const SIGNS = { red: "■", yellow: "▲", green: "●" };

const weekday = new Intl.DateTimeFormat(config.language === "zh" ? "zh-CN" : "en-GB", { timeZone: TIME_ZONE, weekday: "short" });
const numbers = latest();
const cases = new Map();
let categories = new Map();
let towns = new Map();
let shapeOf = createShapes([]);
let asked = 0;
let shownAt = null;

function lightOf(report, at) {
  if (report.status === "closed" || !report.due_at) return null;
  if (new Date(report.due_at) <= at) return "red";
  return report.yellow_at && new Date(report.yellow_at) <= at ? "yellow" : "green";
}

function matter(code) {
  const category = categories.get(code);
  if (!category) return "";
  return category.sensitive ? t("board.restricted") : nameOf(category);
}

function spanOf(minutes) {
  if (minutes < 60) return t("board.minutes", { m: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t("board.hours_minutes", { h: hours, m: minutes % 60 });
  return t("board.days_hours", { d: Math.floor(hours / 24), h: hours % 24 });
}

function drawNumbers(found) {
  const notes = {
    received: found.is_today ? t("board.before", { n: count(found.received_before) }) : "",
    dispatched: t("board.waiting", { n: count(found.queues.waiting_check_in) }),
    open: t("board.new", { n: count(found.queues.new) }),
  };
  for (const element of document.querySelectorAll("[data-number]")) {
    element.textContent = count(found[element.dataset.number]);
  }
  for (const element of document.querySelectorAll("[data-note]")) {
    element.textContent = notes[element.dataset.note] ?? "";
  }
  for (const element of document.querySelectorAll("[data-number-name]")) {
    const name = element.dataset.numberName;
    element.textContent = t(found.is_today || name === "open" ? `board.${name}` : `board.${name}.day`);
  }
  byId("day").textContent = found.is_today ? date(found.day) : t("board.day", { day: date(found.day) });
}

function drawLights(lights) {
  const shown = LIGHTS.filter((light) => lights[light] > 0);
  const strip = byId("lights").querySelector(".strip");
  strip.replaceChildren(
    ...shown.map((light) => {
      const part = h("span", { dataset: { light } });
      part.style.flexGrow = String(lights[light]);
      return part;
    }),
  );
  strip.hidden = shown.length === 0;
  const rows = LIGHTS.map((light) =>
    h("li", { dataset: { light } }, h("span", { "aria-hidden": "true" }, SIGNS[light]), t(`light.${light}`), h("strong", {}, count(lights[light] ?? 0))),
  );
  byId("lights").querySelector("ul").replaceChildren(...(shown.length ? rows : [h("li", { class: "soft" }, t("board.lights.empty"))]));
}

function drawHours(byHour) {
  const most = Math.max(1, ...byHour);
  const peak = byHour.indexOf(most);
  const bars = byHour.map((number, hour) => {
    const bar = h("div", { class: "hour", dataset: number ? {} : { zero: "" } }, hour === peak ? h("span", { class: "peak" }, count(number)) : null);
    bar.style.height = `${(100 * number) / most}%`;
    const label = `${t("board.hour", { h: hour })}: ${count(number)}`;
    return h("li", { "aria-label": label }, bar, h("small", { "aria-hidden": "true" }, hour % 6 ? "" : t("board.hour", { h: hour })));
  });
  byId("hours").querySelector("ol").replaceChildren(...bars);
}

function drawUtilities(rows) {
  const section = byId("utilities");
  section.querySelector("table").hidden = rows.length === 0;
  section.querySelector("p").hidden = rows.length > 0;
  section.querySelector("tbody").replaceChildren(
    ...rows.map((row) =>
      h("tr", {}, h("td", {}, nameOf(row)), h("td", { class: row.overdue ? "late" : undefined }, count(row.overdue)), h("td", {}, count(row.open)), h("td", {}, spanOf(row.oldest_minutes))),
    ),
  );
}

function drawClusters(items) {
  const offered = items.filter((item) => item.state === "offered").slice(0, 2);
  byId("clusters").replaceChildren(
    ...offered.map((item) => h("li", {}, config.language === "zh" ? item.words_zh : item.words)),
  );
}

function drawCases() {
  const at = now();
  const rows = [...cases.values()].sort((a, b) => new Date(b.at) - new Date(a.at)).slice(0, ROWS);
  for (const id of cases.keys()) if (!rows.some((row) => row.id === id)) cases.delete(id);
  const section = byId("live");
  section.querySelector("p").hidden = rows.length > 0;
  section.querySelector("ol").replaceChildren(
    ...rows.map((row) =>
      h(
        "li",
        { dataset: row.freshUntil > at ? { fresh: "" } : {} },
        mark(shapeOf(row.category), lightOf(row, at)),
        h("span", { class: "what" }, row.urgent ? h("span", { class: "urgent" }, t("board.urgent")) : null, matter(row.category)),
        h("span", { class: "step" }, named("status", row.status)),
        h("span", { class: "where" }, nameOf(towns.get(row.town_code) ?? { name: t("board.outside") })),
        h("time", { datetime: row.at }, shortTime(row.at)),
      ),
    ),
  );
}

function say(kind, words) {
  const line = byId("stale");
  line.hidden = !words;
  line.dataset.kind = kind;
  line.textContent = words;
}

async function refresh() {
  asked = 0;
  try {
    const found = await numbers("/board");
    const clusters = await getJson("/clusters");
    drawNumbers(found);
    drawLights(found.lights);
    drawHours(found.by_hour);
    drawUtilities(found.utilities);
    drawClusters(clusters.items);
    shownAt = new Date(now());
    say("", "");
    document.body.dataset.ready = "true";
  } catch (error) {
    if (isAbort(error)) return;
    if (error.status === 401) say("signed_out", t("board.signed_out"));
    else if (shownAt) say("stale", t("board.stale", { time: clockTime(shownAt) }));
  }
}

// Soon, and once for everything that happens until then.
function ask() {
  asked ||= setTimeout(refresh, SOON_MS);
}

async function load() {
  try {
    const [kinds, places, newest] = await Promise.all([
      getJson("/categories"),
      getJson("/towns"),
      getJson("/reports", { f: "geojson", limit: ROWS }),
    ]);
    categories = new Map(kinds.items.map((one) => [one.code, one]));
    towns = new Map(places.items.map((one) => [one.code, one]));
    shapeOf = createShapes(kinds.items);
    cases.clear();
    for (const { properties } of newest.features) cases.set(properties.id, { ...properties, at: properties.received_at });
    drawCases();
  } catch {
    setTimeout(load, EVERY_MS / 6); // the line above says since when; what is shown stays
  }
  await refresh();
}

function handle(event, data) {
  if (event === "report") {
    cases.set(data.id, { ...data, freshUntil: now() + FRESH_MS });
    drawCases();
    ask();
  } else if (event === "gone") {
    cases.delete(data.id);
    drawCases();
    ask();
  } else {
    load();
  }
}

function show({ state, seconds }) {
  const element = byId("state");
  element.dataset.state = state;
  element.textContent = t(`live.${state}`, { n: seconds });
  if (state === "signed_out") say("signed_out", t("board.signed_out"));
}

function tick() {
  const at = new Date(now());
  const element = byId("clock").querySelector("time");
  element.textContent = `${weekday.format(at)} ${clockTime(at)}`;
  element.dateTime = at.toISOString();
}

tick();
setInterval(tick, 1_000);
setInterval(drawCases, FRESH_MS);
setInterval(refresh, EVERY_MS);
createStream({ handle, show });
