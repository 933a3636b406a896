"""Blocks and views used by several tests."""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]


def plain(text: str) -> Shape:
    return {"type": "plain_text", "text": text}


def section(text: str = "words", **more: Any) -> Shape:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "press", **more: Any) -> Shape:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), **more}


def option(value: str) -> Shape:
    return {"text": plain(value.title()), "value": value}


def options(*values: str) -> list[Shape]:
    return [option(one) for one in values]


def entry(block_id: str, kind: str, **more: Any) -> Shape:
    """An input block; ``optional`` goes to the block, the rest to the element."""
    block = {name: more.pop(name) for name in ("optional", "dispatch_action") if name in more}
    element = {"type": kind, "action_id": f"{block_id}_act", **more}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **block}


def modal(*blocks: Shape, **more: Any) -> Shape:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }
