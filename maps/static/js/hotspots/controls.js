// The left panel: what, when, how compared, counted where. Reads from and writes to the question; nothing else.

import { byId, h } from "../dom.js";
import { config } from "../config.js";
import { count } from "../format.js";
import { named, nameOf, t } from "../words.js";

const SOURCES = ["grid_staff", "volunteer", "party_branch", "resident", "hotline_12345", "patrol", "utility"];
const SELECTS = ["what", "cause", "source", "unit", "cell", "exposure", "bandwidth", "than", "than_what", "test", "step", "base"];
const NUMBERS = ["cell", "bandwidth"];
const RADIOS = ["view", "measure", "against", "classes"];
const CHECKS = ["repeat", "windows", "sides"];
const DATES = [["from", "to"], ["than_from", "than_to"]];

function option(value, words) {
  return h("option", { value }, words);
}

// Sensitive matters are told by group only; a tag earns its place by gathering categories of several groups.
function whatOptions(categories, tagName) {
  const sensitive = new Set(categories.filter((one) => one.sensitive).map((one) => one.code));
  const groups = categories.filter((one) => !one.parent_code);
  const tags = new Map();
  for (const { code, tags: own } of categories) {
    for (const tag of own) tags.set(tag, (tags.get(tag) ?? new Set()).add(code.split(".")[0]));
  }
  const gathering = [...tags].filter(([, codes]) => codes.size > 1).map(([tag]) => tag).sort();
  return [
    option("", t("what.all")),
    gathering.length ? h("optgroup", { label: t("what.tags") }, gathering.map((tag) => option(`tag:${tag}`, tagName(`tag:${tag}`)))) : null,
    ...groups.map((group) =>
      h("optgroup", { label: nameOf(group) },
        option(group.code, t(sensitive.has(group.code) ? "hot.whole_sensitive" : "what.whole", { name: nameOf(group) })),
        categories
          .filter((one) => one.parent_code === group.code && !sensitive.has(group.code) && !sensitive.has(one.code))
          .map((one) => option(one.code, nameOf(one))))),
  ].filter(Boolean);
}

function bindDates(question, [from, to]) {
  const [first, last] = [byId(from), byId(to)];
  const write = (event) => {
    if (!first.value || !last.value) return;
    // A period that ran backwards follows the end that was just set.
    if (first.value > last.value) (event.target === first ? last : first).value = event.target.value;
    question.set({ [from]: first.value, [to]: last.value });
  };
  first.addEventListener("change", write);
  last.addEventListener("change", write);
}

function bindPeriod(question) {
  const preset = byId("period");
  preset.addEventListener("change", () => {
    byId("dates").hidden = preset.value !== "custom";
    if (preset.value === "custom") byId("from").focus();
    else question.set({ period: preset.value, from: "", to: "" });
  });
}

export function createControls(question) {
  byId("base").replaceChildren(...config.baseMaps.map((one) => option(one.code, one.name)));
  byId("base-row").hidden = config.baseMaps.length < 2;
  byId("source").replaceChildren(option("", t("hot.any")), ...SOURCES.map((code) => option(code, named("source", code))));
  for (const name of SELECTS) {
    byId(name).addEventListener("change", (event) => {
      const { value } = event.target;
      question.set({ [name]: NUMBERS.includes(name) ? Number(value) : value });
    });
  }
  for (const name of RADIOS) {
    for (const radio of document.querySelectorAll(`input[name="${name}"]`)) {
      radio.addEventListener("change", () => radio.checked && question.set({ [name]: radio.value }));
    }
  }
  for (const name of CHECKS) byId(name).addEventListener("change", (event) => question.set({ [name]: event.target.checked }));
  for (const pair of DATES) bindDates(question, pair);
  bindPeriod(question);

  // Only what the view and the choice can use is shown.
  function reveal(now, sensitive) {
    for (const element of document.querySelectorAll("[data-views]")) {
      element.hidden = !element.dataset.views.split(" ").includes(now.view);
    }
    const cells = now.unit === "cell";
    byId("cell-row").hidden = !cells || now.view === "density";
    byId("unit-row").hidden = now.view === "density";
    byId("exposure-row").hidden = !["rate", "hotspots", "scan"].includes(now.view) || (now.view === "hotspots" && now.against === "map");
    byId("than-dates").hidden = now.view !== "compare" || now.than !== "dates";
    byId("than-what-row").hidden = now.view !== "compare" || now.than !== "what";
    byId("narrow").hidden = sensitive;
    byId("sensitive").hidden = !sensitive;
    for (const radio of document.querySelectorAll('input[name="view"]')) radio.disabled = sensitive && !["counts", "rate"].includes(radio.value);
    for (const one of byId("unit").options) one.disabled = (sensitive && !["grid", "town"].includes(one.value)) || (one.value === "cell" && ["emerging", "scan"].includes(now.view));
    for (const one of byId("period").options) one.disabled = sensitive && ["year", "all"].includes(one.value);
  }

  return {
    fill({ categories, exposures, whatWords }) {
      for (const name of ["what", "than_what"]) byId(name).replaceChildren(...whatOptions(categories, whatWords));
      byId("exposure").replaceChildren(option("", t("hot.suits")), ...exposures.map((one) => option(one.code, nameOf(one))));
    },
    fillCauses(causes) {
      const { cause } = question.get();
      const known = causes.map(({ cause: words, count: n }) => option(words, t("hot.cause_count", { cause: words, n: count(n) })));
      const kept = cause && !causes.some((one) => one.cause === cause) ? [option(cause, cause)] : [];
      byId("cause").replaceChildren(option("", t("hot.any")), ...kept, ...known);
      byId("cause").value = cause;
    },
    // The month that a film shows just now, before it is the question.
    showDays({ from, to }) {
      byId("period").value = "custom";
      byId("dates").hidden = false;
      [byId("from").value, byId("to").value] = [from, to];
    },
    // The question in the controls; days: what the server answered for.
    reflect(days, sensitive) {
      const now = question.get();
      for (const name of SELECTS) byId(name).value = String(now[name]);
      for (const name of RADIOS) document.querySelector(`input[name="${name}"][value="${now[name]}"]`).checked = true;
      for (const name of CHECKS) byId(name).checked = now[name];
      byId("period").value = now.from ? "custom" : now.period;
      byId("dates").hidden = byId("period").value !== "custom";
      byId("from").value = now.from || days?.from || "";
      byId("to").value = now.to || days?.to || "";
      [byId("than_from").value, byId("than_to").value] = [now.than_from, now.than_to];
      if (now.cause || now.source || now.repeat) byId("narrow").open = true;
      reveal(now, sensitive);
    },
  };
}
