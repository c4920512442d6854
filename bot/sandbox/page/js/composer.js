// Where one types: messages, commands, files. One for a channel, one for a thread; unsent text is kept per place.

import { act, encodeFile, post, Refusal } from "./api.js";
import { h, replace } from "./dom.js";
import { Completion, OWN_COMMANDS } from "./complete.js";
import { icon } from "./icons.js";
import { menuButton } from "./menus.js";
import { avatar } from "./people.js";
import { notAnswered } from "./sources.js";
import { state, tell } from "./state.js";
import { problem, toast } from "./toasts.js";
import { app, channel, nameOf, user } from "./world.js";

const drafts = new Map();
const TALLEST = 260;

export class Composer {
  /** `onSent()`; `onEditLast()`: the arrow up in an empty composer. */
  constructor({ inThread = false, onSent, onEditLast }) {
    Object.assign(this, { inThread, onSent, onEditLast, files: [], place: null });
    this.input = h("textarea", {
      class: "composer-input",
      rows: 1,
      dir: "auto",
      spellcheck: "true",
      oninput: () => this.typed(),
    });
    this.suggestions = h("div", { class: "complete" });
    this.completion = new Completion(this.input, this.suggestions);
    this.chips = h("div", { class: "chips" });
    this.notice = h("div", { class: "composer-notice", role: "alert", hidden: true });
    this.hint = h("div", { class: "composer-hint", "aria-live": "polite" });
    this.picker = h("input", {
      type: "file",
      class: "unseen",
      multiple: true,
      tabindex: "-1",
      "aria-hidden": "true",
      onchange: () => this.attach([...this.picker.files]),
    });
    this.send = h(
      "button",
      {
        class: "icon-button send",
        type: "button",
        "aria-label": "Send now",
        title: "Send now",
        disabled: true,
        onclick: () => this.submit(),
      },
      icon("send", 17),
    );
    this.broadcast = h("input", { type: "checkbox" });
    this.node = h("div", { class: "composer" }, this.notice, this.suggestions, this.frame(), this.hint);
    this.input.addEventListener("keydown", (event) => this.keys(event));
    this.input.addEventListener(
      "paste",
      (event) => event.clipboardData.files.length && this.attach([...event.clipboardData.files]),
    );
    this.node.addEventListener("dragover", (event) => event.preventDefault());
    this.node.addEventListener("drop", (event) => {
      event.preventDefault();
      this.attach([...event.dataTransfer.files]);
    });
  }

  frame() {
    const attach = h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": "Attach a file",
        title: "Attach a file",
        onclick: () => this.picker.click(),
      },
      icon("attach", 17),
    );
    const shortcuts = menuButton({
      label: "Shortcuts",
      content: icon("bolt", 17),
      items: () => this.shortcuts(),
      side: "above",
    });
    this.also = this.inThread && h("label", { class: "also" }, this.broadcast, h("span", {}));
    return h(
      "div",
      { class: "composer-frame" },
      this.input,
      this.chips,
      this.also,
      h("div", { class: "composer-bar" }, attach, shortcuts, this.picker, h("span", { class: "spring" }), this.send),
    );
  }

  shortcuts() {
    const offered = state.world.shortcuts.filter((one) => one.kind === "global");
    const picture = () => avatar(app().name, { size: "small", isOurs: true });
    const entries = offered.map((one) => ({
      label: one.name,
      hint: one.description,
      mark: app().name,
      node: picture(),
      run: () => this.runShortcut(one),
    }));
    const commands = this.inThread
      ? []
      : state.world.commands.map((one) => ({
          label: one.command,
          hint: one.description,
          mark: app().name,
          node: picture(),
          run: () => this.begin(`${one.command} `),
        }));
    return [
      { heading: "Shortcuts" },
      ...entries,
      ...(commands.length ? [null, { heading: "Commands" }, ...commands] : []),
    ];
  }

  begin(text) {
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.typed();
    this.completion.look();
  }

  async runShortcut(shortcut) {
    const outcome = await act("shortcut", { callback_id: shortcut.callback_id });
    if (outcome.error) toast(notAnswered(outcome), "problem");
    tell("acted");
  }

  /** `placeholder`; `thread`: the ts replied to. Unsent text of the place comes back. */
  show({ channelId, thread = "", placeholder }) {
    const key = `${state.me}/${channelId}/${thread}`;
    if (this.place?.key !== key) {
      this.place = { key, channelId, thread };
      this.input.value = drafts.get(key) ?? "";
      this.files = [];
      this.broadcast.checked = false;
      this.tellNotice("");
      this.typed();
      this.completion.hide();
    }
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    const conversation = channel(channelId);
    const isDirect = conversation?.kind === "im" || conversation?.kind === "mpim";
    if (this.also)
      replace(
        this.also.lastElementChild,
        isDirect ? "Also send as direct message" : `Also send to #${conversation?.name ?? ""}`,
      );
  }

  typed() {
    const { input } = this;
    drafts.set(this.place?.key, input.value);
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
    this.send.disabled = !input.value.trim() && !this.files.length;
    this.showUsage();
  }

  /** What may follow the command that is being typed. */
  showUsage() {
    const found = /^(\/\S+) /.exec(this.input.value);
    const command =
      found && [...(state.world?.commands ?? []), ...OWN_COMMANDS].find((one) => one.command === found[1]);
    replace(this.hint, command && h("span", {}, h("strong", {}, command.command), ` ${command.usage_hint}`));
  }

  tellNotice(words) {
    replace(
      this.notice,
      words && [
        icon("alert", 16),
        h("span", {}, words),
        h(
          "button",
          { class: "icon-button small", type: "button", "aria-label": "Dismiss", onclick: () => this.tellNotice("") },
          icon("close", 14),
        ),
      ],
    );
    this.notice.hidden = !words;
  }

  attach(files) {
    this.files.push(...files);
    this.picker.value = "";
    this.drawChips();
    this.typed();
    this.input.focus();
  }

  drawChips() {
    const leave = (file) => () => {
      this.files = this.files.filter((other) => other !== file);
      this.drawChips();
      this.typed();
    };
    replace(
      this.chips,
      this.files.map((file) =>
        h(
          "span",
          { class: "chip" },
          icon("file", 14),
          h("span", { class: "chip-words" }, file.name),
          h(
            "button",
            { class: "chip-leave", type: "button", "aria-label": `Remove ${file.name}`, onclick: leave(file) },
            icon("close", 12),
          ),
        ),
      ),
    );
  }

  keys(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      event.preventDefault();
      this.onEditLast?.();
    }
  }

  async submit() {
    const text = this.input.value.trim();
    const { files, place } = this;
    if ((!text && !files.length) || this.sending) return;
    const isCommand = /^\/[a-z][\w-]*/i.test(text);
    if (isCommand && this.inThread)
      return this.tellNotice(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`);
    this.clear();
    this.sending = true;
    this.node.classList.add("sending");
    try {
      if (isCommand) await this.command(text);
      else await act("post", await this.message(text, files, place));
      this.onSent?.();
    } catch (error) {
      this.giveBack(text, files);
      if (error instanceof Refusal && error.status === 409) this.tellNotice(error.message);
      else problem(error);
    } finally {
      this.sending = false;
      this.node.classList.remove("sending");
      tell("acted");
    }
    return undefined;
  }

  async message(text, files, place) {
    const encoded = await Promise.all(files.map(encodeFile));
    const body = { channel: place.channelId, text, files: encoded.length ? encoded : undefined };
    return place.thread ? { ...body, thread_ts: place.thread, broadcast: this.wasBroadcast } : body;
  }

  clear() {
    this.wasBroadcast = this.broadcast.checked;
    Object.assign(this, { files: [] });
    this.broadcast.checked = false;
    this.input.value = "";
    this.drawChips();
    this.tellNotice("");
    this.typed();
    this.completion.hide();
  }

  giveBack(text, files) {
    if (this.input.value) return;
    this.input.value = text;
    this.files = files;
    this.drawChips();
    this.typed();
  }

  async command(line) {
    const [word, ...rest] = line.split(/\s+/);
    if (word === "/invite") return this.invite(rest);
    if (word === "/leave") return act("leave", { channel: this.place.channelId });
    const outcome = await act("command", { line, channel: this.place.channelId });
    if (outcome.error)
      this.tellNotice(
        state.world.app.connections ? `${outcome.error}.` : `${outcome.error}: ${app().name} is not connected.`,
      );
    return outcome;
  }

  async invite(words) {
    for (const word of words) {
      const bare = word.replace(/^@/, "");
      const who = state.world.people.find((one) => one.name === bare || one.id === bare);
      if (!who) throw new Refusal(`There is nobody called ${word}.`, 409);
      await post(`channels/${this.place.channelId}/invite`, { user: who.id });
      toast(`${user(who.id)?.is_bot ? app().name : nameOf(who.id)} is in the channel now.`);
    }
    if (!words.length) throw new Refusal("Say whom: /invite @somebody", 409);
  }
}
