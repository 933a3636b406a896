"""What reading one delivery gives: typed rows, and a quarantine for what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from csi.reading.grain import Grain
from csi.reading.placeholders import Placeholders

QUARANTINE_COLUMNS = ("line", "column", "value", "reason", "expected")
# A column beside a delivery's own, there only where a cell was refused, or names a period longer than a day: of each
# row the columns whose cell was, and those whose cell does (``longer``).
REFUSED = "__refused__"
_BETWEEN, _LONG = "\x1f", "\x1e"
RULES = 5  # raised when the same bytes are read otherwise: what was stored before is read anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The rows of one delivery.

    Attributes:
        frame: index ``line`` (int, 1-based line where the row starts; sheet row or record number where there are
            no lines), in file order. Moment columns are ``datetime64[us, UTC]`` (NaT: missing), number columns
            ``float64`` (NaN: missing), all others text (missing is NaN).
        quarantine: columns ``line, column, value, reason, expected`` (text but ``line``), in file order.
            A row that could not be split into cells, or that has no readable moment, is here alone; a single cell
            that could not be read is here, too, while its row stays in ``frame`` with the cell empty and named in
            the column ``REFUSED``.
        rows_read: data rows seen, good and bad, and lines that are none.
        no_rows: how many of the quarantined lines are no rows of the table: totals, notes, the header once more.
        moments: per moment column, counts of ``ambiguous`` and ``nonexistent`` local times.
        placeholders: per moment column, the dates that stand for "not yet" by their text; their cells are missing.
        sha256: of the bytes as delivered.
        spoiled: the cells of quarantined rows as delivered, by ``line``, so that they can be mended.
        mended: how many of its rows a later delivery brought back mended: they are neither here nor in quarantine.
        units: per number column the unit its values are in, as declared or found; empty where nothing says.
        prints: without a key, per part a hash of each row with all its cells, by line; empty of a part not looked at.
    """

    frame: pd.DataFrame
    quarantine: pd.DataFrame
    rows_read: int
    sha256: str = ""
    moments: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spoiled: pd.DataFrame = field(default_factory=pd.DataFrame)
    mended: int = 0
    placeholders: Placeholders = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    no_rows: int = 0
    prints: tuple[pd.Series, ...] = ()


def refused_marks(unreadable: Mapping[str, np.ndarray]) -> pd.Series | None:
    """The column ``REFUSED`` of some rows: text, missing where every cell could be read; None where that is so of all.

    Args:
        unreadable: per column, which of the rows hold a cell there that could not be read.
    """
    names = [name for name, rows in unreadable.items() if rows.any()]
    if not names:
        return None
    codes = np.zeros(len(unreadable[names[0]]), dtype=np.int64)
    for name in names:
        codes = pd.factorize(codes * 2 + unreadable[name])[0]  # kinds of rows are few
    _, firsts = np.unique(codes, return_index=True)
    texts = [_BETWEEN.join(name for name in names if unreadable[name][first]) or None for first in firsts]
    return pd.Series(pd.array(texts, dtype=pd.StringDtype(na_value=np.nan)).take(codes))


def longer(column: str, grain: Grain) -> str:
    """How a mark says that a column's cell names a whole week, month and so on."""
    return f"{column}{_LONG}{grain.name}"


def longer_marks(column: str, grains: np.ndarray, known: np.ndarray) -> dict[str, np.ndarray]:
    """Per mark which rows have it: those whose known moment is a period longer than a day."""
    kinds = [grain for grain in Grain if grain > Grain.DAY] if len(grains) else []
    return {longer(column, grain): (grains == grain) & known for grain in kinds}


def refused_cells(marks: pd.Series, column: str) -> np.ndarray:
    """In which rows a column's cell could not be read, by their column ``REFUSED``."""
    places, texts = pd.factorize(marks)
    found = [column in str(text).split(_BETWEEN) for text in texts]
    return np.append(np.array(found, dtype=bool), False)[places]
