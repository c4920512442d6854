// The app's own place: its Home tab, its messages, and what it offers.

import { act, get } from "./api.js";
import { h, keepingFocus, replace } from "./dom.js";
import { drawBlocks } from "./blocks/index.js";
import { avatar } from "./people.js";
import { dropOrphan } from "./popover.js";
import { goApp } from "./router.js";
import { Source } from "./sources.js";
import { on, single, state } from "./state.js";
import { problem } from "./toasts.js";
import { appUnread } from "./unread.js";
import { app } from "./world.js";

export class AppView {
  /** `channelView` draws the Messages tab. */
  constructor(channelView) {
    this.channelView = channelView;
    this.head = h("header", { class: "main-head app-head" });
    this.home = h("div", { class: "home", tabindex: "-1" });
    this.about = h("div", { class: "home about" });
    this.body = h("div", { class: "app-body" });
    this.node = h("div", { class: "channel" }, this.head, this.body);
    this.load = single(() => this.fetch());
    for (const topic of ["unread", "world"]) on(topic, () => this.tab && this.drawHead());
    on("stale-home", () => this.tab === "home" && this.load().catch(problem));
  }

  async show(tab) {
    const isNew = this.tab !== tab || this.person !== state.me;
    Object.assign(this, { tab, person: state.me });
    this.drawHead();
    if (tab === "messages") {
      if (this.body.firstElementChild !== this.channelView.node) replace(this.body, this.channelView.node);
      if (isNew) this.visit("messages");
      return this.channelView.show(state.world.dm, { embedded: true });
    }
    this.channelView.hide();
    if (tab === "about") return replace(this.body, this.drawAbout());
    replace(this.body, this.home);
    if (isNew) {
      this.drawn = null;
      replace(this.home, h("div", { class: "home-empty" }, "Loading…"));
      this.visit("home");
    }
    return this.load().catch(problem);
  }

  hide() {
    this.tab = "";
  }

  /** Every visit is told to the app, which may publish anew. */
  visit(tab) {
    act("open_home", { tab }).catch(problem);
  }

  async fetch() {
    const person = state.me;
    const view = await get("home", { person });
    if (this.tab !== "home" || person !== state.me) return;
    if (!view) {
      replace(
        this.home,
        h(
          "div",
          { class: "home-empty" },
          h("h2", {}, `${app().name} has not published its Home tab yet`),
          h("p", {}, "It is told that you are here and will do so in a moment, if it is running."),
        ),
      );
      this.drawn = null;
      return;
    }
    const print = `${view.id}/${view.version}/${person}`;
    if (this.drawn === print) return;
    this.drawn = print;
    const scrolled = this.home.scrollTop;
    keepingFocus(this.home, () =>
      replace(this.home, drawBlocks(view.blocks, new Source({ view: view.id }, view.values, view.errors))),
    );
    this.home.scrollTop = scrolled;
    dropOrphan();
  }

  drawHead() {
    const unread = appUnread().count;
    const tabs = [
      app().home_tab && ["home", "Home"],
      app().messages_tab && ["messages", "Messages"],
      ["about", "About"],
    ].filter(Boolean);
    const tab = ([name, words]) =>
      h(
        "button",
        {
          class: "tab",
          type: "button",
          role: "tab",
          "aria-selected": String(this.tab === name),
          tabindex: this.tab === name ? "0" : "-1",
          onclick: () => goApp(name),
          data: { key: `tab/${name}` },
        },
        words,
        name === "messages" && this.tab !== name && unread > 0 && h("span", { class: "side-badge" }, String(unread)),
      );
    const row = h("div", { class: "tabs", role: "tablist", "aria-label": app().name }, tabs.map(tab));
    row.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = tabs.findIndex(([name]) => name === this.tab);
      if (step) goApp(tabs[(at + step + tabs.length) % tabs.length][0]);
    });
    keepingFocus(this.head, () =>
      replace(
        this.head,
        h("h1", { class: "head-title" }, avatar(app().name, { size: "small", isOurs: true }), app().name),
        row,
      ),
    );
  }

  drawAbout() {
    const rows = (list, draw) =>
      h(
        "dl",
        { class: "about-list" },
        list.map((one) => [h("dt", {}, draw(one)), h("dd", {}, one.description)]),
      );
    const { commands, shortcuts } = state.world;
    return h(
      "div",
      { class: "home about" },
      h("h3", { class: "block-header" }, "Commands"),
      rows(commands, (one) => h("code", {}, `${one.command} ${one.usage_hint}`)),
      h("h3", { class: "block-header" }, "Shortcuts"),
      rows(shortcuts, (one) => [
        one.name,
        h(
          "span",
          { class: "hint" },
          one.kind === "message" ? " on a message, under More actions" : " beside the composer",
        ),
      ]),
    );
  }
}
