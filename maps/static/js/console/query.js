// What the queue is narrowed to: from the address to the API's parameters, and whether a row that changed still belongs.

import { now } from "../config.js";
import { CHOICES } from "../state.js";
import { lightOf, isOpenStatus } from "./cases.js";

export const QUEUES = CHOICES.queue;

// Name in the address -> name of the API's parameter.
export const FILTERS = {
  "f.category": "category",
  "f.tag": "tag",
  "f.town": "town",
  "f.grid": "grid",
  "f.utility": "utility",
  "f.source": "source",
  "f.status": "status",
  "f.light": "light",
  "f.level": "level",
  "f.from": "from",
  "f.to": "to",
  "f.text": "q",
};

export function filtersOf(state) {
  return Object.keys(FILTERS).filter((name) => state[name] !== "");
}

export function parametersOf(state, { queue = state.queue } = {}) {
  const parameters = { queue };
  for (const name of filtersOf(state)) parameters[FILTERS[name]] = state[name];
  return parameters;
}

function isOneOf(text, value) {
  return text.split(",").includes(value ?? "");
}

function ofCategory(text, code) {
  return text.split(",").some((wanted) => code === wanted || (code ?? "").startsWith(`${wanted}.`));
}

const TESTS = {
  "f.category": (wanted, row) => ofCategory(wanted, row.category),
  "f.tag": (wanted, row, tagsOf) => tagsOf(row.category).includes(wanted),
  "f.town": (wanted, row) => isOneOf(wanted, row.town_code),
  "f.grid": (wanted, row) => isOneOf(wanted, row.grid_code),
  "f.utility": (wanted, row) => isOneOf(wanted, row.utility_code),
  "f.source": (wanted, row) => (row.source === undefined ? null : isOneOf(wanted, row.source)),
  "f.status": (wanted, row) => isOneOf(wanted, row.status),
  "f.light": (wanted, row) => isOneOf(wanted, lightOf(row)),
  "f.level": (wanted, row) => isOneOf(wanted, row.level),
};

// As gis/queues.py has them: what one row tells needs no question, and shows at once.
const isAlone = (row) => !row.merged_into;

const IN_QUEUE = {
  open: (row) => isOpenStatus(row.status),
  new: (row) => row.status === "received" && isAlone(row),
  not_located: (row) => ["received", "accepted"].includes(row.status) && !row.grid_code && isAlone(row),
  waiting_check_in: (row) => row.status === "dispatched" && isAlone(row),
  overdue: (row) => isOpenStatus(row.status) && row.due <= now() && isAlone(row),
  reopen_requested: (row) => (row.status === "closed" && row.reopen_requested ? null : false),
};

// true, false, or null where only the server can tell (what is "mine", text beyond the first 120 characters, days).
export function belongs(row, state, tagsOf) {
  let sure = IN_QUEUE[state.queue]?.(row) ?? null;
  if (sure === false) return false;
  for (const name of filtersOf(state)) {
    const passes = TESTS[name]?.(state[name], row, tagsOf) ?? null;
    if (passes === false) return false;
    if (passes === null) sure = null;
  }
  return sure;
}
