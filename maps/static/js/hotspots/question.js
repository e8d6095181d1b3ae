// The planner's question, mirrored in the address: whoever opens the link sees the same answer.

import { t } from "../words.js";

const DEFAULTS = {
  view: "counts",
  what: "", // "" all, a category code, or "tag:<tag>"
  cause: "",
  source: "",
  repeat: false,
  period: "full", // without from and to: full (the latest whole month) | latest | year | all
  from: "",
  to: "",
  unit: "grid",
  cell: 400,
  exposure: "", // what rates divide by; "" what suits the category
  measure: "smoothed", // smoothed | rate
  bandwidth: 800,
  scale: 0, // what the colours of a density hang on, kept by permalinks
  against: "exposure", // exposure | map; cells know no exposure but their area, so they are held against the map
  than: "previous_period", // previous_period | previous_year | dates | what
  than_from: "",
  than_to: "",
  than_what: "",
  test: "change", // change | share
  windows: false,
  sides: false,
  step: "month", // month | week
  classes: "simple", // simple | all
  scan: "",
  pick: "", // code of the unit whose popup is open
  at: null, // [lon, lat, zoom]
  base: "own",
};

export const VIEWS = ["counts", "rate", "density", "hotspots", "compare", "emerging", "scan"];

const CHOICES = {
  view: VIEWS,
  period: ["full", "latest", "year", "all"],
  unit: ["grid", "community", "town", "cell"],
  cell: [100, 200, 400, 800],
  measure: ["smoothed", "rate"],
  bandwidth: [400, 800, 1600],
  against: ["map", "exposure"],
  than: ["previous_period", "previous_year", "dates", "what"],
  test: ["change", "share"],
  step: ["month", "week"],
  classes: ["simple", "all"],
};
const DAYS = ["from", "to", "than_from", "than_to"];
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

function place(text) {
  const values = text.split(",").map(Number);
  return values.length === 3 && values.every(Number.isFinite) ? values : undefined;
}

function isDay(text) {
  const day = new Date(`${text}T00:00:00Z`);
  return DAY.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

// undefined where it makes no sense.
function read(name, text) {
  if (name === "at") return place(text);
  if (DAYS.includes(name)) return isDay(text) ? text : undefined;
  if (typeof DEFAULTS[name] === "boolean") return text === "1";
  const value = typeof DEFAULTS[name] === "number" ? Number(text) : text;
  if (CHOICES[name]) return CHOICES[name].includes(value) ? value : undefined;
  return Number.isNaN(value) || value < 0 ? undefined : value;
}

function write(name, value) {
  if (name === "at") return `${value[0].toFixed(5)},${value[1].toFixed(5)},${value[2]}`;
  return typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

export function parseQuestion(search) {
  const query = new URLSearchParams(search);
  // What of the address was not understood is said, not passed over.
  const question = { ...DEFAULTS, unused: [] };
  for (const name of Object.keys(DEFAULTS)) {
    const text = query.get(name);
    if (!text) continue;
    const value = read(name, text);
    if (value === undefined) question.unused.push(t("hot.unknown_value", { given: `${name}=${text}` }));
    else question[name] = value;
  }
  // Half a period is none.
  if (!question.from !== !question.to) {
    question.unused.push(t("hot.unknown_value", { given: question.from ? `from=${question.from}` : `to=${question.to}` }));
    question.from = question.to = "";
  }
  return question;
}

export function formatQuestion(question) {
  const query = new URLSearchParams();
  for (const [name, initial] of Object.entries(DEFAULTS)) {
    const value = question[name];
    if (value !== null && value !== initial) query.set(name, write(name, value));
  }
  // A query may hold these as they are, and people read and share it.
  return query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

// The parameters that say which reports, without the period.
export function choiceOf({ what, cause, source, repeat }) {
  const own = what.startsWith("tag:") ? { tag: what.slice(4) } : { category: what };
  return { ...own, cause, source, repeat: repeat ? "true" : "" };
}

// What hotspots are measured against: who lives in a cell is not known, so cells are held against the map.
export function yardstickOf({ against, exposure, unit }) {
  return unit === "cell" || against === "map" ? { against: "map" } : { against, exposure };
}

export function needsRows({ cause, source, repeat }) {
  return Boolean(cause || source || repeat);
}

export function createQuestion(search) {
  const question = parseQuestion(search);
  const listeners = [];

  function mirror() {
    const query = formatQuestion(question);
    history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}`);
    for (const link of document.querySelectorAll("[data-language-link]")) {
      link.href = `${location.pathname}?${query ? `${query}&` : ""}lang=${link.dataset.languageLink}`;
    }
  }

  return {
    get: () => question,
    set(changes) {
      const changed = Object.keys(changes).filter((name) => String(changes[name]) !== String(question[name]));
      if (changed.length === 0) return;
      Object.assign(question, changes);
      mirror();
      for (const listener of listeners) listener(new Set(changed));
    },
    onChange: (listener) => listeners.push(listener),
    mirror,
  };
}
