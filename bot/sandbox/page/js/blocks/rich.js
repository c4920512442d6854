// rich_text: its text is literal, nothing in it is parsed.

import { h } from "../dom.js";
import { fill } from "../dates.js";
import { emoji } from "../emoji.js";
import { broadcast, emojiNode, isoOf, link, mentionChannel, mentionGroup, mentionUser } from "../mrkdwn.js";

const STYLES = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
];

export function richTextBlock(block) {
  return h("div", { class: "rich" }, parts(block.elements));
}

/** Lists that differ only in their depth belong into each other. */
function parts(elements = []) {
  return elements.map((part) => {
    const inner = part.elements ?? [];
    switch (part.type) {
      case "rich_text_section":
        return h("div", { class: "text rich-section", dir: "auto" }, inner.map(piece));
      case "rich_text_quote":
        return h("blockquote", { class: "text", dir: "auto" }, inner.map(piece));
      case "rich_text_preformatted":
        return h(
          "pre",
          { class: "fence", dir: "ltr" },
          inner.map((one) => one.text ?? one.url ?? ""),
        );
      case "rich_text_list":
        return list(part, inner);
      default:
        return h("span", { class: "unknown" }, String(part.type));
    }
  });
}

function list(part, items) {
  const ordered = part.style === "ordered";
  const depth = Math.min(8, Number(part.indent) || 0);
  const node = h(ordered ? "ol" : "ul", {
    class: `rich-list depth-${depth}`,
    start: ordered ? (Number(part.offset) || 0) + 1 : null,
  });
  for (const item of items) node.append(h("li", { class: "text", dir: "auto" }, (item.elements ?? []).map(piece)));
  return node;
}

function piece(element) {
  let node = plain(element);
  for (const [style, tag] of STYLES) if (element.style?.[style]) node = h(tag, {}, node);
  return node;
}

function plain(element) {
  switch (element.type) {
    case "text":
      return element.text ?? "";
    case "link":
      return link(element.url ?? "", element.text || element.url || "");
    case "emoji":
      return emoji(element.name) ? emojiNode(element.name, emoji(element.name)) : `:${element.name}:`;
    case "user":
      return mentionUser(element.user_id);
    case "usergroup":
      return mentionGroup(element.usergroup_id);
    case "channel":
      return mentionChannel(element.channel_id);
    case "broadcast":
      return broadcast(element.range);
    case "date":
      return h(
        "time",
        { class: "date", datetime: isoOf(element.timestamp), title: element.fallback },
        fill(element.format ?? "", element.timestamp) ?? element.fallback ?? "",
      );
    default:
      return h("span", { class: "unknown" }, `${element.type} ${element.value ?? ""}`);
  }
}
