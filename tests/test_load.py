"""What is asked of the database does not grow with the workspace: the same queries at few cycles and at many."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlmodel import Session, col, select

from bot import inbox
from bot.app import build_kit, look_ahead
from bot.cards import CardKeeper
from bot.context import Kit
from bot.listeners import cycle as commands
from bot.listeners import home
from bot.listeners.step3_gather import overview as gathering
from bot.scheduler import Scheduler
from bot.settings import Settings
from csi import audit, reminders, roles
from csi import cycle as cycles
from csi.models import (
    Action,
    AnalysisResult,
    AuditRow,
    Cycle,
    InboxEvent,
    Kpi,
    Measurement,
    OutboxPost,
    Reminder,
    Source,
)
from csi.reminders import claims
from csi.storage import Sessions, engine, rows
from csi.terms import Role
from tests.benchmarks.counting import Counted, counted
from tests.benchmarks.workspace import EVERYWHERE, SOMEWHERE, Size, build
from tests.databases import Database
from tests.turns import ALICE, CHANNEL, DAVE, NOW, TEAM

FEW, MANY = Size(services=10, cycles=1, kpis=1), Size(services=60, cycles=1, kpis=1)
BODY = {"command": "/csi", "team_id": TEAM, "user_id": ALICE, "channel_id": CHANNEL}


@dataclass(slots=True)
class Workspace:
    """A bot's means over a workspace of some size, and its clock."""

    kit: Kit
    scheduler: Scheduler
    keeper: CardKeeper
    at: list[datetime]

    def later(self, **span: float) -> None:
        self.at[0] += timedelta(**span)

    def close(self) -> None:
        self.kit.slow.close()
        self.kit.sessions.engine.dispose()

    def counted(self, work: Callable[[], Any]) -> Counted:
        with counted(self.kit.sessions.engine) as found:
            work()
        return found

    def change(self, cycle: Cycle | None = None) -> None:
        """One change of one cycle's service."""
        with self.kit.sessions() as session:
            chosen = cycle or rows(session, Cycle, TEAM, state="open", limit=1)[0]
            roles.grant(
                session,
                team_id=TEAM,
                service_id=chosen.service_id,
                role=Role.READER,
                user_id=f"U{self.at[0]}",
                actor=DAVE,
                now=NOW,
            )


def _opened(path: Path, folder: Path) -> Workspace:
    """A bot's means over a database, everything in it looked at once."""
    at = [NOW]
    settings = Settings(csi_database_url=f"sqlite:///{path}", csi_data_url=str(folder), slack_bot_token="xoxb-none")
    kit, _ = build_kit(settings, now=lambda: at[0])
    kit = replace(kit, teams=lambda: (TEAM,))
    keeper = CardKeeper(kit.sessions, kit.outbox, kit.now, kit.teams)
    made = Workspace(kit, Scheduler(kit, kit.now), keeper, at)
    made.scheduler.tick()
    made.keeper.look()
    look_ahead(kit)
    made.later(seconds=20)
    return made


@pytest.fixture(scope="module")
def built(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Size, Path]:
    """Databases of both sizes, looked at once."""
    made = {}
    for size in (FEW, MANY):
        made[size] = tmp_path_factory.mktemp("load") / f"{size.services}.sqlite"
        shutil.copy(_sqlite_template, made[size])
        opened = engine(f"sqlite:///{made[size]}")
        build(Sessions(opened), size)
        opened.dispose()
        _opened(made[size], made[size].parent).close()
    return made


@pytest.fixture
def opened(built: dict[Size, Path], tmp_path: Path) -> Iterator[Callable[[Size], Workspace]]:
    """Opens a copy of such a database."""
    made = []

    def open_(size: Size) -> Workspace:
        shutil.copy(built[size], tmp_path / built[size].name)
        made.append(_opened(tmp_path / built[size].name, tmp_path))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def a_change_and(work: Callable[[Workspace], Any]) -> Callable[[Workspace], Counted]:
    def both(workspace: Workspace) -> Counted:
        workspace.change()
        return workspace.counted(lambda: work(workspace))

    return both


def asked(work: Callable[[Workspace], Any]) -> Callable[[Workspace], Counted]:
    return lambda workspace: workspace.counted(lambda: work(workspace))


class Deaf:
    """Takes a view and shows it to nobody."""

    def views_open(self, **_: Any) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("work", "most"),
    [
        pytest.param(asked(lambda all_: all_.scheduler.tick()), 12, id="a tick with nothing new"),
        pytest.param(a_change_and(lambda all_: all_.scheduler.tick()), 32, id="a tick after a change"),
        pytest.param(asked(lambda all_: all_.keeper.look()), 1, id="cards with nothing new"),
        pytest.param(a_change_and(lambda all_: all_.keeper.look()), 15, id="the card of one change"),
        pytest.param(asked(lambda all_: home.drawn(all_.kit, TEAM, EVERYWHERE)), 3, id="home of all services"),
        pytest.param(asked(lambda all_: home.drawn(all_.kit, TEAM, SOMEWHERE)), 3, id="home of three services"),
        pytest.param(a_change_and(lambda all_: home.drawn(all_.kit, TEAM, EVERYWHERE)), 20, id="home after a change"),
        pytest.param(
            asked(lambda all_: [commands._seen(BODY, all_.kit), commands._seen(BODY, all_.kit)]),
            18,
            id="/csi status, twice",
        ),
        pytest.param(
            asked(lambda all_: gathering.gather(lambda: None, {**BODY, "trigger_id": "t"}, Deaf(), all_.kit)),
            15,
            id="/csi gather",
        ),
    ],
)
def test_as_much_is_asked_of_many_cycles_as_of_few(
    opened: Callable[[Size], Workspace], work: Callable[[Workspace], Counted], most: int
) -> None:
    few, many = work(opened(FEW)), work(opened(MANY))
    assert (few.queries, many.queries <= most) == (many.queries, True), "\n".join(many.said)


def test_what_waits_everywhere_is_looked_at_in_as_many_queries(opened: Callable[[Size], Workspace]) -> None:
    few, many = (opened(size).kit for size in (FEW, MANY))
    found = []
    for kit in (few, many):
        kit.waits.__init__()  # type: ignore[misc]
        with counted(kit.sessions.engine) as one:
            look_ahead(kit)
        found.append(one.queries)
    assert found[0] == found[1] <= 20  # a set a table: V7.8 looks at actions and clauses that live, too


def test_a_tick_with_nothing_new_keeps_nobody_from_writing(opened: Callable[[Size], Workspace]) -> None:
    found = opened(FEW)
    assert asked(lambda all_: all_.scheduler.tick())(found).longest == 0.0


@pytest.fixture
def delivered(_sqlite_template: Path, tmp_path: Path) -> Callable[[int], Counted]:
    """What is asked of a source of so many deliveries."""

    def asked_of(deliveries: int) -> Counted:
        path = tmp_path / f"{deliveries}.sqlite"
        shutil.copy(_sqlite_template, path)
        made = engine(f"sqlite:///{path}")
        build(Sessions(made), Size(services=1, cycles=1, kpis=2, deliveries=deliveries))
        with Sessions(made).reading() as session, counted(made) as found:
            (cycle,) = rows(session, Cycle, TEAM)
            assert {len(one.came) for one in gathering.arrivals(session, cycle, NOW)} == {deliveries}
        made.dispose()
        return found

    return asked_of


def test_deliveries_cost_no_queries(delivered: Callable[[int], Counted]) -> None:
    assert delivered(3).queries == delivered(60).queries


def reminders_due(workspace: Workspace, count: int) -> None:
    with workspace.kit.sessions() as session:
        (cycle,) = rows(session, Cycle, TEAM, state="open", limit=1)
        about = {"team_id": TEAM, "kind": "step_due", "subject": "step", "subject_id": cycle.step, "user_id": DAVE}
        for number in range(count):
            session.add(Reminder(key=f"k{number}", cycle_id=cycle.id, due_at=NOW, **about))


def test_all_that_is_due_is_sent_in_one_tick_each_once(opened: Callable[[Size], Workspace]) -> None:
    found = opened(FEW)
    reminders_due(found, 60)
    with found.kit.sessions.reading() as session:
        (cycle,) = rows(session, Cycle, TEAM, state="open", limit=1)
        owner = cycles.accountable(session, cycle, cycle.step)
    with found.kit.sessions() as session:
        for one in rows(session, Reminder, TEAM, state="waiting", kind="step_due"):
            one.user_id = owner if one.key.startswith("k") else one.user_id
    asked_of = found.counted(found.scheduler.tick)
    assert asked_of.queries <= 80, "one by one it is hundreds"
    with found.kit.sessions.reading() as session:
        due = [one for one in rows(session, Reminder, TEAM) if one.key.startswith("k")]
        posts = [one.key for one in rows(session, OutboxPost, TEAM, kind="nudge")]
        assert not reminders.is_due(session, TEAM, found.at[0])
    assert [one.state for one in due] == ["sent"] * 60
    assert f"daily:{owner}:{found.at[0]:%Y-%m-%d}" in posts  # one message for all of them
    assert not {f"reminder:{one.id}:0" for one in due} & set(posts)
    assert len(posts) == len(set(posts))


def escalations_due(workspace: Workspace) -> int:
    """One for each open cycle, to somebody of its own: its message says what holds the step up, and who was told."""
    with workspace.kit.sessions() as session:
        running = rows(session, Cycle, TEAM, state="open")
        for one in running:
            about = {"team_id": TEAM, "kind": "escalation", "subject": "step", "subject_id": one.step}
            told = {"due_on": "2026-11-20", "owners": [DAVE], reminders.AFTER: [f"before:{one.id}"]}
            session.add(
                Reminder(key=f"k{one.id}", user_id=f"U{one.id}", cycle_id=one.id, due_at=NOW, details=told, **about)
            )
    return len(running)


def test_what_many_are_told_of_their_steps_is_read_together(opened: Callable[[Size], Workspace]) -> None:
    found = opened(MANY)
    count = escalations_due(found)
    asked_of = found.counted(found.scheduler.tick)
    with found.kit.sessions.reading() as session:
        sent = [one for one in rows(session, Reminder, TEAM, state="sent") if one.key.startswith("k")]
    assert len(sent) == count
    assert asked_of.queries <= 8 * count, "cycle by cycle it is 22 of each"


def test_a_message_that_cannot_be_written_leaves_the_others_to_be_sent_once(
    opened: Callable[[Size], Workspace],
) -> None:
    found = opened(FEW)
    count = escalations_due(found)
    with found.kit.sessions() as session:
        (wrong,) = rows(session, Reminder, TEAM, key="k1")
        wrong.user_id = "UWRONG"

    def refuse(_mapper: Any, _connection: Any, post: OutboxPost) -> None:
        if post.channel == wrong.user_id:
            raise ValueError("refused")

    event.listen(OutboxPost, "before_insert", refuse)
    try:
        found.scheduler.tick()
    finally:
        event.remove(OutboxPost, "before_insert", refuse)
    with found.kit.sessions.reading() as session:
        due = {one.key: one for one in rows(session, Reminder, TEAM) if one.key.startswith("k")}
        posts = [one.channel for one in rows(session, OutboxPost, TEAM, kind="nudge")]
    assert {key: one.state for key, one in due.items()} == {**dict.fromkeys(due, "sent"), "k1": "claimed"}
    assert {one.times_sent for one in due.values()} == {0, 1}
    assert [posts.count(one.user_id) for key, one in due.items() if key != "k1"] == [1] * (count - 1)


def test_a_new_day_alone_brings_a_card_up_to_date(opened: Callable[[Size], Workspace]) -> None:
    found = opened(FEW)
    with found.kit.sessions.reading() as session:
        before = {one.key: one.revision for one in rows(session, OutboxPost, TEAM) if one.key.startswith("card:")}
    found.at[0] = datetime.combine(NOW.date() + timedelta(days=60), NOW.timetz())
    found.keeper.look()
    with found.kit.sessions.reading() as session:
        after = {one.key: one.revision for one in rows(session, OutboxPost, TEAM) if one.key.startswith("card:")}
    assert len(after) == FEW.services
    assert all(after[key] == before[key] + 1 for key in before)
    assert date(2027, 1, 22) == found.at[0].date()


def test_only_the_card_of_the_cycle_that_was_changed_is_looked_at(opened: Callable[[Size], Workspace]) -> None:
    found = opened(FEW)
    with found.kit.sessions() as session:
        chosen = rows(session, Cycle, TEAM, state="open")[3]
        since = cycles.changed.newest(session, TEAM)
    found.change(chosen)
    with found.kit.sessions.reading() as session:
        newest, touched = cycles.changed.since(session, TEAM, since)
    assert (newest, [one.id for one in touched]) == (since + 1, [chosen.id])


def equal(table: Any, **values: Any) -> tuple[Any, str]:
    """What ``rows`` asks, and the column of the workspace's index by which it finds the few."""
    narrowed = [col(getattr(table, name)) == value for name, value in values.items()]
    return select(table).where(col(table.team_id) == TEAM, *narrowed), next(iter(values))


HOT = (
    equal(Cycle, state="open"),
    equal(Cycle, open_service=1),
    equal(Cycle, open_channel="C1"),
    equal(Action, state="proposed"),
    equal(Action, cycle_id=1),
    equal(Action, service_id=1, kpi_key="k"),
    equal(Source, kind="sql", retired_at=None),
    equal(AnalysisResult, kpi_id=1),
    equal(AnalysisResult, verdict="REGRESSED"),
    equal(Reminder, key="k"),
    equal(OutboxPost, key="k"),
    equal(AuditRow, ordinal=1),
    equal(Measurement, source_id=1, current=True, kpi_key="k", period_start=NOW.date()),
    *(
        (select(Reminder.id).where(*free).order_by(col(Reminder.due_at)).limit(20), "due_at")
        for free in claims._free(TEAM, NOW)
    ),
    (inbox.long_done(NOW), "done_at"),
)


def fill(session: Session) -> None:
    """Rows enough that it matters how they are found, of what a workspace alone has none of."""
    (cycle,) = rows(session, Cycle, TEAM, open_channel=CHANNEL)
    (source,) = rows(session, Source, TEAM, service_id=cycle.service_id)
    hours = [NOW - timedelta(hours=number) for number in range(2_000)]
    number = {"source_id": source.id, "kpi_key": "k", "collector": DAVE, "collected_at": NOW, "team_id": TEAM}
    due = {"kind": "step_due", "user_id": DAVE, "team_id": TEAM, "details": {}, "state": "sent"}
    post = {"channel": "C1", "created_at": NOW, "next_at": NOW, "status": "sent", "team_id": TEAM}
    done = {"kind": "job:k", "status": "done", "received_at": NOW, "next_at": NOW, "team_id": TEAM}
    turn = {
        "service_id": cycle.service_id,
        "channel_id": "C1",
        "state": "closed",
        "started_by": DAVE,
        "team_id": TEAM,
        "started_at": NOW,
        "closed_at": NOW,
    }
    act = {
        "service_id": cycle.service_id,
        "cycle_id": cycle.id,
        "title": "t",
        "proposer": DAVE,
        "team_id": TEAM,
        "proposed_at": NOW,
        "state": "closed",
    }
    session.execute(insert(Cycle), [{**turn, "number": 100 + number} for number in range(len(hours))])
    session.execute(insert(Action), [{**act, "number": 10**6 + number} for number in range(len(hours))])
    result = {"kpi_id": rows(session, Kpi, TEAM, limit=1)[0].id, "input_hash": "", "made_at": NOW, "team_id": TEAM}
    closed = session.exec(select(Cycle.id).where(Cycle.team_id == TEAM, col(Cycle.number) >= 100))
    session.execute(insert(AnalysisResult), [{**result, "cycle_id": one} for one in closed])
    source_of = {"service_id": cycle.service_id, "kind": "file", "created_at": NOW, "team_id": TEAM}
    session.execute(insert(Measurement), [{**number, "at": at, "period_start": at.date()} for at in hours])
    session.execute(insert(Reminder), [{**due, "key": f"{at}", "due_at": at} for at in hours])
    session.execute(insert(OutboxPost), [{**post, "key": f"{at}"} for at in hours])
    session.execute(insert(InboxEvent), [{**done, "event_id": f"{at}", "done_at": at} for at in hours])
    session.execute(insert(Source), [{**source_of, "key": f"{at}"} for at in hours])
    for at in hours:
        audit.record(session, team_id=TEAM, actor=DAVE, at=at, what="tried", subject=("service", 1))


def by_index(plan: str, column: str) -> bool:
    """Whether a plan goes to the rows by this column of an index; PostgreSQL, knowing nothing, takes any of equals."""
    on_sqlite = re.search(rf"INDEX \S+ \([^)]*\b{column}[=<>]", plan)
    on_postgres = re.search(rf"Index Cond: [^\"\n]*\b(?:team_id|{column})\b", plan)
    return bool(on_sqlite or on_postgres) and "Seq Scan" not in plan


def test_hot_queries_find_their_rows_by_an_index_also_without_statistics(own_database: Database) -> None:
    database = own_database  # what ran before leaves statistics in one that is lent
    build(database.sessions, Size(services=5, cycles=2, kpis=1))
    with database.sessions() as session:
        fill(session)
    explain = "EXPLAIN " if database.name == "postgresql" else "EXPLAIN QUERY PLAN "
    with database.engine.connect() as connection:
        for wanted, column in HOT:
            asked_ = str(wanted.compile(database.engine, compile_kwargs={"literal_binds": True})).replace("%", "%%")
            plan = "\n".join(str(tuple(one)) for one in connection.exec_driver_sql(f"{explain}{asked_}"))
            assert by_index(plan, column), f"{column}: {plan}"
