"""SQL that only reads: one SELECT, with the filter on time inside, where the database can use its index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from csi.errors import InvalidInput

_COLUMN = re.compile(r"[A-Za-z_][\w$]*")


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and the values of its parameters."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


def kind_of(address: str) -> str:
    """The kind of database that an address names, without its driver: ``postgresql`` of ``postgresql+psycopg://…``."""
    return re.split(r"[+:]", address, maxsplit=1)[0].lower()


def query(text: str, kind: str, *, column: str = "", mark: Any = None, span: Mapping[str, Any] | None = None) -> Query:
    """What is sent to the database.

    Args:
        text: the SELECT of the source.
        kind: the database, as SQLAlchemy names it.
        column: the column by which it is collected bit by bit; empty: all of it each time.
        mark: the highest value of that column seen so far; None: from the beginning.
        span: values of ``since`` and ``until``, for a query that names them itself.

    Raises:
        InvalidInput: it is not one SELECT, or the column's name cannot be one.
    """
    from csi.reading.connectors.selects import select  # noqa: PLC0415 its parser is slow to load; only queries need it

    inner = select(text, kind)
    if odd := sorted(inner.parameters - {"since", "until"}):
        raise InvalidInput("query", f"The query names :{odd[0]}. Expected :since and :until at most.")
    named = {name: (span or {}).get(name) for name in inner.parameters}
    missing = sorted(name for name, value in named.items() if value is None)
    if missing:
        raise InvalidInput("query", f"The query names :{missing[0]}, and there is no value for it; give the span.")
    # A bound value makes PostgreSQL's driver prepare the statement, and of several it prepares none.
    body, values = f"SELECT * FROM (\n{inner.sql}\n) AS collected WHERE 1 = :one", {**named, "one": 1}
    if not column:
        return Query(body, values)
    if not _COLUMN.fullmatch(column):
        raise InvalidInput("since", f"‘{column}’ is no column's name. Expected one such as updated_at.")
    if mark is not None:
        body, values = f"{body} AND {column} >= :mark", {**values, "mark": mark}
    return Query(f"{body} ORDER BY {column}", values)
