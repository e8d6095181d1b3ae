// /map as planners, utilities and staff see it: heat, grids, service areas, and the reports they may read.

import { byId } from "./dom.js";
import { whatParameters } from "./heat.js";
import { createReports } from "./layers/reports.js";
import { categoryName, categoryShape, heat, map, notices, selection, start, state } from "./map_view.js";
import { named } from "./words.js";

const reports = createReports(map, {
  shapeOf: categoryShape,
  title: ({ properties }) => `${properties.number} · ${categoryName(properties.category)} · ${named("status", properties.status)}`,
  open: (id) => selection.report(id),
});

function reportParameters() {
  const { reports: which, what } = state.get();
  const wanted = whatParameters(what);
  return which === "open" ? { ...wanted, queue: "open" } : { ...wanted, ...(heat.period() ?? {}) };
}

async function refresh() {
  if (state.get().reports === "off") {
    reports.hide();
    byId("reports-shown").textContent = "";
    return;
  }
  const shown = await notices.watch("reports", () => reports.refresh(reportParameters()));
  if (shown) byId("reports-shown").textContent = reports.caption(shown);
}

start({
  begin: refresh,
  moved: refresh,
  changed: (any) => any("what", "period", "from", "to", "reports", "heat") && refresh(),
  rebuild() {
    reports.clear();
    refresh();
  },
});
