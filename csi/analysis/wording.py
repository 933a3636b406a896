"""How numbers, periods and days are written in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import floor, isfinite, log10

from csi.terms import Period

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_POINTS = {"%": " points"}
_UNSPOKEN = frozenset({"", "count", "ratio", "1"})
_HUGE, _TINY = 1e9, 1e-4


def decimals(level: float, reach: float = 0.0) -> int:
    """Decimals that show three figures of a level and at least one of what it is compared by."""
    return max(0, min(6, max(_places(level, 2), _places(reach, 0))))


@lru_cache(maxsize=1024)  # of one KPI they are asked for in every gate and sentence
def decimals_of(levels: tuple[float, ...], reach: float, unit: str) -> int:
    """Decimals for levels of one unit; close to 100 % the distance from 100 keeps two figures: 99.95 % is not 100 %."""
    places = decimals(max(abs(level) for level in levels), reach)
    rest = [100 - level for level in levels if unit == "%" and 50 < level < 100]
    return max(places, min(6, _places(min(rest), 1))) if rest else places


def _places(value: float, figures: int) -> int:
    if not isfinite(value) or value == 0 or abs(value) < _TINY:
        return 0
    return figures - floor(log10(abs(value)))


def number(value: float, places: int, *, signed: bool = False) -> str:
    """A number with a proper minus and thousands commas; very large and small ones as powers of ten."""
    if not isfinite(value):
        return "beyond measure"
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    size = abs(value)
    if size and (size >= _HUGE or size < _TINY):
        mantissa, power = f"{size:.2e}".split("e")
        return f"{sign}{mantissa} × 10^{int(power)}".replace("-", "−")
    text = f"{size:,.{places}f}"
    return text if float(text.replace(",", "")) == 0 else f"{sign}{text}"


def quantity(value: float, unit: str, places: int) -> str:
    """A number with its unit: ``24.6 h``, ``75 %``, ``1,928``."""
    return number(value, places) + _unit(unit)


def gap(value: float, unit: str, places: int) -> str:
    """A signed difference with its unit; percentages differ by points."""
    return number(value, places, signed=True) + _POINTS.get(unit, _unit(unit))


def slope(value: float, sides: Sequence[float], unit: str, period: Period) -> str:
    """A slope a period with its likely interval, in digits that show it: what rises or falls never does so by 0."""
    smallest = abs(value) or max(map(abs, sides), default=0.0)
    if 0 < abs(value) < _TINY:
        likely = " to ".join(number(side, 4, signed=True) for side in sides)
        return f"slowly, by less than {gap(_TINY, unit, 4).removeprefix('+')} a {period.value} (likely {likely})"
    places = max(0, min(6, 1 + _places(smallest, 0)))
    likely = " to ".join(number(side, places, signed=True) for side in sides)
    return f"{gap(value, unit, places)} a {period.value}" + (f" (likely {likely})" if sides else "")


def shortest(value: float) -> int:
    """As many decimals as a target was written with, up to six."""
    return next((places for places in range(6) if round(value, places) == value), 6)


def _unit(unit: str) -> str:
    return "" if unit in _UNSPOKEN else f" {unit}"


def share(value: float) -> str:
    """A part of one in whole per cent."""
    return f"{number(100 * value, 0)} %"


def periods(count: int, period: Period) -> str:
    """``1 week``, ``6 weeks``."""
    return f"{count} {period.value}{'' if count == 1 else 's'}"


def day(when: date | datetime) -> str:
    """``25 Apr 2016``."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def later(start: date, count: int, period: Period) -> date:
    """The day on which ``count`` periods from ``start`` are complete."""
    if period is Period.HOUR:
        return start + timedelta(days=-(-count // 24))
    if period in (Period.DAY, Period.WEEK):
        return start + timedelta(days=count * (7 if period is Period.WEEK else 1))
    months = start.year * 12 + start.month - 1 + count * (3 if period is Period.QUARTER else 1)
    return date(months // 12, months % 12 + 1, 1)


def listed(parts: tuple[str, ...] | list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def cut(
    column: str, judged_by: str, moment: datetime, *, at_end: bool, quick: bool = False, rows: tuple[int, int] = (0, 0)
) -> str:
    """What an export says that holds survivors only near a moment.

    Args:
        column: the moments it was cut by.
        judged_by: those that put its rows into periods.
        moment: where it is cut.
        at_end: whether the moments it was cut by end there, else they begin there.
        quick: whether the survivors are the quick ones.
        rows: how many they are, of how many; (0, 0): not counted.
    """
    held = f"the export holds only rows whose {column} lies {'until' if at_end else 'from'} {day(moment.date())}"
    if not at_end:
        held += " on"
    place = "shortly before" if quick else "later" if at_end else "earlier"
    kind = "quick" if quick else "slow"
    there = f" ({rows[0]:,} of {rows[1]:,} rows)" if rows[1] else ""
    return f"{held}: those whose {judged_by} lies {place}{there} are the {kind} ones among them"
