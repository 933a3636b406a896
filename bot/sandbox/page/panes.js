// The middle and the right: a channel, a thread, the app with its Home and Messages tabs.
import { blocks } from "./blocks.js";
import { composer, hand } from "./composer.js";
import { ask } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { values } from "./elements.js";
import { menuButton } from "./menu.js";
import { messageList, messageRow } from "./messages.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { act, appChannel, channel, channelName, go, names, person, places, render, store, upload } from "./store.js";

const MENU = "M4 6h16M4 12h16M4 18h16";
const PIN = "M12 17v5M7 4h10l-2 6 3 4H6l3-4z";

/** What the middle pane shows now. */
export function middle() {
  if (store.place === "app") return appPane();
  const here = channel();
  return here ? channelPane(here) : h("p", { class: "starting" }, "Nothing here.");
}

const bar = (...content) =>
  h("header", { class: "pane-bar", key: "bar" },
    h("button", { type: "button", class: "icon-button drawer-button", "aria-label": "Show the channels", "aria-expanded": String(store.drawer), onclick: () => { store.drawer = !store.drawer; render(); } }, icon(MENU)), content);

function channelPane(here) {
  const title = here.is_im ? channelName(here) : `# ${here.name}`;
  const people = here.is_im ? person(here.user)?.title : `${here.members.length} people`;
  return dropPane(here, "", [
    bar(h("div", { class: "pane-title" }, h("h1", {}, title), h("span", { class: "quiet" }, [people, here.topic && plain(here.topic)].filter(Boolean).join(" · "))), pins(here), more(here)),
    here.joined === false ? joinPrompt(here) : [messagesIn(here), composer(here)],
  ]);
}

const messagesIn = (here) =>
  h("div", { class: "scroll", key: `messages-${here.id}`, tabindex: "0", role: "log", "aria-label": `Messages in ${channelName(here)}`, "data-stick": "end" },
    h("div", { class: "messages" }, beginning(here), messageList(here.messages)));

const beginning = (here) =>
  h("div", { class: "beginning", key: "beginning" }, h("h2", {}, here.is_im ? channelName(here) : `# ${here.name}`),
    h("p", { class: "quiet" }, here.is_im ? "This is the start of your messages with them." : "This is the start of the channel. Drop a file here, or type / for a command."));

const joinPrompt = (here) =>
  h("div", { class: "join" }, h("p", {}, `You are not in #${here.name}.`), h("button", { type: "button", class: "button primary", onclick: () => act("join", { channel: here.id }) }, "Join the channel"));

function pins(here) {
  const pinned = here.messages?.flatMap((message) => [message, ...message.replies]).filter((message) => message.pinned) ?? [];
  if (!pinned.length) return null;
  const items = () => pinned.map((message) => ({ label: shorten(message), note: person(message.user)?.real_name, run: () => jump(message.ts) }));
  return menuButton({ label: `Pinned messages: ${pinned.length}`, face: [icon(PIN, 16), ` ${pinned.length}`], items, className: "icon-button wide" });
}

const shorten = (message) => {
  const words = mrkdwn(message.text, names).map((node) => node.textContent).join(" ");
  return words.length > 70 ? `${words.slice(0, 69)}…` : words || "Message";
};

/** Bring a message into sight and mark it; in a thread when it is shown there. */
export function jump(ts) {
  const row = [...document.querySelectorAll("article.message")].findLast((one) => one.dataset.ts === ts);
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}

function more(here) {
  if (here.is_im || here.joined === false) return null;
  const global = store.state.shortcuts.filter((one) => one.type === "global");
  return menuButton({
    label: "Channel and shortcuts", face: "⋮", items: () => [
      ...global.map((one) => ({ label: one.name, note: store.state.app.name, run: () => act("shortcut", { callback_id: one.callback_id }) })),
      { label: "Add someone…", run: () => invite(here) },
      { label: `Leave #${here.name}`, danger: true, run: () => act("leave", { channel: here.id }) },
    ],
  });
}

async function invite(here) {
  const user = await ask({ title: `Add someone to #${here.name}`, label: "User name", placeholder: "for example erin", submit: "Add" });
  if (user) await act("invite", { channel: here.id, user: user.replace(/^@/, "") });
}

function dropPane(here, thread, content) {
  const droppable = here.joined !== false;
  const over = (yes) => (event) => {
    if (!droppable || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.currentTarget.classList.toggle("dropping", yes);
  };
  return h("div", {
    class: "pane", key: `pane-${here.id}-${thread}`, ondragover: over(true), ondragleave: (event) => event.currentTarget.contains(event.relatedTarget) || over(false)(event),
    ondrop: (event) => { over(false)(event); if (droppable) hand(event.dataTransfer.files, here.id, thread); },
  }, content, h("div", { class: "drop-here", "aria-hidden": "true", key: "drop" }, `Drop to share in ${thread ? "the thread" : here.is_im ? channelName(here) : `#${here.name}`}`));
}

// ---- the thread ------------------------------------------------------------------------------------------------

/** The right pane: the open thread, or nothing. */
export function threadPane() {
  const here = store.place === "app" ? appChannel() : channel();
  const parent = here?.messages?.find((message) => message.ts === store.thread);
  if (!parent) return null;
  return dropPane(here, parent.ts, [
    h("header", { class: "pane-bar", key: "bar" }, h("div", { class: "pane-title" }, h("h1", {}, "Thread"), h("span", { class: "quiet" }, here.is_im ? channelName(here) : `#${here.name}`)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close the thread", title: "Close (Esc)", onclick: () => go(store.place) }, "×")),
    h("div", { class: "scroll", key: `thread-${parent.ts}`, tabindex: "0", role: "log", "aria-label": "Messages in the thread", "data-stick": "end" },
      h("div", { class: "messages" },
        messageRow(parent, { inThread: true }),
        h("div", { class: "day left", key: "replies", role: "separator" }, h("span", {}, parent.reply_count === 1 ? "1 reply" : `${parent.reply_count} replies`)),
        messageList(parent.replies, { inThread: true }))),
    composer(here, parent.ts),
  ]);
}

// ---- the app ---------------------------------------------------------------------------------------------------

function appPane() {
  const { state, tab } = store;
  const dm = appChannel();
  const tabs = [state.app.home_tab && ["home", "Home"], state.app.messages_tab && ["messages", "Messages"]].filter(Boolean);
  const shown = tabs.some(([id]) => id === tab) ? tab : tabs[0]?.[0];
  const content = [
    bar(h("div", { class: "pane-title" }, h("h1", {}, state.app.name), !state.app.connected && h("span", { class: "quiet" }, "No bot has joined yet")),
      h("div", { class: "tabs", role: "tablist", "aria-label": state.app.name, onkeydown: arrows }, tabs.map(([id, label]) => tabButton(id, label, id === shown, dm)))),
    shown === "messages" && dm ? [messagesIn(dm), state.app.messages_read_only ? readOnly() : composer(dm)] : shown === "messages" ? openDm() : homeTab(),
  ];
  return dm && shown === "messages" ? dropPane(dm, "", content) : h("div", { class: "pane", key: "pane-home" }, content);
}

const readOnly = () => h("p", { class: "read-only", key: "read-only" }, "This app does not take messages here. Its buttons work, and its commands in a channel.");

const tabButton = (id, label, selected, dm) =>
  h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-selected": String(selected), tabindex: selected ? "0" : "-1", class: "tab", onclick: () => go("app", { tab: id }) },
    label, id === "messages" && !selected && dm?.unread ? h("span", { class: "badge" }, dm.unread) : null);

function arrows(event) {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = [...event.currentTarget.querySelectorAll("[role=tab]")].find((one) => one.getAttribute("aria-selected") === "false");
  other?.click();
  other?.focus();
}

const openDm = () =>
  h("div", { class: "join" }, h("p", {}, "No messages yet."), h("button", { type: "button", class: "button", onclick: () => act("dm", { user: store.state.app.bot_user_id }) }, "Write to the app"));

function homeTab() {
  const { home } = store.state;
  const view = home && h("div", { class: "home content", key: `home-${home.id}` }, blocks(home.blocks, homeContext(home)));
  return h("div", { class: "scroll", key: "home", tabindex: "0", role: "tabpanel", "aria-labelledby": "tab-home" },
    view ?? h("p", { class: "starting" }, "The app has published nothing here yet."));
}

const homeContext = (home) => {
  const where = { type: "home" };
  return {
    names, places, where, view: home.id, failed: home.failed,
    current: (block, action) => home.values?.[block]?.[action],
    act: (request) => act("action", { where, ...request, values: values(document.querySelector(".home")) }),
    options: (request) => act("options", { where, ...request }),
    upload: (file) => upload(file),
  };
};
