// Layers that test: hotspots, comparisons and emerging hotspots, with their classes as the server names them.

import { count } from "../../format.js";
import { t } from "../../words.js";
import { chance, figure, signed, small } from "../figures.js";
import { periodName, sentence } from "../names.js";
import { needsRows, yardstickOf } from "../question.js";

const MOST_ROWS = 20;
const STEPS = { month: 12, week: 26 };
const MOST_STEPS = 60;
const WEEK_MS = 7 * 86_400_000;

// The legend of the seven bins without the empty middle, which has no colour.
function binClasses({ bins, items }) {
  return bins.filter((one) => one.bin !== 0).map((one) => ({
    colour: one.colour,
    words: sentence(one.words),
    units: items.filter((item) => item.bin === one.bin).length,
  }));
}

function binColour({ bins }) {
  const colours = new Map(bins.map((one) => [one.bin, one.colour]));
  return (item) => (item.bin === 0 ? null : (colours.get(item.bin) ?? null));
}

function hotspotPopup(body) {
  const areaAt = new Map(body.areas.map((area) => [area.peak, area]));
  // The ranking tells an area's strongest window, which may be that of the unit next to where most reports are.
  const beside = (item) => {
    const area = areaAt.get(item.code);
    return area && area.count !== item.window_count ? t("hot.strongest_beside", { n: count(area.count), usual: figure(area.expected) }) : null;
  };
  return (item) => ({
    sentences: [
      item.words ? sentence(item.words) : t("hot.usual", { n: count(item.window_count), usual: figure(item.expected) }),
      beside(item),
      item.piled ? t("hot.piled") : null,
    ],
    facts: [
      [t("hot.own"), count(item.count)],
      [t("hot.window"), t("hot.window_value", { n: count(item.window_count), units: count(item.units) })],
      [t("hot.expected"), figure(item.expected)],
      [t("hot.by_chance"), item.p === null ? null : chance(item.p)],
      ["p", item.p === null ? null : small(item.p)],
      [t("hot.q", { n: count(body.method.units) }), item.q === null ? null : small(item.q)],
      ["z", item.z === null ? null : item.z.toFixed(2)],
    ],
  });
}

// What is no more than chance by one yardstick may be unusual by the other.
function otherYardstick({ against }) {
  const other = against === "map" ? "exposure" : "map";
  return { words: t("hot.look_against", { other: t(`hot.against_${other}`) }), changes: { against: other } };
}

export async function hotspots({ question, parameters, get }) {
  const body = await get("/layers/hotspots", { ...parameters, ...yardstickOf(question) });
  const byCode = new Map(body.items.map((item) => [item.code, item]));
  const areas = body.areas.filter((area) => byCode.has(area.peak));
  return {
    body,
    items: body.items,
    value: (item) => item.bin,
    colourOf: binColour(body),
    classes: binClasses(body),
    zero: true,
    zeroWords: t("hot.nothing_unusual"),
    unitLine: t(body.against === "map" ? "hot.line_hotspots" : "hot.line_hotspots_exposure"),
    total: body.method.n,
    columns: [t("hot.column_count"), t("hot.expected"), t("hot.column_chance")],
    rows: areas.map((area) => ({
      item: byCode.get(area.peak),
      rank: area.rank,
      sub: [area.places.slice(0, 2).map(sentence).join(t("list.comma")), t("hot.units", { n: count(area.codes.length) })].filter(Boolean).join(" · "),
      words: sentence(area.words),
      location: area.location,
      numbers: [count(area.count), figure(area.expected), chance(area.p)],
    })),
    noRows: t(body.against === "map" ? "hot.no_hotspots_map" : "hot.no_hotspots"),
    other: question.unit === "cell" ? null : otherYardstick(body),
    popup: hotspotPopup(body),
    backTest: body.against === "map" ? "hotspots" : "excess",
    picture: { path: "/layers/hotspots" },
  };
}

function comparePopup(body) {
  const names = [body.first, body.second].map((side) => periodName(side.days));
  return (item) => ({
    sentences: [item.words ? sentence(item.words) : t("hot.no_change", {
      first: count(item.first), second: count(item.second), usual: figure(item.expected), p: small(item.p), q: small(item.q),
    })],
    facts: [
      [names[0], count(item.first)],
      [names[1], count(item.second)],
      [t("hot.expected"), item.expected === null ? null : figure(item.expected)],
      [t("hot.difference"), item.difference === null ? null : signed(item.difference)],
      [t("hot.ratio"), item.ratio === null ? null : `${figure(item.ratio)} (95 %: ${figure(item.low)}–${item.high === null ? "∞" : figure(item.high)})`],
      [t("hot.by_chance"), item.p === null ? null : chance(item.p)],
      ["p", item.p === null ? null : small(item.p)],
      [t("hot.q", { n: count(body.method.units) }), item.q === null ? null : small(item.q)],
    ],
  });
}

// A difference that chance explains is drawn too, but pale: the legend has it between more and fewer.
function changeClasses(body) {
  const clear = binClasses(body);
  const unclear = body.unclear.map((one) => ({
    colour: one.colour,
    words: sentence(one.words),
    units: body.items.filter((item) => item.bin === 0 && Math.sign(item.difference) === one.bin).length,
  }));
  return [...clear.slice(0, 3), ...unclear, ...clear.slice(3)];
}

function changeColour(body) {
  const clear = binColour(body);
  const pale = new Map(body.unclear.map((one) => [one.bin, one.colour]));
  return (item) => clear(item) ?? pale.get(Math.sign(item.difference)) ?? null;
}

// Which two are compared: periods by their names (as far as anything is known of them), matters in one period by theirs.
function sidesWords({ first, second }) {
  const [before, after] = [first, second].map((side) => periodName(side.days));
  return before === after ? after : t("hot.against_period", { before, after });
}

function thanParameters({ than, than_from: from, than_to: to, than_what: what }) {
  if (than === "dates") return { base_from: from, base_to: to };
  if (than !== "what") return { base: than };
  return what.startsWith("tag:") ? { base_tag: what.slice(4) } : { base_category: what };
}

// What the classes of two maps hang on: all months where they are known, so that a colour means the same in each.
function sideCounts(body, question, timeline) {
  const known = timeline.plays && question.unit !== "cell" && question.than !== "what" && !question.windows && !needsRows(question);
  return known ? timeline.counts.flat() : body.items.flatMap((item) => [item.first, item.second]);
}

export async function compare({ question, parameters, timeline, get }) {
  const own = { test: question.test, windows: question.windows ? "true" : "" };
  const body = await get("/layers/compare", { ...parameters, ...thanParameters(question), ...own });
  const clear = body.items.filter((item) => item.bin !== 0);
  // Where nothing is clear, the largest differences are told as what they are: what chance does, too.
  const shown = clear.length ? clear : body.items.filter((item) => item.difference);
  shown.sort((a, b) => (clear.length ? a.q - b.q : 0) || Math.abs(b.difference) - Math.abs(a.difference) || a.code.localeCompare(b.code));
  return {
    body,
    items: body.items,
    value: (item) => item.bin,
    colourOf: changeColour(body),
    classes: changeClasses(body),
    zero: true,
    zeroWords: t("hot.no_clear_change"),
    unitLine: t("hot.line_compare"),
    when: sidesWords(body),
    found: clear.length,
    sideCounts: sideCounts(body, question, timeline),
    total: body.first.n + body.second.n,
    totalWords: t("hot.total_compare", { first: count(body.first.n), second: count(body.second.n) }),
    columns: [t("hot.column_first"), t("hot.column_second"), t("hot.ratio")],
    rows: shown.slice(0, MOST_ROWS).map((item) => ({
      item,
      // Rare taken alone, and yet among so many units one has to expect it.
      sub: item.bin === 0 ? t(item.p < 0.05 ? "hot.by_chance_among" : "hot.by_chance_too", { n: count(body.method.units) }) : null,
      words: sentence(item.words),
      numbers: [count(item.first), count(item.second), item.ratio === null ? "–" : `×${figure(item.ratio)}`],
    })),
    noRows: t("hot.no_changes"),
    popup: comparePopup(body),
    backTest: null,
    picture: { path: "/layers/compare" },
  };
}

// Twelve months or 26 weeks at least: what hotspots do shows only over time.
function stepsOf({ step }, { from, to }) {
  if (!from) return "";
  const months = (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1;
  const own = step === "month" ? months : Math.floor((new Date(to) - new Date(from)) / WEEK_MS);
  return Math.min(MOST_STEPS, Math.max(STEPS[step], own));
}

function emergingPopup(body, question) {
  const names = new Map(body.classes.map((one) => [one.code, sentence(one.words)]));
  const meaning = new Map(body.classes.map((one) => [one.code, sentence(one.definition)]));
  return (item) => ({
    sentences: [
      question.classes === "all" ? null : t(`hot.pattern_${item.simple}`),
      t("hot.in_detail", { name: names.get(item.pattern), meaning: meaning.get(item.pattern) }),
    ],
    facts: [
      [t("hot.pattern"), names.get(item.pattern)],
      [t("hot.hot_steps"), t("hot.of_steps", { n: count(item.hot_steps), all: count(body.steps.length) })],
      [t("hot.cold_steps"), item.cold_steps ? t("hot.of_steps", { n: count(item.cold_steps), all: count(body.steps.length) }) : null],
      [t("legend.reports"), count(item.count)],
      [t("hot.last_step"), count(item.last_count)],
      [t("hot.trend"), item.z === null ? null : t("hot.trend_value", { z: item.z.toFixed(2), p: small(item.p) })],
    ],
  });
}

// Seventeen classes are told apart by words; their colour is that of the simple class they belong to, cold ones grey.
function emergingClasses(body, detail) {
  const simple = new Map(body.simple_classes.map((one) => [one.code, one]));
  if (!detail) return body.simple_classes.filter((one) => one.code !== 0).map((one) => ({ ...one, words: sentence(one.words) }));
  const colourOf = (code) => simple.get(body.items.find((item) => item.pattern === code)?.simple)?.colour;
  return body.classes
    .filter((one) => one.code !== 0 && one.units > 0)
    .map((one) => ({ ...one, words: sentence(one.words), colour: colourOf(one.code) ?? "#8c959f" }));
}

export async function emerging({ question, parameters, get, shownDays }) {
  const { cause, source, repeat, cell_m, bbox, ...known } = parameters;
  const steps = stepsOf(question, shownDays());
  const body = await get("/layers/emerging", { ...known, ...shownDays(), ...yardstickOf(question), step: question.step, steps });
  const detail = question.classes === "all";
  const classes = emergingClasses(body, detail);
  const key = (item) => (detail ? item.pattern : item.simple);
  const colours = new Map(classes.map((one) => [one.code, one.colour]));
  // One row a place: of units of one pattern that touch each other the strongest.
  const areaOf = new Map(body.areas.flatMap((codes, area) => codes.map((code) => [code, area])));
  const placeOf = (item) => `${areaOf.get(item.code) ?? item.code}/${key(item)}`;
  const places = new Map();
  const strongest = body.items.filter((item) => key(item) > 0);
  strongest.sort((a, b) => key(a) - key(b) || b.hot_steps - a.hot_steps || b.count - a.count);
  for (const item of strongest) places.set(placeOf(item), [...(places.get(placeOf(item)) ?? []), item]);
  const names = new Map(classes.map((one) => [one.code, one.words]));
  return {
    body,
    items: body.items,
    value: key,
    found: body.items.filter((item) => item.simple > 0).length,
    colourOf: (item) => colours.get(key(item)) ?? null,
    classes,
    zero: true,
    zeroWords: t("hot.no_pattern"),
    unitLine: t(question.step === "month" ? "hot.line_months" : "hot.line_weeks", { n: count(body.steps.length) }),
    span: { from: body.steps[0]?.from, to: body.steps.at(-1)?.to },
    total: body.method.n,
    columns: [t("hot.pattern"), t("hot.hot_steps"), t("legend.reports")],
    rows: [...places.values()].slice(0, MOST_ROWS).map(([item, ...others], index) => ({
      item,
      rank: index + 1,
      marked: true,
      sub: t("hot.units", { n: count(others.length + 1) }),
      numbers: [names.get(key(item)), `${count(item.hot_steps)}/${count(body.steps.length)}`, count(item.count)],
    })),
    noRows: t("hot.no_emerging"),
    popup: emergingPopup(body, question),
    backTest: null,
    picture: { path: "/layers/emerging" },
  };
}
