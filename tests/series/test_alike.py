"""Of ids that may stand twice none is missed, however they are written and wherever their text is held."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.series.alike import maybe_repeated
from csi.series.duplicates import resolve

IDS = st.lists(
    st.one_of(
        st.none(), st.text(max_size=3), st.text("ab", max_size=20), st.sampled_from(["", "INC0000001", "\0", "é"])
    ),
    max_size=40,
)


def held(cells: list[str | None], cuts: list[int]) -> pd.Series:
    """The cells as one column, its text held in stretches that begin in the middle of another's."""
    bounds = [0, *sorted(cut % (len(cells) + 1) for cut in cuts), len(cells)]
    stretches = [pa.array(["before", *cells[low:high]], pa.large_string())[1:] for low, high in pairwise(bounds)]
    held_as = pd.arrays.ArrowStringArray(pa.chunked_array(stretches), dtype=pd.StringDtype(na_value=np.nan))
    return pd.Series(held_as)


@given(IDS, st.lists(st.integers(0, 50), max_size=3))
def test_no_cell_that_stands_twice_is_missed(cells: list[str | None], cuts: list[int]) -> None:
    found = maybe_repeated(held(cells, cuts))
    times = Counter(cells)
    twice = [place for place, cell in enumerate(cells) if cell is not None and times[cell] > 1]
    assert set(twice) <= set(found.tolist())
    assert (np.diff(found) > 0).all()


@given(IDS)
def test_keys_and_winners_are_those_of_plain_counting(cells: list[str | None]) -> None:
    resolved = resolve(pd.DataFrame({"id": held(cells, [7])}), "id", None)
    last = {cell: place for place, cell in enumerate(cells) if cell is not None}
    unkeyed = [place for place, cell in enumerate(cells) if cell is None]
    assert resolved.kept.tolist() == sorted([*last.values(), *unkeyed])
    assert (resolved.keys, resolved.unkeyed) == (len(last), len(unkeyed))


def test_few_ids_are_looked_at_where_each_stands_alone() -> None:
    alone = pd.Series([f"INC{number:08}" for number in range(50_000)] + ["INC00000007"], dtype="str")
    found = maybe_repeated(alone)
    assert {7, 50_000} <= set(found.tolist())
    assert len(found) < 50


@pytest.mark.parametrize(
    "column", [pd.Series([3, 3, 4]), pd.Series([], dtype="str"), pd.Series(["a", None], dtype=object)]
)
def test_of_what_is_no_text_every_cell_is_looked_at(column: pd.Series) -> None:
    assert maybe_repeated(column).tolist() == list(range(len(column)))
