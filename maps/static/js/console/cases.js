// The reports of the chosen queue and filters: one set of rows that list, map and keyboard share. What others do
// changes rows in place; rows that come or go wait until the dispatcher asks for them, so nothing moves by itself.

import { now } from "../config.js";
import { getJson, isAbort } from "../api.js";

export const MOST = 5000;
const FIRST_PAGE = 200;
const PAGE = 1000;

const OPEN_STATUSES = new Set(["received", "accepted", "dispatched", "handling", "handled"]);

export function isOpenStatus(status) {
  return OPEN_STATUSES.has(status);
}

// Times as numbers, once: a list of thousands is sorted by them.
function timed(row) {
  return { ...row, received: Date.parse(row.received_at), due: row.due_at ? Date.parse(row.due_at) : Infinity };
}

// A GeoJSON feature of a list, an event of the stream and a whole report become the same row.
export function rowOfFeature({ properties, geometry }) {
  return timed({ ...properties, point: geometry?.coordinates ?? null });
}

export function rowOfEvent({ location, ...report }) {
  return timed({ ...report, point: location });
}

export function rowOfReport(report) {
  return timed({
    ...report,
    point: report.location?.coordinates ?? null,
    description: report.description.slice(0, 120),
    grid_code: report.match.grid?.code ?? null,
    grid_method: report.match.grid_method,
    confidence: report.match.confidence,
    utility_code: report.match.utility?.code ?? null,
  });
}

// The light is the due time against the clock, as everywhere.
export function lightOf(row, at = now()) {
  if (!isOpenStatus(row.status) || !row.due_at) return null;
  if (row.due <= at) return "red";
  if (row.yellow_at) return Date.parse(row.yellow_at) <= at ? "yellow" : "green";
  return row.light === "yellow" ? "yellow" : "green";
}

const ORDERS = {
  newest: (a, b) => b.received - a.received || (a.id < b.id ? 1 : -1),
  due: (a, b) => (a.due === b.due ? ORDERS.newest(a, b) : a.due - b.due),
};

export function createCases({ changed }) {
  const rows = new Map(); // id -> row, shown or waiting
  let order = []; // ids as the list shows them
  let waiting = new Set(); // belong here, not shown yet
  const left = new Set(); // shown, belong here no more
  let sort = "newest";
  let controller = null;
  let turn = 0;
  let heard = null; // id -> [row, belongs], null for gone: what was told while a list was on its way

  function arrange() {
    order = [...rows.keys()].filter((id) => !waiting.has(id) && !left.has(id));
    order.sort((a, b) => ORDERS[sort](rows.get(a), rows.get(b)));
  }

  async function fetchAll(parameters, signal, onPage) {
    const ask = (cursor, limit) => getJson("/reports", { ...parameters, f: "geojson", limit, cursor }, signal);
    const found = [];
    let more = false;
    let coming = ask(null, FIRST_PAGE);
    while (coming) {
      const page = await coming;
      more = page.next !== null;
      // The next page is on its way while this one is read and drawn.
      coming = more && found.length + page.features.length < MOST ? ask(page.next, PAGE) : null;
      for (const feature of page.features) found.push(rowOfFeature(feature));
      onPage?.(found);
    }
    return { found, more };
  }

  // Everything anew. Resolves to whether the queue holds more than is kept here; undefined if another load took over.
  async function load(parameters) {
    controller?.abort();
    controller = new AbortController();
    const mine = (turn += 1);
    heard = new Map();
    const show = (found) => {
      if (mine !== turn) return;
      rows.clear();
      waiting.clear();
      left.clear();
      // A list may be older than what the stream has told meanwhile.
      for (const row of found) if (heard.get(row.id) !== null) rows.set(row.id, row);
      arrange();
      for (const told of heard.values()) if (told) put(...told);
      changed({ reason: "page" });
    };
    try {
      const { more } = await fetchAll(parameters, controller.signal, show);
      return mine === turn ? more : undefined;
    } finally {
      if (mine === turn) heard = null;
    }
  }

  // Compares with the server's list and lets differences wait; what is shown stays where it is.
  async function compare(parameters) {
    const mine = turn;
    try {
      const { found } = await fetchAll(parameters, controller?.signal);
      if (mine !== turn) return;
      const there = new Set(found.map((row) => row.id));
      for (const row of found) put(row, true);
      for (const id of rows.keys()) if (!there.has(id)) put(rows.get(id), false);
      changed({ reason: "compared" });
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  // One row as it is now; belongs: true, false, or null where only the server can tell.
  function take(row, belongs) {
    heard?.set(row.id, [row, belongs]);
    put(row, belongs);
  }

  function put(row, belongs) {
    const known = rows.get(row.id);
    if (known && known.version > row.version) return;
    if (known) {
      const merged = { ...known, ...row };
      rows.set(row.id, merged);
      if (waiting.has(row.id) && belongs === false) {
        waiting.delete(row.id);
        rows.delete(row.id);
      } else if (!waiting.has(row.id) && belongs === false) left.add(row.id);
      else if (belongs === true) left.delete(row.id);
    } else if (belongs) {
      rows.set(row.id, row);
      waiting.add(row.id);
    }
  }

  // New rows come in, rows that left go: only when asked for, or when nobody is looking at the list.
  function settle() {
    waiting = new Set();
    for (const id of left) rows.delete(id);
    left.clear();
    arrange();
    changed({ reason: "settled" });
  }

  return {
    load,
    compare,
    take,
    settle,
    // One that the actor may no longer know of.
    remove(id) {
      heard?.set(id, null);
      if (!rows.has(id)) return;
      if (waiting.has(id)) {
        waiting.delete(id);
        rows.delete(id);
      } else left.add(id);
    },
    get: (id) => rows.get(id),
    ids: () => order,
    all: () => [...rows.values()],
    hasLeft: (id) => left.has(id),
    isWaiting: (id) => waiting.has(id),
    waiting: () => waiting.size,
    gone: () => left.size,
    // How many belong to the queue now: what its count says.
    size: () => rows.size - left.size,
    sortBy(name) {
      sort = name;
      arrange();
      changed({ reason: "sorted" });
    },
    // The row after or before one, skipping none: the keyboard walks what is shown.
    beside(id, step) {
      const at = order.indexOf(id);
      if (at < 0) return order[0] ?? null;
      return order[Math.min(Math.max(at + step, 0), order.length - 1)];
    },
  };
}
