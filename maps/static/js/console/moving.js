// Correcting where a report is: by a place that is searched for, or by dragging its pin. Either way one sees first
// where it would go, and nothing is saved before one says so.

import { ApiError } from "../api.js";
import { h } from "../dom.js";
import { distance } from "../format.js";
import { metresBetween } from "../metres.js";
import { matchBlock } from "../report_view.js";
import { t } from "../words.js";
import { createWhere, locate } from "./where.js";

// What is found says the address too, where the report has none.
function addressOf(report, { address }) {
  return address && !report.address ? { address } : {};
}

// actions: what a match block links to; back(): puts the pin where it was; outsideWords(point): that it is out of the
// county, if it is.
export function createMoving({ acting, findGrids, actions, back, outsideWords }) {
  function side(title, match) {
    return h("section", {}, h("h3", {}, title), matchBlock(match, actions));
  }

  // Before and after, as long as the dialog stands; a later choice wins.
  function comparison(report) {
    const box = h("div", { class: "versions", "aria-live": "polite" }, side(t("move.before"), report.match));
    let turn = 0;
    return {
      box,
      async show(choice) {
        const mine = (turn += 1);
        if (!choice) {
          box.replaceChildren(side(t("move.before"), report.match));
          return;
        }
        try {
          const { location, match } = await locate(choice.body, report.category);
          if (mine !== turn) return;
          const [from, to] = [report.location?.coordinates, location?.coordinates];
          const moved = from && to ? t("move.far", { m: distance(metresBetween(from, to)) }) : null;
          const { address } = addressOf(report, choice);
          const notes = [moved, outsideWords(to), address && `${t("report.address")}${t("list.colon")}${address}`].filter(Boolean).map((words) => h("p", { class: "muted" }, words));
          box.replaceChildren(side(t("move.before"), report.match), side(t("move.after"), match), ...notes);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (mine === turn) box.replaceChildren(side(t("move.before"), report.match), h("p", { class: "notice stale" }, t("move.no_preview")));
        }
      },
    };
  }

  return {
    ask(report) {
      const preview = comparison(report);
      const where = createWhere({ id: "move-where", findGrids, choose: preview.show });
      return acting.start(report, "move", {
        wide: true,
        preface: [h("div", { class: "field" }, h("label", { for: "move-where" }, t("call.where")), where.elements), preview.box],
        extra: () => {
          const choice = where.choice();
          return { ...choice?.body, ...addressOf(report, choice ?? {}) };
        },
      });
    },
    // The pin was dropped at a point.
    async preview(report, point) {
      const preview = comparison(report);
      const body = { longitude: Number(point[0].toFixed(7)), latitude: Number(point[1].toFixed(7)) };
      preview.show({ body });
      const done = await acting.start(report, "move", { wide: true, preface: preview.box, fixed: body });
      if (!done) back();
    },
  };
}
