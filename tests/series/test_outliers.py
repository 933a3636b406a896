"""Unusual rows are kept and told, with the KPI with and without them; impossible ones are elsewhere."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.series.outliers import Ends, ends_of, fences, merged
from csi.series.processed import Processed
from csi.terms import Period
from tests.series.studies import Window, kpi, made, moments, reading, study, values

SPENT = [float(number) for number in range(1, 13)]


def spent(*hours: float, measure: str = "mean", unit: str = "h", **fields: object) -> Processed:
    """One KPI over rows of one week, an hour apart."""
    opened = pd.date_range("2026-03-02", periods=len(hours), freq="h").strftime("%Y-%m-%d %H:%M")
    frame = pd.DataFrame({"opened_at": moments(*opened), "spent": list(hours)})
    fields = {"source": {"options": {"units": {"spent": unit}}}, **fields}
    return made(study(kpi(measure=measure, value="spent", unit=unit), **fields), reading(frame))["k"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "with_it", "without"),
    [
        ("mean", "82.9 h", "6.5 h"),
        ("median", "7 h", "6.5 h"),
        ("p90", "11.8 h", "10.9 h"),
        ("sum", "1,078 h", "78 h"),
        ("max", "1,000 h", "12 h"),
        ("min", "1 h", "1 h"),
    ],
)
def test_an_unusual_row_is_kept_and_told_with_and_without(measure: str, with_it: str, without: str) -> None:
    found = spent(*SPENT[:5], 1000.0, *SPENT[5:], measure=measure)
    assert f"1 of 13 rows is unusual (such as line 7) and kept: {measure}" in found.footnotes[0]
    assert found.footnotes[0].endswith(f"over all rows {with_it} with it, {without} without.")
    assert found.series["n"].tolist() == [13]
    if measure == "mean":
        assert values(found) == [pytest.approx(1078 / 13)]


def test_unusually_small_rows_are_told_too() -> None:
    found = spent(*SPENT, -200.0, -100.0, unit="points")
    assert "2 of 14 rows are unusual (such as line 14) and kept" in found.footnotes[0]
    assert "over all rows −15.9 points with them, 6.5 points without" in found.footnotes[0]


def test_nothing_is_unusual_among_few_rows_alike_rows_or_usual_ones() -> None:
    assert spent(*SPENT[:10], 1000.0).footnotes == ()
    assert spent(*[0.0] * 20, 1000.0).footnotes == ()
    assert spent(*SPENT).footnotes == ()
    assert spent(*SPENT, 1000.0, measure="last").footnotes == ()


def test_the_fences_are_three_interquartile_ranges_out() -> None:
    """Quartiles of type 7 of 1 … 13 are 4 and 10."""
    assert fences(np.arange(1.0, 14.0)) == (4 - 3 * 6, 10 + 3 * 6)
    assert "unusual" not in " ".join(spent(*SPENT, 28.0).footnotes)
    assert "unusual" in " ".join(spent(*SPENT, 30.0).footnotes)


def test_with_an_evaluation_window_only_its_rows_are_looked_at() -> None:
    second = Window(date(2026, 3, 3), date(2026, 3, 4))
    found = spent(*SPENT, *SPENT, 1000.0, *SPENT, period=Period.DAY, evaluation=second)
    assert "1 of 13 rows of the evaluation window is unusual (such as line 26)" in found.footnotes[0]
    early = spent(1000.0, *SPENT, *SPENT, *SPENT, period=Period.DAY, evaluation=second)
    assert early.footnotes == ()


def test_a_later_delivery_is_named() -> None:
    opened = pd.date_range("2026-03-02", periods=13, freq="h").strftime("%Y-%m-%d %H:%M")
    whole = pd.DataFrame({"opened_at": moments(*opened), "spent": [*SPENT, 1000.0]})
    parts = [reading(whole.iloc[:6].reset_index(drop=True)), reading(whole.iloc[6:].reset_index(drop=True))]
    found = made(study(kpi(measure="mean", value="spent")), *parts)["k"]
    assert "(such as delivery 2, line 8)" in found.footnotes[0]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.integers(0, 30))
def test_the_ends_of_parts_are_those_of_all(numbers: list[int], cut: int) -> None:
    found = np.array(numbers, dtype=float)
    batch, line = np.arange(len(found)) // 4, np.arange(len(found)) % 4
    pieces = [ends_of(found[part], batch[part], line[part]) for part in (slice(cut, None), slice(0, cut))]
    whole = ends_of(found, batch, line)
    assert merged(pieces) == whole
    assert isinstance(whole, Ends)
    assert (whole.low[0], whole.high[0]) == (min(numbers), max(numbers))
