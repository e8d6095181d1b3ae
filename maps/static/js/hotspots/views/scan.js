// Kulldorff's scan: asked for once, watched while the worker tries random maps, its circles drawn.

import { send } from "../../api.js";
import { count, distance } from "../../format.js";
import { t } from "../../words.js";
import { figure, percent, small } from "../figures.js";
import { sentence } from "../names.js";

export const RUNNING = ["waiting", "running"];

// The question as POST /layers/scans takes it.
export function startScan({ question, parameters }) {
  const { cell_m, unit, repeat, ...own } = parameters;
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== "" && value !== undefined));
  const exposure = question.exposure ? { exposure: question.exposure } : {};
  return send("POST", "/layers/scans", { ...given, ...exposure, repeat: repeat === "true", unit: unit === "cell" ? "grid" : unit });
}

function rowOf(circle) {
  return {
    item: { code: circle.centre, name: circle.centre_name, name_en: circle.centre_name_en, circle },
    rank: circle.rank,
    location: circle.location,
    words: sentence(circle.words),
    sub: circle.radius_m > 0 ? t("hot.within", { far: distance(circle.radius_m), n: count(circle.codes.length) }) : t("hot.single_unit"),
    numbers: [count(circle.observed), figure(circle.expected), small(circle.p)],
  };
}

// A scan that nobody knows (any more) is one that was not started.
async function jobOf(question, get) {
  try {
    return question.scan ? await get(`/layers/scans/${encodeURIComponent(question.scan)}`) : null;
  } catch (error) {
    if (![404, 422].includes(error.status)) throw error;
    question.unused.push(t("hot.unknown_value", { given: `scan=${question.scan}` }));
    question.scan = "";
    return null;
  }
}

export async function scan({ question, get, shownDays }) {
  const body = await jobOf(question, get);
  const circles = body?.circles ?? [];
  const found = circles.filter((circle) => circle.p < 0.05);
  // The strongest circle a unit lies in; circles are told strongest first.
  const inside = new Map();
  for (const circle of found) {
    for (const code of circle.codes) if (!inside.has(code)) inside.set(code, { code, circle, title: t("hot.circle_title", { n: circle.rank }) });
  }
  return {
    // Circles are drawn over grids, whatever their units were.
    body: { method: null, period: shownDays(), ...body, unit: question.unit },
    scan: body,
    items: [...inside.values()],
    value: () => 1,
    colourOf: () => "#ef8a62",
    classes: body?.circles ? [{ colour: "#ef8a62", words: t("hot.in_circle"), units: inside.size }] : [],
    zero: Boolean(body?.circles),
    zeroWords: t("hot.nothing_unusual"),
    unitLine: t("hot.line_scan"),
    total: body?.method.n ?? 0,
    totalWords: body?.circles ? undefined : t("hot.scan_not_yet"),
    circles: found,
    columns: [t("hot.column_count"), t("hot.expected"), "p"],
    rows: found.map(rowOf),
    noRows: t(body?.circles ? "hot.no_circles" : "hot.scan_pending"),
    progress: body && RUNNING.includes(body.status) ? percent(body.done / body.total) : null,
    popup: ({ circle }) => ({
      sentences: [sentence(circle.words)],
      facts: [
        [t("hot.radius"), distance(circle.radius_m)],
        [t("hot.relative_risk"), figure(circle.relative_risk)],
        [t("hot.llr"), circle.log_likelihood_ratio.toFixed(2)],
        ["p", small(circle.p)],
      ],
    }),
    backTest: null,
    picture: null,
  };
}
