"""The control chart: one KPI over time with everything that must stand beside it (V6.4).

From top to bottom: the verdict as a badge, the headline, the windows, the series with target, limits and latest value
named at their ends, dates, and what the signs mean. Source, n, exclusions stand beside the picture and in its alt text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csi.charts import plot
from csi.charts.alt_text import control_chart_text
from csi.charts.axis import all_whole, axes_at, left_margin, value_range, write_dates
from csi.charts.beside import (
    SIGN_ROW,
    explain_signs,
    mark_windows,
    name_lines,
    named_lines,
    right_margin,
    sign_rows,
)
from csi.charts.canvas import EDGE, WIDTH, Chart, Drawing, figure
from csi.charts.head import draw as draw_head
from csi.charts.head import head
from csi.charts.view import View, kickers
from csi.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOT = 2.4  # inches: the height of the plot itself
WINDOWS, AIR = 0.34, 0.12  # inches above it for the windows, or when there are none
DATES = 0.32  # inches below it for dates
LARGEST = 1e200  # beyond it a drawing overflows


def draw(view: View) -> Chart:
    """The control chart of a view.

    Raises:
        InvalidInput: a value is too large for any drawing.
    """
    return drawing(view).chart()


def drawing(view: View) -> Drawing:
    """The same before it is pixels or lines.

    Raises:
        InvalidInput: as above.
    """
    _must_be_drawable(view)
    return Drawing(control_figure(view), control_chart_text(view), view.headline)


def _must_be_drawable(view: View) -> None:
    if any(abs(mark.value or 0) > LARGEST for mark in view.marks):
        raise InvalidInput("chart", f"{view.name} has values beyond {LARGEST:.0e}, which no chart can show.")


def control_figure(view: View) -> Figure:
    """The drawing itself, for tests to look at."""
    above = head(view.analysis.badge, kickers(view), view.name, f": {view.said_of}")
    windows = view.window(view.baseline) or view.window(view.evaluation)
    top = EDGE + above.height + (WINDOWS if windows else AIR)
    below = top + PLOT + DATES
    signs = sign_rows(view)
    sheet = figure(below + SIGN_ROW * len(signs) + EDGE)
    draw_head(sheet, above)
    _plot(sheet, view, top)
    explain_signs(sheet, signs, below)
    return sheet


def _plot(sheet: Figure, view: View, top: float) -> None:
    low, high = value_range(view)
    whole = all_whole([mark.value for mark in view.marks])
    lines = named_lines(view)
    left = EDGE + 0.08 + left_margin(low, high, whole=whole)
    width = WIDTH - left - right_margin(lines)
    axes = axes_at(sheet, (left, top, width, PLOT), positions=len(view.marks), low=low, high=high, whole=whole)
    write_dates(axes, view.marks, view.period, width)
    plot.draw(axes, view)
    mark_windows(sheet, axes, view)
    name_lines(sheet, axes, lines)
