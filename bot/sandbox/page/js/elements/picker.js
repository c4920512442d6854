// Dates are picked from a calendar; times with the browser's own control.

import { h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { closePopover, openPopover, popoverIsOpen } from "../popover.js";
import { elementKey } from "../sources.js";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

const iso = (date) =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
const parse = (text) => new Date(`${text}T12:00:00`);
const words = (text) =>
  `${MONTHS[parse(text).getMonth()].slice(0, 3)} ${parse(text).getDate()}, ${parse(text).getFullYear()}`;

export function dateElement(element, block, source) {
  let value = source.value(block, element);
  const node = h("span", { class: "select" });
  const control = h("button", {
    class: "select-control",
    type: "button",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    data: { key: elementKey(block, element), action: element.action_id },
  });
  const draw = () => {
    const hint = element.placeholder?.text ?? "Select a date";
    control.classList.toggle("empty", !value);
    const label = block.type === "input" ? block.label?.text : hint;
    control.setAttribute("aria-label", value ? `${label}: ${words(value)}` : label);
    replace(control, icon("calendar", 16), h("span", { class: "select-words" }, value ? words(value) : hint));
    const clear = h(
      "button",
      { class: "icon-button small clear", type: "button", "aria-label": "Clear", onclick: () => take(null) },
      icon("close", 14),
    );
    replace(node, control, value && (block.optional || block.type !== "input") && clear);
  };
  async function take(date) {
    closePopover("chosen");
    const before = value;
    value = date;
    draw();
    if (!(await source.choose(block, element, date, { node: control }))) {
      value = before;
      draw();
    }
  }
  control.addEventListener("click", () => {
    if (popoverIsOpen(control)) return closePopover("toggled");
    control.setAttribute("aria-expanded", "true");
    const onClose = () => control.setAttribute("aria-expanded", "false");
    const month = calendar(value ? parse(value) : new Date(), value, take);
    openPopover(control, month, { onClose, class: "for-calendar" });
    month.querySelector("[data-focus]")?.focus();
    return undefined;
  });
  draw();
  return node;
}

function calendar(start, chosen, take) {
  const box = h("div", { class: "calendar", role: "dialog", "aria-label": "Choose a date" });
  let at = start;
  const show = (date, withFocus = true) => {
    at = date;
    draw();
    if (withFocus) box.querySelector("[data-focus]")?.focus();
  };
  const moved = (months) => {
    const date = new Date(at.getFullYear(), at.getMonth() + months, 1, 12);
    date.setDate(Math.min(at.getDate(), new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate()));
    return date;
  };
  const turn = (label, months, name) =>
    h(
      "button",
      { class: "icon-button small", type: "button", "aria-label": label, onclick: () => show(moved(months), false) },
      icon(name, 16),
    );
  function draw() {
    const back = turn("Previous month", -1, "back");
    const next = turn("Next month", 1, "back");
    next.classList.add("mirrored");
    const title = h("strong", { "aria-live": "polite" }, `${MONTHS[at.getMonth()]} ${at.getFullYear()}`);
    const first = new Date(at.getFullYear(), at.getMonth(), 1, 12);
    const lead = (first.getDay() + 6) % 7;
    const length = new Date(at.getFullYear(), at.getMonth() + 1, 0).getDate();
    const grid = h(
      "div",
      { class: "calendar-grid" },
      DAYS.map((name) => h("span", { class: "calendar-day", "aria-hidden": "true" }, name)),
    );
    for (let empty = 0; empty < lead; empty += 1) grid.append(h("span", {}));
    for (let number = 1; number <= length; number += 1)
      grid.append(day(new Date(at.getFullYear(), at.getMonth(), number, 12)));
    const today = h("button", { class: "button small", type: "button", onclick: () => take(iso(new Date())) }, "Today");
    replace(
      box,
      h("div", { class: "calendar-head" }, back, title, next),
      grid,
      h("div", { class: "calendar-foot" }, today),
    );
  }
  function day(date) {
    const isAt = iso(date) === iso(at);
    const classes = `calendar-date${iso(date) === chosen ? " chosen" : ""}${iso(date) === iso(new Date()) ? " today" : ""}`;
    const label = `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
    return h(
      "button",
      {
        class: classes,
        type: "button",
        tabindex: isAt ? "0" : "-1",
        "aria-label": label,
        "aria-pressed": String(iso(date) === chosen),
        data: isAt ? { focus: "1", date: iso(date) } : { date: iso(date) },
        onclick: () => take(iso(date)),
      },
      String(date.getDate()),
    );
  }
  box.addEventListener("keydown", (event) => {
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    if (!event.target.dataset.date) return;
    if (days) show(new Date(at.getFullYear(), at.getMonth(), at.getDate() + days, 12));
    else if (event.key === "PageUp" || event.key === "PageDown") show(moved(event.key === "PageUp" ? -1 : 1));
    else return;
    event.preventDefault();
  });
  draw();
  return box;
}

export function timeElement(element, block, source) {
  const isMoment = element.type === "datetimepicker";
  const held = source.value(block, element);
  const local = (seconds) => {
    const date = new Date(seconds * 1000);
    return `${iso(date)}T${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
  };
  const node = h("input", {
    class: "input short",
    type: isMoment ? "datetime-local" : "time",
    value: held ? (isMoment ? local(held) : held) : "",
    "aria-label": block.type === "input" ? null : (element.placeholder?.text ?? "Time"),
    data: { key: elementKey(block, element), action: element.action_id },
  });
  node.addEventListener("change", () => {
    const value = node.value ? (isMoment ? Math.floor(new Date(node.value) / 1000) : node.value) : null;
    source.choose(block, element, value);
  });
  return node;
}
