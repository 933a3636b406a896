"""How numbers, days, periods and lists are written: the same in sentences, on charts, in reports and in messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from math import floor, isclose, isfinite, log10
from zoneinfo import ZoneInfo

from csi.terms import Direction, Period
from csi.words.messages import counted, mark, said

_MONTHS = (
    mark("Jan"),
    mark("Feb"),
    mark("Mar"),
    mark("Apr"),
    mark("May"),
    mark("Jun"),
    mark("Jul"),
    mark("Aug"),
    mark("Sep"),
    mark("Oct"),
    mark("Nov"),
    mark("Dec"),
)  # not the locale's
NOTHING = "–"
_DIRECTIONS = {
    Direction.HIGHER: mark("higher is better"),
    Direction.LOWER: mark("lower is better"),
    Direction.WITHIN: mark("best within its band"),
}
_PERIODS = {
    Period.HOUR: (mark("{count} hour"), mark("{count} hours"), mark("{what} an hour")),
    Period.DAY: (mark("{count} day"), mark("{count} days"), mark("{what} a day")),
    Period.WEEK: (mark("{count} week"), mark("{count} weeks"), mark("{what} a week")),
    Period.MONTH: (mark("{count} month"), mark("{count} months"), mark("{what} a month")),
    Period.QUARTER: (mark("{count} quarter"), mark("{count} quarters"), mark("{what} a quarter")),
}
HUGE, TINY = 1e9, 1e-4  # beyond these a number is told in words, or with more decimals
MILLION, BEYOND = 1e6, (1e-9, 1e15)  # what is read first is told in millions; beyond these it is a power of ten
_WORDS = {6: mark("{number} million"), 9: mark("{number} billion"), 12: mark("{number} trillion")}
MOST_PLACES = 6
MOST_FIGURES = 11  # decimals of the smallest number that is written out
_UNSPOKEN = frozenset({"", "count", "ratio", "1"})


def decimals(level: float, reach: float = 0.0) -> int:
    """Decimals that show three figures of a level and at least one of what it is compared by."""
    return max(0, min(MOST_PLACES, max(_places(level, 2), _places(reach, 0))))


@lru_cache(maxsize=1024)  # of one KPI they are asked for in every gate and sentence
def decimals_of(levels: tuple[float, ...], reach: float, unit: str) -> int:
    """Decimals for levels of one unit; close to 100 % the distance from 100 keeps two figures: 99.95 % is not 100 %."""
    places = decimals(max(abs(level) for level in levels), reach)
    rest = [100 - level for level in levels if unit == "%" and 50 < level < 100]
    return max(places, min(MOST_PLACES, _places(min(rest), 1))) if rest else places


def _places(value: float, figures: int, *, least: float = TINY) -> int:
    if not isfinite(value) or value == 0 or abs(value) < least:
        return 0
    return figures - floor(log10(abs(value)))


def number(value: float, places: int, *, signed: bool = False) -> str:
    """A number with a proper minus and thousands commas; very large and small ones as powers of ten."""
    if not isfinite(value):
        return said("beyond measure")
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    size = abs(value)
    if not size or TINY <= size < HUGE:
        return fixed(value, places, signed=signed)
    power = power_of(size)
    if power and power not in _WORDS:
        mantissa, exponent = f"{size:.2e}".split("e")
        return in_power(f"{sign}{mantissa}", int(exponent))
    scaled = size / 10**power
    return in_power(f"{sign}{scaled:,.{_places(scaled, 2, least=0.0)}f}", power)


def power_of(size: float, *, words_from: float = HUGE) -> int:
    """The power of ten that a number of this size is told in: 0 where it is written out."""
    if not size or not isfinite(size):
        return 0
    if size < BEYOND[0] or size >= BEYOND[1]:
        return floor(log10(size))
    return min(12, 3 * floor(log10(size) / 3)) if size >= words_from else 0


def in_power(text: str, power: int) -> str:
    """A number in a power of ten: ``24.8 million``, ``1.50 × 10^17``."""
    if not power:
        return text
    if power in _WORDS:
        return said(_WORDS[power], number=text)
    return f"{text} × 10^{power}".replace("-", "−")


def fixed(value: float, places: int, *, signed: bool = False) -> str:
    """A number with so many decimals, whatever its size."""
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    text = f"{abs(value):,.{places}f}"
    return text if float(text.replace(",", "")) == 0 else f"{sign}{text}"


def quantity(value: float, unit: str, places: int) -> str:
    """A number with its unit: ``24.6 h``, ``75 %``, ``1,928``."""
    return number(value, places) + of_unit(unit)


def exact(value: float, unit: str = "") -> str:
    """A number as it was agreed, such as a target, with all of its decimals up to six, and its unit.

    Many millions are told in words where that leaves nothing out: ``2.5 million €``.
    """
    power = power_of(abs(value), words_from=MILLION)
    if not power and 0 < abs(value) < TINY:
        return amount(value, unit)
    if power not in _WORDS:
        return quantity(value, unit, shortest(value))
    scaled = value / 10**power
    if round(scaled, 3) == scaled:
        return in_power(fixed(scaled, shortest(scaled)), power) + of_unit(unit)
    return fixed(value, shortest(value)) + of_unit(unit)


def plainly(value: float, figures: int = 10, *, parted: bool = False) -> str:
    """A number as a cell holds it, with so many figures at most and never as a power of ten; ``parted``: 1,000,000."""
    if not isfinite(value):
        return str(value)
    rounded = Decimal(f"{value:.{figures}g}")
    return f"{rounded:,f}" if parted else f"{rounded:f}"


def gap(value: float, unit: str, places: int) -> str:
    """A signed difference with its unit; percentages differ by points."""
    return number(value, places, signed=True) + of_gap(unit)


def shortest(value: float) -> int:
    """As many decimals as a target was written with, up to six."""
    return next((places for places in range(MOST_PLACES) if round(value, places) == value), MOST_PLACES)


def of_unit(unit: str) -> str:
    """A unit as it stands behind a number; nothing where it is not spoken."""
    return "" if unit in _UNSPOKEN else f" {unit}"


def of_gap(unit: str) -> str:
    """A unit as it stands behind a difference."""
    return of_unit(said("points") if unit == "%" else unit)


def percent(share: float, places: int = 0) -> str:
    """A share in per cent, rounded down: what lies below a bound never reads as the bound itself."""
    scale = 10**places
    return f"{floor(100 * scale * share + 1e-9) / scale:.{places}f} %"


def share(value: float) -> str:
    """A part of one in whole per cent."""
    return f"{number(100 * value, 0)} %"


def amount(value: float | None, unit: str = "", beside: Sequence[float] = (), *, words_from: float = HUGE) -> str:
    """A value by itself, with three significant digits and its unit; whole numbers keep all of theirs.

    Close to 100 % the distance from 100 keeps two digits: 99.95 % is not 100 %. ``beside``: what it is compared with,
    such as a target; it has the digits that tell it from those. ``words_from``: from where on it is told in millions.
    """
    if value is None or not isfinite(value):
        return NOTHING
    return _digits(float(value), unit, beside, words_from).replace("-", "−") + of_unit(unit)


def _digits(value: float, unit: str, beside: Sequence[float], words_from: float) -> str:
    power = power_of(abs(value), words_from=words_from)
    if power and power not in _WORDS:
        mantissa, exponent = f"{value:.2e}".split("e")
        return in_power(_strip(mantissa), int(exponent))
    if not power and value == round(value):
        return f"{value:,.0f}"
    scaled = value / 10**power
    places = _significant(scaled, unit)
    while places < MOST_PLACES and any(hidden(scaled, mark / 10**power, places) for mark in beside):
        places += 1
    return in_power(_strip(f"{scaled:,.{places}f}"), power)


def hidden(value: float, mark: float, places: int) -> bool:
    """Whether a value, rounded, no longer lies on its side of a mark that is written in full."""
    return order(value, mark) != order(round(value, places), round(mark, max(places, MOST_PLACES)))


def order(one: float, other: float) -> int:
    """-1, 0 or 1 as one number is smaller than the other, equal but for the last bits, or larger."""
    return 0 if isclose(one, other, rel_tol=1e-12, abs_tol=1e-12) else 1 if one > other else -1


def _significant(value: float, unit: str) -> int:
    if unit == "%" and 99 < value < 100:
        return min(MOST_PLACES, 1 - floor(log10(100 - value)))
    return max(0, min(MOST_FIGURES, 2 - floor(log10(abs(value)))))


def _strip(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float | None) -> str:
    """A number of things: no unit, no decimals."""
    return NOTHING if value is None or not isfinite(value) else f"{value:,.0f}".replace("-", "−")


def spread(values: list[float]) -> str:
    """``813`` or ``813–2,068``; nothing for no values."""
    if not values:
        return NOTHING
    low, high = count(min(values)), count(max(values))
    return low if low == high else f"{low}–{high}"


def periods(number_of: int, period: Period) -> str:
    """``1 week``, ``12 weeks``, ``1,200 days``."""
    one, many, _ = _PERIODS[period]
    return counted(one, many, number_of)


def each(what: str, period: Period) -> str:
    """A size a period: ``−0.3 h a week``."""
    return said(_PERIODS[period][2], what=what)


def direction(which: Direction) -> str:
    """Which way is better."""
    return said(_DIRECTIONS[which])


def month(number: int) -> str:
    """``Feb`` of 2."""
    return said(_MONTHS[number - 1])


def day(moment: date | datetime, *, year: bool = True) -> str:
    """``29 Feb 2016``."""
    if not year:
        return said("{day} {month}", day=moment.day, month=month(moment.month))
    return said("{day} {month} {year}", day=moment.day, month=month(moment.month), year=moment.year)


def day_in(moment: datetime, zone: str) -> str:
    """The day of a moment in a zone: what lies before midnight UTC may lie behind it where people are."""
    return day(moment.astimezone(ZoneInfo(zone)).date())


def point(start: datetime, period: Period, *, year: bool = True) -> str:
    """The name of one period: ``week of 29 Feb 2016``, ``Mar 2016``, ``Q1 2016``, ``29 Feb 2016 14:00``."""
    if period is Period.HOUR:
        return f"{day(start, year=year)} {start.hour:02}:{start.minute:02}"
    if period is Period.MONTH:
        return _of_year(month(start.month), start, year=year)
    if period is Period.QUARTER:
        return _of_year(said("Q{number}", number=(start.month + 2) // 3), start, year=year)
    named_day = day(start, year=year)
    return said("week of {day}", day=named_day) if period is Period.WEEK else named_day


def _of_year(name: str, start: date, *, year: bool) -> str:
    return f"{name} {start.year}" if year else name


def named(start: date, period: Period) -> str:
    """A period in a sentence: ``the week of 29 Feb 2016``, ``Mar 2016``, ``Q1 2016``, a day."""
    if period is Period.HOUR and not isinstance(start, datetime):
        return day(start)
    if period is Period.WEEK:
        return said("the week of {day}", day=day(start))
    return point(datetime.combine(start, time()), period)


def later(start: date, count: int, period: Period) -> date:
    """The day on which ``count`` periods from ``start`` are complete."""
    if period is Period.HOUR:
        return start + timedelta(days=-(-count // 24))
    if period in (Period.DAY, Period.WEEK):
        return start + timedelta(days=count * (7 if period is Period.WEEK else 1))
    months = start.year * 12 + start.month - 1 + count * (3 if period is Period.QUARTER else 1)
    return date(months // 12, months % 12 + 1, 1)


def when(moment: date | datetime | None, zone: str = "UTC") -> str:
    """A day, or a moment in a zone: ``4 Apr 2016``, ``4 Apr 2016, 14:05``; a moment without a zone is as it is."""
    if moment is None:
        return said("no date")
    if not isinstance(moment, datetime):
        return day(moment)
    local = moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment
    return f"{day(local)}, {local.hour:02}:{local.minute:02}"


def plural(number_of: int, one: str, many: str = "") -> str:
    """A count with its noun: ``1 row``, ``1,200 rows``."""
    return f"{number_of:,} {counted(one, many or one + 's', number_of)}"


def listed(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; nothing for none."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return said("{some} and {last}", some=", ".join(parts[:-1]), last=parts[-1])


def either(parts: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``; nothing for none."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return said("{some} or {last}", some=", ".join(parts[:-1]), last=parts[-1])


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """The text with a full stop at its end."""
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


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
    until = mark("the export holds only rows whose {column} lies until {day}")
    since = mark("the export holds only rows whose {column} lies from {day} on")
    held = said(until if at_end else since, column=column, day=day(moment.date()))
    some, every = (f"{number_of:,}" for number_of in rows)
    there = said(" ({some} of {every} rows)", some=some, every=every) if rows[1] else ""
    among = said(_AMONG[at_end, quick], judged_by=judged_by, there=there)
    return f"{held}: {among}"


_AMONG = {
    (True, True): mark("those whose {judged_by} lies shortly before{there} are the quick ones among them"),
    (False, True): mark("those whose {judged_by} lies shortly after{there} are the quick ones among them"),
    (True, False): mark("those whose {judged_by} lies later{there} are the slow ones among them"),
    (False, False): mark("those whose {judged_by} lies earlier{there} are the slow ones among them"),
}
