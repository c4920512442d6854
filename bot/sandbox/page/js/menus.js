// Menus of actions, worked by mouse and keys (WAI-ARIA "menu button").

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, openPopover, popoverIsOpen } from "./popover.js";
import { attempt } from "./toasts.js";

/**
 * `items`: `{ label, hint?, mark?, icon?, danger?, checked?, run }`, `{ heading }` or null for a line. Opens, or closes
 * when it is open already.
 */
export function openMenu(anchor, items, { label, ...options } = {}) {
  if (popoverIsOpen(anchor)) return closePopover("toggled");
  const rows = items.filter((item, index) => item || (index > 0 && index < items.length - 1)).map(draw);
  const menu = h(
    "div",
    { class: "menu", role: "menu", "aria-label": label ?? anchor.getAttribute("aria-label") },
    rows,
  );
  menu.addEventListener("keydown", (event) => steer(event, menu));
  menu.addEventListener("pointermove", (event) =>
    event.target.closest("[role^=menuitem]")?.focus({ preventScroll: true }),
  );
  anchor.setAttribute("aria-expanded", "true");
  const onClose = (reason) => {
    anchor.setAttribute("aria-expanded", "false");
    options.onClose?.(reason);
  };
  openPopover(anchor, menu, { ...options, onClose });
  const entries = itemsOf(menu);
  (entries.find((entry) => entry.getAttribute("aria-checked") === "true") ?? entries[0])?.focus();
  return undefined;
}

function draw(item) {
  if (!item) return h("div", { class: "menu-line", role: "separator" });
  if (item.heading) return h("div", { class: "menu-heading", role: "presentation" }, item.heading);
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const run = attempt(async () => {
    closePopover("chosen");
    await item.run();
  });
  return h(
    "button",
    {
      class: `menu-item${item.danger ? " danger" : ""}`,
      type: "button",
      role,
      tabindex: "-1",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      onclick: run,
    },
    item.node ?? (item.icon && icon(item.icon, 16)),
    h(
      "span",
      { class: "menu-words" },
      h("span", { class: "menu-label" }, item.label),
      item.hint && h("span", { class: "menu-hint" }, item.hint),
    ),
    item.mark && h("span", { class: "menu-mark" }, item.mark),
    item.checked && icon("check", 16),
  );
}

const itemsOf = (menu) => [...menu.querySelectorAll("[role^=menuitem]")];

function steer(event, menu) {
  const entries = itemsOf(menu);
  const at = entries.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    entries[(next + entries.length) % entries.length]?.focus();
  } else if (event.key === "Tab") {
    closePopover("tab");
  } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
    const wanted = event.key.toLowerCase();
    const round = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
    round.find((entry) => entry.textContent.trim().toLowerCase().startsWith(wanted))?.focus();
  }
}

/** A button that opens a menu; `items` is called when it opens. */
export function menuButton({ label, items, content, class: classes = "icon-button", ...options }) {
  const button = h(
    "button",
    {
      class: classes,
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": label,
      title: label,
    },
    content,
  );
  button.addEventListener("click", () => openMenu(button, items(), { label, ...options }));
  return button;
}
