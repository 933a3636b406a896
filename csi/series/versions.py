"""Which row of a key is the newer one: by numbers, moments or numbered words (``Rev. 3``) in the column ``latest_by``.

How versions written as text are read is proven by the cells, as the dates of other columns are; what they do not tell
is asked, and never compared letter by letter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.definition import SourceDefinition
from csi.errors import InvalidInput, key_of_source
from csi.reading.cells import text_cells
from csi.reading.kinds import guess_kinds
from csi.reading.moments import read_moments
from csi.reading.numbers import read_numbers
from csi.series.periods import MISSING, microseconds

NUMBERS, NUMBERED = "numbers", "numbered"
_AT_ONCE = 200_000  # cells read as moments at a time: what is made on the way stays small
_SAMPLE = 1_000  # cells that decide whether versions are numbers or moments; a day and a month need more:
_DIFFERENT = 20_000
_MOST = 0.5  # of the cells must be what the others are read as; ours
_PARTS = 4
_LARGEST = 10_000  # of each number of a version, so that four of them stay exact
_NUMBERED = (
    r"^(?P<word>[^0-9]*)(?P<a>[0-9]{1,4})" + "".join(rf"(?:[._-](?P<{part}>[0-9]{{1,4}}))?" for part in "bcd") + r"$"
)


def version_of(frame: pd.DataFrame, source: SourceDefinition, order: str = "") -> np.ndarray | None:
    """One comparable number per row from the ``latest_by`` column (missing or unreadable: lowest); None without.

    ``order`` says what versions written as text are (see ``order_of``); empty: as their cells say.

    Raises:
        InvalidInput: these do not say which is the newer.
    """
    if not (source.key and source.latest_by) or source.latest_by not in frame.columns:
        return None
    column = frame[source.latest_by]
    if column.dtype.kind == "M" or isinstance(column.dtype, pd.DatetimeTZDtype):
        return microseconds(column)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.nan_to_num(column.to_numpy(dtype=float), nan=-np.inf)
    cells = text_cells(column)
    order = order or _told_order(cells, source)
    if order == NUMBERS:
        numbers, _ = read_numbers(cells, source.decimal or ".", ())
        return np.nan_to_num(numbers.to_numpy(dtype=float), nan=-np.inf)
    if order == NUMBERED:
        return _numbered(cells)
    zone = source.zone_of(source.latest_by)
    parts = [cells.slice(first, _AT_ONCE) for first in range(0, max(1, len(cells)), _AT_ONCE)]
    return np.concatenate([microseconds(read_moments(part, order, zone).instants) for part in parts])


def is_unread(version: np.ndarray) -> np.ndarray:
    """Which rows have no version that could be read."""
    return np.asarray(version == (MISSING if version.dtype.kind == "i" else -np.inf))


def order_of(frame: pd.DataFrame, source: SourceDefinition) -> str:
    """What versions written as text are: numbers, numbered words, or moments in an order of day and month.

    Raises:
        InvalidInput: the cells do not say which.
    """
    return _told_order(text_cells(frame[source.latest_by]), source)


def _told_order(cells: pa.ChunkedArray, source: SourceDefinition) -> str:
    filled = cells.drop_null()
    sample, name = filled[:_SAMPLE], source.latest_by
    if not len(sample) or _share(~read_numbers(sample, source.decimal or ".", ())[1]) > _MOST:
        return NUMBERS
    said = source.order_of(name)
    if _share(~read_moments(sample, said, source.zone_of(name)).unreadable) > _MOST:
        return said
    different = filled.unique()[:_DIFFERENT]
    kind = guess_kinds({name: different.to_pylist()}, source.decimal or ".", source.missing)[name]
    seen = f"{name!r} is to tell which row of a key is the newest, and its cells, such as {different[0].as_py()[:40]!r}"
    if kind.name == "moment" and kind.ambiguous:
        reason = f"{seen}, may begin with the day or the month; expected which, as column_dates: {{{name}: day_first}}"
        raise InvalidInput(key_of_source(source.id, "latest_by"), f"{reason}, or month_first, or year_first")
    if kind.name == "moment":
        return kind.dates
    words = pc.struct_field(pc.extract_regex(pc.utf8_trim_whitespace(different), _NUMBERED), "word")
    if words.null_count == 0 and len(pc.unique(pc.utf8_lower(pc.utf8_trim_whitespace(words)))) == 1:
        return NUMBERED
    reason = f"{seen}, are neither moments nor numbers nor numbered alike (v2, v10); expected a column of such"
    raise InvalidInput(key_of_source(source.id, "latest_by"), reason)


def _share(fits: np.ndarray) -> float:
    return float(np.mean(fits)) if len(fits) else 0.0


def _numbered(cells: pa.ChunkedArray) -> np.ndarray:
    """The numbers of each version as one: of 1.10 behind 1.9, as versions count."""
    found = pc.extract_regex(pc.utf8_trim_whitespace(cells), _NUMBERED)
    made = np.zeros(len(cells))
    for part in "abcd"[:_PARTS]:
        texts = pc.struct_field(found, part)
        bare = pc.if_else(pc.equal(texts, ""), "0", texts)
        made = made * _LARGEST + pc.cast(bare, pa.float64()).to_numpy(zero_copy_only=False)
    return np.nan_to_num(made, nan=-np.inf)
