// A density surface in fixed metres: tiles of the server, its peaks by name, and cells to point at.

import { config } from "../../config.js";
import { t } from "../../words.js";
import { count } from "../../format.js";
import { figure } from "../figures.js";
import { sentence } from "../names.js";
import { counts } from "./rates.js";

// Cells the size of the kernel's reach tell what lies under the surface, in numbers one can check.
const CELL_OF = { 400: 400, 800: 800, 1600: 800 };

const MOST_MARKS = 5;

// The surface's own value at its peaks: a cell's count over its area is another number in the same unit.
function rowOf({ rank, name, name_en, places, location, per_km2 }) {
  const title = (config.language === "en" ? name_en : name) ?? location.map((degrees) => degrees.toFixed(4)).join(", ");
  return {
    item: { code: location.join(), title, circle: { location }, per_km2 },
    // Marks of all would hide the surface.
    rank: rank <= MOST_MARKS ? rank : undefined,
    location,
    sub: places.slice(0, 2).map(sentence).join(t("list.comma")),
    numbers: [figure(per_km2)],
  };
}

export async function density(context) {
  const { question, parameters, get } = context;
  const own = { bandwidth_m: question.bandwidth, scale: question.scale || "" };
  const { unit, cell_m, ...choice } = parameters;
  // Only counts are taken of the cells, no colours: they need no other month.
  const cells = { ...context, busiest: null, parameters: { ...choice, unit: "cell", cell_m: CELL_OF[question.bandwidth] } };
  const [body, around] = await Promise.all([get("/layers/density", { ...choice, ...own }), counts(cells)]);
  const rows = body.peaks.map(rowOf);
  return {
    ...around,
    body: { ...body, unit: "cell", cell_m: around.body.cell_m },
    items: [...around.items, ...rows.map((row) => row.item)],
    tiles: body.tiles,
    scale: body.scale,
    colourOf: () => null,
    classes: body.classes.map((one) => ({
      colour: one.colour,
      words: one.to === null ? t("legend.from", { from: figure(one.from) }) : t("legend.range", { from: figure(one.from), to: figure(one.to) }),
    })),
    notTold: 0,
    zero: true,
    zeroWords: body.classes.length ? t("hot.below", { to: figure(body.classes[0].from) }) : "0",
    unitLine: t("hot.line_density", { m: body.bandwidth_m }),
    total: body.method.n,
    totalWords: body.method.without_location ? t("hot.total_located", { n: count(body.method.n), left: count(body.method.without_location) }) : undefined,
    columns: [t("hot.per_km2")],
    rows,
    popup: (item) => ({
      open: true,
      sentences: [item.circle ? t("hot.peak_words", { n: figure(item.per_km2), m: body.bandwidth_m }) : t("hot.count_words", { n: count(item.count) })],
      facts: [],
    }),
    backTest: "density",
    picture: { path: "/layers/density" },
  };
}
