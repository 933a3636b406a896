"""Before and after: the periods of both windows as points, their levels, and the change with its interval beside them.

What the interval leaves out is seen at once: the level before, or the target. Source: Gardner and Altman, British
Medical Journal 292 (1986) 746.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from csi.charts.axis import all_whole, axes_at, left_margin, with_air
from csi.charts.beside import Line, name_lines, right_margin
from csi.charts.canvas import (
    ALT_TEXT_LIMIT,
    EDGE,
    INK,
    QUIET,
    RULE,
    TEXT,
    WHITE,
    WIDTH,
    Drawing,
    figure,
    height_of,
    wrapped,
    write,
)
from csi.charts.head import draw as draw_head
from csi.charts.head import head
from csi.charts.marks import Span
from csi.charts.plot import LABEL, TARGET_DASH, colour_of_change
from csi.charts.view import View, kickers, shortly
from csi.words.heading import ruled, titled
from csi.words.messages import said
from csi.words.wording import amount, clip, exact, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT, NAMES = 2.4, 0.28  # inches: the plot, what the columns are called
BEFORE, AFTER, CHANGE, END = (0.0, 1.0), (1.25, 2.25), 2.6, 2.85  # where they stand along it
CROWDED, SMALL, LARGE = 40, 3.0, 5.0  # points of a window from which they are drawn smaller; their sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is drawn.

    Attributes:
        kickers: what is charted, the longer one first.
        told: the headline, without verdict and name.
        aims: the target, or the ends of a band.
        before, after: the values of each window's periods, in order.
        levels: of both windows.
        sides: of the change's interval.
        read: the levels and the change as they are read.
        colour: of what became of the level.
        difference: of the levels, or what is left of it at the mix before; None in what was kept by earlier versions.
    """

    name: str
    unit: str
    kickers: tuple[str, ...]
    badge: str
    told: str
    aims: tuple[float, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    levels: tuple[float, float]
    sides: tuple[float, ...]
    read: tuple[str, str, str]
    colour: str
    difference: float | None = None


def of_view(view: View) -> Compared | None:
    """What there is to compare; None where a window has no level."""
    detail, change, read = view.analysis.detail, view.analysis.change, view.read(view.unit)
    values = [_values(view, window) for window in (view.window(view.baseline), view.window(view.evaluation))]
    levels = detail.before.level, detail.after.level
    if read is None or levels[0] is None or levels[1] is None or not all(values):
        return None
    sides = () if change.lower is None or change.upper is None else (change.lower, change.upper)
    likely = said("{gap} (likely {likely})", gap=read.difference, likely=read.likely) if sides else read.difference
    return Compared(
        name=view.name,
        unit=view.unit,
        kickers=tuple(kickers(view)),
        badge=view.analysis.badge,
        told=view.said_of,
        aims=view.targets,
        before=values[0],
        after=values[1],
        levels=(levels[0], levels[1]),
        sides=sides,
        read=(read.before, read.after, likely),
        colour=colour_of_change(view),
        difference=change.difference,
    )


def _values(view: View, span: Span | None) -> tuple[float, ...]:
    inside = () if span is None else view.marks[span.first : span.last + 1]
    return tuple(mark.value for mark in inside if mark.whole and mark.value is not None)


def of_plain(plain: Mapping[str, Any]) -> Compared:
    """The same from what was kept of it."""
    fields: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in plain.items()}
    return Compared(**fields)


def drawing(of: Compared) -> Drawing:
    """The picture with its sentence and alt text."""
    return Drawing(before_after_figure(of), before_after_text(of), titled(of.name, sentence(ruled(of.badge, of.told))))


def before_after_figure(of: Compared) -> Figure:
    """The drawing itself, for tests to look at."""
    above = head(of.badge, of.kickers, of.name, f": {of.told}")
    top = EDGE + above.height + NAMES
    below = wrapped(said("change: {change}", change=of.read[2]), LABEL, within=WIDTH - 2 * EDGE, most=2)
    sheet = figure(top + PLOT + 0.1 + height_of(len(below), LABEL) + EDGE)
    draw_head(sheet, above)
    low, high = _range(of)
    lines = [Line(aim, said("target {aim}", aim=exact(aim, shortly(of.unit))), INK, bold=True) for aim in of.aims]
    whole = all_whole((*of.before, *of.after))
    left = EDGE + 0.08 + left_margin(low, high, whole=whole)
    wide = WIDTH - left - right_margin(lines)
    axes = axes_at(sheet, (left, top, wide, PLOT), positions=1, low=low, high=high, whole=whole)
    axes.set_xlim(-0.08, END)
    axes.set_xticks([])
    _points(axes, of)
    _change(axes, of)
    for aim in of.aims:
        axes.axhline(aim, color=INK, linewidth=1.4, linestyle=TARGET_DASH, zorder=2.5, gid="target")
    _names(sheet, of, (left, wide), top)
    name_lines(sheet, axes, lines)
    for at, line in enumerate(below):
        write(sheet, EDGE, top + PLOT + 0.1 + height_of(at, LABEL), line, size=LABEL, colour=TEXT)
    return sheet


def _range(of: Compared) -> tuple[float, float]:
    ends = [of.levels[0] + side for side in of.sides]
    seen = [*of.before, *of.after, *of.levels, *of.aims, *ends]
    return with_air(min(seen), max(seen))


def _points(axes: Axes, of: Compared) -> None:
    """Every period in order, its window's level behind it."""
    compared = (("before", BEFORE, of.before, QUIET), ("after", AFTER, of.after, of.colour))
    for (name, (first, last), values, colour), level in zip(compared, of.levels, strict=True):
        axes.hlines(level, first, last, color=colour, alpha=0.35, linewidth=6, zorder=2.2, gid=f"level {name}")
        x = np.linspace(first + 0.04, last - 0.04, len(values)) if len(values) > 1 else [(first + last) / 2]
        axes.plot(
            x,
            values,
            linestyle="none",
            marker="o",
            color=colour,
            markeredgecolor=WHITE,
            markeredgewidth=0.6,
            markersize=SMALL if len(values) > CROWDED else LARGE,
            zorder=3,
            gid=name,
        )


def _change(axes: Axes, of: Compared) -> None:
    """The change from the level before, with its interval."""
    was = of.levels[0]
    now = of.levels[1] if of.difference is None else was + of.difference
    axes.hlines(was, BEFORE[1], END, color=RULE, linewidth=1.0, linestyle=(0, (1, 2)), zorder=2, gid="was")
    if of.sides:
        axes.vlines(
            CHANGE, was + of.sides[0], was + of.sides[1], color=of.colour, linewidth=2.4, zorder=3, gid="interval"
        )
    axes.plot([CHANGE], [now], marker="D", markersize=7, color=of.colour, markeredgecolor=WHITE, zorder=4, gid="change")


def _names(sheet: Figure, of: Compared, across: tuple[float, float], top: float) -> None:
    """What each column is, above it: shorter where its level does not fit."""
    left, wide = across
    each = wide / (END + 0.08)
    levels = (of.read[0], of.read[1], "")
    names = (said("before"), said("after"), said("change"))
    places = (BEFORE, AFTER, (CHANGE - 0.3, CHANGE + 0.3))
    for name, level, (first, last) in zip(names, levels, places, strict=True):
        text = f"{name} {level}".rstrip()
        room = (last - first + 0.2) * each
        shown = wrapped(text, LABEL, within=room, most=1)[0]
        shown = text if shown == text else name
        write(
            sheet,
            left + (first + last + 0.16) / 2 * each,
            top - 0.06,
            shown,
            size=LABEL,
            colour=TEXT,
            ha="center",
            va="bottom",
        )


def before_after_text(of: Compared) -> str:
    """The picture in words."""
    spans = "; ".join(_spread(of, name, values) for name, values in (("before", of.before), ("after", of.after)))
    read = f"From {of.read[0]} to {of.read[1]}, change {of.read[2]}."
    return clip(
        f"Before and after: {clip(of.name, 200)}. {sentence(ruled(of.badge, of.told))} {read} {spans}.", ALT_TEXT_LIMIT
    )


def _spread(of: Compared, name: str, values: Sequence[float]) -> str:
    lowest, highest = (amount(one, of.unit, of.aims) for one in (min(values), max(values)))
    return f"{len(values)} periods {name} from {lowest} to {highest}"
