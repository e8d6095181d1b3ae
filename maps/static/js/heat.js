// The heat layer: counts per grid, town or cell for what and when the state says, painted and explained.

import { latest } from "./api.js";
import { classOf, classify } from "./classes.js";
import { config } from "./config.js";
import { h } from "./dom.js";
import { period } from "./format.js";
import { latestCounts } from "./heat_period.js";
import { renderLegend } from "./legend.js";
import { nameOf, t } from "./words.js";

// The parameters a choice of "what" means for every list and layer.
export function whatParameters(what) {
  return what.startsWith("tag:") ? { tag: what.slice(4) } : { category: what };
}

export function createHeat({ state, colours, grids, towns, cells, notices, legend, whatWords, goTo }) {
  const fetchLatest = latest();
  let shown = null; // {unit, items, classes, period}

  function nameOfItem(item) {
    const source = shown.unit === "grid" ? grids : towns;
    const feature = shown.unit === "cell" ? null : source.find(item.code);
    return feature ? nameOf(feature.properties) : t("legend.cell", { code: item.code });
  }

  function paint() {
    colours.grid.clear();
    colours.town.clear();
    const { unit, items, classes } = shown ?? { unit: "off", items: [], classes: [] };
    const colourOf = (value) => classOf(classes, value)?.colour ?? null;
    if (unit === "grid" || unit === "town") {
      for (const item of items) colours[unit].set(item.code, colourOf(item.count));
    }
    cells.set(unit === "cell" ? items : [], colourOf);
    grids.repaint();
    towns.repaint();
  }

  function otherPeriod() {
    const { from, to } = state.get();
    if (!from && !to) return "";
    return h("button", { type: "button", class: "quiet", click: () => state.set({ period: "latest", from: "", to: "" }) }, t("legend.latest"));
  }

  function explain() {
    const { unit, items, classes } = shown;
    const unitWords = unit === "cell" ? t("unit.cell", { m: shown.cellMetres }) : t(`unit.${unit}`);
    renderLegend(legend, {
      title: whatWords(state.get().what),
      unitWords,
      periodWords: period(shown.from, shown.to),
      classes,
      items,
      total: shown.total,
      notes: shown.notes,
      nameOfItem,
      choose: (item) => goTo(unit, item),
      showOther: otherPeriod(),
    });
  }

  // Without dates the view opens on the latest month that has data.
  async function ask(unit, wanted) {
    const { period: kind, from, to } = state.get();
    if (from || to || kind === "all") return fetchLatest("/layers/counts", { ...wanted, unit, from, to });
    return latestCounts(fetchLatest, unit, wanted);
  }

  function notes(body) {
    return [
      body.period.whole_months ? t("legend.whole_months") : null,
      body.suppressed ? t("legend.suppressed", { n: body.suppressed }) : null,
      body.without_sensitive ? t("legend.without_sensitive") : null,
    ].filter(Boolean);
  }

  async function load() {
    const { heat, what } = state.get();
    if (heat === "off") {
      shown = null;
      legend.hidden = true;
      paint();
      return;
    }
    const body = await notices.watch("counts", () => ask(heat, whatParameters(what)));
    if (!body) return;
    const items = body.items.filter((item) => item.count > 0);
    const classes = classify(items.map((item) => item.count), config.ramp);
    shown = {
      unit: heat, items, classes, total: body.total, notes: notes(body),
      from: body.period.from, to: body.period.to, cellMetres: body.cell_m,
    };
    paint();
    explain();
  }

  return {
    load,
    period: () => (shown ? { from: shown.from, to: shown.to } : null),
    // Reports of a grid in the period shown; null when the heat shown is not by grid.
    inPeriod(code) {
      if (shown?.unit !== "grid") return null;
      const found = shown.items.find((item) => item.code === code);
      return { period: period(shown.from, shown.to), count: found?.count ?? 0 };
    },
    // What the pointer is over, in words; null where there is nothing to say.
    reading(lonLat) {
      if (shown?.unit === "cell") {
        const cell = cells.at(lonLat);
        return cell ? t("legend.reading", { name: t("unit.cell", { m: shown.cellMetres }), n: cell.count }) : null;
      }
      const grid = grids.at(lonLat);
      const over = shown?.unit === "town" ? towns.at(lonLat) : grid;
      if (!over) return null;
      const code = over.properties.code;
      const value = shown ? (shown.items.find((item) => item.code === code)?.count ?? 0) : null;
      const name = nameOf(over.properties);
      return value === null ? name : t("legend.reading", { name, n: value });
    },
  };
}
