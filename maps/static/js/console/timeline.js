// Steps, messages and answers of one report, oldest first, and the box to write the next message.

import { h } from "../dom.js";
import { dateTime } from "../format.js";
import { nameOf, named, t, tongue } from "../words.js";

const TALK = new Set(["comment", "ask", "urge"]);
const MERGING = { merge: "timeline.merged", unmerge: "timeline.unmerged" };

// The words a step carries: a reason, a result, whom it went to. Everything else is on the report's page.
function details(step, utilityName) {
  const { details: given } = step;
  const body = (code) => utilityName({ code, name: code });
  const bodies = [given.lead, ...(given.assisting ?? [])].filter(Boolean).map((one) => body(one.code ?? one));
  const words = ["reason", "result", "cause", "remedy", "minutes", "text"].map((name) => given[name]).filter((text) => typeof text === "string" && text);
  const across = given.county_name ? t("timeline.across", { county: nameOf({ name: given.county_name, name_en: given.county_name_en }), number: given.number }) : null;
  const merged = given.number && MERGING[step.action] ? t(given.into ? "timeline.merged_into" : MERGING[step.action], { number: given.number }) : null;
  return [across || merged ? h("p", {}, across ?? merged) : null, bodies.length ? h("p", {}, `→ ${bodies.join(t("list.comma"))}`) : null, words.map((text) => h("p", { lang: tongue(text) }, text))];
}

function stepItem(step, utilityName) {
  const who = step.actor ? `${step.actor.name || named("role", step.actor.role)}` : t("timeline.system");
  const status = step.status_before && step.status_before !== step.status_after ? ` → ${named("status", step.status_after)}` : "";
  return h(
    "li",
    { class: "step" },
    h("p", { class: "step-head" }, h("b", {}, `${named("act", step.action)}${status}`), h("span", {}, who), h("time", { datetime: step.at }, dateTime(step.at))),
    details(step, utilityName),
  );
}

function messageItem(message) {
  return h(
    "li",
    { class: message.own ? "message own" : message.read ? "message" : "message unread" },
    h("p", { class: "step-head" }, h("b", {}, message.author_name || named("role", message.author_role)), h("span", {}, named("role", message.author_role)), h("time", { datetime: message.at }, dateTime(message.at))),
    h("p", { lang: tongue(message.text) }, message.text),
  );
}

const drafts = new Map(); // report id -> text typed and not sent: the detail is drawn anew under one's fingers

function writer(report, send) {
  if (!report.actions.includes("comment")) return null;
  const area = h("textarea", { rows: 2, maxlength: 4000, "aria-label": t("timeline.write"), placeholder: t("timeline.write"), input: () => drafts.set(report.id, area.value) });
  area.value = drafts.get(report.id) ?? "";
  const submit = async (event) => {
    event.preventDefault();
    const text = area.value.trim();
    if (text && (await send(report, "comment", { text }))) drafts.delete(report.id);
  };
  return h("form", { class: "writer", submit }, area, h("button", { type: "submit" }, named("act", "comment")));
}

// history, thread: as the API answers, null while they load.
export function timeline(report, history, thread, { send, utilityName }) {
  if (!history || !thread) return h("div", { class: "skeleton small", "aria-hidden": "true" });
  const steps = history.items.filter((step) => !TALK.has(step.action)).map((step) => ({ at: step.at, item: stepItem(step, utilityName) }));
  const messages = thread.items.map((message) => ({ at: message.at, item: messageItem(message) }));
  const all = [...steps, ...messages].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return h("div", { class: "timeline-block" }, h("ol", { class: "timeline" }, all.map((one) => one.item)), writer(report, send));
}
