"""Stretches of a file that stand in it twice, told by all cells of their rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.reading import repeats as under_test
from csi.reading.readers import read
from csi.reading.reading import Reading
from csi.reading.repeats import Repeats, repeats_of
from csi.series.pipeline import process_study
from tests.series.studies import kpi, study

FIVE = [1, 2, 3, 4, 5]


def prints(*rows: list[int]) -> list[pd.Series]:
    """The hashes of the rows of parts, from line 2 on."""
    ends = np.cumsum([0, *map(len, rows)])
    return [
        pd.Series(part, dtype=np.uint64, index=np.arange(end, end + len(part)) + 2)
        for part, end in zip(rows, ends, strict=False)
    ]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (prints([*FIVE, 6, *FIVE]), Repeats(5, 8, 12)),
        (prints(FIVE, [6, 1, 2], [3, 4, 5]), Repeats(5, 8, 12)),  # in portions
        (prints([*FIVE, *FIVE, *FIVE]), Repeats(10, 7, 16)),
        (prints([*FIVE, 1, 2, 3, 4]), None),  # four may be alike by chance
        (prints([*FIVE, 5, 4, 3, 2, 1]), None),  # in another order
        (prints([*FIVE, 1, 6, 2, 7, 3, 8, 4, 9, 5]), None),
        (prints([1] * 20), None),  # a burst of one row
        (prints([1, 2, 3, 4] * 5), None),  # four kinds of rows in turn
        (prints([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]), None),
        (prints(FIVE), None),
        ([], None),
        ([*prints([*FIVE, *FIVE]), pd.Series(dtype=np.uint64)], None),
    ],
)
def test_a_stretch_that_is_written_again_is_found(found: list[pd.Series], told: Repeats | None) -> None:
    assert repeats_of(found) == told


def test_of_very_many_rows_none_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "MOST", 10)
    assert repeats_of(prints([*FIVE, *FIVE])) is not None
    assert repeats_of(prints([*FIVE, 6, *FIVE])) is None
    assert [len(one) for one in delivered(rows=11).prints] == [0]
    assert [len(one) for one in delivered(rows=10).prints] == [10]


def delivered(rows: int = 12, again: int = 0, key: str = "", teams: str = "A") -> Reading:
    """Days with a number each, the first ones written again; the team is in no column that is asked for."""
    days = pd.date_range("2026-03-02", periods=rows, freq="D").strftime("%Y-%m-%d")
    lines = [f"{day},{place},{teams[0]}" for place, day in enumerate(days)]
    lines += [line.replace(",A", f",{teams[-1]}") for line in lines[:again]]
    source = SourceDefinition(id="tickets", file="t.csv", key=key)
    text = "\n".join(["opened_at,n,team", *lines]).encode()
    return read(text, source, moments=["opened_at"], numbers=["n"], columns=["opened_at", "n"])


@pytest.mark.parametrize(
    ("made", "passed", "told"),
    [
        (delivered(again=6), 12, "6 rows of tickets, from line 14 to 19, repeat earlier rows to the letter"),
        (delivered(again=4), 0, ""),
        (delivered(again=6, teams="AB"), 0, ""),  # another column tells them apart
        (delivered(again=6, key="n"), 0, ""),
    ],
)
def test_repeated_rows_are_told_and_no_part_of_what_is_unique(made: Reading, passed: int, told: str) -> None:
    one = process_study(study(kpi(at="opened_at", measure="sum", value="n")), {"tickets": [made]}).kpis["k"]
    assert any(told in note for note in one.notes if told) is bool(told)
    assert one.quality.uniqueness.passed == passed
    assert one.quality.uniqueness.total == (18 if told else 0)
    assert not [note for note in one.notes if "repeat earlier" in note and not told]
