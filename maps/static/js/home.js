// The home of a signed-in actor: the latest reports they may see, or for a planner the latest counts per town.

import { getJson } from "./api.js";
import { byId, h } from "./dom.js";
import { clockTime, count, dateTime, isoDate, period } from "./format.js";
import { lightBadge, statusBadge } from "./report_view.js";
import { nameOf, t, tongue } from "./words.js";

const LATEST = 25;
const PATIENCE_MS = 300;
const DAY_MS = 86_400_000;
const list = byId("latest");
const note = byId("latest-note");

// As the other homes say it: today and yesterday by name, other days in full.
function nearTime(text) {
  const at = new Date(text);
  const ago = [0, 1].find((days) => isoDate(at) === isoDate(new Date(Date.now() - days * DAY_MS)));
  return ago === undefined ? dateTime(text) : `${t(ago === 0 ? "time.today" : "time.yesterday")} ${clockTime(at)}`;
}

function reportRow(report, nameOfCategory) {
  const grid = report.match.grid;
  return h(
    "li",
    {},
    h(
      "a",
      { href: `/map?report=${encodeURIComponent(report.id)}` },
      h("span", { class: "row-head" }, statusBadge(report), lightBadge(report), h("time", { datetime: report.received_at }, nearTime(report.received_at))),
      h("span", { class: "row-words", lang: tongue(report.description) }, report.description || t("report.no_words")),
      h("small", {}, [report.number, nameOfCategory(report.category), grid ? nameOf(grid) : t("match.outside")].join(" · ")),
    ),
  );
}

async function showReports() {
  const [page, categories] = await Promise.all([getJson("/reports", { limit: LATEST }), getJson("/categories")]);
  const names = new Map(categories.items.map((category) => [category.code, nameOf(category)]));
  const nameOfCategory = (code) => names.get(code) ?? code ?? t("report.no_category");
  list.replaceChildren(...page.items.map((report) => reportRow(report, nameOfCategory)));
  note.textContent = page.items.length ? t("home.as_of", { time: clockTime(new Date()) }) : t("home.empty");
}

async function showCounts() {
  const [counts, towns] = await Promise.all([getJson("/layers/counts", { unit: "town", period: "latest" }), getJson("/towns")]);
  const names = new Map(towns.items.map((town) => [town.code, nameOf(town)]));
  const items = counts.items.filter((item) => item.count > 0).sort((a, b) => b.count - a.count);
  const row = (item) => h("li", {}, h("a", { href: "/map?heat=town" }, h("span", { class: "row-count" }, names.get(item.code) ?? item.code, h("b", {}, count(item.count)))));
  list.replaceChildren(...items.map(row));
  const words = { period: period(counts.period.from, counts.period.to), time: clockTime(new Date()) };
  note.textContent = items.length ? t("home.period", words) : t("home.empty");
}

async function load() {
  const skeleton = () => list.replaceChildren(...Array.from({ length: 5 }, () => h("li", { class: "skeleton" })));
  const timer = setTimeout(skeleton, PATIENCE_MS);
  note.textContent = "";
  try {
    await (document.querySelector("[data-shows]").dataset.shows === "counts" ? showCounts() : showReports());
  } catch {
    list.replaceChildren();
    note.replaceChildren(
      t("state.failed", { what: t("thing.reports") }), " ",
      h("button", { type: "button", class: "quiet", click: load }, t("action.retry")),
    );
  } finally {
    clearTimeout(timer);
  }
}

load();
