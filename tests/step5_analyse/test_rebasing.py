"""New limits in a cycle: recorded, seen by the analysis, in the study that is written, and taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi.errors import Conflict, InvalidInput, NotAllowed
from csi.measurement import of_cycle
from csi.models import AnalysisResult, AuditRow, Cycle, Finding, Kpi, Rebase
from csi.reading.files import FileStore
from csi.step4_process import computing
from csi.step5_analyse import rebasing, results
from csi.storage import row, rows
from csi.study.plain import report_json
from csi.study.reading import study_of
from csi.study.writing import study_yaml
from csi.terms import Step
from tests import turns
from tests.databases import Database
from tests.step6_present import presentable
from tests.turns import BOB, CAROL, ERIN, NOW, TEAM

MOVED = date(2026, 3, 16)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path))


def analysed(database: Database, files: FileStore) -> None:
    """A cycle in step 5, analysed; its level fell after ten weeks."""
    with database.sessions() as session:
        turns.begin(session)
    presentable.presentable(database.sessions, files, TEAM, 1, NOW)
    with database.sessions() as session:
        turns.jump(session, cycles.by_id(session, TEAM, 1), Step.ANALYSE)


def again(database: Database, files: FileStore) -> dict[str, dict]:
    """The results made once more, by their KPI's key."""
    results.recompute(database.sessions, files, team_id=TEAM, cycle_id=1, actor=BOB, now=NOW)
    with database.sessions.reading() as session:
        return {kpi.key: result_of(session, kpi).result for kpi in rows(session, Kpi, TEAM)}


def result_of(session: Session, kpi: Kpi) -> AnalysisResult:
    return row(session, AnalysisResult, TEAM, kpi_id=kpi.id)


def audited(database: Database) -> list[str]:
    with database.sessions.reading() as session:
        return [one.what for one in rows(session, AuditRow, TEAM)]


def hours(session: Session) -> tuple[Cycle, Kpi]:
    return cycles.by_id(session, TEAM, 1), row(session, Kpi, TEAM, key="hours")


def begin(session: Session, *, start: date = MOVED, reason: str = "new tool", actor: str = BOB) -> Rebase:
    cycle, kpi = hours(session)
    return rebasing.begin(session, cycle, kpi.id, start=start, reason=reason, actor=actor, now=NOW)


def test_new_limits_are_recorded_make_results_stale_and_come_into_the_next_analysis(
    database: Database, files: FileStore
) -> None:
    analysed(database, files)
    with database.sessions() as session:
        cycle, kpi = hours(session)
        session.add(Finding(team_id=TEAM, cycle_id=cycle.id, kpi_id=kpi.id, state="confirmed", drafted_at=NOW))
        assert rebasing.shift_of(result_of(session, kpi).result).start == MOVED
        made = begin(session, reason=" new \n tool ")
        assert (made.reason, made.recorded_by, made.recorded_at) == ("new tool", BOB, NOW)
        assert result_of(session, kpi).stale
        assert row(session, Finding, TEAM, kpi_id=kpi.id).state == "stale"
    assert audited(database)[-1] == "began new limits"
    result = again(database, files)["hours"]
    assert [one["start"] for one in result["detail"]["phases"]] == ["2026-01-05", "2026-03-16"]
    assert result["limits"]["trial"] is True
    assert result["limits"]["centre"] < 20
    assert any("Limits begin anew on 16 Mar 2026: new tool." in text for text in result["warnings"])


def test_the_study_that_is_written_gives_the_same_report(sqlite_database: Database, files: FileStore) -> None:
    analysed(sqlite_database, files)
    with sqlite_database.sessions() as session:
        before = of_cycle.input_hash(session, hours(session)[0])
        begin(session)
        assert of_cycle.input_hash(session, hours(session)[0]) != before
    with sqlite_database.sessions.reading() as session:
        cycle, _ = hours(session)
        study = of_cycle.definition(session, cycle)
        [rebase] = study.rebases
        assert (rebase.kpi, rebase.start, rebase.reason, rebase.approved_by) == ("hours", MOVED, "new tool", BOB)
        written = study_of(study_yaml(study).encode())
        assert written == study
        report = computing.evaluated(session, cycle, files)
        same = computing.evaluate(written, computing.readings(session, cycle, files, written))
        assert report_json(same) == report_json(report)


def test_taken_back_the_old_limits_hold_again(sqlite_database: Database, files: FileStore) -> None:
    analysed(sqlite_database, files)
    before = again(sqlite_database, files)
    with sqlite_database.sessions() as session:
        made = begin(session)
    again(sqlite_database, files)
    with sqlite_database.sessions() as session:
        cycle, kpi = hours(session)
        assert rebasing.withdraw(session, cycle, made.id, actor=BOB, now=NOW)
        assert not rebasing.withdraw(session, cycle, made.id, actor=BOB, now=NOW)
        assert result_of(session, kpi).stale
        assert rebasing.of_cycle(session, cycle) == {}
    assert audited(sqlite_database).count("took new limits back") == 1
    assert again(sqlite_database, files) == before


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"reason": "  "}, "reason", "only with a reason"),
        ({"reason": "x" * 301}, "reason", "at most 300"),
        ({"start": date(2026, 5, 4)}, "start_on", "no sustained run of 7 points"),
    ],
)
def test_what_is_not_shown_or_not_said_is_refused(
    sqlite_database: Database, files: FileStore, asked: dict, field: str, said: str
) -> None:
    analysed(sqlite_database, files)
    with sqlite_database.sessions() as session:
        with pytest.raises(InvalidInput, match=said) as refused:
            begin(session, **asked)
        assert refused.value.field == field
        assert rows(session, Rebase, TEAM) == []


def test_a_second_time_needs_a_later_day_and_a_run_against_the_new_limits(
    sqlite_database: Database, files: FileStore
) -> None:
    analysed(sqlite_database, files)
    with sqlite_database.sessions() as session:
        begin(session)
        with pytest.raises(InvalidInput, match="begin anew on 2026-03-16 already"):
            begin(session, start=date(2026, 3, 9))
        with pytest.raises(Conflict, match="analyse again"):
            begin(session, start=date(2026, 3, 23))
    again(sqlite_database, files)
    with sqlite_database.sessions() as session, pytest.raises(InvalidInput, match="no sustained run"):
        begin(session, start=date(2026, 3, 23))


@pytest.mark.parametrize("actor", [ERIN, CAROL])
def test_who_does_not_analyse_begins_nothing(sqlite_database: Database, files: FileStore, actor: str) -> None:
    analysed(sqlite_database, files)
    with sqlite_database.sessions() as session, pytest.raises(NotAllowed):
        begin(session, actor=actor)


def test_in_another_step_or_another_cycle_nothing_begins(sqlite_database: Database, files: FileStore) -> None:
    analysed(sqlite_database, files)
    with sqlite_database.sessions() as session:
        made = begin(session)
        turns.jump(session, hours(session)[0], Step.PRESENT)
        with pytest.raises(Conflict, match="this cycle is in step 6"):
            begin(session)
        with pytest.raises(Conflict, match="this cycle is in step 6"):
            rebasing.withdraw(session, hours(session)[0], made.id, actor=BOB, now=NOW)
