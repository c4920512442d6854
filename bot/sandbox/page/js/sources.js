// Where an element stands, a message or a view, and how acting on it reaches the app.

import { act, encodeFile } from "./api.js";
import { confirmed } from "./dialogs.js";
import { state, tell } from "./state.js";
import { problem, toast } from "./toasts.js";
import { app } from "./world.js";

/** Element type → key of its value in `state.values`. */
const VALUE_KEYS = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  conversations_select: "selected_conversation",
  multi_conversations_select: "selected_conversations",
  channels_select: "selected_channel",
  multi_channels_select: "selected_channels",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
  rich_text_input: "rich_text_value",
  file_input: "files",
};

/** Key of a value → key of the element's initial one, for what nobody has touched yet. */
const INITIAL_KEYS = {
  value: "initial_value",
  selected_option: "initial_option",
  selected_options: "initial_options",
  selected_user: "initial_user",
  selected_users: "initial_users",
  selected_conversation: "initial_conversation",
  selected_conversations: "initial_conversations",
  selected_channel: "initial_channel",
  selected_channels: "initial_channels",
  selected_date: "initial_date",
  selected_time: "initial_time",
  selected_date_time: "initial_date_time",
  rich_text_value: "initial_value",
};

const TYPING_PAUSE = 350;

export const elementKey = (block, element) => `${block.block_id}/${element.action_id}`;

/** What every kind of source can do; `values` is what the server knows, drafts are what it does not know yet. */
export class Source {
  constructor(where, values = {}, errors = {}) {
    Object.assign(this, { where, values, errors, drafts: new Map(), waiting: new Map(), sending: new Map() });
  }

  get inView() {
    return Boolean(this.where.view);
  }

  value(block, element) {
    const key = elementKey(block, element);
    if (this.drafts.has(key)) return this.drafts.get(key);
    const held = this.values?.[block.block_id]?.[element.action_id];
    const value = VALUE_KEYS[element.type];
    return (held ? held[value] : element[INITIAL_KEYS[value]]) ?? null;
  }

  #address(block, element) {
    return { ...this.where, name: element.action_id, block: block.block_id };
  }

  /** Presses a button. True when the app acknowledged it. `node` shows that one is waiting. */
  async press(block, element, node) {
    if (!(await confirmed(element.confirm))) return false;
    return busyWhile(node, this.#send("click", this.#address(block, element)));
  }

  /** Chooses in a menu, picker or set of boxes. `shown` is how the value looks in `state.values`. */
  async choose(block, element, value, { shown = value, node } = {}) {
    if (!(await confirmed(element.confirm))) return false;
    const key = elementKey(block, element);
    if (element.type !== "overflow") this.drafts.set(key, shown);
    const typed = this.inView && block.type === "input";
    const done = await busyWhile(
      node,
      this.#send(typed ? "fill" : "choose", { ...this.#address(block, element), value }),
    );
    if (!done || !this.inView) this.drafts.delete(key);
    return done;
  }

  /** Goes on for a source that is drawn anew: of `kept` elements, what was typed stays, sent or not. */
  takeOver(before, kept) {
    this.sending = before.sending;
    for (const [key, { timer, send }] of before.waiting) {
      clearTimeout(timer);
      if (!kept.has(key)) continue;
      const soon = () => {
        this.waiting.delete(key);
        return send();
      };
      this.waiting.set(key, { timer: setTimeout(soon, 0), send: soon });
    }
    for (const [key, value] of before.drafts) if (kept.has(key)) this.drafts.set(key, value);
  }

  /**
   * Remembers what is being typed; the server hears of it after a pause, when the field is left or the form is sent.
   * Somebody who types quickly is heard of once more for all that they typed while the app was being told.
   */
  type(block, element, value, { now = false } = {}) {
    const key = elementKey(block, element);
    this.drafts.set(key, value);
    clearTimeout(this.waiting.get(key)?.timer);
    const send = () => {
      this.waiting.delete(key);
      const verb = this.inView ? "fill" : "choose";
      const isLatest = () => this.sending.get(key) === work;
      const tell = () => isLatest() && this.#send(verb, { ...this.#address(block, element), value });
      const work = Promise.resolve(this.sending.get(key)).then(tell);
      this.sending.set(key, work);
      return work.finally(() => isLatest() && this.sending.delete(key));
    };
    if (now) return send();
    const wait = block.dispatch_action ? null : setTimeout(send, TYPING_PAUSE);
    this.waiting.set(key, { timer: wait, send });
    return undefined;
  }

  /** Sends what was typed and not sent yet. */
  async flush(key) {
    for (const [waiting, { timer, send }] of [...this.waiting]) {
      if (key && key !== waiting) continue;
      clearTimeout(timer);
      send();
    }
    await Promise.all(this.sending.values());
  }

  async upload(block, element, files) {
    const encoded = await Promise.all(files.map((file) => (file instanceof File ? encodeFile(file) : file)));
    this.drafts.delete(elementKey(block, element));
    return this.#send("fill", { ...this.#address(block, element), value: encoded });
  }

  /** The answer of an external select's app: `{ options }` or `{ option_groups }`. */
  async suggest(block, element, query) {
    const outcome = await act("suggest", { ...this.#address(block, element), query });
    if (outcome.error) throw new Error(`${app().name} could not load the options.`);
    return outcome.ack ?? { options: outcome.options };
  }

  async #send(verb, body) {
    try {
      const outcome = await act(verb, body);
      if (outcome.error) toast(notAnswered(outcome), "problem");
      return !outcome.error && !outcome.declined;
    } catch (error) {
      problem(error);
      return false;
    } finally {
      tell("acted");
    }
  }
}

/** A turning sign on `node` while the app is being asked. */
export async function busyWhile(node, work) {
  node?.setAttribute("aria-busy", "true");
  try {
    return await work;
  } finally {
    node?.removeAttribute("aria-busy");
  }
}

export function notAnswered(outcome) {
  const name = state.world ? app().name : "The app";
  return outcome.timed_out || outcome.error === "operation_timeout"
    ? `${name} did not answer in time. Try again?`
    : `${name} did not respond (${outcome.error}).`;
}

/** Sources of messages live as long as the message is drawn, so that choices outlast a redraw. */
export const messageSource = (message) => new Source({ channel: message.channel, ts: message.ts }, message.values);
