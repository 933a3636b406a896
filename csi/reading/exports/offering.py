"""Which KPIs an export can be measured by, each tried on the sample, and what the others would need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from csi.reading.exports import quoting
from csi.reading.exports.by_name import by_name
from csi.reading.exports.meanings import Meaning, Shape
from csi.reading.exports.recognition import Dropped, Export, of_layout
from csi.reading.exports.sample import Doubt
from csi.reading.exports.ways import WAYS, Note, Way, notes_of
from csi.reading.kinds import KNOWN_MARKERS
from csi.reading.layout import EXAMPLE_ROWS, Layout
from csi.reading.moments import read_moments

_A_DAY = np.timedelta64(1, "D")  # moments of two zones may seem to be reversed by less


@dataclass(frozen=True, slots=True, kw_only=True)
class Computable:
    """A KPI this file can be measured by.

    Attributes:
        id: the catalogue's id, or a plain name (``volume``) where the catalogue has no entry.
        catalogue: the catalogue's id; empty without an entry.
        definition: docs/study.md's keys at, measure, value, where, good, unit, in this file's column names.
        columns: the columns it reads.
        usable: how many of the ``tried`` sampled rows hold all it reads.
    """

    id: str
    catalogue: str
    definition: Mapping[str, Any]
    columns: tuple[str, ...]
    usable: int
    tried: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Lacking:
    """A KPI this file cannot be measured by.

    Attributes:
        missing: what the nearest way to it would need; empty where ``doubt`` says why the columns do not serve.
        dropped: columns that are named like it and do not hold it.
    """

    id: str
    catalogue: str
    missing: tuple[Meaning, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    doubt: Doubt | None = None


def computable(file: Export | Layout) -> tuple[Computable, ...]:
    """The KPIs a file can be measured by, each by the best way that the sample bears out."""
    export = _known(file)
    found: dict[str, Computable] = {}
    for way in WAYS[export.about]:
        if way.id not in found and not _missing(way, export) and not _doubt(way, export):
            found[way.id] = _offer(way, export)
    return tuple(one for one in found.values() if one.definition["at"])


def lacking(file: Export | Layout) -> tuple[Lacking, ...]:
    """The KPIs of such files that this one cannot be measured by, and what it would take."""
    export = _known(file)
    there = {one.id for one in computable(export)}
    nearest: dict[str, Way] = {}
    for way in WAYS[export.about]:
        best = nearest.setdefault(way.id, way)
        if _far(way, export) < _far(best, export):
            nearest[way.id] = way
    return tuple(_lack(way, export) for id, way in nearest.items() if id not in there)


def _lack(way: Way, export: Export) -> Lacking:
    dropped = tuple(one for one in export.dropped if one.means in way.needs)
    return Lacking(way.id, way.catalogue, _missing(way, export), dropped, _doubt(way, export))


def _known(file: Export | Layout) -> Export:
    """The export that a delivery is; by the catalogue's own names where no program is known to write it."""
    return file if isinstance(file, Export) else of_layout(file) or by_name(file)


def _far(way: Way, export: Export) -> tuple[int, int]:
    """How far a file is from a way: columns that are there and failed their test are the nearest."""
    failed = {one.means for one in export.dropped}
    missing = _missing(way, export)
    return -len(failed.intersection(missing)), len(missing)


def _missing(way: Way, export: Export) -> tuple[Meaning, ...]:
    dropped = {one.means for one in export.dropped}
    kinds = (way.only,) if way.only in dropped else ()
    return tuple(one for one in (*way.needs, *kinds) if one is not None and one not in export.columns)


def _offer(way: Way, export: Export) -> Computable:
    definition = way.make(export, way.id)
    columns = tuple(dict.fromkeys((*_columns(way, export), definition["at"])))
    usable = sum(_rows_filled(export, columns))
    tried = len(export.sample.rows)
    notes = notes_of(way, export, definition)
    return Computable(
        id=way.id,
        catalogue=way.catalogue,
        definition=MappingProxyType(dict(definition)),
        columns=columns,
        usable=usable,
        tried=tried,
        notes=notes,
    )


def _columns(way: Way, export: Export) -> tuple[str, ...]:
    return tuple(export.columns[one].column for one in way.needs)


def _rows_filled(export: Export, columns: tuple[str, ...]) -> Iterator[bool]:
    hidden = {"", *export.missing, *KNOWN_MARKERS}
    cells = [export.sample.cells(name) for name in columns if name]
    return (all(cell not in hidden for cell in row) for row in zip(*cells, strict=True))


def _doubt(way: Way, export: Export) -> Doubt | None:
    """Why the columns do not serve, though each holds what it should; None where they do."""
    if _missing(way, export):
        return None
    columns = _columns(way, export)
    if not all(map(quoting.is_sayable, columns)):
        return Doubt.UNSAYABLE
    filled = list(_rows_filled(export, columns))
    if len(filled) > EXAMPLE_ROWS and not any(filled):
        return Doubt.EMPTY
    return Doubt.REVERSED if _is_reversed(way, export, filled) else None


def _is_reversed(way: Way, export: Export, filled: list[bool]) -> bool:
    """Whether most rows end a day or more before they begin."""
    ends = [one for one in way.needs if one.shape is Shape.MOMENT and one is not Meaning.RESOLVE_DUE]
    if len(ends) != 2 or not any(filled) or Meaning.RESPONSE_DUE in ends:
        return False
    start, end = (_instants(export, export.columns[one].column, filled) for one in ends)
    both = ~(np.isnat(start) | np.isnat(end))
    return bool(both.any() and (end[both] < start[both] - _A_DAY).mean() > 0.5)


def _instants(export: Export, column: str, filled: list[bool]) -> np.ndarray:
    cells = [cell for cell, keeps in zip(export.sample.cells(column), filled, strict=True) if keeps]
    order = export.sample.column(column).dates or "iso"
    texts = pa.chunked_array([pa.array(cells, pa.string())])
    return read_moments(texts, order, "UTC").instants.dt.tz_localize(None).to_numpy()
