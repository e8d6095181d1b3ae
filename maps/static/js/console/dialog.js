// Native dialogs: focus stays inside, Escape closes, and the element that had the focus gets it back; where it was drawn
// anew meanwhile, what is looked at has it.

import { h } from "../dom.js";
import { t } from "../words.js";

// Opens a dialog and resolves when it closes. build(close) gives its content; close(value) ends it with a value.
export function openDialog(title, build, { wide = false } = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    let value;
    const close = (given) => {
      value = given;
      dialog.close();
    };
    const heading = h("h2", { id: "dialog-title" }, title);
    const shut = h("button", { type: "button", class: "quiet", click: () => close(undefined) }, t("action.close"));
    const dialog = h(
      "dialog",
      { class: wide ? "dialog wide" : "dialog", "aria-labelledby": "dialog-title" },
      h("header", {}, heading, shut),
      h("div", { class: "dialog-body" }),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      (before?.isConnected ? before : document.querySelector("#detail [data-title]"))?.focus({ preventScroll: true });
      resolve(value);
    });
    dialog.querySelector(".dialog-body").append(...[build(close)].flat(Infinity).filter(Boolean));
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector(".dialog-body :is(input, select, textarea, button)") ?? shut).focus();
  });
}

export function isDialogOpen() {
  return document.querySelector("dialog[open]") !== null;
}
