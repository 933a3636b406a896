"""What stands around the axes of a control chart: the names of its lines, the windows, the signs' meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csi.step6_present.canvas import (
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
from csi.step6_present.marks import RULES, Span, bound
from csi.step6_present.plot import LABEL, PARTIAL, SAID_INSIDE, SIGNS, SMALL
from csi.step6_present.view import View
from csi.step6_present.wording import number

EDGE = 0.16  # inches of white around everything
LEADER = 0.13  # inches between a line's end and its name
ROOM = 1.6  # inches: names never take more


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal line to be named at its right end."""

    value: float
    text: str
    colour: str = QUIET
    bold: bool = False


def named_lines(view: View) -> list[Line]:
    """Target, centre and limits with their newest values; without the unit where it would not fit."""
    named = _named(view, view.short_unit)
    return named if _widest(named) <= ROOM else _named(view, "")


def _named(view: View, unit: str) -> list[Line]:
    limits = view.analysis.limits
    trial = "trial " if limits.trial else ""
    names = ("target",) if len(view.targets) == 1 else ("band from", "band to")
    aims = zip(names, view.targets, strict=False)
    found = [Line(value, f"{name} {number(value, unit)}", INK, bold=True) for name, value in aims]
    sides = ((f"{trial}upper limit", limits.upper), ("centre", limits.centre), (f"{trial}lower limit", limits.lower))
    for name, side in sides:
        known = [value for value in bound(side, len(view.marks)) if value is not None]
        found += [Line(value, f"{name} {number(value, unit)}") for value in known[-1:]]
    if view.latest and len(view.marks) > SAID_INSIDE:
        found.append(Line(view.latest.height, f"latest {number(view.latest.value, unit)}", INK, bold=True))
    return found


def _widest(lines: Sequence[Line]) -> float:
    return max((width_of(line.text, LABEL, bold=line.bold) for line in lines), default=0.0)


def right_margin(lines: Sequence[Line]) -> float:
    """The width the names need, in inches."""
    return EDGE + LEADER + 0.05 + min(ROOM, _widest(lines))


def name_lines(sheet: Figure, axes: Axes, lines: Sequence[Line]) -> None:
    """Each line's name beside its right end, moved apart where two would overlap, with a thin leader."""
    _, top, right, bottom = _inches(sheet, axes)
    low, high = axes.get_ylim()
    ordered = sorted(lines, key=lambda line: -line.value)
    wanted = [bottom - (bottom - top) * (line.value - low) / (high - low) for line in ordered]
    placed = apart(wanted, height_of(1, LABEL), top, bottom)
    for line, want, y in zip(ordered, wanted, placed, strict=True):
        stroke(sheet, (right, want), (right + LEADER, y), color=RULE, linewidth=0.7)
        text = fitted(line.text, LABEL, within=WIDTH - EDGE / 2 - right - LEADER - 0.03, bold=line.bold)
        write(sheet, right + LEADER + 0.03, y, text, size=LABEL, colour=line.colour, bold=line.bold, va="center")


def apart(wanted: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Ascending positions moved as little as needed to be ``distance`` apart between ``low`` and ``high``."""
    placed: list[float] = []
    for want in wanted:
        placed.append(max(want, placed[-1] + distance if placed else low))
    ceiling = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - distance
    return placed


def mark_windows(sheet: Figure, axes: Axes, view: View) -> None:
    """Brackets above the plot: where the baseline and the evaluation lie, with their levels."""
    detail = view.analysis.detail
    compared = (("baseline", view.baseline, detail.before.level), ("evaluation", view.evaluation, detail.after.level))
    for name, window, level in compared:
        span = view.window(window)
        if span:
            _bracket(
                sheet, axes, span, [f"{name} {number(level, view.short_unit)}", name] if level is not None else [name]
            )


def _bracket(sheet: Figure, axes: Axes, span: Span, wordings: Sequence[str]) -> None:
    left, top, right, _ = _inches(sheet, axes)
    low, high = axes.get_xlim()
    scale = (right - left) / (high - low)
    start, end = left + (span.first - 0.42 - low) * scale, left + (span.last + 0.42 - low) * scale
    stroke(sheet, (start, top - 0.08), (end, top - 0.08), color=TEXT, linewidth=1.6, solid_capstyle="butt")
    text = next((one for one in wordings if width_of(one, SMALL) <= end - start + 0.1), wordings[-1])
    half = width_of(text, SMALL) / 2
    middle = min(max((start + end) / 2, EDGE + half), WIDTH - EDGE - half)
    write(sheet, middle, top - 0.11, text, size=SMALL, colour=TEXT, ha="center", va="bottom")


def signs_used(view: View) -> list[str]:
    """The signs that need a word under the chart."""
    used = [name for name in SIGNS if any(one.signal == name for one in view.whole)]
    return used + ["partial"] * any(one.partial and one.value is not None for one in view.marks)


def explain_signs(sheet: Figure, view: View, top: float) -> None:
    """One row: each sign with its word and the rules that raised it."""
    x = EDGE + 0.06
    for name in signs_used(view):
        sign = SIGNS.get(name, PARTIAL)
        rules = sorted({RULES.get(one.rule, one.rule) for one in view.whole if one.signal == name})
        text = f"{sign.words}: {', '.join(rules)}" if rules else sign.words
        text = fitted(text, SMALL, within=max(0.4, WIDTH - EDGE - x - 0.1))
        mark(sheet, x, top + 0.055, marker=sign.shape, markersize=5.5, markerfacecolor=sign.colour,
             markeredgecolor=sign.edge, markeredgewidth=0.7)  # fmt: skip
        write(sheet, x + 0.1, top, text, size=SMALL, colour=TEXT)
        x += 0.3 + width_of(text, SMALL)


def _inches(sheet: Figure, axes: Axes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the axes, in inches from the sheet's top left corner."""
    width, height = sheet.get_size_inches()
    box = axes.get_position()
    return box.x0 * width, (1 - box.y1) * height, box.x1 * width, (1 - box.y0) * height
