"""Reading blocks as a person does: their texts, what can be pressed, what can be filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Shape = dict[str, Any]
STATEFUL = ("_input", "_select", "picker", "checkboxes", "radio_buttons")


class NotSeen(AssertionError):
    """Something is not there for this person to see or to press; the text says what is."""


def texts(node: Any) -> Iterator[str]:
    """Every text that can be read in blocks."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("text", "alt_text", "title") and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
    elif isinstance(node, list):
        for one in node:
            yield from texts(one)


def reading(shown: Shape) -> str:
    """All that can be read in a message or view, a line each."""
    return "\n".join(
        [str(shown.get("text") or ""), *texts(shown.get("blocks") or []), *texts(shown.get("title") or {})]
    )


def elements(shown: Shape) -> Iterator[tuple[Shape, Shape]]:
    """Each (block, element) of a message or view that can be pressed or filled in."""
    for block in shown.get("blocks") or []:
        for one in (block.get("accessory"), block.get("element"), *(block.get("elements") or ())):
            if isinstance(one, dict) and one.get("action_id"):
                yield block, one


def place_of(shown: Shape) -> Shape:
    """How the page names the place of a message or view."""
    if shown.get("type") == "home":
        return {"type": "home"}
    if "ts" in shown:
        return {"type": "message", "channel": shown["channel"], "ts": shown["ts"]}
    return {"type": "view", "view_id": shown["id"]}


def element(name: str, shown: Shape, action_id: str, block_id: str, value: Any) -> tuple[Shape, Shape]:
    """The element meant; ``action_id`` may leave out what follows a colon."""
    seen = list(elements(shown))
    found = [(b, e) for b, e in seen if e["action_id"] == action_id and block_id in ("", b["block_id"])]
    if not found:
        bare = [(b, e) for b, e in seen if e["action_id"].split(":")[0] == action_id]
        found = [(b, e) for b, e in bare if block_id in ("", b["block_id"])]
    if len(found) > 1 and value is not None:
        found = [(b, e) for b, e in found if e.get("value") == str(value)] or found
    if not found:
        listing = ", ".join(f"{b['block_id']}/{e['action_id']}" for b, e in seen) or "nothing to press"
        raise NotSeen(f"{name} sees no {action_id}; seen: {listing}")
    if len(found) > 1:
        listing = ", ".join(f"{b['block_id']}/{e['action_id']}={e.get('value')}" for b, e in found)
        raise NotSeen(f"{name} sees {action_id} more than once, say which by block_id or value: {listing}")
    return found[0]


def an_input(name: str, shown: Shape, wanted: str) -> tuple[Shape, Shape]:
    """The (block, element) to fill in, by block_id or action_id."""
    inputs = [(b, e) for b, e in elements(shown) if e["type"].endswith(STATEFUL)]
    for block, element in inputs:
        if wanted in (block["block_id"], element["action_id"]):
            return block, element
    listing = ", ".join(b["block_id"] for b, _ in inputs) or "none"
    raise NotSeen(f"{name} sees no input {wanted} in “{reading(shown)[:80]}”; inputs: {listing}")


def has_input(shown: Shape, wanted: str) -> bool:
    """Whether there is something to fill in by that block_id or action_id."""
    inputs = [(b, e) for b, e in elements(shown) if e["type"].endswith(STATEFUL)]
    return any(wanted in (block["block_id"], one["action_id"]) for block, one in inputs)


def last_texts(seen: list[Shape]) -> list[str]:
    """The newest few, shortened, for an error's text."""
    return [reading(one)[:200] for one in seen[-6:]]
