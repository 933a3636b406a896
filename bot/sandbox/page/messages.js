// Messages: one, a list of them grouped by author and day, and their toolbars.
import { blocks } from "./blocks.js";
import { clock, dayName, full, moment } from "./clock.js";
import { lightbox } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { values } from "./elements.js";
import { emoji } from "./emoji.js";
import { menuButton } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar } from "./sidebar.js";
import { act, go, names, person, places, store, upload } from "./store.js";

const PATHS = {
  reply: "M20 15a2 2 0 0 1-2 2H8l-4 4V6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  pin: "M12 17v5M7 4h10l-2 6 3 4H6l3-4z",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
};

/** Rows for a list of messages, with the days between them. */
export function messageList(messages, { inThread = false } = {}) {
  const rows = [];
  let before = null;
  for (const message of messages) {
    if (!inThread && (!before || dayName(before.ts) !== dayName(message.ts))) {
      rows.push(h("div", { class: "day", role: "separator", key: `day-${dayName(message.ts)}` }, h("span", {}, dayName(message.ts))));
    }
    rows.push(messageRow(message, { inThread, follows: follows(before, message) }));
    before = message;
  }
  return rows;
}

const follows = (before, message) =>
  before && before.user === message.user && before.username === message.username && !before.ephemeral && !message.ephemeral && !message.subtype && !before.subtype &&
  message.blocks?.[0]?.type !== "header" && message.ts - before.ts < 300 && !before.reply_count && dayName(before.ts) === dayName(message.ts);

export function messageRow(message, { inThread, follows: compact }) {
  if (/^(channel_join|channel_leave|group_join|channel_topic|pinned_item)$/.test(message.subtype ?? "")) return notice(message);
  const author = person(message.user);
  const name = message.username || author?.real_name || author?.name || "Somebody";
  const marks = [message.ephemeral && "ephemeral", message.pinned && "pinned", message.pinged?.includes(store.state.me.id) && "pinged-me", compact && "compact"];
  return h("article", { class: ["message", ...marks.filter(Boolean)].join(" "), key: message.ts, "data-ts": message.ts, "aria-label": `${name}, ${clock(message.ts)}`, tabindex: "-1" },
    message.ephemeral && h("p", { class: "over" }, icon(PATHS.eye, 14), "Only visible to you"),
    message.pinned && h("p", { class: "over" }, icon(PATHS.pin, 14), "Pinned"),
    message.broadcast && h("p", { class: "over" }, inThread ? "Also sent to the channel" : "Replied to a thread"),
    h("div", { class: "gutter" }, compact ? stamp(message) : avatar(author ?? { name, is_bot: Boolean(message.bot_id) })),
    h("div", { class: "body" },
      !compact && h("header", {}, h("strong", {}, name), (author?.is_bot || message.bot_id) && h("span", { class: "app-tag" }, "APP"), stamp(message)),
      content(message),
      reactions(message),
      !inThread && threadLink(message)),
    toolbar(message, inThread));
}

const stamp = (message) => h("time", { class: "stamp", datetime: moment(message.ts).toISOString(), title: full(message.ts) }, clock(message.ts));

const notice = (message) =>
  h("p", { class: "notice", key: message.ts }, h("span", { class: "gutter" }), h("span", {}, h("strong", {}, person(message.user)?.real_name ?? ""), " ", mrkdwn(message.text.replace(/^<@[^>]+> ?/, ""), names), " ", stamp(message)));

function content(message) {
  const body = message.blocks?.length
    ? blocks(message.blocks, messageContext(message))
    : message.text && h("div", { class: "mrkdwn text" }, mrkdwn(message.text, names), message.edited && h("small", { class: "edited" }, " (edited)"));
  return [h("div", { class: "content" }, body), message.files?.map(fileCard)];
}

const messageContext = (message) => {
  const where = { type: "message", channel: message.channel, ts: message.ts };
  return {
    names, places, where, view: message.ts, failed: message.failed,
    current: (block, action) => message.values?.[block]?.[action],
    act: (request) => act("action", { where, ...request, values: valuesOf(message.ts) }),
    options: (request) => act("options", { where, ...request }),
    upload: (file) => upload(file),
  };
};

function valuesOf(ts) {
  const rows = [...document.querySelectorAll("article.message")].filter((row) => row.dataset.ts === ts);
  return Object.assign({}, ...rows.map(values));
}

function fileCard(file) {
  if (/^image\/(png|jpe?g|gif|webp)$/.test(file.mimetype ?? "")) {
    return h("figure", { class: "file-image", key: file.id }, h("figcaption", {}, file.title || file.name),
      h("button", { type: "button", class: "image-button", "aria-label": `Open image: ${file.title || file.name}`, onclick: () => lightbox(file.page_url, file.alt_txt ?? "", file.title || file.name) },
        h("img", { src: file.page_url, alt: file.alt_txt || file.name, loading: "lazy" })));
  }
  return h("a", { class: "file", key: file.id, href: file.page_url, download: file.name },
    h("span", { class: "file-kind", "aria-hidden": "true" }, (file.filetype || file.name.split(".").pop() || "file").slice(0, 5)),
    h("span", {}, h("strong", {}, file.title || file.name), h("small", {}, size(file.size), file.mimetype ? "" : " · processing…")));
}

const size = (bytes) => (bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 100) / 10} kB` : `${Math.round(bytes / 1e5) / 10} MB`);

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((reaction) => {
    const mine = reaction.users.includes(store.state.me.id);
    return h("button", {
      type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(mine), "aria-label": `${reaction.name}, ${reaction.count}`,
      title: reaction.users.map(names.user).join(", "), onclick: () => act("react", { channel: message.channel, ts: message.ts, name: reaction.name, remove: mine }),
    }, emoji(reaction.name) ?? `:${reaction.name}:`, " ", reaction.count);
  }));
}

function threadLink(message) {
  if (!message.reply_count) return null;
  const last = message.replies.at(-1);
  return h("button", { type: "button", class: "thread-link", onclick: () => go(store.place, { thread: message.ts }) },
    message.reply_users.slice(0, 4).map((id) => avatar(person(id), "tiny")),
    h("strong", {}, message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`),
    last && h("span", { class: "quiet" }, `Last reply ${dayName(last.ts).toLowerCase()} at ${clock(last.ts)}`));
}

function toolbar(message, inThread) {
  return h("div", { class: "toolbar", role: "group", "aria-label": "Message actions" },
    !inThread && !message.ephemeral && h("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => go(store.place, { thread: message.thread_ts || message.ts }) }, icon(PATHS.reply, 18)),
    menuButton({ label: "More actions", face: icon(PATHS.more, 18), items: () => choices(message) }));
}

function choices(message) {
  const at = { channel: message.channel, ts: message.ts };
  if (message.ephemeral) return [{ label: "Dismiss message", run: () => act("dismiss", at) }];
  const shortcuts = store.state.shortcuts.filter((one) => one.type === "message");
  const mine = message.user === store.state.me.id;
  return [
    ...shortcuts.map((one) => ({ label: one.name, note: store.state.app.name, run: () => act("shortcut", { callback_id: one.callback_id, ...at }) })),
    { label: "React with 👍", run: () => act("react", { ...at, name: "+1" }) },
    { label: "Copy link", run: () => navigator.clipboard?.writeText(message.permalink) },
    ...(mine ? [{ label: "Delete message…", danger: true, run: () => act("delete", at) }] : []),
  ];
}
