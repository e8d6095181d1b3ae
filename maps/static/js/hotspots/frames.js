// A month of the slider as a layer of its own, from the series loaded before: playing asks the server for nothing.

import { config } from "../config.js";
import { count } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figures.js";
import { classesAbove, classOf, countEnds, lowerEnds } from "./scales.js";

const MOST_ROWS = 20;

// What each unit's count is divided by, read off a rates layer: rate = count / exposure x per.
function rateOf(model) {
  const exposed = new Map(model.items.map((item) => [item.code, item.exposure]));
  const { per } = model.body.exposure;
  return (code, number) => {
    const amount = exposed.get(code);
    return amount > 0 ? (number / amount) * per : 0;
  };
}

// Returns frame(index): a model like those of the views, without popups.
export function createFrames(model, view, timeline) {
  const known = new Map(model.items.map((item) => [item.code, item]));
  const named = (code) => known.get(code) ?? { code };
  const rates = view === "rate" ? rateOf(model) : null;
  const valueOf = (place, step) => {
    const number = timeline.counts[place][step];
    if (view === "hotspots") return timeline.bins[place][step];
    return rates ? rates(timeline.codes[place], number) : number;
  };
  const everything = () => timeline.codes.flatMap((_, place) => timeline.steps.map((_step, step) => valueOf(place, step)));
  const classes = view === "hotspots"
    ? model.classes
    : classesAbove((rates ? lowerEnds : countEnds)(everything().filter((value) => value > 0)), config.ramp, { whole: !rates });
  const bins = view === "hotspots" ? new Map(model.body.bins.map((one) => [one.bin, one.colour])) : null;

  return (step) => {
    const items = timeline.codes
      .map((code, place) => ({ ...named(code), code, count: timeline.counts[place][step], value: valueOf(place, step) }))
      .filter((item) => item.value !== 0 || item.count > 0);
    const colourOf = (item) => (bins ? (item.value === 0 ? null : bins.get(item.value)) : classOf(classes, item.value)?.colour) ?? null;
    const rows = items.filter((item) => item.value > 0).sort((a, b) => b.value - a.value || b.count - a.count).slice(0, MOST_ROWS);
    return {
      ...model,
      body: { ...model.body, period: timeline.steps[step] },
      items,
      colourOf,
      classes: classes.map((one) => ({ ...one, units: items.filter((item) => colourOf(item) === one.colour).length })),
      total: timeline.totals[step],
      columns: rates ? model.columns : [t("legend.reports")],
      rows: rows.map((item) => ({ item, numbers: rates ? [figure(item.value), count(item.count)] : [count(item.count)] })),
      unitLine: rates ? model.unitLine.replace(t("hot.smoothed_word"), "") : model.unitLine,
    };
  };
}
