// The view on a sheet of A4, lying or standing: exactly what the map shows, neither less for want of room nor more.

import { byId, h } from "../dom.js";
import { dateTime } from "../format.js";
import { named, t } from "../words.js";
import { openDialog } from "./dialog.js";

const SIZES = { landscape: "A4 landscape", portrait: "A4 portrait" };

export function createPaper(map, area) {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  let kept = null; // what the screen showed: {centre, zoom, snap, bounds}
  let back = 0; // the frame in which the screen has it again

  function lay(side) {
    document.body.dataset.paper = side;
    sheet.replaceSync(`@page { size: ${SIZES[side]}; }`);
  }

  function layAsWindow() {
    lay(window.innerWidth >= window.innerHeight ? "landscape" : "portrait");
  }

  // The browser lays the page out for paper before it draws: the frame keeps the view's shape (console_print.css), and the
  // map fits the same view into it. Both come back afterwards.
  function keep() {
    if (kept) return;
    const { x, y } = map.getSize();
    kept = { centre: map.getCenter(), zoom: map.getZoom(), snap: map.options.zoomSnap, bounds: map.getBounds() };
    area.style.setProperty("--view-ratio", String(x / y));
  }

  function onPaper() {
    // Printed again before the screen had it back: what was kept still holds.
    cancelAnimationFrame(back);
    keep();
    map.options.zoomSnap = 0;
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(kept.bounds, { animate: false });
  }

  function hold() {
    map.invalidateSize({ animate: false, pan: false });
    if (!kept) return;
    map.options.zoomSnap = kept.snap;
    map.setView(kept.centre, kept.zoom, { animate: false });
  }

  function onScreen() {
    hold();
    cancelAnimationFrame(back);
    back = requestAnimationFrame(() => {
      hold();
      kept = null;
    });
  }

  function ask() {
    return openDialog(t("tools.print"), (close) => [
      h("p", {}, t("print.what")),
      h("p", { class: "buttons" }, Object.keys(SIZES).map((side) =>
        h("button", { type: "button", autofocus: document.body.dataset.paper === side, click: () => close(side) }, named("print", side)))),
    ]);
  }

  byId("print").addEventListener("click", async () => {
    layAsWindow();
    const side = await ask();
    if (!side) return;
    lay(side);
    byId("printed-at").textContent = t("print.at", { at: dateTime(new Date().toISOString()) });
    window.print();
    layAsWindow();
  });
  layAsWindow();
  addEventListener("resize", () => kept || layAsWindow());
  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", onScreen);
  window.matchMedia("print").addEventListener("change", ({ matches }) => (matches ? onPaper() : onScreen()));
}
