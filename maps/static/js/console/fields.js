// The fields of an action as form controls, from the table of edges the page was given; and their values for the API.

import { h } from "../dom.js";
import { TIME_ZONE } from "../format.js";
import { categoryOptions, utilityOptions } from "../controls.js";
import { nameOf, named, t } from "../words.js";
import { desk } from "./setup.js";

// Chosen elsewhere: a position by search or by dragging the pin, photos and decisions on the report's own page.
const ELSEWHERE = new Set(["number", "uuid", "sha256s", "decisions"]);
const SHORT = new Set(["place", "subject", "address", "place_text", "of"]);
const WHERE = new Set(["longitude", "latitude", "crs", "accuracy_m", "place_code", "grid_code", "place_text"]);

export function shownFields(action, fields) {
  return fields.filter((field) => !ELSEWHERE.has(field.kind) && !(action === "move" && WHERE.has(field.name)));
}

function labelled(field, control, hint = null) {
  const star = field.required ? h("span", { class: "must", "aria-hidden": "true" }, " *") : null;
  return h("label", { class: "field", dataset: { field: field.name } }, h("span", {}, named("field", field.name), star), control, hint, h("small", { class: "wrong", role: "alert" }));
}

function options(field, lists) {
  const none = h("option", { value: "" }, field.required ? t("form.choose") : t("form.none"));
  if (field.choices.length) return [none, field.choices.map((code) => h("option", { value: code }, named(field.name, code)))];
  if (field.name === "category") return [none, categoryOptions(lists.categories.filter((one) => one.enabled))];
  if (field.name === "town") return [none, lists.towns.map((town) => h("option", { value: town.code }, nameOf(town)))];
  if (field.name === "county") return [none, desk.counties.map((county) => h("option", { value: county.code }, nameOf(county)))];
  return [none, utilityOptions(lists.utilities)];
}

function chooser(field, lists, value) {
  const select = h("select", { name: field.name, required: field.required }, options(field, lists));
  select.value = value ?? "";
  return labelled(field, select);
}

// Several bodies: a list to tick, the likely ones first.
function ticks(field, lists, chosen) {
  const first = new Set(chosen);
  const ordered = [...lists.utilities].sort((a, b) => first.has(b.code) - first.has(a.code));
  const boxes = ordered.map((utility) =>
    h("label", { class: "check" }, h("input", { type: "checkbox", name: field.name, value: utility.code }), h("span", {}, nameOf(utility))),
  );
  const must = field.required ? h("span", { class: "must", "aria-hidden": "true" }, " *") : null;
  return h("fieldset", { class: "ticks", dataset: { field: field.name } }, h("legend", {}, named("field", field.name), must), h("div", { class: "tick-list" }, boxes), h("small", { class: "wrong", role: "alert" }));
}

// Another report: those that look alike to choose from, or any by its number.
function another(field, lists, known) {
  const input = h("input", { name: field.name, required: field.required, autocomplete: "off", placeholder: t("form.number"), value: known.value ?? "" });
  const pick = (id) => {
    input.value = id;
  };
  const list = (known.likely ?? []).map((one) =>
    h("li", {}, h("button", { type: "button", class: "choice", click: () => pick(one.number) }, h("b", {}, one.number), " ", h("span", {}, one.words))),
  );
  return [labelled(field, input), list.length ? h("ul", { class: "choices-list" }, list) : null];
}

function words(field, value) {
  if (SHORT.has(field.name)) return labelled(field, h("input", { name: field.name, required: field.required, maxlength: 400, value: value ?? "" }));
  const area = h("textarea", { name: field.name, rows: 3, required: field.required, maxlength: 4000 });
  area.value = value ?? "";
  return labelled(field, area);
}

// known: values to begin with; `likely` bodies and reports where the server suggested some.
export function control(field, lists, known = {}) {
  if (field.kind === "code" && field.name !== "of") return chooser(field, lists, known[field.name]);
  if (field.kind === "codes") return ticks(field, lists, known.likely_bodies ?? []);
  if (field.kind === "report") return another(field, lists, { likely: known.likely_reports, value: known[field.name] });
  if (field.kind === "instant") return labelled(field, h("input", { type: "datetime-local", name: field.name, required: field.required, value: known[field.name] ?? "" }));
  return words(field, known[field.name]);
}

// A local time as typed, on the county's clocks.
function instantOf(text) {
  const noon = new Date(`${text}:00Z`);
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: TIME_ZONE, timeZoneName: "longOffset" }).formatToParts(noon);
  const offset = parts.find((part) => part.type === "timeZoneName").value.replace("GMT", "") || "+00:00";
  return `${text}:00${offset}`;
}

export function valuesOf(form, fields) {
  const data = new FormData(form);
  const values = {};
  for (const field of fields) {
    if (field.kind === "codes") {
      const codes = data.getAll(field.name);
      if (codes.length) values[field.name] = codes;
      continue;
    }
    const text = (data.get(field.name) ?? "").trim();
    if (text) values[field.name] = field.kind === "instant" ? instantOf(text) : text;
  }
  return values;
}

// What stands in the fields, as they can be filled with it again; ticked bodies are suggested anew.
export function typedIn(form, fields) {
  return Object.fromEntries(fields.filter((field) => field.kind !== "codes").map(({ name }) => [name, form.elements.namedItem(name).value]));
}

// Says beside each field what the server found wrong with it; returns what belongs to none.
export function showWrong(form, errors) {
  for (const place of form.querySelectorAll(".wrong")) place.textContent = "";
  return errors.filter(({ field, reason }) => {
    const place = form.querySelector(`[data-field="${CSS.escape(field)}"] .wrong`);
    if (place) place.textContent = reason;
    return !place;
  });
}
