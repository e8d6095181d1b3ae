// Would this map have helped: made of the period before, judged by what came after.

import { h } from "../dom.js";
import { count } from "../format.js";
import { nameOf, t } from "../words.js";
import { figure, percent } from "./figures.js";
import { periodName } from "./names.js";

function line(one, plain) {
  return h("tr", {},
    h("th", { scope: "row" }, t("hot.area_share", { share: percent(one.share) })),
    h("td", { class: "number" }, `${percent(one.hit_rate)} `, h("small", {}, `${count(one.hit)}/${count(one.events)}`)),
    h("td", { class: "number" }, figure(one.pai)),
    h("td", { class: "number" }, figure(one.pei)),
    h("td", { class: "number" }, percent(plain.hit_rate)));
}

// Said first, in words: whether the layer did better than last period's counts at 5 % of the area.
function verdict({ lines, plain }) {
  const [own, simple] = [lines[1], plain[1]];
  const parts = { share: percent(own.share), hit: percent(own.hit_rate), plain: percent(simple.hit_rate), times: figure(own.pai) };
  if (own.hit > simple.hit) return t("hot.better", parts);
  return t(own.hit === simple.hit ? "hot.as_good" : "hot.worse", parts);
}

function layerWords({ layer, exposure }) {
  const words = t(`hot.trained_${layer}`);
  return exposure ? t("hot.trained_by", { layer: words, exposure: nameOf(exposure) }) : words;
}

export function renderBackTest(element, test) {
  const heads = ["hot.of_area", "hot.hit_rate", "PAI", "PEI", "hot.plain_hit_rate"].map((key) => (key.includes(".") ? t(key) : key));
  element.replaceChildren(
    h("p", {}, t("hot.trained", { train: periodName(test.train), test: periodName(test.test), layer: layerWords(test) })),
    h("p", { class: "verdict" }, verdict(test)),
    h("table", {},
      h("thead", {}, h("tr", {}, heads.map((words, index) => h("th", { scope: "col", class: index ? "number" : null }, words)))),
      h("tbody", {}, test.lines.map((one, index) => line(one, test.plain[index])))),
    h("p", { class: "muted" }, t("hot.back_test_words")),
  );
}

export function renderNoBackTest(element, words) {
  element.replaceChildren(h("p", { class: "empty" }, words));
}
