// Short notices in a corner: what went wrong, or that something was done.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { Refusal } from "./api.js";

export function toast(words, kind = "info") {
  if ([...place().children].some((shown) => shown.textContent === words)) return;
  const close = h("button", { class: "icon-button small", type: "button", "aria-label": "Dismiss" }, icon("close", 14));
  const node = h(
    "div",
    { class: `toast ${kind}` },
    kind === "problem" && icon("alert", 16),
    h("span", {}, words),
    close,
  );
  const leave = () => node.remove();
  close.addEventListener("click", leave);
  place().append(node);
  setTimeout(leave, kind === "problem" ? 9000 : 4000);
}

/** Whatever is outside an open dialog is neither heard nor pressed. */
function place() {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  return dialog?.querySelector(".toasts") ?? document.getElementById("toasts");
}

export function problem(error) {
  if (!(error instanceof Refusal)) console.error(error);
  toast(sentence(error instanceof Error ? error.message : String(error)), "problem");
}

function sentence(words) {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?…”]$/.test(text) ? text : `${text}.`;
}

/** For listeners: whatever goes wrong is told. */
export function attempt(work) {
  return async (...args) => {
    try {
      return await work(...args);
    } catch (error) {
      problem(error);
      return undefined;
    }
  };
}
