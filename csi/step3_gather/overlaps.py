"""Deliveries of the same days: where no column names a case, nothing tells their rows apart."""

from __future__ import annotations

from sqlmodel import Session

from csi.measurement import deliveries
from csi.models import Batch, Source
from csi.reading import mending


def shared_days(session: Session, source: Source, batch: Batch) -> dict[int, int]:
    """By number the other deliveries that count and hold days of this one, and how many; none where cases have names.

    A mended quarantine belongs to the days of the delivery it mends.
    """
    if batch.mapping.get("key") or mending.is_mended(batch.counts.get("columns", ())):
        return {}
    own = _days(batch)
    others = (one for one in deliveries.current(session, source) if one.id != batch.id)
    found = {
        one.ordinal: len(own & _days(one)) for one in others if not mending.is_mended(one.counts.get("columns", ()))
    }
    return {ordinal: days for ordinal, days in found.items() if days}


def _days(batch: Batch) -> set[str]:
    """Days, by the moment that dates the delivery's rows."""
    by_column = batch.counts.get("days") or {}
    return set(next(iter(by_column.values()), {}))
