"""Which source a delivery is of: what is remembered of it, and what has changed since."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from sqlmodel import Session

from csi.models import Batch, Source
from csi.reading.as_written import differences, read_otherwise
from csi.reading.layout import Layout
from csi.reading.proposing import columns_used, compare, missing_columns, with_columns
from csi.step3_gather import batches, sources
from csi.storage import rows

# Deliveries that share half of their columns are taken for the same source with a changed layout.
_ALIKE = 0.5
# A source of which nothing has come yet is told by its columns alone where a study names so many of them; ours.
_TELLING = 2
_AWAITS = "awaits"


@dataclass(frozen=True, slots=True)
class Match:
    """A source that reads deliveries like this one.

    Attributes:
        changes: column by column, what is new or gone.
        breaks: columns the mapping needs that are gone.
        rewritten: what is written otherwise than the mapping reads it.
        is_awaited: nothing of the source has come yet; a study says how it is read.
    """

    source: Source
    changes: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    is_awaited: bool = False

    @property
    def needs_mapping(self) -> bool:
        """Whether one click cannot read it as before."""
        return bool(self.breaks or self.rewritten)


def best_match(session: Session, team_id: str, service_id: int, layout: Layout, filename: str = "") -> Match | None:
    """The service's source whose deliveries look most like this one, if any looks like it at all.

    A file that a study names is that of its source before any other, until that source has a delivery.
    """
    found, awaiting = [], []
    for source in rows(session, Source, team_id, service_id=service_id, retired_at=None):
        newest = batches.latest(session, source)
        if newest is None and source.progress.get(_AWAITS):
            awaiting.append(source)
        if source.mapping and newest is not None:
            used = _used(source, newest)
            shared, changes = compare(newest.counts.get("columns", []), layout.names, used)
            gone = tuple(name for name in used if name not in layout.names)
            other = differences(layout, sources.definition(source.key, source.mapping), moments_of(newest))
            found.append((shared, Match(source, changes, gone, other)))
    close = [match for shared, match in found if shared >= _ALIKE]
    likest = min(close, key=lambda match: len(match.changes), default=None)
    named = [one for one in awaiting if is_named(filename, one.progress[_AWAITS])]
    if len(named) == 1 or likest is None:
        return _awaited(named, awaiting, layout)
    return likest


def await_files(session: Session, source: Source, names: Collection[str]) -> None:
    """Remember the names of the files that a study reads a source from; paths are left out."""
    kept = sorted({re.split(r"[/\\]", name)[-1] for name in names})
    source.progress = {**source.progress, _AWAITS: kept}
    session.add(source)


def is_named(filename: str, patterns: Sequence[str]) -> bool:
    """Whether a file is one of those; a pattern of which no letter or digit is fixed names none."""
    name = filename.casefold()
    telling = (one.casefold() for one in patterns if re.search(r"\w", re.sub(r"\[.*?\]", "", PurePath(one).stem)))
    return any(fnmatchcase(name, one) for one in telling)


def _awaited(named: Sequence[Source], awaiting: Sequence[Source], layout: Layout) -> Match | None:
    """The one source that a file is of by its name, else the one whose columns it has, among those that wait."""
    if len(named) == 1:
        return _first_of(named[0], layout)
    there = [match for match in (_first_of(one, layout) for one in awaiting if _tells(one)) if not match.breaks]
    return there[0] if len(there) == 1 else None


def _first_of(source: Source, layout: Layout) -> Match:
    """A file beside what a study says of its source."""
    said = sources.definition(source.key, source.mapping)
    other = read_otherwise(layout, said, said.options.get("moments", ()))
    return Match(source, (), missing_columns(said, layout.names), other, is_awaited=True)


def _tells(source: Source) -> bool:
    return len(columns_used(sources.definition(source.key, source.mapping))) >= _TELLING


def moments_of(batch: Batch) -> tuple[str, ...]:
    """The moments a delivery was read with."""
    return tuple(batch.counts.get("moments", []))


def _used(source: Source, newest: Batch) -> tuple[str, ...]:
    """Columns of the file that the mapping or the KPIs cannot do without."""
    definition = sources.definition(source.key, source.mapping)
    typed = with_columns(definition, newest.counts.get("moments", []), newest.counts.get("numbers", []))
    return tuple(dict.fromkeys((*columns_used(definition), *columns_used(typed))))
