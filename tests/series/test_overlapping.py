"""Deliveries without a key that overlap are told, with how many rows; rows alike in one delivery are none of these."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from csi.definition import KpiDefinition
from csi.series import process_study
from csi.series.overlapping import InMemory, shared_rows
from tests.series.studies import reading, study

DAYS = pd.date_range("2025-02-01", periods=40, freq="D", tz="UTC")


def _frame(days: Sequence[int], team: str = "a", times: int = 1) -> pd.DataFrame:
    return pd.DataFrame({"at": DAYS[list(days) * times], "team": pd.array([team] * len(days) * times, dtype="str")})


@pytest.mark.parametrize(
    ("frames", "rows"),
    [
        ([_frame(range(20)), _frame(range(15, 30))], [5]),
        ([_frame(range(20)), _frame(range(16, 30))], []),  # four may be chance
        ([_frame(range(20)), _frame(range(20, 30))], []),
        ([_frame(range(20)), _frame(range(10, 30), team="b")], []),
        ([_frame(range(20), times=2), _frame(range(10, 30), times=2)], [20]),
        ([_frame(range(20), times=2), _frame(range(20, 30), times=2)], []),  # alike in one file
        ([_frame(range(20), times=2), _frame(range(10, 30))], []),  # half of one file's are no others'
        ([_frame(range(20)), pd.concat([_frame(range(10, 30)), _frame([15], team="b")])], [10]),
        ([_frame(range(20)), pd.concat([_frame(range(10, 30)), _frame([12, 15], team="b")])], []),
        ([_frame(range(30)), _frame(range(10, 20))], [10]),
        ([_frame(range(15, 30)), _frame(range(20)), _frame(range(25, 40))], [5, 5]),
        ([_frame(range(20)), _frame(range(10, 20)).drop(columns="at")], []),
        ([_frame(range(20)), _frame([])], []),
    ],
)
def test_rows_of_one_span_that_stand_in_two_deliveries(frames: list[pd.DataFrame], rows: list[int]) -> None:
    assert [one.rows for one in shared_rows([InMemory(one) for one in frames], "at")] == rows


@pytest.mark.parametrize(("key", "count"), [("", 1), ("id", 0)])
def test_it_is_told_beside_each_kpi_without_a_key(key: str, count: int) -> None:
    one = KpiDefinition(id="k", name="k", source="tickets", at="at", measure="count")
    frames = [_frame(days).assign(id=[f"T{day}" for day in days]) for days in (range(20), range(10, 30))]
    definition = study(one, source={"key": key})
    made = process_study(definition, {"tickets": [reading(frame) for frame in frames]}).kpis["k"]
    told = [note for note in made.notes if "stand alike in two deliveries" in note]
    assert len(told) == count
    assert all(note.startswith("10 rows from 2025-02-11 to 2025-02-20 stand alike") for note in told)
