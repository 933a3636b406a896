"""What messages, modals and App Homes may hold; a breach is told as Slack tells it, with a JSON pointer.

Source: docs/slack.md, Size.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.limits_elements import (
    ACTIONS_ELEMENTS,
    CONTEXT_ELEMENTS,
    ID,
    INPUT_ELEMENTS,
    SECTION_ELEMENTS,
    URL,
    image_source,
    slack_file,
)
from bot.sandbox.rules import (
    Problems,
    Rule,
    anything,
    boolean,
    by_type,
    items,
    one_of,
    plain,
    record,
    string,
    text,
)
from bot.sandbox.workspace import File

MESSAGE_BLOCKS = 50
MODAL_BLOCKS = 100
# Source: docs/slack.md, Size: msg_blocks_too_long near 13,200 characters.
MESSAGE_TEXT = 13_200
VIEW_BYTES = 250 * 1024
PRIVATE_METADATA = 3000
FALLBACK_TEXT = 40_000
FindFile = Callable[[dict[str, Any]], File | None]


def _text_or_fields(block: Any, pointer: str, problems: Problems) -> None:
    if not block.get("text") and not block.get("fields"):
        problems.add("missing required field: text or fields", pointer)


def _action_ids_differ(block: Any, pointer: str, problems: Problems) -> None:
    seen: set[str] = set()
    for index, element in enumerate(block.get("elements") or []):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if action_id in seen:
            problems.add(f"`action_id` already exists: {action_id}", f"{pointer}/elements/{index}/action_id")
        elif action_id:
            seen.add(action_id)


def _block(required: dict[str, Rule], optional: dict[str, Rule] | None = None, *also: Rule) -> Rule:
    return record({"type": anything, **required}, {"block_id": ID, **(optional or {})}, *also)


_cell = by_type(
    {
        "raw_text": record({"type": anything, "text": string(3000)}),
        "rich_text": record({"type": anything, "elements": items(anything, 100)}, {"block_id": ID}),
    }
)
# Source: docs.slack.dev, "Rich text block": the four kinds of section.
_rich = record(
    {"type": anything, "elements": items(anything, 1000, 0)},
    {"style": anything, "indent": anything, "offset": anything, "border": anything},
)
_rich_element = by_type(
    dict.fromkeys(("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"), _rich)
)
_column = record({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Rule] = {
    "section": _block(
        {},
        {
            "text": text(3000),
            "fields": items(text(2000), 10),
            "accessory": by_type(SECTION_ELEMENTS),
            "expand": boolean,
        },
        _text_or_fields,
    ),
    "divider": _block({}),
    "header": _block({"text": plain(150)}),
    "context": _block({"elements": items(by_type(CONTEXT_ELEMENTS), 10)}),
    "actions": _block({"elements": items(by_type(ACTIONS_ELEMENTS), 25)}, None, _action_ids_differ),
    "input": _block(
        {"label": plain(2000), "element": by_type(INPUT_ELEMENTS)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": _block(
        {"alt_text": string(2000, 1)}, {"image_url": URL, "slack_file": slack_file, "title": plain(2000)}, image_source
    ),
    "rich_text": _block({"elements": items(_rich_element, 100)}),
}
MESSAGE_ONLY: dict[str, Rule] = {
    "markdown": _block({"text": string(12_000, 1)}),
    "table": _block({"rows": items(items(_cell, 20), 100)}, {"column_settings": items(_column, 20, 0)}),
}
# Newer blocks a workspace may still refuse; they pass only when the sandbox is told to know them.
NEWER: dict[str, Rule] = dict.fromkeys(("data_visualization", "data_table", "alert", "card"), anything)


def elements(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every interactive or image element of a block."""
    several = block.get("elements")
    for one in (block.get("accessory"), block.get("element"), *(several if isinstance(several, list) else ())):
        if isinstance(one, dict):
            yield one


def _block_ids_differ(blocks: list[Any], pointer: str, problems: Problems) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if block_id in seen:
            problems.add(f"`block_id` already exists: {block_id}", f"{pointer}/{index}/block_id")
        elif block_id:
            seen.add(block_id)


def _blocks(value: Any, pointer: str, problems: Problems, table: dict[str, Rule], maximum: int) -> None:
    items(by_type(table), maximum, 0)(value, pointer, problems)
    if not problems.misshapen:
        _block_ids_differ(value, pointer, problems)


def _one_table(blocks: list[Any], problems: Problems) -> None:
    tables = [index for index, block in enumerate(blocks) if isinstance(block, dict) and block.get("type") == "table"]
    for index in tables[1:]:
        problems.add("only one table allowed", f"/blocks/{index}")


def _without_files(blocks: list[Any], problems: Problems) -> None:
    for index, block in enumerate(blocks):
        element = block.get("element") if isinstance(block, dict) else None
        if isinstance(element, dict) and element.get("type") == "file_input":
            problems.add("unsupported type: file_input", f"/blocks/{index}/element/type")


def message_problems(blocks: Any, find_file: FindFile, *, newer: bool = False) -> list[str]:
    """What is wrong with a message's blocks."""
    problems = Problems(context={"file": find_file})
    _blocks(blocks, "/blocks", problems, {**BLOCKS, **MESSAGE_ONLY, **(NEWER if newer else {})}, MESSAGE_BLOCKS)
    if not problems.misshapen:
        _one_table(blocks, problems)
        _without_files(blocks, problems)
    return problems.messages


def text_length(node: Any) -> int:
    """How many characters of text blocks hold in all."""
    if isinstance(node, dict):
        own = node.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(text_length(one) for one in node.values())
    return sum(text_length(one) for one in node) if isinstance(node, list) else 0


_modal = record(
    {"type": anything, "title": plain(24), "blocks": anything},
    {
        "submit": plain(24),
        "close": plain(24),
        "private_metadata": string(PRIVATE_METADATA),
        "callback_id": ID,
        "external_id": ID,
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_home = record(
    {"type": anything, "blocks": anything},
    {"private_metadata": string(PRIVATE_METADATA), "callback_id": ID, "external_id": ID},
)


def _submit_with_input(view: dict[str, Any], problems: Problems) -> None:
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_input and not view.get("submit"):
        problems.add("missing required field: submit", "/view")


def _one_focus(view: dict[str, Any], problems: Problems) -> None:
    focused = [
        index
        for index, block in enumerate(view["blocks"])
        if isinstance(block, dict)
        for one in elements(block)
        if one.get("focus_on_load")
    ]
    for index in focused[1:]:
        problems.add("only one element may have focus_on_load", f"/view/blocks/{index}")


def view_problems(view: Any, find_file: FindFile, kind: str) -> list[str]:
    """What is wrong with a modal (``kind`` modal) or an App Home (``home``)."""
    problems = Problems(context={"file": find_file})
    if not isinstance(view, dict):
        problems.must_provide("an object", "/view")
        return problems.messages
    if view.get("type") != kind:
        problems.add(f"must be {kind}", "/view/type")
        return problems.messages
    (_modal if kind == "modal" else _home)(view, "/view", problems)
    if isinstance(view.get("blocks"), list):
        _blocks(view["blocks"], "/view/blocks", problems, BLOCKS, MODAL_BLOCKS)
        if not problems.misshapen:
            _submit_with_input(view, problems)
            _one_focus(view, problems)
    elif view.get("blocks") is not None:
        problems.must_provide("an array", "/view/blocks")
    return problems.messages


def view_too_large(view: Any) -> bool:
    """Whether a view is above 250 KB."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES
