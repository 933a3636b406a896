"""The control chart: one KPI over time with everything that must stand beside it (V6.4).

From top to bottom: what is charted, the sentence, the windows, the series with target, centre and limits named at
their ends, dates with n, and the small print: what the signs mean, source, definition, limits, exclusions.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from csi.analysis.analysis import Analysis
from csi.charts import plot
from csi.charts.alt_text import control_chart_text
from csi.charts.axis import axes_at, left_margin, value_range, write_dates
from csi.charts.beside import (
    EDGE,
    SIGN_ROW,
    explain_signs,
    mark_windows,
    name_lines,
    named_lines,
    right_margin,
    sign_rows,
)
from csi.charts.canvas import INK, QUIET, WIDTH, Chart, figure, fitted, height_of, png, wrapped, write
from csi.charts.plot import SMALL
from csi.charts.view import View, kicker, limits_text, provenance, signed_footnotes, windows_text
from csi.definition import Exclusion, KpiDefinition, Window
from csi.errors import InvalidInput
from csi.series.processed import Processed
from csi.words.wording import sentence

PLOT = 2.2  # inches: the height of the plot itself
WINDOWS, AIR = 0.34, 0.12  # inches above it for the windows, or when there are none
DATES = 0.4  # inches below it for dates and n
KICKER, TITLE = 8.2, 11.0  # points
LARGEST = 1e200  # beyond it a drawing overflows
TITLE_LINES, NOTE_LINES, NOTES = 6, 3, 4


def control_chart(
    kpi: KpiDefinition,
    processed: Processed,
    analysis: Analysis,
    *,
    service: str,
    source_label: str = "",
    exclusions: Sequence[Exclusion] = (),
    baseline: Window | None = None,
    evaluation: Window | None = None,
) -> Chart:
    """One KPI's control chart as PNG with its sentence and alt text."""
    source = source_label or kpi.source
    return draw(View(kpi, processed, analysis, service, source, baseline, evaluation, tuple(exclusions)))


def draw(view: View) -> Chart:
    """The control chart of a view.

    Raises:
        InvalidInput: a value is too large for any drawing.
    """
    _must_be_drawable(view)
    return Chart(png(control_figure(view)), control_chart_text(view), title(view))


def _must_be_drawable(view: View) -> None:
    if any(abs(mark.value or 0) > LARGEST for mark in view.marks):
        raise InvalidInput("chart", f"{view.name} has values beyond {LARGEST:.0e}, which no chart can show.")


def title(view: View) -> str:
    """The sentence of the analysis; without one, the KPI's name."""
    return sentence(view.analysis.sentence or f"{view.name}: {view.analysis.both}")


def control_figure(view: View) -> Figure:
    """The drawing itself, for tests to look at."""
    heading = wrapped(title(view), TITLE, within=WIDTH - 2 * EDGE, most=TITLE_LINES, bold=True)
    notes = _small_print(view)
    windows = view.window(view.baseline) or view.window(view.evaluation)
    top = EDGE + height_of(1, KICKER) + height_of(len(heading), TITLE) + (WINDOWS if windows else AIR)
    below = top + PLOT + DATES
    signs = sign_rows(view)
    under = below + SIGN_ROW * len(signs)
    sheet = figure(under + height_of(len(notes), SMALL) + EDGE)
    _head(sheet, view, heading)
    _plot(sheet, view, top)
    explain_signs(sheet, signs, below)
    _foot(sheet, notes, under)
    return sheet


def _head(sheet: Figure, view: View, heading: Sequence[str]) -> None:
    write(sheet, EDGE, EDGE, fitted(kicker(view), KICKER, within=WIDTH - 2 * EDGE), size=KICKER, colour=QUIET)
    for at, line in enumerate(heading):
        y = EDGE + height_of(1, KICKER) + 0.03 + height_of(at, TITLE)
        write(sheet, EDGE, y, line, size=TITLE, colour=INK, bold=True)


def _plot(sheet: Figure, view: View, top: float) -> None:
    low, high = value_range(view)
    lines = named_lines(view)
    left = EDGE + 0.08 + left_margin(low, high)
    width = WIDTH - left - right_margin(lines)
    axes = axes_at(sheet, (left, top, width, PLOT), positions=len(view.marks), low=low, high=high)
    write_dates(axes, view.marks, view.period, width)
    plot.draw(axes, view)
    mark_windows(sheet, axes, view)
    name_lines(sheet, axes, lines)


def _small_print(view: View) -> list[str]:
    """The lines under the chart, already wrapped."""
    notes = signed_footnotes(view)
    shown = [f"{'†' if note.of_an_exclusion else '·'} {note.text}" for note in notes[:NOTES]]
    more = [f"… and {len(notes) - NOTES} more footnotes in the report."] if len(notes) > NOTES else []
    texts = [provenance(view), limits_text(view), windows_text(view), *shown, *more]
    return [line for text in texts for line in wrapped(text, SMALL, within=WIDTH - 2 * EDGE, most=NOTE_LINES)]


def _foot(sheet: Figure, notes: Sequence[str], top: float) -> None:
    for at, line in enumerate(notes):
        write(sheet, EDGE, top + height_of(at, SMALL), line, size=SMALL, colour=QUIET)
