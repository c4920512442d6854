// "Run a step": a step that the app offers to Workflow Builder, run as a workflow would, and what came of it.

import { get, post } from "./api.js";
import { h, newId, outLink, replace, safeAddress } from "./dom.js";
import { button, openDialog } from "./dialogs.js";
import { icon } from "./icons.js";
import { on, state } from "./state.js";
import { stepField } from "./step-fields.js";
import { attempt } from "./toasts.js";
import { channel, channelName, nameOf } from "./world.js";

let lastStep = "";

export function runStep() {
  const { steps } = state.world;
  const chosen = () => steps.find((one) => one.callback_id === which.value);
  const which = h(
    "select",
    { id: newId("which"), class: "input", onchange: () => draw() },
    steps.map((one) =>
      h("option", { value: one.callback_id, selected: one.callback_id === lastStep }, one.title),
    ),
  );
  const about = h("p", { class: "hint" });
  const form = h("div", { class: "step-fields", onkeydown: (event) => isSent(event) && attempt(run)() });
  const outcome = h("div", { class: "step-outcome", role: "status" });
  const press = button("Run", () => run(), "primary");
  const dialog = openDialog({
    title: "Run a step",
    class: "wide",
    body: [
      h("p", { class: "hint" }, "As Workflow Builder would run it, without a workflow around it."),
      h("div", { class: "field" }, h("label", { class: "field-label", for: which.id }, "Step"), which),
      about,
      form,
    ],
    footer: [outcome, button("Close", () => dialog.close()), press],
  });
  let fields = [];
  let running = "";

  function draw() {
    lastStep = which.value;
    fields = chosen().input_parameters.map(stepField);
    replace(about, chosen().description);
    replace(
      form,
      fields.map((one) => one.node),
    );
    replace(outcome);
  }

  async function run() {
    if (running) return;
    const found = fields.map((one) => [one, one.read()]);
    const wrong = found.find(([, { error }]) => error);
    if (wrong) {
      wrong[0].control.focus();
      return;
    }
    const given = found.filter(([, { value }]) => value !== undefined);
    const inputs = Object.fromEntries(given.map(([one, { value }]) => [one.name, value]));
    await begin((await post("steps", { callback_id: which.value, inputs })).id);
  }

  async function begin(id) {
    running = id;
    press.setAttribute("aria-disabled", "true"); // it keeps the focus
    replace(outcome, h("p", { class: "hint" }, "Running…"));
    await look();
  }

  /** What came of it, once the app has said so. */
  async function look() {
    const step = running && (await get(`steps/${running}`));
    if (!step || step.state === "running") return;
    running = "";
    press.removeAttribute("aria-disabled");
    replace(outcome, step.state === "done" ? completed(step) : failed(step));
    outcome.scrollIntoView({ block: "nearest" });
  }

  const stop = on("stale-step", () => (dialog.node.isConnected ? attempt(look)() : stop()));
  draw();
  which.focus();
}

const isSent = (event) => event.key === "Enter" && event.target.tagName === "INPUT" && !event.isComposing;

function completed({ outputs, output_parameters: declared }) {
  const rows = Object.entries(declared).filter(([name]) => name in outputs);
  return [
    h("p", { class: "step-end done" }, icon("check", 17), h("strong", {}, "The step completed.")),
    h(
      "dl",
      { class: "about-list" },
      rows.map(([name, spec]) => [h("dt", {}, spec.title || name), h("dd", {}, shown(spec.type, outputs[name]))]),
    ),
  ];
}

function failed({ error }) {
  return h("p", { class: "step-end failed" }, icon("alert", 17), h("span", {}, h("strong", {}, "The step failed. "), error));
}

function shown(type, value) {
  if (type === "slack#/types/user_id") return nameOf(value);
  if (type === "slack#/types/channel_id") return channel(value) ? `#${channelName(channel(value))}` : value;
  if (typeof value !== "string") return JSON.stringify(value);
  return /^https?:/.test(value) && safeAddress(value) ? outLink(value, value) : value || "empty";
}
