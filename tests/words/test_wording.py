"""Numbers and dates as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.terms import Period
from csi.words import wording
from csi.words.wording import MILLION, amount, count, exact, periods, plainly, point, sentence, spread


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "h", "–"),
        (float("nan"), "h", "–"),
        (0.0, "h", "0 h"),
        (24.6, "h", "24.6 h"),
        (187.678, "h", "188 h"),
        (1928.0, "count", "1,928"),
        (60.6433, "%", "60.6 %"),
        (99.95, "%", "99.95 %"),
        (99.9954, "%", "99.9954 %"),
        (100.0, "%", "100 %"),
        (-3.25, "min", "−3.25 min"),
        (0.01234, "ratio", "0.0123"),
        (1e6, "bytes", "1,000,000 bytes"),
        (999_999_999.0, "bytes", "999,999,999 bytes"),
        (1e9, "bytes", "1 billion bytes"),
        (-2.5e12, "bytes", "−2.5 trillion bytes"),
        (1e15, "bytes", "1 × 10^15 bytes"),
        (3.456e-5, "s", "0.0000346 s"),
        (1e-9, "s", "0.000000001 s"),
        (9e-10, "s", "9 × 10^−10 s"),
    ],
)
def test_numbers(value: float | None, unit: str, text: str) -> None:
    assert amount(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (20.0, "h", "20 h"),
        (0.833333, "d", "0.833333 d"),
        (999_999.0, "€", "999,999 €"),
        (1e6, "€", "1 million €"),
        (-2_345_000.0, "€", "−2.345 million €"),
        (2_345_600.0, "€", "2,345,600 €"),
        (2e9, "€", "2 billion €"),
        (2_000_000_123.0, "€", "2,000,000,123 €"),
        (2e-6, "h", "0.000002 h"),
    ],
)
def test_what_was_agreed_is_told_with_nothing_left_out(value: float, unit: str, text: str) -> None:
    assert exact(value, unit) == text


@pytest.mark.parametrize(
    ("value", "beside", "text"),
    [
        (999_999.4, (), "999,999"),
        (1_204_331.0, (), "1.2 million"),
        (19_999_000.0, (2e7,), "19.999 million"),
        (1e15, (), "1 × 10^15"),
    ],
)
def test_what_is_read_first_is_told_in_millions(value: float, beside: tuple[float, ...], text: str) -> None:
    assert amount(value, "", beside, words_from=MILLION) == text


@given(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(["", "%", "h"]))
def test_every_number_can_be_said_in_few_signs(value: float, unit: str) -> None:
    assert 1 <= len(amount(value, unit)) <= 22


@given(st.floats(min_value=-1e8, max_value=1e8, allow_subnormal=False))
def test_what_is_said_is_within_half_a_percent(value: float) -> None:
    said = float(amount(value).replace(",", "").replace("−", "-").replace(" × 10^", "e"))
    assert said == pytest.approx(value, rel=0.005, abs=1e-300)


@pytest.mark.parametrize(
    ("period", "name"),
    [
        (Period.HOUR, "29 Feb 2016 14:05"),
        (Period.DAY, "29 Feb 2016"),
        (Period.WEEK, "week of 29 Feb 2016"),
        (Period.MONTH, "Feb 2016"),
        (Period.QUARTER, "Q1 2016"),
    ],
)
def test_names_of_periods(period: Period, name: str) -> None:
    assert point(datetime(2016, 2, 29, 14, 5), period) == name


def test_counts_plurals_spreads_and_stops() -> None:
    assert (periods(1, Period.WEEK), periods(1200, Period.DAY)) == ("1 week", "1,200 days")
    assert (spread([]), spread([5.0, 5.0]), spread([813.0, 2068.0])) == ("–", "5", "813–2,068")
    assert count(1234.0) == "1,234"
    assert (sentence("Done"), sentence("Done."), sentence("")) == ("Done.", "Done.", "")


def test_a_number_as_a_cell_holds_it_is_no_power_of_ten() -> None:
    cells = (1_000_000.0, 12_345_678_901.0, 0.00001, -1e12, 2.5, 0.0, float("inf"))
    assert [plainly(cell) for cell in cells] == [
        "1000000",
        "12345678900",
        "0.00001",
        "-1000000000000",
        "2.5",
        "0",
        "inf",
    ]
    assert plainly(12_345_678_901.5, 12, parted=True) == "12,345,678,901.5"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, "h", "–"),
        (float("nan"), "h", "–"),
        (20, "h", "20 h"),
        (12.345, "h", "12.3 h"),
        (95.5, "%", "95.5 %"),
        (1234.56, "count", "1,235"),
        (0.1234, "", "0.123"),
        (-3.5, "min", "−3.5 min"),
        (123.456, "", "123"),
        (0.5, "ratio", "0.5"),
        (3, "1", "3"),
    ],
)
def test_a_value_by_itself_has_three_digits_and_its_unit(value: float | None, unit: str, shown: str) -> None:
    assert wording.amount(value, unit) == shown


def test_days_and_moments() -> None:
    assert wording.when(date(2016, 4, 4)) == "4 Apr 2016"
    assert wording.when(datetime(2016, 7, 4, 12, 5, tzinfo=UTC), "Europe/Lisbon") == "4 Jul 2016, 13:05"
    assert wording.when(datetime(2016, 7, 4, 12, 5), "Europe/Lisbon") == "4 Jul 2016, 12:05"
    assert wording.when(None) == "no date"


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (Period.HOUR, "29 Feb 2016"),
        (Period.DAY, "29 Feb 2016"),
        (Period.WEEK, "the week of 29 Feb 2016"),
        (Period.MONTH, "Feb 2016"),
        (Period.QUARTER, "Q1 2016"),
    ],
)
def test_a_period_in_a_sentence(period: Period, said: str) -> None:
    assert wording.named(date(2016, 2, 29), period) == said


def test_counts_and_lists_in_a_sentence() -> None:
    assert [wording.plural(n, "row") for n in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]
    assert [wording.plural(n, "delivery", "deliveries") for n in (1, 2)] == ["1 delivery", "2 deliveries"]
    assert [wording.listed(list(names)) for names in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
    assert [wording.either(list(names)) for names in ("", "a", "ab", "abc")] == ["", "a", "a or b", "a, b or c"]
