"""Open cases of the newest periods: a quantile by opening is exact, or told not to be known yet; never too low."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csi.definition import CalendarDefinition, Duration
from csi.series.processed import Processed
from csi.series.unended import Unended, footnote, lacking, levels, merged, unsettled
from csi.study.engines import Engine
from csi.study.plain import report_json
from csi.study.running import run
from tests.series.studies import RESOLVE, kpi, made, moments, reading, study, values

BY_OPENING = kpi("mttr", "median", at="opened_at", value=RESOLVE, unit="h")
INFINITE = np.inf


def open_cases(rows: list[int], youngest: list[float] | None = None) -> Unended:
    return Unended(np.array(rows), np.array(youngest if youngest else [INFINITE] * len(rows)))


@pytest.mark.parametrize(
    ("rows", "ended", "expected"),
    [
        ([0, 0, 0, 10], [100, 100, 100, 90], [0, 0, 0, 10]),
        ([0, 0, 0, 5], [100, 100, 100, 95], [0, 0, 0, 0]),  # five in a hundred may lack
        ([0, 0, 0, 6], [100, 100, 100, 94], [0, 0, 0, 6]),
        ([0, 30, 0, 0, 0, 10], [100, 70, 100, 100, 100, 90], [0, 0, 0, 0, 0, 10]),  # an older period had the time
        ([0, 0, 30, 0], [100, 100, 70, 100], [0, 0, 0, 0]),  # what is newer has ended: it is no matter of time
        ([0, 0, 30, 10], [100, 100, 70, 90], [0, 0, 30, 10]),
        ([0, 0, 30, 0, 10], [100, 100, 70, 0, 90], [0, 0, 30, 0, 10]),
        ([10, 10, 10, 10], [90, 90, 90, 90], [0, 0, 0, 0]),  # nobody ever notes the end of one in ten
        ([10, 10, 10, 40], [90, 90, 90, 60], [0, 0, 0, 30]),
        ([2, 2, 2, 4], [18, 18, 18, 16], [0, 0, 0, 0]),  # two standard errors of a tenth of twenty are .134
        ([2, 2, 2, 5], [18, 18, 18, 15], [0, 0, 0, 3]),
        ([5], [5], [0]),
        ([0, 0], [0, 0], [0, 0]),
    ],
)
def test_what_the_newest_periods_lack(rows: list[int], ended: list[int], expected: list[int]) -> None:
    assert lacking(open_cases(rows), np.array(ended)).tolist() == expected


def test_without_open_cases_nothing_is_lacking() -> None:
    ended = np.array([3, 4])
    assert lacking(None, ended).tolist() == [0, 0]
    assert levels(BY_OPENING, None, ended).tolist() == [0.5, 0.5]
    assert not unsettled(BY_OPENING, None, ended, np.array([1.0, 2.0])).any()
    assert footnote(BY_OPENING, None, ended, np.zeros(2, dtype=bool)) == []


def test_the_level_among_those_ended_is_that_of_all() -> None:
    """Of 7 ended cases and 2 that last longer the median is the fifth of nine."""
    ended = np.array([9, 9, 9, 7])
    found = levels(BY_OPENING, open_cases([0, 0, 0, 2]), ended)
    hours = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    assert found[:3].tolist() == [0.5] * 3
    assert np.quantile(hours, found[3]) == np.median([*hours, 90.0, 99.0]) == 5.0
    assert np.isnan(levels(kpi("m", "mean"), open_cases([0, 0, 0, 2]), ended)).all()


@pytest.mark.parametrize(
    ("rows", "ended", "youngest", "value", "expected"),
    [
        (2, 7, 5.0, 5.0, False),  # all that is open lasts at least as long as the median of all
        (2, 7, 4.9, 5.0, True),
        (9, 9, 99.0, 9.0, True),  # half are open: the median may be anything above
        (8, 9, 99.0, 9.0, False),
        (0, 9, INFINITE, 5.0, False),
    ],
)
def test_a_value_is_settled_where_its_bounds_are_one(
    rows: int, ended: int, youngest: float, value: float, expected: bool
) -> None:
    found = open_cases([0, 0, 0, rows], [INFINITE] * 3 + [youngest])
    numbers = np.array([9, 9, 9, ended])
    assert unsettled(BY_OPENING, found, numbers, np.array([5.0, 5.0, 5.0, value])).tolist() == [False] * 3 + [expected]


def test_a_mean_is_never_settled_while_cases_are_open() -> None:
    mean = kpi("mean", "mean", at="opened_at", value=RESOLVE, unit="h")
    found = open_cases([0, 0, 0, 2], [INFINITE] * 3 + [99.0])
    assert unsettled(mean, found, np.array([9, 9, 9, 7]), np.full(4, 5.0)).tolist() == [False, False, False, True]


def test_what_partitions_hold_adds_up() -> None:
    whole = merged([open_cases([1, 0], [3.0, INFINITE]), None, open_cases([2, 4], [5.0, 1.0])])
    assert whole is not None
    assert (whole.rows.tolist(), whole.youngest.tolist()) == ([3, 4], [3.0, 1.0])
    assert merged([None]) is None


def test_it_is_told_in_short_sentences() -> None:
    ended, found = np.array([100, 100, 100, 100, 90, 40]), open_cases([0, 0, 0, 0, 10, 60])
    both = footnote(BY_OPENING, found, ended, np.array([False] * 5 + [True]))
    assert both == [
        "70 of 200 cases of the newest periods are still open. The median of 1 of these 2 periods cannot be known yet. "
        "Elsewhere they count as lasting longer than that."
    ]
    assert footnote(BY_OPENING, found, ended, np.zeros(6, dtype=bool)) == [
        "70 of 200 cases of the newest periods are still open. They count as lasting longer."
    ]
    none = footnote(BY_OPENING, found, ended, np.array([False] * 4 + [True] * 2))
    assert none[0].endswith("The median of 2 of these 2 periods cannot be known yet.")


# ── from rows ──────────────────────────────────────────────────────────────────────────────────────────────────────


def as_of_now(seed: int, *, mean_hours: float = 96.0, weeks: int = 20) -> tuple[pd.DataFrame, pd.Series]:
    """Cases as they are known at the end of the twentieth week, and how long (h) each lasted in the end."""
    random = np.random.default_rng(seed)
    begun = np.sort(random.uniform(0, weeks * 168, 100 * weeks))
    lasting = random.exponential(mean_hours, len(begun))
    first = pd.Timestamp("2026-01-05", tz="UTC")
    ended = pd.Series(np.where(begun + lasting <= weeks * 168, begun + lasting, np.nan))
    frame = pd.DataFrame(
        {
            "opened_at": (first + pd.to_timedelta(begun, "h")).as_unit("us"),
            "resolved_at": (first + pd.to_timedelta(ended, "h")).astype("datetime64[us, UTC]"),
        }
    )
    week = pd.Series((begun // 168).astype(int))
    return frame, pd.Series(lasting).groupby(week).median()


def seen(frame: pd.DataFrame, at: str = "opened_at") -> Processed:
    return made(study(kpi("mttr", "median", at=at, value=RESOLVE, unit="h")), reading(frame))["mttr"]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_counted_is_what_will_have_been(seed: int) -> None:
    frame, in_the_end = as_of_now(seed)
    found = seen(frame)
    counted = ~found.series["partial"].to_numpy()
    assert np.allclose(found.series["value"].to_numpy()[counted], in_the_end[counted], rtol=0.06)
    by_hand = (frame["resolved_at"] - frame["opened_at"]).dt.total_seconds().groupby(in_week(frame)).median() / 3600
    assert not counted[-1]
    assert by_hand.iloc[-1] < 0.75 * in_the_end.iloc[-1]  # it sank
    assert np.allclose(found.series["value"].iloc[:10], by_hand.iloc[:10])  # what had the time stays as it is


def in_week(frame: pd.DataFrame) -> pd.Series:
    return (frame["opened_at"] - pd.Timestamp("2026-01-05", tz="UTC")).dt.days // 7


def rows(last: list[str | None]) -> pd.DataFrame:
    """Four weeks of three cases that last a day, and a fifth with cases that end as told."""
    days = [7 * week + day for week in range(4) for day in range(3)]
    opened = [pd.Timestamp("2026-01-05 08:00", tz="UTC") + pd.Timedelta(days=day) for day in days]
    resolved = [one + pd.Timedelta(hours=24) for one in opened]
    frame = {"opened_at": opened, "resolved_at": resolved}
    late = {"opened_at": moments(*["2026-02-02 08:00"] * len(last)), "resolved_at": moments(*last)}
    seen_at = {"opened_at": moments("2026-02-08 08:00"), "resolved_at": moments("2026-02-08 09:00")}
    parts = [pd.DataFrame(one).astype("datetime64[us, UTC]") for one in (frame, late, seen_at)]
    return pd.concat(parts, ignore_index=True)


def test_open_cases_count_as_lasting_longer_where_that_is_certain() -> None:
    """1, 2, 10 and 30 h, and one open for six days: the median of five is 10 h, of the four that ended 6 h."""
    found = seen(rows(["2026-02-02 10:00", "2026-02-02 18:00", "2026-02-03 14:00", None]))
    assert values(found)[-1] == 10.0
    assert not found.series["partial"].iloc[-2]
    assert any("They count as lasting longer." in one for one in found.footnotes)


def test_where_half_are_open_nothing_is_known() -> None:
    found = seen(rows(["2026-02-02 10:00", None, None]))
    assert values(found, "partial")[-1] is True
    assert any("cannot be known yet" in one for one in found.footnotes)


@pytest.mark.parametrize(
    "fields",
    [{"where": "not resolved_at is missing"}, {"value": Duration("opened_at", "resolved_at", clock="business")}],
)
def test_conditions_and_clocks_are_the_kpis_own(fields: dict[str, object]) -> None:
    frame = rows(["2026-02-02 10:00", "2026-02-02 18:00", "2026-02-03 14:00", None])
    hours = CalendarDefinition(hours={"mon-sun": ("00:00-24:00",)})
    one = kpi("mttr", "median", at="opened_at", unit="h", **{"value": RESOLVE, **fields})
    found = made(study(one, calendar=hours), reading(frame))["mttr"]
    assert values(found)[-1] == 10.0


def test_by_resolution_nothing_changes() -> None:
    found = seen(rows(["2026-02-02 10:00", None, None]), at="resolved_at")
    assert not any("still open" in one for one in found.footnotes)


STUDY = """
study: 1
service: Desk
timezone: UTC
period: week
sources: {tickets: {file: tickets.csv}}
kpis:
  median: {source: tickets, at: opened_at, measure: median, value: {from: opened_at, to: resolved_at}, unit: h, direction: lower}
  p90: {source: tickets, at: opened_at, measure: p90, value: {from: opened_at, to: resolved_at}, unit: h, direction: lower}
  mean: {source: tickets, at: opened_at, measure: mean, value: {from: opened_at, to: resolved_at}, unit: h, direction: lower}
"""  # noqa: E501 as people write it


@pytest.mark.slow
def test_both_engines_say_the_same(tmp_path: Path, scheduler: str) -> None:
    frame, _ = as_of_now(9)
    frame.to_csv(tmp_path / "tickets.csv", index=False)
    (tmp_path / "study.yml").write_text(STUDY)
    path = tmp_path / "study.yml"
    on_dask, in_memory = run(path, engine=Engine.DASK, scheduler=scheduler), run(path)
    assert report_json(on_dask) == report_json(in_memory)
    told = [one for one in in_memory.kpis.values() if any("still open" in note for note in one.processed.footnotes)]
    assert len(told) == 3
