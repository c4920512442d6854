// Dialogs of the page itself and confirmation dialogs of apps, on the browser's own <dialog>: it traps the focus.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { newId } from "./dom.js";
import { plainText, textObject } from "./mrkdwn.js";
import { closePopover } from "./popover.js";
import { attempt } from "./toasts.js";

/**
 * Shows a dialog. `title`: text or nodes. `onCancel`: Escape, the cross, a click beside it; without it those close.
 * Returns `{ node, body, footer, close }`.
 */
export function openDialog({
  title,
  body = [],
  footer = [],
  onCancel,
  class: classes = "",
  label,
  closeLabel = "Close",
}) {
  const before = document.activeElement;
  const id = newId("dialog");
  const cancel = () => (onCancel ? onCancel() : close());
  const cross = h(
    "button",
    { class: "icon-button", type: "button", "aria-label": closeLabel, onclick: () => cancel() },
    icon("close"),
  );
  const head = h("header", { class: "dialog-head" }, h("h2", { id, class: "dialog-title" }, title), cross);
  const content = h("div", { class: "dialog-body" }, body);
  const foot = h("footer", { class: "dialog-foot" }, footer);
  const node = h(
    "dialog",
    { class: `dialog ${classes}`, "aria-labelledby": label ? null : id, "aria-label": label },
    head,
    content,
    foot,
    h("div", { class: "toasts", role: "status", "aria-live": "assertive" }),
  );

  function close() {
    closePopover("dialog");
    document.getElementById("toasts").append(...node.querySelectorAll(".toast"));
    node.close();
    node.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  }
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    cancel();
  });
  node.addEventListener("cancel", (event) => {
    event.preventDefault();
    cancel();
  });
  let pressedBeside = false;
  node.addEventListener("pointerdown", (event) => (pressedBeside = event.target === node));
  node.addEventListener("click", (event) => {
    if (event.target === node && pressedBeside && !classes.includes("modal")) cancel();
  });
  document.body.append(node);
  node.showModal();
  return { node, head, body: content, footer: foot, close };
}

export const button = (words, onclick, kind = "") =>
  h("button", { class: `button ${kind}`, type: "button", onclick: attempt(onclick) }, words);

/** Asks; resolves to true or false. */
export function ask({ title, text, yes, no, danger = false }) {
  return new Promise((resolve) => {
    const answer = (value) => {
      dialog.close();
      resolve(value);
    };
    const dialog = openDialog({
      title,
      body: text,
      class: "small",
      footer: [button(no, () => answer(false)), button(yes, () => answer(true), danger ? "danger" : "primary")],
      onCancel: () => answer(false),
    });
    dialog.node.setAttribute("role", "alertdialog");
    dialog.footer.lastElementChild.focus();
  });
}

/** An app's `confirm` object. True where there is none. */
export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  return ask({
    title: plainText(confirm.title),
    text: textObject(confirm.text, "div"),
    yes: plainText(confirm.confirm ?? { text: "OK" }),
    no: plainText(confirm.deny ?? { text: "Cancel" }),
    danger: confirm.style === "danger",
  });
}
