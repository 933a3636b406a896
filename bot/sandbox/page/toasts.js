// What Slack flashes at a person: a failed command, a lost connection. Shown above everything, also above a modal.
import { h, patch } from "./dom.js";
import { act, render, store } from "./store.js";

const seen = new Map(); // id → when first shown
const STAY = 9000;

export function drawToasts() {
  const region = document.getElementById("toasts");
  const all = [...store.state.toasts.filter(fresh), ...store.notes];
  const shown = all.filter((one) => !seen.has(one.id) || Date.now() - seen.get(one.id) < STAY);
  const added = shown.filter((one) => !seen.has(one.id));
  for (const one of added) {
    seen.set(one.id, Date.now());
    setTimeout(render, STAY + 50);
  }
  patch(region, shown.map(toast));
  if (!shown.length) region.matches(":popover-open") && region.hidePopover();
  else if (added.length || !region.matches(":popover-open")) raise();
}

// Old ones, from before this page was opened, are history.
const fresh = (one) => Date.now() / 1000 - one.at < 60;

/** Bring the toasts back above a dialog that has just opened. */
export function raise() {
  const region = document.getElementById("toasts");
  if (region.matches(":popover-open")) region.hidePopover();
  if (region.childElementCount) region.showPopover();
}

const toast = (one) =>
  h("div", { class: "toast", key: one.id }, h("span", {}, one.text),
    h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => dismiss(one) }, "×"));

function dismiss(one) {
  seen.set(one.id, 0);
  store.notes = store.notes.filter((note) => note !== one);
  if (!one.id.startsWith("note-")) act("toast", { id: one.id });
  render();
}
