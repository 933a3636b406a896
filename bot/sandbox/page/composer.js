// Where a person types: messages, slash commands with completion, files by button, paste or drop.
import { h, icon, patch } from "./dom.js";
import { act, channelName, store, upload } from "./store.js";

const CLIP = "M20 11.5l-8.5 8.5a5.5 5.5 0 0 1-7.8-7.8l8.6-8.6a3.7 3.7 0 0 1 5.2 5.2l-8.6 8.6a1.8 1.8 0 0 1-2.6-2.6l7.9-7.9";
const SEND = "M4 20l17-8L4 4l3 8zM7 12h8";

/** The composer of a channel or, with `thread`, of a thread in it. */
export function composer(channel, thread = "") {
  const where = thread ? `${channel.id}/${thread}` : channel.id;
  const list = h("div", { class: "suggestions", role: "listbox", id: `suggestions-${where}`, "aria-label": "Suggestions", hidden: true });
  const state = { suggestions: [], active: 0 };
  const label = thread ? "Reply in thread" : `Message ${channel.is_im ? "" : "#"}${channelName(channel)}`;
  const text = h("textarea", {
    class: "compose", rows: 1, "aria-label": label, placeholder: `${label} – or type /`, "aria-controls": list.id, "aria-autocomplete": "list",
    oninput: () => { keep(); suggest(); }, onkeydown: keyed, onblur: () => setTimeout(hide, 150),
    onpaste: (event) => event.clipboardData.files.length && (event.preventDefault(), hand(event.clipboardData.files, channel.id, thread)),
  });
  const chooser = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-label": "Files to share", onchange: () => { hand(chooser.files, channel.id, thread); chooser.value = ""; } });

  const keep = () => {
    store.drafts.set(where, text.value);
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 220)}px`;
  };
  const hide = () => { state.suggestions = []; list.hidden = true; text.removeAttribute("aria-activedescendant"); };
  const write = (value) => { text.value = value; keep(); };

  function suggest() {
    state.suggestions = suggestions(text.value, text.selectionStart);
    state.active = 0;
    draw();
  }

  function draw() {
    list.hidden = !state.suggestions.length;
    patch(list, state.suggestions.map((one, index) => h("div", {
      role: "option", id: `${list.id}-${index}`, class: index === state.active ? "option active" : "option", "aria-selected": String(index === state.active),
      onpointerdown: (event) => { event.preventDefault(); take(one); },
    }, h("span", { class: "option-label" }, h("strong", {}, one.label), one.hint && h("span", { class: "usage" }, ` ${one.hint}`)), one.note && h("small", {}, one.note))));
    if (state.suggestions.length) text.setAttribute("aria-activedescendant", `${list.id}-${state.active}`);
  }

  function take(one) {
    const caret = text.selectionStart;
    write(text.value.slice(0, one.from) + one.insert + text.value.slice(caret));
    text.selectionStart = text.selectionEnd = one.from + one.insert.length;
    hide();
    text.focus();
  }

  function keyed(event) {
    const open = state.suggestions.length > 0;
    if (event.key === "Escape" && open) return void (event.preventDefault(), event.stopPropagation(), hide());
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      state.active = (state.active + (event.key === "ArrowDown" ? 1 : state.suggestions.length - 1)) % state.suggestions.length;
      return draw();
    }
    if (open && (event.key === "Tab" || (event.key === "Enter" && !state.suggestions[state.active].complete))) return void (event.preventDefault(), take(state.suggestions[state.active]));
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return undefined;
    event.preventDefault();
    return send();
  }

  async function send() {
    const typed = text.value.trim();
    if (!typed) return;
    write("");
    hide();
    const place = { channel: channel.id, text: typed, ...(thread ? { thread_ts: thread } : {}) };
    const answer = await act(typed.startsWith("/") ? "command" : "message", place);
    if (answer.lost && !text.value) write(typed);
  }

  const root = h("form", { class: "composer", key: `composer-${where}`, keep: where, onsubmit: (event) => { event.preventDefault(); send(); } },
    list, text, chooser,
    h("div", { class: "compose-tools" },
      h("button", { type: "button", class: "icon-button", "aria-label": "Attach a file", title: "Attach a file", onclick: () => chooser.click() }, icon(CLIP, 18)),
      h("span", { class: "keys" }, "Enter sends, Shift + Enter starts a new line"),
      h("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send" }, icon(SEND, 18))));
  text.value = store.drafts.get(where) ?? "";
  queueMicrotask(() => text.isConnected && text.value && keep());
  return root;
}

/** Share files in a channel or thread. */
export async function hand(files, channel, thread = "") {
  for (const file of [...files]) await upload(file, { channel, ...(thread ? { thread_ts: thread } : {}) });
}

/** What could follow at the caret: commands at the start, people after @, channels after #. */
function suggestions(text, caret) {
  const before = text.slice(0, caret);
  if (/^\/\S*$/.test(before)) return commands(before);
  const used = store.state.commands.find((one) => text.startsWith(`${one.command} `));
  if (used && text.trim() === used.command) return [{ label: used.command, hint: used.usage_hint, note: used.description, from: 0, insert: text, complete: true }];
  const sign = /(^|\s)([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!sign || used && sign[2] === "#") return [];
  const from = caret - sign[3].length - 1;
  return (sign[2] === "@" ? people : channels)(sign[3].toLowerCase()).slice(0, 8).map((one) => ({ ...one, from }));
}

function commands(typed) {
  return store.state.commands
    .filter((one) => one.command.startsWith(typed))
    .map((one) => ({ label: one.command, hint: one.usage_hint, note: one.description, from: 0, insert: `${one.command} `, complete: one.command === typed }));
}

const people = (start) =>
  [...store.state.people.filter((one) => !one.deleted), { name: "channel", real_name: "Notify everyone here" }, { name: "here", real_name: "Notify those online" }]
    .filter((one) => one.name.toLowerCase().startsWith(start) || one.real_name?.toLowerCase().startsWith(start))
    .map((one) => ({ label: `@${one.name}`, note: one.real_name, insert: `@${one.name} ` }));

const channels = (start) =>
  store.state.channels.filter((one) => one.name && one.name.startsWith(start)).map((one) => ({ label: `#${one.name}`, insert: `#${one.name} ` }));
