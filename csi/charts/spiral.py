"""The spiral chart: one KPI over all cycles, its baseline and target stepping as they were agreed, actions as markers.

Each cycle was judged by its own definition: where two cycles hold the same period, it is shown as the cycle that
evaluated it saw it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csi.charts import plot
from csi.charts.axis import axes_at, left_margin, with_air, write_dates
from csi.charts.beside import EDGE, Line, name_lines, right_margin
from csi.charts.canvas import (
    ALT_TEXT_LIMIT,
    BLUE,
    INK,
    QUIET,
    RULE,
    TEXT,
    WHITE,
    WIDTH,
    Chart,
    figure,
    fitted,
    font,
    halo,
    height_of,
    png,
    wrapped,
    write,
)
from csi.charts.marks import Mark, runs, spans
from csi.terms import Direction, Period
from csi.words.wording import NOTHING, amount, clip, day, direction, exact, point, sentence

PLOT, TOP, DATES = 2.2, 0.95, 0.42  # inches
TITLE = 11.0  # points
MOST_ACTIONS = 12
STRIP = 0.15  # of the plot's height, for the actions


@dataclass(frozen=True, slots=True)
class Deed:
    """A corrective action on the chart: when it was done (or is due), and its name."""

    on: date
    text: str
    done: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """One cycle of a KPI: its series (step 4's frame), what was agreed, its verdict, its actions.

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

    def target_on(self, day: date) -> float | None:
        """What was promised on a day (V6.8)."""
        return next((target for until, target in self.earlier if day < until), self.target)


@dataclass(frozen=True, slots=True)
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
    """Where the first cycle began and the newest stands."""
    levels = [turn.baseline for turn in spiral.turns if turn.baseline is not None]
    cycles = f"{len(spiral.turns)} cycle{'' if len(spiral.turns) == 1 else 's'}"
    if not levels:
        return f"{spiral.name} over {cycles}: no baseline agreed yet."
    now = amount(levels[-1], spiral.unit, levels[:1])
    start = amount(levels[0], spiral.unit, levels[-1:])
    return f"{spiral.name} over {cycles}: baseline " + (f"from {start} to {now}." if len(levels) > 1 else f"{start}.")


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
    return Mark(at, start, None if hidden or few else float(row.value), float(row.n), bool(row.partial), False,
                suppressed=few)  # fmt: skip


def spiral_figure(spiral: Spiral) -> Figure:
    """The drawing itself, for tests to look at."""
    where, deeds = placed(spiral), _numbered(spiral)
    notes = _notes(spiral, deeds)
    sheet = figure(TOP + PLOT + DATES + height_of(len(notes), plot.SMALL) + EDGE)
    _head(sheet, spiral)
    axes, width = _axes(sheet, spiral, where)
    write_dates(axes, where.marks, spiral.period, width)
    for run in runs(where.marks):
        axes.plot([m.position for m in run], [m.height for m in run], color=QUIET, linewidth=1.3, zorder=3, gid="run")
    _steps(axes, where)
    _turns(axes, where)
    _points(axes, where)
    if deeds:
        _markers(axes, where, deeds)
    name_lines(sheet, axes, _names(spiral))
    for at, line in enumerate(notes):
        write(sheet, EDGE, TOP + PLOT + DATES + height_of(at, plot.SMALL), line, size=plot.SMALL, colour=TEXT)
    return sheet


def _head(sheet: Figure, spiral: Spiral) -> None:
    unit = "number" if spiral.unit in ("", "count") else spiral.unit
    kicker = f"{spiral.service} · {spiral.name} · {unit} per {spiral.period}, {direction(spiral.direction)}"
    write(sheet, EDGE, EDGE, fitted(kicker, plot.LABEL, within=WIDTH - 2 * EDGE), size=plot.LABEL, colour=QUIET)
    for at, line in enumerate(wrapped(title(spiral), TITLE, within=WIDTH - 2 * EDGE, most=2, bold=True)):
        write(sheet, EDGE, EDGE + 0.19 + height_of(at, TITLE), line, size=TITLE, colour=INK, bold=True)


def _axes(sheet: Figure, spiral: Spiral, where: Placed) -> tuple[Axes, float]:
    seen = [mark.value for mark in where.marks]
    seen += [level for turn in spiral.turns for level in (turn.baseline, turn.target)]
    known = [value for value in seen if value is not None]
    low, high = with_air(min(known), max(known)) if known else (0.0, 1.0)
    left = EDGE + 0.08 + left_margin(low, high)
    width = WIDTH - left - right_margin(_names(spiral))
    return axes_at(sheet, (left, TOP, width, PLOT), positions=len(where.marks), low=low, high=high), width


def _names(spiral: Spiral) -> list[Line]:
    newest = spiral.turns[-1] if spiral.turns else None
    if newest is None:
        return []
    aims = () if newest.target is None else (newest.target,)
    named = [Line(aim, f"target {exact(aim, spiral.unit)}", INK, bold=True) for aim in aims]
    if newest.baseline is not None:
        named.append(Line(newest.baseline, f"baseline {amount(newest.baseline, spiral.unit, aims)}", BLUE))
    return named


def _steps(axes: Axes, where: Placed) -> None:
    baselines = [turn.baseline for turn in where.turns]
    targets = [turn.target_on(mark.start.date()) for mark, turn in zip(where.marks, where.turns, strict=True)]
    plot.steps(axes, baselines, color=BLUE, linewidth=3.2, alpha=0.45, gid="baseline")
    plot.steps(axes, targets, color=INK, linewidth=1.4, linestyle=plot.TARGET_DASH, gid="target")


def _points(axes: Axes, where: Placed) -> None:
    plot.points(axes, [mark for mark in where.marks if mark.whole], plot.POINT, 4.4, gid="point")
    unfinished = [mark for mark in where.marks if mark.partial and mark.value is not None]
    plot.points(axes, unfinished, plot.PARTIAL, 4.4, gid="partial")


def _turns(axes: Axes, where: Placed) -> None:
    """Where each cycle begins: a line and its number."""
    for number_of in dict.fromkeys(turn.number for turn in where.turns):
        for span in spans([at for at, turn in enumerate(where.turns) if turn.number == number_of])[:1]:
            axes.axvline(span.first - 0.5, color=RULE, linewidth=0.8, linestyle=(0, (1, 2)), gid="cycle")
            _say(axes, span.first - 0.35, 1.02, f"cycle {number_of}", ha="left", va="bottom")


def _markers(axes: Axes, where: Placed, deeds: Mapping[int, Deed]) -> None:
    """Actions as numbered triangles in the period they fall into, on a strip of their own: filled when done."""
    low, high = axes.get_ylim()
    axes.set_ylim(low - STRIP * (high - low), high)
    for number_of, deed in deeds.items():
        at = position(where.marks, deed.on)
        if at is not None:
            axes.plot([at], [0.035], transform=axes.get_xaxis_transform(), marker="^", markersize=7, color=INK,
                      markerfacecolor=INK if deed.done else WHITE, zorder=5, gid="action")  # fmt: skip
            _say(axes, at, 0.07, str(number_of), ha="center", va="bottom")


def _say(axes: Axes, x: float, y: float, text: str, **place: Any) -> None:
    drawn = axes.text(x, y, text, transform=axes.get_xaxis_transform(), color=TEXT, fontproperties=font(plot.SMALL),
                      **place)  # fmt: skip
    halo(drawn).set_parse_math(False)


def position(marks: Sequence[Mark], on: date) -> int | None:
    """The period a date falls into; None before the first."""
    started = [mark.position for mark in marks if mark.start.date() <= on]
    return started[-1] if started else None


def _numbered(spiral: Spiral) -> dict[int, Deed]:
    every = sorted((deed for turn in spiral.turns for deed in turn.deeds), key=lambda deed: deed.on)
    return dict(enumerate(every[-MOST_ACTIONS:], start=1))


def _notes(spiral: Spiral, deeds: Mapping[int, Deed]) -> list[str]:
    cycles = " · ".join(f"cycle {turn.number}: {turn.verdict or 'open'}" for turn in spiral.turns)
    actions = [f"▲ {at} {day(deed.on)}: {deed.text}{'' if deed.done else ' (planned)'}" for at, deed in deeds.items()]
    within = WIDTH - 2 * EDGE
    return [
        *wrapped(cycles, plot.SMALL, within=within, most=2),
        *(fitted(a, plot.SMALL, within=within) for a in actions),
    ]


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
    return clip(f"Spiral chart: {sentence(title(spiral))} {turns}{newest}{actions}", ALT_TEXT_LIMIT)


def _turn_text(spiral: Spiral, turn: Turn) -> str:
    aims = () if turn.target is None else (turn.target,)
    base, aim = amount(turn.baseline, spiral.unit, aims), "".join(exact(one, spiral.unit) for one in aims) or NOTHING
    return f"Cycle {turn.number}: baseline {base}, target {aim}, {turn.verdict or 'open'}."
