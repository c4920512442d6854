// Puts the page together.

import { h, replace } from "./dom.js";
import { AppView } from "./app-view.js";
import { startBanner } from "./banner.js";
import { ChannelView } from "./channel.js";
import { Inspector } from "./inspector.js";
import { connect } from "./live.js";
import { startModals } from "./modal.js";
import { remembered, start } from "./router.js";
import { startSidebar } from "./sidebar.js";
import { on, state } from "./state.js";
import { ThreadView } from "./thread.js";
import { theme } from "./theme.js";
import { startTopbar } from "./topbar.js";
import { problem } from "./toasts.js";
import { appUnread, unreadOf } from "./unread.js";
import { app, channel, channelName, channels, loadWorld, people } from "./world.js";

const find = (id) => document.getElementById(id);

async function boot() {
  theme.apply();
  startTopbar(find("topbar"));
  startSidebar(find("sidebar"));
  startBanner(find("banner"));
  const channelView = new ChannelView();
  const appView = new AppView(channelView);
  const threadView = new ThreadView(find("thread"));
  const room = h("div", { class: "room" });
  new Inspector(find("inspector"));
  startModals();
  replace(find("main"), room);
  on("place", () => showPlace({ room, channelView, appView, threadView }));
  for (const topic of ["place", "world", "unread"]) on(topic, drawTitle);
  state.me = remembered() ?? "";
  await loadWorld().catch(async () => {
    state.me = ""; // somebody who is not here any more
    await loadWorld();
  });
  if (!people().length)
    return replace(
      room,
      h(
        "div",
        { class: "home-empty" },
        h("h2", {}, "Nobody is here yet"),
        h("p", {}, "This workspace has no people to act as."),
      ),
    );
  state.me = "";
  await start();
  connect();
  return undefined;
}

function showPlace({ room, channelView, appView, threadView }) {
  const { place, thread } = state;
  const view = place.kind === "app" ? appView : channelView;
  if (room.firstElementChild !== view.node) replace(room, view.node);
  if (place.kind === "app") appView.show(place.tab).catch(problem);
  else {
    appView.hide();
    channelView.show(place.id).catch(problem);
  }
  const channelId = place.kind === "app" ? state.world.dm : place.id;
  threadView.show(channelId, thread).catch(problem);
}

function drawTitle() {
  if (!state.world) return;
  const { place, world } = state;
  const where = place.kind === "app" ? app().name : channelName(channel(place.id));
  const count = channels().reduce((sum, one) => sum + unreadOf(one).count, 0);
  const mark = count
    ? `(${count}) `
    : appUnread().isUnread || channels().some((one) => one.is_member && unreadOf(one).isUnread)
      ? "* "
      : "";
  document.title = `${mark}${where} · ${world.team.name}`;
}

boot().catch(problem);
