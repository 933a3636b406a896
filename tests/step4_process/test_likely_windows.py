"""The windows that suggest themselves before anybody has fixed any."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from csi.analysis.verdict import parted
from csi.definition import Window
from csi.measurement.windows import Windows
from csi.models import AnalysisResult, Cycle
from csi.step1_should_measure import kpis
from csi.step4_process.windows import likely, whole_periods
from tests import turns
from tests.databases import Database

MONDAY = date(2026, 1, 5)


@pytest.mark.parametrize(("whole", "before"), [(14, 8), (15, 9), (16, 10), (18, 12), (21, 14), (47, 31)])
def test_two_thirds_stand_before_as_far_as_both_sides_have_enough(whole: int, before: int) -> None:
    assert parted(whole) == before


def weeks(count: int, *, partial: int = 0) -> list[dict[str, Any]]:
    def day(number: int) -> str:
        return f"{MONDAY + timedelta(weeks=number)}T00:00:00+00:00"

    return [{"start": day(n), "end": day(n + 1), "partial": n >= count} for n in range(count + partial)]


@pytest.fixture
def session(sqlite_database: Database):
    with sqlite_database.sessions() as opened:
        yield opened


def processed(session: Session, count: int) -> Cycle:
    cycle = turns.begin(session)
    turns.grow(session, cycle)
    kpi = kpis.of_cycle(session, cycle)[0]
    result = {"series": weeks(count, partial=1)}
    session.add(
        AnalysisResult(
            team_id=cycle.team_id,
            cycle_id=cycle.id,
            kpi_id=kpi.id,
            made_at=turns.NOW,
            input_hash="h",
            result=result,
            verdict="",
        )
    )
    session.flush()
    return cycle


def test_they_are_laid_over_whole_periods(session: Session) -> None:
    cycle = processed(session, 14)
    middle, end = date(2026, 3, 2), date(2026, 4, 13)
    assert whole_periods(session, cycle) == (MONDAY, end, 14)
    assert likely(session, cycle) == Windows(Window(MONDAY, middle), Window(middle, end))


def test_too_few_periods_suggest_none_and_what_is_fixed_stays(session: Session) -> None:
    cycle = processed(session, 13)
    assert likely(session, cycle) == Windows(None, None)
    cycle.baseline_from, cycle.baseline_to = MONDAY, date(2026, 2, 2)
    assert likely(session, cycle) == Windows(Window(MONDAY, date(2026, 2, 2)), None)
