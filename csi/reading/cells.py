"""The cells of a column of a frame, as the readers of numbers and moments take them."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa


def text_cells(column: pd.Series) -> pa.ChunkedArray:
    """The cells as text, none where missing, in the chunks they lie in.

    Not ``pa.chunked_array([pa.array(column)])``: of a column in several chunks that goes through Python cell by cell.
    """
    texts = column if isinstance(column.dtype, pd.StringDtype) else column.astype("str")
    made = pa.array(texts.array, from_pandas=True)
    return (made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])).cast(pa.string())
