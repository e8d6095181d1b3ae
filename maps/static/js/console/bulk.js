// Several rows at once: each is done for itself, and each says what became of it.

import { send } from "../api.js";
import { byId, h } from "../dom.js";
import { count } from "../format.js";
import { named, t } from "../words.js";
import { openDialog } from "./dialog.js";
import { failureWords } from "../failure.js";

const MOST = 100; // of two steps each: the server takes 200 at once

// done(results): after the server has answered; say(words, kind): the line below, clearLine(): takes it away.
export function createBulk({ cases, utilityName, done, changed, say, clearLine }) {
  const bar = byId("bulk");
  const checked = new Set();
  let busy = false; // a step was begun and its results are not yet read

  function clear() {
    checked.clear();
    reflect();
    changed();
  }

  function reflect() {
    bar.hidden = checked.size === 0;
    const number = bar.querySelector("[data-number]");
    number.textContent = t("bulk.checked", { n: count(checked.size) });
  }

  async function post(actions) {
    const answer = await send("POST", "/reports/actions", { actions });
    done(answer.items);
    return answer.items;
  }

  // That somebody was faster is said as it is said of one alone.
  function whyNot(item) {
    return item.status === 412 ? t("collision.title") : item.problem.detail;
  }

  function resultRow(item) {
    const row = cases.get(item.id);
    const good = item.status === 200;
    return h("tr", { class: good ? "good" : "bad" }, h("td", {}, row?.number ?? item.id), h("td", {}, good ? `✓ ${named("status", item.report.status)}` : `✗ ${whyNot(item)}`));
  }

  function showResults(action, items) {
    const good = items.filter((item) => item.status === 200).length;
    return openDialog(t("bulk.results", { action: named("act", action) }), (close) => [
      h("p", {}, t("bulk.summary", { good: count(good), bad: count(items.length - good) })),
      h("div", { class: "scroll" }, h("table", {}, h("tbody", {}, items.map(resultRow)))),
      h("p", { class: "buttons" }, h("button", { type: "button", class: "primary", autofocus: true, click: () => close() }, t("action.close"))),
    ]);
  }

  // A call that is only taken in is filed first: two steps, the second on the version the first one makes.
  function stepsOf(action, row) {
    const first = { id: row.id, action: "accept", if_match: String(row.version) };
    if (action === "accept") return [first];
    const filed = row.status !== "received";
    return [...(filed ? [] : [first]), { id: row.id, action, lead: row.utility_code, if_match: String(row.version + (filed ? 0 : 1)) }];
  }

  // One result a report: the first step that failed, else the last.
  function perReport(items) {
    const results = new Map();
    for (const item of items) if ((results.get(item.id)?.status ?? 200) === 200) results.set(item.id, item);
    return [...results.values()];
  }

  async function run(action, rows) {
    // Also takes away the undo of the step before: `z` meant for these must not reach another report.
    say(`${named("act", action)} · ${count(rows.length)} …`, "work");
    let items;
    try {
      items = perReport(await post(rows.flatMap((row) => stepsOf(action, row))));
    } catch (error) {
      say(failureWords(error), "error");
      return;
    }
    clearLine();
    for (const item of items) if (item.status === 200) checked.delete(item.id);
    reflect();
    changed();
    await showResults(action, items);
  }

  // Each goes where its match says; those without one are named and stay.
  function dispatchRows(rows) {
    const ready = rows.filter((row) => row.utility_code);
    const groups = byUtility(ready);
    return openDialog(`${t("act.dispatch")} · ${count(rows.length)}`, (close) => [
      h("p", {}, t("bulk.dispatch")),
      h("ul", { class: "steps" }, [...groups].map(([code, some]) => h("li", {}, `${utilityName({ code, name: code })} · ${count(some.length)}`))),
      rows.length > ready.length ? h("p", { class: "notice stale" }, t("bulk.unmatched", { n: rows.length - ready.length })) : null,
      h("p", { class: "buttons" },
        h("button", { type: "button", class: "primary", autofocus: true, disabled: ready.length === 0, click: () => close(ready) }, t("bulk.dispatch_now", { n: count(ready.length) })),
        h("button", { type: "button", click: () => close(undefined) }, t("form.cancel"))),
    ]);
  }

  function byUtility(rows) {
    const groups = new Map();
    for (const row of rows) groups.set(row.utility_code, [...(groups.get(row.utility_code) ?? []), row]);
    return groups;
  }

  // A second press while the first is on its way would be a collision of each with oneself.
  async function start(action) {
    const rows = [...checked].map((id) => cases.get(id)).filter(Boolean).slice(0, MOST);
    if (rows.length === 0 || busy) return;
    busy = true;
    try {
      const ready = action === "accept" ? rows : await dispatchRows(rows);
      if (ready) await run(action, ready);
    } finally {
      busy = false;
    }
  }

  bar.querySelector("[data-bulk=accept]").addEventListener("click", () => start("accept"));
  bar.querySelector("[data-bulk=dispatch]").addEventListener("click", () => start("dispatch"));
  bar.querySelector("[data-bulk=none]").addEventListener("click", clear);

  return {
    checked,
    check(id, on) {
      if (on) checked.add(id);
      else checked.delete(id);
      reflect();
      changed();
    },
    checkAll() {
      for (const id of cases.ids().slice(0, MOST)) checked.add(id);
      reflect();
      changed();
    },
    clear,
    start,
    size: () => checked.size,
  };
}
