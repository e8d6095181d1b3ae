// Counts of each unit, and what they mean per resident, household or square kilometre.

import { NOT_TOLD } from "../../classes.js";
import { config } from "../../config.js";
import { count } from "../../format.js";
import { t } from "../../words.js";
import { figure, wholeMonth } from "../figures.js";
import { classesAbove, classOf, countEnds, lowerEnds } from "../scales.js";

const MOST_ROWS = 20;

function ends({ items, period }, timeline, unit) {
  const own = items.map((item) => item.count).filter((value) => value > 0);
  if (!timeline.plays || unit === "cell" || !wholeMonth(period.from, period.to)) return countEnds(own);
  return countEnds(timeline.counts.flat().filter((value) => value > 0));
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

async function load({ question, parameters, get }) {
  const exposure = question.view === "rate" ? question.exposure : "";
  return get("/layers/rates", { ...parameters, exposure });
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
    noRows: hidden ? t("hot.not_told") : undefined,
    columns,
    rows,
    popup: popup(body),
    backTest: layer,
    picture: { path: "/layers/rates", show: layer === "smoothed" ? "rate" : "count" },
  };
}

export async function counts(context) {
  const body = await load(context);
  const classes = classesAbove(ends(body, context.timeline, body.unit), config.ramp, { whole: true });
  const rows = rowsOf(body.items, (item) => item.count, (item) => [count(item.count)]);
  return model(body, {
    classes, rows, layer: "counts", zero: true,
    value: (item) => item.count,
    columns: [t("legend.reports")],
    unitLine: t("hot.line_counts", { unit: context.unitWords(body) }),
  });
}

export async function rate(context) {
  const body = await load(context);
  // Nothing that mixes suppressed counts into told numbers is smoothed: then the raw rate is all there is.
  const smooth = context.question.measure === "smoothed" && body.items.some((item) => item.smoothed !== null);
  const own = (item) => (smooth ? item.smoothed : item.rate) ?? 0;
  // Smoothing pulls every unit towards the county's mean: what is not above it says nothing and gets no colour.
  const start = smooth ? body.mean : 0;
  const value = (item) => (own(item) > start ? own(item) : 0);
  const classes = classesAbove(lowerEnds(body.items.filter((item) => item.count !== null).map(value), start), config.ramp);
  const rows = rowsOf(body.items, value, (item) => [figure(own(item)), count(item.count)]);
  const unit = rateUnit(body);
  return {
    ...model(body, {
      classes, rows, value, layer: "smoothed", zero: true,
      columns: [unit, t("legend.reports")],
      unitLine: t(smooth ? "hot.line_smoothed" : "hot.line_rate", { unit }),
    }),
    zeroWords: smooth ? t("hot.up_to_mean", { mean: figure(start) }) : "0",
  };
}
