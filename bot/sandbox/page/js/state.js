// What the page knows, and who wants to hear when it changes.

export const state = {
  me: "", // id of the person one acts as
  world: null, // GET /control/state as that person
  place: { kind: "", id: "", tab: "" }, // kind: channel or app
  thread: null, // { channel, ts }
  target: "", // ts of a message that a link leads to
  live: false, // connected to the local Slack
  inspecting: false,
};

const listeners = new Map();

/** Returns the way to stop listening. Topics: world, place, channel, thread, modals, home, live, record, unread. */
export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic).delete(listener);
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

/** Runs `load` never twice at once; whoever asks meanwhile gets one more run afterwards. */
export function single(load) {
  let running = null;
  let again = false;
  return function run() {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      try {
        do {
          again = false;
          await load();
        } while (again);
      } finally {
        running = null;
      }
    })();
    return running;
  };
}
