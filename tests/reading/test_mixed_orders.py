"""A column whose dates are in two orders is refused, with counts and lines; one in a single order never is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.errors import DatesSwapped
from csi.reading.mixed_orders import check_one_order
from csi.reading.readers import read

_SHAPES = {"day_first": "%d/%m/%Y", "month_first": "%m/%d/%Y"}
_OTHER = {"day_first": "month_first", "month_first": "day_first"}
_DAY, _MONTH = ["13/01/2026", "14/01/2026", "15/01/2026"], ["01/16/2026", "01/17/2026", "01/18/2026"]


def _check(texts: Sequence[str | None], order: str = "day_first", *, is_read: bool = False) -> str:
    """What is told of a column; empty where it is read."""
    cells = pa.chunked_array([pa.array(texts, pa.string())])
    try:
        check_one_order("opened", cells, np.arange(2, len(texts) + 2), order, is_read=is_read)
    except DatesSwapped as told:
        return told.reason
    return ""


def _days(count: int, first: date = date(2026, 1, 5), step: int = 1) -> list[date]:
    return [first + timedelta(days=step * number) for number in range(count)]


def test_cells_of_both_orders_make_all_that_may_be_either_doubtful() -> None:
    told = _check([*_DAY, "04/03/2026", None, "05/05/2026", *_MONTH])
    assert told.startswith(
        "3 cells can only have the day first (such as 13/01/2026, line 2), 3 only the month "
        "(such as 01/16/2026, line 8), and 1 may be either. Expected one order in the whole column"
    )
    assert told.endswith("or list the column under meant if the day is first in all that may be either")
    assert _check([*_DAY, *_MONTH], "month_first").startswith(
        "3 cells can only have the month first (such as 01/16/2026"
    )


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ([*_DAY, *_MONTH[:2]], "day_first"),  # so few are slips
        ([*_DAY[:2], *_MONTH], "day_first"),
        ([*_DAY, *_MONTH], "iso"),
        ([*_DAY, "01/32/2026", "01/45/2026", "01/33/2026", "00/13/2026"], "day_first"),
        (["13/01/2026 is no", "5", "2026-13-01"], "day_first"),
        ([], "day_first"),
    ],
)
def test_slips_of_the_keyboard_cost_their_cells_only(texts: list[str], order: str) -> None:
    assert _check(texts, order) == ""


@pytest.mark.parametrize("order", ["day_first", "month_first"])
@pytest.mark.parametrize("clock", ["", " 10:15"])
@pytest.mark.parametrize("days", [_days(100), _days(40, date(2025, 11, 20)), _days(300, date(2024, 1, 9), 3)])
def test_days_up_to_12_that_a_spreadsheet_swapped_are_seen_though_they_keep_their_zeros(
    order: str, clock: str, days: list[date]
) -> None:
    right = [f"{day:{_SHAPES[order]}}{clock}" for day in days]
    swapped = [f"{day:{_SHAPES[_OTHER[order] if day.day <= 12 else order]}}{clock}" for day in days]
    assert _check(right, order) == _check(right, order, is_read=True) == ""
    assert "a spreadsheet has swapped day and month of days up to 12" in _check(swapped, order)
    rng = np.random.default_rng(3)
    assert _check(list(rng.permutation(right)), order) == ""


def test_swapped_days_in_no_order_are_seen_within_a_year_only() -> None:
    rng = np.random.default_rng(3)
    for count, is_seen in ((100, True), (800, False)):  # of more than two years nothing shows it
        texts = [f"{day:{_SHAPES['month_first' if day.day <= 12 else 'day_first']}}" for day in _days(count)]
        assert bool(_check(list(rng.permutation(texts)))) == is_seen


@pytest.mark.parametrize("step", [1, 2, 7, 14, 30, 31, 91])
@pytest.mark.parametrize("count", [12, 60, 400])
def test_no_right_column_is_refused(count: int, step: int) -> None:
    rng = np.random.default_rng(count + step)
    for first in (date(2026, 1, 1), date(2025, 6, 1), date(2024, 12, 12)):
        for days in (_days(count, first, step), [one for one in _days(3 * count, first, step) if one.weekday() < 5]):
            for order, shape in _SHAPES.items():
                texts = [f"{day:{shape}}" for day in days]
                assert _check(texts, order) == _check(list(rng.permutation(texts)), order) == ""


def test_a_large_column_is_told_by_some_of_its_cells_and_counted_whole() -> None:
    texts = [f"{day:{_SHAPES['month_first' if day.day <= 12 else 'day_first']}}" for day in _days(120)] * 30
    assert f"{1_350:,} cells whose day" in _check(texts, is_read=True)
    assert _check([*_DAY * 900, *_MONTH]).startswith("2,700 cells")


def test_a_person_may_know_which_order_holds() -> None:
    rows = "id,opened\n" + "".join(f"{n},{text}\n" for n, text in enumerate([*_DAY, "04/03/2026", *_MONTH]))
    told = SourceDefinition(id="t", dates="day_first")
    with pytest.raises(DatesSwapped) as found:
        read(rows.encode(), told, moments=["opened"], numbers=[])
    assert (found.value.field, "line 6" in found.value.reason) == ("opened", True)
    meant = SourceDefinition(id="t", dates="day_first", options={"meant": ["opened"]})
    known = read(rows.encode(), meant, moments=["opened"], numbers=[])
    assert known.frame["opened"].dt.month.tolist() == [1, 1, 1, 3]
    assert len(known.quarantine) == 3


def _of_years(rows: int, years: float, *, weekends: float, seed: int = 1) -> list[date]:
    """Days in no order, from the first of January 2023."""
    rng = random.Random(seed)
    found: list[date] = []
    while len(found) < rows:
        day = date(2023, 1, 1) + timedelta(days=rng.randrange(int(365 * years)))
        if day.weekday() < 5 or rng.random() < weekends:
            found.append(day)
    return found


def _written(days: list[date], swapped: int = 0) -> list[str]:
    """With the day first; of the first so many days up to 12 and months are swapped."""
    return [
        f"{day.month:02}/{day.day:02}/{day.year}"
        if place < swapped and day.day <= 12
        else f"{day.day:02}/{day.month:02}/{day.year}"
        for place, day in enumerate(days)
    ]


@pytest.mark.parametrize("part", [1.0, 0.5])
@pytest.mark.parametrize("years", [1, 2, 3])
def test_weekdays_tell_what_was_swapped_in_files_of_years(years: int, part: float) -> None:
    days = _of_years(2_000, years, weekends=0.05)
    told = _check(_written(days, int(part * len(days))))
    assert "lie on weekdays on which 2 % of the other" in told


@pytest.mark.parametrize("years", [1.5, 2.5])
def test_months_without_later_days_tell_what_was_swapped(years: float) -> None:
    days = _of_years(1_000, years, weekends=1)
    assert " months hold no day after the 12th" in _check(_written(days, len(days)))


@pytest.mark.parametrize("weekends", [0, 0.05, 0.3, 1])
@pytest.mark.parametrize(("rows", "years"), [(200, 1), (2_000, 1), (2_000, 2.5), (60, 3)])
def test_days_in_one_order_are_left_alone_whatever_their_weekdays(rows: int, years: float, weekends: float) -> None:
    for seed in range(5):
        assert not _check(_written(_of_years(rows, years, weekends=weekends, seed=seed)))


def test_one_import_on_a_quiet_day_is_no_sign() -> None:
    days = _of_years(1_000, 2, weekends=0.02)
    assert not _check(_written([*days, *[date(2023, 5, 6)] * 500]))


def test_a_file_may_begin_and_end_within_the_first_days_of_a_month() -> None:
    days = [date(2023, month, day) for month in (1, 2, 3) for day in range(1, 29)]
    assert not _check(_written([*days, *(date(2023, 4, day) for day in range(1, 12))] * 3))


def test_the_weekdays_of_a_few_days_say_nothing() -> None:
    first = [date(2016, 2, 29)] * 1_300 + [date(2016, 3, 1 + n % 8) for n in range(8_000)]  # the first rows of a log
    assert not _check(_written(first))
