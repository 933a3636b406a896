"""Series and analyses made by hand, so that a chart's test says what it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from csi.analysis.analysis import (
    Against,
    Analysis,
    Assurance,
    Change,
    Detail,
    Limits,
    Signal,
    Trend,
    WindowSummary,
)
from csi.charts import facts
from csi.charts.facts import Facts
from csi.charts.view import View
from csi.definition import KpiDefinition, SourceDefinition, StudyDefinition, Window
from csi.series.exclusions import LeftOut
from csi.series.processed import Dimension, Processed, Quality
from csi.terms import Direction, Evidence, Period, Verdict
from csi.words.signals import SignalRule

FREQUENCY = {Period.HOUR: "h", Period.DAY: "D", Period.WEEK: "W-MON", Period.MONTH: "MS", Period.QUARTER: "QS"}
NOTHING = Dimension(1, 1)
KPI = KpiDefinition(
    id="mttr",
    name="Median time to resolve",
    source="incidents",
    at="resolved_at",
    measure="median",
    unit="h",
    direction=Direction.LOWER,
    target=20.0,
)


def series(
    values: Sequence[float | None],
    *,
    n: Sequence[int] | int = 100,
    start: str = "2016-02-29",
    period: Period = Period.WEEK,
    partial: Sequence[int] = (),
    excluded: Sequence[int] = (),
) -> pd.DataFrame:
    """Step 4's frame for these values; None is a missing period."""
    index = pd.date_range(start, periods=len(values), freq=FREQUENCY[period], tz="Europe/Lisbon", name="start")
    positions = range(len(values))
    plain = np.array([np.nan if value is None else value for value in values], dtype=float)
    return pd.DataFrame(
        {
            "end": index + pd.tseries.frequencies.to_offset(FREQUENCY[period]),
            "value": plain,
            "n": n,
            "numerator": np.nan,
            "denominator": np.nan,
            "partial": [at in partial for at in positions],
            "missing": np.isnan(plain),
            "excluded": [at in excluded for at in positions],
        },
        index=index,
    )


def processed(
    frame: pd.DataFrame,
    kpi: KpiDefinition = KPI,
    *,
    period: Period = Period.WEEK,
    footnotes: Sequence[str] = (),
    left_out: Sequence[LeftOut] = (),
) -> Processed:
    """A processed KPI of full quality."""
    quality = Quality(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    return Processed(
        kpi=kpi,
        period=period,
        timezone="Europe/Lisbon",
        series=frame,
        quality=quality,
        left_out=tuple(left_out),
        notes=tuple(footnotes),
    )


def analysis(
    frame: pd.DataFrame,
    *,
    limits: Limits | None = None,
    signals: Mapping[int, tuple[str, str]] | None = None,
    sentence: str = "Median time to resolve improved from 78.2 to 11.4 h, and meets its target of 20 h.",
    summary: str = "78.2 → 11.4 h; target 20 h is not met.",
    before: float | None = None,
    after: float | None = None,
    **changes: Any,
) -> Analysis:
    """An analysis of that frame; ``signals`` maps a position to its rule and direction."""
    last = len(frame) - 1
    found = tuple(
        Signal(frame.index[at].to_pydatetime(), SignalRule(rule), direction, at == last)
        for at, (rule, direction) in (signals or {}).items()
    )
    detail = Detail(before=WindowSummary(level=before), after=WindowSummary(level=after), summary=summary)
    whole = Analysis(
        limits=limits or Limits(kind="xmr", centre=None, lower=None, upper=None, n=len(frame), trial=True),
        signals=found,
        trend=Trend(),
        change=Change(),
        target_state=None,
        assurance=Assurance(),
        verdict=Verdict.IMPROVED,
        side_effects=(),
        evidence=Evidence.MODERATE,
        attribution="association",
        warnings=(),
        reasons=(),
        sentence=sentence,
        detail=detail,
        change_axis=None,
        target_axis="not met",
        headline="",
        against_target=Against(),
    )
    return replace(whole, **changes)


def view(
    values: Sequence[float | None],
    *,
    kpi: KpiDefinition = KPI,
    period: Period = Period.WEEK,
    baseline: tuple[str, str] | None = None,
    evaluation: tuple[str, str] | None = None,
    frame: Mapping[str, Any] | None = None,
    footnotes: Sequence[str] = (),
    left_out: Sequence[LeftOut] = (),
    service: str = "Service desk",
    **said: Any,
) -> View:
    """A view ready to be drawn."""
    made = series(values, period=period, **(frame or {}))
    return View(
        kpi=kpi,
        processed=processed(made, kpi, period=period, footnotes=footnotes, left_out=left_out),
        analysis=analysis(made, **said),
        service=service,
        source=kpi.source,
        baseline=window(baseline),
        evaluation=window(evaluation),
    )


def window(dates: tuple[str, str] | None) -> Window | None:
    """A window from two ISO dates."""
    return Window(date.fromisoformat(dates[0]), date.fromisoformat(dates[1])) if dates else None


def base(*views: View, key: str = "number") -> Facts:
    """The facts of a study with these KPIs, whose source holds one case a row (``key``)."""
    source = SourceDefinition(id="incidents", file="incidents.csv", key=key)
    period = views[0].period if views else Period.WEEK
    study = StudyDefinition(
        service="Service desk",
        timezone="Europe/Lisbon",
        period=period,
        sources={"incidents": source},
        kpis={v.kpi.id: v.kpi for v in views},
    )
    return facts.of(study, {one.kpi.id: (one.processed, one.analysis) for one in views})
