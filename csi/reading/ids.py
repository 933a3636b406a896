"""Ids of cases as they are compared: without blanks around them, and whole numbers as such (1.0 is 1)."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_MADE_DECIMAL = r"^\d+\.0$"  # pandas writes whole numbers so where one of the column is missing


def plain_ids(cells: pd.Series) -> pd.Series:
    """Ids as text; ``1.0`` is ``1`` where all of them are written so."""
    if not isinstance(cells.dtype, pd.StringDtype):
        return cells
    texts = pc.utf8_trim_whitespace(pa.array(cells))
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)
    filled = texts.drop_null()
    for some in (filled.slice(0, 1), filled):  # most files are told by their first
        if not len(some) or not pc.all(pc.match_substring_regex(some, _MADE_DECIMAL)).as_py():
            break
    else:
        texts = pc.utf8_slice_codeunits(texts, 0, -2)
    return pd.Series(pd.array(texts, dtype=cells.dtype), index=cells.index, name=cells.name)
