"""From a point of a series back to what was delivered: its rows by delivery, its numbers by who told them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from csi.measurement.mapping import TYPED, sources_of
from csi.measurement.of_cycle import batches_behind
from csi.models import Batch, Cycle, Measurement
from csi.series import Processed, trace
from csi.storage import row

MOST_NUMBERS = 500  # typed or pushed numbers of one point whose delivery is looked up; ours


class Origin(NamedTuple):
    """One delivery behind a point, and its rows: lines of a file, or the ids of numbers that were typed or pushed."""

    source: str
    batch: Batch | None
    lines: tuple[int, ...]


def origins(session: Session, cycle: Cycle, processed: Processed, start: datetime) -> list[Origin]:
    """The deliveries behind one point of a KPI, in the order they came."""
    kinds = {key: source.kind for key, source in sources_of(session, cycle).items()}
    found: list[Origin] = []
    for (name, number), lines in trace(processed, start).groupby(["source", "batch"], sort=True)["line"]:
        source, place, numbers = str(name), int(str(number)), [int(line) for line in lines]
        if kinds[source] in TYPED:
            found += _told(session, cycle.team_id, source, numbers)
        else:
            batches = batches_behind(session, cycle, source)
            found.append(Origin(source, batches[place] if place < len(batches) else None, tuple(numbers)))
    return found


def _told(session: Session, team_id: str, source: str, ids: Sequence[int]) -> Iterator[Origin]:
    """Numbers by the delivery they came with; those beyond the most that are looked up without one."""
    by_batch: dict[int | None, list[int]] = {}
    for number in ids[:MOST_NUMBERS]:
        told = row(session, Measurement, team_id, id=number)
        by_batch.setdefault(told.batch_id if told else None, []).append(number)
    by_batch.setdefault(None, []).extend(ids[MOST_NUMBERS:])
    for batch_id, numbers in by_batch.items():
        if numbers:
            yield Origin(source, row(session, Batch, team_id, id=batch_id) if batch_id else None, tuple(numbers))
