// The page: draws the state whenever it changes, and keeps scroll, focus and typing where they are.
import { listen } from "./api.js";
import { patch } from "./dom.js";
import { drawModals } from "./modals.js";
import { jump, middle, threadPane } from "./panes.js";
import { setTheme, sidebar } from "./sidebar.js";
import { act, appChannel, channel, channelName, go, onChange, refresh, render, store } from "./store.js";
import { drawToasts } from "./toasts.js";

const region = (id) => document.getElementById(id);

function draw() {
  if (!store.state) return;
  const before = lowest();
  patch(region("sidebar"), sidebar());
  patch(region("main"), middle());
  const thread = threadPane();
  patch(region("thread"), thread);
  region("thread").hidden = !thread;
  const workspace = region("workspace");
  workspace.classList.toggle("with-thread", Boolean(thread));
  workspace.classList.toggle("drawer-open", store.drawer);
  workspace.classList.toggle("lost", !store.online);
  drawModals(store.state.views);
  drawToasts();
  stick(before);
  title();
  see();
}

// A list that was read to its end stays at its end; one that is scrolled up stays where it is.
const lists = () => [...document.querySelectorAll("[data-stick]")];
const atEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 60;
const lowest = () => new Map(lists().map((list) => [list, atEnd(list)]));
const grows = new ResizeObserver((entries) => entries.forEach(({ target }) => target.parentElement.stuck && toEnd(target.parentElement)));

function stick(before) {
  for (const list of lists()) {
    if (!before.has(list)) {
      list.stuck = true;
      list.addEventListener("scroll", () => { list.stuck = atEnd(list); });
      grows.observe(list.firstElementChild);
    }
    if (before.get(list) ?? true) toEnd(list);
  }
}

const toEnd = (list) => { list.scrollTop = list.scrollHeight; };

function title() {
  const unread = store.state.channels.reduce((sum, one) => sum + (one.is_im ? one.unread : one.pings) || sum, 0);
  const here = store.place === "app" ? store.state.app.name : `${channel()?.is_im ? "" : "#"}${channelName(channel())}`;
  document.title = `${unread ? `(${unread}) ` : ""}${here} – ${store.state.team.name}`;
}

// What is on the screen has been read.
let seen = "";
function see() {
  const here = store.place === "app" ? store.tab === "messages" && appChannel() : channel();
  const mark = here?.unread ? `${store.as}/${here.id}/${store.state.seq}` : "";
  if (!mark || mark === seen || document.hidden) return;
  seen = mark;
  act("read", { channel: here.id });
}

document.addEventListener("visibilitychange", () => store.state && render());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], [popover]:popover-open:not(#toasts)")) return;
  if (store.drawer) {
    store.drawer = false;
    render();
  } else if (store.thread) go(store.place);
});
// As in Slack: what is typed while nothing has the focus goes into the composer.
document.addEventListener("keydown", (event) => {
  const idle = document.activeElement === document.body && !document.querySelector("dialog[open]");
  const writes = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (idle && writes) document.querySelector("main textarea.compose")?.focus();
});
window.addEventListener("hashchange", () => {
  const [place, thread = ""] = location.hash.slice(1).split("/");
  if (place && place !== "main" && (place !== store.place || thread !== store.thread)) go(place, { thread });
});

// A permalink of this workspace leads to its message here, not to another host.
document.addEventListener("click", (event) => {
  const address = event.target.closest?.("a[href]")?.href ?? "";
  const found = /\/archives\/(\w+)\/p(\d{10})(\d{6})/.exec(address);
  if (!found || !store.state?.channels.some((one) => one.id === found[1])) return;
  event.preventDefault();
  const ts = `${found[2]}.${found[3]}`;
  const thread = new URL(address).searchParams.get("thread_ts") ?? "";
  go(found[1], { thread: thread === ts ? "" : thread });
  jump(ts);
});

setTheme(localStorage.getItem("theme"));
onChange(draw);
listen(refresh, (online) => {
  const back = online && !store.online;
  store.online = online;
  if (back) refresh();
  else render();
});
refresh().then(() => store.place === "app" && act("home", { tab: store.tab }));
