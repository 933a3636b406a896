"""How many cases a delivery holds, counted part by part."""

from __future__ import annotations

import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.step3_gather import key_count
from csi.step3_gather.key_count import KeyCount, KeyTally, count_keys
from tests.step3_gather.conftest import Desk

KEYS = [f"INC{n % 7}" for n in range(20)] + [None, "INC99"]


def _text(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype=pd.StringDtype(na_value=float("nan")))


@pytest.mark.parametrize("size", [1, 3, 22])
@pytest.mark.parametrize("waiting", [0, 5, 500_000])
def test_keys_are_counted_alike_however_they_are_parted(size: int, waiting: int, monkeypatch) -> None:
    monkeypatch.setattr(key_count, "_WAITING", waiting)
    tally = KeyTally("number")
    for start in range(0, len(KEYS), size):
        tally.add(_text(KEYS[start : start + size]))
    assert tally.counted() == KeyCount("number", rows=22, filled=21, distinct=8, largest=3)
    assert tally.counted().repeated == 13
    assert count_keys(pd.DataFrame({"number": _text(KEYS)}), "number") == tally.counted()


def test_no_row_and_no_key_are_no_error() -> None:
    tally = KeyTally("number")
    tally.add(_text([]))
    tally.add(_text([None]))
    assert tally.counted() == KeyCount("number", rows=1)
    assert count_keys(pd.DataFrame({"other": [1.0]}), "number") is None
    assert count_keys(pd.DataFrame({"number": [1.0]}), "") is None
    assert count_keys(pd.DataFrame({"number": _text([])}), "number") == KeyCount("number")


def test_a_key_that_was_typed_is_counted_too() -> None:
    tally = KeyTally("number")
    tally.add(pd.Series([1.0, 1.0, 2.5, float("nan")]))
    assert tally.counted() == KeyCount("number", rows=4, filled=3, distinct=2, largest=2)


def test_a_delivery_says_what_its_key_shows(sqlite_desk: Desk) -> None:
    content = b"number,opened_at,hours\nINC1,29/2/2016 01:16,3\nINC1,1/3/2016 08:00,?\nINC2,1/3/2016 09:00,?\n"
    assert sqlite_desk.take(content).keys == KeyCount("number", rows=3, filled=3, distinct=2, largest=2)
    unkeyed = SourceDefinition("log", dates="day_first", missing=("?",))
    assert sqlite_desk.take(content, unkeyed).keys is None
