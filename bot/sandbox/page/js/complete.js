// What a composer offers while one types: commands after /, people and groups after @, channels after #, emoji after :.

import { h, newId, replace } from "./dom.js";
import { emoji, emojiLike } from "./emoji.js";
import { avatar, avatarOf, role } from "./people.js";
import { icon } from "./icons.js";
import { state } from "./state.js";
import { app, channels, groups, people } from "./world.js";

const MOST = 8;
const WORD = /(?:^|[\s(])([@#:])([\w.+'-]*)$/;

/** Client commands: they are Slack's own and never reach the app. */
export const OWN_COMMANDS = [
  { command: "/invite", usage_hint: "@somebody", description: "Add a person or an app to this channel" },
  { command: "/leave", usage_hint: "", description: "Leave this channel" },
];

export class Completion {
  constructor(input, box) {
    Object.assign(this, { input, box, entries: [], at: 0, id: newId("complete") });
    replace(box);
    box.hidden = true;
    box.id = this.id;
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", "Suggestions");
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-expanded", "false"],
      ["aria-controls", this.id],
    ])
      input.setAttribute(name, value);
    input.addEventListener("input", () => this.look());
    input.addEventListener("blur", () => setTimeout(() => this.hide(), 120));
    input.addEventListener("keydown", (event) => this.steer(event));
  }

  get isOpen() {
    return !this.box.hidden;
  }

  look() {
    const before = this.input.value.slice(0, this.input.selectionStart);
    this.entries = this.offered(before);
    if (!this.entries.length) return this.hide();
    this.at = 0;
    this.draw();
    return undefined;
  }

  offered(before) {
    if (/^\/\S*$/.test(before)) return commandsLike(before);
    const found = WORD.exec(before);
    if (!found) return [];
    const [, sign, word] = found;
    const start = before.length - word.length - 1;
    const entries = { "@": mentionsLike, "#": channelsLike, ":": emojiFor }[sign](word.toLowerCase());
    return entries.slice(0, MOST).map((entry) => ({ ...entry, start }));
  }

  draw() {
    const row = (entry, index) => {
      const node = h(
        "div",
        {
          class: "complete-row",
          role: "option",
          id: `${this.id}-${index}`,
          "aria-selected": String(index === this.at),
        },
        entry.picture,
        h("span", { class: "complete-label" }, entry.label),
        entry.usage && h("span", { class: "complete-usage" }, entry.usage),
        entry.hint && h("span", { class: "complete-hint" }, entry.hint),
        entry.mark && h("span", { class: "menu-mark" }, entry.mark),
      );
      node.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        this.take(entry);
      });
      return node;
    };
    replace(this.box, this.entries.map(row));
    this.box.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    this.box.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.box.hidden = true;
    this.entries = [];
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  take(entry) {
    const end = this.input.selectionStart;
    const rest = this.input.value.slice(end).replace(/^ /, "");
    const start = this.input.value.slice(0, entry.start ?? 0) + entry.text;
    this.input.value = `${start} ${rest}`;
    this.input.setSelectionRange(start.length + 1, start.length + 1);
    this.hide();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.focus();
  }

  /** Before the composer's own keys; what is used here goes no further. */
  steer(event) {
    if (!this.isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.at = (this.at + step + this.entries.length) % this.entries.length;
      this.draw();
    } else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !this.isComplete()))
      this.take(this.entries[this.at]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** A command typed to its end is sent by Enter, not completed once more. */
  isComplete() {
    return this.input.value === this.entries[this.at]?.text && this.input.value.startsWith("/");
  }
}

const begins = (text, word) =>
  text
    .toLowerCase()
    .split(/[\s._-]+/)
    .some((part) => part.startsWith(word)) || text.toLowerCase().startsWith(word);

function commandsLike(start) {
  const named = (one, mark, picture) => ({
    text: one.command,
    label: one.command,
    usage: one.usage_hint,
    hint: one.description,
    mark,
    picture,
  });
  const ours = state.world.commands.map((one) =>
    named(one, app().name, avatar(app().name, { size: "small", isOurs: true })),
  );
  const own = OWN_COMMANDS.map((one) => named(one, "", h("span", { class: "option-mark" }, "/")));
  return [...ours, ...own].filter((one) => one.text.startsWith(start));
}

function mentionsLike(word) {
  const persons = people()
    .filter((one) => begins(one.real_name, word) || begins(one.name, word))
    .sort((a, b) => a.real_name.localeCompare(b.real_name))
    .map((one) => ({
      text: `@${one.name}`,
      label: one.real_name,
      hint: [`@${one.name}`, one.id === state.me && "you", role(one)].filter(Boolean).join(" · "),
      picture: avatarOf(one.id, "small"),
    }));
  const bots = begins(app().name, word)
    ? [
        {
          text: `@${state.world.people.find((one) => one.id === app().user_id)?.name}`,
          label: app().name,
          hint: "app",
          picture: avatar(app().name, { size: "small", isOurs: true }),
        },
      ]
    : [];
  const teams = groups()
    .filter((one) => begins(one.handle, word) || begins(one.name, word))
    .map((one) => ({
      text: `@${one.handle}`,
      label: `@${one.handle}`,
      hint: `${one.name} · ${one.user_count ?? 0} people`,
      picture: h("span", { class: "option-mark" }, icon("people", 15)),
    }));
  const wide = [
    ["here", "Everybody who is active in this channel"],
    ["channel", "Everybody in this channel"],
  ]
    .filter(([name]) => word && name.startsWith(word))
    .map(([name, hint]) => ({
      text: `@${name}`,
      label: `@${name}`,
      hint,
      picture: h("span", { class: "option-mark" }, icon("bell", 15)),
    }));
  return [...persons, ...bots, ...teams, ...wide];
}

function channelsLike(word) {
  return channels()
    .filter((one) => (one.kind === "public" || one.kind === "private") && !one.is_archived && begins(one.name, word))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((one) => ({
      text: `#${one.name}`,
      label: one.name,
      hint: one.is_member ? "" : "not joined",
      picture: h("span", { class: "option-mark" }, icon(one.kind === "private" ? "lock" : "hash", 15)),
    }));
}

function emojiFor(word) {
  if (word.length < 2) return [];
  return emojiLike(word, MOST).map((name) => ({
    text: emoji(name),
    label: `:${name}:`,
    picture: h("span", { class: "option-mark emoji" }, emoji(name)),
  }));
}
