// One message: who, when, what, and what can be done with it.

import { act, fileAddress } from "./api.js";
import { h } from "./dom.js";
import { dayName, fromTs, since, time, whole } from "./dates.js";
import { icon } from "./icons.js";
import { drawBlocks } from "./blocks/index.js";
import { drawAttachment } from "./blocks/attachment.js";
import { mrkdwn, words } from "./mrkdwn.js";
import { avatar, authorOf, avatarOf } from "./people.js";
import { messageSource } from "./sources.js";
import { messageTools } from "./message-tools.js";
import { goTo, openThread } from "./router.js";
import { state } from "./state.js";
import { attempt } from "./toasts.js";

const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

/** `compact`: continues the message above, without name and picture. `inThread`: drawn in the side pane. */
export function drawMessage(message, { compact, inThread }) {
  const author = authorOf(message);
  const isGone = message.subtype === "tombstone";
  const body = h(
    "div",
    { class: "message-body" },
    isGone ? h("em", { class: "gone" }, "This message was deleted.") : content(message),
  );
  const side = compact
    ? h(
        "time",
        { class: "message-time-side", datetime: fromTs(message.ts).toISOString(), title: whole(fromTs(message.ts)) },
        time(fromTs(message.ts)),
      )
    : isGone
      ? h("span", { class: "avatar medium gone" }, icon("clear"))
      : avatar(author.name, author);
  const node = h(
    "div",
    {
      class: classesOf(message, compact),
      role: "listitem",
      tabindex: "-1",
      data: { ts: message.ts, channel: message.channel },
      "aria-label": spoken(message, author),
    },
    h("div", { class: "message-side" }, side),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you"),
      broadcastLine(message, inThread),
      !compact && !isGone && head(message, author),
      body,
      message.ephemeral && dismissLine(message),
      !inThread && threadLine(message),
    ),
    !isGone && messageTools(message, { inThread, body }),
  );
  return node;
}

function classesOf(message, compact) {
  const mine = [state.me, "here", "channel", "everyone"];
  const forMe = message.user !== state.me && message.pings?.some((id) => mine.includes(id));
  return ["message", compact && "compact", message.ephemeral && "ephemeral", forMe && "for-me"]
    .filter(Boolean)
    .join(" ");
}

function spoken(message, author) {
  const text = words(message.text ?? "").slice(0, 200);
  return `${author.name}: ${text || "a message"}, ${dayName(fromTs(message.ts))} at ${time(fromTs(message.ts))}`;
}

function head(message, author) {
  const date = fromTs(message.ts);
  return h(
    "div",
    { class: "message-head" },
    h("strong", { class: "message-author" }, author.name),
    author.isApp && h("span", { class: "badge" }, "APP"),
    h("time", { class: "message-time", datetime: date.toISOString(), title: whole(date) }, time(date)),
  );
}

/** What people write is in `text`; what apps draw is in blocks, then attachments. */
export function content(message) {
  const source = messageSource(message);
  const isPersons = Boolean(message.client_msg_id) || message.subtype === "file_share";
  const blocks = isPersons ? [] : (message.blocks ?? []);
  const edited = message.edited && !message.bot_id && h("span", { class: "edited" }, "(edited)");
  const text = !blocks.length && message.text ? mrkdwn(message.text, { verbatim: !message.bot_id }) : null;
  if (edited) (text ?? h("div")).append(" ", edited);
  return [
    text,
    blocks.length ? drawBlocks(blocks, source) : null,
    (message.attachments ?? []).map((attachment) => drawAttachment(attachment, source)),
    message.files?.length ? h("div", { class: "files" }, message.files.map(fileCard)) : null,
  ];
}

function fileCard(file) {
  const isImage = /^image\/(png|jpe?g|gif|webp)$/.test(file.mimetype);
  const size = file.size > 1024 ? `${Math.round(file.size / 1024)} KB` : `${file.size} bytes`;
  const name = h(
    "span",
    { class: "file-words" },
    h("strong", {}, file.title || file.name),
    h("span", { class: "hint" }, `${file.filetype} · ${size}`),
  );
  const card = h(
    "a",
    { class: "file", href: fileAddress(file), download: file.name },
    icon("file", 22),
    name,
    icon("down", 16),
  );
  return isImage
    ? h(
        "figure",
        { class: "file-picture" },
        h("figcaption", {}, file.name),
        h(
          "a",
          { href: fileAddress(file), download: file.name },
          h("img", { src: fileAddress(file), alt: file.alt_txt || file.title || file.name, loading: "lazy" }),
        ),
      )
    : card;
}

function broadcastLine(message, inThread) {
  if (message.subtype !== "thread_broadcast") return null;
  if (inThread) return h("div", { class: "message-note" }, "Also sent to the channel");
  const open = () => goTo({ channel: message.channel, ts: message.ts, thread: message.thread_ts });
  return h(
    "div",
    { class: "message-note" },
    icon("reply", 14),
    h("button", { class: "link-button", type: "button", onclick: open }, "replied to a thread"),
  );
}

function threadLine(message) {
  if (!message.reply_count || isReply(message)) return null;
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => avatarOf(id, "small"));
  const last = h("span", { class: "hint" }, `Last reply ${since(message.latest_reply)}`);
  return h(
    "button",
    {
      class: "thread-line",
      type: "button",
      onclick: () => openThread(message.channel, message.ts),
      data: { key: `thread/${message.ts}` },
    },
    faces,
    h("strong", {}, count),
    last,
  );
}

function dismissLine(message) {
  const dismiss = attempt(() => act("delete", { channel: message.channel, ts: message.ts }));
  return h(
    "div",
    { class: "dismiss" },
    h("button", { class: "link-button", type: "button", onclick: dismiss }, "Dismiss message"),
  );
}
