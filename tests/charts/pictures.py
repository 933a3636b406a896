"""``python -m tests.charts.pictures [FOLDER]``: every kind of chart at three widths, on a light and on a dark page.

Without a folder those that the documents show are drawn into ``docs/charts``.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from csi.analysis import judge
from csi.charts import where
from csi.charts.canvas import Chart
from csi.charts.charts import draw
from csi.charts.further import Further, drawings
from csi.charts.slam import slam_chart
from csi.charts.spiral import Deed, Spiral, Turn, spiral_chart
from csi.charts.view import View
from csi.definition import KpiDefinition
from csi.terms import Direction, Period
from tests.analysis.series import frame, kpi_input, noise, step
from tests.charts import places, samples
from tests.charts.samples import KPI

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "charts"
SHOWN = ("achieved", "share-of-few", "grid", "spiral", "where-funnel", "before-after", "budget")
WIDTHS = (360, 720, 1200)
PAGES = {"light": (255, 255, 255), "dark": (26, 29, 33)}
AIR = 16  # pixels around a picture


def judged(values: Sequence[float], kpi: KpiDefinition = KPI, **shape: Any) -> View:
    """A series with what is really said of it: 24 periods before, the others after."""
    series = shape.pop("frame", None)
    series = frame(values, **shape) if series is None else series
    item = replace(kpi_input(values, series=series), definition=kpi)
    analysis = judge({kpi.id: item})[kpi.id]
    return View(
        kpi=kpi,
        processed=samples.processed(series, kpi),
        analysis=analysis,
        service="Service desk",
        source="tickets (tickets.csv)",
        baseline=item.baseline,
        evaluation=item.evaluation,
    )


def shares(rates: Sequence[float], sizes: Sequence[int], seed: int = 1) -> View:
    """Shares of as many cases."""
    good = np.random.default_rng(seed).binomial(sizes, rates)
    kpi = replace(
        KPI,
        name="Resolved within a day",
        unit="%",
        direction=Direction.HIGHER,
        target=80.0,
        measure="share",
        value=None,
        good="hours <= 24",
    )
    return judged(100 * good / np.array(sizes), kpi, n=[float(size) for size in sizes], numerator=good)


def counts() -> View:
    """Rare events."""
    values = np.random.default_rng(3).poisson([1.5] * 24 + [1.5] * 12).astype(float)
    return judged(values, replace(KPI, name="Major incidents", unit="count", target=None, measure="count", value=None))


def turned() -> Spiral:
    """Two cycles, of which the second got worse."""
    first = samples.series(step(-15.0, level=30.0, sigma=1.5).tolist())
    second = samples.series(step(26.0, before=12, after=12, level=15.0, sigma=1.5).tolist(), start="2016-09-05")
    done = (
        Deed(date(2016, 8, 10), "Morning rota"),
        Deed(date(2016, 9, 20), "Articles for the ten commonest questions"),
    )
    told = "15.0 → 41.0 h; target 12 h is not met."
    return Spiral(
        name=KPI.name,
        unit="h",
        direction=Direction.LOWER,
        period=Period.WEEK,
        service="Service desk",
        turns=(
            Turn(
                number=1,
                series=first,
                baseline=30.0,
                target=20.0,
                verdict="ACHIEVED",
                deeds=done[:1],
                until=date(2016, 11, 1),
            ),
            Turn(
                number=2,
                series=second,
                baseline=15.0,
                target=12.0,
                verdict="REGRESSED",
                deeds=done[1:],
                until=date(2017, 3, 1),
                summary=told,
            ),
        ),
    )


KINDS: dict[str, Callable[[], Any]] = {
    "achieved": lambda: draw(judged(step(-12.0))),
    "regressed": lambda: draw(judged(step(6.0))),
    "no-change": lambda: draw(judged(noise(36))),
    "inconclusive": lambda: draw(judged(noise(27))),
    "share": lambda: draw(shares([0.55] * 24 + [0.85] * 12, list(range(12, 48)))),
    "share-of-few": lambda: draw(shares([0.75] * 36, [3, 40, 7, 90] * 9)),
    "counts": lambda: draw(counts()),
    "many": lambda: draw(judged(noise(400, phi=0.4))),
    "grid": lambda: slam_chart(samples.base(*named(judged(step(-12.0)), judged(step(6.0)), judged(noise(36))))),
    "grid-of-few": lambda: slam_chart(samples.base(*named(*(judged(noise(4, seed=seed)) for seed in range(3))))),
    "spiral": lambda: spiral_chart(turned()),
    "before-after": lambda: also(Further.BEFORE_AFTER, judged(step(-12.0))),
    "budget": lambda: also(Further.BUDGET, shares([0.82] * 24 + [0.86] * 12, [60] * 36)),
    "where-ranked": lambda: where.drawing(places.ranking()).chart(),
    "where-funnel": lambda: where.drawing(places.funnel()).chart(),
    "where-pareto": lambda: where.drawing(places.pareto()).chart(),
}


def also(kind: Further, view: View) -> Chart:
    """One of the pictures that are looked at by who asks for them."""
    return dict(drawings(view))[kind].chart()


def named(*views: View) -> list[View]:
    """The same as several KPIs."""
    names = ("Median time to resolve", "Time until somebody answers for the first time, in office hours", "Handover")
    kpis = [replace(view.kpi, id=f"k{at}", name=names[at]) for at, view in enumerate(views)]
    return [
        replace(view, kpi=kpi, processed=replace(view.processed, kpi=kpi))
        for view, kpi in zip(views, kpis, strict=True)
    ]


def sheet(png: bytes, page: tuple[int, int, int]) -> Image.Image:
    """A picture at each width below the other, on a page."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    sizes = [(width, round(whole.height * width / whole.width)) for width in WIDTHS]
    made = Image.new("RGB", (max(WIDTHS) + 2 * AIR, sum(high for _, high in sizes) + AIR * (len(sizes) + 1)), page)
    top = AIR
    for size in sizes:
        made.paste(whole.resize(size, Image.Resampling.LANCZOS), (AIR, top))
        top += size[1] + AIR
    return made


def main(words: list[str]) -> int:
    """Draw them all."""
    folder = Path(words[0]) if words else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in KINDS.items():
        chart = made()
        print(f"{name}: {len(chart.png) // 1024} kB. {chart.title}")
        if words:
            for page, colour in PAGES.items():
                sheet(chart.png, colour).save(folder / f"{name}-{page}.png")
        elif name in SHOWN:
            (folder / f"{name}.png").write_bytes(chart.png)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
