"""The cells of a frame's column as text."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from csi.reading.cells import text_cells

TEXTS = pd.Series(["a", None, ""], dtype="str")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (TEXTS, ["a", None, ""]),
        (pd.Series([1.5, None]), ["1.5", None]),
        (pd.Series(["a", None], dtype=object), ["a", None]),
        (pd.Series([], dtype="str"), []),
    ],
)
def test_cells_are_text_and_what_is_missing_stays_missing(column: pd.Series, expected: list[str | None]) -> None:
    cells = text_cells(column)
    assert cells.type == pa.string()
    assert cells.to_pylist() == expected


def test_the_chunks_of_a_column_in_several_are_kept() -> None:
    """Together they would be walked through cell by cell, which takes a second for a large file."""
    several = pd.concat([TEXTS, TEXTS], ignore_index=True)
    assert text_cells(several).num_chunks == several.array.__arrow_array__().num_chunks == 2
