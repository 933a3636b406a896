"""Pauses of a duration, read from what people type into the form of how a KPI is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot import forms
from bot.blocks import step1_should_measure as blocks
from csi.errors import InvalidInput
from csi.series import units

PAUSE_FIELDS: dict[str, forms.Reader] = {
    blocks.PAUSES: forms.text(required=False, limit=300),
    blocks.PAUSE_CLOCK: forms.option(required=False),
}
_EXPECTED = "Expected two moments, such as hold_from to hold_to, or a length, such as hold_minutes in min."


def paused(value: Any, known: Any, form: Mapping[str, Any]) -> Any:
    """What a KPI is computed of, with the pauses a form says; a form that does not ask leaves those that are known.

    Raises:
        InvalidInput: a pause is neither two moments nor a length, or nobody says how a length was counted.
    """
    if not isinstance(value, Mapping) or "from" not in value:
        return value
    before = known.get("pauses") if isinstance(known, Mapping) else None
    said = before if blocks.PAUSES not in form or _same(before, form) else list(_pauses(form))
    rest = {name: one for name, one in value.items() if name != "pauses"}
    return {**rest, "pauses": said} if said else rest


def _same(before: Any, form: Mapping[str, Any]) -> bool:
    """Whether pauses stand in the form as they stood: then nothing that it does not show is lost."""
    clock = form[blocks.PAUSE_CLOCK] or ""
    return blocks.pauses_text(before) == form[blocks.PAUSES] and blocks.pause_clock(before) == clock


def _pauses(form: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for typed in form[blocks.PAUSES].split(";"):
        if typed.strip():
            yield _pause(typed.strip(), str(form[blocks.PAUSE_CLOCK] or ""))


def _pause(typed: str, clock: str) -> dict[str, str]:
    start, is_span, end = (part.strip() for part in typed.partition(" to "))
    if is_span:
        if not start or not end:
            raise InvalidInput(blocks.PAUSES, _EXPECTED)
        return {"from": start, "to": end}
    column, _, unit = (part.strip() for part in typed.partition(" in "))
    found = units.find(unit)
    if found is None or found.dimension != "time":
        raise InvalidInput(blocks.PAUSES, _EXPECTED)
    if not clock:
        raise InvalidInput(blocks.PAUSE_CLOCK, f"Please say how ‘{column}’ was counted.")
    return {"column": column, "unit": found.name, "clock": clock}
