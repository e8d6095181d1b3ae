// A month of the slider as a layer of its own, from the series loaded before: playing asks the server for nothing.

import { config } from "../config.js";
import { count } from "../format.js";
import { t } from "../words.js";
import { needsRows } from "./question.js";
import { classesAbove, classOf, countEnds } from "./scales.js";

const MOST_ROWS = 20;

// Whether the series holds what the view shows: counts and bins of areas, of a matter as a whole.
export function inSeries(question) {
  return ["counts", "hotspots"].includes(question.view) && question.unit !== "cell" && !needsRows(question);
}

// Returns frame(index): a model like those of the views, without popups.
export function createFrames(model, view, timeline) {
  const known = new Map(model.items.map((item) => [item.code, item]));
  const named = (code) => known.get(code) ?? { code };
  const valueOf = (place, step) => (view === "hotspots" ? timeline.bins : timeline.counts)[place][step];
  const classes = view === "hotspots"
    ? model.classes
    : classesAbove(countEnds(timeline.counts.flat().filter((value) => value > 0)), config.ramp, { whole: true });
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
      columns: [t("legend.reports")],
      rows: rows.map((item) => ({ item, numbers: [count(item.count)] })),
    };
  };
}
