"""Series to analyse: made by hand or drawn with a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from csi.analysis import Analysis, KpiInput, judge
from csi.definition import Duration, KpiDefinition, Window
from csi.terms import Direction, Period

ZONE = "Europe/Lisbon"
_KPI = {
    "id": "mttr",
    "name": "Median time to resolve",
    "source": "incidents",
    "at": "resolved_at",
    "measure": "median",
    "value": Duration("opened_at", "resolved_at"),
    "unit": "h",
    "direction": Direction.LOWER,
}


def frame(
    values: Sequence[float],
    *,
    n: Sequence[float] | float = 200,
    numerator: Sequence[float] | None = None,
    start: str = "2025-01-06",
    zone: str | None = ZONE,
    step_days: int = 7,
) -> pd.DataFrame:
    """Step 4's frame of a series; NaN is a missing period. With ``numerator``, ``n`` is the denominator."""
    edges = pd.date_range(start, periods=len(values) + 1, freq=f"{step_days}D", tz=zone).as_unit("us")
    numbers = np.asarray(values, dtype=float)
    return pd.DataFrame(
        {
            "end": edges[1:],
            "value": numbers,
            "n": n,
            "numerator": np.nan if numerator is None else np.asarray(numerator, dtype=float),
            "denominator": np.nan if numerator is None else n,
            "partial": False,
            "missing": np.isnan(numbers),
            "excluded": False,
        },
        index=pd.Index(edges[:-1], name="start"),
    )


def kpi_input(values: Sequence[float], *, before: int = 24, after: int | None = None, **changed: Any) -> KpiInput:
    """A KPI whose first ``before`` periods are the baseline and whose others (or ``after`` of them) the evaluation.

    ``changed`` goes to the frame (n, numerator, start), to the input (quality, strata …) or to the definition.
    """
    shape = {name: changed.pop(name) for name in ("n", "numerator", "start", "zone", "step_days") if name in changed}
    series = changed.pop("series", None)
    named = {"strata": changed.pop("strata_name", "")}  # the frame has the input's name
    series = frame(values, **shape) if series is None else series
    given = {name: changed.pop(name) for name in list(changed) if name in KpiInput.__slots__}
    edges = [*(moment.date() for moment in series.index), series["end"].iloc[-1].date()] if len(series) else []
    last = len(edges) - 1 if after is None else before + after
    windows = {}
    if len(edges) > before and not {"baseline", "evaluation"} & given.keys():
        windows = {"baseline": Window(edges[0], edges[before]), "evaluation": Window(edges[before], edges[last])}
    defaults = {"quality": 0.99, "baseline": None, "evaluation": None, "period": Period.WEEK}
    return KpiInput(
        definition=KpiDefinition(**{**_KPI, **changed, **named}), series=series, **{**defaults, **windows, **given}
    )


def analyse(values: Sequence[float], **changed: Any) -> Analysis:
    """One KPI, judged by itself."""
    return judge({"kpi": kpi_input(values, **changed)})["kpi"]


def noise(n: int = 36, *, level: float = 25.0, sigma: float = 2.0, phi: float = 0.0, seed: int = 0) -> np.ndarray:
    """One stationary AR(1) series."""
    return autoregressive(1, n, phi=phi, seed=seed)[0] * sigma + level


def autoregressive(tries: int, n: int, *, phi: float, seed: int) -> np.ndarray:
    """Stationary AR(1) series of unit variance, one a row."""
    drawn = np.random.default_rng(seed).standard_normal((tries, n))
    for place in range(1, n):
        drawn[:, place] = phi * drawn[:, place - 1] + np.sqrt(1 - phi**2) * drawn[:, place]
    return drawn


def step(size: float, *, before: int = 24, after: int = 12, **about: Any) -> np.ndarray:
    """Noise that moves by ``size`` after the baseline."""
    values = noise(before + after, **about)
    values[before:] += size
    return values


def plain_result(item: KpiInput) -> dict[str, Any]:
    """A result as the database keeps it."""
    analysis = judge({"kpi": item})["kpi"]
    return {
        "unit": item.definition.unit,
        "direction": list(item.definition.band) if item.definition.band else str(item.definition.direction),
        "target": item.definition.target,
        **analysis.as_plain(),
        "detail": analysis.detail_plain(),
    }
