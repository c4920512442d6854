// A channel or direct conversation: its head, its messages, its composer, or the way in for those who are not in it.

import { act, get } from "./api.js";
import { h, replace } from "./dom.js";
import { announce } from "./announce.js";
import { button } from "./dialogs.js";
import { Composer } from "./composer.js";
import { mark } from "./elements/options.js";
import { icon } from "./icons.js";
import { edit } from "./message-tools.js";
import { MessageList } from "./messages.js";
import { showMembers } from "./members.js";
import { avatarOf } from "./people.js";
import { on, single, state } from "./state.js";
import { problem } from "./toasts.js";
import { markRead, readUpTo, unreadOf } from "./unread.js";
import { app, channel, channelName, isAppDm, nameOf } from "./world.js";

const FIRST = 100;

export class ChannelView {
  constructor() {
    this.head = h("header", { class: "main-head" });
    this.list = new MessageList({ label: "Messages", onMore: () => this.loadMore(), onSeen: (ts) => this.seen(ts) });
    this.composer = new Composer({ onSent: () => this.list.toEnd(), onEditLast: () => this.editLast() });
    this.foot = h("div", { class: "main-foot" });
    this.node = h("div", { class: "channel" }, this.head, this.list.node, this.foot);
    this.load = single(() => this.fetch());
    on("stale-channel", () => this.id && this.load().catch(problem));
    on("world", () => this.id && this.drawFrame());
    window.addEventListener("focus", () => this.seen(this.messages?.at(-1)?.ts));
  }

  /** `embedded`: under the tabs of an app, which have a head of their own. */
  async show(id, { embedded = false } = {}) {
    const isSame = this.id === id && this.person === state.me;
    this.head.hidden = embedded;
    if (!isSame) {
      Object.assign(this, { id, person: state.me, wanted: FIRST, messages: null, newest: null });
      state.shown = id;
      this.unreadFrom = unreadOf(channel(id) ?? {}).isUnread ? readUpTo(id) : null;
      this.list.forget();
      this.drawFrame();
    }
    await this.load().catch((error) => this.fail(error));
    if (state.target && !state.thread) await this.point(state.target);
    else if (!isSame) this.composer.input.focus({ preventScroll: true });
  }

  hide() {
    this.id = null;
    state.shown = "";
  }

  fail(error) {
    replace(this.foot);
    this.list.forget();
    problem(error);
  }

  async fetch() {
    const { id, wanted } = this;
    const person = state.me;
    const messages = await get("messages", { channel: id, person, limit: wanted + 1 });
    if (this.id !== id || state.me !== person) return;
    this.messages = messages.slice(-wanted);
    this.draw(messages.length > wanted);
  }

  draw(more) {
    const intro = more ? h("div", { class: "intro-more" }, "Older messages…") : this.intro();
    this.list.show(this.messages, { intro, more, unreadFrom: this.unreadFrom });
    this.announceNew();
    if (this.list.follows) this.seen(this.messages.at(-1)?.ts);
  }

  loadMore() {
    this.wanted += FIRST;
    return this.load();
  }

  async point(ts) {
    state.target = "";
    if (this.list.point(ts)) return;
    this.wanted = 1_000_000;
    await this.load();
    if (!this.list.point(ts)) problem("That message is not here any more");
  }

  seen(ts) {
    if (!ts || !document.hasFocus() || !this.id) return;
    markRead(this.id, ts);
  }

  announceNew() {
    const isFirst = this.newest === null;
    const fresh = isFirst ? [] : this.messages.filter((one) => one.ts > this.newest && one.user !== state.me);
    this.newest = this.messages.at(-1)?.ts ?? this.newest ?? "";
    fresh.forEach(announce);
  }

  editLast() {
    const mine = this.messages?.filter((one) => one.user === state.me && !one.bot_id).at(-1);
    const body = mine && this.list.drawn.get(mine.ts)?.node.querySelector(".message-body");
    if (body) edit(mine, body);
  }

  // -- around the messages --------------------------------------------------------------------------------------------
  drawFrame() {
    const conversation = channel(this.id);
    if (!conversation) return;
    this.drawHead(conversation);
    this.drawFoot(conversation);
  }

  drawHead(conversation) {
    const isDirect = conversation.kind === "im" || conversation.kind === "mpim";
    const count = conversation.members.length;
    const people = h(
      "button",
      {
        class: "head-people",
        type: "button",
        "aria-label": `${count} members`,
        onclick: () => showMembers(conversation),
      },
      conversation.members.slice(0, 3).map((id) => avatarOf(id, "small")),
      String(count),
    );
    const title = h(
      "h1",
      { class: "head-title" },
      conversation.kind === "im" ? avatarOf(conversation.user, "small") : mark(conversation),
      channelName(conversation),
    );
    replace(
      this.head,
      title,
      conversation.topic?.value && h("span", { class: "head-topic" }, conversation.topic.value),
      bookmarks(conversation),
      h("span", { class: "spring" }),
      !isDirect && people,
    );
  }

  drawFoot(conversation) {
    const state_ = conversation.is_archived
      ? "archived"
      : conversation.members.includes(state.me)
        ? "member"
        : "outside";
    if (state_ === "member") {
      if (this.foot.firstElementChild !== this.composer.node) replace(this.foot, this.composer.node);
      const name = isAppDm(conversation) ? app().name : channelName(conversation);
      this.composer.show({
        channelId: this.id,
        placeholder: `Message ${conversation.kind === "public" || conversation.kind === "private" ? "#" : ""}${name}`,
      });
      return;
    }
    const join = button("Join channel", () => act("join", { channel: this.id }), "primary");
    const words =
      state_ === "archived"
        ? `#${conversation.name} is archived.`
        : ["You are looking at ", h("strong", {}, `#${conversation.name}`)];
    replace(this.foot, h("div", { class: "join-bar" }, h("span", {}, words), state_ === "outside" && join));
  }

  intro() {
    const conversation = channel(this.id);
    if (!conversation || this.introOf === this.id) return this.introNode ?? null;
    const words = {
      public: ["This is the very beginning of the ", h("strong", {}, `#${conversation.name}`), " channel."],
      private: ["This is the very beginning of the private channel ", h("strong", {}, conversation.name), "."],
      im: isAppDm(conversation)
        ? [`This is where ${app().name} writes to you, and you to it.`]
        : ["This conversation is just between you and ", h("strong", {}, nameOf(conversation.user)), "."],
      mpim: ["This is the beginning of your conversation with ", h("strong", {}, channelName(conversation)), "."],
    }[conversation.kind];
    this.introOf = this.id;
    this.introNode = h("div", { class: "intro" }, words);
    return this.introNode;
  }
}

function bookmarks(conversation) {
  const kept = (conversation.bookmarks ?? []).filter((one) => /^https?:/.test(one.link ?? ""));
  return kept.length
    ? h(
        "span",
        { class: "head-bookmarks" },
        kept.map((one) =>
          h("a", { href: one.link, target: "_blank", rel: "noopener noreferrer" }, icon("link", 13), one.title),
        ),
      )
    : null;
}
