"""Where a KPI stands and what that rests on, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import log10

from csi.terms import Period
from csi.words import wording
from csi.words.messages import said
from csi.words.together import Scale


def stands(
    now: float, unit: str, recent: int, count: int, period: Period, *, is_count: bool = False, is_unsaid: bool = False
) -> str:
    """``now 19.8 h (46 weeks)``, or of the newest of them ``now 19.8 h (newest 13 of 46 weeks)``.

    ``is_count``: it counts rows, so many a period; ``is_unsaid``: nobody knows its unit yet.
    """
    level, all_of = wording.amount(now, unit), wording.periods(count, period)
    if is_count:
        level = wording.each(level, period)
    if is_unsaid:
        level = said("{level}, unit not said", level=level)
    if recent == count:
        return said("now {level} ({periods})", level=level, periods=all_of)
    return said("now {level} (newest {recent} of {periods})", level=level, recent=recent, periods=all_of)


def some_of(names: Sequence[str], most: int = 3) -> str:
    """``2 KPIs: A and B``, or of more ``5 KPIs, among them A, B and C``."""
    number = wording.plural(len(names), "KPI")
    if len(names) <= most:
        return said("{number}: {names}", number=number, names=wording.listed(list(names)))
    return said("{number}, among them {names}", number=number, names=wording.listed(list(names[:most])))


def dated(told: str, at: str, room: int) -> str:
    """What stands in a line, with the column whose day a row counts on, where it is known and fits."""
    line = said("{told} · by {at}", told=told, at=at)
    return line if at and len(line) <= room else told


def guarding(told: str, guards: Sequence[str], room: int) -> str:
    """What stands in a line, with what it guards; of names that do not fit only how many there are."""
    for kept in range(len(guards), 0, -1):
        more = len(guards) - kept
        names = [*guards[:kept], *([said("{count} more", count=more)] if more else [])]
        line = said("{told} · guards {names}", told=told, names=wording.listed(names))
        if len(line) <= room:
            return line
    return said("{told} · guards {names}", told=told, names=wording.plural(len(guards), "other"))


def beyond(target: float, unit: str, values: Sequence[float], period: Period) -> str:
    """That a target lies far from all that there was."""
    level = wording.amount(target, unit)
    span = [wording.amount(one, unit) for one in (min(values), max(values))]
    told = said(
        "{level} is far from all there was: {low} to {high} in {periods}",
        level=level,
        low=span[0],
        high=span[1],
        periods=wording.periods(len(values), period),
    )
    return said("{told}. A slip, or another unit? If it is meant, say so below.", told=told)


def met_already(low: float, high: float, unit: str, count: int, period: Period) -> str:
    """That nothing has to improve for a target to be met."""
    told = said(
        "This is met already by each of {periods}: {low} to {high}",
        periods=wording.periods(count, period),
        low=wording.amount(low, unit),
        high=wording.amount(high, unit),
    )
    return said("{told}. If it is meant, say so below.", told=told)


def as_part(now: float, whole: float = 100.0, unit: str = "%") -> str:
    """A level within 0 and 1 as a file writes it, with the digits it has in per cent: 0.9915 of 99.15 %.

    ``whole``: what all of it is in ``unit``.
    """
    places = wording.decimals_of((now * whole,), 0.0, unit) + round(log10(whole))
    return wording.plainly(round(now, places))


def fractions(number: str, unit: str) -> str:
    """That numbers within 0 and 1 were called per cent; ``number``: one of them as the file writes it."""
    level = f"{number}{wording.of_unit(unit)}"
    return said("Its numbers lie from 0 to 1, and {number} would be {level}.", number=number, level=level)


def key_is_empty(key: str, blank: int, rows: int) -> str:
    """That a column does not name the case of every row."""
    told = said("{blank} of {rows} have no {key}", blank=f"{blank:,}", rows=wording.plural(rows, "row"), key=key)
    return said("{told}. Choose a column that every row has, or none: each row counts.", told=told)


def key_repeats(key: str, different: int, rows: int) -> str:
    """That several rows have one key, and nothing says which of them counts."""
    told = said(
        "{rows}, {different} different {key}", rows=wording.plural(rows, "row"), different=f"{different:,}", key=key
    )
    return said("{told}. Choose the moment by which the newest row of each counts, or no column for a case.", told=told)


def newest_counts(key: str, different: int, rows: int, latest: str) -> str:
    """How rows become cases: ``390 rows, 130 different Number: the newest by Updated counts``."""
    told = said(
        "{rows}, {different} different {key}", rows=wording.plural(rows, "row"), different=f"{different:,}", key=key
    )
    return said("{told}: the newest by {latest} counts", told=told, latest=latest)


def rests_on(usable: int, rows: int, *, periods: tuple[int, Period], newest: datetime | None, zone: str) -> str:
    """``3,380 of 3,487 rows, 46 weeks, newest 22 Nov 2026, 18:09``."""
    told = said("{usable} of {rows}", usable=f"{usable:,}", rows=wording.plural(rows, "row"))
    parts = [told, wording.periods(*periods)]
    parts += [said("newest {moment}", moment=wording.when(newest, zone))] if newest else []
    return ", ".join(parts)


def hints(now: float, best: float | None, unit: str) -> str:
    """``Now 19.8 h; best quarter so far 16 h.``, for the field of a target."""
    level = _level(now, unit)
    if best is None:
        return said("Now {level}.", level=level)
    if best == now:
        return said("Now {level}, the best quarter so far.", level=level)
    return said("Now {level}; best quarter so far {best}.", level=level, best=_level(best, unit))


def _level(value: float, unit: str) -> str:
    """A level by itself; a bare one within 0 and 1 may be a part of a whole, and 0.9996 of it is not 1."""
    is_part = 0 < value < 1 and not wording.of_unit(unit)
    return as_part(value) if is_part else wording.amount(value, unit)


def baseline_scale(centre: float | None, limits: Sequence[float | None], unit: str) -> Scale:
    """How a baseline's level and limits are written, wherever they are told: the same number never in two roundings."""
    known = tuple(value for value in (centre, *limits) if value is not None)
    return Scale(unit, wording.decimals_of(known, 0.0, unit))
