"""How a source is read, looked at later: who said so, what stood there before, and what another reading changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi.measurement import deliveries
from csi.models import AuditRow, Batch, Source
from csi.reading.proposing import missing_columns
from csi.states import BatchState
from csi.step3_gather import batches, sources
from csi.storage import rows

_MAPPED = "mapped source"


@dataclass(frozen=True, slots=True)
class Change:
    """The newest change of a source's mapping: by whom, when, and the mapping before it (empty: it was the first)."""

    by: str
    at: datetime
    before: Mapping[str, Any]


def last_change(session: Session, source: Source) -> Change | None:
    """Who said last how a source is read; None while nobody has."""
    found = rows(
        session,
        AuditRow,
        source.team_id,
        subject="source",
        subject_id=source.id,
        what=_MAPPED,
        order="-ordinal",
        limit=1,
    )
    return Change(found[0].actor, found[0].at, dict(found[0].old.get("mapping") or {})) if found else None


def readable_again(session: Session, source: Source) -> list[Batch]:
    """Deliveries that count or wait, and have every column that the source's mapping needs."""
    wanted = sources.definition(source.key, source.mapping)
    held = (*deliveries.current(session, source), *batches.of_source(session, source, state=BatchState.WAITING))
    return [batch for batch in held if not missing_columns(wanted, batch.counts.get("columns", []))]


def is_behind(session: Session, source: Source, batch: Batch) -> bool:
    """Whether a delivery was read otherwise than its source is by now, and can be read so.

    One that waits for a yes to a reading of its own is not: it asks what it asked.
    """
    if batch.mapping == source.mapping or (batch.state == BatchState.WAITING and batch.counts.get("wanted")):
        return False
    return batch in readable_again(session, source)


@dataclass(frozen=True, slots=True)
class Held:
    """What deliveries hold: rows kept, cases where a key names them, cells in quarantine and, per typed column, cells
    that could be read and those that could not."""

    rows: int = 0
    cases: int = 0
    quarantined: int = 0
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def held(of: Iterable[Batch]) -> Held:
    """What deliveries hold together."""
    kept, cases, quarantined, cells = 0, 0, 0, dict[str, tuple[int, int]]()
    for batch in of:
        kept += batch.rows_kept
        cases += int(batch.counts.get("key", {}).get("cases", 0))
        quarantined += int(batch.counts.get("quarantined_cells", 0))
        for name, (read, refused) in batch.counts.get("cells", {}).items():
            before = cells.get(name, (0, 0))
            cells[name] = (before[0] + read, before[1] + refused)
    return Held(kept, cases, quarantined, cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What another reading changed: rows, cases and quarantined cells before and now; per column how many more cells
    could be read (or fewer), and how many are read as another value."""

    deliveries: int
    rows_before: int
    rows_now: int
    cells: Mapping[str, int]
    cases: tuple[int, int] = (0, 0)
    quarantined: tuple[int, int] = (0, 0)
    moved: Mapping[str, int] = field(default_factory=dict)
    left: Sequence[str] = ()  # deliveries without a column it needs: they stay as they are


def difference(before: Held, now: Held, deliveries: int, left: Sequence[str] = ()) -> Difference:
    """What changed between two readings of the same deliveries; columns typed in only one of them are not compared."""
    more = {name: now.cells[name][0] - before.cells[name][0] for name in now.cells if name in before.cells}
    return Difference(
        deliveries=deliveries,
        rows_before=before.rows,
        rows_now=now.rows,
        cells={name: count for name, count in more.items() if count},
        cases=(before.cases, now.cases),
        quarantined=(before.quarantined, now.quarantined),
        left=tuple(left),
    )
