// What the present person has read, kept by the browser: the newest ts seen in each channel.

import { state, tell } from "./state.js";
import { app, channels, isAppDm } from "./world.js";

const marks = new Map();

const storageKey = () => `casebook.read.${state.world.team.id}.${state.me}`;

function mine() {
  const key = storageKey();
  if (!marks.has(key)) marks.set(key, load(key));
  return marks.get(key);
}

/** On the first visit everything that is there counts as read. */
function load(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (kept) return kept;
  } catch {
    // Unreadable or forbidden storage: begin anew.
  }
  return Object.fromEntries(channels().map((one) => [one.id, one.last]));
}

export const readUpTo = (channel) => mine()[channel] ?? "";

export function markRead(channel, ts) {
  if (!ts || ts <= readUpTo(channel)) return;
  mine()[channel] = ts;
  save();
  tell("unread");
}

function save() {
  try {
    localStorage.setItem(storageKey(), JSON.stringify(mine()));
  } catch {
    // Then it is remembered for as long as the page is open.
  }
}

/** `{ isUnread, count }`; the count is of messages that mention the person, or of all in direct messages. */
export function unreadOf(conversation) {
  const read = readUpTo(conversation.id);
  const recent = (conversation.recent ?? []).filter((one) => one.ts > read && one.by !== state.me);
  const isUnread = conversation.recent ? recent.length > 0 : conversation.last > read;
  const isDirect = conversation.kind === "im" || conversation.kind === "mpim";
  const counted = recent.filter((one) => isDirect || concerns(one.pings ?? []));
  return { isUnread, count: isDirect && !conversation.recent && isUnread ? 1 : counted.length };
}

function concerns(pings) {
  const groups = state.world.groups.filter((one) => one.users?.includes(state.me)).map((one) => one.id);
  return pings.some((id) => id === state.me || groups.includes(id) || ["here", "channel", "everyone"].includes(id));
}

export const appUnread = () => {
  const dm = channels().find(isAppDm);
  return dm && app() ? unreadOf(dm) : { isUnread: false, count: 0 };
};
