// Counts of each unit, and what they mean per resident, household or square kilometre.

import { NOT_TOLD } from "../../classes.js";
import { config } from "../../config.js";
import { count } from "../../format.js";
import { t } from "../../words.js";
import { figure, wholeMonth } from "../figures.js";
import { inSeries } from "../frames.js";
import { classesAbove, classOf, countEnds, lowerEnds } from "../scales.js";

const MOST_ROWS = 20;

function told(items) {
  return items.filter((item) => item.count !== null);
}

// What the classes of a month hang on: the layer of the month with most reports, so that a colour means the same
// number in every month. Other periods have classes of their own.
async function yardstick(body, { question, parameters, busiest, get }) {
  const { from, to } = body.period;
  if (!busiest || !wholeMonth(from, to) || busiest.from === from) return body;
  return load({ question, parameters: { ...parameters, from: busiest.from, to: busiest.to }, get });
}

async function countClassEnds(body, context) {
  const { timeline } = context;
  const whole = timeline.plays && wholeMonth(body.period.from, body.period.to);
  if (whole && inSeries(context.question)) return countEnds(timeline.counts.flat().filter((value) => value > 0));
  return countEnds(told((await yardstick(body, context)).items).map((item) => item.count).filter((value) => value > 0));
}

function rateUnit({ exposure }) {
  const per = exposure.per === 1 ? "" : `${count(exposure.per)} `;
  const unit = config.language === "zh" ? exposure.unit : exposure.unit_en;
  return t("hot.per", { n: `${per}${unit}` });
}

function popup(body) {
  const unit = rateUnit(body);
  return (item) => {
    if (item.count === null) return { open: true, sentences: [t("hot.not_told")], facts: [] };
    const words = item.ratio === null || body.mean === null
      ? t("hot.count_words", { n: count(item.count) })
      : t("hot.rate_words", { n: count(item.count), rate: figure(item.rate), unit, mean: figure(body.mean), ratio: figure(item.ratio) });
    return {
      open: true,
      sentences: [words],
      facts: [
        [t("hot.rate_raw"), item.rate === null ? null : `${figure(item.rate)} ${unit}`],
        [t("hot.rate_smoothed"), item.smoothed === null ? null : `${figure(item.smoothed)} ${unit}`],
        [t("hot.rate_km2"), figure(item.per_km2)],
      ],
    };
  };
}

function rowsOf(items, value, words) {
  const shown = items.filter((item) => value(item) > 0 && item.count > 0);
  shown.sort((a, b) => value(b) - value(a) || b.count - a.count || a.code.localeCompare(b.code));
  return shown.slice(0, MOST_ROWS).map((item) => ({ item, numbers: words(item) }));
}

// What the page tells of a unit; Chinese names stand in where English ones are missing, never the other way round.
const ONLY = `name,${config.language === "en" ? "name_en," : ""}count,rate,per_km2,smoothed,ratio`;

async function load({ question, parameters, get }) {
  const exposure = question.view === "rate" ? question.exposure : "";
  const only = parameters.unit === "cell" ? "" : ONLY;
  return get("/layers/rates", { ...parameters, exposure, only });
}

function model(body, { classes, value, zero, columns, rows, unitLine, layer }) {
  const hidden = body.items.filter((item) => item.count === null).length;
  return {
    body,
    items: body.items,
    value,
    colourOf: (item) => (item.count === null ? NOT_TOLD : (classOf(classes, value(item))?.colour ?? null)),
    classes: classes.map((one) => ({
      ...one,
      units: body.items.filter((item) => item.count !== null && classOf(classes, value(item)) === one).length,
    })),
    notTold: hidden,
    zero,
    unitLine,
    total: body.method.n,
    totalWords: hidden ? t("hot.total_told", { n: count(body.method.n), hidden: count(hidden) }) : undefined,
    noRows: hidden ? t(body.unit === "grid" ? "hot.not_told_grids" : "hot.not_told") : undefined,
    columns,
    rows,
    popup: popup(body),
    backTest: layer,
    picture: { path: "/layers/rates", show: layer === "counts" ? "count" : "rate" },
  };
}

export async function counts(context) {
  const body = await load(context);
  const classes = classesAbove(await countClassEnds(body, context), config.ramp, { whole: true });
  const rows = rowsOf(body.items, (item) => item.count, (item) => [count(item.count)]);
  return model(body, {
    classes, rows, layer: "counts", zero: true,
    value: (item) => item.count,
    columns: [t("legend.reports")],
    unitLine: t("hot.line_counts", { unit: context.unitWords(body) }),
  });
}

// The number a rate view paints. Nothing that mixes suppressed counts into told ones is smoothed: then the raw rate
// is all there is. Smoothing pulls every unit towards the county's mean: what is not above it says nothing.
function painted(body, measure) {
  const smooth = measure === "smoothed" && body.items.some((item) => item.smoothed !== null);
  const own = (item) => (smooth ? item.smoothed : item.rate) ?? 0;
  const start = smooth ? body.mean : 0;
  return { smooth, own, start, value: (item) => (own(item) > start ? own(item) : 0) };
}

async function rateClasses(body, context) {
  const reference = await yardstick(body, context);
  const { start, value } = painted(reference, context.question.measure);
  const [, ...steps] = lowerEnds(told(reference.items).map(value), start);
  return classesAbove([0, ...steps], config.ramp);
}

export async function rate(context) {
  const body = await load(context);
  const { smooth, own, start, value } = painted(body, context.question.measure);
  const classes = await rateClasses(body, context);
  const rows = rowsOf(body.items, value, (item) => [figure(own(item)), count(item.count)]);
  const unit = rateUnit(body);
  return {
    ...model(body, {
      classes, rows, value, layer: smooth ? "smoothed" : "rate", zero: true,
      columns: [unit, t("legend.reports")],
      unitLine: t(smooth ? "hot.line_smoothed" : "hot.line_rate", { unit }),
    }),
    // A picture has no other word for what is not painted than where its first class begins.
    pictureEnds: [start, ...classes.slice(1).map((one) => one.from).filter((from) => from > start)],
    noRows: smooth && body.method.n > 0 ? t("hot.all_as_the_county") : undefined,
    zeroWords: smooth ? t("hot.up_to_mean", { mean: figure(start) }) : "0",
  };
}
