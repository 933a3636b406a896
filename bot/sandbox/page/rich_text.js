// rich_text blocks as elements.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

/** The nodes of a rich_text block. */
export const richText = (block, names) => block.elements.map((part) => PARTS[part.type]?.(part, names) ?? null);

const inner = (part, names) => part.elements.map((leaf) => styledLeaf(leaf, names));

const PARTS = {
  rich_text_section: (part, names) => h("p", {}, inner(part, names)),
  rich_text_quote: (part, names) => h("blockquote", {}, inner(part, names)),
  rich_text_preformatted: (part, names) => h("pre", {}, inner(part, names)),
  rich_text_list: (part, names) => {
    const items = part.elements.map((section) => h("li", {}, inner(section, names)));
    const start = part.offset ? part.offset + 1 : null;
    return h(part.style === "ordered" ? "ol" : "ul", { start, class: `indent-${Math.min(part.indent ?? 0, 4)}` }, items);
  },
};

const LEAVES = {
  text: (leaf) => leaf.text,
  link: (leaf) => link(leaf.url, leaf.text),
  emoji: (leaf) => emoji(leaf.name) ?? `:${leaf.name}:`,
  user: (leaf, names) => h("span", { class: names.isMe?.(leaf.user_id) ? "mention me" : "mention" }, "@" + (names.user(leaf.user_id) ?? leaf.user_id)),
  channel: (leaf, names) => h("span", { class: "mention" }, "#" + (names.channel(leaf.channel_id) ?? leaf.channel_id)),
  usergroup: (leaf) => h("span", { class: "mention" }, "@" + leaf.usergroup_id),
  broadcast: (leaf) => h("span", { class: "ping" }, "@" + leaf.range),
  date: (leaf) => h("time", {}, leaf.fallback ?? new Date(leaf.timestamp * 1000).toLocaleString()),
  color: (leaf) => leaf.value,
};

const TAGS = [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["code", "code"], ["underline", "u"]];

function styledLeaf(leaf, names) {
  const plain = LEAVES[leaf.type]?.(leaf, names) ?? "";
  return TAGS.reduce((node, [style, tag]) => (leaf.style?.[style] ? h(tag, {}, node) : node), plain);
}
