"""What the record covers: the content of every row that decides, or that something said was made from.

A transaction that writes such a row leaves a seal of it, the hash of what the database holds then, in the audit row it
appends (``csi.audit``). Messages, reminders and what is known of people are not covered: they prove nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, event, inspect, select
from sqlalchemy.orm import Session as AnySession

from csi import models
from csi.models import Row
from csi.storage import WRITTEN

_LOOSE = (
    models.AuditHead,
    models.AuditRow,
    models.Heartbeat,
    models.InboxEvent,
    models.Installation,
    models.OutboxPost,
    models.Person,
    models.Reminder,
)
COVERED: dict[str, Table] = {
    table.name: table
    for table in Row.metadata.sorted_tables
    if table.name not in {str(one.__tablename__) for one in _LOOSE}
}
LEFT_OUT: dict[str, frozenset[str]] = {"source": frozenset({"progress"})}  # how far collecting has come
# Columns that a migration added after the first seals, with the value it gave to the rows there were: a seal from
# before holds for a row with this value.
LATER: dict[str, Mapping[str, Any]] = {
    "finding": {"cause_state": "hypothesis", "cause_evidence": ""},
    "plan_row": {"tested": {}},
}
GONE = ""  # the seal of a row that was removed
_TOUCHED = "touched"
_AT_ONCE = 10_000  # rows asked for in one statement


@dataclass(slots=True)
class Touched:
    """The covered rows that a transaction wrote, by workspace and table."""

    rows: dict[str, dict[str, set[int]]] = field(default_factory=dict)

    def note(self, row: Row) -> None:
        """Remember a row that was written."""
        table = str(row.__tablename__)
        if table in COVERED and row.id is not None:
            self.rows.setdefault(row.team_id, {}).setdefault(table, set()).add(row.id)


def columns(table: Table) -> list[str]:
    """The columns of a table that a seal covers."""
    return [one.name for one in table.columns if one.name not in LEFT_OUT.get(table.name, ())]


def digest(table: Table, values: Mapping[str, Any], *, without: Iterable[str] = ()) -> str:
    """The hash of a row's content, as the database gives it: names and values, moments in UTC."""
    left = set(without)
    held = {name: _plain(values[name]) for name in columns(table) if name not in left}
    return sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def fits(table: Table, values: Mapping[str, Any], seal: str) -> bool:
    """Whether a row is the one that was sealed."""
    if digest(table, values) == seal:
        return True
    later = LATER.get(table.name, {})
    untouched = bool(later) and all(values[name] == value for name, value in later.items())
    return untouched and digest(table, values, without=later) == seal


def name_of(table: str, number: int) -> str:
    """How a seal names its row."""
    return f"{table}:{number}"


def taken(session: AnySession) -> dict[str, dict[str, str]]:
    """By workspace the seals of what this transaction wrote, by the row's name; then it starts anew."""
    touched: Touched = session.info.pop(_TOUCHED, None) or Touched()
    for one in session.info.pop(WRITTEN, ()):
        touched.note(one)
    return {team_id: dict(_seals(session, team_id, by_table)) for team_id, by_table in touched.rows.items()}


def every(session: AnySession, team_id: str) -> dict[str, str]:
    """The seals of all covered rows of a workspace as they are now."""
    return {
        name_of(name, values["id"]): digest(table, values)
        for name, table in COVERED.items()
        for values in held(session, table, team_id)
    }


def held(session: AnySession, table: Table, team_id: str) -> Iterator[Mapping[str, Any]]:
    """Every row of a workspace, some at a time, by number."""
    last = 0
    while True:
        wanted = select(table).where(table.c.team_id == team_id, table.c.id > last).order_by(table.c.id)
        found = session.execute(wanted.limit(_AT_ONCE)).mappings().all()
        yield from map(dict, found)
        if len(found) < _AT_ONCE:
            return
        last = found[-1]["id"]


def _seals(session: AnySession, team_id: str, by_table: Mapping[str, set[int]]) -> Iterator[tuple[str, str]]:
    for name in sorted(by_table):
        table, numbers = COVERED[name], sorted(by_table[name])
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            found = session.execute(select(table).where(table.c.team_id == team_id, table.c.id.in_(some))).mappings()
            kept = {one["id"]: digest(table, dict(one)) for one in found}
            yield from ((name_of(name, number), kept.get(number, GONE)) for number in some)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


@event.listens_for(AnySession, "after_flush")
def _note(session: AnySession, _context: Any) -> None:
    changed = [one for one in session.dirty if _is_changed(one)]
    written = [one for one in (*session.new, *changed, *session.deleted) if isinstance(one, Row)]
    if written:
        touched: Touched = session.info.setdefault(_TOUCHED, Touched())
        for one in written:
            touched.note(one)


def _is_changed(one: Any) -> bool:
    """Whether a covered column was given another value."""
    table = str(getattr(one, "__tablename__", ""))
    if table not in COVERED:
        return False
    state = inspect(one)
    return any(state.attrs[name].history.has_changes() for name in columns(COVERED[table]))


@event.listens_for(AnySession, "after_rollback")
def _forget(session: AnySession) -> None:
    session.info.pop(_TOUCHED, None)
    session.info.pop(WRITTEN, None)
