"""Of a study and of a proposal alike: the period has cases enough, so that none is told by one case."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from csi.study.drafting import drafted
from csi.study.drafting.proposal import proposed


@pytest.mark.parametrize(
    ("each", "count", "period"),
    [
        (timedelta(hours=23), 90, "week"),  # thirteen weeks of seven: the days would be enough in number
        (timedelta(hours=3), 300, "day"),
        (timedelta(days=3), 160, "month"),
    ],
)
def test_a_drafted_study_has_the_period_that_a_proposal_has(
    tmp_path: Path, each: timedelta, count: int, period: str
) -> None:
    path = tmp_path / "tickets.csv"
    moments = [datetime(2025, 1, 6, 8) + place * each for place in range(count)]
    rows = [
        f"T{place},{at:%Y-%m-%d %H:%M},{at + timedelta(hours=5):%Y-%m-%d %H:%M}" for place, at in enumerate(moments)
    ]
    path.write_text("\n".join(["Number,Opened,Closed", *rows]) + "\n", encoding="utf-8")
    assert f"\nperiod: {period} " in drafted([path], tmp_path, "UTC").text
    assert proposed(path, "UTC").period == period


@pytest.mark.parametrize(("header", "named"), [("Année;N°_Semaine;Délai (h)", ""), ("Year;Week;Ref;Delay (h)", "Ref")])
def test_a_part_of_the_date_is_no_key_and_a_value_a_week_is_measured_by_week(
    tmp_path: Path, header: str, named: str
) -> None:
    path = tmp_path / "weeks.csv"
    weeks = [(2025, week) for week in range(40, 53)] + [(2026, week) for week in range(1, 18)]
    lines = [f"{year};{week};{f'R{week};' if named else ''}{5 + 3 * week % 7},5" for year, week in weeks]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    found = proposed(path, "UTC")
    assert found.mapping.get("key", "") == named
    if not named:
        assert (found.period, [one.unit for one in found.candidates]) == ("week", ["h"])
