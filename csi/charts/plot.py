"""What lies inside the axes of a control chart: bands, lines, points. Every artist carries its meaning as its gid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from csi.analysis.change_state import IMPROVED, WORSE
from csi.charts.canvas import (
    BLUE,
    FAINT,
    INK,
    PALE,
    PURPLE,
    QUIET,
    RULE,
    VERMILLION,
    WHITE,
    WIDTH,
    font,
    halo,
    width_of,
)
from csi.charts.marks import Mark, Span, bound, exclusions, gaps, runs, suppressed, varies
from csi.charts.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL, SMALL = 8.5, 8.5  # points
CROWDED = 60  # from so many points on they are drawn smaller
DENSE = 200  # from so many points on only signals have a sign of their own
UPRIGHT, FEW_SPANS = 0.13, 3  # inches an upright word needs; so few spans are always named
TRIAL_DASH = (0, (4, 2.5))
TARGET_DASH = (0, (6, 1.6, 1.2, 1.6))


@dataclass(frozen=True, slots=True)
class Sign:
    """How a kind of point is drawn: shape and colour both say it, colour is never the only sign (V6.4)."""

    shape: str
    colour: str
    words: str
    edge: str = WHITE


SIGNS = {
    "improvement": Sign("D", BLUE, "improvement"),
    "concern": Sign("s", VERMILLION, "concern"),
    "neither": Sign("^", PURPLE, "signal, neither better nor worse"),
}
POINT = Sign("o", QUIET, "as expected")
PARTIAL = Sign("o", WHITE, "incomplete period, not judged", edge=QUIET)


def draw(axes: Axes, view: View) -> None:
    """Everything between the axes' edges, from the back to the front."""
    _bands(axes, view)
    _swinging(axes, view)
    _levels(axes, view)
    _reference_lines(axes, view)
    _series(axes, view)


def _bands(axes: Axes, view: View) -> None:
    """Periods without data, periods with something left out, a target band: by hatch and word, not by colour."""
    _mark_spans(axes, gaps(view.marks), "no data", facecolor=WHITE, edgecolor=FAINT, hatch="////", gid="gap")
    few = suppressed(view.marks)
    _mark_spans(axes, few, f"n < {view.min_n}", facecolor=WHITE, edgecolor=FAINT, hatch="....", gid="suppressed")
    _mark_spans(axes, exclusions(view.marks), "†", facecolor=FAINT, alpha=0.7, gid="excluded")
    if len(view.targets) == 2:
        axes.axhspan(*view.targets, facecolor=FAINT, alpha=0.8, linewidth=0, gid="target band")


def _mark_spans(axes: Axes, of: Sequence[Span], text: str, **style: Any) -> None:
    """Each span as a band; its word where it fits across, upright where only that fits or there are few spans."""
    width = axes.get_position().width * WIDTH / (axes.get_xlim()[1] - axes.get_xlim()[0])
    for span in of:
        axes.axvspan(span.first - 0.5, span.last + 0.5, linewidth=0, **style)
        wide = (span.last - span.first + 1) * width
        across = len(text) == 1 or wide > width_of(text, SMALL)
        if across or wide > UPRIGHT or len(of) <= FEW_SPANS:
            _name_span(axes, span, text, rotation=0 if across else 90)


def _name_span(axes: Axes, span: Span, text: str, *, rotation: int) -> None:
    drawn = axes.text(
        (span.first + span.last) / 2,
        0.03,
        text,
        transform=axes.get_xaxis_transform(),
        ha="center",
        va="bottom",
        rotation=rotation,
        color=QUIET,
        fontproperties=font(SMALL, text=text),
    )
    halo(drawn).set_parse_math(False)


def _levels(axes: Axes, view: View) -> None:
    """The levels that are compared, each across its window."""
    detail = view.analysis.detail
    compared = (("baseline", view.baseline, detail.before.level), ("evaluation", view.evaluation, detail.after.level))
    for name, window, level in compared:
        span = view.window(window)
        if span and level is not None:
            colour = colour_of_change(view) if name == "evaluation" else QUIET
            axes.hlines(
                level,
                span.first - 0.5,
                span.last + 0.5,
                color=colour,
                alpha=0.35,
                linewidth=5,
                zorder=2.2,
                gid=f"{name} level",
            )


def colour_of_change(view: View) -> str:
    """The colour of what became of the level."""
    return {IMPROVED: BLUE, WORSE: VERMILLION}.get(view.analysis.change_axis or "", QUIET)


def _swinging(axes: Axes, view: View) -> None:
    """Limits that move with the number of cases, as a quiet band: their steps must not bury the line."""
    limits, wide, own = view.analysis.limits, len(view.marks), view.own_limits
    if varies(limits):
        sides = bound(limits.lower, wide), bound(limits.upper, wide)
        _band(axes, sides, color=FAINT, alpha=0.6, zorder=1.2, gid="limits")
    if _own_vary(view):
        sides = own["lower limit"], own["upper limit"]
        _band(axes, sides, color=colour_of_change(view), alpha=0.08, zorder=1.3, gid="own limits")


def _own_vary(view: View) -> bool:
    """Whether the evaluation has limits of its own that move with the number of cases."""
    own = view.analysis.detail.after_limits
    return own is not None and varies(own)


def _band(axes: Axes, sides: Sequence[Sequence[float | None]], **style: Any) -> None:
    """What lies between two lines that hold their value over each period."""
    low, high = ([float("nan") if value is None else value for value in side] for side in sides)
    axes.fill_between(range(len(low)), low, high, step="mid", linewidth=0, **style)


def _reference_lines(axes: Axes, view: View) -> None:
    limits, wide = view.analysis.limits, len(view.marks)
    dash = TRIAL_DASH if limits.trial else "solid"
    anew, own = view.new_limits, view.own_limits
    behind = {"color": PALE} if own or varies(limits) else {}
    thin = 0.6 if varies(limits) else 1.1
    steps(axes, bound(limits.lower, wide), anew, linestyle=dash, linewidth=thin, gid="lower limit", **behind)
    steps(axes, bound(limits.upper, wide), anew, linestyle=dash, linewidth=thin, gid="upper limit", **behind)
    steps(axes, view.centres, anew, linestyle="solid", linewidth=0.9, gid="centre", **behind)
    line: dict[str, Any] = {"linewidth": 0.6, "alpha": 0.35} if _own_vary(view) else {"linewidth": 0.9, "alpha": 0.8}
    for name, side in own.items():
        steps(axes, side, linestyle="solid", color=colour_of_change(view), gid=f"own {name}", **line)
    for position in anew:
        axes.axvline(position - 0.5, color=RULE, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1.8, gid="new limits")
    _targets(axes, view)


def _targets(axes: Axes, view: View) -> None:
    """What was promised, on each of its days: a target that moved steps (V6.8)."""
    style: dict[str, Any] = {"color": INK, "linewidth": 1.4, "linestyle": TARGET_DASH, "zorder": 2.5, "gid": "target"}
    if not view.kpi.earlier_targets:
        for value in view.targets:
            axes.axhline(value, **style)
        return
    promised = [view.kpi.aims_on(mark.start.date()) for mark in view.marks]
    for side in range(max(map(len, promised), default=0)):
        heights = [aims[side] if len(aims) > side else None for aims in promised]
        steps(axes, heights, view.new_promises, **style)


def steps(axes: Axes, values: Sequence[float | None], anew: Sequence[int] = (), **style: Any) -> None:
    """A line that holds its value over the whole width of each period, broken where there is none or it begins anew."""
    if all(value is None for value in values):
        return
    x, y = [], []
    for position, value in enumerate(values):
        height = float("nan") if value is None else value
        x += [position - 0.5] * (position in anew) + [position - 0.5, position + 0.5]
        y += [float("nan")] * (position in anew) + [height, height]
    axes.plot(x, y, **({"color": RULE} | style))


def _series(axes: Axes, view: View) -> None:
    dense = len(view.marks) > DENSE
    for run in runs(view.marks):
        x, y = [mark.position for mark in run], [mark.height for mark in run]
        axes.plot(x, y, color=QUIET, linewidth=0.6 if dense else 1.3, zorder=3, gid="run")
    size = 3.2 if len(view.marks) > CROWDED else 5.2
    plain = [mark for mark in view.whole if mark.signal not in SIGNS]
    alone = {run[0] for run in runs(view.marks) if len(run) == 1}  # a line of one point cannot be seen
    points(axes, [mark for mark in plain if not dense or mark in alone], POINT, size, gid="point")
    for name, sign in SIGNS.items():
        points(axes, (mark for mark in view.whole if mark.signal == name), sign, size + 1.4, gid=name)
    points(axes, (mark for mark in view.marks if mark.partial and mark.value is not None), PARTIAL, size, gid="partial")


def points(axes: Axes, of: Iterable[Mark], sign: Sign, size: float, *, gid: str) -> None:
    """Points of one kind; nothing when there are none."""
    drawn = list(of)
    if drawn:
        axes.plot(
            [m.position for m in drawn],
            [m.height for m in drawn],
            linestyle="none",
            marker=sign.shape,
            markersize=size,
            markerfacecolor=sign.colour,
            markeredgecolor=sign.edge,
            markeredgewidth=0.7,
            zorder=4,
            gid=gid,
        )
