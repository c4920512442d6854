// Slack's markup as nodes. Everything in it that is not one of Slack's own signs stays text.
// Rules: docs.slack.dev, "Formatting message text".

import { h, outLink, safeAddress } from "./dom.js";
import { fill } from "./dates.js";
import { NAME, emoji, withEmoji } from "./emoji.js";
import { channel, group, nameOf, ownPlace, user } from "./world.js";
import { state } from "./state.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const BARE_URL = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]'"]/y;
const BARE_MENTION = /@(here|channel|everyone)\b/y;
const QUOTE = /^&gt;(?!&gt;&gt;) ?/;

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A text object of either kind. */
export function textObject(object, tag = "span") {
  if (!object) return null;
  if (object.type === "mrkdwn") return mrkdwn(object.text ?? "", { verbatim: object.verbatim === true, tag });
  return plainText(object, tag);
}

export function plainText(object, tag = "span") {
  return h(tag, { class: "text", dir: "auto" }, withEmoji(String(object?.text ?? "")));
}

/** Without `verbatim`, bare addresses and @here count too. */
export function mrkdwn(text, { verbatim = true, tag = "div" } = {}) {
  const inSpan = tag === "span";
  const node = h(tag, { class: "text mrkdwn", dir: "auto" });
  for (const [index, part] of String(text).split("```").entries()) {
    const fenced = index % 2 === 1 && text.split("```").length > index + 1;
    if (fenced)
      node.append(h(inSpan ? "code" : "pre", { class: "fence", dir: "ltr" }, unescape(part.replace(/^\n|\n$/g, ""))));
    else node.append(...lines(index % 2 === 1 ? `\`\`\`${part}` : trimmed(part, index), { verbatim }));
  }
  return node;
}

/** The line breaks beside a fence belong to it. */
const trimmed = (part, index) => (index > 0 ? part.replace(/^\n/, "") : part);

function lines(text, options) {
  const out = [];
  let quote = null;
  const rows = text.split("\n");
  for (const [index, row] of rows.entries()) {
    if (row.startsWith("&gt;&gt;&gt;")) {
      out.push(h("blockquote", {}, inline([row.slice(12), ...rows.slice(index + 1)].join("\n"), options)));
      return out;
    }
    if (QUOTE.test(row)) {
      if (!quote) out.push((quote = h("blockquote", {})));
      else quote.append("\n");
      quote.append(...inline(row.replace(QUOTE, ""), options));
      continue;
    }
    if (index > 0 && !quote) out.push("\n");
    quote = null;
    out.push(...inline(row, options));
  }
  return out;
}

const isWord = (letter) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);

/** One run of text; newlines in it are kept as they are. */
function inline(text, options = {}) {
  const out = [];
  let plain = "";
  let at = 0;
  const push = (node, length) => {
    if (plain) out.push(unescape(plain));
    plain = "";
    out.push(node);
    at += length;
  };
  while (at < text.length) {
    const found = special(text, at, options);
    if (found) push(found[0], found[1]);
    else plain += text[at++];
  }
  if (plain) out.push(unescape(plain));
  return out;
}

/** `[node, length]` of what begins at `at`, or null. */
function special(text, at, options) {
  const letter = text[at];
  if (letter === "<") return token(text, at);
  if (letter === "`") return code(text, at);
  if (letter === ":") return named(text, at);
  if (STYLES[letter]) return styled(text, at, letter, options);
  if (options.verbatim === false && letter === "h" && !isWord(text[at - 1])) return bareUrl(text, at);
  if (options.verbatim === false && letter === "@" && !isWord(text[at - 1])) return bareMention(text, at);
  return null;
}

function code(text, at) {
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1 || text.slice(at, end).includes("\n")) return null;
  return [h("code", {}, unescape(text.slice(at + 1, end))), end + 1 - at];
}

function named(text, at) {
  NAME.lastIndex = at;
  const found = NAME.exec(text);
  const characters = found && emoji(found[1]);
  return characters ? [emojiNode(found[1], characters), found[0].length] : null;
}

export const emojiNode = (name, characters) =>
  h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, characters);

function styled(text, at, sign, options) {
  if (isWord(text[at - 1]) || /[\s]/.test(text[at + 1] ?? " ") || text[at + 1] === sign) return null;
  for (let end = text.indexOf(sign, at + 1); end > 0; end = text.indexOf(sign, end + 1)) {
    const inner = text.slice(at + 1, end);
    if (inner.includes("\n")) return null;
    if (/\s$/.test(inner) || isWord(text[end + 1]) || insideToken(text, at, end)) continue;
    return [h(STYLES[sign], {}, inline(inner, options)), end + 1 - at];
  }
  return null;
}

/** Signs within `<…>` and code are not ends of an emphasis. */
function insideToken(text, from, end) {
  const before = text.slice(from, end);
  return before.lastIndexOf("<") > before.lastIndexOf(">") || (before.match(/`/g) ?? []).length % 2 === 1;
}

function bareUrl(text, at) {
  BARE_URL.lastIndex = at;
  const found = BARE_URL.exec(text);
  return found ? [link(unescape(found[0]), unescape(found[0])), found[0].length] : null;
}

function bareMention(text, at) {
  BARE_MENTION.lastIndex = at;
  const found = BARE_MENTION.exec(text);
  return found ? [broadcast(found[1]), found[0].length] : null;
}

// -- tokens -----------------------------------------------------------------------------------------------------------
function token(text, at) {
  const end = text.indexOf(">", at);
  if (end < 0) return null;
  const inner = text.slice(at + 1, end);
  const [target, ...rest] = inner.split("|");
  const label = rest.join("|");
  const node = inner && !inner.includes("<") ? drawToken(target, label) : null;
  return node ? [node, end + 1 - at] : null;
}

function drawToken(target, label) {
  if (target.startsWith("@")) return mentionUser(target.slice(1), unescape(label));
  if (target.startsWith("#")) return mentionChannel(target.slice(1), unescape(label));
  if (target.startsWith("!subteam^")) return mentionGroup(target.slice(9), unescape(label));
  if (target.startsWith("!date^")) return date(target, unescape(label));
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return `<${target.slice(1)}>`;
  const address = unescape(target);
  return link(address, label ? inline(label) : address.replace(/^mailto:/, ""));
}

/** http, https and mailto; anything else stays text. Links into the workspace stay on this page. */
export function link(address, ...content) {
  const safe = /^(https?:|mailto:)/i.test(address) ? safeAddress(address) : null;
  if (!safe) return h("span", {}, ...content);
  if (!ownPlace(safe)) return outLink(safe, ...content);
  return h("a", { href: safe, data: { own: "1" } }, ...content);
}

function date(target, fallback) {
  const [, seconds, template, ...address] = target.split("^");
  const words = /^\d+$/.test(seconds ?? "") ? fill(unescape(template ?? ""), Number(seconds)) : null;
  const text = words ?? fallback;
  if (address.length) return link(unescape(address.join("^")), text);
  return h("time", { class: "date", datetime: isoOf(seconds), title: fallback }, text);
}

export const isoOf = (seconds) => {
  const moment = new Date(Number(seconds) * 1000);
  return Number.isNaN(+moment) ? null : moment.toISOString();
};

export function mentionUser(id, label = "") {
  const name = user(id) ? nameOf(id) : label.replace(/^@/, "") || id;
  return h("span", { class: id === state.me ? "mention of-me" : "mention", data: { user: id } }, `@${name}`);
}

export function mentionGroup(id, label = "") {
  const found = group(id);
  const mine = found?.users?.includes(state.me);
  return h("span", { class: mine ? "mention of-me" : "mention" }, found ? `@${found.handle}` : label || "@group");
}

export function mentionChannel(id, label = "") {
  const found = channel(id);
  if (!found) return h("span", { class: "mention" }, label ? `#${label.replace(/^#/, "")}` : "#private channel");
  return h("a", { class: "mention", href: `/archives/${id}`, data: { own: "1" } }, `#${found.name}`);
}

export const broadcast = (range) => h("span", { class: "mention of-me" }, `@${range}`);

/** mrkdwn as words only, for labels and announcements. */
export const words = (text) => mrkdwn(text).textContent;

/** What somebody would type to say this again: the way back from Slack's tokens, for editing. */
export function typedAgain(text) {
  return unescape(
    text.replace(/<([^<>]+)>/g, (_, inner) => {
      const [target, label] = inner.split("|");
      if (target.startsWith("@")) return `@${user(target.slice(1))?.name ?? label ?? target.slice(1)}`;
      if (target.startsWith("#")) return `#${channel(target.slice(1))?.name ?? label ?? target.slice(1)}`;
      if (target.startsWith("!subteam^")) return `@${group(target.slice(9))?.handle ?? label ?? "group"}`;
      return target.startsWith("!") ? `@${target.slice(1)}` : target;
    }),
  );
}
