"""Money by dated rate: the rate in force at the row's moment, and a sentence where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import ExchangeRate, StudyDefinition
from csi.errors import NotComparable
from csi.step4_process.money import rates_of
from tests.step4_process.studies import kpi, made, moments, reading, study, values

RATES = (
    ExchangeRate("USD", "EUR", date(2026, 3, 9), 0.5),
    ExchangeRate("USD", "EUR", date(2026, 3, 2), 0.9, "ECB"),
    ExchangeRate("GBP", "EUR", date(2026, 1, 1), 1.2),
)
ROWS: dict[str, Any] = {
    "opened_at": moments("2026-03-02T00:00Z", "2026-03-08T23:59Z", "2026-03-09T00:00Z", "2026-03-10T08:00Z"),
    "cost": [10.0, 20.0, 30.0, 40.0],
    "currency": ["USD", "EUR", "USD", "GBP"],
}
BY_ROW = {"options": {"units": {"cost": {"column": "currency"}}}}


def spent(source: dict[str, Any] = BY_ROW, **fields: Any) -> StudyDefinition:
    return study(kpi("k", "sum", value="cost", unit="EUR"), source=source, **{"rates": RATES, **fields})


def changed(**cells: Any) -> pd.DataFrame:
    return pd.DataFrame({**ROWS, **cells})


def test_each_row_is_converted_with_the_rate_in_force_at_its_moment() -> None:
    assert values(made(spent(), reading(ROWS))["k"]) == [9 + 20, 15 + 48]


def test_a_columns_declared_currency_is_converted_by_rate() -> None:
    found = made(spent({"options": {"units": {"cost": "USD"}}}), reading(ROWS))["k"]
    assert values(found) == [9 + 18, 15 + 20]


def test_a_rate_begins_at_midnight_in_the_reporting_zone() -> None:
    rows = changed(opened_at=moments(*["2026-03-08T23:30Z"] * 4), currency=["USD"] * 4)
    assert values(made(spent(timezone="Europe/Madrid"), reading(rows))["k"]) == [50]
    assert values(made(spent(), reading(rows))["k"]) == [90]


def test_a_row_before_the_first_rate_goes_to_quarantine_with_a_sentence() -> None:
    early = moments("2026-03-01T23:59Z", "2026-03-02T08:00Z", "2026-03-02T08:00Z", "2026-03-03T08:00Z")
    found = made(spent(), reading(changed(opened_at=early)))["k"]
    assert sum(values(found)) == 20 + 27 + 48
    assert found.counts["tickets"].quarantined == 1
    assert "lies before the first rate of USD in EUR" in found.quality.validity.examples[0]


def test_a_row_without_a_moment_is_no_row_before_the_first_rate() -> None:
    some = moments(None, "2026-03-08T23:59Z", "2026-03-09T00:00Z", "2026-03-10T08:00Z")
    found = made(spent(), reading(changed(opened_at=some)))["k"]
    assert (values(found), found.counts["tickets"].quarantined) == ([20, 63], 0)


def test_a_currency_without_any_rate_goes_to_quarantine_naming_the_pair() -> None:
    found = made(spent(), reading(changed(currency=["CHF", "EUR", "moons", "GBP"])))["k"]
    assert values(found) == [20, 48]
    assert found.counts["tickets"].quarantined == 2
    first, second = found.quality.validity.examples
    assert "there is no rate of CHF in EUR" in first
    assert "not a unit that is known" in second


def test_a_columns_currency_without_any_rate_is_told_as_before() -> None:
    with pytest.raises(NotComparable, match=r"unit 'CHF' and unit 'EUR'.*under rates"):
        made(spent({"options": {"units": {"cost": "CHF"}}}), reading(ROWS))


def test_a_rate_holds_one_way_only() -> None:
    dollars = replace(kpi("k", "sum", value="cost", unit="USD"))
    definition = study(dollars, source=BY_ROW, rates=RATES)
    assert made(definition, reading(ROWS))["k"].counts["tickets"].quarantined == 2


def test_the_rate_of_every_moment_is_that_of_a_plain_search() -> None:
    draw = np.random.default_rng(7)
    days = sorted({int(day) for day in draw.integers(1, 28, 9)})
    every = [ExchangeRate("USD", "EUR", datetime(2026, 2, day, tzinfo=UTC), float(day)) for day in days]
    rates = rates_of(spent(rates=tuple(reversed(every))))
    asked = [datetime(2026, 2, int(day), int(hour), tzinfo=UTC) for day, hour in draw.integers(1, 24, (200, 2))]
    found = rates.at("USD", "EUR", np.array([int(one.timestamp()) * 1_000_000 for one in asked]))
    plain = [max((float(day) for day in days if day <= one.day), default=np.nan) for one in asked]
    np.testing.assert_array_equal(found, plain)
