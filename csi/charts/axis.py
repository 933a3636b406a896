"""Axes of a chart over time: what is in range, which ticks, which dates, and nothing that distracts."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from statistics import median
from typing import TYPE_CHECKING

from csi.charts import artists
from csi.charts.canvas import FAINT, QUIET, RULE, WHITE, literal, width_of
from csi.charts.marks import Mark, bound
from csi.charts.view import View
from csi.measures import measure_of
from csi.terms import Period
from csi.words.wording import BEYOND, MILLION, day, in_power, month, power_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TICK = 8.5  # points
AIR = 0.08  # of the range, above and below
ALL = 100.0  # per cent, or points of a net promoter score: above it there is nothing
DATE_AIR = 0.14  # inches between two dates
MOST_DATES = 12
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def value_range(view: View) -> tuple[float, float]:
    """The lowest and highest value to be seen, with some air; a constant gets air too."""
    limits, wide = view.analysis.limits, len(view.marks)
    seen = [mark.value for mark in view.marks]
    for side in (limits.lower, limits.upper):
        seen += usual(bound(side, wide))
    for own in view.own_limits.values():
        seen += usual(own)
    seen += view.targets
    seen += [aim for mark in view.marks for aim in view.kpi.aims_on(mark.start.date())]
    seen += view.centres
    known = [value for value in seen if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = with_air(min(known), max(known))
    air = (high - low) * AIR / 4
    if measure_of(view.kpi.measure).is_net:
        return max(low, -ALL - air), min(high, ALL + air)
    whole = view.unit == "%" and max(known) <= ALL
    return low, min(high, ALL + air) if whole else high


def usual(side: Sequence[float | None]) -> list[float]:
    """Where a limit mostly lies, and where at last: periods of few cases do not press all others together."""
    known = [value for value in side if value is not None]
    return [median(known), known[-1]] if known else []


def all_whole(values: Sequence[float | None]) -> bool:
    """Whether values are whole numbers, such as counts: between them there is nothing to be marked."""
    return all(value == round(value) for value in values if value is not None)


def with_air(low: float, high: float) -> tuple[float, float]:
    """A range with air around it that does not go below zero for a few drops of ink."""
    air = (high - low) * AIR or abs(high) * 0.1 or 1.0
    below = low - air
    return (-air / 4 if low >= 0 > below else below), high + air


def ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Round values within a range; ``whole``: none between two whole numbers."""
    places = artists.MaxNLocator(nbins=5, integer=whole).tick_values(low, high)
    return [float(tick) for tick in places if low <= tick <= high and not (whole and tick % 1)]


def tick_labels(of: Sequence[float]) -> list[str]:
    """Ticks with as many decimals as it takes to say where each one lies: 2.5, not 2."""
    if not of:
        return []
    step = (of[1] - of[0]) if len(of) > 1 else abs(of[0]) or 1.0
    largest = max(abs(tick) for tick in of) or 1.0
    decimals = _decimals(step)
    power = power_of(largest, words_from=MILLION)
    if power and not MILLION <= largest < BEYOND[1]:
        digits = max(0, floor(log10(largest)) + decimals)
        return [_scientific(tick, digits) for tick in of]
    texts = [f"{tick / 10**power + 0.0:,.{max(0, decimals + power)}f}".replace("-", "−") for tick in of]
    return [in_power(text, power) if tick else "0" if power else text for tick, text in zip(of, texts, strict=True)]


def _decimals(step: float) -> int:
    """How many decimals tell a distance in full, negative for tens: 1 for 0.5, 2 for 0.25, -1 for 20."""
    first = -floor(log10(step) + 1e-9)
    scaled = step * 10.0**first
    return first if abs(scaled - round(scaled)) < 1e-6 else first + 1


def _scientific(tick: float, digits: int) -> str:
    mantissa, exponent = f"{tick:.{digits}e}".split("e")
    return "0" if tick == 0 else f"{mantissa}×10{str(int(exponent)).translate(_RAISED)}".replace("-", "−")


def axes_at(
    sheet: Figure,
    box: tuple[float, float, float, float],
    *,
    positions: int,
    low: float,
    high: float,
    whole: bool = False,
) -> Axes:
    """Empty axes; ``box`` is left, top, width, height in inches from the sheet's top left corner."""
    width, height = sheet.get_size_inches()
    left, top, wide, tall = box
    axes = sheet.add_axes((left / width, 1 - (top + tall) / height, wide / width, tall / height), facecolor=WHITE)
    axes.set_xlim(-0.6, max(positions, 1) - 0.4)
    axes.set_ylim(low, high)
    of = ticks(low, high, whole=whole)
    axes.set_yticks(of, labels=tick_labels(of))
    _frame(axes)
    return axes


def left_margin(low: float, high: float, *, whole: bool = False) -> float:
    """The width the value labels need, in inches."""
    return max((width_of(label, TICK) for label in tick_labels(ticks(low, high, whole=whole))), default=0.0)


def write_dates(axes: Axes, of: Sequence[Mark], period: Period, width: float) -> None:
    """Dates below the axes."""
    dates = date_labels(of, period)
    shown = labelled(dates, width)
    labels = [dates[at] for at in shown]
    axes.set_xticks(shown, labels=labels)
    literal(axes.get_xticklabels(), size=TICK)


def labelled(dates: Sequence[str], width: float) -> list[int]:
    """Which positions get a date: the newest always, then back at even distances as far as there is room."""
    if not dates:
        return []
    each = width_of(max(dates, key=len), TICK) + DATE_AIR
    room = max(1, min(MOST_DATES, int(width / each)))
    step = -(-len(dates) // room)
    return sorted(range(len(dates) - 1, -1, -step))


def date_labels(of: Sequence[Mark], period: Period) -> list[str]:
    """The shortest name of each period that cannot be mistaken."""
    years = len({mark.start.year for mark in of}) > 1
    return [date_label(mark, period, years=years) for mark in of]


def date_label(mark: Mark, period: Period, *, years: bool) -> str:
    """The shortest name of a period that cannot be mistaken."""
    year = f" ’{mark.start.year % 100:02}" if years else ""
    if period is Period.QUARTER:
        return f"Q{(mark.start.month + 2) // 3}{year}"
    if period is Period.MONTH:
        return f"{month(mark.start.month)}{year}"
    hour = f" {mark.start.hour:02}h" if period is Period.HOUR else year
    return f"{day(mark.start, year=False)}{hour}"


def _frame(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.grid(visible=True, axis="y", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(axis="both", length=0, pad=4)
    axes.tick_params(axis="x", length=3, color=RULE)
    literal(axes.get_yticklabels(), size=TICK, colour=QUIET)
