// What the server pushes: changes of the workspace and, for the Inspector, the traffic with the app.

import { on, state, tell } from "./state.js";
import { loadWorld } from "./world.js";

const GATHER = 30; // ms: many changes at once are one redraw
let socket = null;
let pause = 500;
let dirty = new Set();
let timer = null;

export function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}/control/live${state.inspecting ? "" : "?traffic=0"}`);
  socket = mine;
  mine.addEventListener("open", () => {
    pause = 500;
    state.live = true;
    tell("live");
    everything();
    tell("traffic-missed");
  });
  mine.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  mine.addEventListener("close", () => {
    if (socket !== mine) return;
    if (state.live) {
      state.live = false;
      tell("live");
    }
    setTimeout(() => socket === mine && connect(), pause);
    pause = Math.min(pause * 1.6, 5000);
  });
}

/** Whether traffic is pushed is settled when the connection is made. */
on("inspecting", () => {
  const old = socket;
  connect();
  old?.close();
});

function everything() {
  for (const what of ["world", "channel", "thread", "modals", "home", "step"]) mark(what);
}

function hear(frame) {
  if (frame.kind === "traffic") return tell("record", frame.record);
  if (frame.kind === "missed") {
    tell("traffic-missed");
    return everything();
  }
  return change(frame);
}

function change({ what, channel, person, only_for: onlyFor }) {
  switch (what) {
    case "message":
    case "message_gone":
      if (onlyFor && onlyFor !== state.me) return;
      mark("world");
      if (channel === state.shown) mark("channel");
      if (channel === state.thread?.channel || channel === state.shownThread) mark("thread");
      break;
    case "view":
      if (person === state.me) mark("modals");
      break;
    case "home":
      if (person === state.me) mark("home");
      break;
    case "channel":
      mark("world");
      if (!channel) everything();
      break;
    case "seen":
    case "file":
      break;
    case "step":
      mark("step");
      break;
    default:
      mark("world");
  }
}

function mark(what) {
  dirty.add(what);
  timer ??= setTimeout(flush, GATHER);
}

async function flush() {
  const now = dirty;
  dirty = new Set();
  timer = null;
  if (now.has("world")) await loadWorld().catch(() => {});
  for (const what of now) if (what !== "world") tell(`stale-${what}`);
}

/** After an act the answer is looked at without waiting for the push. */
on("acted", () => {
  for (const what of ["modals", "home"]) tell(`stale-${what}`);
});
