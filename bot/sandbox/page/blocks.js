// Block Kit blocks as elements. The context is that of elements.js, with `failed` and `errors` by block.
import { lightbox } from "./dialogs.js";
import { h } from "./dom.js";
import { element } from "./elements.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

/** Nodes for a list of blocks. */
export const blocks = (list, context) => list.map((block, index) => one(block, { ...context, blockId: block.block_id ?? String(index) }));

function one(block, context) {
  const make = BLOCKS[block.type];
  const content = make ? make(block, context) : h("p", { class: "unknown" }, `Block “${block.type}” is not shown here`);
  const failed = Object.values(context.failed?.[context.blockId] ?? {})[0];
  return h("div", { class: `block ${block.type}`, key: context.blockId, "data-block-id": context.blockId }, content,
    failed && h("p", { class: "failed", role: "alert" }, h("span", { "aria-hidden": "true" }, "⚠ "), failed));
}

/** A text object as nodes. */
export const words = (object, names) => (object.type === "mrkdwn" ? mrkdwn(object.text, names) : plain(object.text, object.emoji !== false));

const interactive = (context, label) => ({ ...context, dispatch: true, label });

function section(block, context) {
  const { names } = context;
  return [
    h("div", { class: "section-text" },
      block.text && h("div", { class: "mrkdwn" }, words(block.text, names)),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "mrkdwn" }, words(field, names))))),
    block.accessory && h("div", { class: "accessory" }, element(block.accessory, interactive(context, block.text && spoken(block.text, names)))),
  ];
}

const spoken = (object, names) => [words(object, names)].flat().map((node) => node.textContent ?? node).join("");

const contextBlock = (block, { names }) =>
  block.elements.map((part) => part.type === "image"
    ? h("img", { class: "context-image", src: part.image_url, alt: part.alt_text ?? "" })
    : h("span", { class: "mrkdwn" }, words(part, names)));

function image(block, { names }) {
  const title = block.title ? plain(block.title.text) : "";
  return h("figure", {},
    title && h("figcaption", {}, words(block.title, names)),
    h("button", { type: "button", class: "image-button", "aria-label": `Open image: ${title || block.alt_text}`, onclick: () => lightbox(block.image_url, block.alt_text, title) },
      h("img", { src: block.image_url, alt: block.alt_text, loading: "lazy" })));
}

function table(block, { names }) {
  const cell = (tag) => (content, column) => {
    const align = block.column_settings?.[column]?.align;
    const inside = content.type === "rich_text" ? richText(content, names) : plain(content.text ?? String(content.value ?? ""));
    return h(tag, { class: align ? `align-${align}` : null, scope: tag === "th" ? "col" : null }, inside);
  };
  const [head, ...body] = block.rows;
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map(cell("th")))),
    h("tbody", {}, body.map((row) => h("tr", {}, row.map(cell("td")))))));
}

function input(block, context) {
  const label = plain(block.label.text);
  const error = context.errors?.[context.blockId];
  const id = `input-${context.view ?? "here"}-${context.blockId}`;
  const describedBy = `about-${id}`;
  const own = element(block.element, {
    ...context, label, describedBy, optional: block.optional, dispatch: block.dispatch_action, inputId: id,
  });
  return [
    h("label", { class: "input-label", for: id, onclick: (event) => focusInside(event.currentTarget) }, label,
      block.optional && h("span", { class: "optional" }, " (optional)")),
    own,
    h("div", { id: describedBy }, error && h("p", { class: "error", role: "alert" }, error), block.hint && h("p", { class: "hint" }, plain(block.hint.text))),
  ];
}

const focusInside = (label) => label.parentElement.querySelector("input, textarea")?.focus();

const file = (block, context) => h("p", { class: "mrkdwn" }, context.fileCard?.(block) ?? "A file");

const BLOCKS = {
  header: (block) => h("h3", {}, plain(block.text.text, block.text.emoji !== false)),
  section,
  divider: () => h("hr"),
  context: contextBlock,
  actions: (block, context) => block.elements.map((part) => element(part, interactive(context))),
  image,
  rich_text: (block, { names }) => richText(block, names),
  table,
  input,
  file,
  markdown: (block, { names }) => h("div", { class: "mrkdwn" }, mrkdwn(block.text, names)),
  video: (block) => h("p", {}, plain(block.title.text)),
};
