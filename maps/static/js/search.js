// One box for place, grid, report number and coordinates: a combobox whose list is reachable by arrow keys.

import { ApiError, getJson, isAbort, latest } from "./api.js";
import { h } from "./dom.js";
import { coordinates } from "./format.js";
import { readPosition } from "./positions.js";
import { nameOf, named, t } from "./words.js";

const PAUSE_MS = 180;
const REPORT_NUMBER = /^\d{19}$/;
const REPORT_ID = /^\d{6}-[0-9a-f]{8}-[0-9a-f-]{27}$/;

export function createSearch({ input, list, findGrids, choose }) {
  const fetchPlaces = latest();
  let options = [];
  let active = -1;
  let timer = 0;
  let asked = 0;
  let answered = ""; // the words that the list is about

  // What was asked for and has not come yet opens nothing any more.
  function close() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function activate(index) {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    const item = list.children[index];
    if (!item) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function pick(index) {
    const option = options[index];
    if (!option) return;
    input.value = option.label;
    close();
    choose(option);
  }

  function show(found, emptyWords) {
    options = found;
    active = -1;
    const items = found.map((option, index) =>
      h(
        "li",
        // mousedown, not click: the box must not lose focus before the choice is made.
        { role: "option", id: `found-${index}`, "aria-selected": "false", mousedown: (event) => { event.preventDefault(); pick(index); } },
        h("span", {}, option.label),
        h("small", {}, option.hint),
      ),
    );
    list.replaceChildren(...(items.length ? items : [h("li", { class: "empty", role: "presentation" }, emptyWords)]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  async function findReport(text) {
    if (!REPORT_NUMBER.test(text) && !REPORT_ID.test(text)) return [];
    try {
      const report = await getJson(`/reports/${encodeURIComponent(text)}`);
      return [{ kind: "report", code: report.id, label: report.number, hint: named("status", report.status) }];
    } catch (error) {
      if (error instanceof ApiError && [404, 422].includes(error.status)) return [];
      throw error;
    }
  }

  // What was written or pasted, turned into WGS 84 by the server where it is in another datum.
  async function findPosition({ point, crs }) {
    if (crs === "WGS84") return point;
    return (await getJson("/locate", { lon: point[0], lat: point[1], crs })).location.coordinates;
  }

  async function find(text) {
    const turn = (asked += 1);
    answered = text;
    const position = readPosition(text);
    if (position && !position.point) {
      show([], t(position.short ? "where.short_link" : "where.empty_link"));
      return;
    }
    try {
      if (position) {
        const point = await findPosition(position);
        if (turn === asked) show([{ kind: "point", point, label: coordinates(point), hint: named("crs", position.crs) }]);
        return;
      }
      const grids = findGrids(text).map((grid) => ({ kind: "grid", code: grid.code, label: nameOf(grid), hint: grid.code }));
      const [report, places] = await Promise.all([findReport(text), fetchPlaces("/places", { q: text, limit: 8 })]);
      if (turn !== asked) return;
      const found = places.items.map((place) => ({
        kind: "place", point: place.location.coordinates, label: nameOf(place), hint: named("place_kind", place.kind),
      }));
      // Digits ask for a grid; words first for a place, since grids are called after the places they lie in.
      const ordered = /\d$/.test(text) ? [...grids, ...found] : [...found, ...grids];
      show([...report, ...ordered], t("search.nothing", { text }));
    } catch (error) {
      if (isAbort(error) || turn !== asked) return;
      show([], t("search.failed"));
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    if (!text) close();
    else timer = setTimeout(() => find(text), PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // letters on their way to be characters
    if (event.key === "Escape") {
      // A list that is open closes first; the next Escape may clear the box.
      if (!list.hidden) event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!list.hidden && options.length && answered === input.value.trim()) pick(Math.max(active, 0));
      else if (input.value.trim()) find(input.value.trim());
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !list.hidden && options.length) {
      event.preventDefault();
      activate((active + (event.key === "ArrowDown" ? 1 : options.length - (active < 0 ? 0 : 1))) % options.length);
    }
  });
  input.addEventListener("blur", close);
  return { focus: () => input.focus() };
}
