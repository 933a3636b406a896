"""The unit a column was found to be in, held against the unit of a KPI: converted, asked about, or told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import (
    Duration,
    ExchangeRate,
    KpiDefinition,
    PausedFor,
    RatioValue,
    SourceDefinition,
    StudyDefinition,
    hash_of,
)
from csi.errors import InvalidInput, InvalidInputs, UnitUnclear
from csi.reading.durations import ShortClock
from csi.reading.layout import Column
from csi.reading.quantities import Written
from csi.reading.reading import Reading
from csi.series.column_units import taken_unsaid
from csi.series.found_units import Fit, Found, Spread, found_in, together, unit_question, with_found_units
from csi.series.proven_units import proven
from csi.study.engines import Engine, Means
from csi.study.engines import made as made_by
from csi.terms import Period
from tests.series.studies import date, kpi, made, moments, reading, replace, study, values

AT = moments("2026-03-02T08:00Z", "2026-03-03T08:00Z", "2026-03-10T08:00Z")


def found(numbers: list[float], unit: str, **others: Any) -> Reading:
    """A delivery whose column ``n`` is in a unit."""
    one = reading({"opened_at": AT, "n": numbers, **others})
    return replace(one, units={"n": unit, **dict.fromkeys(others, "")})


def level(unit: str, measure: str = "mean", **fields: Any) -> KpiDefinition:
    """A KPI over the numbers of ``n``."""
    return kpi("k", measure, value="n", unit=unit, **fields)


@pytest.mark.parametrize(
    ("own", "unit", "right"),
    [
        ("min", "h", [1.5, 5]),
        ("s", "min", [1.5, 5]),
        ("h", "h", [90, 300]),
        ("", "h", [90, 300]),
        ("%", "ratio", [0.9, 3]),
        ("ratio", "%", [9_000, 30_000]),
        ("$", "USD", [90, 300]),
        ("$", "CAD", [90, 300]),
        ("EUR", "EUR", [90, 300]),
        ("million", "count", [9e7, 3e8]),
    ],
)
def test_a_found_unit_is_converted(own: str, unit: str, right: list[float]) -> None:
    assert values(made(study(level(unit)), found([60, 120, 300], own))["k"]) == pytest.approx(right)


@pytest.mark.parametrize(
    ("own", "unit"),
    [
        ("GB", "h"),
        ("min", "count"),
        ("min", "points"),
        ("min", "%"),
        ("EUR", "h"),
        ("$", "EUR"),
        ("kr", "USD"),
        ("EUR", "USD"),
        ("mo", "d"),
        ("mo", "h"),
        ("%", "h"),
    ],
)
def test_a_unit_of_another_kind_is_told(own: str, unit: str) -> None:
    with pytest.raises(InvalidInput) as told:
        made(study(level(unit)), found([60, 120, 300], own))
    assert told.value.field == "kpis.k.unit"
    assert f"'n' are in {own}, which does not convert into {unit}; expected {own} here, or units: {{n: …}}" in str(
        told.value
    )


def test_money_in_a_found_currency_is_converted_by_rate() -> None:
    rates = (ExchangeRate("EUR", "USD", date(2026, 1, 1), 1.5),)
    assert values(made(study(level("USD", "sum"), rates=rates), found([60, 120, 300], "EUR"))["k"]) == [270, 450]


def test_what_is_declared_holds_over_what_was_found() -> None:
    declared = study(level("h"), source={"options": {"units": {"n": "h"}}})
    assert values(made(declared, found([60, 120, 300], ""))["k"]) == [90, 300]
    with pytest.raises(InvalidInput, match="were read in min, and units says h; expected the file to be read again"):
        made(declared, found([60, 120, 300], "min"))
    hours = study(level("h"), source={"options": {"units": {"n": "hours"}}})
    assert values(made(hours, found([60, 120, 300], "h"))["k"]) == [90, 300]


def test_a_clock_that_is_stated_is_in_seconds() -> None:
    declared = study(level("min"), source={"options": {"units": {"n": "h:mm"}}})
    assert values(made(declared, found([60, 120, 300], "s"))["k"]) == [1.5, 5]


def test_a_found_unit_changes_no_definition() -> None:
    plain = study(level("h"))
    before = hash_of(plain)
    filled = with_found_units(plain, {"tickets": [Found({"n": "min"})]})
    assert filled.sources["tickets"].options["units"] == {"n": "min"}
    assert (hash_of(plain), plain.sources["tickets"].options) == (before, {})
    assert with_found_units(plain, {"tickets": [Found({"n": ""})]}) == plain


def test_two_units_in_the_files_of_one_source_are_told() -> None:
    for other, said in (("h", "in min and in h"), ("", "in min and without a unit")):
        with pytest.raises(InvalidInput, match=rf"'n' are {said} in its files; .*units: {{n: min}}") as told:
            made(study(level("h")), found([60, 120, 300], "min"), found([1, 2, 3], other))
        assert told.value.field == "sources.tickets.units"
    silent = replace(found([60, 120, 300], ""), units={})  # without a number of its own
    assert values(made(study(level("h")), found([60, 120, 300], "min"), silent)["k"])


def test_every_kpi_that_cannot_be_is_told_at_once() -> None:
    two = study(level("GB"), replace(level("EUR"), id="other"), kpi("count"))
    with pytest.raises(InvalidInputs) as told:
        made(two, found([60, 120, 300], "min"))
    assert [one.field for one in told.value.errors] == ["kpis.k.unit", "kpis.other.unit"]


def test_measures_that_read_no_numbers_do_not_mind() -> None:
    assert values(made(study(kpi("k", "distinct", value="n")), found([60, 60, 300], "min"))["k"]) == [1, 1]


SHARES = [0.91, 1.0, 0.95]


@pytest.mark.parametrize("measure", ["mean", "median", "p90", "last", "min", "max"])
def test_fractions_under_a_kpi_in_per_cent_are_asked_about(measure: str) -> None:
    with pytest.raises(InvalidInput) as told:
        made(study(level("%", measure)), found(SHARES, ""))
    assert told.value.field == "kpis.k.unit"
    assert "'n' go from 0.91 to 1 and name no unit" in str(told.value)
    assert 'units: {n: ratio} where 1 is all, or {n: "%"} where 100 is' in str(told.value)


def test_zeros_and_ones_under_a_kpi_in_per_cent_are_asked_about() -> None:
    """Flags, or shares of 1: their mean in % is a hundred times what it says."""
    with pytest.raises(InvalidInput, match=r"'n' go from 0 to 1 and name no unit, the KPI is in %; expected units: "):
        made(study(level("%")), found([0, 1, 1], ""))
    assert values(made(study(level("%")), found([0, 1, 1], "ratio"))["k"]) == [50.0, 100.0]


@pytest.mark.parametrize(
    ("numbers", "unit"),
    [
        ([0, 0, 0], "%"),  # nothing is nothing in both
        ([0, 1, 1.01], "%"),
        ([0.5, 1.01, 0.9], "%"),  # one per cent and a bit
        ([-0.1, 0.5, 0.9], "%"),  # a change
        ([0.91, 1.5, 0.95], "ratio"),
        ([0.2, 0.5, 0.9], "h"),
        ([0.2, 0.5, 0.9], "ppm"),
    ],
)
def test_numbers_of_a_size_that_fits_are_not_asked_about(numbers: list[float], unit: str) -> None:
    assert len(values(made(study(level(unit, "max")), found(numbers, ""))["k"])) == 2


def test_numbers_beyond_all_under_a_ratio_are_asked_about() -> None:
    with pytest.raises(InvalidInput, match=r"go from 0\.9 to 1\.51 and name no unit, the KPI is in ratio"):
        made(study(level("ratio")), found([0.9, 1.0, 1.51], ""))


@pytest.mark.parametrize(("declared", "right"), [("ratio", [95.5, 95]), ("%", [0.955, 0.95])])
def test_the_answer_is_taken(declared: str, right: list[float]) -> None:
    said = study(level("%"), source={"options": {"units": {"n": declared}}})
    assert values(made(said, found(SHARES, declared))["k"]) == pytest.approx(right)
    assert values(made(said, found(SHARES, ""))["k"]) == pytest.approx(right)


def test_the_size_is_that_of_all_deliveries() -> None:
    assert values(made(study(level("%")), found(SHARES, ""), found([91, 100, 95], ""))["k"])


def test_a_ratio_brings_both_sides_to_one_unit() -> None:
    over = kpi("k", "ratio", value=RatioValue("n", "m"), unit="ratio")
    one = replace(found([60, 120, 300], "min", m=[2.0, 4.0, 5.0]), units={"n": "min", "m": "h"})
    assert values(made(study(over), one)["k"]) == [0.5, 1]
    hours = replace(over, unit="h/ticket")
    assert values(made(study(hours), replace(one, units={"n": "min", "m": ""}))["k"]) == [0.5, 1]
    with pytest.raises(InvalidInput, match="'n' are in GB, which does not convert into h"):
        made(study(hours), replace(one, units={"n": "GB", "m": ""}))


def test_pauses_are_subtracted_in_minutes_whatever_they_are_in() -> None:
    rows = {"opened_at": AT, "end": AT + (AT.iloc[1] - AT.iloc[0])}
    lasting = kpi("k", "mean", value=Duration("opened_at", "end", pauses=(PausedFor("n"),)), unit="h")
    for unit, right in (("min", 23), ("s", 24 - 1 / 60)):
        one = replace(reading({**rows, "n": [60.0] * 3}), units={"n": unit})
        assert values(made(study(lasting), one)["k"]) == pytest.approx([right, right]), unit
    longer = replace(reading({**rows, "n": [60.0] * 3}), units={"n": "h"})
    assert values(made(study(lasting), longer)["k"]) == [None, None]  # a pause of 60 h in a day is refused
    with pytest.raises(InvalidInput, match="'n' are in GB, which does not convert into min"):
        made(study(lasting), replace(reading({**rows, "n": [60.0] * 3}), units={"n": "GB"}))


def test_a_pause_whose_unit_nobody_says_is_asked_about() -> None:
    rows = {"opened_at": AT, "end": AT + (AT.iloc[1] - AT.iloc[0])}
    lasting = kpi("k", "mean", value=Duration("opened_at", "end", pauses=(PausedFor("n"),)), unit="h")
    unsaid = replace(reading({**rows, "n": [60.0, 60.0, 60.0]}), units={"n": ""})
    with pytest.raises(UnitUnclear) as told:
        made(study(lasting), unsaid)
    assert str(told.value) == (
        "kpis.k.value.pauses: the pauses in 'n' name no unit, and go from 60 to 60; "
        "expected {column: n, unit: …} with what they are in: s, min, h or d"
    )
    by_pause = replace(lasting, value=Duration("opened_at", "end", pauses=(PausedFor("n", "min"),)))
    by_column = study(lasting, source={"options": {"units": {"n": "min"}}})
    assert values(made(study(by_pause), unsaid)["k"]) == values(made(by_column, unsaid)["k"]) == [23, 23]
    nothing = replace(reading({**rows, "n": [np.nan] * 3}), units={"n": ""})
    assert values(made(study(lasting), nothing)["k"]) == [24, 24]


def test_parts_of_a_delivery_are_looked_over_together() -> None:
    one = reading({"n": [0.5, float("nan"), 1.0], "m": [1.0, 2.0, 3.0], "e": [float("nan")] * 3})
    first = found_in({"n": "", "m": "h", "e": ""}, one.frame, study(), "")
    assert first == Found({"n": "", "m": "h", "e": ""}, {"n": Spread(0.5, 1.0, between=True)})
    second = found_in({"n": ""}, reading({"n": [2.0, -1.0]}).frame, study(), "")
    assert together([first, second]).spreads == {"n": Spread(-1.0, 2.0, between=True)}


@pytest.mark.parametrize(
    ("own", "wanted", "fit"),
    [
        ("min", "h", Fit.CONVERTED),
        ("h", "hours", Fit.SAME),
        ("", "h", Fit.ASKED),
        ("", "EUR", Fit.ASKED),
        ("", "count", Fit.SAME),
        ("", "tickets", Fit.SAME),
        ("GB", "h", Fit.REFUSED),
        ("min", "tickets", Fit.REFUSED),
        ("$", "USD", Fit.SAME),
        ("$", "EUR", Fit.REFUSED),
        ("%", "ratio", Fit.CONVERTED),
    ],
)
def test_what_a_form_must_ask(own: str, wanted: str, fit: Fit) -> None:
    question = unit_question(Column(name="n", kind="number", unit=own, written=Written(own)), wanted)
    assert (question.fit, question.is_clock) == (fit, False)
    clock = Column(name="n", kind="number", written=Written(asks=True, short=ShortClock.UNTOLD))
    assert (unit_question(clock, wanted).fit, unit_question(clock, wanted).is_clock) == (Fit.ASKED, True)


_ROWS = "".join(f"T{n};{3 + n % 5}.03.2025 10:00;{n} h 30 min;1.{n:03},50 €;{n % 7},5 %;{n}\n" for n in range(1, 41))
_KPIS: dict[str, tuple[str, str, str]] = {
    "dur": ("Dauer", "p90", "min"),
    "cost": ("Betrag", "sum", "EUR"),
    "rate": ("Quote", "mean", "ratio"),
    "mins": ("Zeit [min]", "median", "h"),
}


def _by_engine(folder: Path, means: Means, text: str, **kpis: KpiDefinition) -> Any:
    (folder / "t.csv").write_text("Nr;Datum;Dauer;Betrag;Quote;Zeit [min]\n" + text)
    source = SourceDefinition(id="t", file="t.csv", dates="day_first", key="Nr")
    definition = StudyDefinition(service="desk", timezone="UTC", period=Period.WEEK, sources={"t": source}, kpis=kpis)
    return made_by(definition, folder, means)


def _kpis(**units: str) -> dict[str, KpiDefinition]:
    return {
        name: kpi(name, measure, source="t", at="Datum", value=column, unit=units.get(name, unit))
        for name, (column, measure, unit) in _KPIS.items()
    }


@pytest.mark.slow
def test_both_engines_find_and_ask_the_same(tmp_path: Path, scheduler: str) -> None:
    engines = [Means(engine, scheduler) for engine in Engine]
    results = [_by_engine(tmp_path, means, _ROWS, **_kpis()).kpis for means in engines]
    for name in _KPIS:
        assert values(results[0][name]) == values(results[1][name]), name
    assert values(results[0]["mins"]) == [20.5 / 60]
    assert values(results[0]["cost"]) == [sum(1000.5 + n for n in range(1, 41))]
    assert values(results[0]["rate"]) == pytest.approx([sum(n % 7 + 0.5 for n in range(1, 41)) / 4_000])
    bare = "".join(f"T{n};3.03.2025 10:00;{n} h;{n};0,{n};{n}\n" for n in range(10, 30))
    for text, units, said in ((_ROWS, {"dur": "GB"}, "are in s"), (bare, {"rate": "%"}, "go from 0.1 to 0.29")):
        told = []
        for means in engines:
            with pytest.raises(InvalidInput, match=said) as error:
                _by_engine(tmp_path, means, text, **_kpis(**units))
            told.append(str(error.value))
        assert told[0] == told[1]


def timed(column: str, numbers: list[float], lasting: list[float], **others: Any) -> Reading:
    """A delivery whose rows last so many minutes from ``opened_at`` to ``done``, with a column whose unit is unsaid."""
    opened = pd.date_range("2026-03-02 08:00", periods=len(numbers), freq="h", tz="UTC").as_unit("us")
    done = opened + pd.to_timedelta(lasting, unit="min")
    texts = pd.Series(done.strftime("%Y-%m-%d %H:%M:%S"), dtype=pd.StringDtype(na_value=np.nan))
    one = reading({"opened_at": pd.Series(opened), column: numbers, "done": texts, **others})
    return replace(one, units={column: ""})


LASTING = [7.0, 31.0, 95.0, 122.0, 250.0, 333.0]
OTHERS = [5.0, 3.0, 2.0, 1.0, 9.0, 4.0]


def of_length(column: str = "Duration", unit: str = "h", **fields: Any) -> KpiDefinition:
    """A KPI over the numbers of a column."""
    return kpi("k", "max", value=column, unit=unit, **fields)


@pytest.mark.parametrize("column", ["Duration", "Handle time", "Dauer", "Tempo de atendimento", "Süre", "処理時間"])
def test_a_length_of_time_without_a_unit_is_asked_about(column: str) -> None:
    with pytest.raises(UnitUnclear) as told:
        made(study(of_length(column)), timed(column, OTHERS, LASTING))
    assert (told.value.field, told.value.source) == ("kpis.k.unit", "tickets")
    assert str(told.value).endswith(
        f"the header of {column!r} names a length of time and no unit, and its numbers go from 1 to 9; "
        f"expected units: {{{column}: …}} under sources.tickets, with what they are in: s, min, h or d"
    )


@pytest.mark.parametrize(
    ("one", "column", "source"),
    [
        (of_length(), "Duration", {"options": {"units": {"Duration": "min"}}}),
        (of_length("value"), "value", {}),
        (of_length(unit="points"), "Duration", {}),
        (replace(of_length(), measure="distinct", unit="count"), "Duration", {}),
        (replace(of_length(), measure="last"), "Duration", {}),
        (of_length(), "Duration", {"options": {"join": {"opened_at": ["Year", "Woche"]}}}),
    ],
)
def test_nothing_is_asked_of_what_is_said_or_is_no_time(one: KpiDefinition, column: str, source: Any) -> None:
    assert values(made(study(one, source=source), timed(column, OTHERS, LASTING))["k"])


@pytest.mark.parametrize("join", [{"opened_at": ["Date", "Time"]}, {"done": ["Year", "Week"]}])
def test_rows_dated_by_a_day_are_no_table_of_periods(join: dict[str, list[str]]) -> None:
    with pytest.raises(UnitUnclear, match="names a length of time"):
        made(study(of_length(), source={"options": {"join": join}}), timed("Duration", OTHERS, LASTING))


def test_the_file_s_own_header_counts_beside_the_name_a_study_gives_it() -> None:
    with pytest.raises(UnitUnclear, match="'v'"):
        made(study(of_length("v"), source={"columns": {"Duration": "v"}}), timed("v", OTHERS, LASTING))


@pytest.mark.parametrize(
    ("size", "numbers", "right"),
    [
        ("min", LASTING, 333 / 60),
        ("s", [60 * one for one in LASTING], 333 / 60),
        ("h", [round(one / 60, 2) for one in LASTING], 5.55),
        ("cut off", [one - 1 for one in LASTING], 332 / 60),
    ],
)
def test_a_length_between_two_moments_of_its_row_proves_its_unit(size: str, numbers: list[float], right: float) -> None:
    assert values(made(study(of_length()), timed("Duration", numbers, LASTING))["k"]) == [pytest.approx(right)]


def test_a_unit_is_proven_by_several_different_lengths_that_nearly_all_agree() -> None:
    plain = SourceDefinition(id="t")
    four = timed("n", [*LASTING[:4], *LASTING[:1]], [*LASTING[:4], *LASTING[:1]]).frame
    assert (proven(four, "n", plain), proven(timed("n", LASTING[:5], LASTING[:5]).frame, "n", plain)) == ("", "min")
    many = LASTING + [float(one) for one in range(400, 1_400, 100)] + [4_000.0, 5_000.0, 6_000.0, 7_000.0]
    for slips, right in ((2, "min"), (3, "")):
        given = [1.0] * slips + many[slips:]
        assert proven(timed("n", given, many).frame, "n", plain) == right


def test_deliveries_that_prove_two_units_prove_none() -> None:
    two = {
        "tickets": [Found({"Duration": ""}, {}, {"Duration": "min"}), Found({"Duration": ""}, {}, {"Duration": "h"})]
    }
    assert with_found_units(study(of_length()), two).sources["tickets"].options == {}
    one = {"tickets": [two["tickets"][0], Found({"Duration": ""})]}
    assert with_found_units(study(of_length()), one).sources["tickets"].options["units"] == {"Duration": "min"}
    assert together(two["tickets"]).proven == {"Duration": "min"}


@pytest.mark.parametrize("column", ["value", "amount", "x"])
def test_the_moments_of_a_row_tell_what_a_number_of_any_name_is_in(column: str) -> None:
    hours = made(study(of_length(column)), timed(column, LASTING, LASTING))["k"]
    assert values(hours) == [333 / 60]  # minutes, as from opened_at to done


def test_a_number_that_says_nothing_is_taken_to_be_in_the_unit_of_its_kpi_and_that_is_told() -> None:
    unsaid = timed("value", OTHERS, [one * 60 + 1 for one in OTHERS[::-1]])
    found = made(study(of_length("value", "min")), unsaid)["k"]
    assert values(found) == [9]
    told = "value names no unit; its numbers are taken to be in min."
    assert told in found.notes
    stated = study(of_length("value", "min"), source={"options": {"units": {"value": "min"}}})
    assert told not in made(stated, unsaid)["k"].notes
    for where, is_told in (("x (min)", False), ("x (h)", True), ("x", True)):
        named = replace(of_length("value", "min"), where=f'team != "{where}" or team == "{where}"')
        assert bool(taken_unsaid(study(named), named)) is is_told
    plain = made(study(of_length("value", "points")), unsaid)["k"]
    assert not any("names no unit" in note for note in plain.notes)


@pytest.mark.parametrize(("longer", "is_asked"), [(5, False), (6, True)])
def test_numbers_that_would_last_longer_than_their_rows_are_asked_about(longer: int, is_asked: bool) -> None:
    numbers = [*(3.0 + n for n in range(longer)), *[0.25] * 5]  # as hours, in rows of an hour and more
    unsaid = timed("value", numbers, [70.0 + n for n in range(len(numbers))])
    if not is_asked:
        assert values(made(study(of_length("value")), unsaid)["k"]) == [7]
        return
    with pytest.raises(UnitUnclear) as told:
        made(study(of_length("value")), unsaid)
    assert str(told.value) == (
        "kpis.k.unit: 'value' names no unit, and its numbers go from 0.25 to 8: in h, 6 of 11 would last longer than "
        "all moments of their rows span; expected units: {value: …} under sources.tickets, with what they are in: s, "
        "min, h or d"
    )
    stated = study(of_length("value"), source={"options": {"units": {"value": "h"}}})
    assert values(made(stated, unsaid)["k"]) == [8]


def test_a_few_numbers_that_repeat_are_no_sign_of_another_unit() -> None:
    unsaid = timed("value", [3.0, 4.0, 5.0, 6.0] * 3, [70.0 + n for n in range(12)])
    assert values(made(study(of_length("value")), unsaid)["k"]) == [6]


def test_one_number_cannot_be_in_two_units() -> None:
    unsaid = timed("value", OTHERS, [900.0] * len(OTHERS))
    both = study(of_length("value"), replace(of_length("value", "min"), id="other"))
    with pytest.raises(UnitUnclear) as told:
        made(both, unsaid)
    assert str(told.value) == (
        "kpis.other.unit: 'value' names no unit, and its numbers go from 1 to 9: kpis.k takes them to be in h, this "
        "one in min; expected units: {value: …} under sources.tickets, with what they are in: s, min, h or d"
    )
    alike = study(of_length("value"), replace(of_length("value", "hours"), id="other"))
    assert values(made(alike, unsaid)["other"]) == [9]


@pytest.mark.parametrize(
    ("own", "wanted", "sums"),
    [("thousand EUR", "EUR", [8_000.0, 6_000.0]), ("million EUR", "Mio. €", [8.0, 6.0]), ("cent", "EUR", [0.08, 0.06])],
)
def test_a_scale_in_a_header_is_brought_to_the_unit_of_the_kpi(own: str, wanted: str, sums: list[float]) -> None:
    assert values(made(study(level(wanted, "sum")), found([3.0, 5.0, 6.0], own))["k"]) == sums


@pytest.mark.parametrize(
    ("own", "told"), [("thousand", "units: {n: …} with thousand EUR, or EUR"), ("mil USD", "units: {n: …} with EUR")]
)
def test_a_scale_of_no_currency_or_of_another_is_asked_about(own: str, told: str) -> None:
    with pytest.raises(UnitUnclear, match=r"which does not convert into EUR") as error:
        made(study(level("EUR", "sum")), found([3.0, 5.0, 6.0], own))
    assert told in str(error.value)


@pytest.mark.parametrize(("own", "value"), [("thousand EUR", 1_000.0), ("cent", 0.01), ("EUR", 1.0)])
def test_a_side_of_a_ratio_is_brought_from_its_scale(own: str, value: float) -> None:
    one = found([2.0, 2.0, 4.0], own, m=[2.0, 2.0, 4.0])
    ratio = kpi("k", "ratio", value=RatioValue("n", "m"), unit="EUR/ticket")
    assert values(made(study(ratio), one)["k"]) == [value, value]
