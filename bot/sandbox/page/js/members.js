// Who is in a channel, and who could be.

import { act, post } from "./api.js";
import { h, replace } from "./dom.js";
import { button, openDialog } from "./dialogs.js";
import { avatarOf, role } from "./people.js";
import { on, state } from "./state.js";
import { goChannel } from "./router.js";
import { app, channel, nameOf, people, user } from "./world.js";

export function showMembers(conversation) {
  const list = h("div", { class: "person-list" });
  const dialog = openDialog({ title: `Members of #${conversation.name}`, body: list });
  const draw = () => {
    if (!list.isConnected) {
      stop();
      return;
    }
    const members = channel(conversation.id)?.members ?? [];
    const rest = [app().user_id, ...people().map((one) => one.id)].filter((id) => !members.includes(id));
    replace(
      list,
      members.map((id) => row(id, leaveButton(conversation, id, dialog))),
      rest.length > 0 && h("h3", {}, "Not in this channel"),
      rest.map((id) =>
        row(
          id,
          button("Add", () => post(`channels/${conversation.id}/invite`, { user: id }), "small"),
        ),
      ),
    );
  };
  const stop = on("world", draw);
  draw();
}

function leaveButton(conversation, id, dialog) {
  if (id === state.me)
    return button(
      "Leave",
      async () => {
        dialog.close();
        await act("leave", { channel: conversation.id });
      },
      "small",
    );
  return button("Remove", () => post(`channels/${conversation.id}/kick`, { user: id }), "small");
}

function row(id, control) {
  const badge = user(id)?.is_bot ? "app" : user(id) ? role(user(id)) : "";
  return h(
    "div",
    { class: "person-row" },
    avatarOf(id),
    h(
      "span",
      { class: "person-words" },
      h("strong", {}, nameOf(id)),
      h(
        "span",
        { class: "hint" },
        [`@${user(id)?.name ?? id}`, id === state.me && "you", badge].filter(Boolean).join(" · "),
      ),
    ),
    control,
  );
}

/** People to write to. */
export function chooseDirect() {
  const list = h("div", { class: "person-list" });
  const dialog = openDialog({ title: "New direct message", body: list });
  const start = async (id) => {
    const conversation = await act("direct", { with: [id] });
    dialog.close();
    goChannel(conversation.id);
  };
  const others = people().filter((one) => one.id !== state.me);
  replace(
    list,
    others.map((one) =>
      row(
        one.id,
        button("Write", () => start(one.id), "small"),
      ),
    ),
  );
}

/** Public channels that one is not in, and a new one. */
export function browseChannels(channels) {
  const list = h("div", { class: "person-list" });
  const name = h("input", {
    class: "input",
    type: "text",
    placeholder: "a-new-channel",
    "aria-label": "Name of a new channel",
    maxlength: "80",
  });
  const hidden = h("input", { type: "checkbox" });
  const create = button(
    "Create",
    async () => {
      const made = await post("channels", {
        name: name.value.trim().toLowerCase().replace(/\s+/g, "-"),
        members: [state.me],
        private: hidden.checked,
      });
      dialog.close();
      goChannel(made.id);
    },
    "primary",
  );
  const dialog = openDialog({
    title: "Channels",
    body: [
      list,
      h("h3", {}, "Create a channel"),
      h("div", { class: "create-row" }, name, h("label", { class: "choice" }, hidden, "Private"), create),
    ],
  });
  const look = (id) => {
    dialog.close();
    goChannel(id);
  };
  const rows = channels.map((one) =>
    h(
      "div",
      { class: "person-row" },
      h(
        "span",
        { class: "person-words" },
        h("strong", {}, `# ${one.name}`),
        h("span", { class: "hint" }, `${one.members.length} members${one.is_member ? " · joined" : ""}`),
      ),
      button("Open", () => look(one.id), "small"),
    ),
  );
  replace(list, rows);
}
