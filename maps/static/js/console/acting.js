// Doing an action: its dialog, the version it was decided on, and what to say when it could not be done.

import { ApiError, act, getJson } from "../api.js";
import { config } from "../config.js";
import { facts, h } from "../dom.js";
import { dateTime, shortTime } from "../format.js";
import { statusBadge } from "../report_view.js";
import { nameOf, named, t } from "../words.js";
import { desk } from "./setup.js";
import { openDialog } from "./dialog.js";
import { failureWords } from "../failure.js";
import { control, showWrong, shownFields, typedIn, valuesOf } from "./fields.js";

// The actor's own part in the present round, the lead's before an assisting one.
export function ownPart(report) {
  const own = new Set(desk.bodies);
  const parts = report.assignments.filter(
    (part) => own.has(part.utility.code) && part.round === report.round && !["returned", "cancelled"].includes(part.status),
  );
  return parts.find((part) => part.role === "lead") ?? parts[0] ?? null;
}

export function versionFor(report, action) {
  if (desk.actions[action]?.version_of === "none") return undefined;
  if (desk.actions[action]?.version_of === "assignment") return ownPart(report)?.version ?? report.version;
  return report.version;
}

export function needsWords(action) {
  return (desk.actions[action]?.fields ?? []).length > 0;
}

// Both versions side by side, the steps that lie between, and the choice.
function collision(seen, now, problem, action) {
  const lead = (report) => report.assignments.find((part) => part.role === "lead" && part.round === report.round);
  const side = (title, report) =>
    h(
      "section",
      {},
      h("h3", {}, title),
      facts([
        [t("collision.version"), String(report.version)],
        [t("collision.status"), statusBadge(report)],
        [t("field.lead"), lead(report) ? nameOf(lead(report).utility) : t("match.no_utility")],
        [t("match.grid"), report.match.grid?.code ?? t("match.outside")],
        [t("report.due"), report.due_at ? dateTime(report.due_at) : null],
      ]),
    );
  const steps = (problem.changes ?? []).map((step) =>
    h("li", {}, h("time", { datetime: step.at }, shortTime(step.at)), ` ${named("act", step.action)} · ${step.actor_name || named("role", step.actor_role)}`),
  );
  const still = now.actions.includes(action);
  return openDialog(
    t("collision.title"),
    (close) => [
      h("p", {}, t("collision.words", { action: named("act", action) })),
      h("div", { class: "versions" }, side(t("collision.seen"), seen), side(t("collision.now"), now)),
      steps.length ? [h("h3", {}, t("collision.steps")), h("ul", { class: "steps" }, steps)] : null,
      h(
        "p",
        { class: "buttons" },
        h("button", { type: "button", class: "primary", autofocus: true, click: () => close("look") }, t("collision.look")),
        still ? h("button", { type: "button", click: () => close("again") }, t("collision.again", { action: named("act", action) })) : h("span", { class: "muted" }, t("collision.no_more")),
      ),
    ],
    { wide: true },
  );
}

function refusalWords(error) {
  const possible = error.problem?.possible;
  const sentence = t("act.refused", { reason: error.message });
  return possible ? `${sentence} ${t("act.possible", { actions: possible.map((one) => named("act", one)).join(t("list.comma")) })}` : sentence;
}

// Other reports are named by their number; the server wants their id.
async function reportsIn(form, fields) {
  const found = {};
  for (const { name } of fields.filter((field) => field.kind === "report")) {
    const text = form.elements.namedItem(name).value.trim();
    if (/^\d+$/.test(text)) found[name] = (await getJson(`/reports/${text}`)).id;
  }
  return found;
}

// The suggested bodies, each with its reason, above the list of all.
function bodyChoices({ bodies, utilityName }, choose) {
  if (!bodies?.length) return null;
  const items = bodies.map((one) =>
    h("li", {}, h("button", { type: "button", class: "suggested-body", click: () => choose(one.utility.code) },
      h("b", {}, utilityName(one.utility)), h("small", {}, config.language === "en" ? one.reason_en : one.reason))),
  );
  return h("ol", { class: "choices-list" }, items);
}

// done(report, action, before): the server's answer; reload(id) reads a report anew; say(words, kind): one line.
export function createActing({ lists, done, reload, say }) {
  const running = new Set(); // steps that were sent and are not answered yet
  const drafts = new Map(); // what was typed for a step that was not taken, for when it is asked for again
  // Resolves to true when it is done, false when it was refused for good; throws what a form can show. onto(report): what
  // it is sent on, newer than what it was begun on once that is filed or compared; the next try goes on from there.
  async function send(report, action, fields, onto = () => {}) {
    onto(report);
    try {
      // A call that is only taken in is filed on the way to being sent.
      if (action === "dispatch" && report.status === "received") {
        const filed = await act(report.id, { action: "accept" }, versionFor(report, "accept"));
        done(filed, "accept", report);
        return await send(filed, action, fields, onto);
      }
      const after = await act(report.id, { action, ...fields }, versionFor(report, action));
      done(after, action, report);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 412) return settleCollision(report, action, fields, error.problem, onto);
      if (error.status === 409 || error.status === 403 || error.status === 404) {
        say(refusalWords(error), "error");
        reload(report.id);
        return false;
      }
      throw error;
    }
  }

  async function settleCollision(report, action, fields, problem, onto) {
    const now = await reload(report.id);
    const choice = await collision(report, now, problem, action);
    return choice === "again" ? send(now, action, fields, onto) : false;
  }

  // The dialog of an action that needs words; what was typed stays until the server has taken it.
  function ask(report, action, given) {
    const fields = desk.actions[action].fields;
    const shown = shownFields(action, fields);
    const draft = `${report.id} ${action}`;
    const known = { ...given, ...drafts.get(draft) };
    drafts.delete(draft);
    let current = report;
    const onto = (now) => {
      current = now;
    };
    return openDialog(`${named("act", action)} · ${report.number}`, (close) => {
      const failed = h("p", { class: "notice error", hidden: true, role: "alert" });
      const submit = h("button", { type: "submit", class: "primary" }, named("act", action));
      const submitted = async (event) => {
        event.preventDefault();
        submit.disabled = true;
        failed.hidden = true;
        try {
          const typed = { ...valuesOf(form, shown), ...(await reportsIn(form, shown)) };
          const sent = await send(current, action, { ...known.fixed, ...known.extra?.(), ...typed }, onto);
          if (!sent) drafts.set(draft, typedIn(form, shown));
          close(sent);
        } catch (error) {
          const rest = showWrong(form, error.problem?.errors ?? []);
          failed.textContent = rest.length || !error.problem?.errors?.length ? failureWords(error) : t("form.wrong");
          failed.hidden = false;
        } finally {
          submit.disabled = false;
        }
      };
      const elsewhere = fields.some((field) => ["sha256s", "decisions"].includes(field.kind));
      const form = h(
        "form",
        { class: "form", submit: submitted },
        known.preface,
        bodyChoices(known, (code) => {
          form.elements.lead.value = code;
        }),
        shown.map((field) => control(field, lists(), known)),
        elsewhere ? h("p", { class: "muted" }, h("a", { href: `/reports/${encodeURIComponent(report.id)}` }, t("form.elsewhere"))) : null,
        failed,
        h("p", { class: "buttons sticky" }, submit, h("button", { type: "button", click: () => close(false) }, t("form.cancel"))),
      );
      // Everything is filled in: Enter sends it.
      if (shown.filter((field) => field.required).every((field) => known[field.name])) submit.setAttribute("autofocus", "");
      return form;
    }, { wide: known.wide });
  }

  // known: {fixed fields, values to begin with, likely_bodies, likely_reports, preface}.
  async function start(report, action, known = {}) {
    if (needsWords(action) && !known.at_once) return (await ask(report, action, known)) === true;
    // A second press while the first is on its way would be a collision with oneself, and of words a second message.
    const step = JSON.stringify([report.id, action, known.fixed]);
    if (running.has(step)) return false;
    running.add(step);
    try {
      return await send(report, action, known.fixed ?? {});
    } catch (error) {
      say(failureWords(error), "error");
      return false;
    } finally {
      running.delete(step);
    }
  }

  return { start };
}
