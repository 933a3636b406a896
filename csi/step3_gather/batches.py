"""Deliveries: recorded once, read again, waiting for a person's yes, removed; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from csi import audit
from csi.errors import Conflict
from csi.measurement import counted, deliveries
from csi.measurement.deliveries import Waits, Why, is_hopeless, kept, reasons_of
from csi.models import AnalysisResult, Batch, Cycle, Finding, Kpi, PlanRow, QuarantinedRow, Source
from csi.reading.far_dates import REASON as FAR
from csi.reading.reading import RULES
from csi.rules import threshold
from csi.states import BatchState, CellState, CycleState, FindingState
from csi.step3_gather import sources
from csi.step3_gather.intake import Intake, is_same_reading
from csi.step3_gather.waiting import reasons
from csi.storage import change_if, lock, need, next_number, row, rows

_TOLD = 4  # columns with dates that stand for nothing, and such dates of each, that are told; ours
_STAY = ("drops",)  # what a delivery keeps however it is read: in which threads it is told of


class Outcome(StrEnum):
    """What became of a delivery."""

    NEW = "new"
    KNOWN = "known"
    WAITING = "waiting"
    READ_AGAIN = "read again"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A delivery's batch, and what became of it."""

    batch: Batch
    outcome: Outcome


def find(session: Session, source: Source, sha256: str) -> Batch | None:
    """The batch of these bytes, current or not."""
    return row(session, Batch, source.team_id, source_id=source.id, sha256=sha256)


def record(
    session: Session,
    source: Source,
    intake: Intake,
    *,
    actor: str,
    now: datetime,
    cycle_id: int | None = None,
    way: str = "file",
    permalink: str = "",
    accepted: bool = False,
) -> Recorded:
    """Write the row that makes a delivery count, last of all.

    The same bytes under the same mapping change nothing (V3.2). Under a new mapping they are read again; a delivery
    that was removed comes back. What is doubtful about it makes it wait for a person's yes, unless that was given
    (``accepted``).
    """
    lock(session, f"source:{source.team_id}:{source.id}")
    known = find(session, source, intake.sha256)
    found = reasons(intake, threshold(session, source.team_id, "quarantine_share"))
    open_doubts = _unsaid(session, source, intake, found)
    wanted = "waiting" if is_hopeless(open_doubts) or (open_doubts and not accepted) else "current"
    told = _told(found, open_doubts, wanted, actor, known)
    if known is None:
        delivery = _Delivery(actor, now, cycle_id, way, permalink)
        return _first(session, source, intake, wanted, doubts=told, told=delivery)
    same = is_same_reading(known.rows_key, intake.rows_key)
    if same and known.state != BatchState.REMOVED:
        return Recorded(known, Outcome.KNOWN)
    outcome = Outcome.RESTORED if known.state == BatchState.REMOVED else Outcome.READ_AGAIN
    old = {"state": known.state, "rows_kept": known.rows_kept, "mapping": known.mapping}
    _fill(known, intake, wanted, _mended(session, source, intake))
    known.counts = {**known.counts, **told}
    known.removed_by, known.removed_at, known.removed_reason = "", None, ""
    session.add(known)
    _replace_cells(session, known, intake)
    _mark_mended(session, source, known, "corrected" if wanted == "current" else "open")
    new = {"state": wanted, "rows_kept": known.rows_kept, "mapping": known.mapping, **_agreed(told)}
    _log(session, known, f"{outcome.value} batch", old, new, actor=actor, now=now)
    mark_stale(session, source)
    return Recorded(known, Outcome.WAITING if wanted == "waiting" else outcome)


def doubtful(session: Session, source: Source, intake: Intake) -> tuple[Waits, ...]:
    """Why a reading needs a person's yes: what a person said yes to before is not asked again."""
    return _unsaid(session, source, intake, reasons(intake, threshold(session, source.team_id, "quarantine_share")))


def _unsaid(session: Session, source: Source, intake: Intake, found: Sequence[Waits]) -> tuple[Waits, ...]:
    """The reasons nobody has said yes to: of a key for all deliveries, of the rest for this one."""
    if not found or source.id is None:
        return tuple(found)
    told = (one for batch in deliveries.current(session, source) for one in reasons_of(batch.counts, "accepted"))
    keys = {(one.kind, one.column) for one in told if one.kind in (Why.KEY, Why.OLDER)}
    known = find(session, source, intake.sha256)
    own = {(one.kind, one.column): one.count for one in reasons_of(known.counts, "accepted")} if known else {}
    return tuple(
        one for one in found if (one.kind, one.column) not in keys and one.count > own.get((one.kind, one.column), -1)
    )


def _told(
    found: Sequence[Waits], unsaid: Sequence[Waits], state: str, actor: str, known: Batch | None
) -> dict[str, Any]:
    """What a delivery keeps of its doubts: those it waits for; where it counts, all that were said yes to, by whom."""
    if state == "waiting":
        return {"waits": kept(unsaid)}
    by = actor if unsaid else str((known.counts if known else {}).get("accepted_by") or "")
    return {"accepted": kept(found), **({"accepted_by": by} if by else {})} if found else {}


def _agreed(counts: Mapping[str, Any]) -> dict[str, Any]:
    """What was said yes to, with its numbers, as the log keeps it."""
    return {"accepted": counts["accepted"]} if counts.get("accepted") else {}


@dataclass(frozen=True, slots=True)
class _Delivery:
    """Who delivered, when, how."""

    actor: str
    now: datetime
    cycle_id: int | None
    way: str
    permalink: str


def _first(
    session: Session, source: Source, intake: Intake, state: str, *, doubts: Mapping[str, Any], told: _Delivery
) -> Recorded:
    batch = Batch(
        team_id=source.team_id,
        source_id=source.id,
        cycle_id=told.cycle_id,
        ordinal=next_number(session, Batch, source.team_id, "ordinal", source_id=source.id),
        way=told.way,
        filename=intake.filename,
        size=intake.size,
        sha256=intake.sha256,
        raw_key=intake.raw_key,
        delivered_by=told.actor,
        delivered_at=told.now,
        permalink=told.permalink,
    )
    _fill(batch, intake, state, _mended(session, source, intake))
    batch.counts = {**batch.counts, **doubts}
    session.add(batch)
    session.flush()
    _replace_cells(session, batch, intake)
    if state == "current":
        _mark_mended(session, source, batch, "corrected")
    new = {
        "sha256": batch.sha256,
        "filename": batch.filename,
        "rows_kept": batch.rows_kept,
        "state": state,
        **_agreed(doubts),
    }
    _log(session, batch, "recorded batch", {}, new, actor=told.actor, now=told.now, permalink=told.permalink)
    if state == "current":
        mark_stale(session, source)
    return Recorded(batch, Outcome.WAITING if state == "waiting" else Outcome.NEW)


def _fill(batch: Batch, intake: Intake, state: str, mended: Mapping[str, Any]) -> None:
    batch.state = state
    batch.rows_key = intake.rows_key
    batch.mapping = dict(intake.mapping)
    batch.mapping_hash = sources.mapping_hash(intake.mapping)
    batch.rows_read, batch.rows_kept, batch.quarantined = intake.rows_read, intake.rows_kept, intake.spoiled_rows
    batch.first_at, batch.last_at = intake.first_at, intake.last_at
    batch.counts = {
        "rules": RULES,
        "moments": list(intake.moments),
        "numbers": list(intake.numbers),
        "columns": list(intake.columns),
        "units": dict(intake.units),
        "no_rows": intake.no_rows,
        "days": {name: dict(days) for name, days in intake.days.items()},
        "doubtful": {name: dict(counts) for name, counts in intake.doubtful.items()},
        "quarantine_key": intake.spoiled_key,
        "quarantined_cells": intake.cells_total,
        "cells": {name: list(counts) for name, counts in intake.cells_read.items()},
        "not_yet": _not_yet(intake),
        **({"key": asdict(intake.keys)} if intake.mapping.get("key") else {}),
        **({"mended": dict(mended)} if mended else {}),
        **{name: batch.counts[name] for name in _STAY if name in (batch.counts or {})},
    }


def _not_yet(intake: Intake) -> dict[str, dict[str, int]]:
    """Per column that has any the dates that are read as no date, with how many cells hold each."""
    held = [(name, texts) for name, texts in intake.placeholders.items() if texts][:_TOLD]
    return {name: {text: one.count for text, one in list(texts.items())[:_TOLD]} for name, texts in held}


def _replace_cells(session: Session, batch: Batch, intake: Intake) -> None:
    for old in rows(session, QuarantinedRow, batch.team_id, batch_id=batch.id):
        session.delete(old)
    for line, column, value, reason, expected in intake.cells:
        session.add(
            QuarantinedRow(
                team_id=batch.team_id,
                batch_id=batch.id,
                line=int(line),
                column_name=column,
                value=value.replace("\x00", ""),
                reason=reason,
                expected=expected,
            )
        )
    session.flush()


def _mended(session: Session, source: Source, intake: Intake) -> dict[str, dict[str, Any]]:
    """By the hash's beginning of each earlier delivery: how many of its rows come back mended, and which are shown."""
    lines: dict[str, set[int]] = {}
    for short, line in intake.mended:
        lines.setdefault(short, set()).add(line)
    by_hash = {one.sha256[:12]: one for one in of_source(session, source)}
    return {
        short: {"rows": len(own), "shown": sorted({cell.line for cell in cells(session, by_hash[short])} & own)}
        for short, own in lines.items()
        if short in by_hash
    }


def _mark_mended(session: Session, source: Source, batch: Batch, state: str) -> None:
    """Lines that a delivery brings back mended are open no more, while it counts."""
    by_hash = {one.sha256[:12]: one for one in of_source(session, source)}
    for short, told in batch.counts.get("mended", {}).items():
        for cell in cells(session, by_hash[short]) if short in by_hash else ():
            if cell.line in told["shown"]:
                cell.state = state
                session.add(cell)


def open_rows(session: Session, source: Source, batch: Batch) -> int:
    """Rows of a delivery still in quarantine: those mended came with a later one, and totals or notes are none."""
    told = (one.counts.get("mended", {}).get(batch.sha256[:12]) for one in deliveries.current(session, source))
    mended = sum(one["rows"] for one in told if one)
    return max(0, batch.quarantined - mended - int(batch.counts.get("no_rows", 0)))


def approve(session: Session, team_id: str, batch_id: int, *, actor: str, now: datetime) -> Batch:
    """A person's yes to a delivery that is doubtful.

    Raises:
        Conflict: it does not wait any more; or nothing of it can be used, and no yes would help.
    """
    batch = need(session, Batch, team_id, batch_id)
    why = reasons_of(batch.counts)
    if batch.state == BatchState.WAITING and (not batch.rows_kept or is_hopeless(why)):
        raise Conflict("No row of it could be read. Map its columns again, or take it out.")
    rest = {name: value for name, value in batch.counts.items() if name != "waits"}
    values = {"state": "current", "counts": {**rest, **({"accepted": kept(why), "accepted_by": actor} if why else {})}}
    return _change_state(session, batch, "waiting", values, actor=actor, now=now, what="accepted batch")


def remove(session: Session, team_id: str, batch_id: int, *, actor: str, now: datetime, reason: str) -> Batch:
    """Take a delivery out (a wrong file): its bytes and its history stay, what depended on it is stale.

    Raises:
        Conflict: it was removed before.
    """
    batch = need(session, Batch, team_id, batch_id)
    if batch.state == BatchState.REMOVED:
        raise Conflict(f"{batch.filename or 'This delivery'} was removed before.")
    values = {"state": "removed", "removed_by": actor, "removed_at": now, "removed_reason": reason}
    return _change_state(session, batch, batch.state, values, actor=actor, now=now, what="removed batch")


def restore(session: Session, team_id: str, batch_id: int, *, actor: str, now: datetime) -> Batch:
    """Put back a delivery that was taken out: it counts as it was read, or waits as it waited.

    Raises:
        Conflict: it is not out; or it came by itself and the next one stands in for it.
    """
    batch = need(session, Batch, team_id, batch_id)
    if batch.state != BatchState.REMOVED:
        raise Conflict(f"{batch.filename or 'This delivery'} is back already.")
    if batch.way != "file":
        raise Conflict("Only a file can be put back; what is collected comes again by itself.")
    state = "waiting" if batch.counts.get("waits") else "current"
    values = {"state": state, "removed_by": "", "removed_at": None, "removed_reason": ""}
    return _change_state(session, batch, "removed", values, actor=actor, now=now, what=f"{Outcome.RESTORED} batch")


def _change_state(
    session: Session,
    batch: Batch,
    expected: str,
    values: dict[str, Any],
    *,
    actor: str,
    now: datetime,
    what: str,
) -> Batch:
    if not change_if(session, batch, {"state": expected}, values):
        raise Conflict(f"Somebody was first: this delivery is {batch.state} now.")
    new = {name: value for name, value in values.items() if value and name in ("state", "removed_reason")}
    said = _agreed(batch.counts) if what == "accepted batch" else {}
    _log(session, batch, what, {"state": expected}, {**new, **said}, actor=actor, now=now)
    source = need(session, Source, batch.team_id, batch.source_id)
    _mark_mended(session, source, batch, "corrected" if batch.state == BatchState.CURRENT else "open")
    mark_stale(session, source)
    return batch


def mark_stale(session: Session, source: Source) -> None:
    """What was computed from this source must be computed again."""
    cycles = tuple(
        one.id for one in rows(session, Cycle, source.team_id, service_id=source.service_id, state=CycleState.OPEN)
    )
    plans = rows(session, PlanRow, source.team_id, cycle_id=cycles, source_id=source.id)
    kpis = rows(session, Kpi, source.team_id, cycle_id=cycles)
    planned = {plan.kpi_id for plan in plans}
    ids = tuple(kpi.id for kpi in kpis if kpi.id in planned or kpi.definition.get("source") == source.key)
    for result in rows(session, AnalysisResult, source.team_id, kpi_id=ids):
        result.stale = True
        session.add(result)
    for finding in rows(session, Finding, source.team_id, kpi_id=ids):
        finding.state = FindingState.STALE
        session.add(finding)


def of_source(session: Session, source: Source, *, state: str = "") -> list[Batch]:
    """A source's deliveries in the order they came."""
    wanted: dict[str, Any] = {"state": state} if state else {}
    return rows(session, Batch, source.team_id, source_id=source.id, order="ordinal", **wanted)


def newest_of(session: Session, sources: Sequence[Source], most: int) -> list[tuple[Source, list[Batch]]]:
    """The newest deliveries of each source, at most so many of one, in the order they came."""
    counts = counted.delivered(session, sources[0].team_id, [one.id for one in sources]) if sources else {}
    wanted = {one.id: tuple(each.id for each in counts[one.id][-most:]) for one in sources}
    every = tuple(number for numbers in wanted.values() for number in numbers)
    found = {one.id: one for one in rows(session, Batch, sources[0].team_id, id=every)} if sources else {}
    return [(one, [found[number] for number in wanted[one.id] if number in found]) for one in sources]


def latest(session: Session, source: Source) -> Batch | None:
    """A source's newest delivery that counts."""
    newest = rows(
        session, Batch, source.team_id, source_id=source.id, state=BatchState.CURRENT, order="-ordinal", limit=1
    )
    return newest[0] if newest else None


def cells(session: Session, batch: Batch) -> list[QuarantinedRow]:
    """Every quarantined cell of a delivery that is kept as a row, mended or not."""
    return rows(session, QuarantinedRow, batch.team_id, batch_id=batch.id, order="line")


def open_cells(session: Session, team_id: str, batch_id: int, limit: int = 20) -> list[QuarantinedRow]:
    """Cells of a delivery nobody has put right, in file order."""
    statement = (
        select(QuarantinedRow)
        .where(
            QuarantinedRow.team_id == team_id,
            QuarantinedRow.batch_id == batch_id,
            QuarantinedRow.state == CellState.OPEN,
        )
        .order_by(col(QuarantinedRow.line), col(QuarantinedRow.id))
    )
    return list(session.exec(statement.limit(limit)))


def far_columns(session: Session, batch: Batch) -> list[str]:
    """The columns of a delivery in which dates far from all others were refused."""
    found = rows(session, QuarantinedRow, batch.team_id, batch_id=batch.id, reason=FAR, order="line")
    return list(dict.fromkeys(one.column_name for one in found))


def _log(
    session: Session,
    batch: Batch,
    what: str,
    old: dict[str, Any],
    new: dict[str, Any],
    *,
    actor: str,
    now: datetime,
    permalink: str = "",
) -> None:
    audit.record(
        session,
        team_id=batch.team_id,
        actor=actor,
        at=now,
        what=what,
        subject=("batch", batch.id),
        old=old,
        new=new,
        permalink=permalink,
    )
