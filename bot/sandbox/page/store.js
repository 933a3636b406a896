// What the page knows: the state as read from the sandbox, and where this person is looking.
import { act as send, readState, upload as sendFile } from "./api.js";
import { setZone } from "./clock.js";

export const store = {
  state: null,
  as: new URLSearchParams(location.search).get("as") ?? "",
  place: location.hash.slice(1).split("/")[0] || "", // a channel id, or "app"
  tab: "home", // of the app
  follow: new URLSearchParams(location.search).has("follow"), // look over the shoulder of whoever acts
  thread: location.hash.slice(1).split("/")[1] || "",
  online: true,
  drawer: false,
  drafts: new Map(),
  notes: [], // toasts of the page itself
};

let redraw = () => {};
export const onChange = (draw) => { redraw = draw; };
export const render = () => redraw();

let reading = null;
let again = false;

/** Read the state unless it is as new as `seq`; readings never overlap, and one asked for meanwhile follows. */
export function refresh(seq = Infinity) {
  if (store.state && seq <= store.state.seq) return reading ?? Promise.resolve();
  if (reading) {
    again = true;
    return reading;
  }
  reading = read().finally(() => {
    reading = null;
    const more = again;
    again = false;
    if (more) refresh();
  });
  return reading;
}

async function read() {
  const as = store.as;
  const state = await readState(as).catch((error) => note(error.message));
  if (as !== store.as) again = true; // somebody else looks meanwhile
  if (!state || again) return;
  store.state = state;
  store.as = state.me.id;
  setZone(state.me.tz);
  if (store.follow) openNewestThread();
  settle();
  redraw();
  const actor = store.follow && state.acting?.user;
  if (actor && actor !== store.as) become(actor);
}

// Whoever watches sees the thread in which something has just been said.
let followed = "";
function openNewestThread() {
  const here = channel();
  const last = here?.messages?.flatMap((top) => [top, ...top.replies]).reduce((one, other) => (one.ts > other.ts ? one : other), { ts: "" });
  if (!last?.ts || last.ts === followed) return;
  followed = last.ts;
  store.thread = last.thread_ts && last.thread_ts !== last.ts && innerWidth > 1000 ? last.thread_ts : "";
}

// The place may be gone, or never chosen: the first channel with something in it is a good start.
function settle() {
  const { channels, app } = store.state;
  if (store.place !== "app" && !channels.some((channel) => channel.id === store.place)) {
    const named = channels.find((channel) => channel.name && channel.name === store.place);
    store.place = (named ?? channels.find((channel) => channel.joined && !channel.is_im) ?? channels[0])?.id ?? "app";
  }
  if (store.place === "app" && !app) store.place = channels[0]?.id ?? "";
  const query = new URLSearchParams({ as: store.state.me.name, ...(store.follow ? { follow: "" } : {}) });
  history.replaceState(null, "", `?${query}#${store.place}${store.thread ? `/${store.thread}` : ""}`);
}

/** Do something as the person chosen; problems that Slack itself would not show become a note. */
export async function act(kind, request = {}) {
  const answer = await send(store.as, kind, request);
  if (answer.lost) note(answer.error ?? "That didn't work.");
  refresh(answer.seq);
  return answer;
}

export async function upload(file, place) {
  const answer = await sendFile(store.as, file, place);
  if (!answer.ok) note(answer.error ?? `${file.name} couldn't be uploaded.`);
  refresh(answer.seq);
  return answer.file;
}

/** A toast of the page's own. */
export function note(text) {
  store.notes.push({ id: `note-${Date.now()}-${store.notes.length}`, text });
  redraw();
}

/** Look at another place. */
export function go(place, { thread = "", tab } = {}) {
  Object.assign(store, { place, thread, drawer: false, ...(tab ? { tab } : {}) });
  settle();
  redraw();
  if (place === "app") act("home", { tab: store.tab });
}

/** Become somebody else; the place stays. */
export function become(id) {
  store.as = id;
  store.state = { ...store.state, views: [] };
  return refresh();
}

export const channel = (id = store.place) => store.state.channels.find((one) => one.id === id);
export const appChannel = () => store.state.channels.find((one) => one.is_im && one.user === store.state.app?.bot_user_id);
// Who tells what Slack itself has to say; nobody to be chosen or written to.
const SLACKBOT = { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", color: "#757575" };

export const person = (id) => (id === SLACKBOT.id ? SLACKBOT : store.state.people.find((one) => one.id === id));

export function channelName(one) {
  if (!one?.is_im) return one?.name ?? "";
  return person(one.user)?.real_name ?? one.user;
}

/** For mrkdwn: the names behind ids. */
export const names = {
  user: (id) => person(id)?.real_name || person(id)?.name,
  channel: (id) => channel(id)?.name,
  isMe: (id) => id === store.state.me.id,
};

/** For the selects that offer people and conversations. */
export const places = {
  people: () => store.state.people.filter((one) => !one.deleted).map((one) => ({ value: one.id, raw: one.id, label: one.real_name || one.name, note: one.title })),
  conversations: (filter) => store.state.channels.filter((one) => fits(one, filter)).map((one) => ({ value: one.id, raw: one.id, label: one.is_im ? channelName(one) : `#${one.name}` })),
  current: () => (store.place === "app" ? undefined : store.place),
};

function fits(one, filter) {
  const kind = one.is_im ? "im" : one.is_mpim ? "mpim" : one.is_private ? "private" : "public";
  if (filter?.exclude_bot_users && one.is_im && person(one.user)?.is_bot) return false;
  return filter?.include ? filter.include.includes(kind) : true;
}
