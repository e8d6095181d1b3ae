// What the page shows, mirrored in the address: reloading and sharing give the same view.

const DEFAULTS = {
  at: null, // [lon, lat, zoom]
  base: "own",
  heat: "grid", // off | grid | town | cell
  what: "", // "" all, a category code, or "tag:<tag>"
  period: "full", // without from and to: full (the latest whole month with data) | latest | all
  from: "",
  to: "",
  reports: "open", // off | open | all
  grids: true,
  towns: true,
  utility: "",
  grid: "",
  report: "",
  point: null, // [lon, lat] of "where would this go"
  // The console's list.
  side: "queue", // queue | layers
  queue: "open",
  sort: "newest", // newest | due
  call: false, // the form of a new call stands open
  "f.category": "",
  "f.tag": "",
  "f.town": "",
  "f.grid": "",
  "f.utility": "",
  "f.source": "",
  "f.status": "",
  "f.light": "",
  "f.level": "",
  "f.from": "",
  "f.to": "",
  "f.text": "",
};

export const CHOICES = {
  period: ["full", "latest", "all"],
  heat: ["off", "grid", "town", "cell"],
  reports: ["off", "open", "all"],
  side: ["queue", "layers"],
  sort: ["newest", "due"],
  queue: [
    "open", "todo", "new", "not_located", "ambiguous", "waiting_check_in", "overdue", "returned", "reopen_requested", "callback",
    "mine",
  ],
};

// A day of the calendar: "2026-13-40" looks like one, and nothing can be reckoned with it.
function isDay(text) {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().slice(0, 10) === text;
}

function numbers(text, length) {
  const values = text.split(",").map(Number);
  return values.length === length && values.every(Number.isFinite) ? values : null;
}

function read(name, text) {
  if (name === "at") return numbers(text, 3);
  if (name === "point") return numbers(text, 2);
  if (typeof DEFAULTS[name] === "boolean") return text !== "0";
  if (CHOICES[name]) return CHOICES[name].includes(text) ? text : DEFAULTS[name];
  if (["from", "to", "f.from", "f.to"].includes(name)) return isDay(text) ? text : "";
  return text;
}

function write(name, value) {
  if (name === "at") return `${value[0].toFixed(5)},${value[1].toFixed(5)},${value[2]}`;
  if (name === "point") return value.map((number) => number.toFixed(6)).join(",");
  return typeof value === "boolean" ? (value ? "1" : "0") : value;
}

// defaults: where a page begins otherwise.
export function parseState(search, defaults = {}) {
  const query = new URLSearchParams(search);
  const state = { ...DEFAULTS, ...defaults };
  for (const name of Object.keys(DEFAULTS)) {
    if (query.has(name)) state[name] = read(name, query.get(name));
  }
  return state;
}

export function formatState(state, defaults = {}) {
  const query = new URLSearchParams();
  for (const [name, initial] of Object.entries({ ...DEFAULTS, ...defaults })) {
    const value = state[name];
    if (value !== null && value !== initial) query.set(name, write(name, value));
  }
  // A query may hold these as they are, and people read and share it.
  return query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

export function createState(search, defaults = {}) {
  const state = parseState(search, defaults);
  const listeners = [];

  function mirror() {
    const query = formatState(state, defaults);
    history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}`);
    for (const link of document.querySelectorAll("[data-language-link]")) {
      link.href = `${location.pathname}?${query ? `${query}&` : ""}lang=${link.dataset.languageLink}`;
    }
  }

  return {
    get: () => state,
    set(changes) {
      const changed = Object.keys(changes).filter((name) => String(changes[name]) !== String(state[name]));
      if (changed.length === 0) return;
      Object.assign(state, changes);
      mirror();
      for (const listener of listeners) listener(state, new Set(changed));
    },
    onChange: (listener) => listeners.push(listener),
    mirror,
  };
}
