// Beside the map: full screen, where I am, and printing what is in view.

import { byId } from "../dom.js";
import { dateTime } from "../format.js";
import { latLngOf } from "../lonlat.js";
import { t } from "../words.js";

const LOCATE_MS = 10_000;

export function createTools(map) {
  const area = document.querySelector(".map-area");
  const full = byId("full-screen");
  const note = byId("tool-note");

  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : area.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => {
    full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
    map.invalidateSize({ animate: false });
  });

  function say(words) {
    note.textContent = words;
    note.hidden = !words;
  }

  byId("locate-me").addEventListener("click", () => {
    say(t("tools.locating"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        say(t("tools.located", { m: Math.round(coords.accuracy) }));
        map.setView(latLngOf([coords.longitude, coords.latitude]), 16, { animate: false });
      },
      () => say(t("tools.not_located")),
      { enableHighAccuracy: true, timeout: LOCATE_MS },
    );
  });

  byId("print").addEventListener("click", () => {
    byId("printed-at").textContent = t("print.at", { at: dateTime(new Date().toISOString()) });
    window.print();
  });

  // The browser lays the page out for paper before it draws: the map has to follow, keep its middle, and come back to it.
  let kept = null;
  function hold() {
    map.invalidateSize({ animate: false, pan: false });
    if (kept) map.setView(kept.centre, kept.zoom, { animate: false });
  }
  function onPaper() {
    kept ??= { centre: map.getCenter(), zoom: map.getZoom() };
    hold();
  }
  function onScreen() {
    hold();
    requestAnimationFrame(() => {
      hold();
      kept = null;
    });
  }
  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", onScreen);
  window.matchMedia("print").addEventListener("change", ({ matches }) => (matches ? onPaper() : onScreen()));
}
