// The telephone: a form beside the map that finds place, category, match and likely duplicates while one listens.
// What was typed is kept in the tab until the server has taken it.

import { ApiError, isAbort, latest, send } from "../api.js";
import { categoryOptions } from "../controls.js";
import { h } from "../dom.js";
import { distance, shortTime } from "../format.js";
import { config } from "../config.js";
import { matchBlock } from "../report_view.js";
import { named, t } from "../words.js";
import { createVocabulary } from "./vocabulary.js";
import { createWhere, locate } from "./where.js";

const STORED = "gridcall.call";
const PAUSE_MS = 300;
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

// tools: {lists, findGrids, categoryName, actions, show(location, match), created(report), open(id), say, pickPoint}.
export function createCall(tools) {
  const clustersNear = latest();
  const locateTurn = { n: 0 };
  let clientId = null;
  let chosenByHand = false;
  let form = null;
  let where = null;
  let placed = null; // {point in WGS 84, match}
  let timer = 0;

  function keep() {
    if (!form) return;
    const data = Object.fromEntries(new FormData(form));
    sessionStorage.setItem(STORED, JSON.stringify({ clientId, chosenByHand, where: where.input.value, data }));
  }

  function forget() {
    sessionStorage.removeItem(STORED);
    clientId = null;
    chosenByHand = false;
    placed = null;
  }

  function part(name) {
    return form.querySelector(`[data-part="${name}"]`);
  }

  // The category the words speak of, until somebody has chosen one.
  function suggestCategory() {
    if (chosenByHand) return;
    const code = createVocabulary(tools.lists().categories.filter((one) => one.enabled)).suggest(form.elements.description.value) ?? "";
    if (form.elements.category.value === code) return;
    form.elements.category.value = code;
    part("suggested").textContent = code ? t("call.suggested") : "";
    showMatch();
  }

  async function showMatch() {
    const turn = (locateTurn.n += 1);
    const choice = where.choice();
    const box = part("match");
    if (!choice?.point) {
      placed = null;
      tools.show(null, null);
      box.replaceChildren(h("p", { class: "empty" }, t(choice?.kind === "grid" ? "call.grid_only" : choice ? "call.words_only" : "call.where_first")));
      showAlike();
      return;
    }
    try {
      const accuracy = choice.kind === "place" ? undefined : 30;
      const { location, match, duplicates } = await locate(choice, form.elements.category.value, accuracy);
      if (turn !== locateTurn.n || !form) return;
      placed = { point: location.coordinates, match, duplicates };
      box.replaceChildren(matchBlock(match, tools.actions));
      tools.show(placed.point, match);
    } catch (error) {
      if (isAbort(error) || turn !== locateTurn.n || !form) return;
      box.replaceChildren(h("p", { class: "notice stale" }, t("call.no_match")));
    }
    showAlike();
  }

  // Open reports of the same kind near the place, and clusters a call would belong to.
  async function showAlike() {
    const box = part("alike");
    const category = form.elements.category.value;
    if (!placed || !category) {
      box.replaceChildren();
      return;
    }
    drawAlike(box, placed.duplicates, []);
    try {
      const near = placed.point.map((number) => number.toFixed(6)).join(",");
      const { items } = await clustersNear("/clusters", { near, category });
      if (form && placed) drawAlike(box, placed.duplicates, items);
    } catch (error) {
      if (!isAbort(error) && !(error instanceof ApiError) && !(error instanceof TypeError)) throw error;
    }
  }

  function drawAlike(box, duplicates, clusters) {
    const rows = duplicates.map((one) =>
      h("li", { class: "duplicate" },
        h("div", {}, h("b", {}, tools.categoryName(one.category)), h("small", {}, [distance(one.distance_m), named("status", one.status), shortTime(one.received_at)].join(" · ")), h("p", {}, one.description)),
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
    try {
      const report = await send("POST", "/reports", body());
      forget();
      form = null;
      tools.created(report);
    } catch (error) {
      button.disabled = false;
      if (error instanceof ApiError && error.problem?.code === "client_id_taken") clientId = crypto.randomUUID();
      if (error.status === 401) refuse(t("form.signed_out"));
      else if (error.status === 422) refuse(t("call.refused", { reason: error.message }));
      else refuse(t("call.kept"));
    }
  }

  function select(name, words, options, change) {
    return h("label", { class: "field", dataset: { field: name } }, h("span", {}, words), h("select", { name, change }, options));
  }

  function build() {
    const categories = tools.lists().categories.filter((one) => one.enabled);
    where = createWhere({ id: "call-where", findGrids: tools.findGrids, choose: () => { keep(); showMatch(); } });
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
    form.addEventListener("input", () => {
      keep();
      clearTimeout(timer);
      timer = setTimeout(() => form && suggestCategory(), PAUSE_MS);
    });
    return form;
  }

  function restore(draft) {
    clientId = draft.clientId;
    chosenByHand = draft.chosenByHand;
    for (const name of [...TEXTS, "category", "source"]) if (draft.data[name]) form.elements[name].value = draft.data[name];
    form.elements.urgent.checked = Boolean(draft.data.urgent);
    if (draft.where) where.restore(draft.where);
  }

  function discard() {
    forget();
    form = null;
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
      placed = null;
    },
    isOpen: () => form !== null,
    setPoint: (point) => where.setPoint(point),
    discard,
  };
}
