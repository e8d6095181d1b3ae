// "Where is it?" as a caller says it: a place in Chinese or pinyin, an estate with a building, a grid, coordinates or a
// pasted link; or, if nothing is found, the words themselves.

import { getJson, isAbort, latest } from "../api.js";
import { h } from "../dom.js";
import { coordinates } from "../format.js";
import { readPosition, splitBuilding } from "../positions.js";
import { nameOf, named, t } from "../words.js";

const PAUSE_MS = 160;
const MOST = 7;
const MOST_GRIDS = 4;

// A choice: {kind, label, hint, body, address?}; body is what POST /reports and `move` want, and what /locate is asked.
function ofPoint({ point, crs }) {
  const [longitude, latitude] = point.map((number) => Number(number.toFixed(7)));
  return { kind: "point", label: coordinates(point), hint: named("crs", crs), body: { longitude, latitude, crs } };
}

function ofPlace(place, building) {
  const name = nameOf(place);
  return {
    kind: "place",
    label: building ? `${name} ${building}` : name,
    hint: named("place_kind", place.kind),
    body: { place_code: place.code },
    address: building ? `${place.name}${building}` : place.name,
  };
}

function ofGrid(grid) {
  return { kind: "grid", label: nameOf(grid), hint: grid.code, body: { grid_code: grid.code } };
}

function ofWords(text) {
  return { kind: "words", label: text, hint: t("where.words"), body: { place_text: text }, address: text };
}

async function choicesFor(text, search, findGrids) {
  const position = readPosition(text);
  if (position && !position.point) return { choices: [ofWords(text)], note: t(position.short ? "where.short_link" : "where.empty_link") };
  if (position) return { choices: [ofPoint(position)], note: "" };
  const { place, building } = splitBuilding(text);
  const grids = findGrids(text).slice(0, MOST_GRIDS).map(ofGrid);
  const { items } = await search("/places", { q: place.slice(0, 100), limit: MOST });
  const places = items.map((one) => ofPlace(one, building));
  const ordered = /^\d+$/.test(text) ? [...grids, ...places] : [...places, ...grids];
  return { choices: [...ordered, ofWords(text)], note: places.length || grids.length ? "" : t("where.nothing") };
}

// choose(choice or null): a choice was made, or taken back because the words changed.
export function createWhere({ findGrids, choose, id }) {
  const search = latest();
  const input = h("input", {
    id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-autocomplete": "list",
    "aria-controls": `${id}-list`, placeholder: t("where.placeholder"),
  });
  const list = h("ul", { id: `${id}-list`, class: "found", role: "listbox", "aria-label": t("search.found"), hidden: true });
  const note = h("small", { role: "status" });
  let choices = [];
  let active = -1;
  let turn = 0;
  let timer = 0;
  let chosen = null;
  let answered = null; // the words that the choices are for

  const isAnswered = () => answered === input.value.trim();

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function pick(index) {
    const choice = choices[index];
    if (!choice) return;
    clearTimeout(timer);
    turn += 1;
    input.value = choice.label;
    chosen = choice;
    close();
    choose(choice);
  }

  function activate(index) {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  function show(text) {
    answered = text;
    active = -1;
    list.replaceChildren(
      ...choices.map((choice, index) =>
        h("li", { role: "option", id: `${id}-${index}`, "aria-selected": "false", mousedown: (event) => { event.preventDefault(); pick(index); } },
          h("span", {}, choice.label), h("small", {}, choice.hint)),
      ),
    );
    list.hidden = choices.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function find() {
    const text = input.value.trim();
    const mine = (turn += 1);
    if (!text) {
      choices = [];
      note.textContent = "";
      close();
      return;
    }
    try {
      const found = await choicesFor(text, search, findGrids);
      if (mine !== turn || !input.isConnected) return;
      choices = found.choices;
      note.textContent = found.note;
      show(text);
      // Coordinates and links leave nothing to choose.
      if (!chosen && choices.length === 1 && choices[0].kind === "point") pick(0);
    } catch (error) {
      if (isAbort(error) || mine !== turn || !input.isConnected) return;
      // Without the server the words still say where it is.
      choices = [ofWords(text)];
      note.textContent = t("search.failed");
      show(text);
    }
  }

  input.addEventListener("input", () => {
    if (chosen && input.value !== chosen.label) {
      chosen = null;
      choose(null);
    }
    clearTimeout(timer);
    timer = setTimeout(find, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // letters on their way to be characters
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      clearTimeout(timer);
      turn += 1;
      close();
    } else if (event.key === "Enter" && !list.hidden && choices.length) {
      event.preventDefault();
      if (isAnswered()) pick(Math.max(active, 0));
      else find();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !list.hidden && choices.length) {
      event.preventDefault();
      activate((active + (event.key === "ArrowDown" ? 1 : choices.length - (active < 0 ? 0 : 1))) % choices.length);
    }
  });
  // Leaving the box without a choice takes the first: a call is no time for a second click. One that was found
  // for other words than those that stand there now is not taken.
  input.addEventListener("blur", () => {
    if (!chosen && !list.hidden && choices.length && isAnswered()) pick(0);
    close();
  });

  return {
    elements: [h("div", { class: "combo" }, input, list), note],
    input,
    chosen: () => chosen,
    choice: () => chosen ?? (input.value.trim() ? ofWords(input.value.trim()) : null),
    // A point taken from the map.
    setPoint(point) {
      choices = [ofPoint({ point, crs: "WGS84" })];
      pick(0);
      note.textContent = "";
    },
    restore(text, choice) {
      input.value = text;
      chosen = choice ?? null;
      if (chosen) choose(chosen);
      else find();
    },
  };
}

// Where a report with this body would go: asked in the very words in which it will be saved.
export function locate({ longitude: lon, latitude: lat, ...named_ }, category) {
  return getJson("/locate", { lon, lat, ...named_, category });
}
