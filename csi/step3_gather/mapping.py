"""Which source a delivery is of: what is remembered of it, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from csi.models import Batch, Source
from csi.reading.as_written import differences
from csi.reading.layout import Layout
from csi.reading.proposing import columns_used, compare, with_columns
from csi.step3_gather import batches, sources
from csi.storage import rows

# Deliveries that share half of their columns are taken for the same source with a changed layout.
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """A source that reads deliveries like this one.

    Attributes:
        changes: column by column, what is new or gone.
        breaks: columns the mapping needs that are gone.
        rewritten: what is written otherwise than the mapping reads it.
    """

    source: Source
    changes: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()

    @property
    def needs_mapping(self) -> bool:
        """Whether one click cannot read it as before."""
        return bool(self.breaks or self.rewritten)


def best_match(session: Session, team_id: str, service_id: int, layout: Layout) -> Match | None:
    """The service's source whose deliveries look most like this one, if any looks like it at all."""
    found = []
    for source in rows(session, Source, team_id, service_id=service_id, retired_at=None):
        newest = batches.latest(session, source)
        if source.mapping and newest is not None:
            used = _used(source, newest)
            shared, changes = compare(newest.counts.get("columns", []), layout.names, used)
            gone = tuple(name for name in used if name not in layout.names)
            other = differences(layout, sources.definition(source.key, source.mapping), moments_of(newest))
            found.append((shared, Match(source, changes, gone, other)))
    close = [match for shared, match in found if shared >= _ALIKE]
    return min(close, key=lambda match: len(match.changes), default=None)


def moments_of(batch: Batch) -> tuple[str, ...]:
    """The moments a delivery was read with."""
    return tuple(batch.counts.get("moments", []))


def _used(source: Source, newest: Batch) -> tuple[str, ...]:
    """Columns of the file that the mapping or the KPIs cannot do without."""
    definition = sources.definition(source.key, source.mapping)
    typed = with_columns(definition, newest.counts.get("moments", []), newest.counts.get("numbers", []))
    return tuple(dict.fromkeys((*columns_used(definition), *columns_used(typed))))
