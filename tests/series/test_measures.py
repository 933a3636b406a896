"""Every measure on rows small enough to count by hand; gaps, partial periods, exclusions, quality."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from csi.definition import CalendarDefinition, Duration, Exclusion, PausedFor, RatioValue, Window
from csi.errors import InvalidInput, NotComparable
from csi.series import exclusions, trace, units
from csi.series.comparable import differences, require, terms_of
from csi.terms import Period
from tests.series.studies import RESOLVE, date, kpi, made, moments, reading, replace, study, values

# Two weeks from Monday 2 March 2026: three tickets, then two; a fourth is never resolved.
TICKETS = {
    "opened_at": moments("2026-03-02 08:00", "2026-03-03 08:00", "2026-03-08 23:59", "2026-03-09 00:00", "2026-03-13"),
    "resolved_at": moments("2026-03-02 10:00", "2026-03-03 12:00", "2026-03-09 07:59", None, "2026-03-13 12:00"),
    "cost": [1.0, 2.0, None, 4.0, 8.0],
    "weight": [1.0, 1.0, 1.0, 0.0, 0.0],
    "kind": ["a", "b", "b", None, "a"],
}


@pytest.mark.parametrize(
    ("measure", "fields", "expected"),
    [
        ("count", {}, [3, 2]),
        ("count", {"where": 'kind == "b"'}, [2, 0]),
        ("distinct", {"value": "kind"}, [2, 1]),
        ("sum", {"value": "cost"}, [3, 12]),
        ("mean", {"value": "cost"}, [1.5, 6]),
        ("median", {"value": "cost"}, [1.5, 6]),
        ("p90", {"value": "cost"}, [1.9, 7.6]),
        ("p0", {"value": "cost"}, [1, 4]),
        ("min", {"value": "cost"}, [1, 4]),
        ("max", {"value": "cost"}, [2, 8]),
        ("last", {"value": "cost"}, [2, 8]),
        ("median", {"value": RESOLVE, "unit": "h"}, [4, 12]),
        ("median", {"value": RESOLVE, "unit": "min"}, [240, 720]),
        # Of the three of the first week one has no cost: it is neither above nor below.
        ("share", {"good": "cost > 1", "unit": "%"}, [50, 100]),
        ("share", {"good": "cost > 1", "unit": "ratio"}, [1 / 2, 1]),
        ("share", {"good": "cost > 1", "unit": "%", "where": 'kind == "c"'}, [None, None]),
        ("ratio", {"value": RatioValue("cost", "weight"), "unit": "ratio"}, [1.5, None]),
        ("backlog", {"value": RESOLVE}, [1, 1]),
    ],
)
def test_values_by_hand(measure: str, fields: dict, expected: list[float | None]) -> None:
    found = values(made(study(kpi("k", measure, **fields)), reading(TICKETS))["k"])
    assert found == [None if one is None else pytest.approx(one) for one in expected]


def test_numerator_and_denominator_are_kept_and_nothing_is_divided_by_zero() -> None:
    ratio = made(study(kpi("k", "ratio", value=RatioValue("cost", "weight"), unit="ratio")), reading(TICKETS))["k"]
    assert values(ratio, "numerator") == [3, 12]
    assert values(ratio, "denominator") == [2, 0]
    assert values(ratio, "missing") == [False, True]


def test_rows_without_a_value_are_counted_against_completeness() -> None:
    found = made(study(kpi("k", "mean", value="cost")), reading(TICKETS))["k"]
    assert values(found, "n") == [2, 2]
    assert (found.quality.completeness.passed, found.quality.completeness.total) == (4, 5)
    assert found.quality.overall == 0.8


@pytest.mark.parametrize("measure", ["mean", "sum", "min", "last", "p90", "ratio"])
def test_rows_without_a_value_are_not_among_those_a_number_comes_from(measure: str) -> None:
    value = RatioValue("cost", "cost") if measure == "ratio" else "cost"
    found = made(study(kpi("k", measure, value=value)), reading(TICKETS))["k"]
    assert [len(trace(found, start)) for start in found.series.index] == values(found, "n") == [2, 2]


def test_availability_counts_overlaps_once_and_agreed_time_only() -> None:
    outages = {
        "from": moments("2026-03-02 08:00", "2026-03-02 09:00", "2026-03-07 00:00"),
        "to": moments("2026-03-02 10:00", "2026-03-02 11:00", "2026-03-08 00:00"),
    }
    up = kpi("up", "availability", at="", value=Duration("from", "to", "min"), unit="%")
    hours = CalendarDefinition(hours={"mon-fri": ("09:00-17:00",)})
    week = Window(date(2026, 3, 2), date(2026, 3, 9))
    [value] = values(made(study(up, calendar=hours, baseline=week), reading(outages))["up"])
    assert value == pytest.approx(100 * (40 - 2) / 40)
    wall = made(study(up, baseline=week), reading(outages))["up"]
    assert values(wall, "denominator") == [7 * 1440]
    assert values(wall, "numerator") == [7 * 1440 - 3 * 60 - 1440]
    assert values(wall, "n") == [3]


def test_an_outage_without_an_end_lasts_until_the_newest_moment_and_is_said() -> None:
    outages = {"from": moments("2026-03-02 00:00", "2026-03-03 12:00"), "to": moments("2026-03-02 06:00", None)}
    up = kpi("up", "availability", at="", value=Duration("from", "to", "min"), unit="%")
    found = made(study(up, period=Period.DAY, as_of=datetime(2026, 3, 4, tzinfo=UTC)), reading(outages))["up"]
    assert values(found)[:2] == [75.0, 50.0]
    assert "without an end" in found.footnotes[0]


def test_open_and_already_late_counts_as_a_breach_once_where_it_became_late() -> None:
    rows = {
        "opened_at": moments("2026-03-02 08:00", "2026-03-03 08:00", "2026-03-05 08:00"),
        "resolved_at": moments("2026-03-02 10:00", None, None),
        "due_at": moments("2026-03-02 12:00", "2026-03-03 12:00", "2026-03-30 12:00"),
    }
    by_due = kpi("k", "share", at="resolved_at", good="resolved_at <= due_at", unit="%")
    by_value = kpi("k", "share", at="resolved_at", value=RESOLVE, good="value <= 4", unit="%")
    now = datetime(2026, 3, 6, tzinfo=UTC)
    for one in (by_due, by_value):
        found = made(study(one, as_of=now), reading(rows))["k"]
        late = 1 if one is by_due else 2
        assert values(found, "numerator") == [1]
        assert values(found, "denominator") == [1 + late]
        assert f"{late} row" in found.footnotes[0]


def test_an_open_row_is_late_when_its_time_less_its_pauses_is_over() -> None:
    rows = {
        "opened_at": moments("2026-03-02 08:00", "2026-03-02 08:00", "2026-03-02 08:00"),
        "resolved_at": moments("2026-03-02 09:00", None, None),
        "paused": [0.0, None, 180.0],
    }
    value = Duration("opened_at", "resolved_at", "h", pauses=(PausedFor("paused"),))
    one = kpi("k", "share", at="resolved_at", value=value, good="value <= 4", unit="%")
    for hour, denominator in ((11, 1), (13, 2), (16, 3)):
        found = made(study(one, as_of=datetime(2026, 3, 2, hour, tzinfo=UTC)), reading(rows))["k"]
        assert values(found, "denominator") == [denominator], hour
        assert values(found, "numerator") == [1]


def test_pauses_are_subtracted() -> None:
    rows = {**TICKETS, "paused": [30.0, None, 0.0, 0.0, 60.0]}
    paused = kpi("k", "sum", value=Duration("opened_at", "resolved_at", "h", pauses=(PausedFor("paused"),)), unit="h")
    assert values(made(study(paused), reading(rows))["k"]) == [2 - 0.5 + 4 + 8, 12 - 1]


def test_what_ends_before_it_begins_goes_to_quarantine() -> None:
    rows = {
        "opened_at": moments("2026-03-02 08:00", "2026-03-02 09:00"),
        "resolved_at": moments("2026-03-02 07:00", "2026-03-02 10:00"),
    }
    found = made(study(kpi("k", "median", value=RESOLVE, unit="h")), reading(rows))["k"]
    assert values(found) == [1]
    assert found.series["refused"].tolist() == [1]
    assert found.quality.validity.ratio == 0.5
    assert "lies before" in found.quality.consistency.examples[0]


def test_the_sum_of_no_rows_is_zero_and_of_rows_without_any_value_it_is_missing() -> None:
    some = {**TICKETS, "cost": [None, None, None, 4.0, None]}
    assert values(made(study(kpi("k", "sum", value="cost")), reading(some))["k"]) == [None, 4]
    none = made(study(kpi("k", "sum", value="cost", where='kind == "a"')), reading(some))["k"]
    assert values(none) == [None, None]
    assert values(made(study(kpi("k", "sum", value="cost", where='kind == "c"')), reading(some))["k"]) == [0, 0]


def rows_at(*days: str, each: int = 1) -> pd.DataFrame:
    return pd.DataFrame({"opened_at": moments(*[day for day in days for _ in range(each)])})


def test_no_data_is_not_nothing_happened() -> None:
    """Ten rows a day and then a silent Wednesday is a gap; one row a day now and then is a quiet desk."""
    days = ["2026-03-02", "2026-03-03", "2026-03-05", "2026-03-06"]
    daily = study(kpi(), period=Period.DAY)
    busy = made(daily, reading(rows_at(*days, each=10)))["k"]
    assert values(busy) == [10, 10, None, 10, 10]
    assert busy.coverage == 0.8
    assert "2026-03-04" in busy.quality.completeness.examples[0]
    quiet = made(daily, reading(rows_at(*days)))["k"]
    assert values(quiet) == [1, 1, 0, 1, 1]
    assert quiet.coverage == 1


def test_weekends_are_compared_with_weekends_and_closed_days_are_no_gap() -> None:
    weekdays = pd.bdate_range("2026-03-02", periods=15).strftime("%Y-%m-%d")
    daily = study(kpi(), period=Period.DAY)
    found = made(daily, reading(rows_at(*weekdays, each=10)))["k"]
    assert values(found)[5:7] == [0, 0]
    office = study(kpi(), period=Period.DAY, calendar=CalendarDefinition(hours={"mon-fri": ("09:00-17:00",)}))
    assert made(office, reading(rows_at(*weekdays, each=10)))["k"].coverage == 1


def test_the_series_reaches_to_the_windows_ends_and_says_what_is_missing() -> None:
    wide = study(
        kpi(),
        baseline=Window(date(2026, 2, 23), date(2026, 3, 2)),
        evaluation=Window(date(2026, 3, 2), date(2026, 3, 30)),
    )
    found = made(wide, reading(TICKETS))["k"]
    assert values(found) == [None, 3, 2, None, None]
    assert [str(start.date()) for start in found.series.index][:2] == ["2026-02-23", "2026-03-02"]


def test_a_short_first_and_last_period_are_partial() -> None:
    days = pd.date_range("2026-03-04", "2026-03-18", freq="12h").strftime("%Y-%m-%d %H:%M")
    assert values(made(study(kpi()), reading(rows_at(*days)))["k"], "partial") == [True, False, True]
    stated = study(kpi(), as_of=datetime(2026, 3, 23, tzinfo=UTC))
    assert values(made(stated, reading(rows_at(*days)))["k"], "partial") == [True, False, False]


def test_v4_3_coverage_below_the_gate_is_told_by_the_overall_minimum() -> None:
    days = ["2026-03-02", "2026-03-03", "2026-03-06", "2026-03-07"]
    found = made(study(kpi(), period=Period.DAY), reading(rows_at(*days, each=10)))["k"]
    assert found.coverage == pytest.approx(4 / 6)
    assert found.quality.overall == pytest.approx(4 / 6)
    assert found.quality.timeliness.ratio == 1


def test_a_source_that_lags_behind_the_others_is_late() -> None:
    lagging = kpi("b", source="other")
    definition = study(kpi(), lagging)
    other = reading(rows_at("2026-03-02", "2026-03-03"))
    found = made(definition, reading(rows_at("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23")), other=[other])
    assert (found["b"].quality.timeliness.passed, found["b"].quality.timeliness.total) == (1, 4)


EXCLUDED = Exclusion("k", date(2026, 3, 3), date(2026, 3, 4), "data-centre move", "service owner")


def test_v4_4_an_exclusion_leaves_rows_out_and_says_so() -> None:
    found = made(study(kpi(), exclusions=(EXCLUDED,)), reading(TICKETS))["k"]
    assert values(found) == [2, 2]
    assert values(found, "excluded") == [True, False]
    assert values(found, "excluded_rows") == [1, 0]
    assert values(found, "partial")[0]  # fewer days, so fewer tickets: not to be compared
    assert found.footnotes[0] == (
        "Left out 2026-03-03 to 2026-03-04 (1 row): data-centre move (approved by service owner)."
    )
    median = made(study(kpi("k", "median", value=RESOLVE, unit="h"), exclusions=(EXCLUDED,)), reading(TICKETS))["k"]
    assert not values(median, "partial")[0]
    other = made(study(kpi("other"), exclusions=(EXCLUDED,)), reading(TICKETS))["other"]
    assert values(other) == [3, 2]


def test_a_period_left_out_whole_is_missing_and_not_expected() -> None:
    whole = replace(EXCLUDED, kpi="", start=date(2026, 3, 2), end=date(2026, 3, 9))
    complete = datetime(2026, 3, 16, tzinfo=UTC)
    found = made(study(kpi(), exclusions=(whole,), as_of=complete), reading(TICKETS))["k"]
    assert values(found)[:2] == [None, 2]
    assert values(found, "missing")[:2] == [True, False]
    assert found.coverage == 1


def test_exclusions_leave_agreed_time_and_downtime_out() -> None:
    outages = {"from": moments("2026-03-02 00:00"), "to": moments("2026-03-03 12:00")}
    up = kpi("k", "availability", at="", value=Duration("from", "to", "min"), unit="%")
    left_out = replace(EXCLUDED, start=date(2026, 3, 3))
    week = Window(date(2026, 3, 2), date(2026, 3, 9))
    found = made(study(up, exclusions=(left_out,), baseline=week), reading(outages))["k"]
    assert values(found, "denominator") == [6 * 1440]
    assert values(found, "numerator") == [5 * 1440]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({"reason": " "}, "reason"), ({"approved_by": ""}, "approved"), ({"end": date(2026, 3, 3)}, "not after")],
)
def test_v4_4_an_exclusion_without_reason_or_approver_is_refused(changed: dict, expected: str) -> None:
    with pytest.raises(InvalidInput, match=expected):
        exclusions.check(replace(EXCLUDED, **changed), "UTC")


def test_v4_1_the_refusal_names_every_difference() -> None:
    before = kpi("k", "median", value=RESOLVE, unit="h", where='priority == "1"')
    after = replace(before, unit="min", where="", measure="mean")
    first = terms_of(before, Period.WEEK, "UTC", CalendarDefinition())
    second = terms_of(after, Period.MONTH, "Europe/Lisbon", CalendarDefinition(holidays="PT"))
    assert not differences(first, first)
    require(first, first)
    with pytest.raises(NotComparable) as caught:
        require(first, second)
    for phrase in (
        "unit was h, is min",
        "period was week, is month",
        "time zone was UTC, is Europe/Lisbon",
        "scope was",
        "is all rows",
        "measure was median, is mean",
        "calendar",
    ):
        assert phrase in str(caught.value)
    assert first.hash != second.hash


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"unit": "min"}, "unit was h, is min"),
        ({"where": ""}, 'scope was “priority == "1"”, is all rows'),
        ({"measure": "mean"}, "definition: measure was median, is mean"),
        ({"at": "closed_at"}, "definition: at was opened_at, is closed_at"),
        ({"source": "calls"}, "definition: source was tickets, is calls"),
        ({"good": "a == b"}, "definition: good was none, is a == b"),
        ({"value": replace(RESOLVE, clock="business")}, "definition: value clock was wall, is business"),
        ({"period": Period.MONTH}, "period was week, is month"),
        ({"timezone": "Europe/Lisbon"}, "time zone was UTC, is Europe/Lisbon"),
        ({"calendar": CalendarDefinition(holidays="PT")}, "calendar of agreed hours has changed"),
    ],
)
def test_v4_1_one_difference_alone_is_named_and_nothing_else(changed: dict, said: str) -> None:
    plain = kpi("k", "median", value=RESOLVE, unit="h", where='priority == "1"')
    terms = {"period": Period.WEEK, "timezone": "UTC", "calendar": CalendarDefinition()}
    of_kpi = {name: value for name, value in changed.items() if name not in terms}
    before = terms_of(plain, **terms)
    after = terms_of(
        replace(plain, **of_kpi), **{**terms, **{name: changed[name] for name in terms if name in changed}}
    )
    [found] = differences(before, after)
    assert said in found


def test_v4_2_ratios_are_added_up_never_averaged() -> None:
    """The month's share is of its rows, not the mean of its weeks; a ratio of medians is refused."""
    rows = pd.DataFrame(
        {
            "opened_at": moments("2026-03-02", "2026-03-09", "2026-03-10", "2026-03-11"),
            "cost": [2.0, 0.0, 0.0, 0.0],
        }
    )
    share = kpi("k", "share", good="cost > 1", unit="%")
    assert values(made(study(share), reading(rows))["k"]) == [100, 0]
    assert values(made(study(share, period=Period.MONTH), reading(rows))["k"]) == [25]
    medians = kpi("m", "median", value="cost")
    divided = kpi("r", "ratio", source="", at="", value=RatioValue("m", "k"), unit="ratio")
    with pytest.raises(InvalidInput, match="a median; expected a count, distinct or sum"):
        made(study(share, medians, divided), reading(rows))


def test_a_ratio_of_two_sources_is_divided_period_by_period() -> None:
    above, below = kpi("cost", "sum", value="amount"), kpi("contacts", source="calls", at="called_at")
    ratio = kpi("per", "ratio", source="", at="", value=RatioValue("cost", "contacts"), unit="EUR")
    costs = {"opened_at": moments("2026-03-02", "2026-03-09"), "amount": [100.0, 90.0]}
    calls = {"called_at": moments("2026-03-03", "2026-03-04", "2026-03-10", "2026-03-10", "2026-03-10")}
    found = made(study(above, below, ratio), reading(costs), calls=[reading(calls)])["per"]
    assert values(found) == [50, 30]
    assert values(found, "n") == [2, 3]
    assert set(found.counts) == {"tickets", "calls"}
    assert sorted(trace(found, found.series.index[0])["source"]) == ["calls", "calls", "tickets"]


def test_a_source_that_has_not_delivered_gives_no_points_and_no_error() -> None:
    found = made(study(kpi("k", "share", good="cost > 1", unit="%")))["k"]
    assert len(found.series) == 0
    assert found.quality.overall is None
    assert found.coverage is None


@pytest.mark.parametrize(
    ("source", "wanted", "factor"),
    [
        ("h", "min", 60),
        ("min", "h", 1 / 60),
        ("hours", "d", 1 / 24),
        ("%", "ratio", 0.01),
        ("MiB", "B", 2**20),
        ("kB", "B", 1000),
        ("points", "points", 1),
        ("ms", "s", 0.001),
    ],
)
def test_units_convert_within_their_dimension(source: str, wanted: str, factor: float) -> None:
    assert units.factor(source, wanted) == pytest.approx(factor)


@pytest.mark.parametrize(("source", "wanted"), [("h", "%"), ("m", "s"), ("EUR", "USD"), ("count", "h")])
def test_units_of_other_dimensions_are_not_guessed(source: str, wanted: str) -> None:
    with pytest.raises(NotComparable, match="measure different things"):
        units.factor(source, wanted)


def test_rows_of_several_units_are_made_one_and_the_unknown_is_told() -> None:
    numbers, unknown = units.converted(pd.Series([1.0, 30.0, 5.0]).to_numpy(), pd.Series(["h", "min", "m"]), "min")
    assert numbers[:2].tolist() == [60, 30]
    assert unknown.tolist() == [False, False, True]


def test_a_columns_declared_unit_is_converted_to_the_kpis() -> None:
    definition = study(kpi("k", "mean", value="cost", unit="h"), source={"options": {"units": {"cost": "min"}}})
    assert values(made(definition, reading(TICKETS))["k"]) == pytest.approx([1.5 / 60, 0.1])


def test_each_row_may_name_its_own_unit_and_an_unknown_one_goes_to_quarantine() -> None:
    rows = {**TICKETS, "cost": [1.0, 60.0, 7.0, 4.0, 8.0], "unit": ["h", "min", "moons", None, "h"]}
    definition = study(
        kpi("k", "sum", value="cost", unit="h"), source={"options": {"units": {"cost": {"column": "unit"}}}}
    )
    found = made(definition, reading(rows))["k"]
    assert values(found) == [2, 12]
    assert found.series["refused"].tolist() == [1, 0]
    assert "'moons': not a unit that is known" in found.quality.validity.examples[0]


def test_strata_are_the_same_kpi_over_narrower_rows() -> None:
    split = made(study(kpi("k", "mean", value="cost", strata="kind")), reading(TICKETS))["k"].strata
    assert split is not None
    assert split["value"].unstack("stratum").loc[pd.Timestamp("2026-03-02", tz="UTC")].to_dict() == {"a": 1, "b": 2}


def test_a_span_left_out_is_measured_in_moments_not_in_letters() -> None:
    start, end = (
        datetime.fromisoformat("2026-03-01T23:00:00+01:00"),
        datetime.fromisoformat("2026-03-01T22:30:00+00:00"),
    )
    exclusions.check(replace(EXCLUDED, start=start, end=end), "UTC")
    with pytest.raises(InvalidInput, match="is not after"):
        exclusions.check(replace(EXCLUDED, start=date(2026, 3, 2), end=datetime(2026, 3, 2)), "UTC")


def test_what_may_still_be_in_time_is_neither_good_nor_bad() -> None:
    """On 13 March at noon: the fourth, opened on the 9th, has five days; on the 14th at midnight it is late."""
    share = kpi("k", "share", value=RESOLVE, good="value <= 120", unit="%")
    noon, later = (
        made(study(share, as_of=datetime(2026, 3, day, 12, tzinfo=UTC)), reading(TICKETS))["k"] for day in (13, 14)
    )
    assert values(noon, "denominator") == [3, 1]
    assert values(noon) == [100, 100]
    assert noon.series["partial"].tolist()[-1] is True
    assert values(later, "denominator") == [3, 2]
    assert values(later) == [100, 50]


def test_an_answer_that_is_not_there_is_no_bad_one() -> None:
    rows = {**TICKETS, "opened_at": TICKETS["opened_at"].where(pd.Series([True, False, True, True, True]))}
    solved = kpi("k", "share", at="resolved_at", value=RESOLVE, good="value <= 9", unit="%")
    found = made(study(solved), reading(rows))["k"]
    assert values(found, "denominator") == [1, 3]  # the fourth is open past its target: late it is
    assert values(found) == [100, pytest.approx(100 / 3)]
    assert found.quality.completeness.ratio == 4 / 5
    said = kpi("k", "share", good="not cost is missing", unit="%")
    assert values(made(study(said), reading(TICKETS))["k"], "denominator") == [3, 2]
