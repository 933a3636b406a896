"""Per KPI: what was expected, what came, what is missing, what is in quarantine. Counts and dates only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from csi.models import Batch, Cycle, Kpi, Measurement, PlanRow, Source
from csi.reading import spans
from csi.rules import threshold
from csi.step3_gather import batches, measured
from csi.storage import row, rows
from csi.terms import Measurability, Period

_GATHERED = frozenset({Measurability.AUTOMATIC, Measurability.BY_HAND, Measurability.PROXY, ""})


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has come for one KPI.

    Attributes:
        kpi: the KPI.
        source: where its data comes from; None while nobody has said.
        owner: who delivers; backup stands in.
        period: the length of a period.
        expected: starts of the periods expected so far.
        came: those a delivery reaches.
        empty: those a delivery reaches in which no row fell.
        missing: those no delivery reaches.
        late: those missing for longer than the workspace allows.
        refused: periods somebody could not provide, with the reason.
        rows: rows read and kept.
        quarantined: rows in quarantine.
        waiting: deliveries that wait for a person's yes.
        oldest, newest: moments of the first and the last row.
    """

    kpi: Kpi
    source: Source | None
    owner: str
    backup: str
    period: Period
    expected: tuple[date, ...] = ()
    came: tuple[date, ...] = ()
    empty: tuple[date, ...] = ()
    missing: tuple[date, ...] = ()
    late: tuple[date, ...] = ()
    refused: tuple[tuple[date, str], ...] = ()
    rows: int = 0
    quarantined: int = 0
    waiting: tuple[Batch, ...] = ()
    deliveries: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


def arrivals(session: Session, cycle: Cycle, now: datetime) -> list[Arrival]:
    """What has come for every KPI of a cycle that is gathered."""
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    return [arrival(session, cycle, kpi, now) for kpi in kpis if kpi.measurability in _GATHERED]


def arrival(session: Session, cycle: Cycle, kpi: Kpi, now: datetime) -> Arrival:
    """What has come for one KPI."""
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    source = source_of(session, cycle, kpi, plan)
    period = Period((plan.period if plan else "") or cycle.period)
    owner = (plan.owner if plan else "") or (source.owner if source else "") or kpi.owner
    backup = (plan.backup if plan else "") or (source.backup if source else "")
    made = Arrival(kpi, source, owner, backup, period)
    if source is None:
        return made
    seen = _typed(session, kpi, source, cycle) if source.kind in measured.KINDS else _delivered(session, kpi, source)
    today = spans.local_day(now, cycle.timezone)
    expected = tuple(_expected(cycle, plan, period, seen, today, typed=source.kind in measured.KINDS))
    allowed = timedelta(days=threshold(session, cycle.team_id, "late_days"))
    return _compared(made, seen, expected, today - allowed)


def source_of(session: Session, cycle: Cycle, kpi: Kpi, plan: PlanRow | None = None) -> Source | None:
    """The source a KPI's definition names, else the one its plan names."""
    plan = plan or row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    key = kpi.definition.get("source")
    named = row(session, Source, cycle.team_id, service_id=cycle.service_id, key=str(key)) if key else None
    if named is None and plan is not None and plan.source_id:
        return row(session, Source, cycle.team_id, id=plan.source_id)
    return named


def by_hand(one: Arrival) -> bool:
    """Whether a person types this KPI's numbers: said so, or nothing else delivers."""
    if one.source is None or one.source.kind == "typed":
        return True
    return one.kpi.measurability == Measurability.BY_HAND and one.source.kind == "file" and not one.deliveries


@dataclass(frozen=True, slots=True)
class _Seen:
    """Days on which something is known, and what was counted."""

    spans: tuple[tuple[date, date], ...] = ()
    days: frozenset[str] = frozenset()
    refused: tuple[tuple[date, str], ...] = ()
    rows: int = 0
    quarantined: int = 0
    waiting: tuple[Batch, ...] = ()
    deliveries: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


def _delivered(session: Session, kpi: Kpi, source: Source) -> _Seen:
    every = batches.of_source(session, source)
    current = [batch for batch in every if batch.state == "current"]
    firsts = [batch.first_at for batch in current if batch.first_at]
    lasts = [batch.last_at for batch in current if batch.last_at]
    found = [_days(kpi, batch) for batch in current]
    reach = [(date.fromisoformat(min(days)), date.fromisoformat(max(days))) for days in found if days]
    return _Seen(
        spans=tuple(reach),
        days=frozenset(day for days in found for day in days),
        rows=sum(batch.rows_kept for batch in current),
        quarantined=sum(batches.open_rows(session, source, batch) for batch in current),
        waiting=tuple(batch for batch in every if batch.state == "waiting"),
        deliveries=len(current),
        oldest=min(firsts, default=None),
        newest=max(lasts, default=None),
    )


def _days(kpi: Kpi, batch: Batch) -> list[str]:
    """Days with rows, by the KPI's own moment where it was read as one, else by the delivery's first."""
    by_column = batch.counts.get("days") or {}
    own = by_column.get(str(kpi.definition.get("at", "")))
    return list(own or next(iter(by_column.values()), {}))


def _typed(session: Session, kpi: Kpi, source: Source, cycle: Cycle) -> _Seen:
    found = rows(
        session,
        Measurement,
        source.team_id,
        source_id=source.id,
        kpi_key=kpi.key,
        current=True,
        order="at",
    )
    given = [one for one in found if one.value is not None or one.numerator is not None]
    days = [_day(one, cycle) for one in given]
    return _Seen(
        spans=tuple((day, day) for day in days),
        days=frozenset(day.isoformat() for day in days),
        refused=tuple((_day(one, cycle), one.reason) for one in found if one not in given),
        rows=len(given),
        deliveries=len(given),
        oldest=given[0].at if given else None,
        newest=given[-1].at if given else None,
    )


def _day(one: Measurement, cycle: Cycle) -> date:
    return one.period_start or spans.local_day(one.at, cycle.timezone)


def _compared(made: Arrival, seen: _Seen, expected: tuple[date, ...], late_before: date) -> Arrival:
    reached = {start for first, last in seen.spans for start in _reached(first, last, made.period)}
    filled = spans.periods_with_rows(seen.days, made.period)
    told = {spans.start_of(day, made.period) for day, _ in seen.refused}
    missing = tuple(start for start in expected if start not in reached and start not in told)
    late = tuple(start for start in missing if spans.end_of(start, made.period) < late_before)
    return Arrival(
        made.kpi, made.source, made.owner, made.backup, made.period,
        expected=expected,
        came=tuple(start for start in expected if start in reached),
        empty=tuple(start for start in expected if start in reached and start not in filled),
        missing=missing, late=late, refused=seen.refused, rows=seen.rows, quarantined=seen.quarantined,
        waiting=seen.waiting, deliveries=seen.deliveries, oldest=seen.oldest, newest=seen.newest,
    )  # fmt: skip


def _reached(first: date, last: date, period: Period) -> list[date]:
    return list(spans.between(first, spans.end_of(spans.start_of(last, period), period), period))


def _expected(
    cycle: Cycle, plan: PlanRow | None, period: Period, seen: _Seen, today: date, *, typed: bool
) -> list[date]:
    """Periods there should be data for.

    From the baseline's begin (else the first data) to the evaluation's end; without windows to today where numbers
    are typed or the plan states a cadence, else to the last data: nobody has promised more. Before any data came it
    is the last period.
    """
    first = cycle.baseline_from or min((first for first, _ in seen.spans), default=None)
    last = max((last for _, last in seen.spans), default=None)
    promised = typed or bool(plan and plan.cadence)
    if first is None or (last is None and not cycle.evaluation_to and not promised):
        start = spans.start_of(today, period)
        return list(spans.between(start - timedelta(days=1), start, period))
    known_until = spans.end_of(spans.start_of(last, period), period) if last else today
    until = cycle.evaluation_to or (today if promised else known_until)
    return list(spans.between(first, min(until, today), period))
