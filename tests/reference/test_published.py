"""Every published example, computed by our own functions, at its own tolerance."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csi.analysis import change_point, limits, shares, signals, trend
from csi.analysis.aim import Aim
from csi.analysis.assurance import against
from csi.analysis.effect import hodges_lehmann
from csi.definition import CalendarDefinition
from csi.series.calendar import open_time
from csi.series.periods import edges, microseconds
from csi.series.quantiles import quantile
from csi.terms import Direction, Period
from tests.reference import comparisons
from tests.reference.published import FILE, Case, case, cases

NIST_FACTOR = 3 / limits.D2  # NIST does not round it to 2.66


def places(flags: np.ndarray) -> list[int]:
    """Marked places, counted from 1 as the sources do."""
    return [int(place) + 1 for place in np.flatnonzero(flags)]


def test_every_published_case_is_computed_here():
    text = Path(__file__).read_text(encoding="utf-8")
    missing = [name for name in cases() if not re.search(rf'"{name}"', text)]
    assert missing == []


def test_the_copies_are_true(shared: Path):
    golden = json.loads((shared / "golden" / "golden_public.json").read_text(encoding="utf-8"))
    ours = {one["name"]: one for one in json.loads(FILE.read_text(encoding="utf-8"))}
    for one in golden:
        copy = ours[one["name"]]
        assert (copy["data"], copy["expected"], copy["tolerance"]) == (one["data"], one["expected"], one["tolerance"])


def mean_range(values: np.ndarray) -> float:
    return float(limits.mean(limits.moving_ranges(values)))


@pytest.mark.parametrize(
    ("name", "factor", "screen"),
    [
        ("xmr_wheeler_in_process_inventory", limits.XMR_FACTOR, True),
        ("xmr_nist_flowrate", NIST_FACTOR, True),
        ("xmr_nhs_screened_mr", limits.XMR_FACTOR, True),
        ("xmr_nhs_unscreened_mr", limits.XMR_FACTOR, False),
    ],
)
def test_xmr(name: str, factor: float, screen: bool):
    one = case(name)
    lines = limits.xmr(one.numbers(), screen=screen, factor=factor)
    found = {
        "mean": lines.centre,
        "lower": lines.lower[0],
        "upper": lines.upper[0],
        "mr_bar": mean_range(one.numbers()),
    }
    for figure in one.expected:
        one.check(figure, float(found[figure]))


def test_xmr_finds_the_one_batch_outside():
    one = case("xmr_qcc_viscosity")
    values = one.numbers()
    lines = limits.xmr(values, screen=False, factor=NIST_FACTOR)
    assert places(signals.outside(values, lines.lower, lines.upper) != 0) == one.expected["violating"]


def test_western_electric_vectors():
    one = case("western_electric_vectors")
    for vector in one.data["cases"]:
        found = comparisons.western_electric(np.array(vector["z"], dtype=float))
        assert places(found[vector["rule"]]) == one.expected[vector["rule"]]


def test_western_electric_overlap():
    one = case("western_electric_overlap")
    found = comparisons.western_electric(one.numbers("z"))
    assert {rule: places(flags) for rule, flags in found.items()} == one.expected


def test_nhs_runs_and_trends_of_seven():
    one = case("nhs_shift_and_trend_of_7")
    for signs, flags in zip(one.data["shift_signs"], one.expected["shift_flags"], strict=True):
        assert signals.shift(np.array(signs, dtype=np.int8)).astype(int).tolist() == flags
    for values, flags in zip(one.data["trend_values"], one.expected["trend_flags"], strict=True):
        rising, falling = signals.trend(np.array(values, dtype=float))
        assert (rising | falling).astype(int).tolist() == flags


def test_run_limits_of_anhoej():
    one = case("anhoej_run_limits")
    assert {str(n): list(comparisons.run_limits(n)) for n in one.data["n_useful"]} == one.expected


def attribute(one: Case, lines: limits.Lines, rate: np.ndarray) -> None:
    found = {"center": lines.centre, "lower": lines.lower[0], "upper": lines.upper[0]}
    for figure in found.keys() & one.expected.keys():
        one.check(figure, float(found[figure]))
    if "outside" in one.expected:
        assert places(signals.outside(rate, lines.lower, lines.upper) != 0) == one.expected["outside"]


def test_c_chart():
    one = case("c_chart_nist_wafers")
    attribute(one, limits.c(one.numbers("c")), one.numbers("c"))


def test_p_chart():
    one = case("p_chart_nist_wafers")
    attribute(one, limits.p(one.numbers(), one.numbers("n")), one.numbers() / one.numbers("n"))


def test_u_chart():
    one = case("u_chart_montgomery_7_4")
    attribute(one, limits.u(one.numbers(), one.numbers("n")), one.numbers() / one.numbers("n"))


def test_u_chart_with_runs():
    one = case("u_chart_hospital_BAC")
    lines, rate = limits.u(one.numbers(), one.numbers("n")), one.numbers() / one.numbers("n")
    one.check("center", float(lines.centre))
    longest, crossings = comparisons.run_lengths(signals.sides(rate, lines.centre))
    assert (longest, crossings) == (one.expected["longest_run"], one.expected["n_crossings"])
    outside = signals.outside(rate, lines.lower, lines.upper)
    assert int(np.abs(outside).sum()) == one.expected["sigma_signal_count"]


def test_t_chart():
    one = case("t_chart_montgomery_7_6")
    lines = limits.t(one.numbers("hours_between"))
    attribute(one, lines, one.numbers("hours_between"))


def test_mann_kendall_with_ties_and_gaps():
    one = case("mann_kendall_arbitrary_360")
    found = trend.mann_kendall(one.numbers()[None], autocorrelated=False)
    figures = {"S": found.s, "var_S": found.variance, "z": found.z, "p": found.p, "sen_slope": found.slope}
    for figure, values in figures.items():
        one.check(figure, float(values[0]))


def test_sen_slope_and_tau():
    one = case("sen_slope_shampoo")
    found = trend.mann_kendall(one.numbers()[None], autocorrelated=False)
    figures = {"S": found.s, "tau": found.tau, "sen_slope": found.slope, "sen_intercept": found.intercept}
    for figure, values in figures.items():
        one.check(figure, float(values[0]))


def test_short_series_give_a_number_not_nan():
    one = case("short_series_mk_must_not_be_nan")
    first = trend.mann_kendall(one.numbers("series1")[None], autocorrelated=False)
    figures = (first.s, first.variance, first.z, first.p, first.slope)
    for place, (found, wanted) in enumerate(zip(figures, one.expected["series1"], strict=True)):
        one.check(f"series1[{place}]", float(found[0]), wanted)
    second = trend.mann_kendall(one.numbers("series2")[None])
    one.check("S", float(second.s[0]), one.expected["series2_S_slope"][0])
    one.check("slope", float(second.slope[0]), one.expected["series2_S_slope"][1])
    assert 0 < second.p[0] < 0.05


def test_seasonal_mann_kendall():
    one = case("seasonal_mann_kendall_airpassengers")
    found = trend.mann_kendall(one.numbers()[None], season=one.data["period"], autocorrelated=False)
    for figure, values in {"S": found.s, "var_S": found.variance, "z": found.z}.items():
        one.check(figure, float(values[0]))


def test_change_point_of_the_nile():
    one = case("changepoint_nile_1898")
    first_after = int(change_point.least_squares(one.numbers()[None]).first_after[0])
    assert first_after == one.expected["last_obs_of_first_segment"]
    assert one.data["start_year"] + first_after - 1 == one.expected["year"]
    index, p = comparisons.pettitt(one.numbers())
    assert index == one.expected["pettitt_index"]
    assert p == pytest.approx(3.6e-07, rel=0.01)


def test_hodges_lehmann_and_mann_whitney():
    one = case("mann_whitney_permeability")
    shift = hodges_lehmann(one.numbers("y")[None], one.numbers("x")[None])
    assert float(shift.shift[0]) == pytest.approx(0.305)
    second = stats.mannwhitneyu(one.numbers("x"), one.numbers("y"), alternative="greater", method="exact")
    assert second.statistic == one.expected["W"]
    one.check("p", float(second.pvalue))


def test_interrupted_counts_of_the_sicilian_smoking_ban():
    one = case("its_sicily_smoking_ban")
    after = np.array([one.data["intervention"]], dtype=bool)
    found = comparisons.quasi_poisson(one.numbers("aces")[None], one.numbers("stdpop")[None], ~after, after)
    one.check("rr_level", float(np.exp(found.level[0])))
    for found_side, wanted in zip((found.lower, found.upper), one.expected["ci"], strict=True):
        one.check("ci", float(np.exp(found_side[0])), wanted)


def test_wilson_intervals():
    one = case("wilson_newcombe_a")
    for good, valid in one.data["cases"]:
        for found, wanted in zip(shares.wilson(good, valid), one.expected[f"{good}/{valid}"], strict=True):
            one.check(f"{good}/{valid}", float(found), wanted)


def test_newcombe_difference():
    one = case("newcombe_difference_a")
    interval = shares.newcombe(*(one.data[key] for key in ("x1", "n1", "x2", "n2")))
    for found, wanted in zip(interval, one.expected["ci"], strict=True):
        one.check("ci", float(found), wanted)


def test_burn_rates():
    one = case("burn_rate_table")
    for (share, hours), wanted in zip(one.data["alerts"], one.expected["burn"], strict=True):
        one.check("burn", comparisons.burn_threshold(share, hours, window_days=one.data["window_days"]), wanted)
    one.check("budget_minutes", comparisons.budget_minutes(one.data["slo"], window_days=one.data["window_days"]))


def test_quantiles_are_of_type_seven():
    one = case("percentile_definition_nist")
    one.check("type7_default", quantile(one.numbers(), one.data["q"]))
    other = float(np.quantile(one.numbers(), one.data["q"], method="weibull"))
    one.check("weibull_type6", other)


def test_days_of_a_clock_change():
    one = case("dst_london_2024")
    for season in ("spring", "autumn"):
        day = pd.Timestamp(one.data[season], tz=one.data["tz"])
        first, second = edges(day, day + pd.Timedelta(hours=12), Period.DAY, one.data["tz"])[:2]
        assert (second - first) / pd.Timedelta(hours=1) == one.expected[f"{season}_hours"]
    local = [
        pd.Timestamp(one.data["autumn"] + "T01:30").tz_localize(one.data["tz"], ambiguous=a) for a in (True, False)
    ]
    assert [moment.tz_convert("UTC").isoformat() for moment in local] == one.expected["local_0130_autumn_utc"]


def open_microseconds(hours: dict[str, tuple[str, ...]], first: str, last: str) -> int:
    start, end = pd.Timestamp(first, tz="UTC"), pd.Timestamp(last, tz="UTC")
    table = open_time(CalendarDefinition(hours=hours), start, end, "UTC")
    return int(table.between(microseconds(pd.DatetimeIndex([start])), microseconds(pd.DatetimeIndex([end])))[0])


def test_business_hours():
    one = case("business_hours_40")
    windows = tuple(f"{first:02}:00-{last:02}:00" for first, last in one.data["windows"])
    found = open_microseconds({"mon-fri": windows}, one.data["start"], one.data["end"])
    one.check("hours", found / 3.6e9)


def test_business_days():
    one = case("busday_count_numpy")
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for (first, last, mask), wanted in zip(one.data["cases"], one.expected["counts"], strict=True):
        hours = {name: ("00:00-24:00",) for name, works in zip(names, mask, strict=True) if works == "1"}
        whole = [date.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01") for text in (first, last)]
        assert open_microseconds(hours, *(day.isoformat() for day in whole)) / 8.64e10 == wanted


def test_assurance_truth_table():
    one = case("assurance_truth_table")
    words = {
        "consistently met": "consistent_pass",
        "consistently missed": "consistent_fail",
        "hit or miss": "inconsistent",
    }
    found = []
    for target, lower, upper, way in one.data["cases"]:
        aim = Aim(Direction.HIGHER if way == "increase" else Direction.LOWER, target)
        found.append(words[against(aim, np.array([lower]), np.array([upper]))])
    assert found == one.expected["results"]
