"""Rows of a longer period than the series has are refused, each pair of lengths; shorter ones are put into periods."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from csi.definition import KpiDefinition, SourceDefinition
from csi.errors import InvalidInputs
from csi.reading.grain import Grain, grain_of_pattern
from csi.reading.readers import read
from csi.series.longer import longer_rows
from csi.study.frames import Evaluated, evaluate
from csi.terms import Period

DAYS = [f"{date(2024, 1, 1) + timedelta(day)}" for day in range(120)]
ROWS = {
    "moment": [f"{day} {hour:02d}:00" for day in DAYS[:2] for hour in range(24)],
    "day": DAYS,
    "week": [f"2024-W{week:02d}" for week in range(1, 20)],
    "month": [f"2024-{month:02d}" for month in range(1, 13)],
    "quarter": [f"{year}-Q{quarter}" for year in (2023, 2024) for quarter in (1, 2, 3, 4)],
    "half-year": [f"H{half} {year}" for year in (2022, 2023, 2024) for half in (1, 2)],
    "year": [str(year) for year in range(2020, 2025)],
}
PERIODS = ["hour", "day", "week", "month", "quarter"]
PATTERNS = {"year": "%Y"}


def _run(period: str, at: list[str]) -> Evaluated:
    kpi = {"source": "s", "at": "at", "measure": "sum", "value": "n", "unit": "tickets", "direction": "lower"}
    numbers = [(7 * place) % 5 + 1 for place in range(len(at))]
    study = {
        "study": 1,
        "service": "S",
        "timezone": "Europe/Lisbon",
        "period": period,
        "sources": {"s": {}},
        "kpis": {"k": kpi},
    }
    return evaluate(study, {"s": pd.DataFrame({"at": at, "n": numbers})})


def _refused(period: str, at: list[str], dates: str = "iso", measure: str = "count") -> list[tuple[str, int]]:
    """Why rows are refused, and how many for it."""
    source = SourceDefinition(id="s", dates=dates, timezone="Europe/Lisbon")
    text = "\n".join(["at;n", *(f"{one};1" for one in at)])
    frame = read(text.encode(), source, moments=["at"], numbers=[], filename="f.csv").frame
    kpi = KpiDefinition(id="k", name="k", source="s", at="at", measure=measure, unit="x")
    found = longer_rows(kpi, frame, Period(period), source.zone_of)
    return [(f"{one.reasons}; expected {one.expected}", len(one.rows)) for one in found]


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("length", ROWS)
def test_no_row_is_split(length: str, period: str) -> None:
    lengths = ["moment", *PERIODS[1:], "half-year", "year"]
    rows = ROWS[length]
    found = _refused(period, rows, PATTERNS.get(length, "iso"))
    if lengths.index(length) <= PERIODS.index(period):
        assert found == []
        return
    ((told, count),) = found
    expected = f"expected a date that names its {period}"
    expected += f", or a series with one value a {length} or longer" if length in PERIODS else ""
    assert (told, count) == (f"is a whole {length}, which cannot be split into {period}s; {expected}", len(rows))


def test_nothing_else_to_go_by_is_said_first() -> None:
    with pytest.raises(InvalidInputs, match=r"0 of 12 rows can be used; .*‘2024-01’ – is a whole month"):
        _run("week", ROWS["month"])


def test_one_that_is_longer_costs_no_other_row() -> None:
    found = _run("month", [*ROWS["month"], "2024-Q1"])
    refused = found.quarantine[["line", "column", "value", "kpis"]].to_numpy().tolist()
    assert refused == [[13, "at", "2024-Q1", "k"]]
    assert found.kpis["k"].series["n"].tolist() == [1] * 12


@pytest.mark.parametrize(
    ("at", "is_told"),
    [
        (["2024-01-01", "2024-01-02", "2024-01-03"], True),
        (["2024-01-01 00:00", "2024-01-02 00:00", "2024-01-03 00:00"], True),
        (["2024-01-01", "2024-01-02", "2024-01-03 00:30"], False),
        (["2024-01-01", "2024-01-02"], False),  # so few may be midnights
        (["2024-07-01", "2024-07-02", "2024-07-03"], True),  # midnight in Lisbon is none in UTC
    ],
)
def test_days_have_no_hours_where_all_are_midnights(at: list[str], is_told: bool) -> None:
    assert bool(_refused("hour", at)) is is_told


@pytest.mark.parametrize(("kind", "period"), [("W", "day"), ("M", "week"), ("Q", "month")])
def test_periods_of_pandas_are_as_long_as_they_are(kind: str, period: str) -> None:
    kpi = {"source": "s", "at": "at", "measure": "count", "unit": "tickets", "direction": "lower"}
    study = {
        "study": 1,
        "service": "S",
        "timezone": "UTC",
        "sources": {"s": {"dates": "day_first"}},
        "kpis": {"k": kpi},
    }
    at = pd.Series(pd.period_range("2024-01-01", periods=5, freq=kind))
    at.iloc[3] = pd.NaT
    frame = pd.DataFrame({"at": at})
    with pytest.raises(InvalidInputs, match="cannot be split"):
        evaluate({**study, "period": period}, {"s": frame})
    longer = {"day": "week", "week": "month", "month": "quarter"}[period]
    series = evaluate({**study, "period": longer}, {"s": frame}).kpis["k"].series
    assert series["n"].tolist() == [1, 1, 1, 0, 1]
    assert series.index[0].tz_localize(None) == frame["at"][0].start_time


@pytest.mark.parametrize(
    ("pattern", "grain"),
    [
        ("%d.%m.%Y", Grain.DAY),
        ("%Y-%j", Grain.DAY),
        ("%G-W%V-%u", Grain.DAY),
        ("%Y%m", Grain.MONTH),
        ("%b %y", Grain.MONTH),
        ("%B %Y", Grain.MONTH),
        ("%Y W%W", Grain.WEEK),
        ("%Y", Grain.YEAR),
        ("%%d %Y", Grain.YEAR),
        ("%H:%M", Grain.DAY),
    ],
)
def test_a_pattern_tells_how_long_its_dates_are(pattern: str, grain: Grain) -> None:
    assert grain_of_pattern(pattern) is grain
