// How people and apps look: a square with initials, a name, a badge.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { app, bot, nameOf, user } from "./world.js";

const SHADES = 10;

function shade(word) {
  let sum = 0;
  for (const letter of word) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % SHADES;
}

function initials(name) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? "?"];
  return letters.map((word) => [...word][0].toUpperCase()).join("");
}

export function avatar(name, { size = "medium", isApp = false, isOurs = false } = {}) {
  const classes = `avatar ${size} ${isOurs ? "ours" : `shade-${shade(name)}`}${isApp ? " of-app" : ""}`;
  return h(
    "span",
    { class: classes, "aria-hidden": "true" },
    isOurs ? icon("app", size === "small" ? 12 : 18) : initials(name),
  );
}

export const avatarOf = (id, size = "medium") =>
  avatar(nameOf(id), { size, isApp: Boolean(user(id)?.is_bot), isOurs: id === app().user_id });

/** `{ name, isApp, isOurs, id }` of whoever wrote a message. */
export function authorOf(message) {
  if (message.bot_id) {
    const isOurs = message.bot_id === app().bot_id;
    const profile = message.bot_profile?.name;
    const name = isOurs ? app().name : message.username || profile || bot(message.bot_id)?.name || "A bot";
    return { name, isApp: true, isOurs, id: message.user ?? message.bot_id };
  }
  return { name: nameOf(message.user), isApp: false, isOurs: false, id: message.user };
}

/** What sets a person apart from an ordinary member, in a word; "" for most. */
export function role(person) {
  if (person.is_owner) return "owner";
  if (person.is_admin) return "admin";
  if (person.is_stranger) return "from outside";
  return person.is_restricted ? "guest" : "";
}
