"""Numbers a tool pushes: each judged by itself, one that is repeated changes nothing, a changed one is a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from csi import audit
from csi.errors import Conflict
from csi.models import Batch, Cycle, Kpi, Measurement, PlanRow, QuarantinedRow, Source
from csi.states import CellState, CycleState
from csi.step3_gather import batches
from csi.step3_gather.expected import source_of
from csi.step3_gather.pushed import Given, Known, Wrong, judge
from csi.storage import lock, next_number, row, rows
from csi.terms import Period

MOST_ROWS = 5_000
KEY_LIMIT = 100
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a tool sent: the bytes as they came and where they are kept, the rows in them, its idempotency key."""

    content: bytes
    raw_key: str
    rows: Sequence[Any]
    key: str = ""


@dataclass
class Receipt:
    """What became of a delivery, row by row; ``refused`` holds the row's number, from 1."""

    ordinal: int = 0
    known: bool = False
    accepted: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: list[tuple[int, Wrong]] = field(default_factory=list)


def receive(session: Session, source: Source, delivery: Delivery, *, now: datetime) -> Receipt:
    """Keep what a tool pushed.

    The same bytes again (under the same key) change nothing, but what was refused then is looked at again. A number
    of the same KPI and moment that differs supersedes the one before, which stays (V3.2).

    Raises:
        Conflict: the service has no open cycle, or the key was used with other bytes.
    """
    lock(session, f"source:{source.team_id}:{source.id}")
    cycle = row(session, Cycle, source.team_id, service_id=source.service_id, state=CycleState.OPEN)
    if cycle is None:
        raise Conflict("This source's service has no open cycle; nothing was kept.")
    batch, wanted = _batch(session, source, cycle, delivery, now)
    receipt = Receipt(batch.ordinal, known=wanted is not None)
    place = _Place(source, cycle, batch, now)
    good = _judged(_known(session, place), delivery.rows, wanted, receipt)
    _write(session, place, good, receipt)
    _close(session, place, receipt, len(delivery.rows))
    return receipt


@dataclass(frozen=True, slots=True)
class _Place:
    """Where numbers go, and when."""

    source: Source
    cycle: Cycle
    batch: Batch
    now: datetime


def _batch(
    session: Session, source: Source, cycle: Cycle, delivery: Delivery, now: datetime
) -> tuple[Batch, frozenset[int] | None]:
    """The delivery's batch, and of a known one the rows that were refused then."""
    digest = sha256(delivery.content if not delivery.key else delivery.key.encode() + b"\n" + delivery.content)
    name = f"Idempotency-Key {delivery.key}" if delivery.key else ""
    known = row(session, Batch, source.team_id, source_id=source.id, sha256=digest.hexdigest())
    if known is not None:
        return known, frozenset(cell.line for cell in batches.cells(session, known) if cell.state == CellState.OPEN)
    if name and row(session, Batch, source.team_id, source_id=source.id, filename=name) is not None:
        raise Conflict("This Idempotency-Key was used with another body; nothing was kept.")
    made = Batch(
        team_id=source.team_id,
        source_id=source.id,
        cycle_id=cycle.id,
        way="push",
        filename=name,
        ordinal=next_number(session, Batch, source.team_id, "ordinal", source_id=source.id),
        sha256=digest.hexdigest(),
        size=len(delivery.content),
        raw_key=delivery.raw_key,
        delivered_by=source.owner or source.created_by,
        delivered_at=now,
        rows_read=len(delivery.rows),
    )
    session.add(made)
    session.flush()
    return made, None


def _judged(known: Known, given: Sequence[Any], wanted: frozenset[int] | None, receipt: Receipt) -> list[Given]:
    good = []
    for number, one in enumerate(given, start=1):
        if wanted is not None and number not in wanted:
            receipt.unchanged += 1
            continue
        said = judge(one, known)
        if isinstance(said, Wrong):
            receipt.refused.append((number, said))
        else:
            good.append(said)
    return good


def _known(session: Session, place: _Place) -> Known:
    cycle = place.cycle
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    plans = {one.kpi_id: one for one in rows(session, PlanRow, cycle.team_id, cycle_id=cycle.id)}
    fed = {}
    for kpi in kpis:
        named = source_of(session, cycle, kpi, plans.get(kpi.id))
        if named is not None and named.id == place.source.id:
            period = plans[kpi.id].period if kpi.id in plans else ""
            fed[kpi.key] = (kpi.unit, Period(period or cycle.period))
    others = tuple(kpi.key for kpi in kpis if kpi.key not in fed)
    return Known(fed, others, cycle.timezone, place.now)


def _write(session: Session, place: _Place, good: Sequence[Given], receipt: Receipt) -> None:
    current = _current(session, place.source, good)
    for one in good:
        before = current.get((one.kpi, one.at))
        if before is not None and _says(before) == one.says:
            receipt.unchanged += 1
            continue
        if before is not None:
            before.current = False
            session.add(before)
            receipt.corrected += 1
        else:
            receipt.accepted += 1
        made = _measurement(place, one, 1 + (before.version if before else 0))
        session.add(made)
        current[(one.kpi, one.at)] = made
    session.flush()


def _current(session: Session, source: Source, given: Sequence[Given]) -> dict[tuple[str, datetime], Measurement]:
    """The numbers now held of the KPIs and moments given."""
    moments = sorted({one.at for one in given})
    found = []
    for first in range(0, len(moments), _AT_ONCE):
        found += rows(
            session,
            Measurement,
            source.team_id,
            source_id=source.id,
            at=tuple(moments[first : first + _AT_ONCE]),
            current=True,
        )
    return {(one.kpi_key, one.at): one for one in found}


def _measurement(place: _Place, one: Given, version: int) -> Measurement:
    source = place.source
    return Measurement(
        team_id=source.team_id,
        source_id=source.id,
        batch_id=place.batch.id,
        cycle_id=place.cycle.id,
        kpi_key=one.kpi,
        at=one.at,
        period_start=one.period_start,
        value=one.value,
        numerator=one.numerator,
        denominator=one.denominator,
        unit=one.unit,
        reason=one.reason,
        evidence=one.evidence,
        collector=f"push:{source.key}",
        collected_at=place.now,
        version=version,
    )


def _says(one: Measurement) -> tuple[object, ...]:
    return one.value, one.numerator, one.denominator, one.reason, one.evidence


def _close(session: Session, place: _Place, receipt: Receipt, count: int) -> None:
    """Keep what was refused, count, log; a repetition that changes nothing leaves no trace."""
    batch, source = place.batch, place.source
    new = receipt.accepted + receipt.corrected
    if receipt.known and not new:
        return
    for old in batches.cells(session, batch):
        session.delete(old)
    for number, wrong in receipt.refused:
        session.add(_cell(batch, number, wrong))
    batch.quarantined, batch.rows_kept = len(receipt.refused), count - len(receipt.refused)
    batch.counts = {"told": {"accepted": receipt.accepted, "corrected": receipt.corrected}}
    session.add(batch)
    counts: Mapping[str, Any] = {
        "accepted": receipt.accepted,
        "corrected": receipt.corrected,
        "refused": len(receipt.refused),
    }
    audit.record(
        session,
        team_id=source.team_id,
        actor=f"push:{source.key}",
        at=place.now,
        what="received pushed numbers",
        subject=("batch", batch.id),
        new=counts,
    )
    if new:
        batches.mark_stale(session, source)


def _cell(batch: Batch, number: int, wrong: Wrong) -> QuarantinedRow:
    return QuarantinedRow(
        team_id=batch.team_id,
        batch_id=batch.id,
        line=number,
        column_name=wrong.field,
        value=wrong.value,
        reason=wrong.reason,
        expected=wrong.expected,
    )
