"""Lines that are none of a table's rows, told by what their cells hold: totals, averages, headings, footers, rules.

A line is judged so only once it cannot be used: it was parted into too few cells, or holds no moment where rows do.
Whether it is an observation that was lost, or never was one, decides whether it counts against the data's quality.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.chunk import EXPECTED, VALUE_LENGTH, Chunk, Rejected
from csi.reading.totals import WORD, NoRow, Why, number_of, word_of

_CELLS_OF_A_ROW = 3  # a line with one text among rows of so many cells is none of them
_PARTED = re.compile(r"[;,\t|^~¤]")
_WORDED = re.compile(r"\w[\s:：]|^[©*¹†#-]")


def is_no_row(cells: Sequence[str], width: int, decimal: str = ".") -> bool:
    """Whether a line that a table cannot use is none of its rows.

    Args:
        cells: the cells of the line as text, blank where it holds nothing.
        width: how many columns the table has.
        decimal: the decimal sign.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or not any(map(str.isalnum, "".join(filled))):
        return True
    if len(filled) == 1:
        return width >= _CELLS_OF_A_ROW
    word = word_of({str(place): text for place, text in enumerate(filled)})
    return bool(word) and all(
        number_of(text, decimal) is not None for place, text in enumerate(filled) if str(place) != word
    )


def is_no_record(cells: Sequence[str], width: int, decimal: str = ".") -> bool:
    """The same of a line of too few cells: one text alone may be a row that is parted by another sign, or cut off."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(cells) >= width:
        return False
    if len(filled) == 1 and any(map(str.isalnum, filled[0])):
        is_text = _WORDED.search(filled[0]) is not None and len(_PARTED.findall(filled[0])) < width - 1
        return width >= _CELLS_OF_A_ROW and (is_text or bool(word_of({"0": filled[0]})))
    return is_no_row(cells, width, decimal)


def worded(delivered: Chunk, undated: np.ndarray, decimal: str) -> list[Rejected]:
    """The lines of totals among some rows: one cell says so, the others are numbers, and they are fewer than rows have.

    Args:
        delivered: the rows as they came.
        undated: which of them hold no moment (bool per row).
        decimal: the decimal sign.
    """
    filled = np.zeros(delivered.table.num_rows, dtype=np.int64)
    for column in delivered.table.columns:
        filled += column.is_valid().to_numpy()
    rows = np.flatnonzero(undated & (filled < np.median(filled)))
    texts = [name for name in delivered.table.column_names if pa.types.is_string(delivered.table.column(name).type)]
    found = []
    for name in texts if len(rows) else ():
        cells = delivered.table.column(name).take(pa.array(rows))
        said = pc.fill_null(pc.match_substring_regex(cells, WORD, ignore_case=True), False)
        for row in rows[said.to_numpy()].tolist():
            texts_of_row = [cell for one in texts if (cell := delivered.table.column(one)[row].as_py())]
            if is_no_row(texts_of_row, len(texts), decimal):
                value = delivered.table.column(name)[row].as_py()[:VALUE_LENGTH]
                told = NoRow(row, Why.WORD, name, value).told
                found.append(Rejected(int(delivered.lines[row]), name, value, told, EXPECTED, is_row=False))
    return found
