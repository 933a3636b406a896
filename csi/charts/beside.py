"""What stands around the axes of a control chart: the names of its lines, the windows, the signs' meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from csi.charts.canvas import (
    EDGE,
    INK,
    QUIET,
    RULE,
    TEXT,
    WIDTH,
    fitted,
    height_of,
    mark,
    stroke,
    width_of,
    write,
)
from csi.charts.marks import Span, bound
from csi.charts.plot import LABEL, PARTIAL, SIGNS, SMALL
from csi.charts.view import View
from csi.words.messages import said
from csi.words.wording import MILLION, amount, exact

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEADER = 0.13  # inches between a line's end and its name
SIGN, SIGN_ROW = 0.1, 0.19  # inches: a sign's width, a row of signs
LOUD = 10.5  # points: what is still read at a quarter of the width
ROOM = 2.1  # inches: names never take more


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal line to be named at its right end."""

    value: float
    text: str
    colour: str = QUIET
    bold: bool = False

    @property
    def size(self) -> float:
        """Its letters, in points."""
        return LOUD if self.bold else LABEL

    @property
    def width(self) -> float:
        """In inches."""
        return width_of(self.text, self.size, bold=self.bold)


def named_lines(view: View) -> list[Line]:
    """Target, centre and limits with their newest values; without the unit where it would not fit."""
    named = _named(view, view.short_unit)
    return named if _widest(named) <= ROOM - 0.4 else _named(view, "")


def _named(view: View, unit: str) -> list[Line]:
    own, aimed = view.analysis.detail.after_limits if view.own_limits else None, view.targets
    limits = own or view.analysis.limits
    trial = "trial " if limits.trial else ""
    names = ("target",) if len(aimed) == 1 else ("band from", "band to")
    aims = zip(names, aimed, strict=False)
    found = [Line(value, f"{name} {exact(value, unit)}", INK, bold=True) for name, value in aims]
    sides = ((f"{trial}upper limit", limits.upper), ("centre", limits.centre), (f"{trial}lower limit", limits.lower))
    for name, side in sides if view.levels("") == ("", "") else (sides[0], sides[2]):
        known = [value for value in bound(side, len(view.marks)) if value is not None]
        found += [Line(value, f"{name} {amount(value, unit, aimed, words_from=MILLION)}") for value in known[-1:]]
    if view.latest:
        latest = amount(view.latest.value, unit, aimed, words_from=MILLION)
        found.append(Line(view.latest.height, f"latest {latest}", INK, bold=True))
    return found


def _widest(lines: Sequence[Line]) -> float:
    return max((line.width for line in lines), default=0.0)


def right_margin(lines: Sequence[Line]) -> float:
    """The width the names need, in inches."""
    return EDGE + LEADER + 0.05 + min(ROOM, _widest(lines))


def name_lines(sheet: Figure, axes: Axes, lines: Sequence[Line]) -> None:
    """Each line's name beside its right end, moved apart where two would overlap, with a thin leader."""
    _, top, right, bottom = _inches(sheet, axes)
    low, high = axes.get_ylim()
    ordered = sorted(lines, key=lambda line: -line.value)
    wanted = [bottom - (bottom - top) * (line.value - low) / (high - low) for line in ordered]
    placed = apart(wanted, [height_of(1, line.size) for line in ordered], top, bottom)
    for line, want, y in zip(ordered, wanted, placed, strict=True):
        stroke(sheet, (right, want), (right + LEADER, y), color=RULE, linewidth=0.7)
        text = fitted(line.text, line.size, within=WIDTH - EDGE / 2 - right - LEADER - 0.03, bold=line.bold)
        write(sheet, right + LEADER + 0.03, y, text, size=line.size, colour=line.colour, bold=line.bold, va="center")


def apart(wanted: Sequence[float], tall: Sequence[float], low: float, high: float) -> list[float]:
    """Ascending middles moved as little as needed between ``low`` and ``high``, so that no two, so tall, overlap."""
    distances = [(above + below) / 2 for above, below in pairwise(tall)]
    placed: list[float] = []
    for want, distance in zip(wanted, [0.0, *distances][: len(wanted)], strict=True):
        placed.append(max(want, placed[-1] + distance if placed else low))
    ceiling = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - (distances[index - 1] if index else 0.0)
    return placed


def mark_windows(sheet: Figure, axes: Axes, view: View) -> None:
    """Brackets above the plot: where the baseline and the evaluation lie, with their levels where there is room."""
    _, top, _, _ = _inches(sheet, axes)
    brackets = [(_across(sheet, axes, span), words) for span, words in _windows(view)]
    labels = [_fitting(words, end - start) for (start, end), words in brackets]
    widths = [width_of(text, SMALL) for text in labels]
    wanted = [(start + end - width) / 2 for ((start, end), _), width in zip(brackets, widths, strict=True)]
    for ((start, end), _), text, left in zip(brackets, labels, side_by_side(wanted, widths), strict=True):
        stroke(sheet, (start, top - 0.08), (end, top - 0.08), color=TEXT, linewidth=1.6, solid_capstyle="butt")
        write(sheet, left, top - 0.11, text, size=SMALL, colour=TEXT, va="bottom")


def _windows(view: View) -> list[tuple[Span, list[str]]]:
    """The windows that lie in the series, each with what to call it: the longer name first."""
    before, after = view.levels(view.short_unit)
    compared = (("baseline", view.baseline, before), ("evaluation", view.evaluation, after))
    found = [(view.window(window), name, level) for name, window, level in compared]
    return [(span, [f"{name} {level}", name] if level else [name]) for span, name, level in found if span]


def _across(sheet: Figure, axes: Axes, span: Span) -> tuple[float, float]:
    left, _, right, _ = _inches(sheet, axes)
    low, high = axes.get_xlim()
    scale = (right - left) / (high - low)
    return left + (span.first - 0.42 - low) * scale, left + (span.last + 0.42 - low) * scale


def _fitting(wordings: Sequence[str], width: float) -> str:
    return next((one for one in wordings if width_of(one, SMALL) <= width + 0.1), wordings[-1])


def side_by_side(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Left edges of texts on one line, moved as little as needed so that none overlaps another or leaves the sheet."""
    placed: list[float] = []
    free = EDGE
    for left, width in zip(wanted, widths, strict=True):
        placed.append(max(left, free))
        free = placed[-1] + width + 0.12
    edge = WIDTH - EDGE
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], edge - widths[index])
        edge = placed[index] - 0.12
    return placed


def signs_used(view: View) -> list[str]:
    """The signs that need a word under the chart."""
    used = [name for name in SIGNS if any(one.signal == name for one in view.whole)]
    return used + ["partial"] * any(one.partial and one.value is not None for one in view.marks)


def sign_rows(view: View) -> list[list[tuple[str, str]]]:
    """The signs with their words, in as many rows as they need."""
    rows: list[list[tuple[str, str]]] = []
    used = WIDTH
    meant = [(name, _meaning(name)) for name in signs_used(view)]
    if view.analysis.detail.seasonal:
        meant.append(("", said("the change allows for the season of the year")))
    for name, words in meant:
        text = fitted(words, SMALL, within=WIDTH - 2 * EDGE - SIGN)
        wide = SIGN + width_of(text, SMALL) + 0.2
        if used + wide > WIDTH - EDGE:
            rows.append([])
            used = EDGE
        rows[-1].append((name, text))
        used += wide
    return rows


def _meaning(name: str) -> str:
    return SIGNS.get(name, PARTIAL).words


def explain_signs(sheet: Figure, rows: Sequence[Sequence[tuple[str, str]]], top: float) -> None:
    """Each sign with its word."""
    for at, row in enumerate(rows):
        x, y = EDGE + 0.06, top + SIGN_ROW * at
        for name, text in row:
            sign = SIGNS.get(name, PARTIAL)
            if name:
                mark(
                    sheet,
                    x,
                    y + 0.055,
                    marker=sign.shape,
                    markersize=5.5,
                    markerfacecolor=sign.colour,
                    markeredgecolor=sign.edge,
                    markeredgewidth=0.7,
                )
            write(sheet, x + 0.1, y, text, size=SMALL, colour=TEXT)
            x += SIGN + width_of(text, SMALL) + 0.2


def _inches(sheet: Figure, axes: Axes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the axes, in inches from the sheet's top left corner."""
    width, height = sheet.get_size_inches()
    box = axes.get_position()
    return box.x0 * width, (1 - box.y1) * height, box.x1 * width, (1 - box.y0) * height
