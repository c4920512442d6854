// Light or dark: as the system has it until somebody chooses.

import { tell } from "./state.js";

const KEY = "casebook.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const theme = {
  isDark: () => document.documentElement.dataset.theme === "dark",
  apply() {
    document.documentElement.dataset.theme = kept() ?? (system.matches ? "dark" : "light");
    tell("theme");
  },
  toggle() {
    const next = theme.isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // It lasts until the page is loaded again.
    }
    document.documentElement.dataset.theme = next;
    tell("theme");
  },
};
system.addEventListener("change", () => theme.apply());
