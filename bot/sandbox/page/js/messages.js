// A list of messages that stays where one reads it: only what changed is drawn anew, the end is followed, the rest kept.

import { h, keepingFocus } from "./dom.js";
import { dayKey, dayName, fromTs } from "./dates.js";
import { drawMessage } from "./message.js";
import { dropOrphan } from "./popover.js";
import { state } from "./state.js";
import { namesKey } from "./world.js";

const TOGETHER = 300; // seconds within which messages of one author are drawn as one
const NEAR = 80; // px from the end that still count as the end

export class MessageList {
  /** `onMore`: the start came into sight. `intro`: a node above the first message. `onSeen(ts)`: read up to there. */
  constructor({ label, inThread = false, onMore, onSeen }) {
    Object.assign(this, { inThread, onMore, onSeen, drawn: new Map(), follows: true, lastTop: 0 });
    this.rows = h("div", { class: "rows", role: "list", "aria-label": label });
    this.scroller = h("div", { class: "scroller", tabindex: "-1" }, h("div", { class: "filler" }), this.rows);
    this.jump = h(
      "button",
      { class: "jump button", type: "button", hidden: true, onclick: () => this.toEnd() },
      "↓ Newest messages",
    );
    this.node = h("div", { class: "list" }, this.scroller, this.jump);
    this.scroller.addEventListener("scroll", () => this.scrolled());
    this.rows.addEventListener("keydown", (event) => this.steer(event));
    new ResizeObserver(() => this.follows && this.toEnd()).observe(this.scroller);
    new ResizeObserver(() => this.follows && this.toEnd()).observe(this.rows);
  }

  /** `unreadFrom`: a line "New" goes above the first message after this ts. */
  show(messages, { intro = null, unreadFrom = null, more = false } = {}) {
    this.messages = messages;
    this.more = more;
    const anchor = this.follows ? null : this.anchor();
    const wanted = this.sequence(messages, intro, unreadFrom);
    keepingFocus(this.rows, () => this.reconcile(wanted));
    dropOrphan();
    this.restTab();
    if (this.follows) this.toEnd();
    else if (anchor) this.back(anchor);
  }

  sequence(messages, intro, unreadFrom) {
    const out = intro ? [intro] : [];
    const drawn = new Map();
    let before = null;
    let lined = unreadFrom === null;
    for (const [index, message] of messages.entries()) {
      const day = dayKey(fromTs(message.ts));
      const startsDay = !before || dayKey(fromTs(before.ts)) !== day;
      if (startsDay && !(this.inThread && index > 0)) {
        if (!this.inThread)
          out.push(this.keep(drawn, `day-${day}-${message.ts}`, () => divider(dayName(fromTs(message.ts)))));
      }
      if (!lined && message.ts > unreadFrom && message.user !== state.me && !message.ephemeral) {
        lined = true;
        out.push(this.keep(drawn, "new-line", () => divider("New", "new-line")));
      }
      const compact = !startsDay && together(before, message) && !(this.inThread && index === 1);
      out.push(this.keepMessage(drawn, message, compact));
      if (this.inThread && index === 0)
        out.push(this.keep(drawn, `replies-${messages.length}`, () => repliesLine(messages.length - 1)));
      before = message;
    }
    this.drawn = drawn;
    return out;
  }

  keep(drawn, key, draw) {
    const entry = this.drawn.get(key) ?? { node: draw() };
    drawn.set(key, entry);
    return entry.node;
  }

  keepMessage(drawn, message, compact) {
    const print = JSON.stringify(message) + compact + namesKey() + state.me;
    const old = this.drawn.get(message.ts);
    const isKept = old && (old.print === print || old.node.dataset.editing);
    const entry = isKept ? old : { print, node: drawMessage(message, { compact, inThread: this.inThread }) };
    drawn.set(message.ts, entry);
    return entry.node;
  }

  reconcile(wanted) {
    const keep = new Set(wanted);
    for (const node of [...this.rows.children]) if (!keep.has(node)) node.remove();
    let at = this.rows.firstElementChild;
    for (const node of wanted) {
      if (node === at) at = at.nextElementSibling;
      else this.rows.insertBefore(node, at);
    }
  }

  // -- scrolling ------------------------------------------------------------------------------------------------------
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // What grows or wraps anew also scrolls; only going up is a person's wish to stay.
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.follows = true;
    else if (scrollTop < this.lastTop) this.follows = false;
    this.lastTop = scrollTop;
    this.jump.hidden = this.follows;
    if (this.follows) this.onSeen?.(this.messages?.at(-1)?.ts);
    if (scrollTop < 300 && this.more && !this.loading) {
      this.loading = true;
      Promise.resolve(this.onMore()).finally(() => (this.loading = false));
    }
  }

  toEnd() {
    this.follows = true;
    this.jump.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    for (const node of this.rows.querySelectorAll(".message")) {
      const at = node.getBoundingClientRect();
      if (at.bottom > top) return { ts: node.dataset.ts, offset: at.top - top };
    }
    return null;
  }

  back({ ts, offset }) {
    const node = this.drawn.get(ts)?.node;
    if (!node?.isConnected) return;
    this.scroller.scrollTop += node.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - offset;
  }

  /** Scrolls to a message and lights it up. False when it is not drawn. */
  point(ts) {
    const node = this.drawn.get(ts)?.node;
    if (!node?.isConnected) return false;
    this.follows = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("pointed");
    void node.offsetWidth;
    node.classList.add("pointed");
    return true;
  }

  forget() {
    this.drawn.clear();
    this.rows.replaceChildren();
    this.messages = [];
    this.follows = true;
  }

  // -- keys: the arrows go from message to message, Tab goes into one -------------------------------------------------
  restTab() {
    const messages = [...this.rows.querySelectorAll(".message")];
    if (!messages.some((node) => node.tabIndex === 0) && messages.length) messages.at(-1).tabIndex = 0;
  }

  steer(event) {
    const current = event.target.closest(".message");
    if (event.target !== current) return;
    const messages = [...this.rows.querySelectorAll(".message")];
    const at = messages.indexOf(current);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: messages.length - 1 }[event.key];
    if (next !== undefined && messages[next]) {
      event.preventDefault();
      current.tabIndex = -1;
      messages[next].tabIndex = 0;
      messages[next].focus();
    }
  }
}

function together(before, message) {
  if (
    !before ||
    before.ephemeral ||
    message.ephemeral ||
    before.subtype === "tombstone" ||
    message.subtype === "tombstone"
  )
    return false;
  const author = (one) => `${one.user}/${one.bot_id}/${one.username}`;
  return (
    author(before) === author(message) &&
    Number(message.ts) - Number(before.ts) < TOGETHER &&
    message.subtype !== "thread_broadcast"
  );
}

const divider = (words, classes = "") =>
  h("div", { class: `day-line ${classes}`, role: "separator", "aria-label": words }, h("span", {}, words));

const repliesLine = (count) =>
  h(
    "div",
    { class: "replies-line", role: "separator" },
    h("span", {}, count ? `${count} ${count === 1 ? "reply" : "replies"}` : "No replies yet"),
  );
