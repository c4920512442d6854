// The bar that appears over a message: reply, copy its link, more; among "more" the app's message shortcuts.

import { act } from "./api.js";
import { h } from "./dom.js";
import { ask } from "./dialogs.js";
import { icon } from "./icons.js";
import { openMenu } from "./menus.js";
import { mrkdwn, typedAgain } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { openThread } from "./router.js";
import { notAnswered } from "./sources.js";
import { state, tell } from "./state.js";
import { attempt, toast } from "./toasts.js";
import { app } from "./world.js";

export function messageTools(message, { inThread, body }) {
  if (message.ephemeral) return null;
  const tool = (name, label, run) =>
    h(
      "button",
      { class: "icon-button", type: "button", "aria-label": label, title: label, onclick: run },
      icon(name, 17),
    );
  const reply = tool("reply", "Reply in thread", () => openThread(message.channel, message.thread_ts ?? message.ts));
  const copy = tool("link", "Copy link", () => copyLink(message));
  const more = tool("dots", "More actions", () =>
    openMenu(more, actions(message, body), { label: "More actions", align: "end" }),
  );
  more.setAttribute("aria-haspopup", "menu");
  return h(
    "div",
    { class: "message-tools", role: "toolbar", "aria-label": "Message actions" },
    !inThread && reply,
    copy,
    more,
  );
}

function actions(message, body) {
  const isMine = message.user === state.me && !message.bot_id;
  const shortcuts = state.world.shortcuts.filter((one) => one.kind === "message");
  return [
    ...(shortcuts.length ? [{ heading: "Shortcuts" }] : []),
    ...shortcuts.map((shortcut) => ({
      label: shortcut.name,
      hint: shortcut.description,
      mark: app().name,
      node: avatar(app().name, { size: "small", isOurs: true }),
      run: () => runShortcut(message, shortcut),
    })),
    shortcuts.length ? null : undefined,
    { label: "Copy link", icon: "link", run: () => copyLink(message) },
    {
      label: "Copy text",
      icon: "copy",
      run: () => copy(mrkdwn(message.text ?? "").textContent, "The text is copied."),
    },
    ...(isMine
      ? [
          null,
          { label: "Edit message", icon: "edit", run: () => edit(message, body) },
          { label: "Delete message…", icon: "clear", danger: true, run: () => erase(message) },
        ]
      : []),
  ].filter((item) => item !== undefined);
}

async function runShortcut(message, shortcut) {
  const outcome = await act("message_shortcut", {
    callback_id: shortcut.callback_id,
    channel: message.channel,
    ts: message.ts,
  });
  if (outcome.error) toast(notAnswered(outcome), "problem");
  tell("acted");
}

const copyLink = (message) => copy(message.permalink, "The link is copied.");

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast(text);
  }
}

// -- one's own --------------------------------------------------------------------------------------------------------
export function edit(message, body) {
  const before = [...body.childNodes];
  const input = h("textarea", {
    class: "input edit-input",
    rows: 2,
    dir: "auto",
    "aria-label": "Edit message",
    value: typedAgain(message.text ?? ""),
  });
  const leave = () => {
    body.closest(".message")?.removeAttribute("data-editing");
    body.replaceChildren(...before);
    body.closest(".message")?.focus();
  };
  const save = attempt(async () => {
    const text = input.value.trim();
    if (!text) return erase(message);
    leave();
    if (text !== typedAgain(message.text ?? "")) await act("edit", { channel: message.channel, ts: message.ts, text });
    return undefined;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  });
  const row = h(
    "div",
    { class: "edit-row" },
    h("button", { class: "button small", type: "button", onclick: leave }, "Cancel"),
    h("button", { class: "button small primary", type: "button", onclick: save }, "Save"),
  );
  body.closest(".message").dataset.editing = "1";
  body.replaceChildren(input, row);
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}

async function erase(message) {
  const sure = await ask({
    title: "Delete message",
    text: [
      h("p", {}, "Are you sure you want to delete this message? This cannot be undone."),
      h("blockquote", {}, mrkdwn(message.text ?? "")),
    ],
    yes: "Delete",
    no: "Cancel",
    danger: true,
  });
  if (sure) await act("delete", { channel: message.channel, ts: message.ts });
}
