// The telephone: a form beside the map that finds place, category, match and likely duplicates while one listens.
// What was typed is kept in the tab until the server has taken it.

import { ApiError, isAbort, latest, send } from "../api.js";
import { categoryOptions } from "../controls.js";
import { facts, h } from "../dom.js";
import { coordinates, distance, shortTime } from "../format.js";
import { config } from "../config.js";
import { matchBlock } from "../report_view.js";
import { nameOf, named, t, tongue } from "../words.js";
import { createVocabulary } from "./vocabulary.js";
import { createWhere, locate } from "./where.js";

const STORED = "gridcall.call";
const SOURCES = ["hotline_12345", "resident", "patrol", "party_branch"];
const TEXTS = ["description", "address", "source_number", "name", "phone"];

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED)) ?? null;
  } catch {
    return null;
  }
}

export function hasDraft() {
  return read() !== null;
}

function text(name, words, attributes = {}) {
  return h("label", { class: "field", dataset: { field: name } }, h("span", {}, words), h("input", { name, autocomplete: "off", ...attributes }), h("small", { class: "wrong", role: "alert" }));
}

// Whom a match sends a report to, and by which way.
function routeOf(match) {
  return JSON.stringify([match?.grid?.code, match?.grid_method, match?.utility?.code, match?.utility_method]);
}

// tools: {lists, findGrids, categoryName, actions, show(located, {fresh}), outsideWords(point), created(report), open(id), pickPoint}.
export function createCall(tools) {
  const clustersNear = latest();
  const locateTurn = { n: 0 };
  let clientId = null;
  let chosenByHand = false;
  let form = null;
  let where = null;
  let vocabulary = null;
  let located = null; // what /locate said of the choice: the match that saving would make
  let preview = Promise.resolve(); // the last question
  let asked = ""; // what it was about

  function keep() {
    if (!form) return;
    const data = Object.fromEntries(new FormData(form));
    sessionStorage.setItem(STORED, JSON.stringify({ clientId, chosenByHand, where: where.input.value, choice: where.chosen(), data }));
  }

  function forget() {
    sessionStorage.removeItem(STORED);
    clientId = null;
    chosenByHand = false;
    located = null;
  }

  function part(name) {
    return form.querySelector(`[data-part="${name}"]`);
  }

  // The category the words speak of, until somebody has chosen one: what the server would take. Tells whether it changed.
  function suggestCategory() {
    if (chosenByHand) return false;
    const { category, description } = form.elements;
    const code = vocabulary.suggest(description.value) ?? "";
    part("suggested").textContent = code ? t("call.suggested") : "";
    if (category.value === code) return false;
    category.value = code;
    return true;
  }

  // What will be saved of the place, beside who will be sent there.
  function savedPlace(choice, { location, place, match }) {
    const out = tools.outsideWords(location?.coordinates);
    return [
      out ? h("p", { class: "notice stale" }, out) : null,
      facts([
        [t("report.place"), place && nameOf(place)],
        [t("report.location"), location ? coordinates(location.coordinates) : t(match.grid ? "report.stated" : "call.words_only")],
        [t("report.address"), form.elements.address.value.trim() || choice.address],
      ]),
    ];
  }

  // Asks in the words in which it will be saved, so that what is shown is what comes of it.
  function showMatch({ fresh = false } = {}) {
    asked = question();
    preview = askMatch(fresh);
  }

  function question() {
    return JSON.stringify([where.choice()?.body, form.elements.category.value]);
  }

  async function askMatch(fresh) {
    const turn = (locateTurn.n += 1);
    const choice = where.choice();
    const box = part("match");
    if (!choice) {
      located = null;
      tools.show(null, { fresh });
      box.replaceChildren(h("p", { class: "empty" }, t("call.where_first")));
      showAlike();
      return;
    }
    try {
      const answer = await locate(choice.body, form.elements.category.value);
      if (turn !== locateTurn.n || !form) return;
      located = answer;
      const { match } = answer;
      box.replaceChildren(...[savedPlace(choice, answer), choice.kind === "words" && !match.grid ? null : matchBlock(match, tools.actions)].flat().filter(Boolean));
      tools.show(answer, { fresh });
    } catch (error) {
      if (turn !== locateTurn.n || !form) return;
      if (!(error instanceof ApiError)) throw error;
      located = null;
      box.replaceChildren(h("p", { class: "notice stale" }, t("call.no_match")));
    }
    showAlike();
  }

  // Open reports of the same kind near the place, and clusters a call would belong to.
  async function showAlike() {
    const box = part("alike");
    const category = form.elements.category.value;
    const at = located?.location ?? located?.place?.location;
    if (!at || !category) {
      box.replaceChildren();
      return;
    }
    const { duplicates } = located;
    drawAlike(box, duplicates, []);
    try {
      const near = at.coordinates.map((number) => number.toFixed(6)).join(",");
      const { items } = await clustersNear("/clusters", { near, category });
      if (form && located?.duplicates === duplicates) drawAlike(box, duplicates, items);
    } catch (error) {
      if (!isAbort(error) && !(error instanceof ApiError)) throw error;
    }
  }

  function drawAlike(box, duplicates, clusters) {
    const rows = duplicates.map((one) =>
      h("li", { class: "duplicate" },
        h("div", {}, h("b", {}, tools.categoryName(one.category)), h("small", {}, [distance(one.distance_m), named("status", one.status), shortTime(one.received_at)].join(" · ")), h("p", { lang: tongue(one.description) }, one.description)),
        h("button", { type: "button", click: () => tools.open(one.id) }, t("call.look"))));
    const known = clusters.map((one) => h("p", { class: "notice stale" }, config.language === "en" ? one.words : one.words_zh));
    box.replaceChildren(...known, ...(rows.length ? [h("h3", {}, t("call.alike", { n: rows.length })), h("ul", { class: "duplicates" }, rows)] : []));
  }

  function body() {
    const data = Object.fromEntries(new FormData(form));
    const choice = where.choice();
    const reporter = { name: data.name.trim(), phone: data.phone.trim() };
    return {
      description: data.description.trim(),
      ...(data.category ? { category: data.category } : {}),
      ...(choice?.body ?? {}),
      ...(data.address.trim() || choice?.address ? { address: data.address.trim() || choice.address } : {}),
      source: data.source,
      ...(data.source_number.trim() ? { source_number: data.source_number.trim() } : {}),
      ...(data.urgent ? { urgent: true } : {}),
      ...(reporter.name || reporter.phone ? { reporter } : {}),
      client_id: clientId,
    };
  }

  function refuse(words) {
    const line = part("failed");
    line.textContent = words;
    line.hidden = false;
  }

  // Sent again after a failure it is the same call: the server knows it by its client_id.
  async function submit(event) {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    keep();
    if (!where.choice()) {
      where.input.focus();
      refuse(t("call.where_missing"));
      return;
    }
    button.disabled = true;
    part("failed").hidden = true;
    // Nothing is saved that was not in sight: where the match is another than the one shown, it is shown first.
    const shown = located?.match;
    if (asked !== question()) showMatch();
    await preview;
    if (!form) return;
    if (located && routeOf(shown) !== routeOf(located.match)) {
      button.disabled = false;
      part("match").scrollIntoView({ block: "nearest" });
      refuse(t("call.look_first"));
      return;
    }
    try {
      const report = await send("POST", "/reports", body());
      forget();
      form = null;
      tools.created(report);
    } catch (error) {
      button.disabled = false;
      if (error instanceof ApiError && error.problem?.code === "client_id_taken") clientId = crypto.randomUUID();
      if (error.status === 401) refuse(t("state.session_ended"));
      else if (error.status === 422) refuse(t("call.refused", { reason: error.message }));
      else refuse(t("call.kept"));
    }
  }

  function select(name, words, options, change) {
    return h("label", { class: "field", dataset: { field: name } }, h("span", {}, words), h("select", { name, change }, options));
  }

  function build() {
    const categories = tools.lists().categories.filter((one) => one.enabled);
    vocabulary = createVocabulary(categories);
    where = createWhere({ id: "call-where", findGrids: tools.findGrids, choose: () => { keep(); showMatch({ fresh: true }); } });
    const description = h("textarea", { name: "description", rows: 3, maxlength: 4000, required: true, autofocus: true, id: "call-words" });
    form = h(
      "form",
      { class: "form call", submit, autocomplete: "off" },
      h("label", { class: "field" }, h("span", {}, t("call.words"), h("span", { class: "must", "aria-hidden": "true" }, " *")), description),
      h("div", { class: "field" }, h("label", { for: "call-where" }, h("span", {}, t("call.where")), h("span", { class: "must", "aria-hidden": "true" }, " *")), where.elements,
        h("button", { type: "button", class: "quiet pick", click: () => tools.pickPoint() }, t("call.pick"))),
      select("category", t("report.category"), [h("option", { value: "" }, t("call.no_category")), categoryOptions(categories)], () => {
        chosenByHand = form.elements.category.value !== "";
        part("suggested").textContent = "";
        suggestCategory();
        showMatch();
      }),
      h("small", { class: "suggested", dataset: { part: "suggested" }, role: "status" }),
      h("div", { class: "alike", dataset: { part: "alike" }, role: "status" }),
      h("section", { class: "call-match", dataset: { part: "match" }, "aria-live": "polite" }, h("p", { class: "empty" }, t("call.where_first"))),
      h("div", { class: "two" }, text("name", t("call.name"), { maxlength: 100 }), text("phone", t("call.phone"), { type: "tel", maxlength: 40 })),
      h("div", { class: "two" }, select("source", t("report.source"), SOURCES.map((code) => h("option", { value: code }, named("source", code)))), text("source_number", t("call.source_number"), { maxlength: 100 })),
      text("address", t("call.address"), { maxlength: 400 }),
      h("label", { class: "check" }, h("input", { type: "checkbox", name: "urgent" }), h("span", {}, t("call.urgent"))),
      h("p", { class: "notice error", dataset: { part: "failed" }, role: "alert", hidden: true }),
      h("p", { class: "buttons sticky" }, h("button", { type: "submit", class: "primary" }, t("call.save")), h("button", { type: "button", click: discard }, t("call.discard"))),
    );
    form.addEventListener("input", keep);
    description.addEventListener("input", () => suggestCategory() && showMatch());
    form.elements.address.addEventListener("change", () => located && showMatch());
    return form;
  }

  function restore(draft) {
    clientId = draft.clientId;
    chosenByHand = draft.chosenByHand;
    for (const name of [...TEXTS, "category", "source"]) if (draft.data[name]) form.elements[name].value = draft.data[name];
    form.elements.urgent.checked = Boolean(draft.data.urgent);
    if (draft.where) where.restore(draft.where, draft.choice);
  }

  function discard() {
    forget();
    tools.closed();
  }

  return {
    // The form, with what was typed before if it was not sent.
    open() {
      const draft = read();
      clientId = crypto.randomUUID();
      build();
      if (draft) restore(draft);
      return form;
    },
    // The pane shows something else; the draft stays.
    leave() {
      form = null;
      located = null;
    },
    isOpen: () => form !== null,
    setPoint: (point) => where.setPoint(point),
    discard,
  };
}
