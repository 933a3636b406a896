"""The SLAM grid (service-level agreement monitoring): clause × period, each cell met, missed or not measured.

Sign and colour both say it, so the grid can be read without colours. A cell is judged by the period's value against
the clause's target of its day and by nothing else (V6.8): whether the clause is *reliably* met is for the verdict to
say, which stands beside it with both axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from csi.charts.axis import date_labels, labelled
from csi.charts.canvas import (
    ALT_TEXT_LIMIT,
    FAINT,
    INK,
    QUIET,
    TEXT,
    WHITE,
    WIDTH,
    Chart,
    figure,
    fitted,
    height_of,
    png,
    wrapped,
    write,
)
from csi.charts.facts import Facts
from csi.charts.marks import Mark
from csi.charts.view import View, target_text
from csi.terms import Direction, Period
from csi.words.wording import clip, day, exact, periods

EDGE, NAME, SHARE, ROW = 0.16, 1.9, 0.85, 0.34  # inches
TITLE, BODY, SMALL = 11.0, 8.0, 7.5  # points
MOST_PERIODS, MOST_ROWS = 26, 20


@dataclass(frozen=True, slots=True)
class Cell:
    """How a period stands: a sign, a fill, and the word for it."""

    state: str
    sign: str
    fill: str
    ink: str = INK


MET = Cell("met", "✓", "#CFE5F4")
MISSED = Cell("missed", "✗", "#F3B28C")
NO_DATA = Cell("no data", "–", WHITE, QUIET)
UNFINISHED = Cell("unfinished", "○", WHITE, QUIET)
FEW = Cell("too few cases to show", "…", WHITE, QUIET)
NO_TARGET = Cell("no target", "·", FAINT, QUIET)
CELLS = (MET, MISSED, NO_DATA, UNFINISHED, FEW, NO_TARGET)


@dataclass(frozen=True, slots=True)
class Clause:
    """One row: what was agreed, and how each period stood."""

    name: str
    target: str
    cells: tuple[Cell, ...]
    latest: str = ""
    axes: str = ""  # the verdict with both axes

    @property
    def met(self) -> int:
        """Periods in which it was met."""
        return sum(cell is MET for cell in self.cells)

    @property
    def judged(self) -> int:
        """Periods in which it was met or missed."""
        return sum(cell in (MET, MISSED) for cell in self.cells)

    @property
    def share(self) -> str:
        """``met 8 of 10``; nothing to count is said."""
        return f"met {self.met} of {self.judged}" if self.judged else "not judged"


def slam_chart(facts: Facts) -> Chart:
    """The grid of a study's KPIs as PNG with its sentence and alt text."""
    clauses, columns = grid(facts)
    heading = title(clauses)
    picture = slam_figure(facts.service, heading, clauses, columns, facts.study.period)
    return Chart(png(picture), slam_text(facts, heading, clauses, columns), heading)


def grid(facts: Facts) -> tuple[list[Clause], list[Mark]]:
    """The rows, and the newest periods they share, in order."""
    by_start = {mark.start: mark for view in facts.views for mark in view.marks}
    columns = [by_start[start] for start in sorted(by_start)][-MOST_PERIODS:]
    return [_clause(view, columns) for view in facts.clauses()[:MOST_ROWS]], columns


def state(view: View, mark: Mark | None) -> Cell:
    """How one period of a KPI stands against its target."""
    if mark is None or (mark.value is None and not mark.suppressed):
        return NO_DATA
    if mark.partial or mark.suppressed:
        return UNFINISHED if mark.partial else FEW
    promised = view.kpi.aims_on(mark.start.date())
    if not promised:
        return NO_TARGET
    return MET if meets(view.kpi.direction, promised, mark.height) else MISSED


def meets(direction: Direction, promised: tuple[float, ...], value: float) -> bool:
    """Whether a value is on the good side of what was promised (a target, or the two ends of a band), or on it."""
    if len(promised) == 2:
        return promised[0] <= value <= promised[1]
    return value >= promised[0] if direction is Direction.HIGHER else value <= promised[0]


def title(clauses: Sequence[Clause]) -> str:
    """The sentence above the grid, by the clauses' newest finished period."""
    newest = [next((cell for cell in reversed(one.cells) if cell in (MET, MISSED)), None) for one in clauses]
    judged = [cell for cell in newest if cell]
    if not judged:
        return "No target could be judged in any finished period."
    met = sum(cell is MET for cell in judged)
    unjudged = len(clauses) - len(judged)
    more = f"; {unjudged} could not be judged" if unjudged else ""
    return f"{met} of {len(judged)} targets met in the newest finished period{more}."


def _clause(view: View, columns: Sequence[Mark]) -> Clause:
    own = {mark.start: mark for mark in view.marks}
    latest = f", latest {view.said(view.latest.value)}" if view.latest else ""
    cells = tuple(state(view, own.get(mark.start)) for mark in columns)
    return Clause(view.name, _promised(view), cells, latest, view.analysis.both)


def _promised(view: View) -> str:
    """The target, and the one before it with its last day, by which older periods are judged."""
    earlier = view.kpi.earlier_targets[-1:]
    told = [f"{'–'.join(exact(end) for end in one.target)} before {day(one.until)}" for one in earlier]
    return " · ".join((target_text(view), *told))


def slam_figure(
    service: str, heading: str, clauses: Sequence[Clause], columns: Sequence[Mark], period: Period
) -> Figure:
    """The drawing itself, for tests to look at."""
    said = wrapped(heading, TITLE, within=WIDTH - 2 * EDGE, most=2, bold=True)
    top = EDGE + height_of(1, BODY) + height_of(len(said), TITLE) + 0.16
    bottom = top + ROW * max(1, len(clauses))
    sheet = figure(bottom + 0.3 + height_of(1, SMALL) + EDGE)
    kicker = fitted(f"{service} · target by {period}", BODY, within=WIDTH - 2 * EDGE)
    write(sheet, EDGE, EDGE, kicker, size=BODY, colour=QUIET)
    for at, line in enumerate(said):
        y = EDGE + height_of(1, BODY) + 0.03 + height_of(at, TITLE)
        write(sheet, EDGE, y, line, size=TITLE, colour=INK, bold=True)
    wide = (WIDTH - 2 * EDGE - NAME - SHARE) / max(1, len(columns))
    for at, clause in enumerate(clauses):
        _row(sheet, clause, top + ROW * at, wide)
    _dates(sheet, columns, period, bottom, wide)
    _key(sheet, clauses, bottom + 0.3)
    return sheet


def _row(sheet: Figure, clause: Clause, top: float, wide: float) -> None:
    write(sheet, EDGE, top + 0.03, fitted(clause.name, BODY, within=NAME - 0.1), size=BODY, colour=INK)
    write(
        sheet,
        EDGE,
        top + 0.03 + height_of(1, BODY),
        fitted(clause.target, SMALL, within=NAME - 0.1),
        size=SMALL,
        colour=QUIET,
    )
    for at, cell in enumerate(clause.cells):
        _cell(sheet, cell, EDGE + NAME + wide * at, top, wide)
    write(sheet, WIDTH - EDGE, top + ROW / 2, clause.share, size=BODY, colour=TEXT, ha="right", va="center")


def _cell(sheet: Figure, cell: Cell, left: float, top: float, wide: float) -> None:
    width, height = sheet.get_size_inches()
    gap = min(0.03, wide * 0.12)
    corner = ((left + gap) / width, 1 - (top + ROW - gap) / height)
    box = Rectangle(corner, (wide - 2 * gap) / width, (ROW - 2 * gap) / height, transform=sheet.transFigure,
                    facecolor=cell.fill, edgecolor=FAINT, linewidth=0.8, gid=cell.state)  # fmt: skip
    sheet.add_artist(box)
    write(sheet, left + wide / 2, top + ROW / 2, cell.sign, size=BODY, colour=cell.ink, ha="center", va="center")


def _dates(sheet: Figure, columns: Sequence[Mark], period: Period, top: float, wide: float) -> None:
    dates = date_labels(columns, period)
    for at in labelled(dates, wide * len(columns)):
        write(sheet, EDGE + NAME + wide * (at + 0.5), top + 0.05, dates[at], size=SMALL, colour=QUIET, ha="center")


def _key(sheet: Figure, clauses: Sequence[Clause], top: float) -> None:
    used = {cell.state for clause in clauses for cell in clause.cells}
    text = "\u2003".join(f"{cell.sign} {cell.state}" for cell in CELLS if cell.state in used)
    write(sheet, EDGE, top, fitted(text, SMALL, within=WIDTH - 2 * EDGE), size=SMALL, colour=TEXT)


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
    axes = f", {clause.axes}" if clause.axes else ""
    return f"{clip(clause.name, 120)} ({clause.target}): {clause.share}{clause.latest}{axes}, {signs}"
