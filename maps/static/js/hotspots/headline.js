// The answer in one or two sentences, before any table: how many, where unusually many, how sure.

import { h } from "../dom.js";
import { count } from "../format.js";
import { t } from "../words.js";
import { periodName } from "./names.js";

function finding({ rows, total, found, items, value }, { view }) {
  const most = { counts: "hot.most_counts", rate: "hot.most_rate", density: "hot.most_density" }[view];
  if (view === "hotspots" || view === "scan") return rows.length ? t(`hot.found_${view}`, { n: count(rows.length) }) : null;
  if (view === "compare") return t(found ? "hot.found_compare" : "hot.none_compare", { n: count(found) });
  if (view === "emerging") return found ? t("hot.found_emerging", { n: count(found) }) : null;
  if (!most || !rows.length || !total) return null;
  const tied = view === "density" ? 1 : items.filter((item) => value(item) === value(rows[0].item)).length;
  return tied > 1 ? t("hot.most_tied", { n: count(tied) }) : t(most);
}

// Returns the elements of the headline for a layer's model.
export function headline(model, question, whatWords, titleOf) {
  const { body, rows, total, totalWords, progress, scan, found } = model;
  const what = whatWords(question.what);
  if (question.view === "scan" && !scan?.circles) return [h("p", {}, progress === null || progress === undefined ? t("hot.scan_words") : t("hot.scan_running"))];
  const numbers = totalWords ?? t("hot.reports", { n: count(total) });
  const first = h("h2", { tabindex: "-1" }, t("hot.headline", { what, when: model.when ?? periodName(body.period ?? {}), numbers }));
  const words = finding(model, question);
  const strongest = found === 0 ? null : (rows[0]?.words ?? null);
  return [
    first,
    words ? h("p", {}, words, rows.length && found !== 0 ? h("strong", {}, titleOf(rows[0].item)) : null) : null,
    strongest ? h("p", { class: "muted" }, strongest) : null,
  ].filter(Boolean);
}
