// A field of a form: label, element, hint, and what is wrong with it.

import { h, newId } from "../dom.js";
import { icon } from "../icons.js";
import { drawElement } from "../elements/index.js";
import { plainText } from "../mrkdwn.js";

export function inputBlock(block, source) {
  const element = drawElement(block.element, block, source);
  const control = element.matches("input, textarea")
    ? element
    : element.querySelector("button.select-control, button, input");
  const ids = { field: newId("field"), label: newId("label"), hint: newId("hint"), error: newId("error") };
  if (element === control) element.id = ids.field;
  const label = h(
    element === control ? "label" : "div",
    { class: "field-label", id: ids.label, for: element === control ? ids.field : null },
    plainText(block.label),
    block.optional && h("span", { class: "optional" }, " (optional)"),
  );
  const error = h("div", { class: "field-error", id: ids.error, hidden: true });
  const described = [block.hint && ids.hint, ids.error].filter(Boolean).join(" ");
  control?.setAttribute("aria-describedby", described);
  if (!block.optional) control?.setAttribute("aria-required", "true");
  const node = h(
    "div",
    { class: "field", data: { block: block.block_id } },
    label,
    element,
    error,
    block.hint && h("div", { class: "hint", id: ids.hint }, plainText(block.hint)),
  );
  showError(node, source.errors?.[block.block_id]);
  return node;
}

export function showError(field, words) {
  const error = field.querySelector(".field-error");
  const control = field.querySelector("input, textarea, button.select-control, button");
  field.classList.toggle("wrong", Boolean(words));
  error.hidden = !words;
  error.replaceChildren();
  if (words) error.append(icon("alert", 15), h("span", {}, words));
  if (words) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}
