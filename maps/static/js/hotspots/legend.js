// The legend: what, per what, when; classes with units of measure and how many units each holds; zero has no colour.

import { HEAT_OPACITY, NOT_TOLD } from "../classes.js";
import { h } from "../dom.js";
import { count } from "../format.js";
import { t } from "../words.js";
import { periodName } from "./names.js";

export function swatch(colour) {
  if (!colour) return h("span", { class: "swatch zero" });
  const box = h("span", { class: "swatch" });
  // Through the style object: the policy forbids style attributes.
  box.style.backgroundColor = colour;
  box.style.opacity = HEAT_OPACITY;
  return box;
}

function row(colour, words, units) {
  const number = units === undefined ? "" : t("legend.units", { n: count(units) });
  return h("li", {}, swatch(colour), h("span", { class: "range" }, words), h("span", { class: "units" }, number));
}

// view: a layer's model; title: the choice in words.
export function renderLegend(element, title, model) {
  const { classes, notTold, zero, zeroWords, unitLine, total, totalWords, when, body } = model;
  element.hidden = false;
  element.querySelector("[data-legend]").replaceChildren(
    h("p", { class: "legend-head" },
      h("strong", {}, title),
      h("span", {}, unitLine),
      body.period ? h("span", { class: "period" }, when ?? periodName(body.period)) : null,
    ),
    h("ul", { class: "classes" },
      classes.map((one) => row(one.colour, one.words, one.units)),
      notTold ? row(NOT_TOLD, t("legend.hidden"), notTold) : null,
      zero && !notTold ? h("li", {}, swatch(null), h("span", { class: "range" }, zeroWords ?? "0"), h("span", { class: "units" }, t("legend.zero"))) : null,
    ),
    h("p", { class: "total" }, totalWords ?? t("legend.total", { n: count(total) })),
  );
}
