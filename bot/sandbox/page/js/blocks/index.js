// Which block is drawn by what.

import { h } from "../dom.js";
import { drawElement } from "../elements/index.js";
import { plainText, textObject } from "../mrkdwn.js";
import { imageBlock, picture } from "./image.js";
import { inputBlock } from "./input.js";
import { unknownBox } from "./other.js";
import { richTextBlock } from "./rich.js";

const DRAWN = {
  section,
  header: (block) => h("h3", { class: "block-header" }, plainText(block.text)),
  divider: () => h("hr", { class: "block-divider" }),
  context: (block) => h("div", { class: "block-context" }, (block.elements ?? []).map(contextElement)),
  actions: (block, source) =>
    h(
      "div",
      { class: "block-actions" },
      (block.elements ?? []).map((element) => drawElement(element, block, source)),
    ),
  input: inputBlock,
  image: imageBlock,
  rich_text: richTextBlock,
};

function section(block, source) {
  const words = h(
    "div",
    { class: "section-words" },
    textObject(block.text, "div"),
    Boolean(block.fields?.length) &&
      h(
        "div",
        { class: "section-fields" },
        block.fields.map((field) => textObject(field, "div")),
      ),
  );
  const side = block.accessory && h("div", { class: "section-side" }, drawElement(block.accessory, block, source));
  return h("div", { class: `block-section${side ? " with-side" : ""}` }, words, side);
}

const contextElement = (element) => (element.type === "image" ? picture(element, "tiny") : textObject(element, "span"));

function drawBlock(block, source) {
  const draw = DRAWN[block?.type];
  const node = draw ? draw(block, source) : unknownBox(block, "block");
  if (block?.block_id) node.dataset.block = block.block_id;
  return node;
}

export const drawBlocks = (blocks, source) =>
  h(
    "div",
    { class: "blocks" },
    blocks.map((block) => drawBlock(block, source)),
  );
