"""Cases still open past their target: both windows alike, by the KPI's clock, the same from portions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import CalendarDefinition, Duration, PausedFor, Window
from csi.series.still_open import shares
from tests.series.studies import RESOLVE, kpi, made, moments, reading, study

WINDOWS = {
    "baseline": Window(date(2026, 1, 5), date(2026, 2, 2)),
    "evaluation": Window(date(2026, 2, 9), date(2026, 2, 23)),
    "as_of": datetime(2026, 2, 23, tzinfo=UTC),
}
ROWS = {
    "opened_at": moments(
        "2026-01-06", "2026-01-20", "2026-01-21", "2026-01-30", "2026-02-10", "2026-02-11", "2026-02-12", "2026-02-22"
    ),
    "resolved_at": moments("2026-06-01", "2026-01-21", "2026-03-01", None, "2026-02-11", None, None, None),
}


def shares_of(frame: dict[str, Any] = ROWS, study_fields: dict[str, Any] = WINDOWS, **fields: Any) -> Any:
    plain = {"at": "resolved_at", "value": RESOLVE, "unit": "h", "target": 72.0}
    one = kpi("k", fields.pop("measure", "median"), **{**plain, **fields})
    return made(study(one, **study_fields), reading(pd.DataFrame(frame)))["k"].open_past_target


def test_windows_are_looked_at_alike() -> None:
    # Before: of three started in the last two weeks one was open for more than 3 days when the window closed, though
    # it has ended since; the one of 30 January was too young. After: two of four.
    assert shares_of() == (pytest.approx(1 / 3), pytest.approx(2 / 4))


def test_a_condition_that_asks_for_an_end_still_means_the_open_cases() -> None:
    assert shares_of(where="not resolved_at is missing") == shares_of()
    kept = {**ROWS, "priority": ["a", "a", "a", "b", "a", "a", "b", "a"]}
    assert shares_of(kept, where='not resolved_at is missing and priority == "a"') == (1 / 2, pytest.approx(1 / 3))


def test_the_target_is_in_the_unit_and_the_clock_and_less_the_pauses_of_the_kpi() -> None:
    assert shares_of(unit="d", target=3.0) == shares_of()
    hours = CalendarDefinition(hours={"mon-fri": ("09:00-12:00",)})
    office = Duration("opened_at", "resolved_at", clock="business")
    # 21 January to 2 February: 8 working days of 3 hours; 11 and 12 February to the 23rd: 8 and 7.
    assert shares_of(study_fields={**WINDOWS, "calendar": hours}, value=office, target=22.0) == (1 / 3, 1 / 4)
    paused = {**ROWS, "paused": [0.0, 0.0, 12 * 24 * 60.0, 0.0, 0.0, np.nan, 0.0, 0.0]}
    assert shares_of(paused, value=Duration("opened_at", "resolved_at", pauses=(PausedFor("paused"),))) == (0.0, 2 / 4)


@pytest.mark.parametrize(
    "fields", [{"target": None}, {"measure": "backlog"}, {"measure": "share", "good": "value < 9"}]
)
def test_it_is_not_asked(fields: dict[str, Any]) -> None:
    assert shares_of(**fields) is None


def test_without_both_windows_or_cases_nothing_is_said() -> None:
    assert shares_of(study_fields={**WINDOWS, "evaluation": None}) is None
    later = Window(date(2026, 4, 6), date(2026, 4, 20))
    assert shares_of(study_fields={**WINDOWS, "evaluation": later}) is None
    assert shares(np.array([[0, 4], [1, 0]])) is None
