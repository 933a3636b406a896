// Small dialogs of the page itself: confirm before a press, and an image seen large.
import { h } from "./dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";

/**
 * Close a dialog for good.
 *
 * Chromium gives the focus back on closing, but not the caret when that stood in a field of the dialog: what is typed
 * next would be lost, unless the focus is given once more.
 */
export function leave(dialog) {
  dialog.close();
  dialog.remove();
  const back = document.activeElement;
  if (back === document.body) return;
  back.blur();
  back.focus();
}

/** Ask what a `confirm` object asks; a promise of true or false. */
export function confirmed(confirm, names) {
  return new Promise((answer) => {
    const words = confirm.text.type === "mrkdwn" ? mrkdwn(confirm.text.text, names) : plain(confirm.text.text);
    const done = (yes) => { leave(dialog); answer(yes); };
    const style = confirm.style === "danger" ? "button danger" : "button primary";
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title", oncancel: (event) => { event.preventDefault(); done(false); } },
      h("h2", { id: "confirm-title" }, plain(confirm.title.text)), h("p", { class: "mrkdwn" }, words),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: () => done(false) }, plain(confirm.deny?.text ?? "Cancel")),
        h("button", { type: "button", class: style, autofocus: true, onclick: () => done(true) }, plain(confirm.confirm?.text ?? "Yes"))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Show an image as large as the window allows; Esc, the button or a click beside it closes. */
export function lightbox(address, description, title) {
  const dialog = h("dialog", { class: "lightbox", "aria-label": title || "Image", onclick: (event) => event.target === dialog && dialog.close(), onclose: () => dialog.remove() },
    h("header", {}, h("strong", {}, title || "Image"), h("a", { class: "button", href: address, target: "_blank", rel: "noopener" }, "Open original"),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close the image", autofocus: true, onclick: () => dialog.close() }, "×")),
    h("img", { src: address, alt: description }),
    description && h("details", { class: "alt" }, h("summary", {}, "Description"), h("p", {}, description)));
  document.body.append(dialog);
  dialog.showModal();
}

/** Ask for one line of text; a promise of it, or null. */
export function ask({ title, label, placeholder, submit }) {
  return new Promise((answer) => {
    const field = h("input", { class: "field", id: "asked", placeholder, autofocus: true, required: true });
    const done = (value) => { leave(dialog); answer(value); };
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "ask-title", oncancel: (event) => { event.preventDefault(); done(null); } },
      h("form", { onsubmit: (event) => { event.preventDefault(); done(field.value.trim() || null); } },
        h("h2", { id: "ask-title" }, title), h("label", { class: "input-label", for: "asked" }, label), field,
        h("footer", {}, h("button", { type: "button", class: "button", onclick: () => done(null) }, "Cancel"), h("button", { type: "submit", class: "button primary" }, submit))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
