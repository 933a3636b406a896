"""The error budget: how much of the failures that a promise allows was used up, period by period.

All of it is what the cases of the whole evaluation allow; the thin line is the pace that would use exactly all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from csi.analysis import budget
from csi.charts.axis import axes_at, date_labels, labelled, left_margin
from csi.charts.beside import Line, name_lines, right_margin
from csi.charts.canvas import (
    ALT_TEXT_LIMIT,
    BLUE,
    EDGE,
    INK,
    QUIET,
    RULE,
    VERMILLION,
    WHITE,
    WIDTH,
    Drawing,
    figure,
    literal,
    write,
)
from csi.charts.head import draw as draw_head
from csi.charts.head import head
from csi.charts.plot import TARGET_DASH
from csi.charts.view import View
from csi.possible import WHOLES
from csi.terms import Direction
from csi.words.messages import said
from csi.words.wording import clip, exact, sentence
from csi.words.wording import share as percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT, AIR, DATES, KEY = 2.0, 0.14, 0.34, 0.16  # inches
ABOVE = 1.06  # of the highest value
TICK = 8.5  # points


@dataclass(frozen=True, slots=True, kw_only=True)
class Burned:
    """What is drawn.

    Attributes:
        promise: what was promised, as it is read.
        used: the part of the budget used by the end of each period of the evaluation; None where a period is not shown.
        even: the part that an even pace would have used.
        days: the periods' names.
        told: what is left, in a sentence.
    """

    name: str
    service: str
    badge: str
    promise: str
    used: tuple[float | None, ...]
    even: tuple[float, ...]
    days: tuple[str, ...]
    told: str


def of_view(view: View) -> Burned | None:
    """The budget of a KPI's evaluation; None where nothing is promised that can be used up."""
    detail, span = view.analysis.detail, view.window(view.evaluation)
    if detail.budget_consumed is None or detail.burn_rate is None or span is None or len(view.targets) != 1:
        return None
    marks = view.marks[span.first : span.last + 1]
    rows = view.processed.series.iloc[span.first : span.last + 1]
    counts = [mark.whole or mark.suppressed for mark in marks]
    good, valid = (np.where(counts, rows[name].to_numpy(float), 0.0) for name in ("numerator", "denominator"))
    good, valid = np.nan_to_num(good), np.nan_to_num(valid)
    aim = view.targets[0] / WHOLES.get(view.unit, 1.0)
    lower = view.kpi.direction is Direction.LOWER
    bad, allowed = (good if lower else valid - good), (aim if lower else 1 - aim) * valid.sum()
    if not allowed > 0:
        return None
    used = [float(one) if mark.whole else None for one, mark in zip(np.cumsum(bad) / allowed, marks, strict=True)]
    even = tuple(float(one) for one in np.cumsum(valid) / valid.sum())
    promise = said("promised: {aim}", aim=exact(view.targets[0], view.unit))
    told = budget.told(detail.budget_consumed, detail.burn_rate, detail.burn_alarm)
    days = tuple(date_labels(marks, view.period))
    return Burned(
        name=view.name,
        service=view.service,
        badge=view.analysis.badge,
        promise=promise,
        used=tuple(used),
        even=even,
        days=days,
        told=told,
    )


def of_plain(plain: Mapping[str, Any]) -> Burned:
    """The same from what was kept of it."""
    fields: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in plain.items()}
    return Burned(**fields)


def drawing(of: Burned) -> Drawing:
    """The picture with its sentence and alt text."""
    return Drawing(budget_figure(of), budget_text(of), f"{of.name}{_said(of)}")


def budget_figure(of: Burned) -> Figure:
    """The drawing itself, for tests to look at."""
    what = said("error budget, part used")
    above = head(
        of.badge, [f"{what} · {of.promise} · {of.service}", f"{what} · {of.promise}", what], of.name, _said(of)
    )
    top = EDGE + above.height + AIR
    sheet = figure(top + PLOT + DATES + KEY + EDGE)
    draw_head(sheet, above)
    known = [100 * one for one in of.used if one is not None]
    high = ABOVE * max([100.0, *known])
    lines = [Line(100.0, said("all of it"), INK, bold=True)]
    lines += [Line(known[-1], said("used {part}", part=percent(known[-1] / 100)), INK, bold=True)] if known else []
    left = EDGE + 0.08 + left_margin(0.0, high)
    wide = WIDTH - left - right_margin(lines)
    axes = axes_at(sheet, (left, top, wide, PLOT), positions=len(of.used), low=0.0, high=high)
    shown = labelled(of.days, wide)
    axes.set_xticks(shown, labels=[of.days[at] for at in shown])
    literal(axes.get_xticklabels(), size=TICK)
    x = np.arange(len(of.used))
    heights = np.array([np.nan if one is None else 100 * one for one in of.used])
    colours = [VERMILLION if one > 100 else BLUE for one in heights]
    axes.bar(x, heights, width=0.72, color=colours, edgecolor=WHITE, linewidth=0.4, zorder=2, gid="used")
    axes.plot(x, 100 * np.array(of.even), color=RULE, linewidth=1.2, zorder=3, gid="even pace")
    axes.axhline(100.0, color=INK, linewidth=1.4, linestyle=TARGET_DASH, zorder=3, gid="all of it")
    name_lines(sheet, axes, lines)
    pace = said("thin line: an even pace, which uses exactly all")
    write(sheet, EDGE, top + PLOT + DATES, pace, size=TICK, colour=QUIET)
    return sheet


def _said(of: Burned) -> str:
    """What is used, without saying again that it is a budget."""
    last = next((one for one in reversed(of.used) if one is not None), 0.0)
    return said(": {part} of the allowed failures are used.", part=percent(last))


def budget_text(of: Burned) -> str:
    """The picture in words."""
    steps = ", ".join(percent(one) if one is not None else said("not shown") for one in of.used)
    return clip(
        f"Error budget of {clip(of.name, 200)} for {clip(of.service, 100)}, {of.promise}. {sentence(of.told)} "
        f"Used by the end of each of {len(of.used)} periods: {steps}.",
        ALT_TEXT_LIMIT,
    )
