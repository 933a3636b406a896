"""A declared cadence, else a source's own steady step, decides which silence is no data, and which nothing happened."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from csi.definition import SourceDefinition, hash_of
from csi.errors import InvalidInput
from csi.series.cadence import SLACK, longest_silence
from csi.series.processed import Processed
from csi.terms import Period
from tests.series.studies import CalendarDefinition, Window, kpi, made, moments, reading, study, values

DAY = 86_400_000_000
MARCH_8 = datetime(2026, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("day", DAY),
        ("1 d", DAY),
        ("2 days", 2 * DAY),
        ("week", 7 * DAY),
        ("1 h", DAY / 24),
        ("5 min", DAY / 288),
        ("1.5h", DAY / 16),
        ("month", 31 * DAY),
        ("quarter", 92 * DAY),
    ],
)
def test_a_cadence_is_a_length_of_time(text: str, length: float) -> None:
    assert longest_silence(text) == round(length * SLACK)
    assert longest_silence("") == 0


@pytest.mark.parametrize("text", ["often", "0 h", "-1 h", "5", "5 kB", "1 h 5 min", "999999 years", "h h"])
def test_anything_else_is_told(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected how often rows are due"):
        longest_silence(text)


def test_no_cadence_leaves_the_hash_of_a_source_alone() -> None:
    """The hash of this source before there was a cadence."""
    plain = SourceDefinition(id="tickets", file="tickets.csv")
    assert hash_of(plain) == hash_of({"id": "tickets", "file": "tickets.csv", "timezone": "UTC", "dates": "iso"})
    assert hash_of(plain) != hash_of(SourceDefinition(id="tickets", file="tickets.csv", cadence="day"))


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
    assert ends == [[1, 1, 0, 0, 0, 0, 0], [1, 1, None, None, None, None, None]]  # what begins after that is left out


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


def counted(stamps: pd.DatetimeIndex, period: Period, where: str = "", **fields: object) -> Processed:
    """Rows at these moments of a source that declares nothing; every second is of kind ``b``."""
    frame = pd.DataFrame({"opened_at": stamps.as_unit("us"), "kind": [("a", "b")[n % 2] for n in range(len(stamps))]})
    return made(study(kpi(where=where), period=period, **fields), reading(frame))["k"]


def without(stamps: pd.DatetimeIndex, *days: str) -> pd.DatetimeIndex:
    return stamps[~stamps.strftime("%m-%d").isin(days)]


def test_without_a_declared_cadence_the_median_step_tells_how_long_a_source_may_be_silent() -> None:
    daily = pd.date_range("2026-03-02T06:00Z", periods=14, freq="D")
    found = counted(without(daily, "03-09", "03-12"), Period.DAY)
    assert values(found) == [1] * 7 + [None] + [1, 1] + [None] + [1] * 3
    assert found.coverage == 12 / 14
    monthly = counted(pd.date_range("2026-01-01T06:00Z", periods=8, freq="MS"), Period.WEEK)
    assert values(monthly)[:6] == [1, 0, 0, 0, 1, 0]
    assert monthly.coverage == 1
    gap = counted(without(pd.date_range("2026-01-01T06:00Z", periods=9, freq="MS"), "04-01"), Period.MONTH)
    assert values(gap) == [1, 1, 1, None, 1, 1, 1, 1, 1]


def test_a_period_in_which_the_source_was_alive_is_a_true_zero_whatever_where_says() -> None:
    daily = pd.date_range("2026-03-02T06:00Z", periods=14, freq="D")
    found = counted(without(daily, "03-09"), Period.DAY, 'kind == "b"')
    assert values(found) == [0, 1, 0, 1, 0, 1, 0, None, 1, 0, 1, 0, 1, 0]


def test_days_on_which_a_source_never_reports_are_no_gap() -> None:
    weekdays = pd.bdate_range("2026-03-02T06:00Z", periods=20)
    sunday = pd.DatetimeIndex([*weekdays, pd.Timestamp("2026-03-15T06:00Z")]).sort_values()
    found = counted(without(sunday, "03-18"), Period.DAY).series
    assert found.index[found["missing"]].strftime("%a %d").tolist() == ["Wed 18"]
    office = CalendarDefinition(hours={"mon-fri": ("09:00-17:00",)})
    assert counted(weekdays, Period.DAY, calendar=office).coverage == 1


def test_rows_that_come_by_chance_have_no_step() -> None:
    """Three a day: their median step is hours, and a day without any is no gap."""
    hours = np.random.default_rng(5).exponential(8, 120).cumsum()
    found = counted(pd.Timestamp("2026-03-02T00:00Z") + pd.to_timedelta(hours.round(3), unit="h"), Period.DAY)
    assert 0 in values(found)
    assert not found.series["missing"].any()


def test_of_a_source_that_owes_a_number_every_period_one_that_lacks_is_no_data() -> None:
    rows = pd.DataFrame({"opened_at": moments("2026-03-02", "2026-03-03", "2026-03-04"), "kind": ["a", "b", "a"]})
    for cadence, expected in (("", [1, 0, 1]), ("every period", [1, None, 1])):
        plan = study(kpi(where='kind == "a"'), source={"cadence": cadence}, period=Period.DAY)
        assert values(made(plan, reading(rows))["k"]) == expected
