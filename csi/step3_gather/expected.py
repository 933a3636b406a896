"""Per KPI: what was expected, what came, what is missing, what is in quarantine. Counts and dates only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from csi.measurement import counted
from csi.models import Batch, Cycle, Kpi, PlanRow, Source
from csi.reading import spans
from csi.rules import threshold
from csi.states import BatchState
from csi.step3_gather import measured
from csi.storage import row, rows
from csi.terms import Measurability, Period

FILE = "file"  # the kind of a source that people bring as files
_GATHERED = frozenset({Measurability.AUTOMATIC, Measurability.BY_HAND, Measurability.PROXY, ""})


@dataclass(frozen=True, slots=True, kw_only=True)
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
    return _of(session, cycle, [kpi for kpi in kpis if kpi.measurability in _GATHERED], now)


def arrival(session: Session, cycle: Cycle, kpi: Kpi, now: datetime) -> Arrival:
    """What has come for one KPI."""
    return _of(session, cycle, [kpi], now)[0]


def _of(session: Session, cycle: Cycle, kpis: Sequence[Kpi], now: datetime) -> list[Arrival]:
    """The same of some KPIs of a cycle: each source is looked at once, however many KPIs it feeds."""
    plans = {one.kpi_id: one for one in rows(session, PlanRow, cycle.team_id, kpi_id=tuple(kpi.id for kpi in kpis))}
    every = rows(session, Source, cycle.team_id, service_id=cycle.service_id)
    made = [_planned(session, cycle, kpi, plans.get(kpi.id), every) for kpi in kpis]
    sources = {one.source.id: one.source for one in made if one.source is not None}
    held = _Held(session, cycle, tuple(sources.values()))
    allowed = timedelta(days=threshold(session, cycle.team_id, "late_days")) if sources else timedelta()
    today = spans.local_day(now, cycle.timezone)
    return [_filled(cycle, one, plans.get(one.kpi.id), held, today=today, allowed=allowed) for one in made]


def _planned(session: Session, cycle: Cycle, kpi: Kpi, plan: PlanRow | None, every: Sequence[Source]) -> Arrival:
    source = _named(every, kpi, plan) or (source_of(session, cycle, kpi, plan) if plan and plan.source_id else None)
    period = Period((plan.period if plan else "") or cycle.period)
    owner = (plan.owner if plan else "") or (source.owner if source else "") or kpi.owner
    backup = (plan.backup if plan else "") or (source.backup if source else "")
    return Arrival(kpi=kpi, source=source, owner=owner, backup=backup, period=period)


def _filled(
    cycle: Cycle, made: Arrival, plan: PlanRow | None, held: _Held, *, today: date, allowed: timedelta
) -> Arrival:
    if made.source is None:
        return made
    is_typed = made.source.kind in measured.KINDS
    seen = held.typed(made.kpi, made.source) if is_typed else held.delivered(made.kpi, made.source)
    promised = is_typed or bool(plan and plan.cadence) or _goes_on(cycle, made, seen)
    expected = tuple(_expected(cycle, made.period, seen, today, promised=promised))
    reached, filled = held.periods(seen, made.period)
    return _compared(made, seen, (reached, filled), expected, today - allowed)


def source_of(session: Session, cycle: Cycle, kpi: Kpi, plan: PlanRow | None = None) -> Source | None:
    """The source a KPI's definition names, else the one its plan names."""
    plan = plan or row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    key = kpi.definition.get("source")
    named = row(session, Source, cycle.team_id, service_id=cycle.service_id, key=str(key)) if key else None
    if named is None and plan is not None and plan.source_id:
        return row(session, Source, cycle.team_id, id=plan.source_id)
    return named


def _named(every: Sequence[Source], kpi: Kpi, plan: PlanRow | None) -> Source | None:
    """``source_of`` among the sources of the service."""
    key = kpi.definition.get("source")
    named = next((one for one in every if key and one.key == str(key)), None)
    return named or next((one for one in every if plan and one.id == plan.source_id), None)


def by_hand(one: Arrival) -> bool:
    """Whether a person types this KPI's numbers: said so, or nothing else delivers."""
    if one.source is None or one.source.kind == "typed":
        return True
    return one.kpi.measurability == Measurability.BY_HAND and one.source.kind == "file" and not one.deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
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
    newest_came_at: datetime | None = None  # when the delivery came that reaches furthest


class _Held:
    """What is held of some sources of a cycle; of KPIs that date a source's rows alike it is worked out once."""

    def __init__(self, session: Session, cycle: Cycle, sources: Sequence[Source]) -> None:
        self._session = session
        self._cycle = cycle
        typed = [one.id for one in sources if one.kind in measured.KINDS]
        self._typed = counted.typed(session, cycle.team_id, typed)
        self._delivered = counted.delivered(session, cycle.team_id, [one.id for one in sources if one.id not in typed])
        self._seen: dict[tuple[int, str], _Seen] = {}
        self._known: list[_Seen] = []  # so that none takes another's place
        self._periods: dict[tuple[int, Period], tuple[frozenset[date], frozenset[date]]] = {}

    def delivered(self, kpi: Kpi, source: Source) -> _Seen:
        """What deliveries brought for a KPI."""
        at = str(kpi.definition.get("at", ""))
        if (source.id, at) not in self._seen:
            self._seen[source.id, at] = self._worked_out(source, at)
        return self._seen[source.id, at]

    def _worked_out(self, source: Source, at: str) -> _Seen:
        every = self._delivered[source.id]
        current = [one for one in every if one.state == BatchState.CURRENT]
        waiting = tuple(one.id for one in every if one.state == BatchState.WAITING)
        found = [_days(at, one) for one in current]
        reach = [(date.fromisoformat(min(days)), date.fromisoformat(max(days))) for days in found if days]
        return _Seen(
            spans=tuple(reach),
            days=frozenset(day for days in found for day in days),
            rows=sum(one.rows_kept for one in current),
            quarantined=_in_quarantine(current),
            waiting=tuple(rows(self._session, Batch, source.team_id, id=waiting, order="ordinal")),
            deliveries=len(current),
            oldest=min((one.first_at for one in current if one.first_at), default=None),
            newest=max((one.last_at for one in current if one.last_at), default=None),
            newest_came_at=_furthest(current),
        )

    def periods(self, seen: _Seen, period: Period) -> tuple[frozenset[date], frozenset[date]]:
        """The periods that something reaches, and those in which something fell."""
        about = id(seen), period
        if about not in self._periods:
            reached = {start for first, last in seen.spans for start in _reached(first, last, period)}
            self._periods[about] = frozenset(reached), spans.periods_with_rows(seen.days, period)
            self._known.append(seen)
        return self._periods[about]

    def typed(self, kpi: Kpi, source: Source) -> _Seen:
        """What was typed or pushed for a KPI."""
        known = next((one for one in self._typed[source.id] if one.kpi_key == kpi.key), None)
        if known is None:
            return _Seen()
        days = [_day(one, self._cycle) for one in known.days]
        return _Seen(
            spans=tuple((day, day) for day in days),
            days=frozenset(day.isoformat() for day in days),
            refused=tuple((_day(one, self._cycle), why) for one, why in known.refused),
            rows=known.count,
            deliveries=known.count,
            oldest=known.oldest,
            newest=known.newest,
        )


def _furthest(current: Sequence[counted.Delivered]) -> datetime | None:
    """When the delivery came that reaches furthest."""
    known = [(one.last_at, one.delivered_at) for one in current if one.last_at and one.delivered_at]
    return max(known)[1] if known else None


def _in_quarantine(current: Sequence[counted.Delivered]) -> int:
    """Rows still in quarantine: those mended came with a later delivery that counts."""
    mended: Counter[str] = Counter()
    for one in current:
        mended.update({short: told["rows"] for short, told in one.mended.items()})
    return sum(max(0, one.quarantined - mended[one.sha256[:12]]) for one in current)


def _days(at: str, one: counted.Delivered) -> list[str]:
    """Days with rows, by the KPI's own moment where it was read as one, else by the delivery's first."""
    return list(one.days.get(at) or next(iter(one.days.values()), {}))


def _day(known: date | datetime, cycle: Cycle) -> date:
    return spans.local_day(known, cycle.timezone) if isinstance(known, datetime) else known


def _compared(
    made: Arrival,
    seen: _Seen,
    known: tuple[frozenset[date], frozenset[date]],
    expected: tuple[date, ...],
    late_before: date,
) -> Arrival:
    reached, filled = known
    told = {spans.start_of(day, made.period) for day, _ in seen.refused}
    missing = tuple(start for start in expected if start not in reached and start not in told)
    late = tuple(start for start in missing if spans.end_of(start, made.period) < late_before)
    return Arrival(
        kpi=made.kpi,
        source=made.source,
        owner=made.owner,
        backup=made.backup,
        period=made.period,
        expected=expected,
        came=tuple(start for start in expected if start in reached),
        empty=tuple(start for start in expected if start in reached and start not in filled),
        missing=missing,
        late=late,
        refused=seen.refused,
        rows=seen.rows,
        quarantined=seen.quarantined,
        waiting=seen.waiting,
        deliveries=seen.deliveries,
        oldest=seen.oldest,
        newest=seen.newest,
    )


def _reached(first: date, last: date, period: Period) -> list[date]:
    return list(spans.between(first, spans.end_of(spans.start_of(last, period), period), period))


def _goes_on(cycle: Cycle, made: Arrival, seen: _Seen) -> bool:
    """Whether a file is one of a series: the newest one came while its last rows were new, so the next is awaited.

    An export of what is long past was not followed by others, and none is asked for.
    """
    if made.source is None or made.source.kind != FILE or not (seen.newest and seen.newest_came_at):
        return False
    last = spans.local_day(seen.newest, cycle.timezone)
    next_end = spans.end_of(spans.end_of(spans.start_of(last, made.period), made.period), made.period)
    return spans.local_day(seen.newest_came_at, cycle.timezone) < next_end


def _expected(cycle: Cycle, period: Period, seen: _Seen, today: date, *, promised: bool) -> list[date]:
    """Periods there should be data for.

    From the baseline's begin (else the first data) to the evaluation's end; without windows to today where more is
    ``promised``, else to the last data. Before any data came it is the last period.
    """
    first = cycle.baseline_from or min((first for first, _ in seen.spans), default=None)
    last = max((last for _, last in seen.spans), default=None)
    if first is None or (last is None and not cycle.evaluation_to and not promised):
        start = spans.start_of(today, period)
        return list(spans.between(start - timedelta(days=1), start, period))
    known_until = spans.end_of(spans.start_of(last, period), period) if last else today
    until = cycle.evaluation_to or (today if promised else known_until)
    return list(spans.between(first, min(until, today), period))
