// A line above everything: the app is not connected, or the local Slack itself is gone.

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { on, state } from "./state.js";
import { app } from "./world.js";

export function startBanner(node) {
  const draw = () => {
    const words = !state.live
      ? "The local Slack is not answering. This page connects again by itself."
      : !isConnected()
        ? `${app().name} is not connected. Commands and buttons will fail until it is started.`
        : "";
    if (node.dataset.words === words) return;
    node.dataset.words = words;
    node.hidden = !words;
    replace(node, words && [icon("plug", 17), h("span", {}, words)]);
  };
  on("live", draw);
  on("world", draw);
}

const isConnected = () => !state.world || (state.world.app.connected ?? state.world.app.connections > 0);
