"""People: what somebody held who left, giving it on, and who can hold no role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape, mention
from csi.words.wording import listed

GIVE_ON = "people.give_on"  # value: who has left, and the service's number
SHOWN = 6  # things of one kind that are named

HeldSeen = Any  # csi.leaving.Held: blocks know no cycle

# What is given on to one person each, in the order of the form: what it is called, and the question.
_PARTS = {
    "roles": ("Roles and steps", "Who takes over the roles and steps?"),
    "data": ("Data to bring", "Who brings the data?"),
    "kpis": ("KPIs", "Who owns the KPIs?"),
    "actions": ("Actions and gaps", "Who does the actions and closes the gaps?"),
    "register": ("Entries of the register", "Who takes care of the entries of the register?"),
}


class Barred(StrEnum):
    """Why somebody can hold no role."""

    BOT = "bot"
    GUEST = "guest"
    ELSEWHERE = "elsewhere"
    GONE = "gone"


BARRED = {
    Barred.BOT: "A bot can hold no role; please choose a person.",
    Barred.GUEST: "A guest can hold no role; please choose a member of this workspace.",
    Barred.ELSEWHERE: "Somebody from another workspace can hold no role; please choose a member of this one.",
    Barred.GONE: "That person has left the workspace; please choose somebody who is here.",
}


_GONE = {
    Barred.GUEST: "is a guest now, who can hold no role,",
    Barred.BOT: "is a bot, which can hold no role,",
    Barred.ELSEWHERE: "belongs to another workspace now",
}
MEMBERS_ONLY = "To begin a cycle one must be a member of this workspace: no guest, no bot, nobody from elsewhere."


def left(
    gone: str, service: str, every: Sequence[HeldSeen], value: str, why: Barred = Barred.GONE
) -> tuple[str, list[Block]]:
    """Who has left, or may hold no role any more, all they held for a service, and the button that gives it on."""
    text = f"{mention(gone)} {_GONE.get(why, 'has left the workspace')} and held this for *{escape(service)}*:"
    lines = "\n".join(_lines(every))
    button = parts.button("Give it all on …", GIVE_ON, value, style="primary")
    return f"{text}\n{lines}", [parts.section(f"{text}\n{lines}"), parts.actions([button])]


def _lines(every: Sequence[HeldSeen]) -> list[str]:
    by_part = {part: [one for one in every if one.part == part] for part in _PARTS}
    return [f"• {_PARTS[part][0]}: {_names(found)}" for part, found in by_part.items() if found]


def _names(found: Sequence[HeldSeen]) -> str:
    named = list(dict.fromkeys(_name(one) for one in found))
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return f"{', '.join(named[:SHOWN])}{more}"


def _name(one: HeldSeen) -> str:
    name = escape(clip(one.name, 80))
    return f"{one.number}. {name}" if one.number else name


def give_on_form(gone: str, service: str, every: Sequence[HeldSeen], proposed: str, metadata: str) -> Block:
    """Who takes what over: one person a kind, with what there is of it; ``proposed`` is filled in."""
    if not every:
        said = f"Nothing of *{escape(service)}* waits for {mention(gone)} any more."
        return parts.modal(GIVE_ON, "Give it on", [parts.section(said)], submit="", close="Close", metadata=metadata)
    blocks = [parts.section(f"What {mention(gone)} held for *{escape(service)}*:\n" + "\n".join(_lines(every)))]
    held = {str(one.part) for one in every}
    blocks += [
        parts.user_input(part, question, value=proposed) for part, (_, question) in _PARTS.items() if part in held
    ]
    blocks.append(parts.context("What was agreed stays agreed: nothing is asked again because of this."))
    return parts.modal(GIVE_ON, "Give it on", blocks, submit="Give it on", metadata=metadata)


def gave_on(actor: str, gone: str, given: Sequence[HeldSeen], heirs: Mapping[Any, str]) -> str:
    """What is said in the card's thread."""
    parts_given = list(dict.fromkeys(str(one.part) for one in given))
    if not parts_given:
        return f"Nothing waited for {mention(gone)} any more."
    said = [f"{_PARTS[part][0].lower()} to {mention(_heir(heirs, part))}" for part in parts_given]
    return f"{mention(actor)} gave on what {mention(gone)} held: {listed(said)}."


def _heir(heirs: Mapping[Any, str], part: str) -> str:
    return next((user for name, user in heirs.items() if str(name) == part), "")


def given_on(text: str) -> Block:
    """The form once it is done."""
    return parts.modal(GIVE_ON, "Give it on", [parts.section(f":white_check_mark: {text}")], submit="", close="Close")
