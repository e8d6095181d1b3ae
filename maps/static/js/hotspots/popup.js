// What a unit's numbers mean, beside the unit itself. Opened from the ranking it takes the focus, and gives it back.

import { facts, h } from "../dom.js";
import { latLngOf } from "../lonlat.js";
import { t } from "../words.js";

export function createPopup(map, { closed }) {
  const popup = window.L.popup({ maxWidth: 320, minWidth: 220, autoPanPadding: [24, 24], closeButton: false, className: "unit-popup" });
  let back = null;
  let replaced = false;

  popup.on("remove", () => {
    if (replaced) return;
    back?.focus();
    back = null;
    closed();
  });

  return {
    // content: {sentences, facts}; tools: elements below; focus: whether the popup takes it.
    open(lonLat, title, content, { tools = [], focus = false } = {}) {
      const heading = h("h3", { tabindex: "-1" }, title);
      const close = h("button", { type: "button", class: "quiet", click: () => popup.close() }, t("action.close"));
      const body = h("div", { class: "unit-words", keydown: (event) => event.key === "Escape" && popup.close() },
        h("header", {}, heading, close),
        content.sentences.filter(Boolean).map((words) => h("p", {}, words)),
        facts(content.facts),
        tools.length ? h("p", { class: "tools" }, tools) : null);
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
