"""Columns that KPIs name and a file does not have: said, and asked for one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import AGAIN, NAME, NO_COLUMN
from bot.blocks.text import clip, escape, listed

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
    known: Sequence[str] = (),
    filename: str,
    metadata: str,
) -> Block:
    """Per column that KPIs name: which one of the file it is; guesses can be overridden.

    Columns ``known`` by a name of the KPIs already can stand for further ones.
    """
    places = {name: str(place) for place, name in enumerate(there[:_CHOICES])}
    again = {f"{AGAIN}{place}": clip(f"{name}, once more", 75) for place, name in enumerate(known)}
    choices = {NO_COLUMN: "(none of them)", **{place: clip(name, 75) for name, place in places.items()}}
    choices |= dict(list(again.items())[: _CHOICES - len(places)])
    blocks = [
        parts.select(
            str(number), f"Which column is ‘{clip(name, 80)}’?", choices, optional=True,
            chosen=places.get(chosen.get(name, "")), hint=clip(f"For {listed(list(kpis))}.", 150),
        )
        for number, (name, kpis) in enumerate(list(wanted.items())[:MOST])
    ]  # fmt: skip
    about = f"The KPIs call columns otherwise than *{escape(filename)}* does. Please check my guesses:"
    rest = "For a column that does not exist, change the KPI: `/csi kpi`."
    return parts.modal(
        NAME, "Name the columns", [parts.section(about), *blocks, parts.context(rest)], submit="Read it again",
        metadata=metadata,
    )  # fmt: skip
