"""Names that stand in the first row of their block alone: told by the shape of their column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.series import DoubtKind, doubts, said, settling
from csi.series import blocks as under_test
from csi.series.blocks import Names, names_of, together
from csi.series.periods import MISSING
from tests.series.studies import kpi, moments, reading, study

MONTHS = np.arange(6)


def names(held: list[str | None], at: Any = None) -> Names:
    """What a column holds, in file order."""
    cells = pd.Series(pd.array(held, dtype=pd.StringDtype(na_value=np.nan)))
    place = np.arange(len(held), dtype=np.int64)
    found = names_of("team", cells, place, place if at is None else np.asarray(at, dtype=np.int64))
    assert found is not None
    return found


def block(name: str, rows: int) -> list[str | None]:
    """A name, and the empty cells below it."""
    return [name, *[None] * (rows - 1)]


@pytest.mark.parametrize(
    ("found", "are"),
    [
        (names([*block("A", 6), *block("B", 6)], np.tile(MONTHS, 2)), True),
        (names([*block("A", 2), *block("B", 2)]), True),
        (names([*block("A", 2), *block("B", 1)]), False),  # most rows are filled
        (names([*block("A", 4), *block("B", 2)]), True),
        (names(block("A", 12)), False),  # one name is no block beside others
        (names([None, *block("A", 6), *block("B", 6)]), False),  # rows before the first
        (names([*block("A", 4), *block("B", 4), *block("A", 4)]), False),  # filled here and there, in one order
        (names([*block("A", 4), *block("B", 4), *block("A", 4)], np.tile(np.arange(4), 3)), True),
        (names([*block("A", 4), *block("B", 4), *block("A", 4)], -np.tile(np.arange(4), 3)), True),  # newest first
        (names([*block("A", 8), *block("A", 4)], np.tile(np.arange(4), 3)), True),  # parts of a part
        (names([*block("A", 6), *block("A", 6)], np.tile(np.arange(4), 3)), False),  # it begins within a block
        (names([*block("A", 4), *block("A", 4)], [0, 9, 1, 8, 2, 7, 3, 6]), False),  # in no order at all
        (names([*block("A", 4), *block("A", 4)], [0, 1, MISSING, 3, 0, 1, 2, 3]), False),
        (names([]), False),
        (names([None, None]), False),
    ],
)
def test_names_of_blocks_are_told_by_their_shape(found: Names, are: bool) -> None:
    assert found.are_of_blocks is are


def test_what_portions_show_is_what_all_rows_show(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = names([*block("A", 6), *block("B", 6)], np.tile(MONTHS, 2))
    parts = [Names("team", whole.place[n::3][::-1], whole.at[n::3][::-1], whole.name[n::3][::-1]) for n in range(3)]
    found = together(parts)
    assert found is not None
    assert (found.place.tolist(), found.at.tolist()) == (whole.place.tolist(), whole.at.tolist())
    assert (found.are_of_blocks, found.filled) == (True, 2)
    assert together([whole, None]) is None
    assert together([]) is None
    monkeypatch.setattr(under_test, "_MOST", 11)
    assert names([*block("A", 6), *block("B", 6)]).is_many
    many = together(parts)
    assert many is not None
    assert (many.is_many, many.are_of_blocks) == (True, False)
    assert together([parts[0], many]) is many


def test_a_column_of_numbers_names_nothing() -> None:
    assert names_of("n", pd.Series([1.0, np.nan]), np.arange(2), np.arange(2)) is None


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"where": 'team == "B"'}, "where"),
        ({"measure": "share", "unit": "%", "good": 'team in ("A", "C")'}, "good"),
        ({"where": "team is not missing"}, ""),
        ({}, ""),
    ],
)
def test_a_condition_on_names_of_blocks_waits_for_a_word(changes: dict[str, Any], key: str) -> None:
    days = moments("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23")
    frame = {"opened_at": [*days, *days], "team": [*block("A", 4), *block("B", 4)]}
    told = [one for one in doubts(study(kpi(**changes)), {"tickets": [reading(frame)]})["k"] if one.is_open]
    assert [(one.kind, one.key) for one in told] == ([(DoubtKind.FIRST_OF_BLOCK, key)] if key else [])
    if key:
        assert said(told[0]).startswith("team is filled in 2 of 8 rows, each the first of a block, and empty below it")
        assert settling(told[0]) == f"write the name into every row of its block, or write `meant: [{key}]` if it is so"
