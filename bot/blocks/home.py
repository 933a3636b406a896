"""App Home: my steps, my approvals, my data to deliver, cycles I follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks import parts, status_card
from bot.blocks.parts import Block
from bot.blocks.text import channel_link, escape, when
from csi.terms import Step

MOST = 15


@dataclass(frozen=True, slots=True)
class Place:
    """A cycle and the channel it runs in."""

    cycle: Any
    channel: str


def view(user_id: str, places: Sequence[Place]) -> Block:
    """The home tab of one person."""
    mine = [(place, one) for place in places for one in place.cycle.waiting if user_id in one.who]
    steps = [pair for pair in mine if pair[1].what.startswith("step ")]
    data = [(place, one) for place, one in steps if place.cycle.step is Step.GATHER]
    approvals = [pair for pair in mine if pair[1].what.startswith("approval")]
    others = [pair for pair in mine if pair not in steps and pair not in approvals]
    blocks = [
        *_group("My steps", steps, "No step waits for you."),
        *_group("My approvals", approvals, "Nothing waits for your approval."),
        *_group("My data to deliver", data, "No data is waited for."),
    ]
    if others:
        blocks += _group("My actions", others, "")
    blocks += [parts.header("Cycles I follow"), *_followed(places)]
    return {"type": "home", "blocks": blocks[:100]}


def _group(name: str, entries: Sequence[tuple[Place, Any]], empty: str) -> list[Block]:
    blocks = [parts.header(name)]
    for place, one in entries[:MOST]:
        word = place.cycle.step.command
        due = f", due {when(one.due_on)}" if one.due_on else ""
        text = f"*{escape(place.cycle.service)}*: {escape(one.what)}{due} · {channel_link(place.channel)}"
        blocks.append(parts.section(text, parts.button("Open", f"cycle.open:{word}", f"{word}@{place.channel}")))
    return blocks if entries else [*blocks, parts.section(empty)]


def _followed(places: Sequence[Place]) -> list[Block]:
    if not places:
        return [parts.section("None yet. `/csi start` in a channel begins one.")]
    return [
        parts.section(
            f"*{status_card.title(place.cycle)}* · {channel_link(place.channel)}\n"
            + status_card.waiting(place.cycle.waiting)
        )
        for place in places[:MOST]
    ]
