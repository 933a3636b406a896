"""What stops the clock of a duration, as people type it; and the two fields that ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block

PAUSES, PAUSE_CLOCK = "pauses", "pause_clock"
_CLOCKS = {"wall": "all hours count", "business": "only agreed hours count"}
_BETWEEN = "; "


def pause_fields(value: Any) -> list[Block]:
    """The fields for pauses; none where a KPI is no duration."""
    if not isinstance(value, Mapping) or "from" not in value:
        return []
    known = value.get("pauses")
    hint = "Two moments: hold_from to hold_to. Or how long it was: hold_minutes in min. Several with ; between."
    return [
        parts.text_input(
            PAUSES, "When does the clock stand still?", value=pauses_text(known), limit=300, optional=True, hint=hint
        ),
        parts.select(
            PAUSE_CLOCK,
            "How was that length counted?",
            _CLOCKS,
            chosen=pause_clock(known) or None,
            optional=True,
            hint="Only for a length; two moments need no answer.",
        ),
    ]


def pauses_text(pauses: Any) -> str:
    """Pauses as people type them: ``hold_from to hold_to``, or ``hold_min in min``."""
    return _BETWEEN.join(map(_one, _several(pauses)))


def pause_clock(pauses: Any) -> str:
    """The clock by which lengths were counted; empty where none is, or several are."""
    clocks = {str(one.get("clock") or "") for one in _several(pauses) if isinstance(one, Mapping) and "column" in one}
    return clocks.pop() if len(clocks) == 1 else ""


def _several(pauses: Any) -> Sequence[Any]:
    return pauses if isinstance(pauses, list | tuple) else [pauses] if pauses else []


def _one(pause: Any) -> str:
    if not isinstance(pause, Mapping):
        return str(pause)
    if "column" in pause:
        return f"{pause['column']} in {pause['unit']}" if pause.get("unit") else str(pause["column"])
    return f"{pause.get('from', '')} to {pause.get('to', '')}"
