// The scan as a job: started by a button, watched until it is done, its progress on the bar.

import { ApiError, getJson } from "../api.js";
import { byId } from "../dom.js";
import { count } from "../format.js";
import { t } from "../words.js";
import { reasonOf } from "./answer.js";
import { RUNNING, startScan } from "./views/scan.js";

const WATCH_MS = 700;

export function createScans({ question, parameters }) {
  const [button, bar, words] = ["scan-start", "scan-progress", "scan-words"].map(byId);
  let watched = "";

  function tell(job) {
    const active = job && RUNNING.includes(job.status);
    bar.hidden = !active;
    button.disabled = Boolean(active);
    if (!job) words.textContent = t("hot.scan_words");
    else if (active) {
      bar.max = job.total;
      bar.value = job.done;
      words.textContent = t(job.status === "waiting" ? "hot.scan_waiting" : "hot.scan_done_of", { n: count(job.done), all: count(job.total) });
    } else words.textContent = t(job.status === "done" ? "hot.scan_finished" : "hot.scan_failed", { n: count(job.total) });
  }

  async function watch(id) {
    watched = id;
    while (watched === id) {
      let job = null;
      try {
        job = await getJson(`/layers/scans/${encodeURIComponent(id)}`);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        words.textContent = t("state.failed", { what: t("view.scan") });
        button.disabled = false;
        return;
      }
      if (watched !== id || question.get().view !== "scan") return;
      tell(job);
      if (!RUNNING.includes(job.status)) {
        watched = "";
        // Asked for anew under the same id, now with circles.
        question.get().scan = "";
        question.set({ scan: id });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    }
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const job = await startScan({ question: question.get(), parameters: parameters() });
      tell(job);
      question.set({ scan: job.id });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      words.textContent = reasonOf(error);
      button.disabled = false;
    }
  });

  return {
    // A scan that was just read: watched on if it still runs.
    reflect(job) {
      tell(job);
      if (job && RUNNING.includes(job.status) && watched !== job.id) watch(job.id);
      if (!job) watched = "";
    },
  };
}
