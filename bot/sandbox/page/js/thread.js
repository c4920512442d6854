// The side pane with one message and its replies.

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { announce } from "./announce.js";
import { Composer } from "./composer.js";
import { icon } from "./icons.js";
import { edit } from "./message-tools.js";
import { MessageList } from "./messages.js";
import { closeThread } from "./router.js";
import { on, single, state } from "./state.js";
import { problem } from "./toasts.js";
import { channel, channelName, isAppDm, app } from "./world.js";

export class ThreadView {
  constructor(node) {
    this.node = node;
    this.list = new MessageList({ label: "Thread", inThread: true, onMore: () => {} });
    this.composer = new Composer({
      inThread: true,
      onSent: () => this.list.toEnd(),
      onEditLast: () => this.editLast(),
    });
    this.where = h("span", { class: "hint" });
    const close = h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": "Close thread",
        title: "Close thread",
        onclick: () => closeThread(),
      },
      icon("close"),
    );
    this.foot = h("div", { class: "main-foot" });
    replace(
      node,
      h(
        "header",
        { class: "main-head" },
        h("h2", { class: "head-title" }, "Thread"),
        this.where,
        h("span", { class: "spring" }),
        close,
      ),
      this.list.node,
      this.foot,
    );
    node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) closeThread();
    });
    this.load = single(() => this.fetch());
    on("stale-thread", () => this.root && this.load().catch(() => {}));
    on("world", () => this.root && this.drawFoot());
  }

  /** `root`: the ts of the first message; null hides the pane. */
  async show(channelId, root) {
    const isSame = this.channelId === channelId && this.root === root && this.person === state.me;
    Object.assign(this, { channelId, root, person: state.me });
    this.node.hidden = !root;
    document.getElementById("page").classList.toggle("with-thread", Boolean(root));
    state.shownThread = root ? channelId : "";
    if (!root) return;
    if (!isSame) {
      this.newest = "";
      this.list.forget();
    }
    try {
      await this.load();
    } catch (error) {
      problem(error);
      closeThread();
      return;
    }
    if (state.target) {
      this.list.point(state.target);
      state.target = "";
    } else if (!isSame && !this.foot.querySelector(".join-bar")) this.composer.input.focus({ preventScroll: true });
  }

  async fetch() {
    const { channelId, root } = this;
    const messages = await get("thread", { channel: channelId, ts: root, person: state.me });
    if (this.root !== root || this.channelId !== channelId) return;
    const parent = messages[0]?.thread_ts;
    if (parent && parent !== root) return this.redirect(channelId, parent);
    this.messages = messages;
    this.drawFoot();
    this.list.show(messages, {});
    const fresh = this.newest ? messages.filter((one) => one.ts > this.newest && one.user !== state.me) : [];
    this.newest = messages.at(-1)?.ts ?? "";
    if (state.shown !== channelId) fresh.forEach(announce);
    else fresh.filter((one) => one.subtype !== "thread_broadcast").forEach(announce);
    return undefined;
  }

  /** The ts was a reply's. */
  redirect(channelId, parent) {
    this.root = parent;
    state.thread = parent;
    return this.fetch(channelId);
  }

  drawFoot() {
    const conversation = channel(this.channelId);
    if (!conversation) return;
    const name = isAppDm(conversation) ? app().name : channelName(conversation);
    const isNamed = conversation.kind === "public" || conversation.kind === "private";
    replace(this.where, isNamed ? `#${name}` : name);
    if (conversation.is_archived || !conversation.members.includes(state.me)) {
      replace(
        this.foot,
        h(
          "div",
          { class: "join-bar" },
          conversation.is_archived ? "This channel is archived." : "Join the channel to reply.",
        ),
      );
      return;
    }
    if (this.foot.firstElementChild !== this.composer.node) replace(this.foot, this.composer.node);
    this.composer.show({ channelId: this.channelId, thread: this.root, placeholder: "Reply…" });
  }

  editLast() {
    const mine = this.messages?.filter((one) => one.user === state.me && !one.bot_id).at(-1);
    const body = mine && this.list.drawn.get(mine.ts)?.node.querySelector(".message-body");
    if (body) edit(mine, body);
  }
}
