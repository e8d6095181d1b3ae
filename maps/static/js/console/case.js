// One report as a dispatcher works on it: what to do next first, then whom to send it to, what it may be the same as,
// its clocks, why it went where it did, and everything that happened as one timeline.

import { config, now } from "../config.js";
import { facts, h } from "../dom.js";
import { coordinates, dateTime, distance, remaining, shortTime } from "../format.js";
import { isOpen, lightBadge, matchBlock, statusBadge } from "../report_view.js";
import { nameOf, named, t, tongue } from "../words.js";
import { KEY_OF } from "./keys.js";
import { desk } from "./setup.js";
import { timeline } from "./timeline.js";

// What is usually next in each status comes as a button of its own; the rest folds away.
const NEXT = {
  received: ["accept", "dispatch", "reject", "merge"],
  accepted: ["dispatch", "merge", "recategorise", "transfer"],
  dispatched: ["check_in", "reassign", "urge", "return"],
  handling: ["feed_back", "approve", "refuse", "urge"],
  handled: ["close", "rework"],
  closed: ["reopen"],
};
// Written at the foot of the timeline, where the thread is read.
const BELOW = new Set(["comment", "ask"]);

function actionButton(report, action, primary, start) {
  const key = KEY_OF[action];
  return h(
    "button",
    { type: "button", class: primary ? "primary" : null, dataset: { action }, "aria-keyshortcuts": key, click: () => start(report, action) },
    named("act", action),
    key ? h("kbd", { "aria-hidden": "true" }, key) : null,
  );
}

function actionBar(report, start) {
  // In a deployment of one county there is nobody to hand over to.
  const legal = report.actions.filter((action) => !BELOW.has(action) && (action !== "hand_over" || desk.counties.length > 0));
  if (legal.length === 0) return h("p", { class: "muted" }, t("case.no_actions"));
  // A call that is only taken in may be sent at once: it is filed on the way.
  if (legal.includes("accept")) legal.push("dispatch");
  const first = ["undo", ...(NEXT[report.status] ?? [])].filter((action) => legal.includes(action));
  const rest = legal.filter((action) => !first.includes(action));
  const primary = first.find((action) => action !== "undo");
  return h(
    "div",
    { class: "actions" },
    first.map((action) => actionButton(report, action, action === primary, start)),
    rest.length
      ? h("details", { class: "more" }, h("summary", {}, t("case.more")), h("div", { class: "more-list" }, rest.map((action) => actionButton(report, action, false, start))))
      : null,
  );
}

function clockRow(words, dueAt, yellowAt) {
  const at = now();
  const light = Date.parse(dueAt) <= at ? "red" : yellowAt && Date.parse(yellowAt) <= at ? "yellow" : "green";
  return h(
    "li",
    { class: `clock ${light}` },
    h("span", {}, words),
    h("span", { class: `light ${light}` }, h("i", { "aria-hidden": "true" }), h("span", { dataset: { due: dueAt } }, remaining(dueAt))),
    h("time", { datetime: dueAt }, dateTime(dueAt)),
  );
}

// Every clock that runs: the report's own stage, and each body's part.
function clocks(report) {
  if (!isOpen(report)) return null;
  const parts = report.assignments.filter((part) => part.due_at && ["waiting", "handling"].includes(part.status));
  const own = report.due_at && !parts.some((part) => part.due_at === report.due_at);
  if (!own && parts.length === 0) return null;
  const stage = { received: "accept", accepted: "accept", dispatched: "check_in", handling: "handle", handled: "verify" }[report.status];
  return [
    h("h3", {}, t("case.clocks")),
    h(
      "ul",
      { class: "clocks" },
      own ? clockRow(named("stage", stage), report.due_at, report.yellow_at) : null,
      parts.map((part) => clockRow(`${nameOf(part.utility)} · ${named("stage", part.status === "waiting" ? "check_in" : "handle")}`, part.due_at, part.role === "lead" ? report.yellow_at : null)),
    ),
  ];
}

function parts(report, utilityName) {
  const shown = report.assignments.filter((part) => part.round === report.round);
  if (shown.length === 0) return null;
  return h(
    "ul",
    { class: "parts" },
    shown.map((part) => h("li", {}, h("b", {}, utilityName(part.utility)), ` ${named("part_role", part.role)}`, h("span", { class: `status part ${part.status}` }, named("part_status", part.status)))),
  );
}

// Coordinates, or that there are none and what the match went by instead.
function position(report, outsideWords) {
  const point = report.location?.coordinates;
  if (!point) return t(report.match.grid ? "report.stated" : "report.not_located");
  const out = outsideWords(point);
  return [coordinates(point), out ? h("small", { class: "out" }, ` ${out}`) : null];
}

function contacts(report) {
  const known = (report.contacts ?? []).filter((one) => one.telephone);
  const reporter = report.reporter && (report.reporter.name || report.reporter.phone) ? `${report.reporter.name} ${report.reporter.phone}`.trim() : null;
  return facts([
    [t("case.reporter"), reporter],
    ...known.map((one) => [named("contact", one.party), [one.name, " ", h("a", { href: `tel:${one.telephone}` }, one.telephone)]]),
  ]);
}

function photos(report) {
  if (report.photos.length === 0) return null;
  const source = (photo) => `${config.api}/reports/${encodeURIComponent(report.id)}/photos/${photo.sha256}`;
  const items = report.photos.map((photo) =>
    h("li", {}, h("a", { href: source(photo), target: "_blank", rel: "noopener" },
      h("img", { src: `${source(photo)}?size=thumbnail`, loading: "lazy", alt: t("case.photo", { author: photo.author ?? "", at: dateTime(photo.at) }) }))),
  );
  return [h("h3", {}, t("case.photos")), h("ul", { class: "photos" }, items)];
}

function suggestedBody(report, body, index, start, utilityName) {
  const may = ["dispatch", "reassign"].find((action) => report.actions.includes(action)) ?? (report.actions.includes("accept") ? "dispatch" : null);
  const reason = config.language === "en" ? body.reason_en : body.reason;
  const load = t("suggest.load", { open: body.open_reports, overdue: body.overdue_reports });
  const facts_ = [body.distance_m === null ? null : distance(body.distance_m), load, body.returned ? t("suggest.returned") : null].filter(Boolean);
  return h(
    "li",
    { class: body.returned ? "suggestion returned" : "suggestion" },
    h("div", {}, h("b", {}, `${index + 1}  ${utilityName(body.utility)}`), h("small", {}, facts_.join(" · ")), h("p", {}, reason)),
    may && body.part !== "lead"
      ? h("button", { type: "button", class: index === 0 ? "primary" : null, click: () => start(report, may, { body }) }, named("act", may))
      : null,
  );
}

function duplicateRow(report, one, start, open) {
  const words = [distance(one.distance_m), named("status", one.status)].join(" · ");
  return h(
    "li",
    { class: "duplicate" },
    h("div", {}, h("button", { type: "button", class: "link", click: () => open(one.id) }, one.number), h("small", {}, words), h("p", { lang: tongue(one.description) }, one.description)),
    report.actions.includes("merge") ? h("button", { type: "button", click: () => start(report, "merge", { into: one }) }, t("case.merge_into")) : null,
  );
}

// suggestions: {utilities, duplicates}; null while it loads, undefined where the role gets none.
function advice(report, suggestions, { start, open, utilityName }) {
  if (suggestions === undefined || !isOpen(report)) return null;
  if (suggestions === null) return h("div", { class: "skeleton small", "aria-hidden": "true" });
  const open_ = ["received", "accepted", "dispatched"].includes(report.status);
  return [
    open_ && suggestions.utilities.length
      ? [h("h3", {}, t("suggest.title")), h("ol", { class: "suggestions" }, suggestions.utilities.map((body, index) => suggestedBody(report, body, index, start, utilityName)))]
      : null,
    suggestions.duplicates.length
      ? [h("h3", {}, t("case.duplicates")), h("ul", { class: "duplicates" }, suggestions.duplicates.map((one) => duplicateRow(report, one, start, open)))]
      : null,
  ];
}

// The report this one was merged into, by its number once that is known.
function mergedLine(report, family, open) {
  if (!report.merged_into) return null;
  const link = h("button", { type: "button", class: "link", click: () => open(report.merged_into) }, family?.parent?.number ?? t("case.open_it"));
  return h("p", { class: "notice" }, t("case.merged_into"), " ", link);
}

// The reports that were merged into this one: who else is told when it is solved.
function children(family, open) {
  if (!family?.children.length) return null;
  const rows = family.children.map((one) =>
    h("li", { class: "duplicate" },
      h("div", {},
        h("button", { type: "button", class: "link", click: () => open(one.id) }, one.number),
        h("small", {}, [shortTime(one.received_at), named("source", one.source), one.address].filter(Boolean).join(" · ")),
        h("p", { lang: tongue(one.description) }, one.description || t("report.no_words")))));
  return [h("h3", {}, t("case.merged", { n: family.children.length })), h("ul", { class: "duplicates merged" }, rows)];
}

// What the detail shows; `extra` = {suggestions, history, thread, family}, each null while it loads.
export function caseBlocks(report, extra, tools) {
  const { categoryName, start, open, actions, send } = tools;
  return [
    h(
      "p",
      { class: "badges" },
      statusBadge(report),
      lightBadge(report),
      report.urgent ? h("span", { class: "status urgent" }, t("report.urgent")) : null,
      h("span", { class: "status level" }, named("level", report.level)),
    ),
    mergedLine(report, extra.family, open),
    h("p", { class: "description", lang: tongue(report.description) }, report.description || t("report.no_words")),
    actionBar(report, start),
    parts(report, actions.utilityName),
    clocks(report),
    children(extra.family, open),
    advice(report, extra.suggestions, { ...tools, utilityName: actions.utilityName }),
    h("h3", {}, t("case.about")),
    facts([
      [t("report.category"), categoryName(report.category)],
      [t("report.address"), report.address],
      [t("report.received"), dateTime(report.received_at)],
      [t("report.source"), named("source", report.source)],
      [t("report.place"), report.place ? nameOf(report.place) : report.location ? null : report.place_text],
      [t("report.location"), position(report, tools.outsideWords)],
    ]),
    contacts(report),
    h("h3", {}, t("match.heading")),
    matchBlock(report.match, actions),
    photos(report),
    h("h3", {}, t("case.timeline")),
    timeline(report, extra.history, extra.thread, { send, utilityName: actions.utilityName }),
    h("p", {}, h("a", { href: `/reports/${encodeURIComponent(report.id)}` }, t("case.full_page"))),
  ];
}
