// The places that stand out, in order: each row a button that flies there.

import { h } from "../dom.js";
import { t } from "../words.js";

const FIRST_ROWS = 8;

// places: [{item, rank?, sub?, words?, numbers}]; other: {words, changes} that may find more; nameOf(item); choose(row);
// turn(changes) of the question.
export function renderRanking(element, { columns, rows, noRows, other }, nameOf, choose, turn) {
  if (rows.length === 0) {
    const elsewhere = other ? h("p", {}, h("button", { type: "button", click: () => turn(other.changes) }, other.words)) : "";
    element.replaceChildren(h("p", { class: "empty" }, noRows ?? t("legend.empty")), elsewhere);
    return;
  }
  const head = h("tr", {}, h("th", { scope: "col" }, t("hot.column_place")), columns.map((words) => h("th", { scope: "col", class: "number" }, words)));
  const line = (row, index) =>
    h("tr", { dataset: { code: row.item.code } },
      h("th", { scope: "row" },
        h("span", { class: "place" },
          h("span", { class: "rank", "aria-hidden": "true" }, String(row.rank ?? index + 1)),
          h("span", {},
            h("button", { type: "button", class: "link", click: () => choose(row) }, nameOf(row.item)),
            row.sub ? h("small", {}, row.sub) : null))),
      row.numbers.map((number) => h("td", { class: "number" }, number)));
  const table = (lines, caption) => h("table", {}, h("caption", { class: "hidden" }, caption), h("thead", {}, head.cloneNode(true)), h("tbody", {}, lines));
  const [first, more] = [rows.slice(0, FIRST_ROWS), rows.slice(FIRST_ROWS)];
  element.replaceChildren(
    table(first.map(line), t("hot.ranking")),
    more.length ? h("details", { class: "more" }, h("summary", {}, t("hot.more_rows", { n: more.length })), table(more.map((row, index) => line(row, FIRST_ROWS + index)), t("hot.ranking"))) : "",
  );
}

export function markRow(element, code) {
  for (const row of element.querySelectorAll("tr[data-code]")) row.classList.toggle("picked", row.dataset.code === code);
}
