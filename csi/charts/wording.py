"""Numbers, dates and spans as people read them, the same on charts, in alt text and in reports."""

from __future__ import annotations

from datetime import date, datetime
from math import floor, isfinite, log10

from csi.terms import Direction, Period

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # not the locale's
NOTHING = "–"
PLURALS = {period: f"{period}s" for period in Period}
DIRECTIONS = {
    Direction.HIGHER: "higher is better",
    Direction.LOWER: "lower is better",
    Direction.WITHIN: "best within its band",
}
LARGEST_WRITTEN_OUT = 1e9
SMALLEST_WRITTEN_OUT = 1e-4


def number(value: float | None, unit: str = "") -> str:
    """A value with three significant digits and its unit; whole numbers keep all of theirs.

    Close to 100 % the distance from 100 keeps two digits: 99.95 % is not 100 %.
    """
    if value is None or not isfinite(value):
        return NOTHING
    suffix = f" {unit}" if unit and unit != "count" else ""
    return _digits(float(value), unit).replace("-", "−") + suffix


def count(value: float | None) -> str:
    """A number of things: no unit, no decimals."""
    return NOTHING if value is None or not isfinite(value) else f"{value:,.0f}".replace("-", "−")


def day(moment: date | datetime, *, year: bool = True) -> str:
    """``29 Feb 2016``."""
    return f"{moment.day} {MONTHS[moment.month - 1]}" + (f" {moment.year}" if year else "")


def point(start: datetime, period: Period, *, year: bool = True) -> str:
    """The name of one period: ``week of 29 Feb 2016``, ``Mar 2016``, ``Q1 2016``, ``29 Feb 2016 14:00``."""
    tail = f" {start.year}" if year else ""
    if period is Period.HOUR:
        return f"{day(start, year=year)} {start.hour:02}:{start.minute:02}"
    if period is Period.MONTH:
        return MONTHS[start.month - 1] + tail
    if period is Period.QUARTER:
        return f"Q{(start.month + 2) // 3}{tail}"
    return f"week of {day(start, year=year)}" if period is Period.WEEK else day(start, year=year)


def periods(number_of: int, period: Period) -> str:
    """``1 week``, ``12 weeks``."""
    return f"{number_of:,} {period if number_of == 1 else PLURALS[period]}"


def spread(values: list[float]) -> str:
    """``813`` or ``813–2,068``; nothing for no values."""
    if not values:
        return NOTHING
    low, high = count(min(values)), count(max(values))
    return low if low == high else f"{low}–{high}"


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """The text with a full stop at its end."""
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def _digits(value: float, unit: str) -> str:
    size = abs(value)
    if value == 0:
        return "0"
    if size >= LARGEST_WRITTEN_OUT or size < SMALLEST_WRITTEN_OUT:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{_strip(mantissa)} × 10^{int(exponent)}"
    if value == round(value) and size < LARGEST_WRITTEN_OUT:
        return f"{value:,.0f}"
    return _strip(f"{value:,.{_decimals(value, unit)}f}")


def _decimals(value: float, unit: str) -> int:
    if unit == "%" and 99 < value < 100:
        return min(6, 1 - floor(log10(100 - value)))
    return max(0, min(7, 2 - floor(log10(abs(value)))))


def _strip(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
