// What a unit's numbers mean, beside the unit itself. Opened from the ranking it takes the focus, and gives it back.

import { facts, h } from "../dom.js";
import { latLngOf } from "../lonlat.js";
import { t } from "../words.js";

const LEGEND_ROOM = 264;
const EDGE = 12;

export function createPopup(map, { closed }) {
  const popup = window.L.popup({ maxWidth: 320, minWidth: 220, autoPanPaddingBottomRight: [16, 16], closeButton: false, className: "unit-popup" });
  let back = null;
  let replaced = false;

  popup.on("remove", () => {
    if (replaced) return;
    back?.focus();
    back = null;
    closed();
  });

  // Opened numbers make it taller: its top, with the name and the way to close it, must not leave the map.
  function keepInSight() {
    const above = map.getContainer().getBoundingClientRect().top + EDGE - popup.getElement().getBoundingClientRect().top;
    if (above > 0) map.panBy([0, -above], { animate: false });
  }

  return {
    // content: {sentences, facts}; tools: elements below; focus: whether the popup takes it; still: the map stays where it is.
    open(lonLat, title, content, { tools = [], focus = false, still = false } = {}) {
      const heading = h("h3", { tabindex: "-1" }, title);
      const close = h("button", { type: "button", class: "quiet", click: () => popup.close() }, t("action.close"));
      const body = h("div", { class: "unit-words", keydown: (event) => event.key === "Escape" && popup.close() },
        h("header", {}, heading, close),
        content.sentences.filter(Boolean).map((words) => h("p", {}, words)),
        content.open ? facts(content.facts) : h("details", { toggle: keepInSight }, h("summary", {}, t("hot.numbers")), facts(content.facts)),
        tools.length ? h("p", { class: "tools" }, tools) : null);
      // The legend stands over the upper left corner of a wide map.
      popup.options.autoPanPaddingTopLeft = [map.getSize().x > 600 ? LEGEND_ROOM : 16, 16];
      popup.options.autoPan = !still;
      if (focus) back = document.activeElement;
      replaced = true;
      popup.setContent(body).setLatLng(latLngOf(lonLat)).openOn(map);
      replaced = false;
      if (focus) heading.focus({ preventScroll: true });
    },
    close() {
      back = null;
      popup.close();
    },
  };
}
