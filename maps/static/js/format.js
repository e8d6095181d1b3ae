// Numbers, times and distances as people read them, in the page's language and the county's time zone.

import { config, now } from "./config.js";
import { t } from "./words.js";

const LOCALE = config.language === "zh" ? "zh-CN" : "en-GB";
export const TIME_ZONE = "Asia/Shanghai";

const integer = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const dayParts = { timeZone: TIME_ZONE, year: "numeric", month: "short", day: "numeric" };
const day = new Intl.DateTimeFormat(LOCALE, dayParts);
const timeParts = { timeZone: TIME_ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const time = new Intl.DateTimeFormat(LOCALE, timeParts);
const shortDay = new Intl.DateTimeFormat(LOCALE, { timeZone: TIME_ZONE, month: "short", day: "numeric" });
const moment = new Intl.DateTimeFormat(LOCALE, { ...dayParts, weekday: "short", ...timeParts });
const isoDay = new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE, year: "numeric", month: "2-digit", day: "2-digit" });

export function count(value) {
  return integer.format(value);
}

export function distance(metres) {
  if (metres < 950) return t("unit.metres", { n: integer.format(Math.round(metres)) });
  const digits = metres < 9950 ? 1 : 0;
  return t("unit.kilometres", { n: (metres / 1000).toFixed(digits) });
}

export function dateTime(text) {
  return moment.format(new Date(text));
}

// Today's times as times, others with their day: what fits a row.
export function shortTime(text) {
  const at = new Date(text);
  if (isoDay.format(at) === isoDay.format(new Date())) return time.format(at);
  return `${shortDay.format(at)} ${time.format(at)}`;
}

export function clockTime(date) {
  return time.format(date);
}

// A civil day ("2022-09-30"): noon keeps it the same day in every time zone a browser may have.
export function date(text) {
  return day.format(new Date(`${text}T12:00:00+08:00`));
}

export function isoDate(moment_) {
  return isoDay.format(moment_);
}

export function period(from, to) {
  if (!from && !to) return t("period.all");
  if (!to) return t("period.since", { from: date(from) });
  if (!from) return t("period.until", { to: date(to) });
  return from === to ? date(from) : t("period.range", { from: date(from), to: date(to) });
}

export function coordinates([lon, lat]) {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
}

function span(milliseconds) {
  const minutes = Math.max(1, Math.round(Math.abs(milliseconds) / 60000));
  if (minutes < 60) return t("span.minutes", { m: minutes });
  if (minutes < 48 * 60) return t("span.hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
  return t("span.days", { d: Math.round(minutes / 1440) });
}

// "2 h 10 min left" or "overdue 35 min": the light in words.
export function remaining(dueAt, at = now()) {
  const left = new Date(dueAt) - at;
  return left >= 0 ? t("clock.left", { span: span(left) }) : t("clock.overdue", { span: span(left) });
}
