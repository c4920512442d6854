// Checkboxes and radio buttons.

import { h, newId } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { elementKey } from "../sources.js";

const valuesOf = (given) => (Array.isArray(given) ? given : given ? [given] : []).map((option) => option.value);

export function choicesElement(element, block, source) {
  const isRadio = element.type === "radio_buttons";
  const name = newId("choice");
  const label = block.type === "input" ? block.label?.text : undefined;
  const box = h("div", { class: "choices", role: isRadio ? "radiogroup" : "group", "aria-label": label });
  const before = new Set(valuesOf(source.value(block, element)));
  for (const [index, option] of (element.options ?? []).entries()) {
    const input = h("input", {
      type: isRadio ? "radio" : "checkbox",
      name,
      checked: before.has(option.value),
      value: option.value,
      data: { key: `${elementKey(block, element)}/${index}`, action: element.action_id },
    });
    box.append(
      h(
        "label",
        { class: "choice" },
        input,
        h(
          "span",
          { class: "choice-words" },
          textObject(option.text),
          option.description && h("span", { class: "choice-hint" }, textObject(option.description)),
        ),
      ),
    );
  }
  box.addEventListener("change", async () => {
    const inputs = [...box.querySelectorAll("input")];
    const chosen = (element.options ?? []).filter((_, index) => inputs[index].checked);
    const done = await (isRadio
      ? source.choose(block, element, chosen[0]?.value ?? null, { shown: chosen[0] ?? null })
      : source.choose(
          block,
          element,
          chosen.map((option) => option.value),
          { shown: chosen },
        ));
    if (!done) for (const input of inputs) input.checked = before.has(input.value);
    else {
      before.clear();
      for (const option of chosen) before.add(option.value);
    }
  });
  return box;
}
