"""Numbers people type: a value with its evidence, or the reason why there is none; every version is kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from hashlib import sha256
from math import isfinite
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi import audit, roles
from csi.errors import Conflict, InvalidInput, InvalidInputs, NotAllowed
from csi.models import Batch, Cycle, Kpi, Measurement, PlanRow, Source
from csi.reading.spans import start_of
from csi.rules import threshold
from csi.step3_gather import batches
from csi.step3_gather.expected import source_of
from csi.step3_gather.measured import KINDS
from csi.storage import change_if, lock, need, next_number, row, rows
from csi.terms import Period

REASON_LIMIT = 500
EVIDENCE_LIMIT = 1_000
_TYPED_KEYS = ("typed", "typed_by_hand", "numbers_typed_by_hand")


@dataclass(frozen=True, slots=True)
class Typed:
    """One number as told: a value (or its two sides), or the reason why it cannot be provided."""

    period_start: date
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    reason: str = ""
    evidence: str = ""


def enter(session: Session, cycle: Cycle, kpi: Kpi, told: Typed, *, actor: str, now: datetime) -> Measurement:
    """Keep a number somebody typed; a later one for the same period supersedes it, history stays.

    A reason for a period that has a number takes that number back.

    Raises:
        InvalidInputs: neither value nor reason, a period that has not ended, evidence that is no link.
        Conflict: the KPI is read from files, or was pushed within the period: a typed number would be mixed with it.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "enter a number")
    source = _source(session, cycle, kpi, actor=actor, now=now)
    period = _period(session, cycle, kpi)
    told = _checked(told, period, cycle, now)
    at = datetime.combine(told.period_start, time(), ZoneInfo(cycle.timezone))
    lock(session, f"source:{source.team_id}:{source.id}")
    known = _current(session, source, kpi.key, at)
    if known is not None and _says(known) == _says_told(told):
        return known
    if not told.reason:
        _check_alone(session, source, kpi, told.period_start, at)
    batch = _batch(session, source, cycle, kpi.key, told, actor=actor, now=now)
    made = Measurement(
        team_id=cycle.team_id,
        source_id=source.id,
        batch_id=batch.id,
        cycle_id=cycle.id,
        kpi_key=kpi.key,
        at=at,
        period_start=told.period_start,
        value=told.value,
        numerator=told.numerator,
        denominator=told.denominator,
        unit=kpi.unit,
        reason=told.reason,
        evidence=told.evidence,
        collector=actor,
        collected_at=now,
        version=_last_version(session, source, kpi.key, at) + 1,
    )
    if known is not None:
        known.current = False
        session.add(known)
    session.add(made)
    session.flush()
    old = _shown(known) if known else {}
    done = "withdrew" if takes_back(session, made) else "corrected" if known else "entered"
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what=f"{done} number",
        subject=("measurement", made.id),
        old=old,
        new=_shown(made),
    )
    batches.mark_stale(session, source)
    return made


def attest(session: Session, cycle: Cycle, measurement_id: int, *, actor: str, now: datetime) -> Measurement:
    """A second person vouches for a number.

    Raises:
        NotAllowed: the person who typed it cannot.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "attest a number")
    known = need(session, Measurement, cycle.team_id, measurement_id)
    if known.collector == actor:
        raise NotAllowed("You typed this number; a second person has to attest it.")
    if not change_if(session, known, {"attested_by": "", "current": True}, {"attested_by": actor}):
        raise Conflict("This number was attested or changed meanwhile.")
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what="attested number",
        subject=("measurement", known.id),
        new={"attested_by": actor},
    )
    return known


def wants_second(session: Session, told: Measurement) -> float | None:
    """The size above which a second person has to attest a number, where this one is and none has (V3.4)."""
    limit = threshold(session, told.team_id, "attest_above")
    return limit if size(told) > limit and not told.attested_by else None


def size(told: Measurement) -> float:
    """The largest of the numbers told, whatever its sign."""
    return max(abs(number) for number in (told.value, told.numerator, told.denominator, 0.0) if number is not None)


def history(session: Session, team_id: str, source_id: int, kpi_key: str, period_start: date) -> list[Measurement]:
    """Every version of one number, the first one first."""
    return rows(
        session, Measurement, team_id, source_id=source_id, kpi_key=kpi_key, period_start=period_start, order="version"
    )


def takes_back(session: Session, told: Measurement) -> bool:
    """Whether this version withdraws a number: it is a reason, and the version before was none."""
    if not told.reason or told.period_start is None:
        return False
    before = history(session, told.team_id, told.source_id, told.kpi_key, told.period_start)[:-1]
    return bool(before) and not before[-1].reason


def _source(session: Session, cycle: Cycle, kpi: Kpi, *, actor: str, now: datetime) -> Source:
    """The KPI's source for typed numbers; one that has no files yet becomes it, and one is made where none is."""
    source = source_of(session, cycle, kpi)
    if source is None:
        return _new_source(session, cycle, kpi, actor=actor, now=now)
    if source.kind in KINDS:
        return source
    if batches.of_source(session, source) or source.kind != "file":
        name = source.name or source.key
        raise Conflict(f"{kpi.name} is read from {name}; a typed number would be mixed with its rows. Deliver there.")
    source.kind = "typed"
    session.add(source)
    session.flush()
    return source


def _new_source(session: Session, cycle: Cycle, kpi: Kpi, *, actor: str, now: datetime) -> Source:
    found = rows(session, Source, cycle.team_id, service_id=cycle.service_id, key=_TYPED_KEYS, order="id")
    taken = {one.key for one in found if one.kind != "typed"}  # somebody may have called a query so
    key = next(name for name in _TYPED_KEYS if name not in taken)
    made = next((one for one in found if one.key == key), None) or Source(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        key=key,
        name="Typed by hand",
        kind="typed",
        owner=kpi.owner,
        created_by=actor,
        created_at=now,
    )
    session.add(made)
    session.flush()
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    if plan is not None and plan.source_id is None:
        plan.source_id = made.id
        session.add(plan)
    return made


def _check_alone(session: Session, source: Source, kpi: Kpi, start: date, at: datetime) -> None:
    """A number typed for a period stands for all of it; beside one pushed for a moment within it, both would count."""
    held = rows(
        session, Measurement, source.team_id, source_id=source.id, kpi_key=kpi.key, period_start=start, current=True
    )
    if any(one.at != at and not one.reason for one in held):
        name = source.name or source.key
        raise Conflict(f"{name} has pushed {kpi.name} within this period; a typed number would count beside it.")


def _period(session: Session, cycle: Cycle, kpi: Kpi) -> Period:
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    return Period((plan.period if plan else "") or cycle.period)


def _checked(told: Typed, period: Period, cycle: Cycle, now: datetime) -> Typed:
    start = start_of(told.period_start, period)
    numbers = [number for number in (told.value, told.numerator, told.denominator) if number is not None]
    reason, evidence = told.reason.strip(), told.evidence.strip()
    errors = []
    if not numbers and not reason:
        errors.append(InvalidInput("value", "Please give a number, or say why it can't be provided."))
    if numbers and reason:
        errors.append(InvalidInput("reason", "Either a number or a reason why there is none, not both."))
    if not all(isfinite(number) for number in numbers):
        errors.append(InvalidInput("value", "This number is too large."))
    if (told.numerator is None) != (told.denominator is None):
        errors.append(InvalidInput("denominator", "Both sides are needed: how many of how many."))
    if told.denominator is not None and told.denominator <= 0:
        errors.append(InvalidInput("denominator", "Expected a number above 0."))
    if start > now.astimezone(ZoneInfo(cycle.timezone)).date():
        errors.append(InvalidInput("period_start", "This period has not begun yet."))
    if len(reason) > REASON_LIMIT or len(evidence) > EVIDENCE_LIMIT:
        errors.append(InvalidInput("evidence", f"At most {EVIDENCE_LIMIT:,} characters."))
    if evidence and not evidence.startswith(("https://", "http://")):
        errors.append(InvalidInput("evidence", "Expected a link that begins with https://."))
    if errors:
        raise InvalidInputs(errors)
    return Typed(start, told.value, told.numerator, told.denominator, reason, evidence)


def _batch(
    session: Session, source: Source, cycle: Cycle, kpi_key: str, told: Typed, *, actor: str, now: datetime
) -> Batch:
    """The delivery a typed number comes with: who, when, and what exactly was told."""
    said = {"kpi": kpi_key, **asdict(told), "by": actor, "at": now}
    content = json.dumps(said, sort_keys=True, default=str)
    batch = Batch(
        team_id=source.team_id,
        source_id=source.id,
        cycle_id=cycle.id,
        way="typed",
        ordinal=next_number(session, Batch, source.team_id, "ordinal", source_id=source.id),
        sha256=sha256(content.encode()).hexdigest(),
        size=len(content),
        delivered_by=actor,
        delivered_at=now,
        rows_read=1,
        rows_kept=int(not told.reason),
        counts={"told": json.loads(content)},
    )
    session.add(batch)
    session.flush()
    return batch


def _current(session: Session, source: Source, kpi_key: str, at: datetime) -> Measurement | None:
    return row(session, Measurement, source.team_id, source_id=source.id, kpi_key=kpi_key, at=at, current=True)


def _last_version(session: Session, source: Source, kpi_key: str, at: datetime) -> int:
    known = rows(
        session, Measurement, source.team_id, source_id=source.id, kpi_key=kpi_key, at=at, order="-version", limit=1
    )
    return known[0].version if known else 0


def _says(one: Measurement) -> tuple[object, ...]:
    return one.value, one.numerator, one.denominator, one.reason, one.evidence


def _says_told(told: Typed) -> tuple[object, ...]:
    return told.value, told.numerator, told.denominator, told.reason, told.evidence


def _shown(one: Measurement) -> dict[str, object]:
    names = ("kpi_key", "period_start", "value", "numerator", "denominator", "reason", "evidence", "version")
    return {name: getattr(one, name) for name in names}
