// A select with typeahead, single or multiple, its choices known at once or asked for while typing.
//
// An option is {value, label, note?, group?, raw}. `load(query)` gives a promise of options; with `load` the list is
// asked for as the person types (external_select).
import { h, nodes, patch } from "./dom.js";
import { placeBeside } from "./menu.js";

let serial = 0;

export function combobox(settings) {
  const { options = [], chosen = [], multiple = false, placeholder = "Choose…", label, load, most = Infinity, least = 0, changed } = settings;
  const id = `list-${(serial += 1)}`;
  const state = { chosen: [...chosen], shown: [], active: -1, asked: 0 };
  const chips = h("span", { class: "chips" });
  const list = h("div", { class: "listbox", role: "listbox", id, popover: "manual", "aria-label": label ?? placeholder, "aria-multiselectable": multiple ? "true" : null });
  const input = h("input", {
    class: "combo-input", role: "combobox", type: "text", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", "aria-label": label, placeholder,
    onfocus: () => !multiple && input.select(), onclick: open, onblur: close, onkeydown: keyed,
    oninput: () => { open(); find(); },
  });
  const clear = h("button", { type: "button", class: "combo-clear", "aria-label": "Clear the choice", title: "Clear", onclick: () => commit([]) }, "×");
  const root = h("div", { class: multiple ? "combo multiple" : "combo" }, chips, input, clear, h("span", { class: "combo-arrow", "aria-hidden": "true" }, "▾"), list);
  root.addEventListener("pointerdown", (event) => {
    if (event.target !== root && !event.target.matches(".chips, .combo-arrow")) return;
    event.preventDefault();
    input.focus();
    open();
  });

  function open() {
    if (list.matches(":popover-open") || !list.isConnected) return;
    list.showPopover();
    input.setAttribute("aria-expanded", "true");
    find(true);
  }

  function close() {
    if (list.matches(":popover-open")) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    showChosen();
  }

  async function find(fresh = false) {
    const query = fresh || isShownChoice() ? "" : input.value.trim();
    const turn = (state.asked += 1);
    if (!load) return show(options.filter((option) => matches(option, query)));
    if (query.length < least) return show([], `Type ${least - query.length} more character${least - query.length > 1 ? "s" : ""} to search`);
    show([], "Loading…");
    const found = await load(query).catch(() => null);
    if (turn !== state.asked) return undefined; // a later question is on its way
    return show(found ?? [], found ? "No results" : "Couldn't load the choices");
  }

  const isShownChoice = () => !multiple && state.chosen[0]?.label === input.value;

  function show(found, nothing = "No results") {
    state.shown = found;
    state.active = Math.max(0, found.findIndex((option) => isChosen(option)));
    draw(nothing);
  }

  function draw(nothing = "No results") {
    const rows = [];
    state.shown.forEach((option, index) => {
      if (option.group && option.group !== state.shown[index - 1]?.group) rows.push(h("div", { class: "group", role: "presentation" }, option.group));
      rows.push(row(option, index));
    });
    patch(list, rows.length ? rows : h("div", { class: "nothing" }, nothing));
    list.children.length && state.shown.length ? input.setAttribute("aria-activedescendant", `${id}-${state.active}`) : input.removeAttribute("aria-activedescendant");
    placeBeside(root, list, { sameWidth: true });
    list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }

  const isChosen = (option) => state.chosen.some((one) => one.value === option.value);

  function row(option, index) {
    return h("div", {
      id: `${id}-${index}`, role: "option", class: index === state.active ? "option active" : "option",
      "aria-selected": String(isChosen(option)), onpointerdown: (event) => { event.preventDefault(); pick(option); },
    }, h("span", { class: "option-label" }, option.label), option.note && h("small", {}, option.note), isChosen(option) && h("span", { class: "tick", "aria-hidden": "true" }, "✓"));
  }

  function pick(option) {
    if (!multiple) {
      commit([option]);
      close();
      return input.select(); // typing on replaces the choice
    }
    const rest = state.chosen.filter((one) => one.value !== option.value);
    if (rest.length === state.chosen.length && rest.length >= most) return undefined;
    commit(rest.length === state.chosen.length ? [...rest, option] : rest);
    input.value = "";
    return find(true);
  }

  function commit(next) {
    state.chosen = next;
    root.touched = true;
    showChosen();
    changed?.(next.map((option) => option.raw));
  }

  function showChosen() {
    clear.hidden = multiple || !state.chosen.length || !settings.clearable;
    if (!multiple) {
      input.value = state.chosen[0]?.label ?? "";
      return;
    }
    input.value = "";
    input.placeholder = state.chosen.length ? "" : placeholder;
    patch(chips, state.chosen.map((option) => chip(option)));
  }

  const chip = (option) =>
    h("span", { class: "chip", key: option.value }, option.label, h("button", {
      type: "button", "aria-label": `Remove ${option.label}`, onclick: () => commit(state.chosen.filter((one) => one.value !== option.value)),
    }, "×"));

  function keyed(event) {
    const { key } = event;
    const isOpen = list.matches(":popover-open");
    if (key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      return close();
    }
    if (key === "Backspace" && multiple && !input.value && state.chosen.length) return commit(state.chosen.slice(0, -1));
    if (key === "Enter" && isOpen) {
      event.preventDefault();
      return state.shown[state.active] && pick(state.shown[state.active]);
    }
    if (key !== "ArrowDown" && key !== "ArrowUp") return undefined;
    event.preventDefault();
    if (!isOpen) return open();
    const count = state.shown.length;
    if (count) state.active = (state.active + (key === "ArrowDown" ? 1 : count - 1)) % count;
    return draw();
  }

  root.chosen = () => state.chosen.map((option) => option.raw);
  root.choose = (next) => { state.chosen = next; root.touched = true; showChosen(); };
  root.takeOver = (old) => old.touched && root.choose(old.options?.() ?? []);
  root.options = () => state.chosen;
  root.meanwhile = (fresh) => {
    if (root.touched || list.matches(":popover-open")) return;
    state.chosen = fresh.options();
    showChosen();
  };
  showChosen();
  return root;
}

const matches = (option, query) => nodes([option.label, option.note ?? ""]).some((node) => node.data.toLowerCase().includes(query.toLowerCase()));
