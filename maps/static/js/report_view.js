// A report as a reader sees it: facts, the match and its reason. Every text of a person goes in as a text node.

import { config } from "./config.js";
import { facts, h } from "./dom.js";
import { coordinates, dateTime, distance, remaining } from "./format.js";
import { named, t, tongue } from "./words.js";

const OPEN = ["received", "accepted", "dispatched", "handling", "handled"];

export function isOpen(report) {
  return OPEN.includes(report.status);
}

// Light as ring, word and time left: never colour alone.
export function lightBadge(report) {
  if (!isOpen(report) || !report.light) return null;
  const word = named("light", report.light);
  const time = report.due_at ? remaining(report.due_at) : word;
  // "2 h left" and "overdue 5 min" say it all; that little is left has to be said.
  const words = report.light === "yellow" && report.due_at ? `${word} · ${time}` : time;
  return h("span", { class: `light ${report.light}` }, h("i", { "aria-hidden": "true" }), words);
}

export function statusBadge(report) {
  const outcome = report.status === "closed" && report.outcome ? ` · ${named("outcome", report.outcome)}` : "";
  return h("span", { class: `status ${report.status}` }, `${named("status", report.status)}${outcome}`);
}

function staffWords(staff) {
  return staff ? `${staff.name} · ${named("staff_role", staff.role)}` : t("match.no_staff");
}

function confidenceWords(match) {
  if (match.confidence === null || match.confidence === undefined) return t("match.no_accuracy");
  return t("match.confidence", { percent: Math.round(match.confidence * 100) });
}

function candidateRows(candidates, chooseGrid) {
  if (!candidates?.length) return null;
  const items = candidates.map((one) =>
    h(
      "li",
      {},
      h("button", { type: "button", class: "link", click: () => chooseGrid(one.grid_code) }, one.grid_code),
      `\u00a0${Math.round(one.share * 100)}\u00a0%`,
    ),
  );
  return h("ul", { class: "candidates" }, items);
}

// Where it goes and why; the same block for a report and for a click on the map.
export function matchBlock(match, { chooseGrid, chooseUtility, gridName, utilityName, townName }) {
  const grid = match.grid
    ? h("button", { type: "button", class: "link", click: () => chooseGrid(match.grid.code) }, `${gridName(match.grid)} (${match.grid.code})`)
    : t("match.outside");
  const utility = match.utility
    ? h("button", { type: "button", class: "link", click: () => chooseUtility(match.utility.code) }, utilityName(match.utility))
    : t("match.no_utility");
  const reason = config.language === "en" ? match.reason_en : match.reason;
  const toUtility = match.utility_distance_m;
  return h(
    "section",
    { class: "match" },
    reason ? h("p", { class: "reason" }, reason) : null,
    facts([
      [t("match.grid"), [grid, h("small", {}, ` ${named("grid_method", match.grid_method)}`)]],
      [t("match.town"), match.grid?.town_code ? townName(match.grid) : null],
      [t("match.staff"), [staffWords(match.staff), match.staff ? h("small", {}, ` ${named("staff_method", match.staff.method)}`) : null]],
      [t("match.utility"), [utility, match.utility ? h("small", {}, ` ${named("utility_method", match.utility_method)}`) : null]],
      [t("match.depot"), toUtility === null || toUtility === undefined ? null : distance(toUtility)],
      [t("match.sureness"), match.grid ? confidenceWords(match) : null],
      [t("match.candidates"), candidateRows(match.candidates, chooseGrid)],
    ]),
  );
}

export function reportBlock(report, categoryName, actions) {
  const point = report.location?.coordinates;
  return [
    h("p", { class: "badges" }, statusBadge(report), lightBadge(report), report.urgent ? h("span", { class: "status urgent" }, t("report.urgent")) : null),
    h("p", { class: "description", lang: tongue(report.description) }, report.description || t("report.no_words")),
    facts([
      [t("report.category"), categoryName(report.category)],
      [t("report.address"), report.address],
      [t("report.received"), dateTime(report.received_at)],
      [t("report.due"), isOpen(report) && report.due_at ? dateTime(report.due_at) : null],
      [t("report.source"), named("source", report.source)],
      [t("report.location"), point ? coordinates(point) : t("report.not_located")],
    ]),
    h("h3", {}, t("match.heading")),
    matchBlock(report.match, actions),
  ];
}
