// On narrow screens panel, legend and detail are sheets over the map; one is open at a time.

import { byId } from "./dom.js";

const NARROW = window.matchMedia("(max-width: 599px)");

export function createSheets() {
  const buttons = [...document.querySelectorAll("[data-sheet]")];

  function open(name) {
    document.body.dataset.open = name;
    for (const button of buttons) button.setAttribute("aria-expanded", String(button.dataset.sheet === name));
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      const name = button.dataset.sheet;
      open(document.body.dataset.open === name ? "" : name);
      byId(document.body.dataset.open)?.focus();
    });
  }
  // A dialog and a popup have an Escape of their own.
  document.addEventListener("keydown", (event) => {
    const name = document.body.dataset.open;
    if (event.key !== "Escape" || event.defaultPrevented || !name || !NARROW.matches || event.target.closest("dialog, .unit-words")) return;
    open("");
    buttons.find((button) => button.dataset.sheet === name)?.focus();
  });
  open("");
  return {
    closeIfNarrow: () => NARROW.matches && open(""),
    openIfNarrow: (name) => NARROW.matches && open(name),
  };
}
