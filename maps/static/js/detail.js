// The right column: a grid, a report, or what would happen to a report at a point.

import { facts, h } from "./dom.js";
import { coordinates, count } from "./format.js";
import { matchBlock, reportBlock } from "./report_view.js";
import { named, nameOf, t } from "./words.js";

function staffRow(person) {
  const duty = person.on_duty ? t("staff.on_duty") : t("staff.off_duty");
  return h("li", {}, h("span", {}, person.name), h("small", {}, `${named("staff_role", person.role)} · ${duty}`));
}

function countRows(counts, categoryName) {
  if (!counts || counts.length === 0) return h("p", { class: "empty" }, t("grid.no_reports"));
  const rows = counts.map((row) => h("tr", {}, h("td", {}, categoryName(row.category)), h("td", { class: "number" }, count(row.count))));
  return h("table", {}, h("tbody", {}, rows));
}

function fiveHaves(haves) {
  if (!haves) return null;
  const items = Object.entries(haves).map(([name, has]) =>
    h("li", { class: has ? "has" : "lacks" }, `${has ? "✓" : "✗"} ${named("five_haves", name)}`),
  );
  return h("ul", { class: "five-haves" }, items);
}

export function gridBlock(grid, { counts, periodWords, categoryName }) {
  const staff = grid.staff ?? [];
  return [
    facts([
      [t("grid.code"), grid.code],
      [t("grid.town"), grid.town_name],
      [t("grid.community"), grid.community_name],
      [t("grid.branch"), grid.party_branch],
      [t("grid.people"), grid.population ? t("grid.population", { people: count(grid.population), households: count(grid.households ?? 0) }) : null],
    ]),
    h("h3", {}, t("grid.staff")),
    staff.length ? h("ul", { class: "staff" }, staff.map(staffRow)) : h("p", { class: "empty" }, t("grid.no_staff")),
    h("h3", {}, t("grid.counts", { period: periodWords })),
    countRows(counts, categoryName),
    grid.five_haves ? h("h3", {}, t("grid.five_haves")) : null,
    fiveHaves(grid.five_haves),
  ];
}

export function createDetail(element, { close, actions, categoryName }) {
  const title = element.querySelector("[data-title]");
  const body = element.querySelector("[data-body]");
  element.querySelector("[data-close]").addEventListener("click", close);
  element.addEventListener("keydown", (event) => event.key === "Escape" && close());

  function open(words, content, { focus = false } = {}) {
    title.textContent = words;
    body.replaceChildren(...content.flat().filter(Boolean));
    element.hidden = false;
    document.body.classList.add("has-detail");
    if (focus) title.focus();
  }

  return {
    hide() {
      element.hidden = true;
      document.body.classList.remove("has-detail");
    },
    wait: (words) => open(words, [h("div", { class: "skeleton", "aria-hidden": "true" }), h("p", { class: "hidden" }, t("state.loading", { what: words }))]),
    fail: (words, sentence, retry) =>
      open(words, [h("p", { class: "notice error" }, sentence, " ", retry ? h("button", { type: "button", class: "quiet", click: retry }, t("action.retry")) : null)]),
    grid: (grid, more) => open(nameOf(grid), gridBlock(grid, { ...more, categoryName }), { focus: true }),
    report: (report) => open(t("report.title", { number: report.number }), reportBlock(report, categoryName, actions), { focus: true }),
    point(point, match, picker, gridContent) {
      open(
        t("locate.title"),
        [h("p", { class: "at" }, coordinates(point)), picker, matchBlock(match, actions), gridContent ? [h("h3", {}, t("locate.grid")), ...gridContent] : null],
        { focus: true },
      );
    },
  };
}
