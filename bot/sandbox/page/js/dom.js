// Builds elements. Text only ever becomes text: nothing on this page parses markup, and the Content-Security-Policy
// (`require-trusted-types-for`) makes the browser refuse it too.

const ADDRESSES = new Set(["href", "src"]);
const HEADINGS = new Set(["value", "checked", "disabled", "hidden", "open", "indeterminate", "tabIndex"]);

/** An address that may be followed or loaded, or null: http(s), mailto, and this server's own paths. */
export function safeAddress(address) {
  try {
    const url = new URL(String(address), location.origin);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** `h("p", { class: "x", onclick }, "text", node)`; null, undefined and false are left out, children may be nested. */
export function h(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) setProperty(node, name, value);
  add(node, children);
  return node;
}

export function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child);
  }
  return node;
}

function setProperty(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (ADDRESSES.has(name)) setAddress(node, name, value);
  else if (HEADINGS.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function setAddress(node, name, value) {
  const address = safeAddress(value);
  if (address) node.setAttribute(name, address);
}

export function replace(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/** Opens elsewhere, without telling where it was followed from. */
export function outLink(address, ...children) {
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Redraws and puts the focus, caret included, back on the element with the same `data-key`. */
export function keepingFocus(container, redraw) {
  const before = document.activeElement;
  const key = container.contains(before) ? before?.closest("[data-key]")?.dataset.key : undefined;
  const caret = before && "selectionStart" in before ? caretOf(before) : null;
  redraw();
  if (!key || container.contains(document.activeElement)) return;
  const after = [...container.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key);
  after?.focus({ preventScroll: true });
  if (after && caret && "setSelectionRange" in after) restoreCaret(after, caret);
}

function caretOf(input) {
  try {
    return [input.selectionStart, input.selectionEnd];
  } catch {
    return null;
  }
}

function restoreCaret(input, [start, end]) {
  try {
    input.setSelectionRange(start, end);
  } catch {
    // Inputs such as email have no caret to set.
  }
}

let lastId = 0;
export function newId(prefix = "x") {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
