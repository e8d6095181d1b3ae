// The heat layer: counts per grid, town or cell for what and when the state says, painted and explained.

import { latest } from "./api.js";
import { classOf, classify } from "./classes.js";
import { config } from "./config.js";
import { h } from "./dom.js";
import { period } from "./format.js";
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
    return h("button", { type: "button", class: "quiet", click: () => state.set({ from: "", to: "" }) }, t("legend.latest"));
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
      total: items.reduce((sum, item) => sum + item.count, 0),
      note: shown.note,
      nameOfItem,
      choose: (item) => goTo(unit, item),
      showOther: otherPeriod(),
    });
  }

  async function load() {
    const { heat, what, from, to } = state.get();
    if (heat === "off") {
      shown = null;
      legend.hidden = true;
      paint();
      return;
    }
    const body = await notices.watch("counts", () =>
      fetchLatest("/layers/counts", { unit: heat, ...whatParameters(what), from, to }),
    );
    if (!body) return;
    const items = body.items.filter((item) => item.count > 0);
    const classes = classify(items.map((item) => item.count), config.ramp);
    shown = { unit: heat, items, classes, from: body.period.from, to: body.period.to, cellMetres: body.cell_m };
    paint();
    explain();
  }

  return {
    load,
    period: () => (shown ? { from: shown.from, to: shown.to } : null),
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
