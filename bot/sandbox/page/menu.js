// A button that opens a list of choices: keyboard first (arrows, Home, End, Esc), closed by a click elsewhere.
import { h, nodes } from "./dom.js";

/** `items`: [{label, run, danger?, note?}] or a function giving them when opened. `face`: the button's content. */
export function menuButton({ label, face, items, className = "icon-button", key }) {
  const button = h("button", {
    type: "button", class: className, "aria-label": label, title: label, "aria-haspopup": "menu", key,
    onclick: () => openMenu(button, typeof items === "function" ? items() : items, label),
    onkeydown: (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      button.click();
    },
  }, face);
  return button;
}

/** Open a menu beside `anchor`; it goes away when something is chosen or the person looks elsewhere. */
export function openMenu(anchor, items, label) {
  const list = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto", onkeydown: move });
  list.append(...nodes(items.map((item) => entry(item, list))));
  list.addEventListener("toggle", (event) => event.newState === "closed" && list.remove());
  (anchor.closest("dialog") ?? document.body).append(list);
  list.showPopover();
  placeBeside(anchor, list);
  list.querySelector("[role=menuitem]")?.focus();
}

const entry = (item, list) =>
  h("button", {
    type: "button", role: "menuitem", tabindex: "-1", class: item.danger ? "menu-item danger" : "menu-item",
    onclick: () => {
      list.hidePopover();
      item.run();
    },
  }, h("span", {}, item.label), item.note && h("small", {}, item.note));

function move(event) {
  const items = [...event.currentTarget.querySelectorAll("[role=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Tab") event.currentTarget.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  items[to % items.length].focus();
}

/** Put a popover under its anchor, or above when there is no room, never outside the window. */
export function placeBeside(anchor, popover, { sameWidth = false } = {}) {
  const box = anchor.getBoundingClientRect();
  if (sameWidth) popover.style.width = `${box.width}px`;
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = window.innerHeight - box.bottom;
  const top = below < height + 8 && box.top > below ? box.top - height - 4 : box.bottom + 4;
  const left = sameWidth ? box.left : Math.min(box.right - width, window.innerWidth - width - 8);
  popover.style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
  popover.style.left = `${Math.max(8, left < 8 ? box.left : left)}px`;
}
