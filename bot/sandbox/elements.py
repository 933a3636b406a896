"""Inputs: from the plain value a person gives to the state Slack sends, and what Slack's client checks before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.sandbox.limits import elements
from bot.sandbox.limits_elements import offered
from bot.sandbox.refusal import Impossible

Plain = Any
Values = dict[str, dict[str, Plain]]
Shape = dict[str, Any]

TEXTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
# type → (field of the state, field of the element with what it starts with)
SINGLE = {
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
SEVERAL = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
ONE_OPTION = ("static_select", "external_select", "radio_buttons")
MANY_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
STATEFUL = (*TEXTS, *SINGLE, *SEVERAL, *ONE_OPTION, *MANY_OPTIONS, "rich_text_input", "file_input")
LONGEST_TEXT = 3000
REQUIRED = "Please complete this required field."


def stateful(blocks: Sequence[Shape]) -> Iterator[tuple[Shape, Shape]]:
    """Each (block, element) that holds a value."""
    for block in blocks:
        for element in elements(block):
            if element.get("type") in STATEFUL:
                yield block, element


def ids(blocks: Sequence[Shape]) -> set[tuple[str, str]]:
    """By what the elements that hold a value are told apart."""
    return {(block["block_id"], element["action_id"]) for block, element in stateful(blocks)}


def initial(element: Shape) -> Plain:
    """The plain value an element starts with."""
    kind = element["type"]
    if kind in SINGLE:
        return element.get(SINGLE[kind][1])
    if kind in SEVERAL:
        return list(element.get(SEVERAL[kind][1]) or [])
    if kind in ONE_OPTION:
        return (element.get("initial_option") or {}).get("value")
    if kind in MANY_OPTIONS:
        return [one["value"] for one in element.get("initial_options") or []]
    if kind == "file_input":
        return []
    return element.get("initial_value") if kind in TEXTS else None


def initial_values(blocks: Sequence[Shape], kept: Values | None = None, here: str = "") -> Values:
    """The values of all elements; ``kept`` wins where the same ids still stand (as after views.update).

    ``here`` is the channel of the command or button: some selects start with it.
    """
    values: Values = {}
    for block, element in stateful(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        before = (kept or {}).get(block_id, {})
        chosen = before[action_id] if action_id in before else initial(element)
        if chosen is None and here and element.get("default_to_current_conversation"):
            chosen = here
        values.setdefault(block_id, {})[action_id] = chosen
    return values


def state(
    blocks: Sequence[Shape],
    values: Values,
    options: Callable[[Shape, Shape], list[Shape]],
    files: Callable[[str], Shape],
) -> Shape:
    """Slack's ``state.values``."""
    made: Shape = {}
    for block, element in stateful(blocks):
        plain = values.get(block["block_id"], {}).get(element["action_id"])
        fields = chosen(element, plain, options(block, element), files)
        made.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], **fields}
    return made


def chosen(element: Shape, plain: Plain, options: list[Shape], files: Callable[[str], Shape]) -> Shape:
    """The fields by which a state (or an action) tells an element's value."""
    kind = element["type"]
    if kind in SINGLE or kind in SEVERAL:
        return {SINGLE[kind][0]: plain} if kind in SINGLE else {SEVERAL[kind][0]: list(plain or [])}
    if kind in ONE_OPTION:
        return {"selected_option": None if plain in (None, "") else option(options, plain, element)}
    if kind in MANY_OPTIONS:
        return {"selected_options": [option(options, one, element) for one in plain or []]}
    if kind == "file_input":
        return {"files": [files(one) for one in plain or []]}
    if kind == "rich_text_input":
        return {"rich_text_value": _rich(plain)}
    return {"value": None if plain in (None, "") else str(plain)}


def option(options: list[Shape], value: str, element: Shape) -> Shape:
    """The option with that value, or with that text.

    Raises:
        Impossible: It is not offered; the sentence lists what is.
    """
    for one in options:
        if one.get("value") == value:
            return one
    for one in options:
        if one["text"]["text"] == value:
            return one
    seen = ", ".join(str(one.get("value")) for one in options) or "nothing"
    raise Impossible(f"{value!r} is not offered by {element.get('action_id')}; offered: {seen}")


def _rich(plain: Plain) -> Shape | None:
    if not plain:
        return None
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(plain)}]}
    return {"type": "rich_text", "elements": [section]}


def refusals(blocks: Sequence[Shape], values: Values, file_name: Callable[[str], str]) -> dict[str, str]:
    """What Slack's client refuses before anything is sent: block_id → the text under the field."""
    found = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        plain = values.get(block["block_id"], {}).get(element["action_id"])
        reason = _refusal(element, plain, optional=bool(block.get("optional")), file_name=file_name)
        if reason:
            found[block["block_id"]] = reason
    return found


def _refusal(element: Shape, plain: Plain, *, optional: bool, file_name: Callable[[str], str]) -> str:
    if plain is None or plain in ("", []):
        return "" if optional else REQUIRED
    check = _CHECKS.get(element["type"])
    if element["type"] == "file_input":
        return _files(element, [file_name(one) for one in plain])
    return check(element, plain) if check else ""


def _length(element: Shape, plain: Plain) -> str:
    longest, shortest = element.get("max_length", LONGEST_TEXT), element.get("min_length", 0)
    if len(plain) > longest:
        return f"Must be at most {longest} characters; this has {len(plain)}."
    if len(plain) < shortest:
        return f"Must be at least {shortest} characters."
    return ""


def _number(element: Shape, plain: Plain) -> str:
    form = r"-?\d*\.?\d+" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(r"-?\d*\.?\d+", str(plain).strip()):
        return "Must be a number."
    if not re.fullmatch(form, str(plain).strip()):
        return "Must be a whole number."
    number = float(plain)
    if element.get("min_value") not in (None, "") and number < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if element.get("max_value") not in (None, "") and number > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return ""


def _email(_element: Shape, plain: Plain) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", plain) else "Must be an email address."


def _url(_element: Shape, plain: Plain) -> str:
    return "" if re.fullmatch(r"https?://[^\s]+", plain) else "Must be a link that begins with https:// or http://."


def _date(_element: Shape, plain: Plain) -> str:
    return "" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(plain)) else "Must be a date."


def _time(_element: Shape, plain: Plain) -> str:
    return "" if re.fullmatch(r"\d{2}:\d{2}", str(plain)) else "Must be a time."


def _count(element: Shape, plain: Plain) -> str:
    most = element.get("max_selected_items")
    return f"Choose at most {most}." if most and len(plain) > most else ""


def _files(element: Shape, names: list[str]) -> str:
    most = element.get("max_files", 10)
    if len(names) > most:
        return f"At most {most} {'file' if most == 1 else 'files'}."
    allowed = [one.lower().lstrip(".") for one in element.get("filetypes") or []]
    wrong = [name for name in names if allowed and name.rsplit(".", 1)[-1].lower() not in allowed]
    return f"{wrong[0]} is not one of: {', '.join(allowed)}." if wrong else ""


_CHECKS: dict[str, Callable[[Shape, Plain], str]] = {
    "plain_text_input": _length,
    "number_input": _number,
    "email_text_input": _email,
    "url_text_input": _url,
    "datepicker": _date,
    "timepicker": _time,
    **dict.fromkeys(("multi_static_select", "multi_external_select", *SEVERAL), _count),
}


def listed(element: Shape) -> list[Shape]:
    """Options an element lists itself, and those it starts with."""
    started = [element["initial_option"]] if element.get("initial_option") else []
    return [*offered(element), *started, *(element.get("initial_options") or [])]
