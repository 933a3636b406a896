"""Collecting by the clock: when, from where to where, how a failure is tried again, what replaces what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from csi.definition import SourceDefinition
from csi.errors import Conflict, InvalidInput, InvalidInputs
from csi.models import AuditRow, Batch, Cycle, PlanRow, Source
from csi.reading.connectors.asked import Collected, Refused
from csi.reading.files import FileStore
from csi.step3_gather import batches, origins, schedule
from csi.step3_gather.intake import Intake, take_in
from csi.step3_gather.origins import Said
from csi.step3_gather.schedule import Came
from csi.storage import rows
from tests import turns
from tests.databases import Database

NOW = turns.NOW  # Monday, 23 November 2026, 09:00 UTC
SAID = Said(
    kind="url",
    name="Tickets",
    address="https://desk.example.org/tickets?key=s3cret",
    rows="items",
    at="at",
    cadence="day",
)


def begun(session: Session, said: Said = SAID) -> tuple[Cycle, Source]:
    cycle = turns.begin(session)
    turns.grow(session, cycle)
    turns.jump(session, cycle, 3)
    return cycle, origins.set_up(session, cycle, said, actor=turns.BOB, now=NOW)


def came(files: FileStore, content: bytes, source: Source, **progress: Any) -> Came:
    return Came(Collected(None, progress=progress), taken(files, content), dict(source.progress))


def taken(files: FileStore, content: bytes) -> Intake:
    definition = SourceDefinition(id="tickets")
    return take_in(files, turns.TEAM, content, definition, moments=["at"], numbers=[], filename="tickets.csv")


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "data"))


# when


@pytest.mark.parametrize(
    ("cadence", "now", "expected"),
    [
        ("hour", datetime(2026, 3, 1, 10, 3, tzinfo=UTC), datetime(2026, 3, 1, 11, 5, tzinfo=UTC)),
        ("day", datetime(2026, 1, 5, 5, 0, tzinfo=UTC), datetime(2026, 1, 5, 6, 0, tzinfo=UTC)),
        ("day", datetime(2026, 1, 5, 6, 0, tzinfo=UTC), datetime(2026, 1, 6, 6, 0, tzinfo=UTC)),
        ("day", datetime(2026, 3, 28, 9, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),  # summer time begins
        ("day", datetime(2026, 10, 24, 9, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),  # and ends
        ("week", datetime(2026, 3, 4, 9, 0, tzinfo=UTC), datetime(2026, 3, 9, 6, 0, tzinfo=UTC)),
        ("month", datetime(2026, 1, 31, 9, 0, tzinfo=UTC), datetime(2026, 2, 1, 6, 0, tzinfo=UTC)),
        ("quarter", datetime(2026, 11, 23, 9, 0, tzinfo=UTC), datetime(2027, 1, 1, 6, 0, tzinfo=UTC)),
    ],
)
def test_the_next_collection(cadence: str, now: datetime, expected: datetime):
    assert schedule.following(cadence, now, "Europe/Lisbon") == expected


def test_a_source_is_due_from_the_beginning_and_then_by_its_cadence(database: Database):
    with database.sessions() as session:
        cycle, source = begun(session)
        assert [one.id for one, _ in schedule.due(session, turns.TEAM, NOW)] == [source.id]
        schedule.succeeded(session, source, cycle, Came(Collected(None), None, {}), actor=turns.BOB, now=NOW)
        assert schedule.due(session, turns.TEAM, NOW + timedelta(hours=20)) == []
        assert len(schedule.due(session, turns.TEAM, NOW + timedelta(hours=21))) == 1
        cycle.state = "closed"
        session.add(cycle)
        session.flush()
        assert schedule.due(session, turns.TEAM, NOW + timedelta(days=9)) == []


def test_a_source_may_be_collected_only_when_somebody_asks(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        begun(session, replace(SAID, cadence=schedule.NEVER))
        assert schedule.due(session, turns.TEAM, NOW + timedelta(days=9)) == []


def test_without_a_word_the_plan_says_how_often(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session, replace(SAID, cadence=""))
        assert schedule.cadence_of(session, source, cycle) == "week"
        (kpi,) = turns.kpis.of_cycle(session, cycle)
        session.add(PlanRow(team_id=turns.TEAM, cycle_id=cycle.id, kpi_id=kpi.id, source_id=source.id, period="day"))
        session.flush()
        assert schedule.cadence_of(session, source, cycle) == "day"


def test_one_due_moment_is_one_job_and_a_dead_job_is_begun_anew(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        _, source = begun(session)
        assert schedule.key(source, NOW) == schedule.key(source, NOW + timedelta(hours=5))
        assert schedule.key(source, NOW) != schedule.key(source, NOW + timedelta(hours=6))


# failures


def test_failures_are_tried_again_in_growing_gaps_and_said_once(database: Database):
    with database.sessions() as session:
        cycle, source = begun(session)
        at, gaps, said = NOW, [], []
        for _ in range(7):
            failure = schedule.failed(session, source, Refused("It is away.", passing=True), now=at)
            gaps.append((failure.again_at - at).total_seconds() / 60)
            said.append(failure.say)
            at = failure.again_at
        assert gaps == [5, 15, 60, 240, 720, 1440, 1440]
        assert said == [False, False, True, False, False, False, False]
        assert failure.since == NOW
        assert schedule.was_said_to_fail(source)
        schedule.succeeded(session, source, cycle, Came(Collected(None), None, source.progress), actor="U", now=at)
        assert (source.progress.get("failures"), schedule.was_said_to_fail(source)) == (None, False)


def test_what_will_not_pass_by_itself_is_said_at_once(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        _, source = begun(session)
        assert schedule.failed(session, source, InvalidInput("query", "no such table"), now=NOW).say


def test_a_pause_that_is_asked_for_is_kept(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        _, source = begun(session)
        for wait, minutes in ((3_600.0, 60), (1.0, 15), (9e9, 1_440)):
            failure = schedule.failed(session, source, Refused("Too often.", passing=True, wait=wait), now=NOW)
            assert failure.again_at == NOW + timedelta(minutes=minutes)


def test_a_failure_fills_no_gap_and_forgets_no_mark(sqlite_database: Database, files: FileStore):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session, replace(SAID, address="https://desk.example.org/t?from={since}"))
        schedule.succeeded(session, source, cycle, came(files, b"at\n2026-11-20\n", source), actor="U", now=NOW)
        schedule.failed(session, source, Refused("away", passing=True), now=NOW + timedelta(days=1))
        asked = schedule.asked(session, source, cycle, Path(), NOW + timedelta(days=2))
        assert (asked.since, asked.until) == (NOW, NOW + timedelta(days=2))
        assert len(rows(session, Batch, turns.TEAM)) == 1


# what came


def test_v3_1_a_collected_delivery_says_who_when_from_where_and_its_hash(database: Database, files: FileStore):
    with database.sessions() as session:
        cycle, source = begun(session)
        made = schedule.succeeded(
            session, source, cycle, came(files, b"at\n2026-11-20\n", source), actor=turns.BOB, now=NOW
        )
        batch = made.batch
        assert (batch.way, batch.delivered_by, batch.delivered_at, batch.cycle_id) == ("url", turns.BOB, NOW, cycle.id)
        assert files.read(batch.raw_key) == b"at\n2026-11-20\n"
        assert len(batch.sha256) == 64


def test_v3_2_the_same_answer_changes_nothing(database: Database, files: FileStore):
    with database.sessions() as session:
        cycle, source = begun(session)
        for hours in (0, 1):
            said = came(files, b"at\n2026-11-20\n", source)
            made = schedule.succeeded(session, source, cycle, said, actor="U", now=NOW + timedelta(hours=hours))
        assert made.outcome is batches.Outcome.KNOWN
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["current"]


def test_an_answer_that_holds_everything_replaces_the_one_before(database: Database, files: FileStore):
    with database.sessions() as session:
        cycle, source = begun(session)
        for day, text in enumerate((b"at\n2026-11-20\n", b"at\n2026-11-20\n2026-11-21\n", b"at\n2026-11-20\n")):
            said = came(files, text, source)
            schedule.succeeded(session, source, cycle, said, actor="U", now=NOW + timedelta(days=day))
        held = rows(session, Batch, turns.TEAM)
        assert [one.state for one in held] == ["current", "removed"]  # it went back to what it was
        assert "holds everything anew" in held[1].removed_reason


def test_an_answer_that_waits_replaces_nothing_before_somebody_says_yes(sqlite_database: Database, files: FileStore):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session)
        for day, text in enumerate((b"at\n2026-11-20\n", b"at\nsoon\n2026-11-21\n")):
            said = came(files, text, source)
            made = schedule.succeeded(session, source, cycle, said, actor="U", now=NOW + timedelta(days=day))
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["current", "waiting"]
        accepted = batches.approve(session, turns.TEAM, made.batch.id, actor=turns.BOB, now=NOW)
        schedule.take_over(session, source, accepted, actor=turns.BOB, now=NOW)
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["removed", "current"]


def test_an_answer_takes_the_place_of_one_that_still_waits(sqlite_database: Database, files: FileStore):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session)
        for day, text in enumerate((b"at\nsoon\n2026-11-21\n", b"at\n2026-11-22\n")):
            said = came(files, text, source)
            schedule.succeeded(session, source, cycle, said, actor="U", now=NOW + timedelta(days=day))
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["removed", "current"]


SINCE = Said(
    kind="sql",
    name="Tickets",
    address="postgresql://reader:s3cret@db.example.org/itsm",
    query="SELECT * FROM incident",
    at="at",
    since="at",
    cadence="day",
)


def test_another_question_doubles_no_row(sqlite_database: Database, files: FileStore):
    """It is asked from the beginning again, and brings again what the first one brought."""
    with sqlite_database.sessions() as session:
        cycle, source = begun(session, SINCE)
        first, more = b"at\n2026-11-20\n", b"at\n2026-11-21\n"
        for text in (first, more):
            said = came(files, text, source, mark={"text": "2026-11-20"}, at_mark={})
            schedule.succeeded(session, source, cycle, said, actor="U", now=NOW)
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["current", "current"]
        other = replace(SINCE, query="SELECT * FROM incident WHERE team = 'a'")
        origins.set_up(session, cycle, other, actor=turns.BOB, now=NOW, source=source)
        schedule.succeeded(session, source, cycle, came(files, b"at\n2026-11-19\n", source), actor="U", now=NOW)
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["removed", "removed", "current"]
        origins.set_up(session, cycle, SINCE, actor=turns.BOB, now=NOW, source=source)  # and back again
        schedule.succeeded(session, source, cycle, came(files, first, source), actor="U", now=NOW)
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["current", "removed", "removed"]


def test_a_new_beginning_that_waited_leaves_what_came_after_it(sqlite_database: Database, files: FileStore):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session, SINCE)
        waits = schedule.succeeded(
            session, source, cycle, came(files, b"at\nsoon\n2026-11-20\n", source), actor="U", now=NOW
        )
        schedule.succeeded(session, source, cycle, came(files, b"at\n2026-11-21\n", source), actor="U", now=NOW)
        accepted = batches.approve(session, turns.TEAM, waits.batch.id, actor=turns.BOB, now=NOW)
        schedule.take_over(session, source, accepted, actor=turns.BOB, now=NOW)
        assert [one.state for one in rows(session, Batch, turns.TEAM)] == ["current", "current"]


def test_unchanged_is_no_answer_where_nothing_is_held_any_more(sqlite_database: Database, files: FileStore):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session)
        made = schedule.succeeded(
            session, source, cycle, came(files, b"at\n2026-11-20\n", source, etag="v1"), actor="U", now=NOW
        )
        assert schedule.asked(session, source, cycle, Path(), NOW).progress["etag"] == "v1"
        batches.remove(session, turns.TEAM, made.batch.id, actor=turns.BOB, now=NOW, reason="wrong file")
        assert "etag" not in schedule.asked(session, source, cycle, Path(), NOW).progress


@pytest.mark.parametrize(
    ("more", "adds"),
    [
        ({}, False),
        ({"key": "number"}, True),
        ({"address": "https://desk.example.org/t?from={since}"}, True),
    ],
)
def test_what_is_asked_bit_by_bit_adds_up(sqlite_database: Database, more: dict, adds: bool):
    with sqlite_database.sessions() as session:
        _, source = begun(session, replace(SAID, **more))
        assert schedule.replaces(source) is not adds


def test_two_collections_at_once_count_once(sqlite_database: Database, files: FileStore):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session)
        first, second = came(files, b"at\n2026-11-20\n", source), came(files, b"at\n2026-11-21\n", source)
        schedule.succeeded(session, source, cycle, first, actor="U", now=NOW)
        with pytest.raises(Conflict, match="collected meanwhile"):
            schedule.succeeded(session, source, cycle, second, actor="U", now=NOW)
        assert len(rows(session, Batch, turns.TEAM)) == 1


def test_prometheus_is_asked_from_the_windows_begin(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        said = Said(
            kind="prometheus",
            name="Errors",
            address="https://prometheus.example.org",
            query="sum(increase(errors_total[1d]))",
        )
        cycle, source = begun(session, said)
        assert schedule.asked(session, source, cycle, Path(), NOW).since.date() == (NOW - schedule.REACH).date()
        cycle.baseline_from = date(2026, 9, 7)
        asked = schedule.asked(session, source, cycle, Path(), NOW)
        assert (asked.since.isoformat(), asked.until) == ("2026-09-07T00:00:00+01:00", NOW)


# setting up


def test_secrets_never_reach_the_mapping_or_the_log(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        begun(session)
    with sqlite_database.sessions() as session:
        told = str([(one.old, one.new) for one in rows(session, AuditRow, turns.TEAM)])
        told += str([one.mapping for one in rows(session, Source, turns.TEAM)])
        assert "key=***" in told
        assert "s3cret" not in told


def test_asked_differently_it_starts_from_the_beginning(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session)
        source.progress = {"etag": "v1", "next_at": NOW.isoformat()}
        same = origins.set_up(session, cycle, replace(SAID, cadence="hour"), actor=turns.BOB, now=NOW, source=source)
        assert same.progress == {"etag": "v1"}
        for changed in ({"address": "https://desk.example.org/all"}, {"rows": "data"}, {"paging": "link"}):
            source.progress = {"etag": "v1"}
            asked = origins.set_up(session, cycle, replace(SAID, **changed), actor=turns.BOB, now=NOW, source=source)
            assert asked.progress == {}


def test_chosen_kpis_learn_their_source_and_what_dates_them(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields(definition={"measure": "max"}))
        turns.jump(session, cycle, 3)
        said = Said(kind="prometheus", name="Errors", address="https://p.example.org", query="errors", feeds=(kpi.id,))
        source = origins.set_up(session, cycle, said, actor=turns.BOB, now=NOW)
        assert kpi.definition == {"measure": "max", "source": "errors", "at": "start", "value": "value"}
        assert list(origins.feeds(session, cycle, source)) == [kpi]


def test_what_dates_a_row_is_left_to_its_first_delivery_in_step_1_while_nothing_is_fed(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        open_ = replace(SAID, at="")
        source = origins.set_up(session, cycle, open_, actor=turns.BOB, now=NOW)
        assert source.mapping["options"] == {"rows": "items"}
        with pytest.raises(InvalidInputs) as feeding:
            origins.set_up(session, cycle, replace(open_, feeds=(kpi.id,)), actor=turns.BOB, now=NOW, source=source)
        turns.jump(session, cycle, 2)
        with pytest.raises(InvalidInputs) as later:
            origins.set_up(session, cycle, open_, actor=turns.BOB, now=NOW, source=source)
        assert [[one.field for one in told.value.errors] for told in (feeding, later)] == [["at"], ["at"]]


def test_a_source_that_feeds_a_kpi_is_not_retired(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.jump(session, cycle, 3)
        source = origins.set_up(session, cycle, replace(SAID, feeds=(kpi.id,)), actor=turns.BOB, now=NOW)
        with pytest.raises(Conflict, match=f"feeds {kpi.name}. Please choose another source"):
            origins.retire(session, cycle, source, actor=turns.BOB, now=NOW)
        assert source.retired_at is None


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (
            Said(kind="sql", name="A", address="tickets.db", query="DELETE FROM x", since="a b"),
            {"address", "query", "at"},
        ),
        (
            Said(kind="url", name="A", address="ftp://x", rows="items[", paging="next"),
            {"address", "rows", "at", "paging_name"},
        ),
        (Said(kind="prometheus", name="A", address="prometheus", step="soon"), {"address", "query", "step"}),
        (Said(kind="url", name="A", address="https://reader:p#ss@example.org/x", at="at"), {"address"}),
        (Said(kind="url", name="A", address="https://example.org:99999/x", at="at"), {"address"}),
        (
            Said(kind="sql", name="A", address="postgresql://u:p@host:5432x/db", query="SELECT 1 AS at", at="at"),
            {"address"},
        ),
    ],
)
def test_every_wrong_field_is_told_at_once(said: Said, fields: set[str]):
    with pytest.raises(InvalidInputs) as wrong:
        origins.check(said)
    assert {one.field for one in wrong.value.errors} == fields
