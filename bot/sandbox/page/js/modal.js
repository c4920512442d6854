// The app's modals, stacked: the top one is seen, what was typed into it survives its updates.

import { act, get } from "./api.js";
import { h, keepingFocus, replace } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { drawBlocks } from "./blocks/index.js";
import { showError } from "./blocks/input.js";
import { withEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { dropOrphan } from "./popover.js";
import { busyWhile, notAnswered, Source } from "./sources.js";
import { on, single, state } from "./state.js";
import { problem, toast } from "./toasts.js";
import { app } from "./world.js";

let shown = null; // { dialog, view, source, … } of the top modal
const load = single(fetchStack);

export function startModals() {
  on("stale-modals", () => load().catch(() => {}));
  on("person", () => {
    drop();
    load().catch(() => {});
  });
}

async function fetchStack() {
  const person = state.me;
  const stack = await get("modals", { person });
  if (person !== state.me) return;
  const view = stack.at(-1);
  if (!view) return drop();
  if (shown && shown.depth > 0) show(view, stack.length);
  else open(view, stack.length);
  return undefined;
}

function drop() {
  shown?.dialog.close();
  shown = null;
}

function open(view, depth) {
  const dialog = openDialog({ title: "", class: "modal", onCancel: () => close(false), closeLabel: "Close" });
  shown = { dialog, depth };
  const cross = dialog.head.querySelector("button");
  cross.replaceWith(
    h(
      "button",
      { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => close(true) },
      icon("close"),
    ),
  );
  show(view, depth);
}

function show(view, depth) {
  const isSame = shown.view?.id === view.id;
  if (isSame && shown.view.version === view.version) {
    shown.view = view;
    shown.source.values = view.values;
    return showProblems(view);
  }
  const source = new Source({ view: view.id }, view.values, view.errors);
  if (isSame) source.takeOver(shown.source, elementsOf(view));
  Object.assign(shown, { view, depth, source });
  drawHead(view, depth);
  drawFoot(view);
  const scrolled = isSame ? shown.dialog.body.scrollTop : 0;
  keepingFocus(shown.dialog.body, () =>
    replace(
      shown.dialog.body,
      h("div", { class: "modal-trouble", role: "alert", hidden: true }),
      drawBlocks(view.blocks, source),
    ),
  );
  shown.dialog.body.scrollTop = scrolled;
  dropOrphan();
  showProblems(view);
  if (!isSame) focusFirst(view);
  return undefined;
}

/** An element lives on where block and id are the same (docs: Modals). */
const elementsOf = (view) => new Set(view.labels.map((one) => `${one.block_id}/${one.action_id}`));

function focusFirst(view) {
  const wanted = view.blocks
    .map((block) => [block, block.element ?? block.accessory])
    .find(([, element]) => element?.focus_on_load);
  const body = shown.dialog.body;
  const key = wanted && `${wanted[0].block_id}/${wanted[1].action_id}`;
  const named = key && [...body.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key);
  const first =
    named ?? body.querySelector(".field input:not(.unseen), .field textarea, .field button.select-control, button, a");
  (first ?? shown.dialog.footer.querySelector("button"))?.focus({ preventScroll: !named });
}

function drawHead(view, depth) {
  const title = withEmoji(view.title?.text ?? "");
  const back =
    depth > 1 &&
    h(
      "button",
      { class: "icon-button", type: "button", "aria-label": "Back", title: "Back", onclick: () => close(false) },
      icon("back"),
    );
  replace(
    shown.dialog.head.querySelector(".dialog-title"),
    back,
    avatar(app().name, { size: "small", isOurs: true }),
    h("span", {}, title),
  );
  shown.dialog.node.classList.toggle("stacked", depth > 1);
  shown.dialog.node.dataset.view = view.id;
}

function drawFoot(view) {
  const cancel = h(
    "button",
    { class: "button", type: "button", onclick: () => close(false) },
    withEmoji(view.close?.text ?? (view.submit ? "Cancel" : "Close")),
  );
  const send =
    view.submit &&
    h(
      "button",
      { class: "button primary submit", type: "button", onclick: () => submit(send) },
      withEmoji(view.submit.text),
    );
  replace(shown.dialog.footer, h("span", { class: "hint spring" }, view.submit ? "" : ""), cancel, send);
  shown.dialog.node.onkeydown = (event) => {
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.matches("input.input"));
    const block = event.target.closest("[data-block]")?.dataset.block;
    const dispatches = view.blocks.find((one) => one.block_id === block)?.dispatch_action;
    if (!send || !isSend || (dispatches && !event.ctrlKey)) return;
    event.preventDefault();
    submit(send);
  };
}

function showProblems(view) {
  const { body, node } = shown.dialog;
  let first = null;
  for (const field of body.querySelectorAll(".field[data-block]")) {
    const words = view.errors?.[field.dataset.block];
    showError(field, words);
    if (words) first ??= field;
  }
  const trouble = body.querySelector(".modal-trouble");
  trouble.hidden = !view.trouble;
  replace(trouble, view.trouble && [icon("alert", 16), h("span", {}, view.trouble)]);
  const print = JSON.stringify(view.errors ?? {});
  if (first && print !== shown.print) {
    first.scrollIntoView({ block: "nearest" });
    first.querySelector("input:not(.unseen), textarea, button")?.focus({ preventScroll: true });
  }
  shown.print = print;
  node.classList.toggle("has-errors", Boolean(first));
}

async function submit(button) {
  if (button.disabled) return;
  const { view, source, dialog } = shown;
  button.disabled = true;
  dialog.node.classList.add("sending");
  shown.print = "";
  try {
    await source.flush();
    const outcome = await busyWhile(button, act("submit", { view: view.id }));
    if (outcome.error) toast(notAnswered(outcome), "problem");
  } catch (error) {
    problem(error);
  } finally {
    button.disabled = false;
    dialog.node.classList.remove("sending");
    await load().catch(problem);
  }
}

async function close(everything) {
  const { view } = shown;
  for (const { timer } of shown.source.waiting.values()) clearTimeout(timer);
  try {
    await act("close", { view: view.id, everything });
  } catch (error) {
    if (error.status !== 409) problem(error);
  } finally {
    await load().catch(problem);
  }
}
