"""An installed workspace of any size: one service written by the product itself, the others its rows copied in bulk.

A copy is the same rows with every number moved on by a stride of its own, so that whatever pointed at a row of the
service points at the copy's; names, channels and keys that must be unique are told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text
from sqlmodel import Session

from csi import passages, roles
from csi.models import Batch, Cycle, Kpi, Report, Row
from csi.step2_can_measure import clauses
from csi.step7_correct import actions
from csi.storage import Sessions, rows
from csi.terms import Audience, Role
from tests import turns
from tests.turns import ALICE, BOB, DAVE, FRANK, NOW, TEAM

EVERYWHERE, SOMEWHERE = ALICE, "USOME"  # hold a role of every service, and of the first three
_POINTERS = ("id", "open_service")  # columns besides ``…_id`` that hold a row's number
_SHARED = {"workspace", "person", "installation", "audit_head", "audit_row", "outbox_post", "inbox_event", "reminder"}
_OF_SERVICE = {"service", "role_assignment", "source", "batch", "quarantined_row", "measurement", "sla_clause"}
_ONCE = 2_000  # rows of one insert


@dataclass(frozen=True, slots=True)
class Size:
    """How many services, cycles of each (the last one open), KPIs of each cycle, deliveries of each source."""

    services: int = 200
    cycles: int = 12
    kpis: int = 10
    deliveries: int = 2

    def __str__(self) -> str:
        """As the table of the benchmark has it."""
        return f"{self.services} services × {self.cycles} cycles × {self.kpis} KPIs"


def build(sessions: Sessions, size: Size = Size(), *, team_id: str = TEAM) -> None:
    """Fill an empty, migrated database."""
    with sessions() as session:
        _first(session, size, team_id)
    with sessions.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # rows of one table at a time
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        kept = _written(connection)
        stride = 1 + max(one["id"] for found in kept.values() for one in found)
        _earlier(connection, kept, size, stride)
        _others(connection, size, stride * size.cycles)
        if connection.dialect.name == "postgresql":
            for table in Row.metadata.sorted_tables:
                last = f"SELECT coalesce(max(id), 1) FROM {table.name}"
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), ({last}))"))
    with sessions() as session:
        for cycle in rows(session, Cycle, team_id, state="open", limit=3):
            roles.grant(
                session,
                team_id=team_id,
                service_id=cycle.service_id,
                role=Role.READER,
                user_id=SOMEWHERE,
                actor=DAVE,
                now=NOW,
            )


def _written(connection: Connection) -> dict[Table, list[dict[str, Any]]]:
    """Every row of what a service has, by table, those pointed at first."""
    tables = [table for table in Row.metadata.sorted_tables if table.name not in _SHARED]
    return {table: [dict(one) for one in connection.execute(select(table)).mappings()] for table in tables}


def _first(session: Session, size: Size, team_id: str) -> None:
    """One service with an open cycle in which something waits in every step."""
    cycle = turns.begin(session, team_id=team_id)
    fields = [turns.kpi_fields(name=f"Time to resolve {number + 1}") for number in range(size.kpis)]
    kpis = turns.grow(session, cycle, *fields)
    turns.agree(session, cycle)
    turns.jump(session, cycle, 2)
    for kpi in kpis:
        turns.assess(session, cycle, kpi)
    first = turns.deliver(session, cycle)
    _dated(first, 0, size.deliveries)
    for number in range(1, size.deliveries):
        again = {**first.model_dump(exclude={"id"}), "ordinal": number + 1, "sha256": f"{number + 1:064}"}
        session.add(_dated(Batch(**again), number, size.deliveries))
    session.flush()
    for kpi in kpis:
        turns.analyse(session, cycle, kpi, [20.0 + week % 3 for week in range(52)])
    clause = clauses.draft_clause(
        session, cycle, kpi_id=kpis[0].id, text="Within 20 hours", target=20.0, actor=ALICE, now=NOW
    )
    clauses.activate_clause(session, cycle, clause.id, actor=ALICE, now=NOW)
    turns.jump(session, cycle, 7)
    for title, kpi, state in (("Route them", kpis[0], "proposed"), ("Train them", kpis[-1], "approved")):
        action = actions.propose(session, cycle, _action(title, kpi), actor=BOB, now=NOW)
        action.state = state
    session.add(
        Report(
            team_id=team_id,
            cycle_id=cycle.id,
            audience=Audience.BUSINESS,
            content={"items": [], "verdicts": []},
            state="sent",
            made_by=BOB,
            made_at=NOW,
            sent_at=NOW - timedelta(days=1),
        )
    )
    cycle.step, cycle.number = 5, size.cycles
    for passage in passages.passages(session, cycle):  # the copies of this cycle stand in any of them
        passage.due_on = (NOW + timedelta(days=7 * passage.step)).date()


def _action(title: str, kpi: Kpi) -> actions.ActionFields:
    words = {"cost_class": "low", "expected_effect": "less", "failure_sign": "not less"}
    days = {"due_on": date(2027, 1, 1), "effect_by": date(2027, 2, 1)}
    return actions.ActionFields(title=title, kpi_id=kpi.id, owner=FRANK, **days, **words)


def _dated(batch: Batch, number: int, of: int) -> Batch:
    """Give a delivery the days its rows fell on: a week each, the last one just over."""
    first = NOW.date() - timedelta(weeks=of - number)
    days = [(first + timedelta(days=day)).isoformat() for day in range(7)]
    batch.counts = {"days": {"resolved_at": dict.fromkeys(days, 14)}, "moments": ["resolved_at"], "numbers": []}
    batch.first_at, batch.last_at = NOW - timedelta(weeks=of - number), NOW - timedelta(weeks=of - number - 1)
    return batch


def _earlier(connection: Connection, kept: Mapping[Table, list[dict[str, Any]]], size: Size, stride: int) -> None:
    """The cycles before the open one, as copies that are closed."""
    for turn in range(1, size.cycles):
        for table, found in kept.items():
            if table.name not in _OF_SERVICE:
                _write(connection, table, (_closed(table, one, turn, turn * stride) for one in found))


def _closed(table: Table, one: Mapping[str, Any], turn: int, by: int) -> dict[str, Any]:
    moved = _moved(one, by, but=("service_id", "source_id", "batch_id"))
    if table.name == "cycle":
        ended = NOW - timedelta(weeks=4 * turn)
        moved |= {"state": "closed", "number": turn, "open_channel": None, "open_service": None, "closed_at": ended}
    if table.name == "action":
        moved |= {"state": "closed", "number": moved["number"] + 10 * turn}
    if table.name == "baseline":
        moved["number"] += turn
    return moved


def _others(connection: Connection, size: Size, stride: int) -> None:
    """The other services, as copies of the first with all of its cycles."""
    kept = _written(connection)
    for number in range(1, size.services):
        for table, found in kept.items():
            _write(connection, table, (_of_other(table, one, number, number * stride) for one in found))


def _of_other(table: Table, one: Mapping[str, Any], number: int, by: int) -> dict[str, Any]:
    moved = _moved(one, by)
    if table.name == "service":
        moved["name"] = f"{moved['name']} {number + 1}"
    if table.name == "cycle":
        moved["channel_id"] = f"C{number + 1}"
        if moved["open_channel"]:
            moved["open_channel"], moved["step"] = moved["channel_id"], 1 + number % 7
    if table.name == "action":
        moved["number"] += 1_000 * number
    return moved


def _moved(one: Mapping[str, Any], by: int, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The row with its own number, and those of the rows it points at, moved on."""
    pointers = {name for name in one if (name in _POINTERS or name.endswith("_id")) and name not in but}
    return {name: value + by if name in pointers and isinstance(value, int) else value for name, value in one.items()}


def _write(connection: Connection, table: Table, made: Iterator[dict[str, Any]]) -> None:
    found = list(made)
    for start in range(0, len(found), _ONCE):
        connection.execute(insert(table), found[start : start + _ONCE])
