"""Which answers of a rating count as good: chosen from the values the data has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import clip
from csi.words.wording import listed

ANSWERS = "answers"
_MOST = 100  # a menu holds 100
_TEXT = 75  # characters of an option
_UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Answers:
    """The values of a column that are ratings, those that count as good now, and those nobody has explained."""

    column: str
    values: Sequence[str]
    good: Sequence[str]
    unknown: Sequence[str] = ()


def answers_field(seen: Answers) -> Block:
    """The menu of a rating's values; what counts as good now is chosen."""
    there = {place_of(value): value for value in (*seen.values, *seen.unknown) if len(value) <= _TEXT}
    choices = dict(list(there.items())[:_MOST])
    chosen = [place for place, value in choices.items() if value in seen.good]
    new = listed([f"“{clip(one, 20)}”" for one in seen.unknown[:_UNKNOWN]])
    hint = f"I do not know {new}: please look." if new else "As its values say; a condition typed above goes first."
    label = f"Which answers of ‘{clip(seen.column, 80)}’ count as good?"
    return parts.several(ANSWERS, label, choices, chosen=chosen, optional=True, hint=clip(hint, 150))


def place_of(value: str) -> str:
    """What stands for a value in the menu."""
    return sha256(value.encode()).hexdigest()[:12]
