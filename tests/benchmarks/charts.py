"""What a control chart costs beside a bare figure of matplotlib with the same artists, and how large it is."""

from __future__ import annotations

import io
from time import process_time

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from csi.charts.charts import control_figure, draw
from csi.charts.view import View
from tests.analysis.series import noise, step
from tests.charts.pictures import judged, shares

ROUNDS = 15
KINDS = {
    "24 + 12 weeks, a step": lambda: judged(step(-12.0)),
    "104 + 26 weeks": lambda: judged(noise(130)),
    "shares of few": lambda: shares([0.75] * 36, [3, 40, 7, 90] * 9),
}


def bare(ours: Figure) -> bytes:
    """The artists of a figure put by hand on another one, and that written as matplotlib writes it."""
    width, height = ours.get_size_inches()
    figure = Figure(figsize=(width, height), dpi=ours.dpi)
    FigureCanvasAgg(figure)
    axes: Axes = figure.add_axes(ours.axes[0].get_position().bounds)
    for artist in ours.axes[0].get_children():
        if isinstance(artist, Line2D) and artist.get_gid():
            axes.plot(
                artist.get_xdata(),
                artist.get_ydata(),
                linestyle=artist.get_linestyle(),
                marker=artist.get_marker(),
                color=artist.get_color(),
            )
        elif isinstance(artist, LineCollection):
            [[start, end]] = artist.get_segments()
            axes.hlines(start[1], start[0], end[0], linewidth=5)
        elif isinstance(artist, PolyCollection):
            corners = artist.get_paths()[0].vertices
            axes.fill(corners[:, 0], corners[:, 1])
    axes.set_xlim(*ours.axes[0].get_xlim())
    axes.set_ylim(*ours.axes[0].get_ylim())
    axes.set_xticks(ours.axes[0].get_xticks(), labels=[one.get_text() for one in ours.axes[0].get_xticklabels()])
    for text in ours.texts:
        figure.text(*text.get_position(), text.get_text(), size=text.get_size(), weight=text.get_weight())
    for line in ours.lines:
        figure.add_artist(Line2D(line.get_xdata(), line.get_ydata(), transform=figure.transFigure))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def measured(view: View) -> tuple[float, float, int, int]:
    """Seconds of ours and of the bare one (the least of some alternating rounds), and their bytes."""
    figure = control_figure(view)
    times: list[tuple[float, float]] = []
    ours = other = b""
    for _ in range(ROUNDS):
        start = process_time()
        ours = draw(view).png
        middle = process_time()
        other = bare(figure)
        times.append((middle - start, process_time() - middle))
    first, second = (min(one) for one in zip(*times, strict=True))
    return first, second, len(ours), len(other)


def main() -> None:
    """Print a line a kind."""
    for name, made in KINDS.items():
        first, second, size, other = measured(made())
        print(
            f"{name}: {1000 * first:.0f} ms against {1000 * second:.0f} ms bare, {first / second:.2f} times; "
            f"{size // 1000} kB against {other // 1000} kB"
        )
