// Loading (after 300 ms), error and stale states of what the map fetches, said in one line with a way to try again.

import { isAbort } from "./api.js";
import { h } from "./dom.js";
import { clockTime } from "./format.js";
import { t } from "./words.js";

const PATIENCE_MS = 300;

export function createNotices(element) {
  const running = new Map(); // what -> timer or true once shown
  const failed = new Map(); // what -> {retry, status}
  const fetchedAt = new Map(); // what -> Date of the last good answer

  function failureLine([what, { retry, status }]) {
    const since = fetchedAt.get(what);
    const key = status === 401 ? "state.signed_out" : since ? "state.stale" : "state.failed";
    const words = t(key, { what: t(`thing.${what}`), since: since ? clockTime(since) : "" });
    const action = status === 401
      ? h("a", { href: "/" }, t("action.sign_in"))
      : h("button", { type: "button", class: "quiet", click: retry }, t("action.retry"));
    return h("p", { class: since ? "notice stale" : "notice error" }, words, " ", action);
  }

  function render() {
    const shown = [...running].filter(([, timer]) => timer === true).map(([what]) => t(`thing.${what}`));
    const loading = shown.length
      ? [h("p", { class: "notice loading" }, t("state.loading", { what: shown.join(t("list.comma")) }))]
      : [];
    element.replaceChildren(...loading, ...[...failed].map(failureLine));
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
      failed.set(what, { status: error.status, retry: () => watch(what, work) });
      render();
      if (error.status === undefined && !(error instanceof TypeError)) throw error;
      return undefined;
    }
  }

  return { watch };
}
