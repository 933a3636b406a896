"""An export cut by one moment and judged by another holds survivors only beyond the cut: seen, marked, not judged."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from csi.definition import Window
from csi.series.coverage import Cut, _cut_from, is_end, other_moment
from csi.series.processed import Processed
from csi.study.evaluation import evaluate
from csi.terms import Period, Verdict
from tests.series.studies import RESOLVE, kpi, made, reading, study, values

MTTR = kpi("mttr", "median", at="resolved_at", value=RESOLVE, unit="h", target=24.0)


def tickets(
    days: int, per_day: int, *, last_opened: int | None = None, mean_hours: float = 60.0, before: int = 0
) -> pd.DataFrame:
    """Tickets opened evenly from 5 January 2026 on, resolved after exponential times; cut by opening day.

    With some of the days ``before`` that were resolved from then on.
    """
    rng = np.random.default_rng(5)
    since = pd.Timestamp("2026-01-05", tz="UTC")
    opened = since + pd.to_timedelta(np.arange(-before * per_day, days * per_day) * 24 / per_day, "h")
    resolved = opened + pd.to_timedelta(rng.exponential(mean_hours, len(opened)).round(), "h")
    frame = pd.DataFrame({"opened_at": opened.as_unit("us"), "resolved_at": resolved.as_unit("us")})
    frame = frame[frame["resolved_at"] >= since]
    if last_opened is not None:
        frame = frame[frame["opened_at"] < pd.Timestamp("2026-01-05", tz="UTC") + pd.Timedelta(days=last_opened)]
    return frame


def cut_of(frame: pd.DataFrame, **fields: object) -> tuple[Processed, Cut | None]:
    found = made(study(MTTR, **fields), reading(frame))["mttr"]
    return found, next(iter(found.cuts), None)


def test_an_export_cut_by_opening_is_seen_and_its_later_periods_are_partial() -> None:
    found, cut = cut_of(tickets(28, 40, last_opened=14, before=14), period=Period.DAY)
    assert cut is not None
    assert (cut.column, cut.judged_by, cut.moment.date()) == ("opened_at", "resolved_at", date(2026, 1, 18))
    assert cut.periods.tolist() == [False] * 14 + [True] * (len(found.series) - 14)
    assert found.series["partial"].iloc[14:].all()
    assert not found.series["partial"].iloc[1:14].any()


def test_what_is_known_until_today_is_not_cut() -> None:
    seen = tickets(28, 40, before=14)
    today = pd.Timestamp("2026-01-30", tz="UTC")
    seen = seen[seen["opened_at"] < today].assign(resolved_at=seen["resolved_at"].where(seen["resolved_at"] < today))
    assert cut_of(seen, period=Period.DAY)[1] is None


def test_a_verdict_across_the_cut_is_inconclusive_with_the_reason() -> None:
    windows = {
        "baseline": Window(date(2026, 1, 5), date(2026, 1, 17)),
        "evaluation": Window(date(2026, 1, 19), date(2026, 1, 31)),
    }
    definition = study(MTTR, period=Period.DAY, **windows)
    report = evaluate(definition, {"tickets": [reading(tickets(28, 40, last_opened=14, before=14))]})
    analysis = report.kpis["mttr"].analysis
    assert analysis.verdict is Verdict.INCONCLUSIVE
    assert "holds only rows whose opened_at lies until 18 Jan 2026" in " ".join(analysis.reasons)
    earlier = {
        **windows,
        "baseline": Window(date(2026, 1, 5), date(2026, 1, 11)),
        "evaluation": Window(date(2026, 1, 11), date(2026, 1, 19)),
    }
    before = evaluate(
        study(MTTR, period=Period.DAY, **earlier), {"tickets": [reading(tickets(28, 40, last_opened=14, before=14))]}
    )
    assert not any("holds only rows" in reason for reason in before.kpis["mttr"].analysis.reasons)


def test_an_export_cut_by_resolution_and_judged_by_opening_is_seen_at_its_beginning() -> None:
    frame = tickets(28, 40, mean_hours=200.0)
    frame = frame[frame["resolved_at"] >= pd.Timestamp("2026-01-19", tz="UTC")]
    by_opening = kpi("mttr", "median", at="opened_at", value=RESOLVE, unit="h")
    found = made(study(by_opening, period=Period.DAY), reading(frame))["mttr"]
    (cut,) = found.cuts
    assert cut.moment.date() == date(2026, 1, 19)
    assert not cut.at_end
    assert cut.periods.tolist() == [True] * 14 + [False] * (len(found.series) - 14)


def test_another_kpi_of_the_source_is_cut_alike() -> None:
    """A share by the day of resolution has no duration of its own: that of its neighbour tells."""
    share = kpi("share", "share", at="resolved_at", good="not opened_at is missing", unit="%")
    both = made(study(MTTR, share, period=Period.DAY), reading(tickets(28, 40, last_opened=14)))
    assert both["share"].cuts
    assert values(both["share"], "partial")[-1] is True


@pytest.mark.parametrize(
    ("others", "own", "expected"),
    [
        ([9, 9, 9, 0, 0], [1, 5, 9, 6, 3], 3),
        ([9, 9, 9, 0], [1, 5, 9, 6], None),  # the last period may not be over
        ([9, 0, 9, 0, 0], [5, 5, 5, 5, 5], None),  # as silent before
        ([9, 0, 9, 0, 0, 0], [5, 5, 5, 5, 5, 5], 3),
        ([2, 2, 2, 0, 0, 0], [2, 2, 2, 2, 2, 2], None),  # four would have been expected: that is chance
        ([2, 2, 3, 0, 0, 0], [2, 2, 2, 2, 2, 2], None),
        ([2, 3, 3, 0, 0, 0], [2, 2, 2, 2, 2, 2], 3),
        ([9, 9, 9, 0, 0], [1, 5, 9, 2, 2], None),  # four rows beyond it are no cohort
        ([9, 9, 9, 0, 0], [1, 5, 9, 2, 3], 3),
        ([0, 0], [1, 1], None),
        ([1, 1], [0, 0], None),
    ],
)
def test_where_it_is_cut(others: list[int], own: list[int], expected: int | None) -> None:
    assert _cut_from(np.array(others), np.array(own)) == expected


def test_one_closure_in_a_year_hides_no_cut() -> None:
    frame = tickets(70, 40, last_opened=56)
    day = (frame["opened_at"] - pd.Timestamp("2026-01-05", tz="UTC")).dt.days
    closed = frame[~day.between(20, 40)]
    _, cut = cut_of(closed, period=Period.DAY)
    assert cut is not None
    assert cut.moment.date() == date(2026, 3, 1)
    office = frame[~day.mod(7).isin((5, 6)) & (day < 54)]  # weekends are no cut: the last row is of a Friday
    until = pd.Timestamp("2026-03-02", tz="UTC")
    seen = office.assign(resolved_at=office["resolved_at"].where(office["resolved_at"] < until))
    assert cut_of(seen, period=Period.DAY)[1] is None


def test_a_whole_export_with_a_lead_time_is_not_cut_at_its_beginning() -> None:
    frame = tickets(60, 40)
    slow = frame.assign(resolved_at=frame["opened_at"] + pd.to_timedelta(np.arange(len(frame)) % 300 + 240, "h"))
    by_opening = kpi("mttr", "median", at="opened_at", value=RESOLVE, unit="h")
    assert made(study(by_opening, period=Period.DAY), reading(slow))["mttr"].cuts == ()


def test_somebody_may_say_that_the_coverage_is_meant() -> None:
    frame = tickets(28, 40, last_opened=14)
    found = made(
        study(kpi("mttr", "median", at="resolved_at", value=RESOLVE, unit="h", meant=("coverage",)), period=Period.DAY),
        reading(frame),
    )["mttr"]
    assert found.cuts == ()


@pytest.mark.parametrize(
    ("at", "named", "ends"),
    [
        ("resolved_at", "opened_at", False),
        ("opened_at", "resolved_at", True),  # what is counted by its beginning lacks what has not ended
        ("closed_at", "", False),
    ],
)
def test_the_other_moment_of_a_count_is_that_of_its_neighbours(at: str, named: str, ends: bool) -> None:
    count = kpi("count", "count", at=at)
    definition = study(MTTR, count)
    assert (other_moment(definition, count), is_end(definition, count)) == (named, ends)


def test_a_count_by_opening_of_what_was_resolved_until_then_lacks_its_newest() -> None:
    frame = tickets(70, 10, mean_hours=200.0)
    frame = frame[frame["resolved_at"] < pd.Timestamp("2026-03-02", tz="UTC")]
    count = kpi("count", "count", at="opened_at")
    found = made(study(MTTR, count, period=Period.WEEK), reading(frame))["count"]
    (cut,) = found.cuts
    assert (cut.at_end, cut.quick, cut.periods.tolist()) == (True, True, [False] * 5 + [True] * 3)
    assert found.series["partial"].iloc[5:].all()
