// What was just done, in one line, with the way back for as long as the server allows it.

import { byId, h } from "../dom.js";
import { t } from "../words.js";

const UNDO_MS = 60_000;
const PLAIN_MS = 8_000;

export function createUndo() {
  const line = byId("toast");
  let last = null; // {words, until, back}
  let timer = 0;

  function clear() {
    clearInterval(timer);
    last = null;
    line.hidden = true;
    line.replaceChildren();
  }

  function show(kind, content) {
    line.className = `toast ${kind}`;
    line.replaceChildren(...content);
    line.hidden = false;
  }

  return {
    clear,
    // back() undoes; it resolves to true when it did, to false when it could not.
    offer(words, back) {
      clearInterval(timer);
      last = { until: Date.now() + UNDO_MS, back };
      const seconds = h("span", { class: "seconds", "aria-hidden": "true" });
      const tick = () => {
        const left = Math.ceil((last.until - Date.now()) / 1000);
        if (left <= 0) clear();
        else seconds.textContent = t("undo.seconds", { n: left });
      };
      show("done", [h("span", {}, words), h("button", { type: "button", click: () => this.now() }, t("act.undo"), h("kbd", { "aria-hidden": "true" }, "z")), seconds]);
      tick();
      timer = setInterval(tick, 1000);
    },
    // Resolves to null where there is nothing to take back.
    async now() {
      if (!last || Date.now() > last.until) return null;
      const { back } = last;
      clear();
      return back();
    },
    say(words, kind = "done") {
      clear();
      const close = h("button", { type: "button", class: "quiet", click: clear }, t("action.close"));
      show(kind, [h("span", {}, words), close]);
      if (kind === "done") timer = setInterval(clear, PLAIN_MS);
    },
  };
}
