"""The pieces every layout is made of, each within Slack's limits (text here is mrkdwn, already escaped)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.blocks.text import clip

Block = dict[str, Any]

SECTION, HEADER, CONTEXT, BUTTON, VALUE, TITLE, OPTION, LABEL, PLACEHOLDER, ALT = (
    3000,
    150,
    2000,
    75,
    2000,
    24,
    75,
    2000,
    150,
    2000,
)
TYPED = 3000  # characters a plain_text_input holds


def plain(text: str, limit: int) -> Block:
    """A plain_text object."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}


def mrkdwn(text: str, limit: int = SECTION) -> Block:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": clip(text, limit)}


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: str, accessory: Block | None = None, *, block_id: str = "") -> Block:
    """A paragraph, with a button beside it where one is given."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return _with(block, accessory=accessory, block_id=block_id)


def fields(pairs: Sequence[tuple[str, str]]) -> Block:
    """Up to ten short texts in two columns, each under its name."""
    return {"type": "section", "fields": [mrkdwn(f"*{name}*\n{text}", 2000) for name, text in pairs[:10]]}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text, CONTEXT) for text in texts[:10]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def button(label: str, action_id: str, value: str = "", *, style: str = "", confirm: Block | None = None) -> Block:
    """A button; ``value`` is usually a row's id. Action ids may end in ``:something`` to stay unique in a block."""
    block: Block = {"type": "button", "text": plain(label, BUTTON), "action_id": action_id}
    return _with(block, value=clip(value, VALUE), style=style, confirm=confirm)


def confirm(title: str, text: str, yes: str = "Yes", no: str = "No") -> Block:
    """The question asked before a button acts."""
    return {
        "title": plain(title, 100),
        "text": mrkdwn(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def actions(elements: Sequence[Block], *, block_id: str = "") -> Block:
    """A row of buttons or menus (at most 25)."""
    return _with({"type": "actions", "elements": list(elements[:25])}, block_id=block_id)


def option(value: str, label: str, description: str = "") -> Block:
    """One choice of a menu."""
    made: Block = {"text": plain(label, OPTION), "value": clip(value, 75)}
    return made | ({"description": plain(description, 75)} if description else {})


def options(choices: Mapping[str, str] | Iterable[str]) -> list[Block]:
    """Choices of a menu, at most 100: value → label, or values that are their own label."""
    pairs = choices.items() if isinstance(choices, Mapping) else ((word, word) for word in choices)
    return [option(value, label) for value, label in pairs][:100]


def select(
    field: str,
    label: str,
    choices: Mapping[str, str] | Iterable[str],
    *,
    chosen: str | None = None,
    hint: str = "",
    optional: bool = False,
    placeholder: str = "",
) -> Block:
    """An input where one of several is chosen."""
    element = _choice("static_select", field, options(choices), chosen)
    if placeholder:
        element["placeholder"] = plain(placeholder, PLACEHOLDER)
    return entry(field, label, element, hint=hint, optional=optional)


def radio(
    field: str,
    label: str,
    choices: Mapping[str, str],
    *,
    chosen: str | None = None,
    hint: str = "",
    optional: bool = False,
) -> Block:
    """An input where one of at most ten is chosen, all in sight."""
    return entry(
        field, label, _choice("radio_buttons", field, options(choices)[:10], chosen), hint=hint, optional=optional
    )


def _choice(kind: str, field: str, made: list[Block], chosen: str | None) -> Block:
    initial = next((one for one in made if one["value"] == chosen), None)
    return _with({"type": kind, "action_id": field, "options": made}, initial_option=initial)


def several(
    field: str,
    label: str,
    choices: Mapping[str, str],
    *,
    chosen: Sequence[str] = (),
    hint: str = "",
    optional: bool = False,
) -> Block:
    """An input where any number is chosen; those chosen stay in their order."""
    made = options(choices)
    by_value = {one["value"]: one for one in made}
    element = _with(
        {"type": "multi_static_select", "action_id": field, "options": made},
        initial_options=[by_value[value] for value in chosen if value in by_value],
    )
    return entry(field, label, element, hint=hint, optional=optional)


def checkboxes(
    field: str, label: str, choices: Mapping[str, str], *, chosen: Sequence[str] = (), optional: bool = True
) -> Block:
    """An input of at most ten boxes."""
    made = options(choices)[:10]
    element = _with(
        {"type": "checkboxes", "action_id": field, "options": made},
        initial_options=[one for one in made if one["value"] in chosen],
    )
    return entry(field, label, element, optional=optional)


def text_input(
    field: str,
    label: str,
    *,
    value: str = "",
    hint: str = "",
    placeholder: str = "",
    optional: bool = False,
    multiline: bool = False,
    limit: int = TYPED,
) -> Block:
    """An input for words; numbers are typed here, too, and read by ``forms.number``."""
    element: Block = {"type": "plain_text_input", "action_id": field, "max_length": min(limit, TYPED)}
    element = _with(element, multiline=multiline, initial_value=value[: min(limit, TYPED)])
    if placeholder:
        element["placeholder"] = plain(placeholder, PLACEHOLDER)
    return entry(field, label, element, hint=hint, optional=optional)


def date_input(field: str, label: str, *, value: date | None = None, hint: str = "", optional: bool = False) -> Block:
    """An input for a day."""
    element = _with({"type": "datepicker", "action_id": field}, initial_date=value.isoformat() if value else "")
    return entry(field, label, element, hint=hint, optional=optional)


def user_input(field: str, label: str, *, value: str = "", hint: str = "", optional: bool = False) -> Block:
    """An input for one person."""
    element = _with({"type": "users_select", "action_id": field}, initial_user=value)
    return entry(field, label, element, hint=hint, optional=optional)


def users_input(field: str, label: str, *, value: Sequence[str] = (), hint: str = "", optional: bool = False) -> Block:
    """An input for several people."""
    element = _with({"type": "multi_users_select", "action_id": field}, initial_users=list(value))
    return entry(field, label, element, hint=hint, optional=optional)


def place_input(field: str, label: str, *, value: str = "", hint: str = "", optional: bool = False) -> Block:
    """An input for a channel, or a conversation with one person."""
    element = _with({"type": "conversations_select", "action_id": field}, initial_conversation=value)
    return entry(field, label, element, hint=hint, optional=optional)


def entry(field: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """An input block whose block_id is the model's field, so that an error finds it."""
    block: Block = {"type": "input", "block_id": field, "label": plain(label, LABEL), "element": element}
    block = _with(block, optional=optional)
    return block | ({"hint": plain(hint, LABEL)} if hint else {})


def image(url: str, alt_text: str, title: str = "") -> Block:
    """A picture by its address."""
    block: Block = {"type": "image", "image_url": url, "alt_text": clip(alt_text, ALT)}
    return block | ({"title": plain(title, ALT)} if title else {})


def slack_image(file_id: str, alt_text: str) -> Block:
    """A picture that was uploaded to Slack."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": clip(alt_text, ALT)}


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str = "Save",
    close: str = "Cancel",
    metadata: str = "",
    notify_on_close: bool = False,
) -> Block:
    """A modal view; ``submit=""`` for one that only shows."""
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE),
        "close": plain(close, TITLE),
        "blocks": list(blocks[:100]),
    }
    if submit:
        view["submit"] = plain(submit, TITLE)
    return _with(view, private_metadata=metadata, notify_on_close=notify_on_close)


def _with(block: Block, **more: Any) -> Block:
    return block | {name: value for name, value in more.items() if value not in (None, "", False, [])}
