"""The report on paper: A4 pages, the verdicts first, then every KPI with its chart and what stands beside it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csi.charts import artists, canvas
from csi.charts.canvas import INK, QUIET, TEXT, Chart
from csi.charts.facts import Facts
from csi.charts.report import about, details
from csi.charts.view import View
from csi.words.messages import said

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 8.27, 11.69  # inches. Source: ISO 216, A4
EDGE = 0.8
WITHIN = WIDTH - 2 * EDGE
HEADING, KPI, BODY, FOOT = 18.0, 13.0, 9.0, 7.5  # points
SMALLER, SPARSE = (9.0, 8.5, 8.0, 7.5, 7.0), 0.035  # points and inches of what is read by who asks
LINES = 40  # of one text; what is longer has its place in report.md


@dataclass
class _Paper:
    """Pages that fill from top to bottom."""

    service: str
    pages: list[Figure] = field(default_factory=list)
    y: float = HEIGHT

    def room(self, height: float) -> None:
        """Turn the page where there is too little room left for what comes as one."""
        if self.y + height > HEIGHT - EDGE or not self.pages:
            self.turn()

    def turn(self) -> None:
        """A new page."""
        self.pages.append(canvas.figure(HEIGHT, WIDTH))
        self.y = EDGE

    def text(self, text: str, size: float, *, colour: str = TEXT, bold: bool = False, below: float = 0.06) -> None:
        """A paragraph, over as many pages as it takes."""
        for line in canvas.wrapped(text, size, within=WITHIN, most=LINES, bold=bold):
            self.room(canvas.height_of(1, size))
            canvas.write(self.pages[-1], EDGE, self.y, line, size=size, colour=colour, bold=bold)
            self.y += canvas.height_of(1, size)
        self.y += below

    def fits(self, items: Sequence[str], size: float, words: Sequence[str]) -> bool:
        """Whether the rest of the page holds some texts of this size, and some in letters of the foot."""
        told = [(item, size, SPARSE) for item in items] + [(text, min(size, FOOT), 0.06) for text in words]
        lines = [(len(canvas.wrapped(text, of, within=WITHIN, most=LINES)), of, gap) for text, of, gap in told]
        return self.y + sum(canvas.height_of(many, of) + gap for many, of, gap in lines) <= HEIGHT - EDGE

    def picture(self, png: bytes) -> None:
        """A picture over the width of the text, or as high as a page holds."""
        pixels = artists.imread(io.BytesIO(png))
        high, wide = pixels.shape[:2]
        width = min(WITHIN, (HEIGHT - 2 * EDGE) * wide / high)
        height = width * high / wide
        self.room(height)
        box = (EDGE / WIDTH, 1 - (self.y + height) / HEIGHT, width / WIDTH, height / HEIGHT)
        axes = self.pages[-1].add_axes(box)
        axes.imshow(pixels, aspect="auto", interpolation="none")
        axes.set_axis_off()
        self.y += height + 0.12

    def numbered(self) -> Iterator[Figure]:
        """Every page with its number at the foot."""
        for number, page in enumerate(self.pages, start=1):
            foot = f"{self.service} · page {number} of {len(self.pages)}"
            canvas.write(page, EDGE, HEIGHT - 0.5, canvas.fitted(foot, FOOT, within=WITHIN), size=FOOT, colour=QUIET)
            yield page


def report_pdf(facts: Facts, pictures: Mapping[str, Chart], grid: Chart) -> bytes:
    """The report as PDF, a page a KPI: same facts, same bytes.

    Args:
        facts: what is reported.
        pictures: the chart of each KPI that has one; its words stand below it, for who does not see it.
        grid: the grid of clause and period.
    """
    paper = _Paper(facts.service)
    paper.room(0)
    paper.text(f"{facts.service}: did we get there?", HEADING, colour=INK, bold=True)
    paper.text(about(facts), BODY, colour=QUIET)
    for note in facts.notes:
        paper.text(note, BODY)
    paper.picture(grid.png)
    for view in facts.ordered():
        paper.text(view.headline, BODY, colour=INK, bold=True)
    below = facts.below()
    for view in facts.ordered():
        _kpi(paper, view, below[view.kpi.id], pictures.get(view.kpi.id))
    return _bound(paper)


def _kpi(paper: _Paper, view: View, below: str, picture: Chart | None) -> None:
    """A page: the picture, the line below it; then what is read by who asks, in letters with which it fits."""
    paper.turn()
    if picture is None:
        paper.text(view.headline, KPI, colour=INK, bold=True)
    else:
        paper.picture(picture.png)
    paper.text(below, BODY, colour=INK, below=0.14)
    paper.text(said("Why this verdict?"), BODY, colour=INK, bold=True)
    items = [f"· {item}" for item in details(view, None)]
    words = [said("The picture in words: {text}", text=picture.alt_text)] if picture is not None else []
    size = next((one for one in SMALLER if paper.fits(items, one, words)), SMALLER[-1])
    for item in items:
        paper.text(item, size, below=SPARSE)
    for text in words:
        paper.text(text, min(size, FOOT), colour=QUIET)


def _bound(paper: _Paper) -> bytes:
    """The pages as one file: no date, no name of a program, and letters that can be searched."""
    buffer = io.BytesIO()
    nothing = {"CreationDate": None, "Creator": None, "Producer": None}
    with artists.rc_context({"pdf.fonttype": 42}), artists.PdfPages(buffer, metadata=nothing) as pages:
        for page in paper.numbered():
            pages.savefig(page)
    return buffer.getvalue()
