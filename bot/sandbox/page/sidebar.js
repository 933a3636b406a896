// The left column: the workspace, who I am, channels, direct messages, the app.
import { h, icon } from "./dom.js";
import { ask } from "./dialogs.js";
import { act, appChannel, become, channelName, go, person, refresh, render, store } from "./store.js";

export function sidebar() {
  const { state } = store;
  const joined = state.channels.filter((channel) => channel.joined && !channel.is_im);
  const others = state.channels.filter((channel) => !channel.joined && !channel.is_im);
  const app = appChannel();
  const dms = state.channels.filter((channel) => channel.is_im && channel !== app);
  return [
    h("header", { class: "workspace" },
      h("div", { class: "team" }, h("strong", {}, state.team.name), h("span", { class: store.online ? "line on" : "line" }, store.online ? "Local workspace" : "Reconnecting…")),
      themeButton()),
    whoAmI(),
    section("Channels", [...joined.map(place), others.length > 0 && browse(others)], { label: "Create a channel", run: create }),
    section("Direct messages", [...dms.map(place), newMessage(dms)]),
    state.app && section("Apps", [appRow(app)]),
    h("footer", { class: "sandbox-note" }, "A local Slack for trying the bot. Nothing leaves this computer."),
  ];
}

function whoAmI() {
  const { state } = store;
  const people = state.people.filter((one) => !one.is_bot && !one.deleted);
  const select = h("select", { id: "i-am", onchange: (event) => become(event.currentTarget.value) },
    people.map((one) => h("option", { value: one.id, selected: one.id === state.me.id }, one.title ? `${one.real_name || one.name} – ${one.title}` : one.real_name || one.name)));
  const follow = state.acting && h("label", { class: "follow" },
    h("input", { type: "checkbox", checked: store.follow, onchange: (event) => { store.follow = event.currentTarget.checked; refresh(); } }), "Follow whoever acts");
  return h("div", { class: "who" }, h("label", { for: "i-am" }, "I am"), select, follow);
}

function themeButton() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = dark ? "Use light colours" : "Use dark colours";
  const sun = "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10M12 1v3M12 20v3M1 12h3M20 12h3M4.2 4.2l2.1 2.1M17.7 17.7l2.1 2.1M4.2 19.8l2.1-2.1M17.7 6.3l2.1-2.1";
  const moon = "M20 14.5A8.5 8.5 0 1 1 9.5 4 7 7 0 0 0 20 14.5z";
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: () => setTheme(dark ? "light" : "dark") }, icon(dark ? sun : moon, 18));
}

export function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme ?? "");
  if (store.state) render();
}

const section = (title, rows, add) =>
  h("section", { class: "places", "aria-label": title, key: title },
    h("h2", {}, title, add && h("button", { type: "button", class: "icon-button small", "aria-label": add.label, title: add.label, onclick: add.run }, "+")),
    h("ul", {}, rows));

function place(channel) {
  const here = store.place === channel.id;
  const unread = !here && channel.unread > 0;
  return h("li", { key: channel.id }, h("button", {
    type: "button", class: unread ? "place unread" : "place", "aria-current": here ? "page" : null, onclick: () => go(channel.id),
  }, sign(channel), h("span", { class: "place-name" }, channelName(channel)), badge(channel, here)));
}

function badge(channel, here) {
  if (here || !channel.unread) return null;
  const count = channel.is_im ? channel.unread : channel.pings;
  return h("span", { class: count ? "badge" : "dot", "aria-label": `${channel.unread} unread` }, count || "");
}

function sign(channel) {
  if (!channel.is_im) return h("span", { class: "sign", "aria-hidden": "true" }, channel.is_private ? "🔒" : "#");
  return avatar(person(channel.user), "tiny");
}

/** A coloured square with initials. */
export function avatar(one, size = "") {
  const name = one?.real_name || one?.name || "?";
  const letters = one?.is_bot ? name.replace(/[^A-Z]/g, "").slice(0, 3) || name[0] : name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("");
  return h("span", { class: `avatar ${size}${one?.is_bot ? " bot" : ""}`, "aria-hidden": "true", style: { backgroundColor: one?.color || "#5b5670" } }, letters.toUpperCase());
}

function appRow(app) {
  const { state } = store;
  const here = store.place === "app";
  return h("li", { key: "app" }, h("button", {
    type: "button", class: !here && app?.unread ? "place unread" : "place", "aria-current": here ? "page" : null,
    onclick: () => go("app", { tab: app?.unread ? "messages" : store.tab }),
  }, avatar(person(state.app.bot_user_id) ?? { name: state.app.name, is_bot: true, color: state.app.color }, "tiny"),
  h("span", { class: "place-name" }, state.app.name),
  !state.app.connected && h("span", { class: "offline", title: "No bot has joined" }, "offline"),
  app && badge(app, here)));
}

const browse = (others) =>
  h("li", { key: "browse" }, h("details", {}, h("summary", {}, `${others.length} more to join`),
    h("ul", {}, others.map((channel) => h("li", { key: channel.id }, h("button", { type: "button", class: "place", onclick: () => go(channel.id) }, sign(channel), h("span", { class: "place-name" }, channel.name)))))));

function newMessage(dms) {
  const known = new Set([store.state.me.id, store.state.app?.bot_user_id, ...dms.map((dm) => dm.user)]);
  const others = store.state.people.filter((one) => !one.deleted && !one.is_bot && !known.has(one.id));
  if (!others.length) return null;
  return h("li", { key: "new" }, h("details", {}, h("summary", {}, "Write to someone"),
    h("ul", {}, others.map((one) => h("li", { key: one.id }, h("button", { type: "button", class: "place", onclick: () => write(one.id) }, avatar(one, "tiny"), h("span", { class: "place-name" }, one.real_name || one.name)))))));
}

async function write(user) {
  const { channel } = await act("dm", { user });
  if (channel) store.place = channel;
}

async function create() {
  const name = await ask({ title: "Create a channel", label: "Name", placeholder: "for example plan-budget", submit: "Create" });
  if (!name) return;
  const { channel } = await act("create", { name });
  if (channel) store.place = channel;
}
