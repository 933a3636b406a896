"""What is said of a study somebody dropped."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step3_gather.ids import STUDY
from bot.blocks.text import clip, escape
from csi.words.wording import listed, plural

_SHOWN = 20


def offered(filename: str, file_id: str, service: str, kpis: Sequence[str]) -> list[Block]:
    """A study that can be taken over: nothing changes before somebody presses."""
    names = listed([escape(name) for name in kpis[:_SHOWN]])
    text = f"*{escape(filename)}* is a study of {escape(service)}: {plural(len(kpis), 'KPI')} ({names})."
    ask = parts.confirm(
        "Take it over?", "Definitions, mappings and windows of this cycle become the study's.", "Take over"
    )
    button = parts.button("Take it over", STUDY, file_id, style="primary", confirm=ask)
    return [parts.section(clip(text, parts.SECTION)), parts.actions([button])]


def taken_over(filename: str, done: Sequence[str], left: Sequence[str]) -> list[Block]:
    """What became of it, line by line."""
    lines = [f":white_check_mark: {escape(one)}" for one in done] + [
        f":small_orange_diamond: {escape(one)}" for one in left
    ]
    text = "\n".join(lines) or "Everything is already as the study says."
    return [parts.section(clip(f"*{escape(filename)}*\n{text}", parts.SECTION))]
