"""Amounts of several currencies in one column: they add up to nothing, and which to leave out nobody can know."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.quantities import Written, into, quantities
from csi.reading.unit_table import find

_SEVERAL, _MANY = 3, 0.05  # cells of another currency: fewer, and a smaller part of all, are slips. Ours
_TEXT = (
    "{count:,} cells are in {own} (such as {one}, line {line:,}) and {others:,} in {other} (such as {two}, line "
    "{second:,}). Expected one currency in the column, or the currency of each row in a column of its own, named under "
    "units and converted by rates"
)


def mixture(cells: pa.ChunkedArray, lines: np.ndarray, unreadable: np.ndarray, decimal: str, form: Written) -> str:
    """What two currencies a column is in, with a cell and a line of each; empty where it is in one.

    Args:
        cells: as text, null where missing; of a column of typed numbers nothing is told.
        lines: of each cell.
        unreadable: which of them are no number in the column's unit.
        decimal: ``.`` or ``,``.
        form: how the column is written.
    """
    if not unreadable.any() or not pa.types.is_string(cells.type) or (form.unit and find(form.unit) is not None):
        return ""  # among lengths of time and shares what names a currency is no amount of it
    rows = np.flatnonzero(unreadable)
    distinct = pc.dictionary_encode(cells.take(pa.array(rows)).combine_chunks())
    units = quantities(distinct.dictionary, decimal).units[distinct.indices.to_numpy()]
    money = np.array([bool(unit) and find(unit) is None for unit in units], dtype=bool)
    rows, units = rows[money], units[money]
    counts = Counter(units.tolist())
    filled = len(cells) - cells.null_count
    if form.unit:
        held = np.flatnonzero(~unreadable & cells.is_valid().to_numpy())
        counts[form.unit] += len(held)
    (own, count), *others = counts.most_common(2) or [("", 0)]
    if not others or into(own, others[0][0]) is not None:
        return ""
    other, less = others[0]
    if less < min(_SEVERAL, max(1, _MANY * filled)):
        return ""
    places = {unit: int(rows[units == unit][0]) if (units == unit).any() else int(held[0]) for unit in (own, other)}
    shown = {unit: (str(cells[place].as_py()).strip(), int(lines[place])) for unit, place in places.items()}
    (one, line), (two, second) = shown[own], shown[other]
    return _TEXT.format(
        count=count,
        own=own,
        one=one,
        line=line,
        others=less,
        other=other,
        two=two,
        second=second,
    )
