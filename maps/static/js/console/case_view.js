// The chosen report in the detail column: loaded, kept up to date under one's eyes, and acted on.

import { ApiError, UNREACHED, getJson } from "../api.js";
import { remaining } from "../format.js";
import { named, t } from "../words.js";
import { rowOfReport } from "./cases.js";
import { caseBlocks } from "./case.js";
import { desk } from "./setup.js";

const TICK_MS = 20_000;
const PATIENCE_MS = 120; // walking with j and k loads only where one stops

export function createCaseView({ detail, state, focus, categoryName, actions, acting, undo, open, keepVisible, outsideWords, cases, suggests }) {
  let report = null;
  let extra = { suggestions: null, history: null, thread: null, family: null };
  let turn = 0;
  let timer = 0;
  let tools = {};

  const path = (id, rest = "") => `/reports/${encodeURIComponent(id)}${rest}`;
  const advised = () => suggests.includes(desk.role);

  function blocks() {
    return caseBlocks(report, extra, { categoryName, actions, open, start, send, outsideWords });
  }

  // Drawn anew, but where one reads and what one has unfolded stays.
  function draw({ focus: byHand = false } = {}) {
    const { body } = detail;
    const top = body.scrollTop;
    const unfolded = body.querySelector(".more")?.open ?? false;
    const action = document.activeElement?.closest?.("[data-action]")?.dataset.action;
    const writing = document.activeElement?.matches?.(".writer textarea") ? document.activeElement.selectionStart : null;
    detail.show(t("report.title", { number: report.number }), blocks(), { focus: byHand });
    body.scrollTop = top;
    const more = body.querySelector(".more");
    if (more) more.open = unfolded;
    if (action) body.querySelector(`[data-action="${action}"]`)?.focus({ preventScroll: true });
    if (writing !== null) {
      const area = body.querySelector(".writer textarea");
      area?.focus({ preventScroll: true });
      area?.setSelectionRange(writing, writing);
    }
  }

  function onMap() {
    const point = report.location?.coordinates ?? null;
    const title = `${report.number} · ${categoryName(report.category)}`;
    focus.show({ point, place: report.place, match: report.match, category: report.category, accuracy: report.accuracy_m ?? 0, title, draggable: report.actions.includes("move") });
  }

  // What stands below: each part comes when it comes, and none of them keeps the others.
  function loadExtra({ id, merged_into: into, merged_count: merged }, mine) {
    const take = (name, work, otherwise) =>
      work.catch((error) => {
        if (!(error instanceof ApiError)) throw error;
        return otherwise;
      }).then((value) => {
        if (mine !== turn) return;
        extra = { ...extra, [name]: value };
        draw();
      });
    take("suggestions", advised() ? getJson(path(id, "/suggestions")) : Promise.resolve(undefined), undefined);
    take("history", getJson(path(id, "/history")), { items: [] });
    take("thread", getJson(path(id, "/messages")), { items: [], unread: 0 });
    take("family", into || merged ? getJson(path(id, "/merged")) : Promise.resolve(null), null);
  }

  async function load(id, mine, { quiet = false } = {}) {
    try {
      const found = await getJson(path(id));
      if (mine !== turn) return null;
      report = found;
      cases.take(rowOfReport(report), null);
      if (!quiet) extra = { suggestions: advised() ? null : undefined, history: null, thread: null, family: null };
      draw();
      onMap();
      if (!quiet && focus.anchor()) keepVisible(focus.anchor());
      loadExtra(report, mine);
      return report;
    } catch (error) {
      if (mine !== turn || (quiet && error.status === UNREACHED)) return report;
      const words = t("report.loading");
      const gone = error.status === 404;
      detail.fail(words, gone ? t("state.gone") : t("state.failed", { what: words }), gone ? null : () => show(id));
      return null;
    }
  }

  function show(id) {
    if (report?.id === id) return;
    clearTimeout(timer);
    const mine = (turn += 1);
    report = null;
    focus.clear();
    const row = cases.get(id);
    detail.wait(row ? t("report.title", { number: row.number }) : t("report.loading"));
    detail.body.scrollTop = 0;
    timer = setTimeout(() => load(id, mine), row ? PATIENCE_MS : 0);
  }

  function hide() {
    clearTimeout(timer);
    turn += 1;
    report = null;
    focus.clear();
  }

  // The newest state of a report; of the one in view its parts as well.
  async function reload(id) {
    if (report?.id !== id) return getJson(path(id));
    return load(id, turn, { quiet: true });
  }

  function suggestionsFor(action, { body, into }) {
    const bodies = extra.suggestions?.utilities ?? [];
    const lead = body?.utility.code ?? bodies.find((one) => !one.returned)?.utility.code ?? report.match.utility?.code ?? "";
    const likely = (extra.suggestions?.duplicates ?? []).map((one) => ({ id: one.id, number: one.number, words: one.description }));
    return {
      ...(["dispatch", "reassign"].includes(action) ? { lead, bodies, likely_bodies: bodies.map((one) => one.utility.code) } : {}),
      ...(["merge", "reject", "close"].includes(action) ? { likely_reports: likely } : {}),
      ...(action === "merge" ? { into: into?.number ?? likely[0]?.number ?? "" } : {}),
      utilityName: (utility) => actions.utilityName(utility),
    };
  }

  // chosen: {body} a suggestion was taken, {into} a duplicate was.
  function start(of, action, chosen = {}) {
    const filedOnTheWay = action === "dispatch" && of.actions.includes("accept");
    if (!of.actions.includes(action) && !filedOnTheWay) {
      undo.say(t("act.not_now", { action: named("act", action), actions: of.actions.map((one) => named("act", one)).join(t("list.comma")) }), "error");
      return Promise.resolve(false);
    }
    if (action === "move") return tools.moving.ask(of);
    return acting.start(of, action, suggestionsFor(action, chosen));
  }

  async function send(of, action, fields) {
    return acting.start(of, action, { fixed: fields, at_once: true });
  }

  // Due times go on counting without drawing anything anew.
  setInterval(() => {
    for (const element of detail.body.querySelectorAll("[data-due]")) element.textContent = remaining(element.dataset.due);
  }, TICK_MS);

  return {
    show,
    hide,
    reload,
    start,
    use(more) {
      tools = { ...tools, ...more };
    },
    report: () => report,
    // After one's own step.
    take(after) {
      report = after;
      draw();
      onMap();
      loadExtra(after, turn);
    },
    // After somebody's: read again, unless it is one's own echo.
    hear({ id, version, gone, action }) {
      if (report?.id !== id || state.get().report !== id) return;
      if (gone) detail.fail(t("report.title", { number: report.number }), t("case.left_view"), null);
      else if (version > report.version || ["comment", "ask", "urge"].includes(action)) load(id, turn, { quiet: true });
    },
  };
}
