// The fields of a workflow's step: one for each input that the manifest declares, by its type.

import { h, newId } from "./dom.js";
import { showError } from "./blocks/input.js";
import { state } from "./state.js";
import { channelName, channels, groups, people } from "./world.js";

/** `{ node, read }` of an input; `read` gives its value, undefined for an empty one, and throws what is wrong with it. */
export function stepField(parameter) {
  const { name, title, description, is_required: isRequired } = parameter;
  const { control, read, hint } = KINDS[parameter.type]?.(parameter) ?? text(parameter);
  const ids = { control: newId("step"), hint: newId("hint"), error: newId("error") };
  control.id = ids.control;
  control.name = name;
  control.setAttribute("aria-describedby", `${ids.hint} ${ids.error}`);
  if (isRequired) control.setAttribute("aria-required", "true");
  const node = h(
    "div",
    { class: "field" },
    h(
      "label",
      { class: "field-label", for: ids.control },
      title || name,
      !isRequired && h("span", { class: "optional" }, " (optional)"),
    ),
    control,
    h("div", { class: "field-error", id: ids.error, hidden: true }),
    h("div", { class: "hint", id: ids.hint }, [description, hint].filter(Boolean).join(". ")),
  );
  const checked = () => {
    const value = control.value === "" ? undefined : read(control);
    if (value === undefined && isRequired) throw new Error(isChoice(control) ? "Choose one." : "Fill this in.");
    return value;
  };
  return { name, node, control, read: () => told(node, checked) };
}

function told(node, checked) {
  try {
    const value = checked();
    showError(node, "");
    return { value };
  } catch (error) {
    showError(node, error.message);
    return { error };
  }
}

const isChoice = (control) => control.tagName === "SELECT";
const asWritten = (control) => control.value;

function text({ minLength, maxLength, enum: choices }) {
  if (choices) return { control: select(choices.map((one) => [one, one])), read: asWritten };
  const limits = { minlength: minLength, maxlength: maxLength };
  return { control: h("input", { class: "input", type: "text", autocomplete: "off", ...limits }), read: asWritten };
}

const number = (step, isRight, words) => (parameter) => ({
  control: h("input", { class: "input", inputmode: "decimal", type: "text", autocomplete: "off", step }),
  read: (control) => {
    const value = Number(control.value.trim());
    const { minimum = -Infinity, maximum = Infinity } = parameter;
    if (!isRight(value) || value < minimum || value > maximum) throw new Error(words);
    return value;
  },
});

const matching = (pattern, words) => () => ({
  control: h("input", { class: "input", type: "text", autocomplete: "off" }),
  read: (control) => {
    if (!pattern.test(control.value.trim())) throw new Error(words);
    return control.value.trim();
  },
});

const json = () => ({
  control: h("textarea", { class: "input", rows: "3", spellcheck: "false" }),
  hint: "As JSON",
  read: (control) => {
    try {
      return JSON.parse(control.value);
    } catch {
      throw new Error("This is not valid JSON.");
    }
  },
});

/** `options`: values with their words. */
function select(options, chosen = "") {
  const none = h("option", { value: "" }, "Nothing chosen");
  return h(
    "select",
    { class: "input" },
    none,
    options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)),
  );
}

const person = ({ is_required: isRequired }) => ({
  control: select(
    people().map((one) => [one.id, one.real_name]),
    isRequired ? state.me : "",
  ),
  read: asWritten,
});

const channel = () => ({
  control: select(channels().filter(isOpen).map((one) => [one.id, `# ${channelName(one)}`])),
  read: asWritten,
});
const isOpen = (one) => ["public", "private"].includes(one.kind) && !one.is_archived;

const KINDS = {
  integer: number("1", Number.isInteger, "Type a whole number that is allowed here."),
  number: number("any", Number.isFinite, "Type a number that is allowed here."),
  boolean: () => ({
    control: select([
      ["true", "Yes"],
      ["false", "No"],
    ]),
    read: (control) => control.value === "true",
  }),
  object: json,
  array: json,
  "slack#/types/user_id": person,
  "slack#/types/channel_id": channel,
  "slack#/types/usergroup_id": () => ({
    control: select(groups().map((one) => [one.id, `@${one.handle}`])),
    read: asWritten,
  }),
  "slack#/types/message_ts": matching(/^\d{10}\.\d{6}$/, "A message is named like 1735689600.000100."),
  "slack#/types/timestamp": () => ({
    control: h("input", { class: "input", type: "datetime-local" }),
    read: (control) => Math.floor(new Date(control.value).getTime() / 1000),
  }),
  "slack#/types/date": () => ({ control: h("input", { class: "input", type: "date" }), read: asWritten }),
  "slack#/types/rich_text": json,
  "slack#/types/interactivity": json,
  "slack#/types/user_context": json,
};
