// JSON as a tree whose branches open when they are wanted.

import { h, replace } from "./dom.js";

const OPEN_TO = 2;
const LONG = 400;

export function jsonTree(value, name = "", depth = 0) {
  const label = name !== "" && h("span", { class: "json-key" }, `${name}: `);
  if (value === null || typeof value !== "object") return h("div", { class: "json-leaf" }, label, leaf(value));
  const entries = Array.isArray(value) ? value.map((one, index) => [index, one]) : Object.entries(value);
  const [open, end] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (!entries.length) return h("div", { class: "json-leaf" }, label, `${open}${end}`);
  const inner = h("div", { class: "json-inner" });
  const node = h(
    "details",
    { class: "json" },
    h("summary", {}, label, h("span", { class: "json-count" }, `${open}${entries.length}${end}`, hintOf(value))),
    inner,
  );
  const fill = () => {
    if (node.open && !inner.childElementCount)
      replace(
        inner,
        entries.map(([key, one]) => jsonTree(one, key, depth + 1)),
      );
  };
  node.addEventListener("toggle", fill);
  if (depth < OPEN_TO && entries.length <= 30) {
    node.open = true;
    fill();
  }
  return node;
}

function hintOf(value) {
  const words = value.type ?? value.callback_id ?? value.action_id ?? value.name;
  return typeof words === "string" ? h("span", { class: "json-hint" }, ` ${words.slice(0, 40)}`) : null;
}

function leaf(value) {
  if (typeof value !== "string") return h("span", { class: "json-other" }, String(value));
  if (value.length <= LONG) return h("span", { class: "json-text", dir: "auto" }, JSON.stringify(value));
  const node = h("span", { class: "json-text", dir: "auto" }, JSON.stringify(value.slice(0, LONG)));
  const more = h("button", { class: "link-button", type: "button" }, ` … ${value.length - LONG} more characters`);
  more.addEventListener("click", () => replace(node, JSON.stringify(value)) && more.remove());
  return h("span", {}, node, more);
}
