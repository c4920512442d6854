// Where one is, in the address: #/ann/C00001, #/ann/C00001/thread ts, #/ann/app/home; `?message=ts` points at a message.

import { state, tell } from "./state.js";
import { toast } from "./toasts.js";
import { channel, loadWorld, nameOf, people, placeInPath, user } from "./world.js";

const LAST_PERSON = "casebook.person";

function addressOf({ person = state.me, place = state.place, thread = null, target = "" }) {
  const name = user(person)?.name ?? person;
  const parts = place.kind === "app" ? ["app", place.tab || "home"] : [place.id];
  if (thread) parts.push(thread);
  return `#/${[name, ...parts].map(encodeURIComponent).join("/")}${target ? `?message=${target}` : ""}`;
}

export function go(where) {
  const address = addressOf(where);
  if (location.hash === address) apply();
  else location.hash = address;
}

export const goChannel = (id, thread = null, target = "") => go({ place: { kind: "channel", id }, thread, target });
export const goApp = (tab = "home") => go({ place: { kind: "app", tab } });
export const become = (person) => go({ person });
export const closeThread = () => go({});
export const openThread = (channel, ts, target = "") => go({ place: inPlace(channel), thread: ts, target });

/** The app's messages are a channel too, seen under its Messages tab. */
function inPlace(channel) {
  return channel === state.world.dm ? { kind: "app", tab: "messages" } : { kind: "channel", id: channel };
}

export function goTo({ channel, ts = "", thread = "" }) {
  const place = inPlace(channel);
  const isReply = thread && thread !== ts;
  go({ place, thread: isReply ? thread : null, target: ts });
}

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { parts, target: new URLSearchParams(query).get("message") ?? "" };
}

function firstPerson(name) {
  const everybody = people();
  return (
    everybody.find((one) => one.name === name || one.id === name) ??
    everybody.find((one) => one.id === remembered()) ??
    everybody[0]
  );
}

export function remembered() {
  try {
    return localStorage.getItem(LAST_PERSON);
  } catch {
    return null;
  }
}

function firstPlace() {
  const mine = (state.world?.channels ?? []).filter(
    (one) => one.is_member && !one.is_archived && one.kind === "public",
  );
  const best = mine.find((one) => one.name === "general") ?? mine[0];
  return best ? { kind: "channel", id: best.id } : { kind: "app", tab: "home" };
}

/** Makes what is shown agree with the address. */
export async function apply() {
  const link = placeInPath(location.pathname, new URLSearchParams(location.search));
  const { parts, target } = parse();
  const [name, first, second, third] = parts;
  const person = firstPerson(name);
  if (person && person.id !== state.me) {
    state.me = person.id;
    keep(person.id);
    await loadWorld();
    tell("person");
  }
  if (link) return follow(link);
  if (first === "app") Object.assign(state, { place: { kind: "app", tab: second || "home" }, thread: third ?? null });
  else if (first === state.world?.dm) Object.assign(state, { place: inPlace(first), thread: second ?? null });
  else if (first && (await isKnown(first))) {
    Object.assign(state, { place: { kind: "channel", id: first }, thread: second ?? null });
  } else {
    if (first) toast(`${nameOf(state.me)} cannot see that channel.`);
    Object.assign(state, { place: firstPlace(), thread: null });
    history.replaceState(null, "", addressOf({}));
  }
  state.target = target;
  tell("place");
  return undefined;
}

/** A channel may be younger than what was loaded last. */
async function isKnown(id) {
  if (!channel(id)) await loadWorld();
  return Boolean(channel(id));
}

/** A permalink was opened: from here on the address is the page's own. */
function follow(link) {
  history.replaceState(null, "", "/");
  goTo(link);
}

function keep(person) {
  try {
    localStorage.setItem(LAST_PERSON, person);
  } catch {
    // Without storage the next visit begins with the first person.
  }
}

export function start() {
  window.addEventListener("hashchange", () => apply());
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[data-own]");
    if (!anchor || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const url = new URL(anchor.href);
    const place = placeInPath(url.pathname, url.searchParams);
    if (place) goTo(place);
  });
  return apply();
}
