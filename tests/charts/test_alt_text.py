"""Alt text says what the picture shows, from the same data."""

from __future__ import annotations

from dataclasses import replace

from csi.analysis.analysis import Limits
from csi.charts.alt_text import control_chart_text
from tests.charts.samples import KPI, view

LIMITS = Limits(kind="xmr", centre=6.0, lower=1.0, upper=11.0, n=12, trial=False)


def said(*args: object, **kwargs: object) -> str:
    return control_chart_text(view(*args, **kwargs))  # type: ignore[arg-type]


def test_v6_4_alt_text_is_made_from_the_data() -> None:
    text = said(
        [4.0, 9.0, None, 12.0, 5.0], limits=LIMITS, signals={3: ("outside", "concern")}, frame={"partial": [4], "n": 7}
    )
    assert "lowest 4 h (week of 29 Feb 2016), highest 12 h (week of 21 Mar 2016), latest 12 h." in text
    assert "Target 20 h, centre 6 h, limits 1 h to 11 h." in text
    assert "Signals: concern, outside the limits, week of 21 Mar 2016 (12 h)." in text
    assert "1 week without data. 1 week unfinished and not judged." in text
    assert "n = 7 per week · source: incidents" in text


def test_changing_a_value_changes_the_text() -> None:
    assert said([4.0, 9.0]) != said([4.0, 9.5])


def test_one_point_is_said_as_one_point() -> None:
    assert "One finished period, week of 29 Feb 2016: 4 h." in said([4.0])


def test_nothing_measured_is_said() -> None:
    assert "2 weeks, none finished with a value." in said([None, None])


def test_what_unfinished_periods_hold_is_said_where_there_is_nothing_else() -> None:
    text = said([4.0, 9.0, 6.0], frame={"partial": [0, 1, 2]})
    assert "3 weeks, none of them whole: lowest 4 h (week of 29 Feb 2016), highest 9 h (week of 7 Mar 2016)" in text
    assert "latest 6 h." in text
    assert "3 weeks, 2 with a value, none whole: lowest 4 h" in said([4.0, None, 9.0], frame={"partial": [0, 2]})


def test_values_of_too_few_cases_are_said_to_be_hidden() -> None:
    assert "2 weeks, each of too few cases to be shown." in control_chart_text(
        replace(view([4.0, 9.0], frame={"n": 3}), min_n=5)
    )


def test_limits_that_vary_are_told_by_their_outermost() -> None:
    limits = Limits(kind="p_prime", centre=6.0, lower=(1.0, None, 2.0), upper=(9.0, 10.0, 8.0), n=12, trial=False)
    assert "limits 1 h to 10 h, at the newest week 2 h to 8 h" in said([4.0, 5.0, 6.0], limits=limits)


def test_many_signals_are_counted_not_listed() -> None:
    text = said([5.0] * 40, limits=LIMITS, signals=dict.fromkeys(range(30), ("shift", "improvement")))
    assert "and 24 earlier" in text


def test_the_text_never_exceeds_what_slack_takes() -> None:
    kpi = replace(KPI, name="n" * 3000, source="s" * 3000)
    text = said([5.0] * 40, kpi=kpi, service="d" * 3000, sentence="x" * 5000, footnotes=["f" * 3000])
    assert len(text) <= 2000
    assert "Control chart" in text
    assert "Target 20 h" in text
