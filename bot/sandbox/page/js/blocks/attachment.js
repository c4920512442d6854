// Attachments, the older form in which alert bots post: a coloured bar, a title with a link, text, fields, blocks.

import { h, outLink, safeAddress } from "../dom.js";
import { fromTs, whole } from "../dates.js";
import { link, mrkdwn } from "../mrkdwn.js";
import { drawBlocks } from "./index.js";
import { picture } from "./image.js";

const COLOURS = { good: "#2a9d5c", warning: "#d69a00", danger: "#c9344a" };
const LONG = 700;

export function drawAttachment(attachment, source) {
  const said = (key, tag = "div") => attachment[key] && mrkdwn(String(attachment[key]), { verbatim: false, tag });
  const hasWords = ["pretext", "title", "text", "blocks", "fields", "image_url", "author_name"].some(
    (key) => attachment[key]?.length,
  );
  const body = h(
    "div",
    { class: "attachment-body" },
    attachment.author_name &&
      h(
        "div",
        { class: "attachment-author" },
        attachment.author_link ? link(attachment.author_link, attachment.author_name) : attachment.author_name,
      ),
    attachment.title &&
      h(
        "div",
        { class: "attachment-title" },
        attachment.title_link
          ? link(String(attachment.title_link), mrkdwn(String(attachment.title), { tag: "span" }))
          : said("title", "span"),
      ),
    attachment.text && folded(said("text"), String(attachment.text)),
    !hasWords && h("div", { class: "text" }, attachment.fallback ?? ""),
    fields(attachment.fields),
    attachment.blocks?.length ? drawBlocks(attachment.blocks, source) : null,
    attachment.image_url &&
      picture({ image_url: attachment.image_url, alt_text: attachment.title ?? attachment.fallback ?? "Graph" }),
    actions(attachment.actions),
    (attachment.footer || attachment.ts) &&
      h(
        "div",
        { class: "attachment-foot" },
        said("footer", "span"),
        attachment.ts && h("time", {}, ` ${whole(fromTs(attachment.ts))}`),
      ),
  );
  const box = h(
    "div",
    { class: "attachment" },
    h("div", { class: "attachment-bar" }),
    body,
    attachment.thumb_url && picture({ image_url: attachment.thumb_url, alt_text: "" }, "thumb"),
  );
  const colour =
    COLOURS[attachment.color] ??
    (/^#?[0-9a-f]{3,8}$/i.test(attachment.color ?? "") ? `#${attachment.color.replace("#", "")}` : "");
  if (colour) box.firstElementChild.style.background = colour;
  return h("div", {}, said("pretext"), box);
}

/** Slack folds long text of attachments. */
function folded(node, text) {
  if (text.length < LONG && text.split("\n").length <= 12) return node;
  node.classList.add("folded");
  const more = h("button", { class: "link-button", type: "button", "aria-expanded": "false" }, "Show more");
  more.addEventListener("click", () => {
    const isFolded = node.classList.toggle("folded");
    more.textContent = isFolded ? "Show more" : "Show less";
    more.setAttribute("aria-expanded", String(!isFolded));
  });
  return h("div", {}, node, more);
}

function fields(list) {
  if (!list?.length) return null;
  const cell = (field) =>
    h(
      "div",
      { class: field.short ? "attachment-field short" : "attachment-field" },
      h("strong", {}, field.title ?? ""),
      mrkdwn(String(field.value ?? ""), { verbatim: false }),
    );
  return h("div", { class: "attachment-fields" }, list.map(cell));
}

/** Buttons of the older kind: those with an address work. */
function actions(list) {
  if (!list?.length) return null;
  const drawn = list.map((one) =>
    safeAddress(one.url ?? "") && one.url
      ? outLink(one.url, one.text ?? "Open")
      : h("span", {}, one.text ?? one.name ?? ""),
  );
  for (const node of drawn) node.className = `button${node.tagName === "A" ? "" : " dead"}`;
  return h("div", { class: "block-actions" }, drawn);
}
