"""Where is it? A KPI's change by the groups of one column, drawn: a funnel, a ranking, or a Pareto of causes.

In a funnel each group is a point: the further right the surer, beyond the limits it moved otherwise than the rest. In a
ranking each has its interval. In a Pareto the few causes that bring most stand first, with what they bring together.
Names stand in rows of their own, as long as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from csi.analysis.analysis import GroupMoved, Where
from csi.analysis.where import FUNNEL, MOST_OF_IT, PARETO, few, named
from csi.charts import artists
from csi.charts.axis import axes_at, left_margin
from csi.charts.beside import Line, name_lines, right_margin, side_by_side
from csi.charts.canvas import (
    ALT_TEXT_LIMIT,
    BLUE,
    EDGE,
    FAINT,
    INK,
    PALE,
    QUIET,
    RULE,
    TEXT,
    VERMILLION,
    WHITE,
    WIDTH,
    Drawing,
    figure,
    halo,
    height_of,
    mark,
    stroke,
    width_of,
    wrapped,
    write,
)
from csi.charts.head import Head, head
from csi.charts.head import draw as draw_head
from csi.charts.plot import SIGNS, Sign
from csi.charts.view import View, shortly
from csi.terms import Direction
from csi.words.messages import counted, said
from csi.words.messages import mark as mark_text
from csi.words.together import Move, Scale, keeping, moved
from csi.words.wording import clip, decimals_of, number, of_unit, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT, BELOW, LEGEND, KEY = 2.2, 0.3, 0.26, 0.28  # inches: the funnel, what stands below it, signs, numbers of a key
NAMES, NAME_LINES = 2.3, 3  # inches and lines that names take beside a drawing
BODY, SMALL = 9.0, 8.5  # points
COLUMN = 60  # characters of a column's name in a title
AIR, PADDING = 0.12, 0.1  # inches
BAR = 1.1  # of a line's height
POINT, NEAR = 0.06, 0.02  # inches: half a point, a number's distance from it
AROUND = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))  # where a number may stand
FURTHER = (1.0, 1.8, 2.6, 3.4, 4.2, 5.0)  # and how far off
BETTER, WORSE, NEITHER = "improvement", "concern", "neither"  # names of signs
_TOLD_APART = {
    BETTER: mark_text("{who} did better than the others"),
    WORSE: mark_text("{who} did worse than the others"),
    NEITHER: mark_text("{who} moved unlike the others"),
}
LIKE_ALL = Sign("o", QUIET, "like the others")
STEPS = 60  # points of a limit's curve
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is drawn: whose change it is, and where it lies."""

    name: str
    unit: str
    direction: Direction
    service: str
    badge: str
    where: Where


def of_view(view: View) -> Shown | None:
    """Where a KPI's change lies; None where that is not known."""
    found = view.analysis.where
    if found is None:
        return None
    return Shown(view.name, view.unit, view.kpi.direction, view.service, view.analysis.badge, found)


def of_plain(kept: Mapping[str, Any]) -> Shown:
    """The same from what was kept of it."""
    found = kept["where"]
    groups = tuple(GroupMoved(**group) for group in found["groups"])
    where = Where(**{**found, "groups": groups, "sentences": tuple(found["sentences"])})
    return Shown(**{**kept, "direction": Direction(kept["direction"]), "where": where})


def drawing(shown: Shown) -> Drawing:
    """The picture with its sentence and alt text."""
    return Drawing(where_figure(shown), where_text(shown), title(shown))


def title(shown: Shown) -> str:
    """What there is to see, in a sentence."""
    return f"{shown.name}{_said(shown)}"


def _said(shown: Shown) -> str:
    column, groups = clip(shown.where.column, COLUMN), shown.where.groups
    if shown.where.kind == PARETO:
        return said(" by {column}: {told}", column=column, told=few(shown.where))
    if not any(group.apart for group in groups):
        return said(" by {column}: no group did plainly better or worse than the others.", column=column)
    return said(" by {column}: {told}.", column=column, told=_apart(shown))


def _apart(shown: Shown) -> str:
    """Which groups did better than the others, and which worse: by name where there is room, else how many."""
    who = {
        sign: named(names) or counted("{count} group", "{count} groups", len(names))
        for sign, of in SIGNS.items()
        if (names := [one.name for one in shown.where.groups if one.apart and _sign(shown, one) is of])
    }
    if len(who) > 1:
        return said("{better} did better, {worse} worse than the others", better=who[BETTER], worse=who[WORSE])
    [(sign, those)] = who.items()
    return said(_TOLD_APART[sign], who=those)


def where_figure(shown: Shown) -> Figure:
    """The drawing itself, for tests to look at."""
    above, rows = _head(shown), _rows(shown)
    top = EDGE + above.height + AIR
    plot = (PLOT + BELOW if _is_funnel(shown.where) else 0.0) + (0.0 if shown.where.kind == PARETO else LEGEND)
    sheet = figure(top + plot + sum(row.height for row in rows) + (0.0 if _is_funnel(shown.where) else BELOW) + EDGE)
    draw_head(sheet, above)
    if _is_funnel(shown.where):
        _funnel(sheet, shown, rows, top)
    elif shown.where.kind == PARETO:
        _pareto(sheet, rows, top)
    else:
        _ranking(sheet, shown, rows, top)
    return sheet


def _is_funnel(where: Where) -> bool:
    """Whether limits can be drawn: results of earlier versions do not have them."""
    return where.kind == FUNNEL and all(group.reach > 0 for group in where.groups)


def _head(shown: Shown) -> Head:
    unit = said("number") if shown.unit in ("", "count") else shown.unit
    what = shown.where.counted or said("change, {unit}", unit=unit)
    return head(shown.badge, [f"{what} · {shown.service}", what], shown.name, _said(shown))


@dataclass(frozen=True, slots=True)
class _Row:
    """A group's name in lines, and what is told at its right."""

    group: GroupMoved
    names: Sequence[str]
    figures: str

    @property
    def height(self) -> float:
        """In inches."""
        return height_of(max(1, len(self.names)), BODY) + PADDING


def _rows(shown: Shown) -> list[_Row]:
    where, groups = shown.where, shown.where.groups
    if where.kind not in (FUNNEL, PARETO):
        groups = tuple(sorted(groups, key=lambda group: group.difference, reverse=shown.direction is Direction.HIGHER))
    told = _brought(where) if where.kind == PARETO else _moves(shown, groups)
    right = max(width_of(one, SMALL) for one in told)
    within = WIDTH - 2 * EDGE - right - KEY - AIR if _is_funnel(where) else NAMES
    return [
        _Row(group, wrapped(group.name, BODY, within=within, most=NAME_LINES), figures)
        for group, figures in zip(groups, told, strict=True)
    ]


def rows_of(shown: Shown) -> list[tuple[str, str]]:
    """The groups with their figures, as the picture has them."""
    return [(row.group.name, row.figures) for row in _rows(shown)]


def _moves(shown: Shown, groups: Sequence[GroupMoved]) -> list[str]:
    """``61 → 74 %, 480 cases`` of each, all in as many decimals."""
    unit = shown.unit
    least = max(decimals_of((group.before, group.after), 0.0, unit) for group in groups)
    reads = [moved(Move(before=one.before, after=one.after, difference=0.0, unit=unit, least=least)) for one in groups]
    levels = [[level.removesuffix(of_unit(unit)) for level in (read.before, read.after)] for read in reads]
    cases = [counted("{count} case", "{count} cases", group.cases_after) for group in groups]
    return [
        f"{before} → {after}{of_unit(shortly(unit))}, {of}" for (before, after), of in zip(levels, cases, strict=True)
    ]


def _brought(where: Where) -> list[str]:
    """``128, together 78 %``."""
    total = sum(group.weight for group in where.groups) or 1.0
    reached = np.cumsum([group.weight for group in where.groups]) / total
    many = [number(group.weight, 0) for group in where.groups]
    return [
        said("{cases}, together {part}", cases=cases, part=share(float(part)))
        for cases, part in zip(many, reached, strict=True)
    ]


def _sign(shown: Shown, group: GroupMoved) -> Sign:
    """How a group is drawn: shape and colour both say whether it did better or worse than the others."""
    if not group.apart:
        return LIKE_ALL
    lower = group.difference < shown.where.centre
    if shown.direction is Direction.WITHIN:
        return SIGNS[NEITHER]
    return SIGNS[BETTER if lower == (shown.direction is Direction.LOWER) else WORSE]


def _put(sheet: Figure, at: tuple[float, float], sign: Sign, gid: str) -> None:
    mark(
        sheet,
        *at,
        marker=sign.shape,
        markersize=6.5,
        markerfacecolor=sign.colour,
        markeredgecolor=sign.edge,
        markeredgewidth=0.7,
        zorder=5,
        gid=gid,
    )


def _legend(sheet: Figure, shown: Shown, top: float) -> None:
    """What the signs that are drawn mean."""
    meant = {
        "D": said("better than the others"),
        "s": said("worse than the others"),
        "^": said("unlike the others"),
        "o": said("like the others, as far as can be told"),
    }
    x, y = EDGE + 0.05, top + LEGEND / 2
    for sign in dict.fromkeys(_sign(shown, group) for group in shown.where.groups):
        _put(sheet, (x, y), sign, "key")
        write(sheet, x + 0.1, y, meant[sign.shape], size=SMALL, colour=QUIET, va="center")
        x += width_of(meant[sign.shape], SMALL) + 0.3


def _name(sheet: Figure, row: _Row, left: float, top: float) -> None:
    first = top + (row.height - height_of(len(row.names) - 1, BODY)) / 2
    for at, line in enumerate(row.names):
        write(sheet, left, first + height_of(at, BODY), line, size=BODY, colour=INK, va="center")
    write(sheet, WIDTH - EDGE, top + row.height / 2, row.figures, size=SMALL, colour=TEXT, ha="right", va="center")


def _right(rows: Sequence[_Row]) -> float:
    """Where what is told at the right begins, in inches."""
    return WIDTH - EDGE - max(width_of(row.figures, SMALL) for row in rows)


def _left(rows: Sequence[_Row]) -> float:
    """Where names end."""
    return EDGE + max((width_of(line, BODY) for row in rows for line in row.names), default=0.0)


def _ranking(sheet: Figure, shown: Shown, rows: Sequence[_Row], top: float) -> None:
    """Each group's change with its interval, from zero, beside that of all."""
    left, right = _left(rows) + 2 * AIR, _right(rows) - 2 * AIR
    ends = [side for row in rows for side in (row.group.lower, row.group.upper)]
    low, high = min(0.0, *ends), max(0.0, *ends)
    low, high = low - 0.03 * (high - low), high + 0.03 * (high - low)

    def across(value: float) -> float:
        return left + (right - left) * (value - low) / ((high - low) or 1.0)

    bottom = top + sum(row.height for row in rows)
    stroke(sheet, (across(0.0), top), (across(0.0), bottom), color=RULE, linewidth=1.0, gid="zero")
    centre = min(max(shown.where.centre, low), high)
    stroke(
        sheet,
        (across(centre), top),
        (across(centre), bottom),
        color=INK,
        linewidth=1.0,
        linestyle=(0, (4, 2)),
        gid="all",
    )
    y = top
    for row in rows:
        sign, middle = _sign(shown, row.group), y + row.height / 2
        _name(sheet, row, EDGE, y)
        stroke(
            sheet,
            (across(row.group.lower), middle),
            (across(row.group.upper), middle),
            color=sign.colour,
            linewidth=2.0,
            gid="interval",
        )
        _put(sheet, (across(row.group.difference), middle), sign, "group")
        y += row.height
    _scale(sheet, shown, (across(0.0), across(centre)), bottom)
    _legend(sheet, shown, bottom + BELOW)


def _scale(sheet: Figure, shown: Shown, at: tuple[float, float], top: float) -> None:
    """What the two lines are, side by side where they would meet."""
    texts = [said("no change"), said("all: {gap}", gap=_gap(shown))]
    wide = [width_of(text, SMALL) for text in texts]
    order = [0, 1] if at[0] <= at[1] else [1, 0]
    places = side_by_side([at[one] - wide[one] / 2 for one in order], [wide[one] for one in order])
    for one, left in zip(order, places, strict=True):
        write(sheet, left, top + 0.05, texts[one], size=SMALL, colour=(QUIET, INK)[one])


def _gap(shown: Shown) -> str:
    """The change of all, in digits of the levels, or in as many as show that it is one."""
    levels = tuple(level for group in shown.where.groups for level in (group.before, group.after))
    scale = Scale(shortly(shown.unit), decimals_of(levels, 0.0, shown.unit))
    return keeping(scale, shown.where.centre, marks=(0.0,)).gap(shown.where.centre)


def _pareto(sheet: Figure, rows: Sequence[_Row], top: float) -> None:
    """Causes by what each brings, as bars from zero, with what they bring together as a line."""
    left, right = _left(rows) + 2 * AIR, _right(rows) - AIR
    most, total = max(row.group.weight for row in rows) or 1.0, sum(row.group.weight for row in rows) or 1.0
    height, wide = sheet.get_size_inches()[1], right - left
    y, reached = top, 0.0
    path = []
    for row in rows:
        _name(sheet, row, EDGE, y)
        long, tall = wide * row.group.weight / most, BAR * height_of(1, BODY)
        middle = y + row.height / 2
        reached += row.group.weight
        early = reached - row.group.weight < MOST_OF_IT * total
        corner, colour = (left / WIDTH, 1 - (middle + tall / 2) / height), BLUE if early else PALE
        box = artists.Rectangle(
            corner, long / WIDTH, tall / height, transform=sheet.transFigure, facecolor=colour, linewidth=0, gid="bar"
        )
        sheet.add_artist(box)
        path.append((left + wide * reached / total, middle))
        y += row.height
    for start, end in pairwise(path):
        stroke(sheet, start, end, color=VERMILLION, linewidth=1.3, gid="together")
    for at in path:
        mark(
            sheet,
            *at,
            marker="o",
            markersize=3.6,
            markerfacecolor=VERMILLION,
            markeredgecolor=WHITE,
            markeredgewidth=0.6,
            zorder=5,
            gid="reached",
        )
    write(
        sheet,
        EDGE,
        y + 0.05,
        said("bars: each group; line: what groups bring together, up to 100 %"),
        size=SMALL,
        colour=QUIET,
    )


def _funnel(sheet: Figure, shown: Shown, rows: Sequence[_Row], top: float) -> None:
    """Each group by how sure its change is, between the limits in which chance leaves it; below it the names."""
    groups, centre = [row.group for row in rows], shown.where.centre
    sure = np.array([1 / group.reach for group in groups])
    sure /= sure.max()
    widest = max(group.reach for group in groups)
    seen = [centre - widest, centre + widest, *(group.difference for group in groups)]
    air = AIR * (max(seen) - min(seen))
    low, high = min(seen) - air, max(seen) + air
    line = Line(centre, said("all: {gap}", gap=_gap(shown)), INK, bold=True)
    left = EDGE + 0.08 + left_margin(low, high)
    wide = WIDTH - left - right_margin([line])
    axes = axes_at(sheet, (left, top, wide, PLOT), positions=1, low=low, high=high)
    axes.set_xlim(float(sure.min()) * 0.9 - 0.02, 1.06)
    axes.set_xticks([])
    _limits(axes, float(sure.min()) * 0.9, centre, widest * float(sure.min()))
    name_lines(sheet, axes, [line])
    for x, words, side in ((left, said("fewer cases"), "left"), (left + wide, said("more cases"), "right")):
        write(sheet, x, top + PLOT + 0.06, words, size=SMALL, colour=QUIET, ha=side)
    ends = axes.get_xlim()
    places = [
        (left + wide * (x - ends[0]) / (ends[1] - ends[0]), top + PLOT * (high - group.difference) / (high - low))
        for x, group in zip(sure, groups, strict=True)
    ]
    for place, group in zip(places, groups, strict=True):
        _put(sheet, place, _sign(shown, group), "group")
    _number(sheet, places, (left, top, left + wide, top + PLOT))
    _legend(sheet, shown, top + PLOT + BELOW)
    y = top + PLOT + BELOW + LEGEND
    for at, row in enumerate(rows, start=1):
        write(sheet, EDGE, y + row.height / 2, str(at), size=BODY, colour=QUIET, bold=row.group.apart, va="center")
        _name(sheet, row, EDGE + KEY, y)
        y += row.height


def _limits(axes: Axes, first: float, centre: float, reach: float) -> None:
    """Between them chance leaves three of four hundred groups out; ``reach`` is theirs at the surest group."""
    x = np.linspace(max(first, 0.01), 1.06, STEPS)
    axes.fill_between(x, centre - reach / x, centre + reach / x, color=FAINT, linewidth=0, gid="funnel")
    for side in (-1, 1):
        axes.plot(x, centre + side * reach / x, color=RULE, linewidth=1.1, gid="limit")
    axes.axhline(centre, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), gid="all")


def _number(sheet: Figure, places: Sequence[tuple[float, float]], box: tuple[float, float, float, float]) -> None:
    """Each point's number beside it, where no other number and no point is."""
    tall = height_of(1, SMALL)
    taken = [(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in places]
    for at, (x, y) in enumerate(places, start=1):
        wide = width_of(str(at), SMALL)
        tries = [
            (x + way * (POINT + NEAR + wide / 2) * far, y + up * (POINT + tall / 2) * far)
            for far in FURTHER
            for way, up in AROUND
        ]
        free = (one for one in tries if _is_free(_box(one, wide, tall), taken, box))
        middle = next(free, tries[0])
        taken.append(_box(middle, wide, tall))
        if abs(middle[0] - x) + abs(middle[1] - y) > 2 * (POINT + tall):
            stroke(sheet, (x, y), middle, color=RULE, linewidth=0.5, zorder=4.5, gid="leader")
        halo(write(sheet, *middle, str(at), size=SMALL, colour=INK, ha="center", va="center"))


def _box(middle: tuple[float, float], wide: float, tall: float) -> tuple[float, float, float, float]:
    x, y = middle
    return x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2


def _is_free(one: Box, taken: Sequence[Box], within: Box) -> bool:
    inside = one[0] > within[0] and one[1] > within[1] and one[2] < within[2] and one[3] < within[3]
    return inside and not any(
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3] for other in taken
    )


def where_text(shown: Shown) -> str:
    """The picture in words."""
    names = {FUNNEL: "Funnel plot", PARETO: "Pareto chart"}.get(shown.where.kind, "Ranking with intervals")
    rows = "; ".join(f"{clip(name, 80)}: {figures}" for name, figures in rows_of(shown))
    service = clip(shown.service, 100)
    return clip(f"{names} for {service}. {title(shown)} {' '.join(shown.where.sentences)} {rows}.", ALT_TEXT_LIMIT)
