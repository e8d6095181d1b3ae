// The legend of the heat layer: what, per what, when, class breaks with the number of units in each, and a table.

import { classOf, HEAT_OPACITY, NOT_TOLD } from "./classes.js";
import { h } from "./dom.js";
import { count } from "./format.js";
import { t } from "./words.js";

const MOST_ROWS = 20;

function rangeWords({ from, to }) {
  if (to === null) return t("legend.from", { from: count(from) });
  return from === to ? count(from) : t("legend.range", { from: count(from), to: count(to) });
}

function swatch(colour) {
  const box = h("span", { class: "swatch" });
  box.style.opacity = HEAT_OPACITY;
  // Through the style object: the policy forbids style attributes.
  box.style.backgroundColor = colour;
  return box;
}

function classRow(one, items, classes) {
  const units = items.filter((item) => classOf(classes, item.count) === one).length;
  return h(
    "li",
    {},
    swatch(one.colour),
    h("span", { class: "range" }, rangeWords(one)),
    h("span", { class: "units" }, t("legend.units", { n: count(units) })),
  );
}

function plainRow(colour, range, units) {
  const box = colour ? swatch(colour) : h("span", { class: "swatch zero" });
  return h("li", {}, box, h("span", { class: "range" }, range), h("span", { class: "units" }, units));
}

function table(items, unitWords, nameOfItem, choose) {
  const rows = [...items].sort((a, b) => b.count - a.count || String(a.code).localeCompare(String(b.code)));
  return h(
    "details",
    { class: "ranking" },
    h("summary", {}, t("legend.table", { n: Math.min(MOST_ROWS, rows.length) })),
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, h("th", {}, unitWords), h("th", { class: "number" }, t("legend.reports")))),
      h(
        "tbody",
        {},
        rows.slice(0, MOST_ROWS).map((item) =>
          h(
            "tr",
            {},
            h("td", {}, h("button", { type: "button", class: "link", click: () => choose(item) }, nameOfItem(item))),
            h("td", { class: "number" }, count(item.count)),
          ),
        ),
      ),
    ),
  );
}

// view: {title, unitWords, periodWords, classes, items, hidden, totalWords, notes, nameOfItem, choose, showOther}
export function renderLegend(element, view) {
  element.hidden = false;
  const body = element.querySelector("[data-legend]");
  const heading = [
    h("strong", {}, view.title),
    h("span", {}, t("legend.per", { unit: view.unitWords })),
    h("span", { class: "period" }, view.periodWords),
  ];
  if (view.items.length === 0 && view.hidden === 0) {
    body.replaceChildren(
      h("p", { class: "legend-head" }, heading),
      h("p", { class: "empty" }, t("legend.empty")),
      view.showOther,
    );
    return;
  }
  const classes = view.classes.map((one) => classRow(one, view.items, view.classes));
  body.replaceChildren(
    h("p", { class: "legend-head" }, heading),
    h(
      "ul",
      { class: "classes" },
      classes,
      // Where few are not told, none is not told either.
      view.hidden
        ? plainRow(NOT_TOLD, t("legend.hidden"), t("legend.units", { n: count(view.hidden) }))
        : plainRow(null, "0", t("legend.zero")),
    ),
    h("p", { class: "total" }, view.totalWords, view.notes.map((note) => h("small", {}, note))),
    view.items.length ? table(view.items, view.unitWords, view.nameOfItem, view.choose) : "",
  );
}
