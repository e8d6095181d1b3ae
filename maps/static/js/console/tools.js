// Beside the map: full screen, where I am, and the way to paper.

import { byId } from "../dom.js";
import { t } from "../words.js";
import { createPaper } from "./paper.js";

const LOCATE_MS = 10_000;

export function createTools(map, outside) {
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
        const point = [coords.longitude, coords.latitude];
        say([t("tools.located", { m: Math.round(coords.accuracy) }), outside.words(point)].filter(Boolean).join(" · "));
        outside.goTo(point, 16);
      },
      () => say(t("tools.not_located")),
      { enableHighAccuracy: true, timeout: LOCATE_MS },
    );
  });
  createPaper(map, area);
}
