"""Where the first and the last moment of a KPI stand: a stray date that makes its series absurdly long is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csi.definition import KpiDefinition, SourceDefinition
from csi.errors import InvalidInput, key_of_source
from csi.series.ground import life_columns
from csi.series.periods import MISSING, SeriesTooLong, from_microseconds, microseconds
from csi.series.rows import SourceRows


@dataclass(frozen=True, slots=True, order=True)
class End:
    """A moment (int64 us), and the delivery (0-based), line and column it stands in."""

    moment: int
    batch: int
    line: int
    column: str


def ends_of(rows: SourceRows, kpi: KpiDefinition) -> list[End]:
    """The first and the last moment of each column that puts the rows into periods."""
    found = []
    for name in life_columns(kpi):
        if name not in rows.frame:
            continue
        moments = microseconds(rows.frame[name])
        known = np.flatnonzero(moments != MISSING)
        if len(known):
            for place in (known[moments[known].argmin()], known[moments[known].argmax()]):
                found.append(End(int(moments[place]), int(rows.batch[place]), int(rows.line[place]), name))
    return found


def located(error: SeriesTooLong, kpi: KpiDefinition, source: SourceDefinition, ends: Sequence[End]) -> InvalidInput:
    """The same error, with where both ends of the series stand."""
    if not ends:
        return error
    first, last = (_told(one) for one in (min(ends), max(ends)))
    key = key_of_source(source.id)
    place = ", ".join(part for part in (key, source.file) if part)
    reason = f"‘{kpi.name}’ runs from {first} to {last}: more than {error.many}; one of the two may be a stray date"
    return InvalidInput(place, reason, about=key)


def _told(one: End) -> str:
    delivery = f", delivery {one.batch + 1}" if one.batch else ""
    day = from_microseconds(np.array([one.moment]), "UTC")[0].date()
    return f"{day} ({one.column}, line {one.line:,}{delivery})"
