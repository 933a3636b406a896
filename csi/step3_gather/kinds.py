"""What the columns of a sample hold: moments in which order, numbers, markers for missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.step3_gather.moments import read_moments
from csi.step3_gather.numbers import read_numbers

# Words met in exports for "nothing here"; a marker is guessed only when a sample holds it more than once.
_WORDS = ("NULL", "null", "N/A", "n/a", "NA", "#N/A", "None", "NaN", "nan")
KNOWN_MARKERS = ("?", *_WORDS, "-", "--", "***", "****", "*****")
_SENTINELS = (-99.0, -200.0, -999.0, -9999.0)
# A column is of a kind when this share of its cells fits: exports hold some junk.
_FITS = 0.9
_ORDERS = ("iso", "day_first", "month_first")


@dataclass(frozen=True, slots=True)
class Kind:
    """What one column holds: ``moment``, ``number``, ``text`` or ``empty``.

    ``dates`` is the order of its moments; with ``ambiguous`` both day first and month first fit every cell, so
    that a person has to say.
    """

    name: str
    dates: str = ""
    ambiguous: bool = False


def guess_missing(columns: Mapping[str, Sequence[str]], decimal: str) -> tuple[str, ...]:
    """Markers for missing in a sample: known words, and sentinels below every other number of a column."""
    words = Counter(cell.strip() for cells in columns.values() for cell in cells)
    found = [marker for marker in KNOWN_MARKERS if words[marker] > 1]
    found += sorted({sentinel for cells in columns.values() for sentinel in _sentinels(cells, decimal)})
    return tuple(found)


def _sentinels(cells: Sequence[str], decimal: str) -> tuple[str, ...]:
    filled = [cell for cell in cells if cell.strip()]
    numbers, unreadable = read_numbers(pa.chunked_array([pa.array(filled, pa.string())]), decimal, ())
    if not len(numbers) or unreadable.mean() > 1 - _FITS:
        return ()
    lowest = numbers.min()
    if lowest not in _SENTINELS or (numbers == lowest).sum() < 2 or numbers[numbers != lowest].min() < lowest / 2:
        return ()
    return (f"{lowest:g}",)


def guess_kind(cells: Sequence[str], decimal: str, missing: Sequence[str]) -> Kind:
    """The kind of one column by the cells of a sample."""
    texts = [cell.strip() for cell in cells]
    filled = pa.chunked_array([pa.array([text for text in texts if text and text not in missing], pa.string())])
    if not len(filled):
        return Kind("empty")
    kind = _moment_kind(filled)
    if kind:
        return kind
    _, unreadable = read_numbers(filled, decimal, missing)
    return Kind("number") if 1 - unreadable.mean() >= _FITS else Kind("text")


def _moment_kind(filled: pa.ChunkedArray) -> Kind | None:
    # Bare numbers are numbers: 20160229 or 1456708560 are moments only when a person says so.
    if pc.match_substring_regex(filled, r"[-/.:]").to_numpy().mean() < _FITS:
        return None
    fits = {order: 1 - read_moments(filled, order, "UTC").unreadable.mean() for order in _ORDERS}
    if fits["iso"] >= _FITS:
        return Kind("moment", "iso")
    best = max(fits["day_first"], fits["month_first"])
    if best < _FITS or not _dated(filled):
        return None
    order = "day_first" if fits["day_first"] >= fits["month_first"] else "month_first"
    return Kind("moment", order, ambiguous=bool(fits["day_first"] == fits["month_first"]))


def _dated(filled: pa.ChunkedArray) -> bool:
    """Whether the texts have three parts: ``1.2`` is no date."""
    return bool(pc.match_substring_regex(filled, r"^\d+[-/.]\d+[-/.]\d").to_numpy().mean() >= _FITS)


def guess_decimal(columns: Mapping[str, Sequence[str]], delimiter: str) -> str:
    """``,`` when more cells read as numbers with a decimal comma than with a point, else ``.``."""
    if delimiter == ",":
        quoted = [cell for cells in columns.values() for cell in cells if "," in cell]
        if not quoted:
            return "."
    cells = pa.array([cell.strip() for one in columns.values() for cell in one], pa.string())
    comma = pc.match_substring_regex(cells, r"^[+-]?\d+(\.\d{3})*,\d+$").to_numpy(zero_copy_only=False)
    point = pc.match_substring_regex(cells, r"^[+-]?\d+(,\d{3})*\.\d+$").to_numpy(zero_copy_only=False)
    return "," if np.count_nonzero(comma) > np.count_nonzero(point) else "."
