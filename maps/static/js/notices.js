// Loading (after 300 ms), error and stale states of what the map fetches, said in one line with a way to try again.

import { ApiError, isAbort } from "./api.js";
import { h } from "./dom.js";
import { clockTime } from "./format.js";
import { t } from "./words.js";

const PATIENCE_MS = 300;

export function createNotices(element) {
  const running = new Map(); // what -> timer or true once shown
  const failed = new Map(); // what -> {retry, error}
  const fetchedAt = new Map(); // what -> Date of the last good answer
  let said = null;

  // What happened, what is safe, and what to do about it.
  function failureLine([what, { retry, error }]) {
    const since = fetchedAt.get(what);
    const thing = t(`thing.${what}`);
    if (error.status === 401) {
      const words = t("state.signed_out", { what: thing });
      return h("p", { class: "notice error" }, words, " ", h("a", { href: "/" }, t("action.sign_in")));
    }
    // The server refused the question itself: asking again would not help.
    if (error.status === 422) return h("p", { class: "notice error" }, t("state.refused", { what: thing, reason: error.message }));
    const words = since ? t("state.stale", { what: thing, since: clockTime(since) }) : t("state.failed", { what: thing });
    const again = h("button", { type: "button", class: "quiet", click: retry }, t("action.retry"));
    return h("p", { class: since ? "notice stale" : "notice error" }, words, " ", again);
  }

  function render() {
    const shown = [...running].filter(([, timer]) => timer === true).map(([what]) => t(`thing.${what}`));
    const loading = shown.length
      ? [h("p", { class: "notice loading" }, t("state.loading", { what: shown.join(t("list.comma")) }))]
      : [];
    const close = () => say(null);
    const words = said ? [h("p", { class: "notice" }, said, " ", h("button", { type: "button", class: "quiet", click: close }, t("action.close")))] : [];
    element.replaceChildren(...loading, ...[...failed].map(failureLine), ...words);
  }

  function finish(what) {
    clearTimeout(running.get(what));
    running.delete(what);
  }

  // Runs work() and tells its state; resolves to its value, or undefined if it failed or was replaced.
  async function watch(what, work) {
    finish(what);
    const timer = setTimeout(() => {
      running.set(what, true);
      render();
    }, PATIENCE_MS);
    running.set(what, timer);
    try {
      const value = await work();
      failed.delete(what);
      fetchedAt.set(what, new Date());
      finish(what);
      render();
      return value;
    } catch (error) {
      // A newer request of the same kind has taken over: its state is the one to show.
      if (isAbort(error)) {
        clearTimeout(timer);
        return undefined;
      }
      finish(what);
      failed.set(what, { error, retry: () => watch(what, work) });
      render();
      if (!(error instanceof ApiError)) throw error;
      return undefined;
    }
  }

  // One sentence about what is shown, until it is closed or another takes its place.
  function say(words) {
    said = words;
    render();
  }

  return { watch, say };
}
