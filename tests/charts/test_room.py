"""No text of a picture overlaps another, leaves the sheet or is cut: measured on what is drawn."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from csi.charts.canvas import WIDTH, png, svg, width_of
from csi.charts.charts import control_figure
from csi.charts.slam import grid, slam_figure
from csi.charts.spiral import Deed, Spiral, Turn, spiral_figure
from csi.terms import Direction, Period
from tests.analysis.series import step
from tests.charts.pictures import judged, shares
from tests.charts.samples import KPI, base, series

LONG = "Share of tickets of priority 1 answered within office hours"
assert len(LONG) == 59


def crowded(figure: Figure) -> list[str]:
    """What overlaps, leaves the sheet or ends in an ellipsis."""
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    boxes = {id(text): text.get_window_extent() for text in texts}
    right, top = figure.bbox.x1 + 1, figure.bbox.y1 + 1
    found = [text.get_text() for text in texts if text.get_text().endswith("…")]
    for text in texts:
        box = boxes[id(text)]
        if box.x0 < -1 or box.y0 < -1 or box.x1 > right or box.y1 > top:
            found.append(f"outside: {text.get_text()}")
    for one, other in combinations(texts, 2):
        if boxes[id(one)].padded(-1).overlaps(boxes[id(other)].padded(-1)):
            found.append(f"{one.get_text()} over {other.get_text()}")
    return found


@pytest.mark.parametrize("points", [2, 36, 400])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
@pytest.mark.parametrize("unit", ["h", "responses per hour"])
def test_a_control_chart_has_room_for_its_words(points: int, scale: float, unit: str) -> None:
    kpi = replace(KPI, name=LONG, unit=unit, target=20.0 * scale)
    values = (step(-12.0, before=24, after=max(points - 24, 1)) * scale)[:points]
    assert crowded(control_figure(judged(values, kpi))) == []


def test_a_chart_of_swinging_shares_has_room_for_its_words() -> None:
    assert crowded(control_figure(shares([0.75] * 36, [3, 40, 7, 90] * 9))) == []


@pytest.mark.parametrize("weeks", [3, 26])
@pytest.mark.parametrize("scale", [1e-6, 1e9])
def test_a_grid_has_room_for_its_words(weeks: int, scale: float) -> None:
    kpis = [replace(KPI, id=str(at), name=f"{LONG}{at}", target=20.0 * scale) for at in range(3)]
    facts = base(*(judged(step(-12.0, before=24, after=12)[-weeks:] * scale, kpi) for kpi in kpis))
    clauses, columns = grid(facts)
    assert crowded(slam_figure("Service desk", facts.headline, clauses, columns, Period.WEEK)) == []


def test_a_spiral_has_room_for_its_words() -> None:
    values = [90.0, 60.0, 30.0, 20.0, 25.0, 12.0]
    label, told = "REGRESSED WITH SIDE EFFECT", "11,000,000 → 41,000,000 h; target 10,000,000 h is not met."
    turns = [
        Turn(
            number=at,
            series=series([value * 1e6 for value in values], start=f"2016-{at:02}-29"),
            baseline=78.2e6,
            target=40e6,
            verdict=label,
            deeds=(Deed(date(2016, at, 28), "Triage"),),
            summary=told,
        )
        for at in range(3, 9)
    ]
    assert (
        crowded(
            spiral_figure(
                Spiral(
                    name=LONG,
                    unit="h",
                    direction=Direction.LOWER,
                    period=Period.WEEK,
                    service="Desk",
                    turns=tuple(turns),
                )
            )
        )
        == []
    )


@pytest.mark.parametrize("text", [LONG, "WAVE To. 24.6 → 19.8 %", "Ωmega Ünïcode ✓"])
@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_the_drawing_and_never_less(text: str, bold: bool) -> None:
    sheet = Figure(figsize=(WIDTH, 1), dpi=225)
    drawn = sheet.text(0, 0, text, size=9.0, family="DejaVu Sans", weight="bold" if bold else "normal")
    wide = drawn.get_window_extent().width / 225
    assert wide <= width_of(text, 9.0, bold=bold) + 0.01 <= wide * 1.05 + 0.02


def test_a_picture_is_small_and_its_white_is_white() -> None:
    of = judged(step(-12.0))
    picture = png(control_figure(of))
    assert len(picture) < 150_000
    assert Image.open(io.BytesIO(picture)).convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_a_drawing_has_its_words_for_those_who_do_not_see_it() -> None:
    of = judged(step(-12.0))
    drawn = [svg(control_figure(of), "Title & co", "What <it> shows") for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert b"<dc:title>Title &amp; co</dc:title>" in drawn[0]
    assert b"What &lt;it&gt; shows" in drawn[0]


def test_words_that_do_overlap_or_are_cut_are_found() -> None:
    sheet = Figure(figsize=(WIDTH, 1))
    for x, text in ((0.1, "one"), (0.11, "two"), (0.5, "cut…"), (0.99, "outside of it")):
        sheet.text(x, 0.5, text)
    assert crowded(sheet) == ["cut…", "outside: outside of it", "one over two"]
