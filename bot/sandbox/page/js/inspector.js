// The raw traffic between Slack and the app: what was sent, what was answered, how long it took, what was refused.

import { get, remove } from "./api.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { jsonTree } from "./json.js";
import { on, state, tell } from "./state.js";
import { attempt, problem } from "./toasts.js";
import { app } from "./world.js";

const MOST = 400; // rows drawn
const KINDS = {
  delivery: "to the app",
  call: "calls",
  response_url: "response URLs",
  refusal: "refusals",
  warning: "warnings",
  socket: "sockets",
};
const SIGNS = { delivery: "→", call: "←", response_url: "←", refusal: "✕", warning: "!", socket: "⇄" };
const SLOW = 1000;

export class Inspector {
  constructor(node) {
    Object.assign(this, {
      node,
      records: [],
      last: 0,
      hiddenKinds: new Set(["socket"]),
      query: "",
      paused: false,
      open: new Map(),
    });
    this.rows = h("div", { class: "records", role: "list", "aria-label": "Traffic" });
    this.count = h("span", { class: "hint" });
    this.search = h("input", {
      class: "input small",
      type: "search",
      placeholder: "Filter, such as case.take or views.open",
      "aria-label": "Filter",
      oninput: () => this.filter(this.search.value),
    });
    replace(node, this.head(), this.rows);
    on("inspecting", () => this.toggle());
    on("traffic-missed", () => state.inspecting && this.catchUp());
    on("record", (record) => this.hear(record));
  }

  head() {
    const close = h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": "Close Inspector",
        title: "Close",
        onclick: () => this.close(),
      },
      icon("close"),
    );
    const clear = h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": "Clear",
        title: "Clear",
        onclick: attempt(() => this.clear()),
      },
      icon("clear"),
    );
    this.pauseButton = h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-pressed": "false",
        "aria-label": "Pause",
        title: "Pause",
        onclick: () => this.pause(),
      },
      icon("pause"),
    );
    this.chips = h("div", { class: "filters", role: "group", "aria-label": "Kinds" });
    this.drawChips();
    return h(
      "header",
      { class: "inspector-head" },
      h(
        "div",
        { class: "inspector-row" },
        h("h2", { class: "head-title" }, "Inspector"),
        this.count,
        h("span", { class: "spring" }),
        this.pauseButton,
        clear,
        close,
      ),
      h("div", { class: "inspector-row" }, this.search, this.chips),
    );
  }

  drawChips() {
    const chip = ([kind, words]) =>
      h(
        "button",
        {
          class: "filter",
          type: "button",
          "aria-pressed": String(!this.hiddenKinds.has(kind)),
          onclick: () => this.toggleKind(kind),
        },
        words,
      );
    replace(this.chips, Object.entries(KINDS).map(chip));
  }

  close() {
    state.inspecting = false;
    tell("inspecting");
  }

  toggle() {
    this.node.hidden = !state.inspecting;
    document.getElementById("page").classList.toggle("with-inspector", state.inspecting);
    if (state.inspecting) {
      this.catchUp();
      this.search.focus();
    }
  }

  pause() {
    this.paused = !this.paused;
    this.pauseButton.setAttribute("aria-pressed", String(this.paused));
    const words = this.paused ? "Go on" : "Pause";
    this.pauseButton.title = words;
    this.pauseButton.setAttribute("aria-label", words);
    replace(this.pauseButton, icon(this.paused ? "play" : "pause"));
    if (!this.paused) this.catchUp();
  }

  async clear() {
    await remove("traffic");
    this.records = [];
    this.draw();
  }

  async catchUp() {
    if (this.paused) return;
    try {
      const records = await get("traffic", { after: this.last, limit: MOST });
      if (records.length && records[0].number <= this.last) this.records = [];
      for (const record of records) this.keep(record);
      this.draw();
    } catch (error) {
      problem(error);
    }
  }

  hear(record) {
    if (this.paused || record.number <= this.last) return;
    this.keep(record);
    this.drawSoon();
  }

  keep(record) {
    this.last = Math.max(this.last, record.number);
    this.records.push(record);
    if (this.records.length > 2000) this.records.splice(0, 500);
  }

  drawSoon() {
    this.soon ??= requestAnimationFrame(() => {
      this.soon = null;
      this.draw();
    });
  }

  filter(query) {
    this.query = query.trim().toLowerCase();
    this.draw();
  }

  toggleKind(kind) {
    if (!this.hiddenKinds.delete(kind)) this.hiddenKinds.add(kind);
    this.drawChips();
    this.draw();
  }

  matches(record) {
    if (this.hiddenKinds.has(record.kind)) return false;
    if (!this.query) return true;
    record.text ??=
      `${record.name} ${record.note} ${JSON.stringify(record.request)} ${JSON.stringify(record.response)}`.toLowerCase();
    return this.query.split(/\s+/).every((word) => record.text.includes(word));
  }

  /** Newest first; rows that are open stay so. */
  draw() {
    const found = this.records.filter((record) => this.matches(record)).reverse();
    const shown = found.slice(0, MOST);
    replace(this.count, `${found.length} of ${this.records.length}`);
    const old = new Map([...this.rows.children].map((node) => [node.dataset.number, node]));
    const wanted = shown.map((record) => old.get(String(record.number)) ?? drawRecord(record));
    const keep = new Set(wanted);
    for (const node of [...this.rows.children]) if (!keep.has(node)) node.remove();
    let at = this.rows.firstElementChild;
    for (const node of wanted) {
      if (node === at) at = at.nextElementSibling;
      else this.rows.insertBefore(node, at);
    }
    if (!shown.length)
      replace(
        this.rows,
        h(
          "p",
          { class: "home-empty" },
          this.records.length ? "Nothing fits the filter." : `Nothing yet. Do something with ${app().name}.`,
        ),
      );
  }
}

function drawRecord(record) {
  const ok = isFine(record);
  const ms =
    record.ms === null || record.ms === undefined
      ? ""
      : `${record.ms < 10 ? record.ms.toFixed(1) : Math.round(record.ms)} ms`;
  const node = h(
    "details",
    { class: `record ${record.kind}${ok ? "" : " failed"}`, data: { number: record.number } },
    h(
      "summary",
      {},
      h("span", { class: "record-sign", title: KINDS[record.kind] ?? record.kind }, SIGNS[record.kind] ?? "·"),
      h("span", { class: "record-name" }, record.name),
      h("span", { class: "record-about" }, about(record)),
      h("span", { class: `record-ms${record.ms > SLOW ? " slow" : ""}` }, ms),
      h("time", { class: "record-time" }, clock(record.at)),
    ),
  );
  node.setAttribute("role", "listitem");
  node.addEventListener("toggle", () => {
    if (!node.open || node.childElementCount > 1) return;
    const part = (words, value) =>
      value !== null && value !== undefined && h("div", { class: "record-part" }, h("h4", {}, words), jsonTree(value));
    const [asked, answered] =
      record.kind === "delivery" ? ["Sent to the app", "Acknowledgement"] : ["Request", "Answer"];
    node.append(
      h(
        "div",
        { class: "record-body" },
        record.note && h("p", { class: "record-note" }, record.note),
        part(asked, record.request),
        part(answered, record.response),
      ),
    );
  });
  return node;
}

function isFine(record) {
  if (record.kind === "refusal" || record.kind === "warning") return false;
  return record.response?.ok !== false && !(record.kind === "delivery" && record.note && record.note !== "");
}

/** The one or two words that tell a record from its neighbours. */
function about(record) {
  const { request = {}, response } = record;
  if (record.kind === "refusal" || record.kind === "warning") return record.note;
  if (response?.ok === false) return response.error;
  return [record.note, what(request)].filter(Boolean).join(" · ").slice(0, 160);
}

function what(request) {
  const payload = request.payload ?? request;
  const event = payload.event;
  if (event) return [event.type, event.subtype, event.text].filter(Boolean).join(" · ");
  if (payload.command) return `${payload.command} ${payload.text ?? ""}`;
  const action = payload.actions?.[0];
  return [
    payload.type,
    payload.callback_id ?? payload.view?.callback_id,
    action?.action_id ?? payload.action_id,
    payload.text && String(payload.text),
  ]
    .filter((word) => typeof word === "string")
    .join(" · ");
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
