// One thing that floats beside its anchor: a menu, a list of options, a calendar. Opening another closes it.

import { h } from "./dom.js";

let open = null;

/**
 * Shows `content` beside `anchor`. `options`: side (below or above), align (start or end), match (as wide as the anchor),
 * onClose(reason), focusBack (default true). Returns `{ close, place }`.
 */
export function openPopover(anchor, content, options = {}) {
  closePopover("replaced");
  const host = anchor.closest("dialog") ?? document.body;
  const box = h("div", { class: `popover ${options.class ?? ""}` }, content);
  if (options.match) box.style.minWidth = `${anchor.getBoundingClientRect().width}px`;
  host.append(box);
  const mine = { anchor, box, options };
  open = mine;
  const place = () => position(anchor, box, options);
  place();
  const observer = new ResizeObserver(place);
  observer.observe(box);
  mine.observer = observer;
  return { box, place, close: (reason = "done") => open === mine && closePopover(reason) };
}

export function closePopover(reason = "done") {
  if (!open) return;
  const { anchor, box, options, observer } = open;
  open = null;
  observer?.disconnect();
  const hadFocus = box.contains(document.activeElement) || document.activeElement === document.body;
  box.remove();
  options.onClose?.(reason);
  if (hadFocus && options.focusBack !== false && reason !== "replaced") anchor.focus({ preventScroll: true });
}

export const popoverIsOpen = (anchor) => Boolean(open && (!anchor || open.anchor === anchor));

function position(anchor, box, { side = "below", align = "start" }) {
  const at = anchor.getBoundingClientRect();
  box.style.maxHeight = "";
  const size = box.getBoundingClientRect();
  const [width, height, gap] = [document.documentElement.clientWidth, window.innerHeight, 4];
  const below = height - at.bottom - gap;
  const goesBelow =
    side === "below" ? size.height <= below || below >= at.top : size.height > at.top - gap && below > at.top;
  const left = align === "end" ? at.right - size.width : at.left;
  box.style.maxHeight = `${Math.max(120, (goesBelow ? below : at.top - gap) - 8)}px`;
  box.style.left = `${Math.max(8, Math.min(left, width - size.width - 8))}px`;
  if (goesBelow) {
    box.style.top = `${at.bottom + gap}px`;
    box.style.bottom = "";
  } else {
    box.style.top = "";
    box.style.bottom = `${height - at.top + gap}px`;
  }
}

document.addEventListener(
  "pointerdown",
  (event) => {
    if (!open || open.box.contains(event.target) || open.anchor.contains(event.target)) return;
    closePopover("outside");
  },
  true,
);

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !open) return;
    event.preventDefault();
    event.stopPropagation();
    closePopover("escape");
  },
  true,
);

document.addEventListener(
  "scroll",
  (event) => {
    if (open && event.target !== document && !open.box.contains(event.target) && event.target.contains?.(open.anchor)) {
      position(open.anchor, open.box, open.options);
    }
  },
  true,
);
window.addEventListener("resize", () => closePopover("resized"));

/** Called after redrawing: what floats beside something that is gone goes too. */
export function dropOrphan() {
  if (open && !open.anchor.isConnected) closePopover("gone");
}
