// Pictures by address. One that cannot be loaded says what it would have shown.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { plainText } from "../mrkdwn.js";

export function picture(element, classes = "picture") {
  const address = element.image_url ?? element.slack_file?.url ?? "";
  const words = element.alt_text ?? "";
  const missing = () =>
    h(
      "span",
      { class: `${classes} missing`, role: "img", "aria-label": words || "Picture" },
      icon("file", 16),
      words || "Picture",
    );
  if (!/^(https?:\/\/|\/)/i.test(address)) return missing();
  const image = h("img", { class: classes, src: address, alt: words, loading: "lazy", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(missing()), { once: true });
  return image;
}

export function imageBlock(block) {
  return h(
    "figure",
    { class: "block-image" },
    block.title && h("figcaption", {}, plainText(block.title)),
    picture(block),
  );
}
