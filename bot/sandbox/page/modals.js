// Modals: one dialog per open view, so that what is typed in a lower one is still there when the upper one goes.
import { blocks } from "./blocks.js";
import { leave } from "./dialogs.js";
import { h, patch } from "./dom.js";
import { values } from "./elements.js";
import { plain } from "./mrkdwn.js";
import { avatar } from "./sidebar.js";
import { act, names, person, places, store, upload } from "./store.js";
import { raise } from "./toasts.js";

const open = new Map(); // view id → dialog

/** Make the open dialogs those of the state. */
export function drawModals(views) {
  const wanted = new Set(views.map((view) => view.id));
  for (const [id, dialog] of open) {
    if (wanted.has(id)) continue;
    leave(dialog);
    open.delete(id);
  }
  views.forEach((view, depth) => draw(view, depth === views.length - 1));
}

function draw(view, top) {
  let dialog = open.get(view.id);
  if (!dialog) {
    dialog = h("dialog", { class: "modal", "aria-labelledby": `title-${view.id}`, "data-view": view.id });
    open.set(view.id, dialog);
    document.body.append(dialog);
    fill(dialog, view);
    dialog.showModal();
    raise();
    focusFirst(dialog);
  } else {
    fill(dialog, view);
  }
  dialog.classList.toggle("under", !top);
}

function focusFirst(dialog) {
  const wanted = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".modal-body :is(input, textarea, select, button, a[href])");
  wanted?.focus();
}

function fill(dialog, view) {
  const close = () => act("close", { view_id: view.id });
  dialog.oncancel = (event) => { event.preventDefault(); close(); };
  const form = h("form", { key: "form", novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(dialog, view); } },
    h("header", {}, avatar(person(store.state.app?.bot_user_id), "small"), h("h2", { id: `title-${view.id}` }, plain(view.title.text)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", title: "Close (Esc)", onclick: close }, "×")),
    view.error && h("p", { class: "modal-error", role: "alert" }, view.error),
    h("div", { class: "modal-body", tabindex: "-1" }, blocks(view.blocks, viewContext(view, dialog))),
    h("footer", {},
      h("button", { type: "button", class: "button", onclick: close }, plain(view.close?.text ?? (view.submit ? "Cancel" : "Close"))),
      view.submit && h("button", { type: "submit", class: "button primary submit" }, plain(view.submit.text))));
  const at = dialog.contains(document.activeElement) ? document.activeElement.closest("[data-block-id]")?.dataset.blockId : null;
  patch(dialog, form);
  if (at && !dialog.contains(document.activeElement)) focusBlock(dialog, at); // drawn anew, such as a menu with another choice
  showErrors(dialog, view.errors ?? {});
}

function focusBlock(dialog, id) {
  dialog.querySelector(`[data-block-id="${CSS.escape(id)}"] :is(input, textarea, select, button)`)?.focus();
}

function showErrors(dialog, errors) {
  for (const block of dialog.querySelectorAll(".block.input")) {
    const wrong = block.dataset.blockId in errors;
    block.classList.toggle("invalid", wrong);
    for (const input of block.querySelectorAll("input, textarea")) wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
  }
  if (dialog.awaitsError) focusError(dialog);
}

async function submit(dialog, view) {
  if (dialog.classList.contains("loading")) return; // a second press while the first is on its way
  busy(dialog, true);
  const answer = await act("submit", { view_id: view.id, values: values(dialog) });
  busy(dialog, false);
  if (answer.errors) focusError(dialog);
}

// The errors may be drawn before or after the answer to the submission arrives.
function focusError(dialog) {
  const wrong = dialog.querySelector("[aria-invalid]");
  dialog.awaitsError = !wrong;
  wrong?.focus();
  wrong?.closest(".block")?.scrollIntoView({ block: "nearest" }); // with what is said below the field
}

function busy(dialog, yes) {
  dialog.classList.toggle("loading", yes);
  dialog.querySelector(".submit")?.setAttribute("aria-busy", String(yes));
}

const viewContext = (view, dialog) => {
  const where = { type: "view", view_id: view.id };
  return {
    names, places, where, view: view.id, failed: view.failed, errors: view.errors,
    current: (block, action) => view.values?.[block]?.[action],
    act: (request) => act("action", { where, ...request, values: values(dialog) }),
    options: (request) => act("options", { where, ...request }),
    upload: (file) => upload(file),
  };
};
