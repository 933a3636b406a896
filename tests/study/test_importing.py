"""A study taken over by a cycle: defined, mapped, fixed; what the step does not allow is said and left."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from csi.errors import Conflict, InvalidInputs, NotAllowed
from csi.models import Cycle, Kpi, Source
from csi.step2_can_measure.sources import name_source
from csi.storage import row, rows
from csi.study import of_cycle
from csi.study.importing import TakenOver, take_over
from csi.study.reading import study_of
from csi.study.writing import study_yaml
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, ERIN, NOW, TEAM

STUDY = b"""
study: 1
service: Service desk
timezone: Europe/Lisbon
period: month
calendar: {hours: {mon-fri: ["09:00-17:00"]}, holidays: PT}
sources:
  Incident log: {file: log.csv, dates: day_first, missing: ["?"], key: number, latest_by: sys_updated_at}
kpis:
  median_time_to_resolve:
    name: Median time to resolve
    source: Incident log
    at: resolved_at
    measure: p90
    value: {from: opened_at, to: resolved_at, unit: h}
    unit: h
    direction: lower
    target: 18
  sla:
    name: Within SLA
    source: Incident log
    at: resolved_at
    measure: share
    good: made_sla == "true"
    unit: "%"
    direction: higher
    target: 75
baseline: {from: 2026-01-01, to: 2026-07-01}
evaluation: {from: 2026-07-01, to: 2026-11-01}
exclusions:
  - {kpi: sla, from: 2026-02-01, to: 2026-02-02, reason: move, approved_by: Ann}
"""


def _take(session: Session, cycle: Cycle, actor: str = ALICE) -> TakenOver:
    return take_over(session, cycle, study_of(STUDY), actor=actor, now=NOW)


def test_in_step_1_kpis_are_added_defined_and_the_windows_fixed(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        made = _take(session, cycle)
        assert made.done == (
            "period, calendar set",
            "source Incident log mapped",
            "KPI Median time to resolve defined",
            "KPI Within SLA added; choose its CSF",
            "windows set",
        )
        assert made.left == (
            "KPI Median time to resolve: its unit, direction and target stay as agreed in step 1",
            "1 exclusions: each is proposed and approved in step 4",
        )
        kpi = row(session, Kpi, TEAM, key="median_time_to_resolve")
        assert (kpi.definition["measure"], kpi.definition["source"], kpi.target) == ("p90", "incident_log", 20)
        source = row(session, Source, TEAM, key="incident_log")
        assert source.mapping["latest_by"] == "sys_updated_at"
        assert source.mapping["options"] == {"moments": ["resolved_at", "opened_at"]}
        assert "file" not in source.mapping


def test_a_second_time_nothing_is_left_to_do(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        _take(session, cycle)
        assert _take(session, cycle).done == ()
        assert len(rows(session, Source, TEAM)) == 1


def test_what_was_taken_over_is_the_study_again(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        _take(session, cycle)
        written = study_of(study_yaml(of_cycle.definition(session, cycle)).encode())
        wanted = study_of(STUDY)
        assert (written.period, written.baseline, written.evaluation) == (
            wanted.period,
            wanted.baseline,
            wanted.evaluation,
        )
        assert {key: (kpi.measure, kpi.at, kpi.good, kpi.target) for key, kpi in written.kpis.items()} == {
            key: (kpi.measure, kpi.at, kpi.good, kpi.target) for key, kpi in wanted.kpis.items()
        }


def test_later_the_tree_stays_and_that_is_said(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        turns.jump(session, cycle, 4)
        made = _take(session, cycle)
        assert "period, calendar: changed in steps 1 to 3 only" in made.left
        assert any("KPIs are added in step 1" in one for one in made.left)
        turns.jump(session, cycle, 5)
        with pytest.raises(Conflict, match="taken over in steps 1 to 4"):
            _take(session, cycle)


def test_a_reader_takes_nothing_over(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        with pytest.raises(NotAllowed):
            _take(session, cycle, ERIN)


def test_a_source_that_takes_no_files_is_left_as_it_is(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        kept = name_source(session, cycle, name="Incident log", actor=ALICE, now=NOW, kind="sql")
        kept.mapping = {"sql": "postgresql://reader@db/tickets"}
        session.flush()
        told = _take(session, cycle)
        assert any("takes no files" in one for one in told.left)
        assert kept.mapping == {"sql": "postgresql://reader@db/tickets"}


def test_a_unit_longer_than_any_is_told(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        with pytest.raises(InvalidInputs, match="at most 20 characters"):
            turns.grow(session, cycle, turns.kpi_fields(unit="h" * 21))
