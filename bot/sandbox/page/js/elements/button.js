// Buttons: pressed, they wait for the app's acknowledgement; with an address they open it too.

import { h, safeAddress } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "../menus.js";
import { plainText } from "../mrkdwn.js";
import { elementKey } from "../sources.js";
import { withEmoji } from "../emoji.js";

export function buttonElement(element, block, source) {
  const style = element.style === "primary" || element.style === "danger" ? element.style : "";
  const node = h(
    "button",
    {
      class: `button ${style}`,
      type: "button",
      "aria-label": element.accessibility_label,
      data: { key: elementKey(block, element), action: element.action_id },
    },
    plainText(element.text),
  );
  node.addEventListener("click", () => {
    if (node.getAttribute("aria-busy") === "true") return;
    const address = safeAddress(element.url ?? "");
    if (element.url && /^https?:/.test(address ?? "")) window.open(address, "_blank", "noopener,noreferrer");
    source.press(block, element, node);
  });
  return node;
}

export function overflowElement(element, block, source) {
  const node = h(
    "button",
    {
      class: "button overflow",
      type: "button",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { key: elementKey(block, element), action: element.action_id },
    },
    icon("dotsAcross", 16),
  );
  node.addEventListener("click", () => {
    const items = (element.options ?? []).map((option) => ({
      label: withEmoji(option.text?.text ?? ""),
      hint: option.description?.text,
      run: async () => {
        const address = safeAddress(option.url ?? "");
        if (option.url && /^https?:/.test(address ?? "")) window.open(address, "_blank", "noopener,noreferrer");
        await source.choose(block, element, option.value, { node });
      },
    }));
    openMenu(node, items, { align: "end" });
  });
  return node;
}
