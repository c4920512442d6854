// Channels, direct messages and apps, with what is unread in them.

import { h, keepingFocus, replace } from "./dom.js";
import { mark } from "./elements/options.js";
import { icon } from "./icons.js";
import { browseChannels, chooseDirect } from "./members.js";
import { avatar, avatarOf } from "./people.js";
import { goApp, goChannel } from "./router.js";
import { on, state } from "./state.js";
import { appUnread, unreadOf } from "./unread.js";
import { app, channelName, channels, isAppDm } from "./world.js";

export function startSidebar(node) {
  const draw = () => {
    if (!state.world) return;
    const scrolled = node.scrollTop;
    keepingFocus(node, () => replace(node, h("div", { class: "team" }, state.world.team.name), sections()));
    node.scrollTop = scrolled;
  };
  for (const topic of ["world", "place", "unread"]) on(topic, draw);
  node.addEventListener("keydown", (event) => steer(event, node));
}

function sections() {
  const here = channels();
  const isShown = (one) => state.place.kind === "channel" && state.place.id === one.id;
  const named = here.filter(
    (one) => (one.kind === "public" || one.kind === "private") && (isShown(one) || (one.is_member && !one.is_archived)),
  );
  const direct = here.filter(
    (one) => (one.kind === "im" || one.kind === "mpim") && !isAppDm(one) && one.members?.includes(state.me),
  );
  const byName = (a, b) => channelName(a).localeCompare(channelName(b));
  const open = () => browseChannels(here.filter((one) => one.kind === "public" && !one.is_archived).sort(byName));
  return [
    section("Apps", [appRow()]),
    section("Channels", named.sort(byName).map(channelRow), { label: "Browse and add channels", run: open }),
    section("Direct messages", direct.sort(byName).map(channelRow), { label: "New direct message", run: chooseDirect }),
  ];
}

function section(title, rows, more) {
  const plus =
    more &&
    h(
      "button",
      {
        class: "icon-button small",
        type: "button",
        "aria-label": more.label,
        title: more.label,
        onclick: more.run,
        data: { key: `more/${title}` },
      },
      icon("add", 15),
    );
  return h(
    "section",
    { class: "side-section", "aria-label": title },
    h("h2", { class: "side-heading" }, title, plus),
    h(
      "ul",
      {},
      rows.map((row) => h("li", {}, row)),
    ),
  );
}

function row({ key, label, picture, isCurrent, unread, run, spoken }) {
  const badge = unread.count > 0 && h("span", { class: "side-badge" }, String(unread.count));
  const classes = `side-row${isCurrent ? " current" : ""}${unread.isUnread && !isCurrent ? " unread" : ""}`;
  const said = [spoken, unread.count ? `${unread.count} new` : unread.isUnread && !isCurrent ? "unread" : ""]
    .filter(Boolean)
    .join(", ");
  return h(
    "button",
    {
      class: classes,
      type: "button",
      "aria-current": isCurrent ? "page" : null,
      "aria-label": said,
      onclick: run,
      data: { key },
    },
    picture,
    h("span", { class: "side-name" }, label),
    !isCurrent && badge,
  );
}

function channelRow(conversation) {
  const isPerson = conversation.kind === "im";
  const label = channelName(conversation);
  return row({
    key: `side/${conversation.id}`,
    label,
    spoken: isPerson ? label : `${conversation.kind === "private" ? "private channel" : "channel"} ${label}`,
    picture: isPerson ? avatarOf(conversation.user, "small") : mark(conversation),
    isCurrent: state.place.kind === "channel" && state.place.id === conversation.id,
    unread: unreadOf(conversation),
    run: () => goChannel(conversation.id),
  });
}

function appRow() {
  const unread = appUnread();
  const tab = () => (unread.isUnread ? "messages" : app().home_tab ? "home" : "messages");
  return row({
    key: "side/app",
    label: app().name,
    spoken: `${app().name} app`,
    picture: avatar(app().name, { size: "small", isOurs: true }),
    isCurrent: state.place.kind === "app",
    unread,
    run: () => goApp(tab()),
  });
}

function steer(event, node) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = [...node.querySelectorAll(".side-row")];
  const at = rows.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  rows[(at + step + rows.length) % rows.length].focus();
}
