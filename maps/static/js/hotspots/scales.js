// Class breaks of the page: few, round, and hanging on the choice, never on the view.

import { lowerBounds } from "../classes.js";
import { t } from "../words.js";
import { count } from "../format.js";
import { figure } from "./figures.js";

const STEPS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
const MOST_CLASSES = 6;

function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const found = STEPS.find((step) => step * power >= value * (1 - 1e-9));
  return Number((found === undefined ? 10 * power : found * power).toPrecision(3));
}

// Head/tail breaks (Jiang 2013) at round numbers, for rates: each class above the first holds what lies above the
// mean of the one before. `start`: what has no colour, for example the county's own rate.
export function lowerEnds(values, start = 0) {
  let head = values.filter((value) => value > start);
  if (head.length === 0) return [];
  const ends = [start];
  while (ends.length < MOST_CLASSES) {
    const mean = head.reduce((sum, value) => sum + value, 0) / head.length;
    const next = roundUp(mean);
    const above = head.filter((value) => value >= next);
    if (next <= ends.at(-1) || above.length === 0 || above.length === head.length) break;
    head = above;
    ends.push(next);
  }
  return ends;
}

function rangeWords(from, to, whole) {
  if (to === null) return t("legend.from", { from: whole ? count(from) : figure(from) });
  if (!whole) return from === 0 ? t("hot.below", { to: figure(to) }) : t("legend.range", { from: figure(from), to: figure(to) });
  return from === to - 1 ? count(from) : t("legend.range", { from: count(from), to: count(to - 1) });
}

// Classes {from, to (excluded, null: open), colour, words} above lower ends.
export function classesAbove(ends, ramp, { whole = false } = {}) {
  return ends.map((from, index) => {
    const to = index + 1 === ends.length ? null : ends[index + 1];
    return { from, to, colour: ramp[index], words: rangeWords(from, to, whole) };
  });
}

export function classOf(classes, value) {
  if (value === null || value <= 0) return null;
  return classes.findLast((one) => value >= one.from) ?? null;
}

// Counts: the same classes for every month of a choice (the counts of all units in all months), so that a colour
// means the same number wherever the slider stands.
export function countEnds(counts) {
  return lowerBounds(counts, MOST_CLASSES);
}
