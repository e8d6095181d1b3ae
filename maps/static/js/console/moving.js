// Correcting where a report is: by a place that is searched for, or by dragging its pin. Either way one sees first
// where it would go, and nothing is saved before one says so.

import { ApiError } from "../api.js";
import { h } from "../dom.js";
import { distance } from "../format.js";
import { matchBlock } from "../report_view.js";
import { t } from "../words.js";
import { metresBetween } from "./focus.js";
import { createWhere, locate } from "./where.js";

// actions: what a match block links to; back(): puts the pin where it was.
export function createMoving({ acting, findGrids, actions, back }) {
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
        if (!choice?.point) {
          box.replaceChildren(side(t("move.before"), report.match));
          return;
        }
        try {
          const { location, match } = await locate(choice, report.category, report.accuracy_m);
          if (mine !== turn) return;
          const from = report.location?.coordinates;
          const far = from ? t("move.far", { m: distance(metresBetween(from, location.coordinates)) }) : null;
          box.replaceChildren(side(t("move.before"), report.match), side(t("move.after"), match), ...(far ? [h("p", { class: "muted" }, far)] : []));
        } catch (error) {
          if (!(error instanceof ApiError) && !(error instanceof TypeError)) throw error;
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
        extra: () => where.choice()?.body ?? {},
      });
    },
    // The pin was dropped at a point.
    async preview(report, point) {
      const preview = comparison(report);
      const choice = { point, crs: "WGS84" };
      preview.show(choice);
      const done = await acting.start(report, "move", {
        wide: true,
        preface: preview.box,
        fixed: { longitude: Number(point[0].toFixed(7)), latitude: Number(point[1].toFixed(7)) },
      });
      if (!done) back();
    },
  };
}
