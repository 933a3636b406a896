"""Collecting from Prometheus: one range query after another, answers as rows."""

from __future__ import annotations

from csi.errors import InvalidInput
from csi.fetching.http import Conversation
from csi.reading.connectors import ranges, table
from csi.reading.connectors.asked import Asked, Collected

PATH = "/api/v1/query_range"


def collect(asked: Asked, talk: Conversation) -> Collected:
    """The value of an expression at the end of each period of the span.

    Raises:
        InvalidInput: there is no expression, no span, or Prometheus refuses the query.
    """
    expression = str(asked.source.options.get("query") or "").strip()
    if not expression:
        raise InvalidInput("query", "is missing. Expected a PromQL expression such as sum(increase(errors[1d])).")
    if asked.since is None or asked.until is None:
        raise InvalidInput("from", "is missing. Prometheus is asked for a span: expected from: and to:, or windows.")
    address = (asked.address or asked.source.prometheus).rstrip("/") + PATH
    step = str(asked.source.options.get("step") or "")
    wanted = ranges.ranges(asked.since, asked.until, period=asked.period, timezone=asked.timezone, step=step)
    rows, found = [], []
    for number, one in enumerate(wanted, start=1):
        page = asked.folder / f"page-{number:04}"
        talk.get(address, page, parameters={"query": expression, **one.parameters})
        rows += list(ranges.rows_of(talk.small(page), one))
        found.append(page)
    if not rows:
        return Collected(None, progress=dict(asked.progress), pages=tuple(found))
    columns = list(dict.fromkeys([*ranges.COLUMNS, *sorted({name for row in rows for name in row})]))
    target = asked.folder / "rows.csv"
    ordered = sorted(rows, key=lambda row: [row.get(name, "") for name in columns])
    count = table.write(target, columns, ([row.get(name) for name in columns] for row in ordered))
    return Collected(target, f"{asked.source.id}.csv", count, {"until": wanted[-1].last.isoformat()}, tuple(found))
