// One-letter shortcuts. They can all be switched off for good (and on again by the button below the list), never fire while somebody types, and are listed under "?".

import { h } from "../dom.js";
import { t } from "../words.js";
import { isDialogOpen, openDialog } from "./dialog.js";

const STORED = "gridcall.keys";
export const KEY_OF = { accept: "a", dispatch: "d", reassign: "d", merge: "m", undo: "z" };

const LIST = [
  ["j / k", "keys.walk"], ["a", "keys.accept"], ["d", "keys.dispatch"], ["m", "keys.merge"], ["z", "keys.undo"],
  ["x", "keys.check"], [".", "keys.settle"], ["n", "keys.call"], ["/", "keys.search"], ["Esc", "keys.escape"], ["?", "keys.help"],
];

function isTyping(target) {
  return target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

export function areKeysOn() {
  return localStorage.getItem(STORED) !== "off";
}

function help(onToggle) {
  const box = h("input", { type: "checkbox", id: "keys-on", change: () => onToggle(box.checked) });
  box.checked = areKeysOn();
  const rows = LIST.map(([key, words]) => h("tr", {}, h("td", {}, key.split(" / ").map((one) => h("kbd", {}, one))), h("td", {}, t(words))));
  return openDialog(t("keys.title"), () => [
    h("label", { class: "check" }, box, h("span", {}, t("keys.on"))),
    h("table", { class: "keys" }, h("tbody", {}, rows)),
    h("p", { class: "muted" }, t("keys.map")),
  ]);
}

// does: {j, k, a, d, m, z, x, n, "/", "."} -> function.
export function createKeys(does) {
  const toggle = (on) => {
    localStorage.setItem(STORED, on ? "on" : "off");
    document.body.classList.toggle("keys-off", !on);
  };
  const show = () => help(toggle);
  toggle(areKeysOn());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isDialogOpen() || isTyping(event.target)) return;
    const work = areKeysOn() ? { ...does, "?": show }[event.key] : undefined;
    if (!work) return;
    event.preventDefault();
    work();
  });
  return { help: show };
}
