// From the question to the layer that answers it: the days meant, the parameters, the view's own request.

import { ApiError, fetched, getJson } from "../api.js";
import { failureWords } from "../failure.js";
import { date } from "../format.js";
import { t } from "../words.js";
import { monthEnd } from "./figures.js";
import { choiceOf, yardstickOf } from "./question.js";
import { unitWords } from "./names.js";

// Each view's module is fetched when it is first looked at; it has a function of the view's name.
const [rates, tests] = [() => import("./views/rates.js"), () => import("./views/tests.js")];
const VIEWS = {
  counts: rates, rate: rates, density: () => import("./views/density.js"), hotspots: tests, compare: tests, emerging: tests,
  scan: () => import("./views/scan.js"),
};
export const MOST_MONTHS = 60;

// Reasons of refusals that a planner can meet, told by a piece of the API's own sentence.
const REASONS = [
  ["one of the two periods", "hot.why_empty_side"],
  ["no report of this choice", "hot.why_none"],
  ["gives more than", "hot.why_cells"],
  ["is sensitive", "hot.why_sensitive"],
  ["sensitive categories", "hot.why_sensitive"],
  ["are compared by area", "hot.why_cell_area"],
  ["lies before", "hot.why_backwards"],
  ["give both ends", "hot.why_both_ends"],
  ["overlap", "hot.why_overlap"],
  ["crosses itself", "hot.why_crossing"],
  ["wholly inside", "hot.why_control"],
  ["nothing to scan", "hot.why_none"],
  ["lies in the future", "hot.why_future"],
];

const REACH = /data exist from (\S+) to (\d{4}-\d\d-\d\d)/;

// Why the API refused or was not reached, in the words of the page.
export function reasonOf(error) {
  if (error.status !== 422) return failureWords(error);
  const [, first, last] = REACH.exec(error.message) ?? [];
  if (first) return t("hot.why_no_data", { first: date(first), last: date(last) });
  const known = REASONS.find(([piece]) => error.message.includes(piece));
  return known ? t(known[1]) : error.message;
}

export async function ask(path, parameters, signal) {
  try {
    return await getJson(path, parameters, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) error.message = reasonOf(error);
    throw error;
  }
}

// The days a preset means: a month that has just begun shows next to nothing, so the latest whole one comes first.
function preset(period, { steps, totals, full }) {
  const months = steps.filter((_, index) => totals[index] > 0).map((step) => step.from);
  const last = period === "full" || period === "year" ? full : months.at(-1);
  if (!last) return {};
  const first = { year: `${last.slice(0, 4)}-01-01`, all: months[0] }[period] ?? last;
  return { from: first, to: monthEnd(last) };
}

// The days the question means; {} where there never was a report.
export function daysOf({ from, to, period }, timeline) {
  return from && to ? { from, to } : preset(period, timeline);
}

export function parametersOf(question, timeline) {
  const { unit, cell } = question;
  return { ...choiceOf(question), ...daysOf(question, timeline), unit, cell_m: unit === "cell" ? cell : "" };
}

// Months by unit, for the slider. Of a sensitive matter only which month is the latest: it is told month by month.
export async function loadTimeline(question, sensitive, signal) {
  const { category, tag } = choiceOf({ ...question, cause: "", source: "", repeat: false });
  if (sensitive) {
    const { period, latest_month: latest } = await ask("/layers/counts", { category, unit: "town", period: "full" }, signal);
    return { steps: latest ? [{ from: latest }] : [], totals: [1], full: period.from, plays: false };
  }
  try {
    const unit = question.unit === "cell" ? "grid" : question.unit;
    const months = { unit, steps: MOST_MONTHS, ...(question.view === "hotspots" ? yardstickOf(question) : { bins: "false" }) };
    const series = await ask("/layers/series", { category, tag, ...months }, signal);
    return { ...series, full: series.full_month, plays: true };
  } catch (error) {
    // There never was a report of the choice: no months, but an answer that says so.
    if (error instanceof ApiError && error.status === 422) return { steps: [], totals: [], full: null, plays: false };
    throw error;
  }
}

// What has months of its own to play: an emerging hotspot is told from all of them, a scan takes its time.
export function canPlay(question, timeline) {
  return timeline.plays && !["emerging", "scan"].includes(question.view);
}

// The month with most reports: what classes hang on that have to hold for all months.
function busiestMonth({ steps, totals, plays }) {
  return plays ? steps[totals.indexOf(Math.max(...totals))] : null;
}

// The layer and what it was asked for, which is what its files and pictures are asked for.
export async function loadAnswer(question, timeline, signal) {
  const parameters = parametersOf(question, timeline);
  const asked = new Map();
  const view = await fetched(VIEWS[question.view]);
  const layer = await view[question.view]({
    question,
    parameters,
    timeline,
    busiest: busiestMonth(timeline),
    unitWords: ({ unit, cell_m: cellM }) => unitWords(unit, cellM),
    get(path, query) {
      // Asked again on the same path is for another month, which classes hang on.
      if (!asked.has(path)) asked.set(path, query);
      return ask(path, query, signal);
    },
    shownDays: () => daysOf(question, timeline),
  });
  return { ...layer, parameters: asked.get(layer.picture?.path) };
}

// Whether the months before a period of whole months have no report: then there is nothing a map could be made of.
export function nothingBefore(timeline, from, to) {
  if (!timeline.plays || !from.endsWith("-01") || to !== monthEnd(to)) return false;
  const [first, last] = [from, `${to.slice(0, 7)}-01`].map((day) => timeline.steps.findIndex((step) => step.from === day));
  // What begins before the slider does has nothing before it that anybody could see.
  if (from < timeline.steps[0].from) return true;
  if (first < 0 || last < 0) return false;
  const before = timeline.totals.slice(Math.max(0, first - (last - first + 1)), first);
  return before.every((total) => total === 0);
}

// How many of the reports come back, and how many people speak up; asked for when the methods are opened.
export async function furtherNumbers(question, period, sensitive) {
  const { cause, repeat, ...choice } = choiceOf(question);
  const { from, to } = period ?? {};
  if (sensitive || !from) return { repeats: null, reporting: null };
  const [again, reporting] = await Promise.all([
    ask("/layers/rates", { ...choice, cause, from, to, unit: "town", repeat: "true" }),
    ask("/layers/reporting", { ...choice, cause, repeat, from, to }),
  ]);
  return { repeats: again.method.n, reporting };
}
