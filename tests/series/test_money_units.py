"""Money by dated rate: the rate in force at the row's moment, and a sentence where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import Duration, ExchangeRate, KpiDefinition, RatioValue, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs, NotComparable
from csi.series.column_units import undecided
from csi.series.money import rates_of
from csi.study.reading import study_of
from csi.study.writing import study_yaml
from tests.series.studies import kpi, made, moments, reading, study, values

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
    assert values(found) == [None, 20 + 27 + 48]  # the first week held nothing but this row: it is no zero
    assert found.series["refused"].tolist() == [1, 0]
    assert "lies before the first rate of USD in EUR" in found.quality.validity.examples[0]


def test_a_row_without_a_moment_is_no_row_before_the_first_rate() -> None:
    some = moments(None, "2026-03-08T23:59Z", "2026-03-09T00:00Z", "2026-03-10T08:00Z")
    found = made(spent(), reading(changed(opened_at=some)))["k"]
    assert (values(found), found.series["refused"].sum()) == ([20, 63], 0)


def test_a_currency_without_any_rate_goes_to_quarantine_naming_the_pair() -> None:
    found = made(spent(), reading(changed(currency=["CHF", "EUR", "moons", "GBP"])))["k"]
    assert values(found) == [20, 48]
    assert found.series["refused"].tolist() == [1, 1]
    first, second = found.quality.validity.examples
    assert "there is no rate of CHF in EUR" in first
    assert "not a unit that is known" in second


def test_a_columns_currency_without_any_rate_is_told_as_before() -> None:
    with pytest.raises(NotComparable, match=r"unit 'CHF' and unit 'EUR'.*under rates"):
        made(spent({"options": {"units": {"cost": "CHF"}}}), reading(ROWS))


def test_a_rate_holds_one_way_only() -> None:
    dollars = replace(kpi("k", "sum", value="cost", unit="USD"))
    definition = study(dollars, source=BY_ROW, rates=RATES)
    assert made(definition, reading(ROWS))["k"].series["refused"].sum() == 2


def test_the_rate_of_every_moment_is_that_of_a_plain_search() -> None:
    draw = np.random.default_rng(7)
    days = sorted({int(day) for day in draw.integers(1, 28, 9)})
    every = [ExchangeRate("USD", "EUR", datetime(2026, 2, day, tzinfo=UTC), float(day)) for day in days]
    rates = rates_of(spent(rates=tuple(reversed(every))))
    asked = [datetime(2026, 2, int(day), int(hour), tzinfo=UTC) for day, hour in draw.integers(1, 24, (200, 2))]
    found = rates.at("USD", "EUR", np.array([int(one.timestamp()) * 1_000_000 for one in asked]))
    plain = [max((float(day) for day in days if day <= one.day), default=np.nan) for one in asked]
    np.testing.assert_array_equal(found, plain)


def divided(unit: str, units_: dict[str, Any], rates: tuple[ExchangeRate, ...] = RATES) -> StudyDefinition:
    """What was spent over what was planned."""
    one = kpi("k", "ratio", value=RatioValue("cost", "planned"), unit=unit)
    return study(one, source={"options": {"units": units_}}, rates=rates)


PLANNED: dict[str, Any] = {"planned": [10.0, 10.0, 20.0, 20.0]}


def test_both_columns_of_a_ratio_are_converted_at_the_rate_of_their_row() -> None:
    rows = reading(changed(**PLANNED))
    both = {"cost": {"column": "currency"}, "planned": "USD"}
    found = made(divided("%", both), rows)["k"]
    assert values(found, "numerator") == [10, 30]
    assert found.series["refused"].tolist() == [1, 1]  # EUR and GBP have no rate into the plan's currency
    euros = made(divided("%", {"cost": {"column": "currency"}, "planned": "EUR"}), rows)["k"]
    assert values(euros, "numerator") == [9 + 20, 15 + 48]
    assert values(euros) == [145, 157.5]
    alone = made(divided("%", {"cost": {"column": "currency"}}), rows)["k"]
    assert values(alone) == values(euros)


@pytest.mark.parametrize("unit", ["EUR", "EUR/ticket", "EUR per ticket"])
def test_the_currency_a_ratio_names_is_that_of_its_numerator(unit: str) -> None:
    rows = reading(changed(**PLANNED))
    found = made(divided(unit, {"cost": "USD"}), rows)["k"]
    assert values(found, "numerator") == [9 + 18, 15 + 20]
    assert values(found, "denominator") == [20, 40]


def test_two_currencies_of_a_ratio_meet_in_that_of_the_denominator() -> None:
    rows = reading(changed(**PLANNED))
    found = made(divided("ratio", {"cost": "USD", "planned": "EUR"}), rows)["k"]
    assert values(found) == [27 / 20, 35 / 40]
    with pytest.raises(NotComparable, match="under rates"):
        made(divided("ratio", {"cost": "EUR", "planned": "USD"}), rows)


def test_the_columns_of_a_ratio_are_brought_to_one_unit_of_time() -> None:
    rows = reading(changed(**PLANNED))
    for unit, columns, expected in (
        ("ratio", {"cost": "min", "planned": "h"}, [0.5 / 20, 70 / 60 / 40]),
        ("kB/s", {"cost": "B", "planned": "min"}, [0.03 / 1_200, 0.07 / 2_400]),
        ("ratio", {"cost": "min", "planned": "kB"}, [30 / 20, 70 / 40]),
    ):
        assert values(made(divided(unit, columns), rows)["k"]) == pytest.approx(expected), unit


def test_a_row_of_a_ratio_without_a_rate_goes_to_quarantine() -> None:
    rows = changed(currency=["CHF", "EUR", "USD", "GBP"], **PLANNED)
    found = made(divided("EUR/ticket", {"cost": {"column": "currency"}}), reading(rows))["k"]
    assert values(found, "numerator") == [20, 15 + 48]
    assert "there is no rate of CHF in EUR" in found.quality.validity.examples[0]


def test_a_ratio_of_rows_in_several_units_says_to_which_they_are_brought() -> None:
    by_row = {"cost": {"column": "currency"}}
    assert undecided(divided("%", by_row, ())) == (("k", "cost"),)
    assert undecided(divided("%", by_row)) == undecided(divided("EUR", by_row, ())) == ()
    with pytest.raises(InvalidInputs, match=r"kpis.k.unit: does not say to what the unit in each row of 'cost'"):
        study_of(study_yaml(divided("%", by_row, ())).encode())


@pytest.mark.parametrize(
    ("measure", "value", "unit", "declared", "said"),
    [
        ("sum", "cost", "EUR", {"cost": "CHF"}, r"kpis.k.unit: 'cost': unit 'CHF' and unit 'EUR'.*under rates"),
        ("mean", "cost", "h", {"cost": "kB"}, "kpis.k.unit: 'cost': unit 'kB' and unit 'h' measure different things"),
        ("ratio", RatioValue("cost", "planned"), "%", {"cost": "EUR", "planned": "USD"}, "unit 'EUR' and unit 'USD'"),
    ],
)
def test_units_that_do_not_convert_are_told_by_key_before_a_row_is_read(
    measure: str, value: Any, unit: str, declared: dict[str, str], said: str
) -> None:
    one = study(kpi("k", measure, value=value, unit=unit), source={"options": {"units": declared}}, rates=RATES)
    with pytest.raises(InvalidInputs, match=said):
        study_of(study_yaml(one).encode())


def test_units_that_convert_or_are_not_read_are_no_error() -> None:
    for one in (kpi("k", "sum", value="cost", unit="EUR"), kpi("k", "distinct", value="cost"), kpi("k")):
        declared = study(one, source={"options": {"units": {"cost": "USD"}}}, rates=RATES)
        assert study_of(study_yaml(declared).encode()).kpis["k"].measure == one.measure


def test_sums_of_two_currencies_are_not_divided() -> None:
    sides = [kpi(name, "sum", value=name, unit=unit) for name, unit in (("cost", "USD"), ("planned", "EUR"))]
    over = KpiDefinition(
        id="k", name="k", source="", at="", measure="ratio", value=RatioValue("cost", "planned"), unit="%"
    )
    rows = reading(changed(**PLANNED))
    with pytest.raises(InvalidInput, match="cost is in USD and planned in EUR; expected both in one currency"):
        made(study(*sides, over), rows)
    sides = [replace(one, unit=unit) for one, unit in zip(sides, ("min", "h"), strict=True)]
    found = made(study(*sides, over), rows)["k"]
    assert values(found, "numerator") == pytest.approx([0.5, 70 / 60])
    assert values(found) == pytest.approx([100 * 0.5 / 20, 100 * 70 / 60 / 40])


HOURS = {"at": moments(*[f"2026-03-0{day} 08:00" for day in range(2, 6)]), "down": [1.5] * 4, "agreed": [3.0] * 4}


@pytest.mark.parametrize(
    ("unit", "sides", "expected"),
    [
        ("min/ticket", ("down", "n"), (90.0, 360.0, 4.0)),
        ("h", ("down", "n"), (1.5, 6.0, 4.0)),
        ("%", ("down", "agreed"), (100 * 0.25 / 12, 0.25, 12.0)),
        ("h/d", ("down", "agreed"), (0.5, 6.0, 12.0)),
        ("min/h", ("down", "agreed"), (1.25, 360.0, 288.0)),
    ],
)
def test_a_ratio_of_kpis_is_in_the_units_it_names(
    unit: str, sides: tuple[str, str], expected: tuple[float, ...]
) -> None:
    down, agreed = (kpi(name, "sum", at="at", value=name, unit=own) for name, own in (("down", "h"), ("agreed", "d")))
    over = KpiDefinition(id="k", name="k", source="", at="", measure="ratio", value=RatioValue(*sides), unit=unit)
    units_ = {"units": {"down": "h", "agreed": "d"}}
    found = made(study(down, agreed, kpi("n", at="at"), over, source={"options": units_}), reading(HOURS))["k"]
    assert [values(found, name)[0] for name in ("value", "numerator", "denominator")] == pytest.approx(expected)


def test_a_ratio_named_in_another_currency_is_refused() -> None:
    spent = kpi("spent", "sum", at="at", value="down", unit="USD")
    over = KpiDefinition(
        id="k", name="k", source="", at="", measure="ratio", value=RatioValue("spent", "n"), unit="EUR/ticket"
    )
    with pytest.raises(InvalidInput, match="spent is in USD and k in EUR; expected both in one currency"):
        made(study(spent, kpi("n", at="at"), over), reading(HOURS))


def test_a_unit_is_changed_to_the_last_digit() -> None:
    frame = {"at": moments("2026-03-02 08:00", "2026-03-02 08:00"), "end": moments("2026-03-02 09:33", None)}
    one = kpi("ms", "max", at="at", value="ms", unit="s")
    span = kpi("span", "max", at="at", value=Duration("at", "end", "h"), unit="min")
    source = {"options": {"units": {"ms": "ms"}}}
    found = made(study(one, span, source=source), reading({**frame, "ms": [99.248, 7.0]}))
    assert (values(found["ms"]), values(found["span"])) == ([0.099248], [93.0])
