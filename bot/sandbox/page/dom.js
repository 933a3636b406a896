// Elements without HTML strings, and a patch that keeps what a person is typing.
//
// h("button", {class: "x", onclick: fn, key: "k"}, "text", child, …) builds an element. Text always becomes a text
// node, so nothing anybody typed is ever read as HTML. patch(parent, nodes) makes the parent's children look like
// `nodes` while keeping elements that are already there: their focus, selection, scroll and typed values stay.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
  element.append(...nodes(children));
  return element;
}

/** A line drawing from path data, hidden from screen readers (the button beside it has a label). */
export function icon(path, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: "icon" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const nodes = (children) =>
  children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "")
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));

function set(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "key") element.patchKey = String(value);
  else if (name === "keep") element.keepAs = String(value);
  else if (name === "style") Object.assign(element.style, value);
  else if (name.startsWith("on")) listen(element, name.slice(2), value);
  else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : String(value));
}

function listen(element, type, handler) {
  element.handlers ??= {};
  if (!(type in element.handlers)) element.addEventListener(type, (event) => element.handlers[type]?.(event));
  element.handlers[type] = handler;
}

/** Make the children of `parent` equal to `wanted`, reusing those with the same key or the same place and tag. */
export function patch(parent, ...children) {
  const wanted = nodes(children);
  const keyed = dropUnwanted(parent, wanted);
  let cursor = parent.firstChild;
  for (const node of wanted) {
    const match = node.patchKey ? keyed.get(node.patchKey) : cursor;
    if (!match || !alike(match, node)) {
      cursor = place(parent, node, match, cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(match, cursor);
    update(match, node);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

// A part whose description changed is built anew, and takes over what was typed into the old one.
function place(parent, node, match, cursor) {
  if (!match?.patchKey || match.patchKey !== node.patchKey) {
    parent.insertBefore(node, cursor);
    return cursor;
  }
  const next = match === cursor ? cursor.nextSibling : cursor;
  node.takeOver?.(match);
  match.replaceWith(node);
  return next;
}

function dropUnwanted(parent, wanted) {
  const kept = new Map();
  const keys = new Set(wanted.map((node) => node.patchKey).filter(Boolean));
  for (const child of [...parent.childNodes]) {
    if (!child.patchKey) continue;
    if (keys.has(child.patchKey)) kept.set(child.patchKey, child);
    else child.remove();
  }
  return kept;
}

const alike = (one, other) =>
  one.nodeType === other.nodeType &&
  one.nodeName === other.nodeName &&
  one.patchKey === other.patchKey &&
  one.keepAs === other.keepAs;

function update(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.keepAs !== undefined) return void old.meanwhile?.(fresh); // a part with its own state, of the same description
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !own(old, name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) assign(old, name, value);
  for (const type of Object.keys(old.handlers ?? {})) if (!fresh.handlers?.[type]) delete old.handlers[type];
  for (const [type, handler] of Object.entries(fresh.handlers ?? {})) listen(old, type, handler);
  if (old.nodeName !== "TEXTAREA") patch(old, [...fresh.childNodes]);
}

// The page's own policy forbids style attributes; the style object may be set.
function assign(element, name, value) {
  if (name === "style") element.style.cssText = value;
  else element.setAttribute(name, value);
}

// `open` of a <details> or <dialog> and styles set while running belong to the page, not to the state.
const own = (element, name) => name === "style" || (name === "open" && /^(DETAILS|DIALOG)$/.test(element.nodeName));
