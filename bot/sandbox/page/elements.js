// Block elements: everything a person can press, choose or type into.
//
// element(definition, context) gives a node. Nodes that hold a value carry `data-block`, `data-action` and a
// `read()` giving the plain value of page_api.py; `values(container)` collects them. The context says where we are:
// {where, blockId, names, places, act(request), options(request), upload(file), label?, dispatch, current(block, action)}.
import { combobox } from "./combobox.js";
import { confirmed } from "./dialogs.js";
import { h } from "./dom.js";
import { menuButton } from "./menu.js";
import { mrkdwn, plain } from "./mrkdwn.js";

export function element(definition, context) {
  const make = MAKERS[definition.type];
  if (!make) return h("span", { class: "unknown" }, `Element “${definition.type}” is not shown here`);
  const node = make(definition, { ...context, current: context.current(context.blockId, definition.action_id) });
  if (node.read) remember(node, definition, context);
  return node;
}

function remember(node, definition, context) {
  node.dataset.block = context.blockId;
  node.dataset.action = definition.action_id;
  node.patchKey = `${context.blockId}/${definition.action_id}/${definition.type}`;
  const { initial_value: _, ...lasting } = definition;
  node.keepAs = JSON.stringify(lasting);
  node.takeOver ??= (old) => old.touched && node.write?.(old.read());
  node.meanwhile ??= (fresh) => { // somebody filled it in elsewhere: shown as long as nobody typed here
    if (node.touched || !node.write) return;
    node.write(fresh.read());
    node.touched = false;
  };
}

/** The plain values of every input inside, by block and action. */
export function values(container) {
  const all = {};
  for (const node of container.querySelectorAll("[data-action]")) {
    if (node.read) (all[node.dataset.block] ??= {})[node.dataset.action] = node.read();
  }
  return all;
}

// ---- pressing -------------------------------------------------------------------------------------------------

async function press(definition, context, value, node) {
  if (definition.confirm && !(await confirmed(definition.confirm, context.names))) return false;
  node?.classList.add("busy");
  await context.act({ block_id: context.blockId, action_id: definition.action_id, ...(value === undefined ? {} : { value }) });
  node?.classList.remove("busy");
  return true;
}

function button(definition, context) {
  const style = { primary: " primary", danger: " danger" }[definition.style] ?? "";
  const name = definition.accessibility_label ?? null;
  const face = plain(definition.text.text, definition.text.emoji !== false);
  const send = (event) => press(definition, context, undefined, event.currentTarget);
  if (definition.url && /^https?:/i.test(definition.url)) {
    return h("a", { class: `button${style}`, href: definition.url, target: "_blank", rel: "noopener noreferrer", "aria-label": name, onclick: send }, face);
  }
  return h("button", { type: "button", class: `button${style}`, "aria-label": name, "data-press": definition.action_id, onclick: send }, face);
}

function overflow(definition, context) {
  const items = definition.options.map((option) => ({
    label: plain(option.text.text), note: option.description && plain(option.description.text),
    run: () => {
      if (option.url && /^https?:/i.test(option.url)) window.open(option.url, "_blank", "noopener");
      return press(definition, context, option.value);
    },
  }));
  return menuButton({ label: "More choices", face: "⋯", items, className: "button overflow" });
}

// ---- typing ---------------------------------------------------------------------------------------------------

const typed = (type, attributes = {}) => (definition, context) => {
  const multiline = definition.multiline || definition.type === "rich_text_input";
  const field = h(multiline ? "textarea" : "input", {
    class: "field", id: context.inputId, "aria-describedby": context.describedBy, "aria-label": context.inputId ? null : context.label,
    placeholder: definition.placeholder && plain(definition.placeholder.text), maxlength: definition.max_length,
    ...(multiline ? { rows: 4 } : { type, ...attributes }), autofocus: definition.focus_on_load,
    onkeydown: (event) => event.key === "Enter" && !multiline && spoken("on_enter_pressed"),
    oninput: () => { field.touched = true; spoken("on_character_entered"); },
  });
  const triggers = definition.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const spoken = (trigger) => context.dispatch && triggers.includes(trigger) && press(definition, context, field.read());
  field.read = () => field.value || null;
  field.write = (value) => { field.value = value ?? ""; field.touched = true; };
  field.value = context.current ?? definition.initial_value ?? "";
  return field;
};

const picker = (type, initial) => (definition, context) => {
  const field = h("input", {
    class: "field picker", type, id: context.inputId, "aria-describedby": context.describedBy, "aria-label": context.inputId ? null : context.label ?? (definition.placeholder && plain(definition.placeholder.text)),
    autofocus: definition.focus_on_load,
    onchange: async () => { field.touched = true; if (context.dispatch) await press(definition, context, field.read()); },
  });
  const moments = type === "datetime-local";
  field.read = () => (!field.value ? null : moments ? Math.round(new Date(field.value).getTime() / 1000) : field.value);
  field.write = (value) => { field.value = value === null || value === undefined ? "" : moments ? localMoment(value) : value; field.touched = true; };
  field.write(context.current ?? definition[initial]);
  field.touched = false;
  return field;
};

const localMoment = (seconds) => {
  const when = new Date(seconds * 1000);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
};

// ---- choosing -------------------------------------------------------------------------------------------------

const choice = (option, names, group) => ({
  value: option.value, raw: option.value, group,
  label: option.text.type === "mrkdwn" ? text(mrkdwn(option.text.text, names)) : plain(option.text.text),
  note: option.description && plain(option.description.text),
});
const text = (parts) => parts.map((part) => part.textContent ?? part).join("");
const choices = (found, names) =>
  found.option_groups?.flatMap((group) => group.options.map((option) => choice(option, names, plain(group.label.text)))) ??
  (found.options ?? []).map((option) => choice(option, names));

const select = (multiple, offered) => (definition, context) => {
  const { options, load, initial } = offered(definition, context);
  const current = context.current ?? initial;
  const wanted = [current ?? []].flat();
  const known = options ?? choices({ options: [definition.initial_option, definition.initial_options].flat().filter(Boolean) }, context.names);
  const node = combobox({
    options, load, multiple, most: definition.max_selected_items, least: definition.min_query_length ?? 3,
    chosen: wanted.map((value) => known.find((option) => option.value === value) ?? { value, raw: value, label: value }),
    placeholder: definition.placeholder ? plain(definition.placeholder.text) : "Choose an option", label: context.label ?? (definition.placeholder && plain(definition.placeholder.text)),
    clearable: context.optional, changed: () => context.dispatch && press(definition, context, node.read()),
  });
  node.read = () => (multiple ? node.chosen() : (node.chosen()[0] ?? null));
  return node;
};

const ofOptions = (definition, { names }) => ({
  options: choices(definition, names),
  initial: definition.initial_option?.value ?? definition.initial_options?.map((option) => option.value),
});
const ofExternal = (definition, context) => ({
  initial: definition.initial_option?.value ?? definition.initial_options?.map((option) => option.value),
  load: async (query) => choices(await context.options({ block_id: context.blockId, action_id: definition.action_id, query }), context.names),
});
const ofPeople = (definition, { places }) => ({ options: places.people(), initial: definition.initial_user ?? definition.initial_users });
const ofPlaces = (definition, { places }) => ({
  options: places.conversations(definition.filter),
  initial: definition.initial_conversation ?? definition.initial_conversations ?? (definition.default_to_current_conversation ? places.current() : undefined),
});
const ofChannels = (definition, { places }) => ({
  options: places.conversations({ include: ["public"] }), initial: definition.initial_channel ?? definition.initial_channels,
});

const marks = (type) => (definition, context) => {
  const several = type === "checkbox";
  const initial = several ? (definition.initial_options ?? []).map((option) => option.value) : definition.initial_option?.value;
  const wanted = [context.current ?? initial ?? []].flat();
  const group = h("div", { class: "marks", role: several ? "group" : "radiogroup", "aria-label": context.label, "aria-describedby": context.describedBy });
  const name = `${context.blockId}/${definition.action_id}/${(marked += 1)}`;
  for (const option of definition.options) group.append(mark(option, type, name, wanted.includes(option.value), context));
  const chosen = () => [...group.querySelectorAll("input:checked")].map((input) => input.value);
  group.addEventListener("change", () => { group.touched = true; if (context.dispatch) press(definition, context, group.read()); });
  group.read = () => (several ? chosen() : (chosen()[0] ?? null));
  group.write = (value) => { for (const input of group.querySelectorAll("input")) input.checked = [value ?? []].flat().includes(input.value); group.touched = true; };
  return group;
};
let marked = 0;

function mark(option, type, name, checked, { names }) {
  const input = h("input", { type, name, value: option.value });
  input.checked = checked;
  const words = (object) => (object.type === "mrkdwn" ? mrkdwn(object.text, names) : plain(object.text));
  return h("label", { class: "mark" }, input, h("span", {}, words(option.text), option.description && h("small", {}, words(option.description))));
}

// ---- handing over files ---------------------------------------------------------------------------------------

function fileInput(definition, context) {
  const files = [];
  const shown = h("ul", { class: "file-list" });
  const types = definition.filetypes?.map((type) => `.${type}`).join(",");
  const chooser = h("input", { type: "file", id: context.inputId, "aria-label": context.label, accept: types, multiple: (definition.max_files ?? 10) > 1, onchange: () => add(chooser.files) });
  const node = h("div", {
    class: "drop", ondragover: (event) => { event.preventDefault(); node.classList.add("over"); },
    ondragleave: () => node.classList.remove("over"),
    ondrop: (event) => { event.preventDefault(); event.stopPropagation(); node.classList.remove("over"); add(event.dataTransfer.files); },
  }, h("span", {}, "Drop a file here, or choose one"), chooser, shown);
  async function add(chosen) {
    for (const file of [...chosen].slice(0, (definition.max_files ?? 10) - files.length)) {
      const kept = await context.upload(file);
      if (kept) files.push(kept);
    }
    node.touched = true;
    chooser.value = "";
    draw();
  }
  const draw = () => shown.replaceChildren(...files.map((file, index) =>
    h("li", {}, file.name, h("button", { type: "button", class: "link", "aria-label": `Remove ${file.name}`, onclick: () => { files.splice(index, 1); draw(); } }, "Remove"))));
  node.read = () => files.map((file) => file.id);
  node.write = () => undefined;
  node.takeOver = (old) => { files.push(...(old.kept ?? [])); draw(); };
  node.kept = files;
  return node;
}

const image = (definition) => h("img", { class: "accessory-image", src: definition.image_url, alt: definition.alt_text ?? "" });

const MAKERS = {
  button,
  workflow_button: button,
  overflow,
  image,
  plain_text_input: typed("text"),
  rich_text_input: typed("text"),
  number_input: typed("text", { inputmode: "decimal" }),
  url_text_input: typed("url", { inputmode: "url" }),
  email_text_input: typed("email", { inputmode: "email" }),
  datepicker: picker("date", "initial_date"),
  timepicker: picker("time", "initial_time"),
  datetimepicker: picker("datetime-local", "initial_date_time"),
  static_select: select(false, ofOptions),
  multi_static_select: select(true, ofOptions),
  external_select: select(false, ofExternal),
  multi_external_select: select(true, ofExternal),
  users_select: select(false, ofPeople),
  multi_users_select: select(true, ofPeople),
  conversations_select: select(false, ofPlaces),
  multi_conversations_select: select(true, ofPlaces),
  channels_select: select(false, ofChannels),
  multi_channels_select: select(true, ofChannels),
  checkboxes: marks("checkbox"),
  radio_buttons: marks("radio"),
  file_input: fileInput,
};
