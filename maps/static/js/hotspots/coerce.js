// A choice that the view or the matter forbids, or that nobody knows, gives way to the nearest allowed one, and says so.

import { byId } from "../dom.js";
import { t } from "../words.js";
import { wholeMonth } from "./figures.js";
import { periodName } from "./names.js";

// Of the selects that hold all that is known of a name.
const KNOWN_BY_SELECT = ["source", "exposure"];

function unknown(now, categories) {
  const matter = (what) => !what || categories.some((one) => one.code === what || one.tags.some((tag) => `tag:${tag}` === what));
  const listed = (name) => [...byId(name).options].some(({ value }) => value === now[name]);
  return [...["what", "than_what"].filter((name) => !matter(now[name])), ...KNOWN_BY_SELECT.filter((name) => !listed(name))];
}

// Changes the question; what of it was not taken is added to its `unused`.
export function coerce(now, categories, isSensitive) {
  const changes = {};
  for (const name of unknown(now, categories)) {
    now.unused.push(t("hot.unknown_value", { given: `${name}=${now[name]}` }));
    now[name] = "";
  }
  if (isSensitive()) {
    if (!["counts", "rate"].includes(now.view)) {
      now.unused.push(t("hot.not_for_sensitive", { given: t(`view.${now.view}`) }));
      changes.view = "counts";
    }
    if (!["grid", "town"].includes(now.unit)) changes.unit = "grid";
    if (now.from && !wholeMonth(now.from, now.to)) {
      now.unused.push(t("hot.not_a_month", { given: periodName(now) }));
      [changes.from, changes.to] = ["", ""];
    }
    Object.assign(changes, { period: ["full", "latest"].includes(now.period) ? now.period : "full", cause: "", source: "", repeat: false });
  }
  if (["emerging", "scan"].includes(now.view) && now.unit === "cell") changes.unit = "grid";
  if (now.view === "emerging") Object.assign(changes, { cause: "", source: "", repeat: false });
  Object.assign(now, changes);
}

// What was not used since the last answer, and what is shown instead; null where all was used.
export function unusedWords(now, shown) {
  const given = now.unused.splice(0);
  return given.length ? t("hot.unused", { given: given.join(t("list.comma")), shown: shown.filter(Boolean).join(t("list.comma")) }) : null;
}
