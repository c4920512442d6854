// What is typed: one line, many lines, addresses, numbers, rich text (typed plainly here).

import { h } from "../dom.js";
import { elementKey } from "../sources.js";

const KINDS = { email_text_input: "email", url_text_input: "url", number_input: "text", plain_text_input: "text" };

export function textElement(element, block, source) {
  const isRich = element.type === "rich_text_input";
  const isLong = element.multiline || isRich;
  const held = source.value(block, element);
  const properties = {
    class: "input",
    dir: "auto",
    value: isRich ? richWords(held) : (held ?? ""),
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    "aria-label": block.type === "input" ? null : (element.placeholder?.text ?? "Text"),
    data: { key: elementKey(block, element), action: element.action_id },
  };
  const kind = KINDS[element.type] ?? "text";
  const node = isLong
    ? h("textarea", { ...properties, rows: isRich ? 4 : 5 })
    : h("input", {
        ...properties,
        type: kind,
        inputmode: element.type === "number_input" ? "decimal" : null,
        autocomplete: "off",
      });
  const { dispatch_action_config: config } = element;
  const atEachKey = block.dispatch_action && config?.trigger_actions_on?.includes("on_character_entered");
  let sent = node.value;
  const send = () => {
    if (sent === node.value) return;
    sent = node.value;
    source.type(block, element, node.value, { now: true });
  };
  node.addEventListener("input", () => (atEachKey ? send() : source.type(block, element, node.value)));
  node.addEventListener("change", send);
  node.addEventListener("keydown", (event) => {
    const onEnter = !config || config.trigger_actions_on?.includes("on_enter_pressed");
    if (event.key === "Enter" && !isLong && block.dispatch_action && onEnter) {
      event.preventDefault();
      send();
    }
  });
  return node;
}

function richWords(value) {
  const part = (node) => (node.text ?? "") + (node.elements ?? []).map(part).join("");
  return (value?.elements ?? []).map(part).join("\n");
}
