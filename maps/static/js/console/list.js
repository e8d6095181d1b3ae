// The queue's list: only the rows in sight are in the document, each kept as long as it stays in sight, so that focus,
// scroll offset and what one is reading do not jump when rows change.

import { h } from "../dom.js";
import { count, remaining, shortTime } from "../format.js";
import { mark } from "../layers/marks.js";
import { named, t, tongue } from "../words.js";
import { lightOf } from "./cases.js";

const ROW_PX = 84;
const AHEAD = 8;
const TICK_MS = 20_000;

function lightWords(row, light) {
  if (!light) return "";
  return remaining(row.due_at);
}

// words(row): {category, place}; open(id): choose a row; check(id, on): tick it.
export function createList(element, { cases, shapeOf, words, open, check, checked, label }) {
  const inner = h("ol", { class: "rows", "aria-label": label });
  const made = new Map(); // id -> {item, stamp, ...parts}
  let current = "";
  element.append(inner);

  function stamp(row, index) {
    const light = lightOf(row);
    return [row.version, light, lightWords(row, light), cases.hasLeft(row.id), row.id === current, checked.has(row.id), index].join("|");
  }

  function head(row, light) {
    return h(
      "span",
      { class: "row-head" },
      h("b", {}, words(row).category),
      row.urgent ? h("span", { class: "urgent-word" }, t("report.urgent")) : null,
      row.merged_count ? h("span", { class: "merged-word" }, t("queue.merged", { n: count(row.merged_count) })) : null,
      light ? h("span", { class: `due ${light}` }, lightWords(row, light)) : null,
    );
  }

  function foot(row) {
    const place = words(row).place;
    const status = named("status", row.status);
    return h(
      "small",
      { class: "row-foot" },
      h("span", { class: "row-place" }, [status, place].filter(Boolean).join(" · ")),
      h("time", { datetime: row.received_at, title: row.number }, shortTime(row.received_at)),
    );
  }

  function fill(entry, row, index) {
    const light = lightOf(row);
    const { item, button, box } = entry;
    item.className = ["row", light ?? "no-light", cases.hasLeft(row.id) ? "left" : "", row.id === current ? "current" : ""].join(" ").trim();
    item.setAttribute("aria-posinset", String(index + 1));
    item.setAttribute("aria-setsize", String(cases.ids().length));
    item.style.transform = `translateY(${index * ROW_PX}px)`;
    box.checked = checked.has(row.id);
    if (row.id === current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.replaceChildren(
      mark(shapeOf(row.category), light),
      h("span", { class: "row-body" }, head(row, light), h("span", { class: "row-words", lang: tongue(row.description) }, row.description || t("report.no_words")), foot(row)),
    );
  }

  function make(row) {
    const id = row.id;
    const box = h("input", { type: "checkbox", "aria-label": t("queue.check", { number: row.number }), change: () => check(id, box.checked) });
    const button = h("button", { type: "button", class: "row-open", click: () => open(id) });
    const item = h("li", { dataset: { id } }, h("label", { class: "row-check" }, box), button);
    return { item, button, box, stamp: "" };
  }

  function render() {
    const ids = cases.ids();
    inner.style.height = `${ids.length * ROW_PX}px`;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - AHEAD);
    const last = Math.min(ids.length, Math.ceil((element.scrollTop + element.clientHeight) / ROW_PX) + AHEAD);
    const wanted = new Map(ids.slice(first, last).map((id, index) => [id, first + index]));
    // Who has the focus stays in the document wherever the list is scrolled to.
    const focused = document.activeElement?.closest?.("li[data-id]")?.dataset.id;
    if (focused && made.has(focused) && !wanted.has(focused) && cases.get(focused)) wanted.set(focused, ids.indexOf(focused));
    for (const [id, entry] of made) {
      if (wanted.has(id)) continue;
      entry.item.remove();
      made.delete(id);
    }
    for (const [id, index] of wanted) show(id, index);
    inOrder([...wanted].sort((a, b) => a[1] - b[1]));
  }

  // The document has the order of the list: Tab and screen readers go through it as the eye does.
  function inOrder(wanted) {
    let next = inner.firstElementChild;
    for (const [id] of wanted) {
      const { item } = made.get(id);
      if (item === next) next = next.nextElementSibling;
      else {
        const held = item.contains(document.activeElement) ? document.activeElement : null;
        inner.insertBefore(item, next);
        held?.focus({ preventScroll: true });
      }
    }
  }

  function show(id, index) {
    const row = cases.get(id);
    let entry = made.get(id);
    if (!entry) {
      entry = make(row);
      made.set(id, entry);
      inner.append(entry.item);
    }
    const now = stamp(row, index);
    if (entry.stamp === now) return;
    entry.stamp = now;
    fill(entry, row, index);
  }

  function scrollTo(id) {
    const index = cases.ids().indexOf(id);
    if (index < 0) return;
    const [top, bottom] = [index * ROW_PX, (index + 1) * ROW_PX];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  }

  let queued = false;
  function renderSoon() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      render();
    });
  }

  // An offer or an alarm that comes above the list must not push the rows away from under one's eyes and pointer.
  let top = element.getBoundingClientRect().top;
  function keepPlace() {
    const by = element.getBoundingClientRect().top - top;
    top += by;
    if (by !== 0 && (element.scrollTop > 0 || element.matches(":hover, :focus-within"))) element.scrollTop += by;
    renderSoon();
  }

  element.addEventListener("scroll", renderSoon, { passive: true });
  new ResizeObserver(keepPlace).observe(element);
  setInterval(renderSoon, TICK_MS);

  return {
    render: renderSoon,
    // Every row anew: names of places or categories have come.
    redraw() {
      for (const entry of made.values()) entry.stamp = "";
      renderSoon();
    },
    // Marks a row as the chosen one, in sight, with the focus if it was asked for by keyboard.
    choose(id, { focus = false } = {}) {
      current = id;
      if (id && focus) scrollTo(id);
      render();
      if (focus) made.get(id)?.button.focus({ preventScroll: true });
    },
    reveal(id) {
      scrollTo(id);
      render();
    },
    toTop() {
      element.scrollTop = 0;
      render();
    },
  };
}
