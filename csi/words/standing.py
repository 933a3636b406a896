"""Where a KPI stands and what that rests on, in words."""

from __future__ import annotations

from datetime import datetime

from csi.terms import Period
from csi.words import wording
from csi.words.messages import said


def stands(now: float, unit: str, recent: int, count: int, period: Period) -> str:
    """``now 19.8 h (46 weeks)``, or of the newest of them ``now 19.8 h (13 of 46 weeks)``."""
    level, all_of = wording.amount(now, unit), wording.periods(count, period)
    if recent == count:
        return said("now {level} ({periods})", level=level, periods=all_of)
    return said("now {level} ({recent} of {periods})", level=level, recent=recent, periods=all_of)


def rests_on(usable: int, rows: int, *, periods: tuple[int, Period], newest: datetime | None, zone: str) -> str:
    """``3,380 of 3,487 rows, 46 weeks, newest 22 Nov 2026, 18:09``."""
    told = said("{usable} of {rows}", usable=f"{usable:,}", rows=wording.plural(rows, "row"))
    parts = [told, wording.periods(*periods)]
    parts += [said("newest {moment}", moment=wording.when(newest, zone))] if newest else []
    return ", ".join(parts)


def hints(now: float, best: float | None, unit: str) -> str:
    """``Now 19.8 h; best quarter so far 16 h.``, for the field of a target."""
    level = wording.amount(now, unit)
    if best is None:
        return said("Now {level}.", level=level)
    if best == now:
        return said("Now {level}, the best quarter so far.", level=level)
    return said("Now {level}; best quarter so far {best}.", level=level, best=wording.amount(best, unit))
