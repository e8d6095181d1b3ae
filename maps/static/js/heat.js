// The heat layer: counts per grid, town or cell for what and when the state says, painted and explained.

import { latest } from "./api.js";
import { classOf, classify, NOT_TOLD } from "./classes.js";
import { config } from "./config.js";
import { h } from "./dom.js";
import { count, period } from "./format.js";
import { renderLegend } from "./legend.js";
import { bboxOf } from "./lonlat.js";
import { nameOf, t } from "./words.js";

// From here on cells get finer than the county's; the server picks the side that keeps a view readable.
const FINE_CELLS_FROM_ZOOM = 12;

// The parameters a choice of "what" means for every list and layer.
export function whatParameters(what) {
  return what.startsWith("tag:") ? { tag: what.slice(4) } : { category: what };
}

// Without dates the view opens on the latest whole month that has data: of one that has just begun there is
// next to nothing to see.
function periodParameters({ period: kind, from, to }) {
  return from || to || kind === "all" ? { from, to } : { period: kind };
}

export function createHeat({ map, state, colours, grids, towns, cells, notices, legend, whatWords, goTo }) {
  const fetchLatest = latest();
  // {unit, items, classes, from, to, ...} as painted; `county` keeps what was counted for the whole county.
  let shown = null;
  let county = null;

  function nameOfItem(item) {
    const source = shown.unit === "grid" ? grids : towns;
    const feature = shown.unit === "cell" ? null : source.find(item.code);
    return feature ? nameOf(feature.properties) : t("legend.cell", { code: item.code });
  }

  function paint() {
    colours.grid.clear();
    colours.town.clear();
    const { unit, items, hidden, classes } = shown ?? { unit: "off", items: [], hidden: [], classes: [] };
    const colourOf = (value) => (value === null ? NOT_TOLD : (classOf(classes, value)?.colour ?? null));
    const painted = [...items, ...hidden];
    if (unit === "grid" || unit === "town") {
      for (const item of painted) colours[unit].set(item.code, colourOf(item.count));
    }
    cells.set(unit === "cell" ? painted : [], colourOf);
    grids.repaint();
    towns.repaint();
  }

  function otherPeriod() {
    const { from, to } = state.get();
    if (!from && !to) return "";
    const choose = () => state.set({ period: "full", from: "", to: "" });
    return h("button", { type: "button", class: "quiet", click: choose }, t("legend.latest"));
  }

  function explain() {
    const { unit, items, hidden, classes } = shown;
    renderLegend(legend, {
      title: whatWords(state.get().what),
      unitWords: unit === "cell" ? t("unit.cell", { m: shown.cellMetres }) : t(`unit.${unit}`),
      periodWords: period(shown.from, shown.to),
      classes,
      items,
      hidden: hidden.length,
      totalWords: t(hidden.length ? "legend.total_told" : shown === county ? "legend.total" : "legend.total_view", { n: count(shown.total) }),
      notes: shown.notes,
      nameOfItem,
      choose: (item) => goTo(unit, item),
      showOther: otherPeriod(),
    });
  }

  function notesOf(body) {
    return [
      body.period.whole_months ? t("legend.whole_months") : null,
      body.without_sensitive ? t("legend.without_sensitive") : null,
      body.without_location ? t("legend.without_location", { n: count(body.without_location) }) : null,
    ].filter(Boolean);
  }

  function countsOf(body) {
    const { from, to } = body.period;
    const items = body.items.filter((item) => item.count > 0);
    const hidden = body.items.filter((item) => item.count === null);
    return { unit: body.unit, items, hidden, total: body.total, notes: notesOf(body), from, to, cellMetres: body.cell_m };
  }

  function show(counts) {
    shown = counts;
    paint();
    explain();
  }

  // Zoomed in, cells are counted anew in the view, finer; the classes stay those of the county, so that a colour
  // means the same number wherever one looks.
  async function refine() {
    if (county?.unit !== "cell") return;
    if (map.getZoom() < FINE_CELLS_FROM_ZOOM) {
      if (shown !== county) show(county);
      return;
    }
    const bbox = bboxOf(map.getBounds()).map((number) => number.toFixed(6)).join(",");
    const dates = county.from || county.to ? { from: county.from, to: county.to } : {};
    const ask = () => fetchLatest("/layers/counts", { ...whatParameters(state.get().what), ...dates, unit: "cell", bbox });
    const body = await notices.watch("counts", ask);
    if (body && county?.unit === "cell") show({ ...countsOf(body), classes: county.classes });
  }

  async function load() {
    const { heat, what } = state.get();
    if (heat === "off") {
      shown = null;
      county = null;
      legend.hidden = true;
      paint();
      return;
    }
    const wanted = { ...whatParameters(what), ...periodParameters(state.get()), unit: heat };
    const body = await notices.watch("counts", () => fetchLatest("/layers/counts", wanted));
    if (!body) return;
    const counts = countsOf(body);
    county = { ...counts, classes: classify(counts.items.map((item) => item.count), config.ramp) };
    show(county);
    await refine();
  }

  function reading(over, item, name) {
    if (!over) return null;
    return item?.count === null ? t("legend.reading_hidden", { name }) : t("legend.reading", { name, n: count(item?.count ?? 0) });
  }

  return {
    load,
    refine,
    period: () => (shown ? { from: shown.from, to: shown.to } : null),
    // Reports of a grid in the period shown; null when the heat shown is not by grid or does not tell.
    inPeriod(code) {
      if (shown?.unit !== "grid") return null;
      if (shown.hidden.some((item) => item.code === code)) return null;
      const found = shown.items.find((item) => item.code === code);
      return { period: period(shown.from, shown.to), count: found?.count ?? 0 };
    },
    // What the pointer is over, in words; null where there is nothing to say.
    reading(lonLat) {
      if (shown?.unit === "cell") {
        const cell = cells.at(lonLat);
        return reading(cell, cell, t("unit.cell", { m: shown.cellMetres }));
      }
      const over = (shown?.unit === "town" ? towns : grids).at(lonLat);
      if (!over || !shown) return over ? nameOf(over.properties) : null;
      const item = [...shown.items, ...shown.hidden].find((one) => one.code === over.properties.code);
      return reading(over, item, nameOf(over.properties));
    },
  };
}
