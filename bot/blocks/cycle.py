"""Help, and the cycle's own messages."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import escape
from csi.terms import Step

HELP_CYCLE = (
    ("/csi", "what waits for you here"),
    ("/csi start SERVICE", "begin a cycle in this channel"),
    ("/csi status", "where the cycle stands"),
    ("/csi next", "go on to the next step, when its rules are met"),
    ("/csi back STEP", "go back to an earlier step"),
    ("/csi close", "close the cycle and draft the next"),
    ("/csi history", "the cycles of this channel"),
)


def help_text(commands: Sequence[str]) -> list[Block]:
    """Every word after ``/csi`` that is heard here."""
    cycle = "\n".join(f"`{command}` – {what}" for command, what in HELP_CYCLE)
    steps = "\n".join(
        f"`/csi {step.command}` – {step.value}. {step.title}" for step in Step if step.command in commands
    )
    named = {step.command for step in Step} | {line[0].split()[1] for line in HELP_CYCLE if " " in line[0]}
    others = " · ".join(f"`/csi {word}`" for word in sorted(set(commands) - named - {"", "help"}))
    blocks = [
        parts.section("*CSI: seven steps, again and again, to see whether a service got better.*"),
        parts.section(f"*The cycle*\n{cycle}"),
    ]
    if steps:
        blocks.append(parts.section(f"*The steps*\n{steps}"))
    if others:
        blocks.append(parts.section(f"*Things*\n{others}"))
    return blocks


def unknown(word: str, nearest: str, commands: Sequence[str]) -> list[Block]:
    """A word that is not heard, with the nearest that is."""
    guess = f" Did you mean `/csi {nearest}`?" if nearest else ""
    return [parts.section(f"I don't know `{escape(word)[:100]}`.{guess}"), *help_text(commands)]
