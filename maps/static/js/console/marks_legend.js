// What the marks mean: a shape for each group of categories, a ring for each light, a number for a pile.

import { h } from "../dom.js";
import { mark } from "../layers/marks.js";
import { nameOf, t } from "../words.js";

function row(picture, words) {
  return h("li", {}, picture, h("span", {}, words));
}

export function drawMarksLegend(element, categories, shapeOf) {
  const groups = categories.filter((category) => !category.parent_code);
  const neutral = { hue: "#57606a", path: "M12 9a3 3 0 1 1 0 6a3 3 0 1 1 0-6z" };
  element.querySelector("[data-shapes]").replaceChildren(h("ul", {}, groups.map((group) => row(mark(shapeOf(group.code), null), nameOf(group)))));
  element.querySelector("[data-rings]").replaceChildren(
    h("h3", {}, t("marks.rings")),
    h("ul", {}, ["green", "yellow", "red"].map((light) => row(mark(neutral, light), t(`light.${light}`)))),
    h("p", { class: "muted" }, t("marks.pile")),
  );
}
