// "Post an alert": what monitoring tools post into channels, in the forms in which they really do.

import { post } from "./api.js";
import { h, replace } from "./dom.js";
import { ALERTS } from "./alert-forms.js";
import { drawAttachment } from "./blocks/attachment.js";
import { drawBlocks } from "./blocks/index.js";
import { button, openDialog } from "./dialogs.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { goChannel } from "./router.js";
import { Source } from "./sources.js";
import { state } from "./state.js";
import { channels } from "./world.js";

let lastKind = 0;
const kept = new Map(); // kind → the alert that was made last, so that it can come again and end

export function postAlert() {
  const offered = channels()
    .filter((one) => ["public", "private"].includes(one.kind) && !one.is_archived)
    .sort((a, b) => a.name.localeCompare(b.name));
  const here =
    offered.find((one) => one.id === state.place.id) ?? offered.find((one) => /alert/.test(one.name)) ?? offered[0];
  const where = h(
    "select",
    { class: "input", "aria-label": "Channel" },
    offered.map((one) => h("option", { value: one.id, selected: one === here }, `# ${one.name}`)),
  );
  const preview = h("div", { class: "alert-preview", "aria-label": "Preview" });
  const when = h(
    "select",
    { class: "input", onchange: () => draw() },
    h("option", { value: "" }, "Triggered: new, or once again"),
    h("option", { value: "over" }, "Recovered"),
  );
  const stateField = h("label", { class: "field" }, h("span", { class: "field-label" }, "State"), when);
  const made = () => {
    if (!kept.has(lastKind)) kept.set(lastKind, ALERTS[lastKind].make());
    const { over, ...triggered } = kept.get(lastKind);
    stateField.hidden = !over;
    return (when.value && over) || triggered;
  };
  const draw = () => {
    const { text, blocks, attachments = [] } = made();
    const source = new Source({ channel: "", ts: "" });
    source.press = source.choose = async () => false;
    replace(
      preview,
      h("div", { class: "message-side" }, avatar(ALERTS[lastKind].bot, { isApp: true })),
      h(
        "div",
        { class: "message-main" },
        h(
          "div",
          { class: "message-head" },
          h("strong", {}, ALERTS[lastKind].bot),
          h("span", { class: "badge" }, "APP"),
        ),
        text && mrkdwn(text),
        blocks && drawBlocks(blocks, source),
        attachments.map((one) => drawAttachment(one, source)),
      ),
    );
  };
  const another = () => {
    kept.delete(lastKind);
    draw();
  };
  const kinds = h(
    "div",
    { class: "alert-kinds", role: "radiogroup", "aria-label": "Kind of alert" },
    ALERTS.map((alert, index) => kindRow(alert, index, draw)),
  );
  const dialog = openDialog({
    title: "Post an alert",
    class: "wide",
    body: [
      h(
        "p",
        { class: "hint" },
        "As a monitoring tool would post it. Then escalate it: hover over the message, More actions, Escalate to a case. Where a project watches the channel it becomes a case by itself.",
      ),
      kinds,
      h("label", { class: "field" }, h("span", { class: "field-label" }, "Channel"), where),
      stateField,
      h(
        "div",
        { class: "field" },
        h(
          "div",
          { class: "field-label" },
          "Preview ",
          h("button", { class: "link-button", type: "button", onclick: another }, "another one"),
        ),
        preview,
      ),
    ],
    footer: [button("Cancel", () => dialog.close()), button("Post", () => send(), "primary")],
  });
  async function send() {
    const bot = await botNamed(ALERTS[lastKind].bot);
    await post(`bots/${bot}/post`, { channel: where.value, ...made() });
    dialog.close();
    if (state.place.id !== where.value) goChannel(where.value);
  }
  draw();
  kinds.querySelector("input:checked")?.focus();
}

function kindRow(alert, index, draw) {
  const pick = () => {
    lastKind = index;
    draw();
  };
  return h(
    "label",
    { class: "alert-kind" },
    h("input", { type: "radio", name: "alert-kind", checked: index === lastKind, onchange: pick }),
    h("span", {}, h("strong", {}, alert.name), h("span", { class: "hint" }, alert.about)),
  );
}

async function botNamed(name) {
  const known = state.world.bots.find((one) => one.name === name);
  if (known) return known.id;
  return (await post("bots", { name })).id;
}
