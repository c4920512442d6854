// Files given to a form: chosen or dropped, shown as chips.

import { h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { elementKey } from "../sources.js";
import { toast } from "../toasts.js";

export function fileElement(element, block, source) {
  let files = source.value(block, element) ?? [];
  const most = element.max_files ?? 10;
  const kinds = element.filetypes ?? [];
  const accept = kinds.map((kind) => `.${kind}`).join(",");
  const input = h("input", {
    type: "file",
    class: "unseen",
    multiple: most > 1,
    accept: accept || null,
    tabindex: "-1",
    "aria-hidden": "true",
  });
  const button = h(
    "button",
    {
      class: "button",
      type: "button",
      data: { key: elementKey(block, element), action: element.action_id },
      onclick: () => input.click(),
    },
    icon("attach", 16),
    "Add a file",
  );
  const chips = h("div", { class: "chips" });
  const hint = h(
    "span",
    { class: "hint" },
    most > 1 ? `Up to ${most} files` : "One file",
    kinds.length ? ` (${kinds.join(", ")})` : "",
  );
  const node = h("div", { class: "file-input" }, chips, button, input, hint);
  const draw = () => {
    const leave = (file) => () => take(files.filter((other) => other !== file));
    replace(
      chips,
      files.map((file) =>
        h(
          "span",
          { class: "chip" },
          icon("file", 14),
          h("span", { class: "chip-words" }, file.name),
          h(
            "button",
            { class: "chip-leave", type: "button", "aria-label": `Remove ${file.name}`, onclick: leave(file) },
            icon("close", 12),
          ),
        ),
      ),
    );
    button.hidden = files.length >= most;
  };
  async function take(wanted) {
    const before = files;
    if (wanted.length > most) toast(`At most ${most} files.`, "problem");
    files = wanted.slice(0, most);
    draw();
    if (!(await source.upload(block, element, files))) {
      files = before;
      draw();
    }
  }
  input.addEventListener("change", () => {
    take([...files, ...input.files]);
    input.value = "";
  });
  node.addEventListener("dragover", (event) => event.preventDefault());
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...files, ...event.dataTransfer.files]);
  });
  draw();
  return node;
}
