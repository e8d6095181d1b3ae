// How the layer was made: what was counted, what was left out, the statistic and its sentence-long caveats.

import { ApiError } from "../api.js";
import { facts, h } from "../dom.js";
import { count, distance } from "../format.js";
import { named, nameOf, t } from "../words.js";
import { figure, percent } from "./figures.js";
import { sentence } from "./names.js";

function factsOf(method, body) {
  return facts([
    [t("hot.statistic"), named("statistic", method.statistic)],
    [t("hot.n"), count(method.n)],
    [t("hot.all_units"), count(method.units)],
    [t("hot.cell_side"), method.cell_m && distance(method.cell_m)],
    [t("hot.distance"), method.distance_m && distance(method.distance_m)],
    [t("hot.neighbours"), method.neighbours && named("neighbours", method.neighbours)],
    [t("hot.correction"), method.correction && named("correction", method.correction)],
    [t("hot.exposure"), body.exposure && nameOf(body.exposure)],
    [t("hot.outside"), t("hot.left_out", { n: count(method.outside) })],
    [t("hot.without_location"), t("hot.left_out", { n: count(method.without_location) })],
    [t("hot.suppressed"), method.suppressed ? t("hot.units", { n: count(method.suppressed) }) : null],
    [t("hot.layout"), method.layout],
  ]);
}

function rateRow(one) {
  const share = one.reported_share === null ? "–" : `${percent(one.reported_share)} (${percent(one.low)}–${percent(one.high)})`;
  return h("tr", {},
    h("th", { scope: "row" }, nameOf(one)),
    h("td", { class: "number" }, count(one.reports)),
    h("td", { class: "number" }, count(one.events)),
    h("td", { class: "number" }, share));
}

function reportingTable({ items, notes }) {
  const told = items.filter((one) => one.reports > 0);
  const caveats = notes.map((note) => h("p", { class: "muted" }, sentence(note)));
  // Without merged reports there is nothing to estimate from: the note says so.
  if (told.every((one) => one.reported_share === null)) return caveats;
  const heads = [t("grid.town"), t("legend.reports"), t("hot.events"), t("hot.reported_share")];
  return [
    h("table", {}, h("thead", {}, h("tr", {}, heads.map((words, index) => h("th", { scope: "col", class: index ? "number" : null }, words)))), h("tbody", {}, told.map(rateRow))),
    ...caveats,
  ];
}

// fetchRepeats() and fetchReporting(): asked only when somebody looks.
export function createMethods(panel, body) {
  let shown = null;
  let turn = 0;

  async function more() {
    const mine = (turn += 1);
    const place = body.querySelector("[data-more]");
    if (!place || !shown?.extra) return;
    try {
      const { repeats, reporting } = await shown.extra();
      if (mine !== turn) return;
      place.replaceChildren(
        repeats === null ? "" : h("p", {}, t("hot.repeats", { n: count(repeats), all: count(shown.method.n), share: shown.method.n ? percent(repeats / shown.method.n) : figure(null) })),
        reporting?.items.some((one) => one.reports > 0) ? h("h3", {}, t("hot.reporting")) : "",
        ...(reporting?.items.some((one) => one.reports > 0) ? reportingTable(reporting) : []),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine === turn) place.replaceChildren(h("p", { class: "muted" }, t("hot.more_failed")));
    }
  }

  panel.addEventListener("toggle", () => panel.open && more());

  return {
    // extra(): further numbers for an open panel; null where there are none to ask for.
    render(model, extra) {
      turn += 1;
      const { method } = model.body;
      panel.hidden = !method;
      if (!method) return;
      shown = { method, extra };
      body.replaceChildren(
        factsOf(method, model.body),
        h("ul", { class: "notes" }, method.notes.map((note) => h("li", {}, sentence(note)))),
        h("div", { "data-more": "" }),
      );
      if (panel.open) more();
    },
  };
}
