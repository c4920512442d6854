// Who and what there is: people, groups, channels, bots, commands, as the present person sees them.

import { get } from "./api.js";
import { single, state, tell } from "./state.js";

const byId = { people: new Map(), groups: new Map(), channels: new Map(), bots: new Map() };
let names = "";

export const loadWorld = single(async () => {
  const me = state.me;
  const world = await get("state", { person: me });
  if (me !== state.me) return;
  state.world = world;
  for (const kind of Object.keys(byId)) byId[kind] = new Map(world[kind].map((entry) => [entry.id, entry]));
  names = world.people.map((user) => user.real_name).join("\n") + world.channels.map((c) => c.name).join("\n");
  tell("world");
});

/** Changes whenever a name changes that drawn messages may contain. */
export const namesKey = () => names;

export const user = (id) => byId.people.get(id);
export const group = (id) => byId.groups.get(id);
export const channel = (id) => byId.channels.get(id);
export const bot = (id) => byId.bots.get(id);
export const me = () => user(state.me);
export const app = () => state.world.app;

/** People who can be acted as and talked to. */
export const people = () => (state.world?.people ?? []).filter((one) => !one.is_bot && !one.deleted);
export const groups = () => (state.world?.groups ?? []).filter((one) => !one.date_delete);
export const channels = () => state.world?.channels ?? [];

export const nameOf = (id) => user(id)?.real_name || user(id)?.name || id;

export function channelName(conversation) {
  if (!conversation) return "a channel that you cannot see";
  if (conversation.kind === "im") return nameOf(conversation.user);
  if (conversation.kind !== "mpim") return conversation.name;
  const others = conversation.members.filter((id) => id !== state.me && id !== app().user_id);
  return others.map(nameOf).join(", ");
}

export const isAppDm = (conversation) => conversation?.id === state.world?.dm;

/** The person's own clock. */
export const zone = () => me()?.tz || Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Links into this workspace lead to a place on this page: `{ channel, ts, thread }`. */
export function ownPlace(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const home = new URL(state.world.team.url);
  if (url.host !== home.host && url.host !== location.host) return null;
  return placeInPath(url.pathname, url.searchParams);
}

export function placeInPath(path, query) {
  const found = /^\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?\/?$/.exec(path);
  if (!found) return null;
  return { channel: found[1], ts: found[2] ? `${found[2]}.${found[3]}` : "", thread: query.get("thread_ts") ?? "" };
}
