"""What the database counts of deliveries and typed numbers: many sources in a few queries, no row made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, not_, or_, select
from sqlmodel import Session, col

from csi import ahead
from csi.models import Batch, Measurement
from csi.storage import reads_only


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One delivery: ``days`` with rows by the column that dates them, ``mended`` rows by the delivery they mend."""

    id: int
    source_id: int
    ordinal: int
    state: str
    sha256: str
    rows_read: int
    rows_kept: int
    quarantined: int
    first_at: datetime | None
    last_at: datetime | None
    days: Mapping[str, Mapping[str, int]]
    mended: Mapping[str, Mapping[str, Any]]
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The numbers of one KPI in one source that count: ``days`` in the cycle's zone, or moments where no day was said.

    ``refused`` are those that could not be given: day or moment, and why.
    """

    id: int
    source_id: int
    kpi_key: str
    count: int
    oldest: datetime | None
    newest: datetime | None
    days: tuple[date | datetime, ...]
    refused: tuple[tuple[date | datetime, str], ...]


def delivered(session: Session, team_id: str, source_ids: Collection[int]) -> dict[int, list[Delivered]]:
    """The deliveries of these sources, those taken out as well, in the order they came."""
    return _kept(session, Delivered, team_id, source_ids, _delivered)


def typed(session: Session, team_id: str, source_ids: Collection[int]) -> dict[int, list[Typed]]:
    """The numbers typed or pushed into these sources, by KPI."""
    return _kept(session, Typed, team_id, source_ids, _typed)


def _kept(session: Session, kind: type[Any], team_id: str, source_ids: Collection[int], count: Any) -> dict[int, Any]:
    """As read ahead, else counted now; a session that only reads keeps it for who asks next."""
    order = "ordinal" if kind is Delivered else "id"
    known = {one: ahead.found(session, kind, team_id, order, {"source_id": one}) for one in source_ids}
    missing = [one for one, held in known.items() if held is None]
    found = count(session, team_id, missing) if missing else []
    if missing and reads_only(session):
        ahead.keep(session, kind, team_id, found, column="source_id", keys=missing)
    made: dict[int, list[Any]] = {one: held or [] for one, held in known.items()}
    for each in found:
        made[each.source_id].append(each)
    return made


def _delivered(session: Session, team_id: str, source_ids: Collection[int]) -> list[Delivered]:
    plain = (
        Batch.id,
        Batch.source_id,
        Batch.ordinal,
        Batch.state,
        Batch.sha256,
        Batch.rows_read,
        Batch.rows_kept,
        Batch.quarantined,
        Batch.first_at,
        Batch.last_at,
    )
    parts = (col(Batch.counts)[name] for name in ("days", "mended"))
    asked = select(*map(col, plain), *parts, col(Batch.delivered_at))
    wanted = asked.where(col(Batch.team_id) == team_id, col(Batch.source_id).in_(source_ids))
    found = session.execute(wanted.order_by(col(Batch.source_id), col(Batch.ordinal)))
    names = [each.name for each in fields(Delivered)]
    told = (dict(zip(names, one, strict=True)) for one in found)
    return [Delivered(**{**one, "days": one["days"] or {}, "mended": one["mended"] or {}}) for one in told]


def _typed(session: Session, team_id: str, source_ids: Collection[int]) -> list[Typed]:
    """Counted by day in one look at them; what has no day, or could not be given, is read one by one."""
    given = or_(col(Measurement.value).is_not(None), col(Measurement.numerator).is_not(None))
    about = (col(Measurement.source_id), col(Measurement.kpi_key), col(Measurement.period_start))
    ours = (col(Measurement.team_id) == team_id, about[0].in_(source_ids), col(Measurement.current).is_(True))
    moment = case((given, col(Measurement.at)))
    counts = (func.count(), func.count(moment), func.min(moment), func.max(moment))
    by_day = session.execute(select(*about, *counts).where(*ours).group_by(*about)).all()
    made = {(one[0], one[1]): _Counting() for one in by_day}
    for source_id, key, day, _, fit, first, last in by_day:
        if fit:
            made[source_id, key].add(day, fit, first, last)
    if any(one[2] is None or one[3] > one[4] for one in by_day):
        more = (given, col(Measurement.at), func.coalesce(col(Measurement.reason), ""))
        odd = select(*about, *more).where(*ours, or_(about[2].is_(None), not_(given))).order_by(col(Measurement.at))
        for source_id, key, day, is_given, at, why in session.execute(odd):
            made[source_id, key].add_odd(at if is_given else day or at, None if is_given else why)
    in_order = sorted(made.items(), key=lambda pair: pair[0])
    return [one.typed(number, *known) for number, (known, one) in enumerate(in_order)]


@dataclass(slots=True)
class _Counting:
    """The numbers of one KPI in one source, while they are counted."""

    count: int = 0
    ends: list[datetime] = field(default_factory=list)
    days: list[date | datetime] = field(default_factory=list)
    refused: list[tuple[date | datetime, str]] = field(default_factory=list)

    def add(self, day: date | None, count: int, first: datetime, last: datetime) -> None:
        self.count += count
        self.ends += (first, last)
        self.days += [day] if day is not None else []

    def add_odd(self, at: date | datetime, refused: str | None) -> None:
        if refused is None:
            self.days.append(at)
        else:
            self.refused.append((at, refused))

    def typed(self, number: int, source_id: int, key: str) -> Typed:
        return Typed(
            id=number,
            source_id=source_id,
            kpi_key=key,
            count=self.count,
            oldest=min(self.ends, default=None),
            newest=max(self.ends, default=None),
            days=tuple(self.days),
            refused=tuple(self.refused),
        )
