"""No statement reads or changes rows of a table without saying of which workspace: checked in every test.

A statement of the project that is not told ``team_id`` fails the test it runs in, whatever it was a test of; tests
themselves may look at everything. What belongs to no workspace by its nature (workers that serve all of them) is named
in ``OF_ALL``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Column, Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import Delete, Select, Update, operators, visitors
from sqlalchemy.sql.elements import BinaryExpression

ROOT = Path(__file__).resolve().parents[1]
# The functions that look over all workspaces, by module.
OF_ALL = {
    "bot/delivery/worker.py": {"_due", "waiting"},
    "bot/inbox.py": {"_take", "_renew", "forget"},
    "bot/installations.py": {"teams"},
    "bot/metrics.py": {"_by"},
    "bot/reaching.py": {"installations"},
    "bot/vault.py": {"some_closed"},
    "csi/audit.py": {"closed_with_others", "teams"},
}
_NARROWING = {operators.eq, operators.in_op}
_loose: dict[Any, set[str]] = {}  # of statements seen before, by what SQLAlchemy caches their SQL by


def guard() -> None:
    """Watch every session from now on."""
    event.listen(Session, "do_orm_execute", _check)


def unbound(statement: Select | Update | Delete) -> set[str]:
    """The tables of a statement whose ``team_id`` it does not narrow down."""
    wanted = {table.name for table in _tables(statement) if "team_id" in table.columns}
    return wanted - set(_narrowed(statement))


def _check(state: ORMExecuteState) -> None:
    statement = state.statement
    if state.is_column_load or state.is_relationship_load or not isinstance(statement, Select | Update | Delete):
        return
    if (loose := _unbound_once(statement)) and not _serves_all():
        raise AssertionError(f"{', '.join(sorted(loose))} without team_id: {statement}")


def _unbound_once(statement: Select | Update | Delete) -> set[str]:
    """``unbound``, worked out once for statements that differ in their values only."""
    key = statement._generate_cache_key()
    if key is None:
        return unbound(statement)
    if key.key not in _loose:
        _loose[key.key] = unbound(statement)
    return _loose[key.key]


def _tables(statement: Select | Update | Delete) -> Iterator[Table]:
    roots = statement.get_final_froms() if isinstance(statement, Select) else [statement.table]
    for root in roots:
        for part in visitors.iterate(root):
            if isinstance(part, Table):
                yield part


def _narrowed(statement: Select | Update | Delete) -> Iterator[str]:
    """Tables whose team_id equals something, in the condition or in a join."""
    roots: list[Any] = [statement.whereclause] if statement.whereclause is not None else []
    roots += list(statement.get_final_froms()) if isinstance(statement, Select) else []
    for root in roots:
        for part in visitors.iterate(root):
            if isinstance(part, BinaryExpression) and part.operator in _NARROWING:
                for side in (part.left, part.right):
                    if isinstance(side, Column) and side.name == "team_id":
                        yield side.table.name


def _serves_all() -> bool:
    """Whether a test itself asks, or one of the functions that serve all workspaces."""
    callers = [(path, name) for path, name in _callers() if path != "tests/isolation.py"]
    if not callers or callers[0][0].startswith("tests/"):
        return True
    return any(name in OF_ALL.get(path, ()) for path, name in callers)


def _callers() -> Iterator[tuple[str, str]]:
    """Files of the project on the stack with the function's name, the nearest first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if place := _place(frame.f_code.co_filename):
            yield place, frame.f_code.co_name
        frame = frame.f_back


@cache
def _place(filename: str) -> str:
    """Where a file stands in the project; empty for one of others."""
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) and ".venv" not in path.parts else ""
