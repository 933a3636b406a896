// Slack's mrkdwn as elements: bold, italic, strike, code, quotes, links, mentions, dates, emoji.
//
// A small recursive reader over the text as Slack stores it (& < > escaped, links and mentions in angle brackets).
// `names` resolves ids: {user(id), channel(id)} → a name or undefined.
import { h } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";

const PART = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+(?:::skin-tone-\d)?):/;
const STYLES = [["*", "strong"], ["_", "em"], ["~", "s"]];

export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Text of a plain_text object. */
export const plain = (text, withShortcodes = true) => {
  const readable = unescape(text ?? "");
  return withShortcodes ? withEmoji(readable) : readable;
};

/** Nodes for a mrkdwn text; quoted lines become block quotes. */
export function mrkdwn(text, names) {
  const out = [];
  for (const { quoted, lines } of paragraphs(text ?? "")) {
    const body = lines.join("\n");
    out.push(quoted ? h("blockquote", {}, inline(body, names)) : h("span", {}, inline(body, names)));
  }
  return out;
}

function paragraphs(text) {
  const groups = [];
  let fenced = false;
  for (const line of text.split("\n")) {
    const quoted = !fenced && /^(&gt;|>)/.test(line);
    const last = groups.at(-1);
    const content = quoted ? line.replace(/^(&gt;|>) ?/, "") : line;
    if (last && last.quoted === quoted) last.lines.push(content);
    else groups.push({ quoted, lines: [content] });
    if ((line.split("```").length - 1) % 2) fenced = !fenced;
  }
  return groups;
}

function inline(text, names) {
  const match = PART.exec(text);
  if (!match) return styled(text, names);
  const [whole, fence, code, angle, short] = match;
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + whole.length);
  const node = fence !== undefined ? h("pre", {}, unescape(fence.replace(/^\n|\n$/g, "")))
    : code !== undefined ? h("code", {}, unescape(code))
    : angle !== undefined ? special(angle, names)
    : (emoji(short) ?? whole);
  // Bold may span a link or code: a style that opens before the part and closes after it wraps the part too.
  const wrap = spanning(before, after);
  if (wrap) {
    const [open, close, tag] = wrap;
    return [
      inline(before.slice(0, open), names),
      h(tag, {}, styled(before.slice(open + 1), names), node, inline(after.slice(0, close), names)),
      inline(after.slice(close + 1), names),
    ];
  }
  return [styled(before, names), node, inline(after, names)];
}

function spanning(before, after) {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  for (const [mark, tag] of STYLES) {
    if ((line.split(mark).length - 1) % 2 === 0) continue;
    const open = before.lastIndexOf(mark);
    const end = after.split("\n")[0];
    const close = end.indexOf(mark);
    if (close >= 0 && opens(before, open)) return [open, close, tag];
  }
  return null;
}

const opens = (text, at) => (at === 0 || /[\s([{>"'*_~—–-]/.test(text[at - 1])) && /\S|^$/.test(text[at + 1] ?? "");

function styled(text, names) {
  for (const [mark, tag] of STYLES) {
    const escaped = mark === "*" ? "\\*" : mark;
    const pattern = new RegExp(`(^|[^\\p{L}\\p{N}${escaped}])${escaped}(?=\\S)([^${escaped}\\n]*[^\\s${escaped}])${escaped}(?![\\p{L}\\p{N}])`, "u");
    const match = pattern.exec(text);
    if (!match) continue;
    const start = match.index + match[1].length;
    return [
      styled(text.slice(0, start), names),
      h(tag, {}, styled(match[2], names)),
      styled(text.slice(match.index + match[0].length), names),
    ];
  }
  return [unescape(text)];
}

function special(inside, names) {
  const [target, label] = split(inside);
  if (target.startsWith("@")) return mention("@", names.user(target.slice(1)) ?? label ?? target.slice(1), names.isMe?.(target.slice(1)));
  if (target.startsWith("#")) return mention("#", names.channel(target.slice(1)) ?? label ?? target.slice(1));
  if (target.startsWith("!")) return command(target.slice(1), label);
  return link(unescape(target), label === undefined ? undefined : plain(label));
}

const split = (inside) => {
  const bar = inside.indexOf("|");
  return bar < 0 ? [inside, undefined] : [inside.slice(0, bar), inside.slice(bar + 1)];
};

const mention = (sign, name, me = false) => h("span", { class: me ? "mention me" : "mention" }, sign + name);

function command(target, label) {
  if (/^(channel|here|everyone)$/.test(target)) return h("span", { class: "ping", title: "Notifies people" }, "@" + target);
  if (target.startsWith("date^")) return moment(target, label);
  if (target.startsWith("subteam^")) return mention("", label ?? "@group");
  return label ?? `<${target}>`;
}

function moment(target, fallback) {
  const [, seconds, pattern, address] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback ?? "";
  const text = (pattern ?? "{date}").replace(/\{(\w+)\}/g, (whole, name) => FORMATS[name]?.(when) ?? whole);
  return address ? link(address, text) : h("time", { datetime: when.toISOString(), title: fallback }, text);
}

const date = (options) => (when) => when.toLocaleDateString(undefined, options);
const FORMATS = {
  date_num: (when) => when.toISOString().slice(0, 10),
  date: date({ year: "numeric", month: "long", day: "numeric" }),
  date_pretty: date({ year: "numeric", month: "long", day: "numeric" }),
  date_short: date({ year: "numeric", month: "short", day: "numeric" }),
  date_short_pretty: date({ year: "numeric", month: "short", day: "numeric" }),
  date_long: date({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  date_long_pretty: date({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  time: (when) => when.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }),
  time_secs: (when) => when.toLocaleTimeString(),
};

/** A link, when its address is one that may be opened; else its text. */
export function link(address, label) {
  if (!/^(https?:|mailto:|tel:)/i.test(address)) return label ?? `<${address}>`;
  const text = label || address.replace(/^(mailto|tel):/i, "");
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}
