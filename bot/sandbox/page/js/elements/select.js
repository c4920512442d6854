// Select menus of every kind: one control, and a list beside it in which one can type to narrow it down.

import { add, h, newId, replace } from "../dom.js";
import { icon } from "../icons.js";
import { withEmoji } from "../emoji.js";
import { closePopover, openPopover, popoverIsOpen } from "../popover.js";
import { elementKey } from "../sources.js";
import { problem } from "../toasts.js";
import { choicesFor } from "./options.js";

const QUIET_UP_TO = 7;
const ASK_PAUSE = 180;

export function selectElement(element, block, source) {
  return new Select(element, block, source).node;
}

class Select {
  constructor(element, block, source) {
    Object.assign(this, { element, block, source });
    this.isMulti = element.type.startsWith("multi_");
    this.choices = choicesFor(element, block, source);
    const given = source.value(block, element);
    this.chosen = (this.isMulti ? (given ?? []) : given ? [given] : []).map((value) => this.choices.read(value));
    this.node = h("span", { class: `select${this.isMulti ? " multi" : ""}` });
    this.draw();
  }

  draw() {
    const hadFocus = this.node.contains(document.activeElement);
    const words = this.element.placeholder?.text ?? "Choose an option";
    const label = this.block.type === "input" ? this.block.label?.text : words;
    this.control = h(
      "button",
      {
        class: `select-control${this.chosen.length ? "" : " empty"}`,
        type: "button",
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "aria-label": this.chosen.length ? `${label}: ${this.chosen.map((one) => one.label).join(", ")}` : label,
        data: { key: elementKey(this.block, this.element), action: this.element.action_id },
        onclick: () => this.open(),
      },
      this.isMulti && this.chosen.length
        ? null
        : h("span", { class: "select-words" }, withEmoji(this.chosen[0]?.label ?? words)),
      icon("chevron", 16),
    );
    this.control.addEventListener("keydown", (event) => {
      if (["ArrowDown", "ArrowUp"].includes(event.key)) {
        event.preventDefault();
        this.open();
      }
    });
    const chips = this.isMulti && this.chosen.map((one) => this.chip(one));
    const mayClear = !this.isMulti && this.chosen.length > 0 && this.block.optional && this.block.type === "input";
    replace(this.node, chips, this.control, mayClear && this.clearButton());
    if (hadFocus) this.control.focus({ preventScroll: true });
  }

  chip(one) {
    const leave = () => this.take(this.chosen.filter((other) => other.key !== one.key));
    return h(
      "span",
      { class: "chip" },
      h("span", { class: "chip-words" }, withEmoji(one.label)),
      h(
        "button",
        { class: "chip-leave", type: "button", "aria-label": `Remove ${one.label}`, onclick: leave },
        icon("close", 12),
      ),
    );
  }

  clearButton() {
    return h(
      "button",
      { class: "icon-button small clear", type: "button", "aria-label": "Clear", onclick: () => this.take([]) },
      icon("close", 14),
    );
  }

  /** Chooses; what was chosen before comes back when the app or the person declines. */
  async take(chosen) {
    const before = this.chosen;
    const most = this.element.max_selected_items;
    if (most && chosen.length > most) return;
    this.chosen = chosen;
    this.draw();
    const [value, shown] = this.isMulti
      ? [chosen.map((one) => one.value), chosen.map((one) => one.shown)]
      : [chosen[0]?.value ?? null, chosen[0]?.shown ?? null];
    const done = await this.source.choose(this.block, this.element, value, { shown, node: this.control });
    if (!done) {
      this.chosen = before;
      this.draw();
    }
  }

  // -- the list -------------------------------------------------------------------------------------------------------
  open() {
    if (popoverIsOpen(this.control)) return closePopover("toggled");
    const id = newId("options");
    const quiet = this.choices.count !== null && this.choices.count <= QUIET_UP_TO;
    this.input = h("input", {
      class: "options-search",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-expanded": "true",
      "aria-controls": id,
      "aria-label": this.element.placeholder?.text ?? "Search",
      placeholder: this.choices.hint,
      oninput: () => this.seek(),
    });
    this.list = h("div", {
      class: "options",
      role: "listbox",
      id,
      "aria-multiselectable": this.isMulti ? "true" : null,
    });
    const box = h(
      "div",
      { class: "options-box" },
      h("div", { class: quiet ? "unseen" : "options-head" }, this.input),
      this.list,
    );
    box.addEventListener("keydown", (event) => this.steer(event));
    this.control.setAttribute("aria-expanded", "true");
    openPopover(this.control, box, { match: true, class: "for-options", onClose: () => this.closed() });
    this.input.focus();
    this.seek(true);
    return undefined;
  }

  closed() {
    clearTimeout(this.pause);
    this.asked = null;
    this.control.setAttribute("aria-expanded", "false");
  }

  seek(atOnce = false) {
    const query = this.input.value.trim();
    clearTimeout(this.pause);
    if (!this.choices.far) return this.show(this.choices.near(query));
    const least = this.choices.least;
    if (query.length < least) return this.say(`Type at least ${least} character${least > 1 ? "s" : ""}`);
    const asked = (this.asked = {});
    if (!this.list.childElementCount) this.say("Loading…");
    this.pause = setTimeout(
      async () => {
        try {
          const groups = await this.choices.far(query);
          if (asked === this.asked) this.show(groups);
        } catch (error) {
          if (asked === this.asked) this.say("The options could not be loaded");
          if (error.status !== undefined) problem(error);
        }
      },
      atOnce ? 0 : ASK_PAUSE,
    );
    return undefined;
  }

  say(words) {
    replace(this.list, h("div", { class: "options-empty", role: "presentation" }, words));
    this.at = null;
  }

  show(groups) {
    const filled = groups.filter((group) => group.choices.length);
    if (!filled.length) return this.say("No results");
    const chosen = new Set(this.chosen.map((one) => one.key));
    replace(this.list);
    for (const group of filled) {
      const rows = group.choices.map((choice) => this.row(choice, chosen.has(choice.key)));
      const heading =
        group.label && h("div", { class: "options-heading", "aria-hidden": "true" }, withEmoji(group.label));
      add(this.list, [h("div", { role: "group", "aria-label": group.label || null }, heading, rows)]);
    }
    const start = this.input.value ? null : this.list.querySelector("[aria-selected=true]");
    this.point(start ?? this.list.querySelector("[role=option]"));
    return undefined;
  }

  row(choice, isChosen) {
    const node = h(
      "div",
      {
        class: "option",
        role: "option",
        id: newId("option"),
        "aria-selected": String(isChosen),
        data: { value: choice.key },
      },
      choice.picture?.(),
      h(
        "span",
        { class: "option-words" },
        h("span", { class: "option-label" }, withEmoji(choice.label)),
        choice.description && h("span", { class: "option-hint" }, withEmoji(choice.description)),
      ),
      isChosen && icon("check", 16),
    );
    node.addEventListener("pointermove", () => this.at !== node && this.point(node, false));
    node.addEventListener("click", () => this.pick(choice, isChosen));
    return node;
  }

  pick(choice, isChosen) {
    if (!this.isMulti) {
      closePopover("chosen");
      if (!isChosen) this.take([choice]);
      return;
    }
    closePopover("chosen");
    this.take(isChosen ? this.chosen.filter((one) => one.key !== choice.key) : [...this.chosen, choice]);
  }

  point(row, scroll = true) {
    this.at?.classList.remove("pointed");
    this.at = row;
    row?.classList.add("pointed");
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    if (scroll) row?.scrollIntoView({ block: "nearest" });
  }

  steer(event) {
    const rows = [...this.list.querySelectorAll("[role=option]")];
    const at = rows.indexOf(this.at);
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: Math.min(at + 8, rows.length - 1),
      PageUp: Math.max(at - 8, 0),
    }[event.key];
    if (next !== undefined && rows.length) {
      event.preventDefault();
      this.point(rows[(next + rows.length) % rows.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.at?.click();
    } else if (event.key === "Tab") {
      closePopover("tab");
    }
  }
}
