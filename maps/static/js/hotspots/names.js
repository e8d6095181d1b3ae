// Names of units, periods and choices in the words of the page.

import { period } from "../format.js";
import { named, nameOf, t } from "../words.js";
import { monthName, wholeMonth } from "./figures.js";

export function periodName({ from, to }) {
  if (!from && !to) return t("hot.never");
  const month = wholeMonth(from, to);
  return month ? monthName(from) : period(from, to);
}

export function unitWords(unit, cellM) {
  return unit === "cell" ? t("unit.cell", { m: cellM }) : t(`unit.${unit}`);
}

// A cell has no name of its own: it is called after the town and the grid that its middle lies in.
export function unitName(item, cellM, townName) {
  if (item.name) return nameOf(item);
  const town = townName?.(item.polygon);
  const cell = t("unit.cell", { m: cellM });
  return town ? t("hot.cell_in", { town: nameOf(town), cell }) : cell;
}

export function sentence(words) {
  return words?.[document.documentElement.lang.startsWith("zh") ? "zh" : "en"] ?? "";
}

export function createWhatWords(categories) {
  const name = (code) => {
    const found = categories.find((category) => category.code === code);
    return found ? nameOf(found) : code;
  };
  return (what) => {
    if (!what) return t("what.all");
    if (!what.startsWith("tag:")) return name(what);
    const words = named("tag", what.slice(4));
    return words === what.slice(4) ? name(words) : words;
  };
}

// "2022-07-31" -> July of 2022, as the bulletin is called.
export function monthOf({ to }) {
  return monthName(`${to.slice(0, 7)}-01`);
}
