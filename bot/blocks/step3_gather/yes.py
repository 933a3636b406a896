"""What somebody said yes to, in words with its numbers: the same in a message, in the log and in a list."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.text import clip, escape
from csi.measurement.deliveries import Waits, Why

_COLUMN = 40


def agreed(said: Sequence[Waits]) -> str:
    """What was agreed to: ``111 of 120 rows are left out, as several have the same Customer ID``."""
    return "; ".join(_agreed(one) for one in said)


def _agreed(one: Waits) -> str:
    column = escape(clip(one.column, _COLUMN))
    match one.kind:
        case Why.KEY:
            return f"{one.count:,} of {one.of:,} rows are left out, as several have the same {column}"
        case Why.OLDER:
            return f"{one.count:,} of {one.of:,} rows are left out as older ones of the same {column}"
        case Why.CELLS:
            return f"{one.count:,} of {one.of:,} cells of ‘{column}’ could not be read"
        case _:
            return f"{one.count:,} of {one.of:,} rows are in quarantine"
