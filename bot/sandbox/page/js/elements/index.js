// Which element is drawn by what. What is not here is drawn as a labelled box.

import { buttonElement, overflowElement } from "./button.js";
import { choicesElement } from "./choices.js";
import { fileElement } from "./file.js";
import { dateElement, timeElement } from "./picker.js";
import { selectElement } from "./select.js";
import { textElement } from "./text.js";
import { unknownBox } from "../blocks/other.js";
import { picture } from "../blocks/image.js";

const DRAWN = {
  button: buttonElement,
  overflow: overflowElement,
  checkboxes: choicesElement,
  radio_buttons: choicesElement,
  datepicker: dateElement,
  timepicker: timeElement,
  datetimepicker: timeElement,
  file_input: fileElement,
  image: (element) => picture(element, "thumb"),
};
for (const kind of ["static", "external", "users", "conversations", "channels"]) {
  DRAWN[`${kind}_select`] = DRAWN[`multi_${kind}_select`] = selectElement;
}
for (const kind of ["plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"]) {
  DRAWN[kind] = textElement;
}

export function drawElement(element, block, source) {
  const draw = DRAWN[element?.type];
  return draw ? draw(element, block, source) : unknownBox(element, "element");
}
