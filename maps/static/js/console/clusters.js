// "Probably one cause": reports that lie near each other in place and time, merged with one click and split with one.

import { getJson, isAbort, send, latest, ApiError } from "../api.js";
import { config } from "../config.js";
import { byId, h } from "../dom.js";
import { boundsOf } from "../lonlat.js";
import { t } from "../words.js";
import { failureWords } from "../failure.js";

const MOST_SHOWN = 1; // the list below is what one works on

// changed(): other clusters are offered than before.
export function createClusters({ map, categoryName, merged, open, say, offerUndo, changed }) {
  const box = byId("clusters");
  const ask = latest();
  let items = [];
  let all = false;

  const members = (cluster) => cluster.own.map(({ id, version }) => ({ id, version }));

  function look(cluster) {
    map.fitBounds(boundsOf(cluster.bbox), { padding: [80, 80], maxZoom: 16, animate: false });
  }

  function refused(error) {
    say(failureWords(error), "error");
    refresh();
  }

  async function merge(cluster) {
    const reports = members(cluster);
    try {
      const { into, merged: children } = await send("POST", `/clusters/${encodeURIComponent(cluster.id)}/merge`, { reports });
      offerUndo(t("cluster.merged", { n: reports.length }), () => split(cluster, children));
      merged(into);
      await refresh();
    } catch (error) {
      refused(error);
    }
  }

  // The versions are those after merging: what stands there now is asked for first.
  async function split(cluster, children) {
    try {
      const now = await Promise.all(children.map((id) => getJson(`/reports/${encodeURIComponent(id)}`)));
      await send("POST", `/clusters/${encodeURIComponent(cluster.id)}/split`, { reports: now.map(({ id, version }) => ({ id, version })) });
      say(t("cluster.split"));
      merged(cluster.into.id);
      await refresh();
      return true;
    } catch (error) {
      refused(error);
      return false;
    }
  }

  async function dismiss(cluster) {
    try {
      await send("POST", `/clusters/${encodeURIComponent(cluster.id)}/dismiss`, { reports: cluster.reports.map(({ id }) => id) });
      await refresh();
    } catch (error) {
      refused(error);
    }
  }

  function card(cluster) {
    return h(
      "article",
      { class: "cluster", dataset: { cluster: cluster.id } },
      h("p", {}, h("b", {}, categoryName(cluster.category)), " ", config.language === "en" ? cluster.words : cluster.words_zh),
      h(
        "p",
        { class: "buttons" },
        h("button", { type: "button", class: "primary", click: () => merge(cluster) }, t("cluster.merge", { n: cluster.own.length })),
        h("button", { type: "button", click: () => { look(cluster); open(cluster.into.id); } }, t("cluster.look")),
        h("button", { type: "button", class: "quiet", click: () => dismiss(cluster) }, t("cluster.dismiss")),
      ),
    );
  }

  function render() {
    const offered = items.filter((one) => one.state === "offered");
    box.hidden = offered.length === 0;
    const shown = all ? offered : offered.slice(0, MOST_SHOWN);
    const more = offered.length - shown.length;
    box.replaceChildren(
      h("h2", { class: "hidden" }, t("cluster.title")),
      ...shown.map(card),
      more > 0 ? h("button", { type: "button", class: "quiet", click: () => { all = true; render(); } }, t("cluster.more", { n: more })) : "",
    );
  }

  async function refresh() {
    try {
      const found = await ask("/clusters");
      // What another centre acts on is evidence, and stays with it.
      items = found.items.map((one) => ({ ...one, own: one.reports.filter((report) => report.own) }));
      render();
      changed();
    } catch (error) {
      if (!isAbort(error) && !(error instanceof ApiError)) throw error;
      // Offers are a help, not the list: without them the queue still holds every report.
    }
  }

  return {
    refresh,
    // The cluster a report is offered in, for "m".
    of: (id) => items.find((one) => one.state === "offered" && one.reports.some((report) => report.id === id)),
    merge,
  };
}
