"""Which of day and month stands first is told by all rows of a file, not by those that are looked at first."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.reading.layout import guess
from csi.study.drafting.looked import looked
from csi.study.drafting.ordered import ordered
from csi.study.drafting.parts import part_of

_EARLY = pd.date_range("2025-02-03", periods=2_500, freq="5min")  # to the eleventh
_LATE = pd.DatetimeIndex([*_EARLY, pd.Timestamp("2025-02-13")])
_FORMS = {"day_first": "%d/%m/%Y %H:%M", "month_first": "%m/%d/%Y %H:%M"}


def _written(folder: Path, **columns: object) -> Path:
    path = folder / "a.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("order", _FORMS)
def test_one_day_after_the_twelfth_behind_the_sample_settles_the_order(tmp_path: Path, order: str) -> None:
    path = _written(tmp_path, opened=_LATE.strftime(_FORMS[order]))
    assert guess(path).ambiguous == ("opened",)  # its sample ends before
    found = looked([part_of(path)], "a", "UTC")
    assert (found.source.dates, found.open, found.orders) == (order, (), ())
    assert found.moments["opened"].readable == len(_LATE)


def test_a_date_beside_its_time_of_day_is_asked_about_and_joined(tmp_path: Path) -> None:
    path = _written(tmp_path, Date=_EARLY.strftime("%d/%m/%Y"), Time=_EARLY.strftime("%H:%M"))
    found = looked([part_of(path)], "a", "UTC")
    assert (found.open, found.orders) == (("Date",), ("day_first", "month_first"))
    assert found.moments["Date Time"].readable == len(_EARLY)


def test_a_column_that_reads_both_ways_is_asked_about_among_columns_of_another_form(tmp_path: Path) -> None:
    stamps = {name: _EARLY.strftime("%Y-%m-%d %H:%M") for name in ("synced", "loaded")}
    found = looked([part_of(_written(tmp_path, opened=_EARLY.strftime("%d/%m/%Y"), **stamps))], "a", "UTC")
    assert found.open == ("opened",)
    assert (found.source.dates, found.source.column_dates) == ("day_first", {"synced": "iso", "loaded": "iso"})
    assert {name: held.readable for name, held in found.moments.items()} == dict.fromkeys(
        ("opened", "synced", "loaded"), len(_EARLY)
    )


@pytest.mark.parametrize(
    ("cells", "open", "dates", "apart"),
    [
        ({"a": ["01/02/2025"], "b": ["03/04/2025"]}, ("a", "b"), "day_first", {}),
        ({"a": ["13/02/2025"], "b": ["03/04/2025"]}, (), "day_first", {}),
        ({"a": ["01/02/2025"], "b": ["02/13/2025"]}, (), "month_first", {}),
        ({"a": ["13/02/2025"], "b": ["02/13/2025"]}, (), "day_first", {"b": "month_first"}),
    ],
)
def test_what_one_column_tells_holds_for_those_that_do_not(
    tmp_path: Path, cells: dict[str, list[str]], open: tuple[str, ...], dates: str, apart: dict[str, str]
) -> None:
    layout = guess(_written(tmp_path, a=["01/02/2025"] * 3, b=["03/04/2025"] * 3))
    assert layout.ambiguous == ("a", "b")
    texts = {name: pa.chunked_array([pa.array(values)]) for name, values in cells.items()}
    found = ordered(layout, SourceDefinition(id="s", dates="day_first"), texts)
    assert (found.open, found.source.dates, found.source.column_dates) == (open, dates, apart)
