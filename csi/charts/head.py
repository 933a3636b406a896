"""What stands above a picture: the verdict as a badge, what is charted, and the headline in at most two lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from csi.charts import artists
from csi.charts.canvas import (
    AMBER,
    BLUE,
    EDGE,
    GREEN,
    INK,
    QUIET,
    RUST,
    WHITE,
    WIDTH,
    fitted,
    height_of,
    in_two,
    width_of,
    wrapped,
    write,
)
from csi.terms import VERDICTS, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BADGE, KICKER = 10.5, 8.5  # points
TITLES = (12.5, 11.5, 10.5, 9.5)  # points: the largest in which the headline has two lines
LINES = 2
BADGE_ROW, PADDING = 0.3, 0.09  # inches
WITHIN = WIDTH - 2 * EDGE
COLOURS = {
    Verdict.ACHIEVED: GREEN,
    Verdict.ACHIEVED_UNSTABLE: AMBER,
    Verdict.IMPROVED: BLUE,
    Verdict.NO_CHANGE: QUIET,
    Verdict.REGRESSED: RUST,
    Verdict.INCONCLUSIVE: WHITE,
}


@dataclass(frozen=True, slots=True)
class Head:
    """A picture's head.

    Attributes:
        badge: the verdict's label; empty where a picture has none.
        kicker: what is charted.
        lines: the headline.
        size: its letters, in points.
    """

    badge: str
    kicker: str
    lines: Sequence[str]
    size: float

    @property
    def height(self) -> float:
        """In inches."""
        return BADGE_ROW + height_of(len(self.lines), self.size)


def head(badge: str, kickers: Sequence[str], name: str, text: str) -> Head:
    """The head of a picture; where two lines do not hold it the name gives way, never what is said of it.

    Of several kickers the first that there is room for is taken.
    """
    room = WITHIN - _left(badge) + EDGE
    kicker = next((one for one in kickers if width_of(one, KICKER) <= room), kickers[-1])
    for size in TITLES:
        lines = _lines(f"{name}{text}", size)
        if len(lines) <= LINES:
            return Head(badge, kicker, lines, size)
    short = next((cut for cut in _shorter(name) if len(_lines(f"{cut}{text}", size)) <= LINES), "…")
    lines = _lines(f"{short}{text}", size)
    if len(lines) > LINES:
        lines = wrapped(f"{short}{text}", size, within=WITHIN, most=LINES, bold=True)
    return Head(badge, kicker, lines, size)


def _lines(text: str, size: float) -> list[str]:
    lines = wrapped(text, size, within=WITHIN, most=LINES + 1, bold=True)
    return (in_two(text, size, within=WITHIN, bold=True) if len(lines) == LINES else []) or lines


def _shorter(name: str) -> list[str]:
    """The name cut at ever fewer letters."""
    ends = range(min(len(name) - 1, 120), 3, -3)
    return [f"{name[:end].rstrip()}…" for end in ends]


def draw(sheet: Figure, of: Head) -> None:
    """Write the head at the top of a sheet."""
    left = _left(of.badge)
    if of.badge:
        _badge(sheet, of.badge)
    said = fitted(of.kicker, KICKER, within=WIDTH - EDGE - left)
    write(sheet, left, EDGE + BADGE_ROW / 2 - 0.03, said, size=KICKER, colour=QUIET, va="center")
    for at, line in enumerate(of.lines):
        y = EDGE + BADGE_ROW + height_of(at, of.size)
        write(sheet, EDGE, y, line, size=of.size, colour=INK, bold=True)


def _left(badge: str) -> float:
    """Where the kicker begins."""
    return EDGE + (width_of(badge, BADGE, bold=True) + 2 * PADDING + 0.1 if badge else 0.0)


def _badge(sheet: Figure, label: str) -> None:
    """The verdict on its colour."""
    wide = width_of(label, BADGE, bold=True) + 2 * PADDING
    colour = colour_of(label)
    height = sheet.get_size_inches()[1]
    tall = BADGE_ROW - 0.06
    box = artists.FancyBboxPatch(
        (EDGE, height - EDGE - tall),
        wide,
        tall,
        transform=sheet.dpi_scale_trans,
        boxstyle="round,pad=0,rounding_size=0.05",
        facecolor=colour,
        linewidth=0.8,
        edgecolor=INK if colour == WHITE else colour,
        gid="badge",
    )
    sheet.add_artist(box)
    ink = INK if colour == WHITE else WHITE
    write(sheet, EDGE + PADDING, EDGE + tall / 2, label, size=BADGE, colour=ink, bold=True, va="center")


def colour_of(label: str) -> str:
    """The colour of a verdict, whatever its side effect."""
    return COLOURS[VERDICTS[label]] if label in VERDICTS else WHITE
