"""The cycle: help, start, status, next, back, close, history."""

from __future__ import annotations

from collections.abc import Sequence

from slack_bolt import Ack

from bot.blocks import cycle as blocks


def acknowledge(ack: Ack) -> None:
    """A button that only opens an address needs nothing more."""
    ack()


def show_help(ack: Ack, commands: Sequence[str]) -> None:
    """Say every word that is heard."""
    ack(text="Words after /csi", blocks=blocks.help_text(commands))


def unknown_word(ack: Ack, word: str, nearest: str, commands: Sequence[str]) -> None:
    """Say the nearest word, and all others."""
    ack(text=f"I don't know {word[:100]}.", blocks=blocks.unknown(word, nearest, commands))
