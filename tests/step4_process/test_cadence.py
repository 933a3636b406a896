"""A declared cadence decides which silence is no data, and in which nothing happened."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from csi.definition import SourceDefinition, hash_of
from csi.errors import InvalidInput
from csi.step4_process.cadence import SLACK, longest_silence
from csi.step4_process.processed import Processed
from csi.terms import Period
from tests.step4_process.studies import CalendarDefinition, Window, kpi, made, moments, reading, study, values

DAY = 86_400_000_000
MARCH_8 = datetime(2026, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length"),
    [("day", DAY), ("1 d", DAY), ("2 days", 2 * DAY), ("week", 7 * DAY), ("1 h", DAY / 24), ("5 min", DAY / 288),
     ("1.5h", DAY / 16), ("month", 31 * DAY), ("quarter", 92 * DAY)],
)  # fmt: skip
def test_a_cadence_is_a_length_of_time(text: str, length: float) -> None:
    assert longest_silence(text) == round(length * SLACK)
    assert longest_silence("") == 0


@pytest.mark.parametrize("text", ["often", "0 h", "-1 h", "5", "5 kB", "1 h 5 min", "999999 years", "h h"])
def test_anything_else_is_told(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected how often rows are due"):
        longest_silence(text)


def test_no_cadence_leaves_the_hash_of_a_source_alone() -> None:
    """The hash of this source before there was a cadence."""
    plain = SourceDefinition("tickets", file="tickets.csv")
    assert hash_of(plain) == hash_of({"id": "tickets", "file": "tickets.csv", "timezone": "UTC", "dates": "iso"})
    assert hash_of(plain) != hash_of(SourceDefinition("tickets", file="tickets.csv", cadence="day"))


def daily(cadence: str, *days: str, each: int = 1, **fields: object) -> Processed:
    """Rows at noon of some days of March 2026, counted by day."""
    stamps = [f"2026-03-{day}T12:00" for day in days for _ in range(each)]
    plan = study(kpi(), source={"cadence": cadence}, period=Period.DAY, **fields)
    return made(plan, reading(pd.DataFrame({"opened_at": moments(*stamps)})))["k"]


def test_a_silence_longer_than_the_cadence_is_no_data() -> None:
    """Noon to noon over one silent day is two days."""
    assert values(daily("day", "02", "04", "05")) == [1, None, 1, 1]
    assert values(daily("2 days", "02", "04", "05")) == [1, 0, 1, 1]
    assert values(daily("2 days", "02", "05", "06")) == [1, None, None, 1, 1]


def test_the_cadence_overrules_what_is_usual() -> None:
    busy = [values(daily(cadence, "02", "03", "05", each=10)) for cadence in ("", "week")]
    assert busy == [[10, 10, None, 10], [10, 10, 0, 10]]
    assert daily("day", "02", "04", "05").coverage == 0.75
    assert values(daily("", "02", "04", "05")) == [1, 0, 1, 1]


def test_the_silence_at_the_end_lasts_until_data_is_complete() -> None:
    window = Window(date(2026, 3, 3), date(2026, 3, 10))
    ends = [values(daily(one, "02", "03", as_of=MARCH_8, evaluation=window)) for one in ("5 days", "4 days")]
    assert ends == [[1, 1, 0, 0, 0, 0, 0, None], [1, 1, None, None, None, None, None, None]]


def test_closed_days_are_no_gap() -> None:
    office = CalendarDefinition(hours={"mon-fri": ("09:00-17:00",)})
    assert values(daily("day", "05", "06", "09", calendar=office)) == [1, 1, 0, 0, 1]
    assert values(daily("day", "05", "06", "09")) == [1, 1, None, None, 1]


def test_an_hourly_chart_of_daily_rows_has_zeros_between() -> None:
    plan = study(kpi(), source={"cadence": "day"}, period=Period.HOUR)
    stamps = moments("2026-03-02T09:00", "2026-03-03T09:20", "2026-03-06T09:00")
    found = made(plan, reading(pd.DataFrame({"opened_at": stamps})))["k"].series
    assert found["missing"].sum() == 71
    assert not found.loc[: pd.Timestamp("2026-03-03T09:00Z"), "missing"].any()
