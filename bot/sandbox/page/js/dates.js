// Moments as Slack shows them, in the present person's own time zone.

import { zone } from "./world.js";

const LOCALE = "en-US";
const formats = new Map();

function format(date, options) {
  const key = zone() + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: zone() }));
  return formats.get(key).format(date);
}

export const fromTs = (ts) => new Date(Number.parseFloat(ts) * 1000);
export const dayKey = (date) => format(date, { year: "numeric", month: "2-digit", day: "2-digit" });
export const time = (date) => format(date, { hour: "numeric", minute: "2-digit" });

function ordinal(day) {
  const tail = day % 100 >= 11 && day % 100 <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th");
  return `${day}${tail}`;
}

function relative(date) {
  const day = 86_400_000;
  const now = new Date();
  if (dayKey(date) === dayKey(now)) return "today";
  if (dayKey(date) === dayKey(new Date(now - day))) return "yesterday";
  return dayKey(date) === dayKey(new Date(+now + day)) ? "tomorrow" : "";
}

const sameYear = (date) => format(date, { year: "numeric" }) === format(new Date(), { year: "numeric" });
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

function longDay(date, weekday) {
  const day = ordinal(Number(format(date, { day: "numeric" })));
  const start = weekday ? `${format(date, { weekday: "long" })}, ` : "";
  return `${start}${format(date, { month: "long" })} ${day}${sameYear(date) && weekday ? "" : `, ${format(date, { year: "numeric" })}`}`;
}

function ago(date) {
  const seconds = (Date.now() - date) / 1000;
  const [size, unit] = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ].find(([least]) => Math.abs(seconds) >= least) ?? [1, "second"];
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }).format(-Math.trunc(seconds / size), unit);
}

const TOKENS = {
  date_num: (date) =>
    format(date, { year: "numeric", month: "2-digit", day: "2-digit" }).replace(/(\d+)\/(\d+)\/(\d+)/, "$3-$1-$2"),
  date_slash: (date) => format(date, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: (date) => longDay(date, false),
  date_short: (date) => format(date, { year: "numeric", month: "short", day: "numeric" }),
  date_long: (date) => `${format(date, { weekday: "long" })}, ${longDay(date, false)}`,
  date_long_full: (date) => `${format(date, { weekday: "long" })}, ${longDay(date, false)}`,
  time: (date) => time(date),
  time_secs: (date) => format(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
  day_divider_pretty: (date) => capital(relative(date)) || longDay(date, true),
};
for (const name of ["date", "date_short", "date_long"]) {
  TOKENS[`${name}_pretty`] = (date) => relative(date) || TOKENS[name](date);
}

/** `{date_short_pretty} at {time}` filled in; null where a token is unknown, for which Slack shows the fallback. */
export function fill(template, seconds) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(+date)) return null;
  let known = true;
  const words = template.replace(/\{(\w+)\}/g, (whole, name) => {
    known &&= Object.hasOwn(TOKENS, name);
    return known ? TOKENS[name](date) : whole;
  });
  return known ? (/^\{date\w*pretty\}/.test(template) ? capital(words) : words) : null;
}

export const dayName = (date) => TOKENS.day_divider_pretty(date);
export const whole = (date) => `${TOKENS.date_long(date)} at ${TOKENS.time_secs(date)}`;

/** How long ago, for the end of a thread's line. */
export const since = (ts) => ago(fromTs(ts));
