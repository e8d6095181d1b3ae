// The home of a signed-in actor: the latest reports they may see.

import { getJson } from "./api.js";
import { byId, h } from "./dom.js";
import { clockTime, dateTime } from "./format.js";
import { lightBadge, statusBadge } from "./report_view.js";
import { nameOf, t } from "./words.js";

const LATEST = 25;
const PATIENCE_MS = 300;
const list = byId("latest");
const note = byId("latest-note");

function row(report, nameOfCategory) {
  const href = `/map?report=${encodeURIComponent(report.id)}`;
  const grid = report.match?.grid;
  return h(
    "li",
    {},
    h("a", { href },
      h("span", { class: "row-head" }, statusBadge(report), lightBadge(report), h("time", { datetime: report.received_at }, dateTime(report.received_at))),
      h("span", { class: "row-words" }, report.description || t("report.no_words")),
      h("small", {}, [report.number, nameOfCategory(report.category), grid ? nameOf(grid) : t("match.outside")].join(" · ")),
    ),
  );
}

async function load() {
  const timer = setTimeout(() => list.replaceChildren(...Array.from({ length: 5 }, () => h("li", { class: "skeleton" }))), PATIENCE_MS);
  note.textContent = "";
  try {
    const [page, categories] = await Promise.all([getJson("/reports", { limit: LATEST }), getJson("/categories")]);
    const names = new Map(categories.items.map((category) => [category.code, nameOf(category)]));
    const nameOfCategory = (code) => names.get(code) ?? code ?? t("report.no_category");
    list.replaceChildren(...page.items.map((report) => row(report, nameOfCategory)));
    note.textContent = page.items.length ? t("home.as_of", { time: clockTime(new Date()) }) : t("home.empty");
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
