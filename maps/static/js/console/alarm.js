// Emergencies: a line that stays on top until somebody has opened or dispatched them, and a sound that can be muted.

import { byId, h } from "../dom.js";
import { remaining } from "../format.js";
import { t } from "../words.js";

const STORED = "gridcall.sound";
const MOST_SHOWN = 3;
const NARROW = window.matchMedia("(max-width: 899px)");
const PITCHES = [880, 660, 880];
const NOTE_S = 0.16;

// clusterOf(id): the cluster a report is offered in; merge(cluster): makes one of them.
export function createAlarm({ isEmergency, words, open, clusterOf, merge }) {
  const line = byId("alarm");
  const button = byId("sound");
  const waiting = new Map(); // id -> row: nobody has dispatched it yet
  const seen = new Set(); // opened here
  let audio = null;
  let unfolded = false; // all of them are shown, not the first few

  function isOn() {
    return localStorage.getItem(STORED) !== "off";
  }

  function reflect() {
    button.setAttribute("aria-pressed", String(isOn()));
    button.querySelector("span").textContent = t(isOn() ? "sound.on" : "sound.off");
  }

  // Browsers give out sound only after somebody has touched the page; until then the line alone must do.
  function ready() {
    if (!navigator.userActivation?.hasBeenActive) return null;
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
    return audio;
  }

  function ring() {
    const context = isOn() ? ready() : null;
    if (!context) return;
    PITCHES.forEach((pitch, index) => {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const at = context.currentTime + index * NOTE_S;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + NOTE_S);
    });
    document.body.dataset.rang = String(Number(document.body.dataset.rang ?? 0) + 1);
  }

  function fold(on) {
    unfolded = on;
    render();
    line.querySelector("[aria-expanded]")?.focus();
  }

  function toggle(more) {
    if (more === 0 && !unfolded) return "";
    return h("button", { type: "button", class: "fold", "aria-expanded": String(unfolded), click: () => fold(!unfolded) }, unfolded ? t("alarm.less") : t("alarm.more", { n: more }));
  }

  // Emergencies that are probably one take one place: the first due stands for them.
  function entries() {
    const groups = new Map();
    for (const row of [...waiting.values()].sort((a, b) => a.due - b.due)) {
      const cluster = clusterOf(row.id);
      const key = cluster?.id ?? row.id;
      const known = groups.get(key);
      if (known) known.number += 1;
      else groups.set(key, { row, cluster, number: 1 });
    }
    return [...groups.values()];
  }

  function entry({ row, cluster }) {
    const button = h("button", { type: "button", dataset: { id: row.id }, click: () => open(row.id) }, h("span", {}, words(row)), row.due_at ? h("b", {}, remaining(row.due_at)) : null);
    if (!cluster) return button;
    return h("span", { class: "one-cause" }, button, h("button", { type: "button", dataset: { id: `merge-${cluster.id}` }, title: t("cluster.title"), click: () => merge(cluster) }, t("alarm.merge", { n: cluster.own.length })));
  }

  // Drawn anew under one's fingers: who has the focus keeps it.
  function render() {
    const all = entries();
    const few = NARROW.matches ? 1 : MOST_SHOWN;
    if (all.length <= few) unfolded = false;
    const shown = unfolded ? all : all.slice(0, few);
    const hidden = all.slice(shown.length).reduce((sum, one) => sum + one.number, 0);
    const focused = line.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    line.hidden = all.length === 0;
    line.classList.toggle("unfolded", unfolded);
    line.replaceChildren(
      h("strong", {}, t("alarm.title", { n: waiting.size })),
      h("div", {}, shown.map(entry)),
      toggle(hidden),
    );
    if (focused) line.querySelector(`[data-id="${focused}"]`)?.focus();
  }

  button.addEventListener("click", () => {
    localStorage.setItem(STORED, isOn() ? "off" : "on");
    reflect();
    if (isOn()) ring();
  });
  reflect();
  setInterval(render, 20_000);
  NARROW.addEventListener("change", render);

  return {
    // The offered clusters have changed.
    regroup: render,
    // A row as it is now; fresh: it has just come by the stream, so it may be heard.
    take(row, { fresh = false } = {}) {
      const calls = isEmergency(row) && ["received", "accepted"].includes(row.status) && !row.merged_into && !seen.has(row.id);
      const known = waiting.has(row.id);
      if (calls) waiting.set(row.id, row);
      else waiting.delete(row.id);
      if (calls && fresh && !known) ring();
      if (calls || known) render();
    },
    gone(id) {
      if (waiting.delete(id)) render();
    },
    see(id) {
      seen.add(id);
      if (waiting.delete(id)) render();
    },
  };
}
