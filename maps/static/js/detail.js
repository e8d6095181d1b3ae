// The right column: a grid, a report, or what would happen to a report at a point.

import { facts, h } from "./dom.js";
import { coordinates, count } from "./format.js";
import { matchBlock, reportBlock } from "./report_view.js";
import { named, nameOf, t } from "./words.js";

function staffRow(person) {
  const duty = person.on_duty ? t("staff.on_duty") : t("staff.off_duty");
  const telephone = person.telephone ? h("a", { href: `tel:${person.telephone}` }, person.telephone) : null;
  return h("li", {}, h("span", {}, person.name, " ", telephone), h("small", {}, `${named("staff_role", person.role)} · ${duty}`));
}

// Those who serve the grid first; its volunteers are many and fold away.
function staffList(staff) {
  const [volunteers, serving] = [staff.filter((one) => one.role === "volunteer"), staff.filter((one) => one.role !== "volunteer")];
  return [
    serving.length ? h("ul", { class: "staff" }, serving.map(staffRow)) : h("p", { class: "empty" }, t("grid.no_staff")),
    volunteers.length
      ? h("details", {}, h("summary", {}, t("grid.volunteers", { n: volunteers.length })), h("ul", { class: "staff" }, volunteers.map(staffRow)))
      : null,
  ];
}

function countRows({ items, total }, categoryName) {
  if (total === 0) return h("p", { class: "empty" }, t("grid.no_reports"));
  const rows = items.map((row) => h("tr", {}, h("td", {}, categoryName(row.category)), h("td", { class: "number" }, count(row.count))));
  return h("table", {}, h("tbody", {}, rows));
}

function fiveHaves(haves) {
  const items = Object.entries(haves).map(([name, has]) =>
    h("li", { class: has ? "has" : "lacks" }, `${has ? "✓" : "✗"} ${named("five_haves", name)}`),
  );
  return h("ul", { class: "five-haves" }, items);
}

// inPeriod: {period, count} of the heat shown, or null.
export function gridBlock(grid, { inPeriod, categoryName }) {
  return [
    facts([
      [t("grid.code"), grid.code],
      [t("grid.town"), nameOf({ name: grid.town_name, name_en: grid.town_name_en })],
      [t("grid.community"), nameOf({ name: grid.community_name, name_en: grid.community_name_en })],
      [t("grid.branch"), grid.party_branch],
      [t("grid.people"), grid.population ? t("grid.population", { people: count(grid.population), households: count(grid.households ?? 0) }) : null],
    ]),
    h("h3", {}, t("grid.staff")),
    staffList(grid.staff),
    h("h3", {}, t("grid.counts")),
    facts([
      [t("grid.in_period"), inPeriod && t("grid.in_period_count", { period: inPeriod.period, n: count(inPeriod.count) })],
      [t("grid.all_time"), count(grid.counts.total)],
    ]),
    countRows(grid.counts, categoryName),
    Object.keys(grid.five_haves).length ? h("h3", {}, t("grid.five_haves")) : null,
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
    body.replaceChildren(...content.flat(Infinity).filter(Boolean));
    element.hidden = false;
    document.body.classList.add("has-detail");
    if (focus) title.focus();
  }

  return {
    show: open,
    body,
    hide() {
      element.hidden = true;
      document.body.classList.remove("has-detail");
    },
    wait: (words) => open(words, [h("div", { class: "skeleton", "aria-hidden": "true" }), h("p", { class: "hidden" }, t("state.loading", { what: words }))]),
    fail: (words, sentence, retry) =>
      open(words, [h("p", { class: "notice error" }, sentence, " ", retry ? h("button", { type: "button", class: "quiet", click: retry }, t("action.retry")) : null)]),
    grid: (grid, inPeriod) => open(nameOf(grid), gridBlock(grid, { inPeriod, categoryName }), { focus: true }),
    report: (report) => open(t("report.title", { number: report.number }), reportBlock(report, categoryName, actions), { focus: true }),
    // out: that the point lies outside the county, if it does.
    point(point, out, match, picker, gridContent) {
      open(
        t("locate.title"),
        [h("p", { class: "at" }, coordinates(point)), out ? h("p", { class: "notice stale" }, out) : null, picker, matchBlock(match, actions), gridContent ? [h("h3", {}, t("locate.grid")), ...gridContent] : null],
        { focus: true },
      );
    },
  };
}
