// The panel's controls: each reads from and writes to the state; nothing else happens here.

import { byId, h } from "./dom.js";
import { isoDate } from "./format.js";
import { config } from "./config.js";
import { nameOf, named, t } from "./words.js";

const DAY_MS = 86_400_000;

function option(value, words) {
  return h("option", { value }, words);
}

// A tag earns its place by gathering categories of several groups; within one group the group itself says more.
export function gatheringTags(categories) {
  const groups = new Map();
  for (const category of categories) {
    for (const tag of category.tags) groups.set(tag, (groups.get(tag) ?? new Set()).add(category.code.split(".")[0]));
  }
  return [...groups].filter(([, codes]) => codes.size > 1).map(([tag]) => tag).sort();
}

// Every category under its group.
export function categoryOptions(categories) {
  const groups = categories.filter((category) => !category.parent_code);
  return groups.map((group) =>
    h(
      "optgroup",
      { label: nameOf(group) },
      option(group.code, t("what.whole", { name: nameOf(group) })),
      categories.filter((one) => one.parent_code === group.code).map((one) => option(one.code, nameOf(one))),
    ),
  );
}

// "All", the tags, then the categories.
function whatOptions(categories, tagName) {
  const tags = gatheringTags(categories);
  return [
    option("", t("what.all")),
    tags.length ? h("optgroup", { label: t("what.tags") }, tags.map((tag) => option(`tag:${tag}`, tagName(tag)))) : null,
    ...categoryOptions(categories),
  ].filter(Boolean);
}

// Every utility under its kind.
export function utilityOptions(utilities) {
  const kinds = [...new Set(utilities.map((utility) => utility.kind))];
  return kinds.map((kind) =>
    h("optgroup", { label: named("utility_kind", kind) },
      utilities.filter((utility) => utility.kind === kind).map((utility) => option(utility.code, nameOf(utility)))),
  );
}

function periodOf(days) {
  const now = Date.now();
  return { from: isoDate(new Date(now - (days - 1) * DAY_MS)), to: isoDate(new Date(now)) };
}

function bindPeriod(state) {
  const [preset, from, to] = [byId("period"), byId("from"), byId("to")];
  preset.addEventListener("change", () => {
    if (["full", "latest", "all"].includes(preset.value)) state.set({ period: preset.value, from: "", to: "" });
    else if (preset.value !== "custom") state.set({ period: "full", ...periodOf(Number(preset.value)) });
    else from.focus();
  });
  const own = () => {
    if (from.value && to.value && from.value > to.value) to.value = from.value;
    state.set({ from: from.value, to: to.value });
  };
  from.addEventListener("change", own);
  to.addEventListener("change", own);
}

function bindChoice(name, state) {
  for (const radio of document.querySelectorAll(`input[name="${name}"]`)) {
    radio.addEventListener("change", () => radio.checked && state.set({ [name]: radio.value }));
  }
}

export function createControls(state) {
  const base = byId("base");
  base.replaceChildren(...config.baseMaps.map((one) => option(one.code, one.name)));
  byId("base-row").hidden = config.baseMaps.length < 2;
  for (const name of ["what", "base", "utility"]) {
    byId(name).addEventListener("change", (event) => state.set({ [name]: event.target.value }));
  }
  for (const name of ["grids", "towns"]) {
    byId(name).addEventListener("change", (event) => state.set({ [name]: event.target.checked }));
  }
  bindChoice("heat", state);
  bindChoice("reports", state);
  bindPeriod(state);

  function presetOf({ period, from, to }) {
    if (!from && !to) return period;
    const days = [...byId("period").options].map((one) => one.value).filter((value) => Number(value) > 0);
    return days.find((value) => periodOf(Number(value)).from === from && periodOf(Number(value)).to === to) ?? "custom";
  }

  return {
    fill({ categories, utilities, tagName }) {
      byId("what").replaceChildren(...whatOptions(categories, tagName));
      byId("utility").replaceChildren(option("", t("areas.none")), ...utilityOptions(utilities));
    },
    // The state in the controls; shownPeriod is what the server answered for.
    reflect(shownPeriod = null) {
      const now = state.get();
      for (const name of ["what", "base", "utility"]) byId(name).value = now[name];
      for (const name of ["grids", "towns"]) byId(name).checked = now[name];
      for (const name of ["heat", "reports"]) {
        const radio = document.querySelector(`input[name="${name}"][value="${now[name]}"]`);
        if (radio) radio.checked = true;
      }
      byId("period").value = presetOf(now);
      byId("from").value = now.from || shownPeriod?.from || "";
      byId("to").value = now.to || shownPeriod?.to || "";
    },
  };
}
