"""Columns of every type that pandas has for times and lengths, beside what plain pandas makes of the same frame."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csi.study.frames import evaluate

OPENED = pd.Series(pd.date_range("2025-01-06 08:00", periods=60, freq="11h"))
TOOK = pd.to_timedelta((np.arange(60) * 37) % 240 + 5, unit="min").to_series(index=OPENED.index)
KINDS = {
    "timedelta": TOOK,
    "timedelta in seconds": TOOK.astype("timedelta64[s]"),
    "category": TOOK.astype("category"),
    "object": TOOK.astype(object),
    "nullable": pd.array(TOOK.dt.total_seconds() / 60, dtype="Float64"),
    "Int64": pd.array((TOOK.dt.total_seconds() / 60).astype(int), dtype="Int64"),
    "arrow": pd.array(TOOK.dt.total_seconds() / 60, dtype="float64[pyarrow]"),
}
MOMENTS = {
    "naive": OPENED,
    "aware": OPENED.dt.tz_localize("UTC"),
    "of another zone": OPENED.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"),
    "in seconds": OPENED.astype("datetime64[s]"),
    "category": OPENED.astype("category"),
    "object": OPENED.astype(object),
}


def _medians(took: object, at: object, units: dict[str, str]) -> list[float]:
    kpi = {"source": "s", "at": "at", "measure": "median", "value": "took", "unit": "h", "direction": "lower"}
    study = {
        "study": 1,
        "service": "S",
        "timezone": "UTC",
        "period": "week",
        "sources": {"s": {"units": units} if units else {}},
        "kpis": {"k": kpi},
    }
    report = evaluate(study, {"s": pd.DataFrame({"at": at, "took": took})})
    return [round(value, 9) for value in report.kpis["k"].series["value"]]


PLAIN = [
    round(value / 3600, 9) for value in TOOK.dt.total_seconds().groupby(OPENED.dt.to_period("W-SUN")).median().tolist()
]


@pytest.mark.parametrize("kind", KINDS)
def test_lengths_are_as_pandas_has_them(kind: str) -> None:
    assert _medians(KINDS[kind], OPENED, {"took": "min"}) == PLAIN


@pytest.mark.parametrize("unit", ["", "h", "s"])
def test_a_timedelta_is_as_long_as_it_is_whatever_is_said(unit: str) -> None:
    assert _medians(TOOK, OPENED, {"took": unit} if unit else {}) == PLAIN


@pytest.mark.parametrize("kind", MOMENTS)
def test_moments_are_as_pandas_has_them(kind: str) -> None:
    assert _medians(TOOK, MOMENTS[kind], {}) == PLAIN
