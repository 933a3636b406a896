"""Rare events: the time between them, in the report, in the warnings and in the finding."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.analysis import Analysis
from csi.analysis.finding import draft
from csi.analysis.limits import t
from csi.definition import Window
from csi.study.evaluation import Report, evaluate
from csi.terms import Period
from tests.analysis.series import analyse, kpi_input, plain_result
from tests.series.studies import kpi, reading, study

START = datetime(2025, 1, 6, tzinfo=UTC)  # a Monday
COUNT: dict[str, Any] = {"measure": "count", "value": None, "unit": "count"}


def events(*gaps: float) -> tuple[datetime, ...]:
    """Moments with so many days between them, the first at the start."""
    return tuple(START + timedelta(days=float(day)) for day in np.cumsum([0.5, *gaps]))


def counted(moments: tuple[datetime, ...], weeks: int = 36, **about: Any) -> dict[str, Any]:
    days = np.array([(moment - START).days for moment in moments])
    values = np.bincount(days // 7, minlength=weeks)[:weeks].astype(float)
    return {"values": values, "zone": "UTC", "events": moments, **COUNT, **about}


def told(moments: tuple[datetime, ...], **about: Any) -> Analysis:
    said = counted(moments, **about)
    return analyse(said.pop("values"), **said)


def test_the_time_between_has_limits_of_its_own_frozen_on_the_baseline() -> None:
    gaps = [8.0, 12, 9, 11, 10, 13, 7, 10, 12, 9, 11, 10, 30, 35]
    found = told(events(*gaps)).detail.between
    lines = t(np.array([*gaps[:12], 30.0]))  # these end in the 24 weeks of the baseline
    assert (found.kind, found.n, found.trial) == ("t", 13, False)
    assert (found.centre, found.upper) == (pytest.approx(float(lines.centre)), pytest.approx(float(lines.upper[0])))
    assert found.latest == pytest.approx(35)
    assert found.since == pytest.approx(36 * 7 - 0.5 - sum(gaps))


@pytest.mark.parametrize(
    ("gaps", "state"),
    [
        ([9.0, 11.0] * 9 + [60.0], "longer than chance would make it"),
        ([9.0, 11.0] * 9, "longer than chance would make it"),  # nothing for ten weeks since
        ([9.0, 11.0] * 12 + [0.01], "shorter than chance would make it"),
        ([9.0, 11.0] * 12, ""),
    ],
)
def test_a_time_beyond_chance_is_told_also_when_nothing_happens_any_more(gaps: list[float], state: str) -> None:
    found = told(events(*gaps))
    assert found.detail.between.state == state
    [said] = [text for text in found.warnings if "time between events" in text]
    assert "days as a rule" in said
    assert said.endswith(f"days since: {state}." if state else "days since.")


def test_what_is_not_rare_or_too_few_says_so_without_a_figure() -> None:
    assert told(events(*[10.0] * 4)).detail.between is None
    assert any("once there are 7 events" in text for text in told(events(*[10.0] * 4)).warnings)
    often = told(events(*[2.0] * 100))
    assert often.detail.between is None
    assert not any("time between" in text for text in often.warnings)


def test_rare_is_judged_on_the_baseline() -> None:
    burst = told(events(*[10.0] * 16, *[0.5] * 182))
    assert burst.detail.between is not None
    assert burst.detail.between.state == "shorter than chance would make it"


def test_the_finding_carries_the_time_between() -> None:
    said = counted(events(*[9.0, 11.0] * 12))
    result = plain_result(kpi_input(said.pop("values"), **said))
    assert "Between two events lie 10.0 days as a rule" in draft("Major incidents", Period.WEEK, result).variation


def outages(gap_days: float, many: int) -> Report:
    moments = pd.Series(pd.date_range("2026-01-05 08:00", periods=many, freq=pd.Timedelta(days=gap_days), tz="UTC"))
    frame = pd.DataFrame({"opened_at": moments.dt.as_unit("us"), "number": [f"I{n}" for n in range(many)]})
    counting = kpi("major", "count", at="opened_at")
    windows = {
        "baseline": Window(date(2026, 1, 5), date(2026, 6, 22)),
        "evaluation": Window(date(2026, 6, 22), date(2026, 9, 14)),
        "as_of": datetime(2026, 9, 14, tzinfo=UTC),
    }
    return evaluate(study(counting, **windows), {"tickets": [reading(frame)]})


def test_a_study_that_counts_rare_events_feeds_their_moments() -> None:
    report = outages(9.5, 26)
    found = report.kpis["major"].analysis.detail.between
    assert found is not None
    assert (found.centre, found.latest) == (pytest.approx(9.5), pytest.approx(9.5))
    assert len(report.kpis["major"].processed.events) == 26


def test_moments_of_what_happens_often_are_not_kept() -> None:
    assert outages(0.5, 500).kpis["major"].processed.events is None
