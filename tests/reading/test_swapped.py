"""A column whose days and months a spreadsheet has swapped is refused, with how many rows are of which kind."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.errors import DatesSwapped, InvalidInput
from csi.reading.readers import read
from csi.reading.swapped import check_swapped

_TYPED = ["2025-04-03", "2025-05-03", "2025-06-03 00:00:00", "2025-07-03", "2025-08-03"]
_LATE = ["13/03/2025", "14/03/2025", "15/03/2025 10:15", "16/03/2025", "17/03/2025"]
_SHORT = ["4/3/2025", "5/3/2025 10:15", "12/3/2025"]


def _check(*texts: str | None) -> None:
    check_swapped("opened", pa.chunked_array([pa.array(texts, pa.string())]))


@pytest.mark.parametrize("early", [_TYPED, _SHORT])
def test_early_days_as_dates_and_late_days_as_text_are_refused(early: list[str]) -> None:
    with pytest.raises(InvalidInput, match=rf"^opened: {len(early)} of {len(early) + 5} cells are .* other 5 are"):
        _check(*early, None, *_LATE)


def test_a_large_column_is_told_by_cells_from_all_over_it() -> None:
    with pytest.raises(InvalidInput, match="3,000 of 6,000 cells"):
        _check(*_TYPED * 600, *_LATE * 600)


@pytest.mark.parametrize(
    "texts",
    [
        [*_TYPED, *_LATE, "2025-01-13"],  # a typed date with a later day
        [*_TYPED, *_LATE, "03/04/2025"],  # an earlier day as text
        [*_TYPED[:2], *_LATE[:2]],  # so few may be so by chance
        [*_SHORT[:2], *_LATE],
        ["04/03/2025", "05/03/2025", "06/03/2025", *_LATE],  # written alike
        ["4/3/2025", "5/3/2025", "6/3/2025", "13/3/2025", "14/3/2025", "15/3/2025"],
        [*_SHORT, *_LATE, "14/3/2025"],
        _TYPED,
        _LATE,
        [],
    ],
)
def test_any_other_column_is_none_of_these(texts: list[str]) -> None:
    _check(*texts)


def test_a_delivery_is_refused_whatever_the_order_said() -> None:
    rows = "id,opened\n" + "".join(f"{n},{text}\n" for n, text in enumerate([*_TYPED, *_LATE]))
    for order in ("iso", "day_first", "month_first"):
        with pytest.raises(InvalidInput, match="swapped day and month"):
            read(rows.encode(), SourceDefinition(id="s", dates=order), moments=["opened"], numbers=[])


def test_a_person_may_know_that_no_day_was_swapped() -> None:
    rows = "id,opened\n" + "".join(f"{n},{text}\n" for n, text in enumerate([*_SHORT, *_LATE]))
    told = SourceDefinition(id="t", dates="day_first")
    with pytest.raises(DatesSwapped) as found:
        read(rows.encode(), told, moments=["opened"], numbers=[])
    assert found.value.field == "opened"
    assert "list the column under meant" in found.value.reason
    meant = replace(told, options={"meant": ["opened"]})
    assert read(rows.encode(), meant, moments=["opened"], numbers=[]).frame["opened"].dt.month.tolist()[:3] == [3, 3, 3]
