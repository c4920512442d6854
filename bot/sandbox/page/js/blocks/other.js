// What this page doesn't draw: a box with its type and, folded away, its JSON.

import { h } from "../dom.js";

export function unknownBox(what, kind) {
  const type = String(what?.type ?? "without a type");
  const json = JSON.stringify(what, null, 2) ?? "";
  return h(
    "details",
    { class: "unknown" },
    h("summary", {}, h("code", {}, type), ` ${kind}, not drawn here`),
    h("pre", { dir: "ltr" }, json.slice(0, 5000)),
  );
}
