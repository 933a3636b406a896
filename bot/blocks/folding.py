"""Forms of which the first fields are in sight: “More …” shows the rest, and what nobody opened counts as filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block

FOLD = "fold"  # the id of the block whose button shows the rest


def folded(view: Block, first: Collection[str], more: str) -> Block:
    """A form with only the fields named ``first`` in sight, and the button ``more`` to the others; else as it is."""
    kept = [block for block in view["blocks"] if block["type"] != "input" or block["block_id"] in first]
    if len(kept) == len(view["blocks"]):
        return view
    return {**view, "blocks": [*kept, parts.actions([parts.button("More …", more)], block_id=FOLD)]}


def is_folded(view: Mapping[str, Any]) -> bool:
    """Whether a form that was sent, or pressed in, has fields that are not in sight."""
    return any(block.get("block_id") == FOLD for block in view.get("blocks") or ())


def unfolded(view: Mapping[str, Any], whole: Block) -> Block:
    """The whole form, with what was typed and chosen so far in the one that was pressed in."""
    held = (view.get("state") or {}).get("values") or {}
    blocks = [_as_typed(block, held.get(block.get("block_id"))) for block in whole["blocks"]]
    return {**whole, "blocks": blocks}


def _as_typed(block: Block, held: Mapping[str, Any] | None) -> Block:
    """An input that begins with what stood in it."""
    if not held or block["type"] != "input":
        return block
    element = {name: value for name, value in block["element"].items() if not name.startswith("initial_")}
    state = next(iter(held.values()))
    begun = {_initial(name): value for name, value in state.items() if name == "value" or name.startswith("selected_")}
    if len(str(begun.get("initial_value") or "")) > element.get("max_length", parts.TYPED):
        return block  # too long to begin with; it stays where it was typed, as the input keeps its ids
    return {**block, "element": element | {name: value for name, value in begun.items() if value}}


def _initial(name: str) -> str:
    return "initial_value" if name == "value" else name.replace("selected_", "initial_")


def completed(view: Mapping[str, Any], whole: Block) -> dict[str, Any]:
    """A form that was sent, as the whole one: what is out of sight is as it was filled in, and to be shown again so."""
    if not is_folded(view):
        return dict(view)
    values = dict((view.get("state") or {}).get("values") or {})
    for block in whole["blocks"]:
        if block["type"] == "input" and block["block_id"] not in values:
            values[block["block_id"]] = {block["element"]["action_id"]: _state(block["element"])}
    return {**view, "blocks": unfolded(view, whole)["blocks"], "state": {"values": values}}


def _state(element: Block) -> dict[str, Any]:
    """What Slack would tell of an input that nobody touched."""
    begun = {name: value for name, value in element.items() if name.startswith("initial_")}
    return {_told(name): value for name, value in begun.items()}


def _told(name: str) -> str:
    return "value" if name == "initial_value" else name.replace("initial_", "selected_")
