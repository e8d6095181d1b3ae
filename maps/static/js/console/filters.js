// Queues with their counts, and the filters: both live in the state, hence in the address.

import { categoryOptions, gatheringTags, utilityOptions } from "../controls.js";
import { byId, h } from "../dom.js";
import { count, date } from "../format.js";
import { nameOf, named, t } from "../words.js";
import { FILTERS, filtersOf, QUEUES } from "./query.js";

const SOURCES = ["grid_staff", "volunteer", "party_branch", "resident", "hotline_12345", "patrol", "utility"];
const STATUSES = ["received", "accepted", "dispatched", "handling", "handled", "closed"];
const LIGHTS = ["red", "yellow", "green"];
const LEVELS = ["town", "municipal"];
const TYPING_MS = 350;

// Tabs of the queues; one that is empty stays, so that nothing jumps when a count reaches zero.
export function createQueues(element, state) {
  const tabs = new Map();
  for (const queue of QUEUES) {
    const number = h("b", {}, "–");
    const button = h("button", { type: "button", dataset: { queue }, title: t(`queue.${queue}.means`), click: () => state.set({ queue }) }, h("span", {}, t(`queue.${queue}`)), number);
    tabs.set(queue, { button, number });
    element.append(button);
  }
  function reflect() {
    for (const [queue, { button }] of tabs) button.setAttribute("aria-pressed", String(queue === state.get().queue));
    byId("queue-means").textContent = named("queue", `${state.get().queue}.means`);
  }
  reflect();
  return {
    reflect,
    show(byQueue) {
      for (const [queue, { number, button }] of tabs) {
        const value = byQueue[queue];
        if (value === undefined) continue;
        number.textContent = count(value);
        button.classList.toggle("zero", value === 0);
      }
    },
  };
}

function option(value, words) {
  return h("option", { value }, words);
}

function choices(group, codes) {
  return [option("", t("filter.any")), ...codes.map((code) => option(code, named(group, code)))];
}

function shownValue(name, value, lists) {
  const find = (list) => nameOf(list.find((one) => one.code === value) ?? { code: value });
  switch (name) {
    case "f.category": return find(lists.categories);
    case "f.town": return find(lists.towns);
    case "f.utility": return find(lists.utilities);
    case "f.tag": return named("tag", value);
    case "f.source": return named("source", value);
    case "f.status": return named("status", value);
    case "f.light": return named("light", value);
    case "f.level": return named("level", value);
    case "f.from": return t("period.since", { from: date(value) });
    case "f.to": return t("period.until", { to: date(value) });
    default: return value;
  }
}

export function createFilters(state, lists) {
  const form = byId("filter-form");
  const chips = byId("filter-chips");
  const number = byId("filter-count");
  const inputs = Object.keys(FILTERS).map((name) => form.elements.namedItem(name));

  function fill() {
    const { categories, towns, utilities } = lists();
    const put = (name, items) => form.elements.namedItem(name).replaceChildren(...items.filter(Boolean));
    put("f.category", [option("", t("filter.any")), ...categoryOptions(categories)]);
    put("f.tag", choices("tag", gatheringTags(categories)));
    put("f.town", [option("", t("filter.any")), ...towns.map((town) => option(town.code, nameOf(town)))]);
    put("f.utility", [option("", t("filter.any")), ...utilityOptions(utilities)]);
    put("f.source", choices("source", SOURCES));
    put("f.status", choices("status", STATUSES));
    put("f.light", choices("light", LIGHTS));
    put("f.level", choices("level", LEVELS));
    reflect();
  }

  // What narrows the list is always in sight, each with its own way out.
  function reflect() {
    const now = state.get();
    for (const input of inputs) if (input !== document.activeElement) input.value = now[input.name];
    const active = filtersOf(now);
    number.textContent = active.length ? count(active.length) : "";
    chips.hidden = active.length === 0;
    chips.replaceChildren(
      ...active.map((name) => {
        const words = `${t(`filter.${FILTERS[name]}`)}${t("list.colon")}${shownValue(name, now[name], lists())}`;
        return h("button", { type: "button", class: "chip", "aria-label": t("filter.remove", { filter: words }), click: () => state.set({ [name]: "" }) }, words, h("span", { "aria-hidden": "true" }, "×"));
      }),
      active.length > 1 ? h("button", { type: "button", class: "quiet", click: clear }, t("filter.clear")) : "",
    );
  }

  function clear() {
    state.set(Object.fromEntries(Object.keys(FILTERS).map((name) => [name, ""])));
  }

  let timer = 0;
  for (const input of inputs) {
    const take = () => state.set({ [input.name]: input.value.trim() });
    input.addEventListener("change", take);
    if (input.type === "search" || input.type === "text") {
      input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(take, TYPING_MS);
      });
    }
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  return { fill, reflect, clear };
}
