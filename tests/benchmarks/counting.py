"""What a piece of work asks of the database: how many queries, how long, and how long it kept others from writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

_NO_QUERY = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE|SET )", re.IGNORECASE)
# What takes a lock that another writer waits for: on SQLite the beginning of any writing session.
_LOCKS = re.compile(r"\s*(BEGIN IMMEDIATE|INSERT|UPDATE|DELETE|SELECT pg_advisory_xact_lock)", re.IGNORECASE)


@dataclass(slots=True)
class Counted:
    """``seconds`` in all, ``longest`` of one transaction in which something was locked; ``said`` are the queries."""

    said: list[str] = field(default_factory=list)
    seconds: float = 0.0
    longest: float = 0.0

    @property
    def queries(self) -> int:
        """How many."""
        return len(self.said)


@contextmanager
def counted(engine: Engine) -> Iterator[Counted]:
    """Count what is asked of an engine meanwhile, by whatever thread."""
    found, began = Counted(), perf_counter()
    locked: dict[int, float] = {}

    def before(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not _NO_QUERY.match(statement):
            found.said.append(statement)
        if _LOCKS.match(statement):
            locked.setdefault(id(connection.connection.dbapi_connection), perf_counter())

    def over(connection: Any) -> None:
        since = locked.pop(id(connection.connection.dbapi_connection), None)
        if since is not None:
            found.longest = max(found.longest, perf_counter() - since)

    heard: tuple[tuple[str, Callable[..., None]], ...] = (
        ("before_cursor_execute", before),
        ("commit", over),
        ("rollback", over),
    )
    for name, listener in heard:
        event.listen(engine, name, listener)
    try:
        yield found
    finally:
        found.seconds = perf_counter() - began
        for name, listener in heard:
            event.remove(engine, name, listener)
