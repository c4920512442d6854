// New messages for those who listen rather than look.

import { h } from "./dom.js";
import { authorOf } from "./people.js";
import { words } from "./mrkdwn.js";

export function announce(message) {
  const line = h(
    "div",
    {},
    `New message from ${authorOf(message).name}: ${words(message.text ?? "").slice(0, 300) || "no text"}`,
  );
  const box = document.getElementById("announcer");
  box.append(line);
  while (box.childElementCount > 5) box.firstElementChild.remove();
}
