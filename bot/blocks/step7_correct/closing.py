"""The end of a cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.step7_correct.names import END
from bot.blocks.text import clip, escape, mention
from csi.words.wording import plural

_WORDS = {
    "accept": "Accept it: it is known, nothing more is done",
    "carry": "Carry it over to the next cycle",
    "drop": "Drop it (say why below)",
}


def close_form(
    ends: Sequence[Any], allowed: Mapping[str, Sequence[str]], warnings: Sequence[Any], number_: int, metadata: str
) -> Block:
    """What becomes of everything still open, and why warnings are passed; filled in as it most likely is."""
    head = f"Cycle {number_} ends, and cycle {number_ + 1} is drafted from what it leaves."
    blocks: list[Block] = [parts.section(head)]
    for end in ends[:40]:
        choices = {one: _WORDS[one] for one in allowed[end.kind]}
        blocks.append(parts.select(end.key, clip(end.text, 300), choices, chosen=end.usual))
    if ends:
        hint = "Needed for whatever is dropped."
        blocks.append(parts.text_input("reason", "Reason", limit=500, optional=True, multiline=True, hint=hint))
    for breach in warnings[:10]:
        label = f"{clip(breach.sentence, 300)} Why is it right to pass?"
        blocks.append(parts.text_input(breach.rule, label, limit=500))
    return parts.modal(END, "Close the cycle", blocks, submit="Close", metadata=metadata)


def closed_text(service: str, before: int, carried: Sequence[Any], undecided: int, actor: str) -> str:
    """Said in the channel when a cycle has ended and the next begun."""
    head = f":cyclone: {mention(actor)} closed cycle {before} of {escape(service)}."
    head += f" *Cycle {before + 1}* begins from there:"
    lines = [f"• step {item.step}: {escape(clip(item.text, 200))}" for item in carried[:15]]
    ask = f"\n{plural(undecided, 'item')} to decide about: `/csi measure`." if undecided else ""
    return head + ("\n" + "\n".join(lines) if lines else " nothing was left open.") + ask
