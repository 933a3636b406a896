"""Columns that KPIs name and a file does not have: said, and asked for one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import AGAIN, NAME, NO_COLUMN, TRY
from bot.blocks.step3_gather.mapping import value_of
from bot.blocks.text import clip, escape
from csi.words.wording import listed, plural

MOST = 20  # columns asked for in one form
_CHOICES = 98  # a menu holds 100


def lacking(columns: Mapping[str, Sequence[str]], value: str) -> list[Block]:
    """What KPIs miss in a delivery, and the button to say which columns are meant; nothing when nothing is missed."""
    if not columns:
        return []
    lines = [f"• ‘{escape(name)}’, for {escape(listed(list(kpis)))}" for name, kpis in list(columns.items())[:MOST]]
    text = "*This file has other names than your KPIs.* I do not find:\n" + "\n".join(lines)
    return [parts.section(clip(text, parts.SECTION), parts.button("Say which they are", NAME, value, style="primary"))]


def naming_form(
    wanted: Mapping[str, Sequence[str]],
    there: Sequence[str],
    chosen: Mapping[str, str],
    *,
    gives: Mapping[str, str],
    known: Sequence[str] = (),
    filename: str,
    metadata: str,
) -> Block:
    """Per column that KPIs name: which one of the file it is; guesses can be overridden.

    ``chosen`` holds the value of each choice made so far, ``gives`` what it gives: how many of its cells can be read.
    Columns ``known`` by a name of the KPIs already can stand for further ones.
    """
    choices = {NO_COLUMN: "(none of them)", **{value_of(name): clip(name, 75) for name in there[:_CHOICES]}}
    again = {f"{AGAIN}{value_of(name)}": clip(f"{name}, once more", 75) for name in known}
    choices |= dict(list(again.items())[: _CHOICES - len(there[:_CHOICES])])
    blocks = [
        _asked(number, name, kpis, choices, (chosen.get(name), gives.get(name, "")))
        for number, (name, kpis) in enumerate(list(wanted.items())[:MOST])
    ]
    about = f"The KPIs call columns otherwise than *{escape(filename)}* does. "
    about += "Please check what I guessed:" if chosen else "I found none that is alike: please choose."
    rest = "For a column that does not exist, change the KPI: `/csi kpi`."
    return parts.modal(
        NAME,
        "Name the columns",
        [parts.section(about), *blocks, parts.context(rest)],
        submit="Read it again",
        metadata=metadata,
    )


def _asked(
    number: int, name: str, kpis: Sequence[str], choices: Mapping[str, str], told: tuple[str | None, str]
) -> Block:
    chosen, gives = told
    hint = clip(f"{gives} For {listed(list(kpis))}.".strip(), 150)
    field = str(number)
    block = parts.select(
        field, f"Which column is ‘{clip(name, 80)}’?", choices, optional=True, chosen=chosen, hint=hint
    )
    block["element"]["action_id"] = f"{TRY}:{field}"
    return block | {"dispatch_action": True}


class Kind(StrEnum):
    """What a column is read as."""

    MOMENT = "moment"
    NUMBER = "number"


def gives(read: int, refused: int, kind: Kind) -> str:
    """What a column gives, read as a moment or a number: ``4,054 of 5,000 cells are a moment.``"""
    what = "a moment" if kind is Kind.MOMENT else "a number"
    return f"{read:,} of {plural(read + refused, 'cell')} {'is' if read == 1 else 'are'} {what}."
