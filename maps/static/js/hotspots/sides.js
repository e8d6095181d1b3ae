// Two maps side by side for a comparison: counts of both sides in the same classes, moving together.

import { config } from "../config.js";
import { byId, h } from "../dom.js";
import { t } from "../words.js";
import { swatch } from "./legend.js";
import { periodName } from "./names.js";
import { classesAbove, classOf, countEnds } from "./scales.js";
import { createStage } from "./stage.js";

// main: the stage that shows the second side; base(): code of the base map.
export function createSides(main, { base, whatWords }) {
  const place = byId("map-first");
  let stage = null;
  let following = false;

  function follow(from, to) {
    if (following) return;
    following = true;
    to.setView(from.getCenter(), from.getZoom(), { animate: false });
    following = false;
  }

  // Half the width shows the same places one zoom further out.
  function resize(zooms) {
    const [centre, zoom, whole] = [main.map.getCenter(), main.map.getZoom(), main.showsCounty()];
    main.map.invalidateSize({ animate: false, pan: false });
    main.map.setView(centre, zoom + zooms, { animate: false });
    // The room that a wide map leaves beside the county is cut off with the half of it.
    if (whole && (zooms < 0 || !main.showsCounty())) main.fitCounty({ padding: [24, 24] });
  }

  function build() {
    const { zoomSnap, minZoom, maxZoom } = main.map.options;
    const map = window.L.map(place, { zoomControl: false, attributionControl: false, preferCanvas: true, zoomSnap, minZoom, maxZoom });
    map.setView(main.map.getCenter(), main.map.getZoom(), { animate: false });
    place.setAttribute("aria-label", t("hot.first_map"));
    stage = createStage(map, { base });
    map.on("move", () => follow(map, main.map));
    main.map.on("move", () => !place.hidden && follow(main.map, map));
    new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(place);
  }

  function caption(id, side, other) {
    const what = side.category || side.tag || other.category || other.tag ? `${whatWords(side.category ?? (side.tag ? `tag:${side.tag}` : ""))} · ` : "";
    byId(id).textContent = t("hot.side", { what: `${what}${periodName(side.days)}`, n: side.n });
  }

  function paint(target, key, body, classes) {
    const byCode = new Map(body.items.map((item) => [item.code, item[key]]));
    const colour = (code) => classOf(classes, byCode.get(code) ?? 0)?.colour ?? null;
    if (body.unit === "cell") {
      target.paintUnits("grid", () => null);
      target.paintCells(body.items, (item) => colour(item.code));
    } else {
      target.paintCells([], () => null);
      target.paintUnits(body.unit, colour);
    }
  }

  return {
    hide() {
      if (place.hidden) return;
      place.hidden = true;
      document.body.classList.remove("two-maps");
      resize(1);
    },
    // placed: the map stands where an address wants it.
    show({ body, sideCounts }, outlines, { placed }) {
      if (place.hidden) {
        place.hidden = false;
        document.body.classList.add("two-maps");
        resize(placed && !stage ? 0 : -1);
      }
      if (!stage) {
        build();
        stage.setOutlines(outlines);
      }
      follow(main.map, stage.map);
      const classes = classesAbove(countEnds(sideCounts.filter((value) => value > 0)), config.ramp, { whole: true });
      paint(stage, "first", body, classes);
      paint(main, "second", body, classes);
      caption("caption-first", body.first, body.second);
      caption("caption-second", body.second, body.first);
      byId("sides-classes").replaceChildren(...classes.map((one) => h("span", {}, swatch(one.colour), one.words)));
    },
    rebuild: () => stage?.rebuild(),
  };
}
