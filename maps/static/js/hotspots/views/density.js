// A density surface in fixed metres: tiles of the server, and the densest cells to name them.

import { t } from "../../words.js";
import { count } from "../../format.js";
import { figure } from "../figures.js";
import { counts } from "./rates.js";

// Cells the size of the kernel's reach say where the surface is high, in numbers one can check.
const CELL_OF = { 400: 400, 800: 800, 1600: 800 };

export async function density(context) {
  const { question, parameters, get } = context;
  const own = { bandwidth_m: question.bandwidth, scale: question.scale || "" };
  const { unit, cell_m, ...choice } = parameters;
  // Only the ranking is taken of the cells, no colours: they need no other month.
  const cells = { ...context, busiest: null, parameters: { ...choice, unit: "cell", cell_m: CELL_OF[question.bandwidth] } };
  const [body, around] = await Promise.all([get("/layers/density", { ...choice, ...own }), counts(cells)]);
  const top = around.rows.map((row) => ({ ...row, numbers: [figure(row.item.per_km2), count(row.item.count)] }));
  return {
    ...around,
    body: { ...body, unit: "cell", cell_m: around.body.cell_m },
    tiles: body.tiles,
    scale: body.scale,
    colourOf: () => null,
    classes: body.classes.map((one) => ({
      colour: one.colour,
      words: one.to === null ? t("legend.from", { from: figure(one.from) }) : t("legend.range", { from: figure(one.from), to: figure(one.to) }),
    })),
    notTold: 0,
    zero: true,
    unitLine: t("hot.line_density", { m: body.bandwidth_m }),
    total: body.method.n,
    totalWords: body.method.without_location ? t("hot.total_located", { n: count(body.method.n), left: count(body.method.without_location) }) : undefined,
    columns: [t("hot.per_km2"), t("legend.reports")],
    rows: top,
    backTest: "density",
    picture: { path: "/layers/density" },
  };
}
