// Numbers of statistics as planners read them.

import { config } from "../config.js";
import { count } from "../format.js";
import { t } from "../words.js";

const LOCALE = config.language === "zh" ? "zh-CN" : "en-GB";
const three = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });
const two = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 2 });
const share = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0 });
const month = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", year: "numeric", month: config.language === "zh" ? "long" : "short" });

export function figure(value) {
  return value === null || value === undefined ? "–" : value >= 1000 ? count(value) : three.format(value);
}

export function percent(value) {
  return value === null ? "–" : share.format(value);
}

export function signed(value) {
  const text = figure(Math.abs(value));
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

// p as a chance: 1/10,000.
export function chance(p) {
  if (p === null) return "–";
  if (p < 1e-6) return t("hot.chance_tiny");
  if (p > 0.5) return t("hot.chance_even");
  const times = 1 / p;
  return `1/${count(times < 20 ? Math.round(times) : Number(times.toPrecision(2)))}`;
}

export function small(value) {
  if (value === null) return "–";
  return value < 0.0001 ? "< 0.0001" : two.format(value);
}

export function monthName(day) {
  return month.format(new Date(`${day}T00:00:00Z`));
}

// "2022-07-01", "2022-07-31" -> July 2022; null where it is not one whole month.
export function wholeMonth(from, to) {
  if (!from || !to || !from.endsWith("-01") || from.slice(0, 7) !== to.slice(0, 7)) return null;
  const last = new Date(Date.UTC(Number(from.slice(0, 4)), Number(from.slice(5, 7)), 0));
  return to === last.toISOString().slice(0, 10) ? from.slice(0, 7) : null;
}

export function monthEnd(day) {
  return new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).toISOString().slice(0, 10);
}
