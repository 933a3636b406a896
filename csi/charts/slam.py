"""The SLAM grid (service-level agreement monitoring): clause × period, each cell met, missed or not measured.

Sign and colour both say it, so the grid can be read without colours. A cell is judged by the period's value against
the clause's target of its day and by nothing else (V6.8): whether the clause is *reliably* met is for the verdict to
say, which stands beside it with both axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from csi.charts import artists
from csi.charts.axis import date_labels, labelled
from csi.charts.canvas import (
    ALT_TEXT_LIMIT,
    EDGE,
    FAINT,
    INK,
    QUIET,
    TEXT,
    WHITE,
    WIDTH,
    Chart,
    Drawing,
    figure,
    fitted,
    height_of,
    width_of,
    wrapped,
    write,
)
from csi.charts.facts import Facts
from csi.charts.head import colour_of, head
from csi.charts.head import draw as draw_head
from csi.charts.marks import Mark, bound
from csi.charts.view import View, target_text
from csi.terms import Direction, Period
from csi.words.messages import mark, said
from csi.words.wording import MILLION, amount, clip, day, exact, number, periods

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES, NAME_LINES, CELL = (1.2, 2.5), 3, 0.11  # inches, lines, inches: the least and most that names take, a cell
BODY, SMALL = 9.0, 8.0  # points
MOST_PERIODS, MOST_ROWS, MORE = 26, 20, 2  # MORE: decimals than the figure has that needs fewest
UNMEASURED = mark("NOT MEASURED")


@dataclass(frozen=True, slots=True)
class Cell:
    """How a period stands: a sign, a fill, and the word for it."""

    state: str
    sign: str
    fill: str
    ink: str = INK


MET = Cell("met", "✓", "#CFE5F4")
THREATENED = Cell("met, but threatened", "!", "#F6E3A8")
MISSED = Cell("missed", "✗", "#F3B28C")
NO_DATA = Cell("no data", "–", WHITE, QUIET)
UNFINISHED = Cell("unfinished", "○", WHITE, QUIET)
FEW = Cell("too few cases to show", "…", WHITE, QUIET)
NO_TARGET = Cell("no target", "·", FAINT, QUIET)
CELLS = (MET, THREATENED, MISSED, NO_DATA, UNFINISHED, FEW, NO_TARGET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One row: what was agreed, how each period stood, and what is ruled.

    Attributes:
        figures: each period's value, in digits that tell it from the target; empty where none is shown.
        latest: the newest value, as it is told.
        verdict: the label of the KPI's verdict; empty where none was reached.
    """

    name: str
    target: str
    cells: tuple[Cell, ...]
    latest: str = ""
    axes: str = ""  # the verdict with both axes
    figures: tuple[str, ...] = ()
    verdict: str = ""

    @property
    def met(self) -> int:
        """Periods in which it was met."""
        return sum(cell in (MET, THREATENED) for cell in self.cells)

    @property
    def beside(self) -> str:
        """The axis that the verdict does not say itself; the change alone where the verdict is on another target."""
        return self.axes.removeprefix(self.verdict).removeprefix(" · ")

    @property
    def judged(self) -> int:
        """Periods in which it was met or missed."""
        return sum(cell in (MET, THREATENED, MISSED) for cell in self.cells)

    @property
    def share(self) -> str:
        """``met 8 of 10``; nothing to count is said, of what is not measured by its verdict."""
        if self.verdict == UNMEASURED:
            return ""
        return f"met {self.met} of {self.judged}" if self.judged else "not judged"


def slam_chart(facts: Facts) -> Chart:
    """The grid of a study's KPIs as PNG with its sentence and alt text."""
    return drawing(facts).chart()


def drawing(facts: Facts) -> Drawing:
    """The same before it is pixels or lines."""
    clauses, columns = grid(facts)
    heading = facts.headline
    picture = slam_figure(facts.service, heading, clauses, columns, facts.study.period)
    return Drawing(picture, slam_text(facts, heading, clauses, columns), heading)


def grid(facts: Facts) -> tuple[list[Clause], list[Mark]]:
    """The rows, and the newest periods they share, in order."""
    by_start = {mark.start: mark for view in facts.views for mark in view.marks}
    columns = [by_start[start] for start in sorted(by_start)][-MOST_PERIODS:]
    aims = {view.kpi.id: view.targets for view in facts.views}  # a verdict is on these: a clause may promise others
    rows = [_clause(view, columns, judged=view.targets == aims[view.kpi.id]) for view in facts.clauses()]
    blank = tuple(NO_DATA for _ in columns)
    rows += [Clause(name=name, target="", cells=blank, verdict=UNMEASURED) for name in facts.unmeasured]
    return rows[:MOST_ROWS], columns


def state(view: View, mark: Mark | None) -> Cell:
    """How one period of a KPI stands against its target."""
    if mark is None or (mark.value is None and not mark.suppressed):
        return NO_DATA
    if mark.partial or mark.suppressed:
        return UNFINISHED if mark.partial else FEW
    promised = view.kpi.aims_on(mark.start.date())
    if not promised:
        return NO_TARGET
    if not meets(view.kpi.direction, promised, mark.height):
        return MISSED
    return THREATENED if _threatened(view, promised, mark.height) else MET


def _threatened(view: View, promised: tuple[float, ...], value: float) -> bool:
    """Whether a value on target is so close to it that the usual variation of one period may miss it; ours: a sigma."""
    sigma = _usual(view)
    return sigma is not None and min(abs(value - aim) for aim in promised) < sigma


def _usual(view: View) -> float | None:
    """The variation of single periods now: of the evaluation where a change is known, else of the baseline."""
    own = view.analysis.detail.after_limits
    if own is None or own.centre is None:
        return view.analysis.detail.sigma
    newest = [[one for one in bound(side, len(view.marks)) if one is not None][-1:] for side in (own.lower, own.upper)]
    return max((abs(one - own.centre) / 3 for side in newest for one in side), default=None)  # a side may be clipped


def meets(direction: Direction, promised: tuple[float, ...], value: float) -> bool:
    """Whether a value is on the good side of what was promised (a target, or the two ends of a band), or on it."""
    if len(promised) == 2:
        return promised[0] <= value <= promised[1]
    return value >= promised[0] if direction is Direction.HIGHER else value <= promised[0]


def _clause(view: View, columns: Sequence[Mark], *, judged: bool) -> Clause:
    """A row; ``judged``: the KPI's verdict is on this target, else only its change is told."""
    own = {mark.start: mark for mark in view.marks}
    latest = f"latest {view.said(view.latest.value)}" if view.latest else ""
    places = [own.get(mark.start) for mark in columns]
    cells = tuple(state(view, mark) for mark in places)
    figures = _figures(view, places)
    verdict = view.analysis.label if judged else ""
    axes = view.analysis.both if judged else view.analysis.change_axis or ""
    return Clause(
        name=view.name, target=_promised(view), cells=cells, latest=latest, axes=axes, figures=figures, verdict=verdict
    )


def _figures(view: View, places: Sequence[Mark | None]) -> tuple[str, ...]:
    """Each period's value, all in as many decimals as the one that needs most."""
    values = [None if mark is None else mark.value for mark in places]
    alone = ["" if value is None else amount(value, "", view.targets, words_from=MILLION) for value in values]
    needed = [len(text.partition(".")[2]) for text in alone if text[-1:].isdigit()]
    most = min(max(needed, default=0), min(needed, default=0) + MORE)
    return tuple(
        number(value, most) if value is not None and text[-1:].isdigit() else text
        for value, text in zip(values, alone, strict=True)
    )


def _promised(view: View) -> str:
    """The target, and the one before it with its last day, by which older periods are judged."""
    earlier = view.kpi.earlier_targets[-1:]
    told = [f"{'–'.join(exact(end) for end in one.target)} before {day(one.until)}" for one in earlier]
    return " · ".join((target_text(view), *told))


def slam_figure(
    service: str, heading: str, clauses: Sequence[Clause], columns: Sequence[Mark], period: Period
) -> Figure:
    """The drawing itself, for tests to look at."""
    each = said("each {period} against its target", period=period)
    above = head("", [f"{each} · {service}", each], heading, "")
    top = EDGE + above.height + 0.12
    laid = _laid(clauses, len(columns))
    bottom = top + laid.row * max(1, len(clauses))
    sheet = figure(bottom + 0.34 + height_of(1, BODY) + EDGE)
    draw_head(sheet, above)
    for at, clause in enumerate(clauses):
        _row(sheet, clause, top + laid.row * at, laid)
    _dates(sheet, columns, period, bottom, laid)
    _key(sheet, clauses, bottom + 0.34)
    return sheet


@dataclass(frozen=True, slots=True)
class _Laid:
    """How wide names and cells are and how high a row is, in inches; whether cells have room for figures."""

    name: float
    cell: float
    row: float
    figures: bool

    @property
    def sign(self) -> float:
        """The size of a sign, in points, with which it stays in its cell."""
        return min(SMALL, 0.8 * self.cell * 72)


def _laid(clauses: Sequence[Clause], columns: int) -> _Laid:
    """Names get what the cells do not need, and as many lines as it takes."""
    ruled = max(
        (
            max(width_of(one.verdict, SMALL, bold=True), width_of(one.beside, SMALL), width_of(one.share, SMALL))
            for one in clauses
        ),
        default=0,
    )
    room = WIDTH - 2 * EDGE - ruled - 0.12
    longest = max((max(width_of(one.name, BODY), width_of(one.target, SMALL)) for one in clauses), default=0.0)
    least, most = NAMES
    name = min(max(longest + 0.1, least), most, max(least, room - CELL * columns))
    cell = (room - name) / max(1, columns)
    lines = max((len(_name(one, name)) for one in clauses), default=1)
    figures = all(width_of(text, SMALL) < cell - 0.06 for one in clauses for text in one.figures)
    told = max((len(_told(one)) for one in clauses), default=1)
    tall = max(height_of(lines, BODY) + height_of(1, SMALL), height_of(told, SMALL))
    return _Laid(name, cell, 0.09 + tall, figures)


def _name(clause: Clause, within: float) -> list[str]:
    return wrapped(clause.name, BODY, within=within - 0.1, most=NAME_LINES)


def _row(sheet: Figure, clause: Clause, top: float, laid: _Laid) -> None:
    names = _name(clause, laid.name)
    for at, line in enumerate(names):
        write(sheet, EDGE, top + 0.04 + height_of(at, BODY), line, size=BODY, colour=INK)
    second = top + 0.04 + height_of(len(names), BODY)
    write(sheet, EDGE, second, fitted(clause.target, SMALL, within=laid.name - 0.1), size=SMALL, colour=QUIET)
    for at, cell in enumerate(clause.cells):
        shown = clause.figures[at] if laid.figures and clause.figures else ""
        _cell(sheet, cell, shown, (EDGE + laid.name + laid.cell * at, top), laid)
    right = WIDTH - EDGE
    colour = TEXT if colour_of(clause.verdict) == WHITE else colour_of(clause.verdict)
    for at, (text, bold) in enumerate(_told(clause)):
        y = top + 0.04 + height_of(at, SMALL)
        write(sheet, right, y, text, size=SMALL, colour=colour if bold else TEXT, bold=bold, ha="right")


def _told(clause: Clause) -> list[tuple[str, bool]]:
    """What stands at the right of a row, each with whether it is bold."""
    return [one for one in ((clause.verdict, True), (clause.beside, False), (clause.share, False)) if one[0]]


def _cell(sheet: Figure, cell: Cell, shown: str, corner: tuple[float, float], laid: _Laid) -> None:
    """One period: its sign, with its figure below where there is room."""
    width, height = sheet.get_size_inches()
    (left, top), wide = corner, laid.cell
    gap = min(0.03, wide * 0.12)
    low = ((left + gap) / width, 1 - (top + laid.row - gap) / height)
    box = artists.Rectangle(
        low,
        (wide - 2 * gap) / width,
        (laid.row - 2 * gap) / height,
        transform=sheet.transFigure,
        facecolor=cell.fill,
        edgecolor=FAINT,
        linewidth=0.8,
        gid=cell.state,
    )
    sheet.add_artist(box)
    middle, centre = left + wide / 2, top + laid.row / 2
    shift = 0.08 if shown else 0.0
    write(sheet, middle, centre - shift, cell.sign, size=laid.sign, colour=cell.ink, ha="center", va="center")
    if shown:
        write(sheet, middle, centre + shift, shown, size=SMALL, colour=cell.ink, ha="center", va="center")


def _dates(sheet: Figure, columns: Sequence[Mark], period: Period, top: float, laid: _Laid) -> None:
    dates = date_labels(columns, period)
    for at in labelled(dates, laid.cell * len(columns)):
        write(
            sheet,
            EDGE + laid.name + laid.cell * (at + 0.5),
            top + 0.05,
            dates[at],
            size=SMALL,
            colour=QUIET,
            ha="center",
        )


def _key(sheet: Figure, clauses: Sequence[Clause], top: float) -> None:
    used = {cell.state for clause in clauses for cell in clause.cells}
    text = "\u2003".join(f"{cell.sign} {cell.state}" for cell in CELLS if cell.state in used)
    write(sheet, EDGE, top, fitted(text, BODY, within=WIDTH - 2 * EDGE), size=BODY, colour=TEXT)


def slam_text(facts: Facts, heading: str, clauses: Sequence[Clause], columns: Sequence[Mark]) -> str:
    """The grid in words."""
    if not columns:
        return clip(
            f"Grid of targets by {facts.study.period} for {facts.service}: nothing measured yet.", ALT_TEXT_LIMIT
        )
    rows = "; ".join(_row_text(clause) for clause in clauses)
    span = f"{periods(len(columns), facts.study.period)} to {day(columns[-1].start)}"
    return clip(f"Grid of targets for {clip(facts.service, 100)}, {span}. {heading} {rows}.", ALT_TEXT_LIMIT)


def _row_text(clause: Clause) -> str:
    signs = "".join(cell.sign for cell in clause.cells)
    target = f" ({clause.target})" if clause.target else ""
    told = (clause.share, clause.latest, clause.axes or clause.verdict, signs)
    return f"{clip(clause.name, 120)}{target}: {', '.join(one for one in told if one)}"
