// What a select menu offers: its own options, people, conversations, or what the app suggests.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { avatarOf, role } from "../people.js";
import { app, channel, channelName, channels, nameOf, people, user } from "../world.js";
import { state } from "../state.js";

/**
 * A choice: `key` tells it apart, `label` is read, `value` goes to the server, `shown` is what stands in `values`.
 * The answer: `near(query)` or `far(query)` give groups of choices, `read` turns a kept value into a choice.
 */
export function choicesFor(element, block, source) {
  if (element.type.includes("external")) return external(element, block, source);
  if (element.type.includes("users")) return users();
  if (element.type.includes("conversations") || element.type.includes("channels")) return conversations(element);
  return own(element);
}

const ofOption = (option) => ({
  key: option.value,
  label: option.text?.text ?? "",
  description: option.description?.text,
  value: option.value,
  shown: option,
});

function groupsOf(given) {
  if (given.option_groups) {
    return given.option_groups.map((group) => ({
      label: group.label?.text,
      choices: (group.options ?? []).map(ofOption),
    }));
  }
  return [{ label: "", choices: (given.options ?? []).map(ofOption) }];
}

const matches = (choice, query) =>
  `${choice.label} ${choice.description ?? ""}`.toLowerCase().includes(query.toLowerCase());
const narrowed = (groups, query) =>
  groups.map((group) => ({ ...group, choices: group.choices.filter((choice) => !query || matches(choice, query)) }));

function own(element) {
  const groups = groupsOf(element);
  const count = groups.reduce((sum, group) => sum + group.choices.length, 0);
  return { count, hint: "Search", near: (query) => narrowed(groups, query), read: ofOption };
}

function external(element, block, source) {
  const far = async (query) => groupsOf(await source.suggest(block, element, query)).map(withWhole);
  return {
    count: null,
    hint: "Type to search",
    least: element.min_query_length ?? 3,
    far,
    read: (option) => whole(ofOption(option)),
  };
}

/** The server is given the whole option, as it cannot know what was offered before. */
const whole = (choice) => ({ ...choice, value: choice.shown });
const withWhole = (group) => ({ ...group, choices: group.choices.map(whole) });

function users() {
  const ofPerson = (id) => ({
    key: id,
    label: nameOf(id),
    description: [user(id)?.name && `@${user(id).name}`, user(id) && role(user(id))].filter(Boolean).join(" · "),
    value: id,
    shown: id,
    picture: () => avatarOf(id, "small"),
  });
  const everybody = () =>
    [...people()].sort((a, b) => (b.id === state.me) - (a.id === state.me) || a.real_name.localeCompare(b.real_name));
  const near = (query) => narrowed([{ label: "", choices: everybody().map((one) => ofPerson(one.id)) }], query);
  return { count: null, hint: "Search people", near, read: ofPerson };
}

function conversations(element) {
  const filter = element.filter ?? {};
  const include = element.type.includes("channels_select") ? ["public"] : filter.include;
  const isOffered = (one) =>
    !one.is_archived &&
    (!include || include.includes(one.kind)) &&
    !(filter.exclude_external_shared_channels && one.is_ext_shared) &&
    !(filter.exclude_bot_users && one.kind === "im" && one.user === app().user_id);
  const ofChannel = (id) => ({
    key: id,
    label: channel(id) ? channelName(channel(id)) : id,
    value: id,
    shown: id,
    picture: () => h("span", { class: "option-mark" }, mark(channel(id))),
  });
  const near = (query) => {
    const offered = channels()
      .filter(isOffered)
      .map((one) => ofChannel(one.id));
    return narrowed(
      [{ label: "", choices: offered.sort((a, b) => a.label.localeCompare(b.label)) }],
      query.replace(/^#/, ""),
    );
  };
  return { count: null, hint: "Search channels", near, read: ofChannel };
}

export function mark(conversation) {
  if (!conversation || conversation.kind === "public") return icon("hash", 15);
  return icon(conversation.kind === "private" ? "lock" : "people", 15);
}
