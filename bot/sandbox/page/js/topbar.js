// The top line: whose workspace this is, who one is, the tools of this page.

import { h, keepingFocus, replace } from "./dom.js";
import { postAlert } from "./alerts.js";
import { icon } from "./icons.js";
import { menuButton } from "./menus.js";
import { avatarOf, role } from "./people.js";
import { become } from "./router.js";
import { on, state, tell } from "./state.js";
import { runStep } from "./steps.js";
import { theme } from "./theme.js";
import { me, people } from "./world.js";

export function startTopbar(node) {
  let drawn = "";
  const draw = () => {
    if (!state.world) return;
    const print = JSON.stringify([me()?.id, me()?.real_name, state.inspecting, theme.isDark()]);
    if (print === drawn) return; // a menu that is open beside it stays open
    drawn = print;
    keepingFocus(node, () => replace(node, content()));
  };
  for (const topic of ["world", "place", "inspecting", "theme"]) on(topic, draw);
}

function content() {
  const dark = theme.isDark();
  const toggle = h(
    "button",
    {
      class: "icon-button",
      type: "button",
      "aria-label": dark ? "Light colours" : "Dark colours",
      title: dark ? "Light colours" : "Dark colours",
      onclick: () => theme.toggle(),
      data: { key: "top/theme" },
    },
    icon(dark ? "sun" : "moon"),
  );
  const inspect = h(
    "button",
    {
      class: "top-button",
      type: "button",
      "aria-pressed": String(state.inspecting),
      onclick: toggleInspector,
      data: { key: "top/inspector" },
    },
    icon("inspect", 16),
    "Inspector",
  );
  const alert = h(
    "button",
    { class: "top-button", type: "button", onclick: () => postAlert(), data: { key: "top/alert" } },
    icon("bell", 16),
    "Post an alert",
  );
  const step = h(
    "button",
    { class: "top-button", type: "button", onclick: () => runStep(), data: { key: "top/step" } },
    icon("bolt", 16),
    "Run a step",
  );
  return [
    h("span", { class: "top-note" }, "A local Slack to try things in. Nothing here leaves this computer."),
    h("span", { class: "spring" }),
    alert,
    state.world.steps.length > 0 && step,
    inspect,
    toggle,
    switcher(),
  ];
}

function toggleInspector() {
  state.inspecting = !state.inspecting;
  tell("inspecting");
}

function switcher() {
  const person = me();
  const words = person ? person.real_name : "Nobody";
  const node = menuButton({
    label: `Acting as ${words}. Act as somebody else`,
    class: "switcher",
    align: "end",
    content: [
      person && avatarOf(person.id, "small"),
      h("span", { class: "switcher-words" }, h("span", { class: "hint" }, "You are"), h("strong", {}, words)),
      icon("chevron", 16),
    ],
    items: () => [
      { heading: "Act as" },
      ...people().map((one) => ({
        label: one.real_name,
        hint: `@${one.name}`,
        mark: role(one),
        node: avatarOf(one.id, "small"),
        checked: one.id === state.me,
        run: () => become(one.id),
      })),
    ],
  });
  node.dataset.key = "top/switcher";
  return node;
}
