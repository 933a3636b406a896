"""What stops the clock of a duration, as a study says it: two moments, a column with a length, or several of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csi.definition import Pause, PausedFor
from csi.series import units
from csi.study.keys import Keys

CLOCKS = ("wall", "business")
_EXPECTED = "expected {from: column, to: column}, or {column, unit, clock}"


def pauses_of(keys: Keys) -> tuple[Pause | PausedFor, ...]:
    """The pauses under ``pauses``; a text alone is a column whose clock nobody named."""
    value = keys.get("pauses")
    if isinstance(value, list):
        found = [
            _pause(Keys(_mapping(item), f"{keys.at('pauses')}.{number}", keys.notes))
            for number, item in enumerate(value)
            if _is_one(item, keys)
        ]
    else:
        found = [_pause(Keys(_mapping(value), keys.at("pauses"), keys.notes))] if value and _is_one(value, keys) else []
    return tuple(dict.fromkeys(pause for pause in found if pause is not None))


def _is_one(value: Any, keys: Keys) -> bool:
    if isinstance(value, str | Mapping) and value:
        return True
    keys.wrong("pauses", _EXPECTED)
    return False


def _mapping(value: Any) -> Any:
    """A column’s name alone is that of its length."""
    return {"column": value} if isinstance(value, str) else value


def _pause(keys: Keys) -> Pause | PausedFor | None:
    """One pause; None where it cannot be told which kind it is."""
    of_moments = {"from", "to"} & keys.mapping.keys()
    if bool(of_moments) == ("column" in keys.mapping):
        keys.notes.wrong(keys.path, _EXPECTED)
        return None
    pause = _span(keys) if of_moments else _length(keys)
    keys.end()
    return pause


def _span(keys: Keys) -> Pause:
    start = keys.text("from", needed="the column of the moment at which the pause begins")
    end = keys.text("to", needed="the column of the moment at which the pause ends")
    return Pause(start, end)


def _length(keys: Keys) -> PausedFor:
    column = keys.text("column", needed="the column that holds how long the pause was")
    unit = keys.text("unit")
    found = units.find(unit) if unit else None
    if unit and (found is None or found.dimension != "time"):
        keys.wrong("unit", f"{unit!r} is not a unit of time; expected us, ms, s, min, h, d or wk")
    return PausedFor(column, found.name if found else unit, keys.choice("clock", CLOCKS))
