"""The spiral chart: one KPI over all cycles, its baseline and target stepping as they were agreed, actions as markers.

Each cycle was judged by its own definition: where two cycles hold the same period, it is shown as the cycle that
evaluated it saw it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from csi.charts import plot
from csi.charts.axis import all_whole, axes_at, left_margin, with_air, write_dates
from csi.charts.beside import Line, name_lines, right_margin
from csi.charts.canvas import (
    ALT_TEXT_LIMIT,
    BLUE,
    EDGE,
    INK,
    QUIET,
    RULE,
    TEXT,
    WHITE,
    WIDTH,
    Chart,
    figure,
    font,
    halo,
    png,
    width_of,
)
from csi.charts.head import Head, head
from csi.charts.head import draw as draw_head
from csi.charts.marks import Mark, runs, spans
from csi.terms import Direction, Period
from csi.words.heading import ruled
from csi.words.messages import counted, said
from csi.words.wording import MILLION, NOTHING, amount, clip, day, direction, exact, point, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT, CYCLES, DATES = 2.4, 0.26, 0.34  # inches
MOST_ACTIONS = 12
STRIP = 0.15  # of the plot's height, for the actions


@dataclass(frozen=True, slots=True)
class Deed:
    """A corrective action on the chart: when it was done (or is due), and its name."""

    on: date
    text: str
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One cycle of a KPI: its series (step 4's frame), what was agreed, its verdict with its summary, its actions.

    ``until`` is the day its evaluation ended: later periods belong to the next cycle. ``earlier``: what was promised
    before, each with the day until which it was.
    """

    number: int
    series: pd.DataFrame
    baseline: float | None = None
    target: float | None = None
    verdict: str = ""
    deeds: tuple[Deed, ...] = ()
    until: date | None = None
    earlier: tuple[tuple[date, float], ...] = ()
    summary: str = ""

    def target_on(self, day: date) -> float | None:
        """What was promised on a day (V6.8)."""
        return next((target for until, target in self.earlier if day < until), self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spiral:
    """A KPI over all its cycles, oldest first."""

    name: str
    unit: str
    direction: Direction
    period: Period
    service: str
    turns: tuple[Turn, ...]
    min_n: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """Points in order, each with the turn it belongs to."""

    marks: tuple[Mark, ...]
    turns: tuple[Turn, ...]


def spiral_chart(spiral: Spiral) -> Chart:
    """One KPI over all cycles as PNG with its sentence and alt text."""
    return Chart(png(spiral_figure(spiral)), spiral_text(spiral), title(spiral))


def title(spiral: Spiral) -> str:
    """The newest verdict over all cycles, with its levels."""
    newest = _newest(spiral)
    every = counted("{count} cycle", "{count} cycles", len(spiral.turns))
    if newest is None:
        return said("{name}, {cycles}: not judged yet.", name=spiral.name, cycles=every)
    told = sentence(ruled(newest.verdict, newest.summary))
    return said("{name}, {cycles}: {told}", name=spiral.name, cycles=every, told=told)


def _newest(spiral: Spiral) -> Turn | None:
    """The newest cycle with a verdict."""
    return next((turn for turn in reversed(spiral.turns) if turn.verdict), None)


def _head(spiral: Spiral) -> Head:
    unit = said("number") if spiral.unit in ("", "count") else spiral.unit
    what = f"{unit} per {spiral.period}, {direction(spiral.direction)}"
    kicker = [f"{what} · {spiral.service}", what]
    newest = _newest(spiral)
    if newest is None:
        return head("", kicker, title(spiral), "")
    told = newest.summary or f"{newest.verdict}."
    return head(newest.verdict, kicker, spiral.name, said(", cycle {number}: {told}", number=newest.number, told=told))


def placed(spiral: Spiral) -> Placed:
    """All cycles' points in one row, each shown as the cycle it belongs to saw it."""
    held = [_held(turn) for turn in spiral.turns]
    starts = sorted({start for one in held for start in one})
    owners = [_owner(spiral.turns, held, start) for start in starts]
    marks = [
        _mark(at, start, held[owner][start], spiral.min_n)
        for at, (start, owner) in enumerate(zip(starts, owners, strict=True))
    ]
    return Placed(tuple(marks), tuple(spiral.turns[owner] for owner in owners))


def _held(turn: Turn) -> dict[pd.Timestamp, Any]:
    starts = [pd.Timestamp(start) for start in pd.DatetimeIndex(turn.series.index)]
    return dict(zip(starts, turn.series.itertuples(), strict=True))


def _owner(turns: Sequence[Turn], held: Sequence[Mapping[pd.Timestamp, Any]], start: pd.Timestamp) -> int:
    """The first cycle whose evaluation had not ended by then; without such a day, the newest that holds the period."""
    having = [at for at, one in enumerate(held) if start in one]
    in_time = [at for at in having if (until := turns[at].until) is not None and start.date() < until]
    return in_time[0] if in_time else having[-1]


def _mark(at: int, start: pd.Timestamp, row: Any, min_n: int) -> Mark:
    hidden = bool(row.missing) or row.value != row.value
    few = not hidden and row.n < min_n
    return Mark(
        position=at,
        start=start,
        value=None if hidden or few else float(row.value),
        n=float(row.n),
        partial=bool(row.partial),
        excluded=False,
        suppressed=few,
    )


def spiral_figure(spiral: Spiral) -> Figure:
    """The drawing itself, for tests to look at."""
    where, deeds = placed(spiral), _numbered(spiral)
    above = _head(spiral)
    top = EDGE + above.height + CYCLES
    sheet = figure(top + PLOT + DATES + EDGE)
    draw_head(sheet, above)
    axes, width = _axes(sheet, spiral, where, top)
    write_dates(axes, where.marks, spiral.period, width)
    for run in runs(where.marks):
        axes.plot([m.position for m in run], [m.height for m in run], color=QUIET, linewidth=1.3, zorder=3, gid="run")
    _steps(axes, where)
    _turns(axes, where, width)
    _points(axes, where)
    if deeds:
        _markers(axes, where, deeds)
    name_lines(sheet, axes, _names(spiral, where))
    return sheet


def _axes(sheet: Figure, spiral: Spiral, where: Placed, top: float) -> tuple[Axes, float]:
    seen = [mark.value for mark in where.marks]
    seen += [level for turn in spiral.turns for level in (turn.baseline, turn.target)]
    known = [value for value in seen if value is not None]
    low, high = with_air(min(known), max(known)) if known else (0.0, 1.0)
    whole = all_whole([mark.value for mark in where.marks])
    left = EDGE + 0.08 + left_margin(low, high, whole=whole)
    width = WIDTH - left - right_margin(_names(spiral, where))
    box = (left, top, width, PLOT)
    return axes_at(sheet, box, positions=len(where.marks), low=low, high=high, whole=whole), width


def _names(spiral: Spiral, where: Placed) -> list[Line]:
    newest = spiral.turns[-1] if spiral.turns else None
    if newest is None:
        return []
    aims = () if newest.target is None else (newest.target,)
    named = [Line(aim, f"target {exact(aim, spiral.unit)}", INK, bold=True) for aim in aims]
    if newest.baseline is not None:
        named.append(Line(newest.baseline, f"baseline {_brief(spiral, newest.baseline, aims)}", BLUE))
    held = [mark for mark in where.marks if mark.whole]
    latest = (Line(one.height, f"latest {_brief(spiral, one.value, aims)}", INK, bold=True) for one in held[-1:])
    return [*named, *latest]


def _brief(spiral: Spiral, value: float | None, aims: Sequence[float]) -> str:
    return amount(value, spiral.unit, aims, words_from=MILLION)


def _steps(axes: Axes, where: Placed) -> None:
    baselines = [turn.baseline for turn in where.turns]
    targets = [turn.target_on(mark.start.date()) for mark, turn in zip(where.marks, where.turns, strict=True)]
    plot.steps(axes, baselines, color=BLUE, linewidth=3.2, alpha=0.45, gid="baseline")
    plot.steps(axes, targets, color=INK, linewidth=1.4, linestyle=plot.TARGET_DASH, gid="target")


def _points(axes: Axes, where: Placed) -> None:
    plot.points(axes, [mark for mark in where.marks if mark.whole], plot.POINT, 4.4, gid="point")
    unfinished = [mark for mark in where.marks if mark.partial and mark.value is not None]
    plot.points(axes, unfinished, plot.PARTIAL, 4.4, gid="partial")


def _turns(axes: Axes, where: Placed, width: float) -> None:
    """Where each cycle begins: a line and its number, in words where there is room for them."""
    each, free = width / max(1, len(where.marks)), 0.0
    for number_of in dict.fromkeys(turn.number for turn in where.turns):
        span = spans([at for at, turn in enumerate(where.turns) if turn.number == number_of])[0]
        axes.axvline(span.first - 0.5, color=RULE, linewidth=0.8, linestyle=(0, (1, 2)), gid="cycle")
        left, wide = span.first * each, each * (span.last - span.first + 1)
        words = said("cycle {number}", number=number_of)
        text = words if width_of(words, plot.SMALL) < wide else str(number_of)
        if left >= free:
            _say(axes, span.first - 0.35, 1.02, text, ha="left", va="bottom")
            free = left + width_of(text, plot.SMALL)


def _markers(axes: Axes, where: Placed, deeds: Mapping[int, Deed]) -> None:
    """Actions as numbered triangles in the period they fall into, on a strip of their own: filled when done."""
    low, high = axes.get_ylim()
    axes.set_ylim(low - STRIP * (high - low), high)
    for number_of, deed in deeds.items():
        at = position(where.marks, deed.on)
        if at is not None:
            axes.plot(
                [at],
                [0.035],
                transform=axes.get_xaxis_transform(),
                marker="^",
                markersize=7,
                color=INK,
                markerfacecolor=INK if deed.done else WHITE,
                zorder=5,
                gid="action",
            )
            _say(axes, at, 0.07, str(number_of), ha="center", va="bottom")


def _say(axes: Axes, x: float, y: float, text: str, **place: Any) -> None:
    letters = font(plot.SMALL, text=text)
    drawn = axes.text(x, y, text, transform=axes.get_xaxis_transform(), color=TEXT, fontproperties=letters, **place)
    halo(drawn).set_parse_math(False)


def position(marks: Sequence[Mark], on: date) -> int | None:
    """The period a date falls into; None before the first."""
    started = [mark.position for mark in marks if mark.start.date() <= on]
    return started[-1] if started else None


def _numbered(spiral: Spiral) -> dict[int, Deed]:
    every = sorted((deed for turn in spiral.turns for deed in turn.deeds), key=lambda deed: deed.on)
    return dict(enumerate(every[-MOST_ACTIONS:], start=1))


def notes(spiral: Spiral) -> list[str]:
    """What stands beside the picture: each cycle's verdict, and the actions by the numbers they have in it."""
    turns = ((turn.number, turn.verdict or said("open")) for turn in spiral.turns)
    cycles = [said("cycle {number}: {verdict}", number=number, verdict=verdict) for number, verdict in turns]
    actions = [_deed(at, deed) for at, deed in _numbered(spiral).items()]
    return [" · ".join(cycles), *actions]


def _deed(at: int, deed: Deed) -> str:
    told = f"▲ {at} {day(deed.on)}: {deed.text}"
    return told if deed.done else said("{action} (planned)", action=told)


def spiral_text(spiral: Spiral) -> str:
    """The chart in words."""
    where = placed(spiral)
    held = [mark for mark in where.marks if mark.whole]
    aims = [turn.target for turn in spiral.turns[-1:] if turn.target is not None]
    newest = (
        f" Latest {amount(held[-1].value, spiral.unit, aims)} ({point(held[-1].start, spiral.period)})." if held else ""
    )
    turns = " ".join(_turn_text(spiral, turn) for turn in spiral.turns)
    deeds = "; ".join(f"{day(deed.on)} {deed.text}" for deed in _numbered(spiral).values())
    actions = f" Actions: {deeds}." if deeds else " No actions."
    return clip(f"Spiral chart: {title(spiral)} {turns}{newest}{actions}", ALT_TEXT_LIMIT)


def _turn_text(spiral: Spiral, turn: Turn) -> str:
    aims = () if turn.target is None else (turn.target,)
    base, aim = amount(turn.baseline, spiral.unit, aims), "".join(exact(one, spiral.unit) for one in aims) or NOTHING
    return f"Cycle {turn.number}: baseline {base}, target {aim}, {turn.verdict or 'open'}."
