// Keeping up: the stream's events in batches, the queue's counts, the offered clusters, and what has to be compared with
// the server because only it can tell.

import { ApiError, isAbort, latest } from "../api.js";
import { byId, h } from "../dom.js";
import { named, t } from "../words.js";
import { desk } from "./setup.js";
import { createStream } from "./stream.js";

const BATCH_MS = 120;
const COUNT_MS = 2_000;
const COMPARE_MS = 3_000;
const CLUSTERS_MS = 8_000;

// Runs work once for any number of calls within a span, and again if calls came while it ran.
function throttled(work, wait) {
  let timer = 0;
  let last = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(async () => {
      last = Date.now();
      timer = 0;
      try {
        await work();
      } catch (error) {
        // The next event, or the next minute, asks again; the state of the line says whether one is connected.
        if (!isAbort(error) && !(error instanceof ApiError)) throw error;
      }
    }, Math.max(0, wait - (Date.now() - last)));
  };
}

function showState({ state, seconds }) {
  const line = byId("live");
  line.className = `live ${state}`;
  line.replaceChildren(h("i", { "aria-hidden": "true" }), h("span", {}, named("live", state).replace("{n}", seconds)));
  if (state === "signed_out") line.append(" ", h("a", { href: `/?next=${encodeURIComponent(location.pathname + location.search)}` }, t("action.sign_in")));
  document.body.dataset.live = state;
}

// report(event), gone(id), changed(): one event, and once after each batch of them; load(): the lists anew;
// counted(byQueue): how many each queue holds now.
export function createFollowing({ cases, clusters, load, queues, parameters, report, gone, changed, counted }) {
  const askCounts = latest();
  let batch = [];
  let timer = 0;

  const countSoon = throttled(async () => {
    const { queue: _, ...filters } = parameters();
    const counts = await askCounts("/reports/counts", filters);
    queues.show(counts.by_queue);
    counted(counts.by_queue);
  }, COUNT_MS);
  const compareSoon = throttled(() => cases.compare(parameters()), COMPARE_MS);
  const clustersSoon = throttled(() => clusters.refresh(), CLUSTERS_MS);

  function flush() {
    timer = 0;
    const events = batch;
    batch = [];
    for (const { event, data } of events) {
      if (event === "report") report(data);
      else gone(data.id);
    }
    changed();
    countSoon();
    clustersSoon();
  }

  async function anew() {
    await load();
    countSoon();
    clustersSoon();
  }

  function handle(event, data) {
    if (event === "report" || event === "gone") {
      batch.push({ event, data });
      timer ||= setTimeout(flush, BATCH_MS);
    } else if (event !== "hello") anew(); // reload, resync
  }

  return {
    countSoon,
    compareSoon,
    // The stream goes on from where the page was made, so the lists need not wait for it: nothing can fall between.
    async begin() {
      createStream({ handle, show: showState, from: desk.position });
      await anew();
      setInterval(() => document.visibilityState === "visible" && countSoon(), 60_000);
    },
  };
}
