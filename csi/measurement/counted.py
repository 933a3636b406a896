"""What the database counts of deliveries and typed numbers: many sources in a few queries, no row made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, not_, or_, select
from sqlmodel import Session, col

from csi import ahead
from csi.models import Batch, Measurement
from csi.storage import reads_only


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
    plain = (Batch.id, Batch.source_id, Batch.ordinal, Batch.state, Batch.sha256, Batch.rows_read, Batch.rows_kept,
             Batch.quarantined, Batch.first_at, Batch.last_at)  # fmt: skip
    parts = (col(Batch.counts)[name] for name in ("days", "mended"))
    wanted = select(*map(col, plain), *parts).where(col(Batch.team_id) == team_id, col(Batch.source_id).in_(source_ids))
    found = session.execute(wanted.order_by(col(Batch.source_id), col(Batch.ordinal)))
    return [Delivered(*(*one[:10], one[10] or {}, one[11] or {})) for one in found]


def _typed(session: Session, team_id: str, source_ids: Collection[int]) -> list[Typed]:
    """In four queries: how many from when to when, on which days, at which moments, and which could not be given."""
    about = (col(Measurement.source_id), col(Measurement.kpi_key))
    ours = (col(Measurement.team_id) == team_id, about[0].in_(source_ids), col(Measurement.current).is_(True))
    given = or_(col(Measurement.value).is_not(None), col(Measurement.numerator).is_not(None))
    dated = col(Measurement.period_start).is_not(None)
    ends = (func.count(), func.min(col(Measurement.at)), func.max(col(Measurement.at)))
    sums = {
        (one[0], one[1]): one[2:] for one in session.execute(select(*about, *ends).where(*ours, given).group_by(*about))
    }
    days = _by_kpi(session.execute(select(*about, col(Measurement.period_start)).where(*ours, given, dated).distinct()))
    moments = select(*about, col(Measurement.at)).where(*ours, given, not_(dated)).order_by(col(Measurement.at))
    rest = _by_kpi(session.execute(moments))
    said = func.coalesce(col(Measurement.reason), "")
    why = (col(Measurement.period_start), col(Measurement.at), said)
    unfit = session.execute(select(*about, *why).where(*ours, not_(given)).order_by(col(Measurement.at)))
    refused: dict[tuple[int, str], list[tuple[date | datetime, str]]] = {}
    for source_id, key, day, at, reason in unfit:
        refused.setdefault((source_id, key), []).append((day or at, reason))
    made = []
    for number, (source_id, key) in enumerate(sorted({*sums, *refused})):
        known = source_id, key
        count, oldest, newest = sums.get(known, (0, None, None))
        told = tuple(days.get(known, []) + rest.get(known, [])), tuple(refused.get(known, ()))
        made.append(Typed(number, source_id, key, count, oldest, newest, *told))
    return made


def _by_kpi(found: Any) -> dict[tuple[int, str], list[Any]]:
    made: dict[tuple[int, str], list[Any]] = {}
    for source_id, key, value in found:
        made.setdefault((source_id, key), []).append(value)
    return made
