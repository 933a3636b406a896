"""What block elements may hold.

Source: docs/slack.md, Size; docs.slack.dev, "Block Kit: block elements", where that table is silent.
"""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.rules import Problems, Rule, anything, boolean, items, one_of, plain, record, string, text, whole

ID = string(255)
URL = string(3000, 1)
INPUT_ONLY = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif")

confirm = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
# Source: docs/slack.md, Size: 75 for an option's text and for its value.
OPTION_VALUE = 75
strict_option = record({"text": text(75), "value": string(OPTION_VALUE, 1)}, {"description": text(75), "url": URL})
plain_option = record({"text": plain(75), "value": string(OPTION_VALUE, 1)}, {"description": plain(75), "url": URL})
option_group = record({"label": plain(75), "options": items(plain_option, 100)})


def matches(pattern: str, what: str) -> Rule:
    """A string of a certain form."""
    form = re.compile(pattern)

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str) or not form.fullmatch(value):
            problems.add(f"must be {what}", pointer)

    return check


DATE = matches(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a date as YYYY-MM-DD")
TIME = matches(r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm")


def offered(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Every option an element lists, groups opened."""
    groups = element.get("option_groups") or []
    inner = [one for group in groups if isinstance(group, dict) for one in group.get("options") or []]
    return [one for one in [*(element.get("options") or []), *inner] if isinstance(one, dict)]


def _initial_is_offered(element: Any, pointer: str, problems: Problems) -> None:
    values = [one.get("value") for one in offered(element)]
    several = element.get("initial_options") or []
    chosen = [("initial_option", element["initial_option"])] if element.get("initial_option") else []
    chosen += [(f"initial_options/{index}", one) for index, one in enumerate(several)]
    for name, one in chosen:
        if not isinstance(one, dict) or one.get("value") not in values:
            problems.add("initial option must match one of the options", f"{pointer}/{name}")


def _values_differ(element: Any, pointer: str, problems: Problems) -> None:
    values = [one.get("value") for one in offered(element)]
    if len(values) != len(set(map(str, values))):
        problems.add("option values must be unique", f"{pointer}/options")


def _one_list(element: Any, pointer: str, problems: Problems) -> None:
    if bool(element.get("options")) == bool(element.get("option_groups")):
        problems.add("exactly one of options and option_groups must be provided", pointer)


def image_source(element: Any, pointer: str, problems: Problems) -> None:
    """A picture comes from one place: an address, or a file that is ready."""
    if bool(element.get("image_url")) == bool(element.get("slack_file")):
        problems.add("exactly one of image_url and slack_file must be provided", pointer)
    url = element.get("image_url")
    if isinstance(url, str) and url and not url.startswith(("http://", "https://")):
        problems.add("must be a valid URL", f"{pointer}/image_url")
    if isinstance(element.get("slack_file"), dict):
        _slack_file(element["slack_file"], f"{pointer}/slack_file", problems)


def _slack_file(reference: dict[str, Any], pointer: str, problems: Problems) -> None:
    """A slack_file must be an image whose processing is done; ``context['files']`` looks it up."""
    find = problems.context.get("file")
    found = find(reference) if find else None
    if found is None or not found.ready or found.mimetype not in IMAGE_TYPES:
        problems.add("invalid slack file", pointer)


slack_file = record({}, {"id": string(255, 1), "url": URL})
image_element = record(
    {"type": anything, "alt_text": string(2000, 1)},
    {"image_url": URL, "slack_file": slack_file},
    image_source,
)

_acts = {"action_id": ID, "confirm": confirm}
_field = {"action_id": ID, "placeholder": plain(150), "focus_on_load": boolean}
_choice = {**_field, "confirm": confirm}
_listed = {"options": items(plain_option, 100), "option_groups": items(option_group, 100)}
_several = {"max_selected_items": whole(1, 100)}
_filter = record(
    {}, {"include": items(anything, 4), "exclude_external_shared_channels": boolean, "exclude_bot_users": boolean}
)
_dispatch = record({}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)})
_typed = {**_field, "dispatch_action_config": _dispatch}
_conversation = {"filter": _filter, "default_to_current_conversation": boolean, "response_url_enabled": boolean}


def _element(required: dict[str, Rule], optional: dict[str, Rule], *also: Rule) -> Rule:
    return record({"type": anything, **required}, optional, *also)


def _boxes(initial: dict[str, Rule]) -> Rule:
    optional = {**_acts, "focus_on_load": boolean, **initial}
    return _element({"options": items(strict_option, 10)}, optional, _initial_is_offered, _values_differ)


ELEMENTS: dict[str, Rule] = {
    "button": _element(
        {"text": plain(75)},
        {
            **_acts,
            "url": URL,
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "accessibility_label": string(75),
        },
    ),
    "overflow": _element({"options": items(plain_option, 5)}, _acts, _values_differ),
    "checkboxes": _boxes({"initial_options": items(strict_option, 10)}),
    "radio_buttons": _boxes({"initial_option": strict_option}),
    "static_select": _element(
        {}, {**_choice, **_listed, "initial_option": plain_option}, _one_list, _initial_is_offered, _values_differ
    ),
    "multi_static_select": _element(
        {},
        {**_choice, **_listed, **_several, "initial_options": items(plain_option, 100)},
        _one_list,
        _initial_is_offered,
        _values_differ,
    ),
    "external_select": _element({}, {**_choice, "min_query_length": whole(0, 75), "initial_option": plain_option}),
    "multi_external_select": _element(
        {}, {**_choice, **_several, "min_query_length": whole(0, 75), "initial_options": items(plain_option, 100)}
    ),
    "users_select": _element({}, {**_choice, "initial_user": ID}),
    "multi_users_select": _element({}, {**_choice, **_several, "initial_users": items(ID, 100, 0)}),
    "conversations_select": _element({}, {**_choice, **_conversation, "initial_conversation": ID}),
    "multi_conversations_select": _element(
        {}, {**_choice, **_conversation, **_several, "initial_conversations": items(ID, 100, 0)}
    ),
    "channels_select": _element({}, {**_choice, "response_url_enabled": boolean, "initial_channel": ID}),
    "multi_channels_select": _element({}, {**_choice, **_several, "initial_channels": items(ID, 100, 0)}),
    "datepicker": _element({}, {**_choice, "initial_date": DATE}),
    "timepicker": _element({}, {**_choice, "initial_time": TIME, "timezone": string(64)}),
    "datetimepicker": _element(
        {},
        {"action_id": ID, "confirm": confirm, "focus_on_load": boolean, "initial_date_time": whole(0, 9_999_999_999)},
    ),
    "plain_text_input": _element(
        {},
        {
            **_typed,
            "multiline": boolean,
            "initial_value": string(3000),
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
    ),
    "email_text_input": _element({}, {**_typed, "initial_value": string(3000)}),
    "url_text_input": _element({}, {**_typed, "initial_value": string(3000)}),
    "number_input": _element(
        {"is_decimal_allowed": boolean},
        {**_typed, "initial_value": string(100), "min_value": string(100), "max_value": string(100)},
    ),
    "rich_text_input": _element({}, {**_typed, "initial_value": anything}),
    "file_input": _element({}, {"action_id": ID, "filetypes": items(string(20, 1), 100), "max_files": whole(1, 10)}),
    "image": image_element,
}

SECTION_ELEMENTS = {
    kind: rule for kind, rule in ELEMENTS.items() if kind not in INPUT_ONLY and kind != "datetimepicker"
}
# Source: docs.slack.dev, "Actions block": single selects only; images and text inputs have their own blocks.
ACTIONS_ELEMENTS = {
    kind: rule
    for kind, rule in ELEMENTS.items()
    if kind not in INPUT_ONLY and kind != "image" and not kind.startswith("multi_")
}
INPUT_ELEMENTS = {kind: rule for kind, rule in ELEMENTS.items() if kind not in ("button", "overflow", "image")}
CONTEXT_ELEMENTS: dict[str, Rule] = {
    "image": image_element,
    "plain_text": plain(2000),
    "mrkdwn": text(2000, ("mrkdwn",)),
}
