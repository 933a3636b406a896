"""Amounts as they are drafted: per cents that are one count by another as the sums of both, periods side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from csi.study.drafting.drafted import drafted
from csi.study.drafting.proposal import proposed

NAMES = ("Datum", "Anrufe", "In 20 s", "Aufgelegt", "Servicelevel in %")


def _kpis(folder: Path, percent: Callable[[int, int], float], days: int) -> dict[str, dict]:
    """Per KPI of the draft what it says; ``percent`` of calls and calls taken in time, by day."""
    rows = [";".join(NAMES)]
    for day in range(days):
        calls, taken = 100 + 37 * day % 290, 60 + 13 * day % 39
        shown = f"{percent(calls, taken):.1f}".replace(".", ",")
        rows.append(f"{date(2025, 1, 6) + timedelta(day):%d.%m.%Y};{calls};{taken};{day % 7};{shown}")
    (folder / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    return yaml.safe_load(drafted([folder / "t.csv"], folder, "UTC").text)["kpis"]


def test_a_quotient_is_told_by_its_numbers(tmp_path: Path):
    kpis = _kpis(tmp_path, lambda calls, taken: 100 * taken / calls, 60)
    (ratio,) = [one for one in kpis.values() if one["measure"] == "ratio"]
    assert ratio["value"] == {"numerator": "In 20 s", "denominator": "Anrufe"}
    assert (ratio["unit"], ratio["direction"]) == ("%", "higher")
    assert not [one for one in kpis.values() if one.get("value") == "Servicelevel in %"]


@pytest.mark.parametrize("days", [9, 10])
def test_ten_rows_tell_it(tmp_path: Path, days: int):
    kpis = _kpis(tmp_path, lambda calls, taken: 100 * taken / calls, days)
    assert any(one["measure"] == "ratio" for one in kpis.values()) is (days == 10)


@pytest.mark.parametrize(
    "percent",
    [
        lambda calls, taken: 100 * taken / calls + (5 if calls % 2 else 0),
        lambda calls, taken: 100 * taken / (calls + 20),
        lambda calls, taken: 80.0 + calls % 2 / 10,
    ],
    ids=["half", "other", "flat"],
)
def test_what_is_no_quotient_of_the_columns_stays_a_mean(tmp_path: Path, percent: Callable[[int, int], float]):
    kpis = _kpis(tmp_path, percent, 60)
    assert not [one for one in kpis.values() if one["measure"] == "ratio"]
    assert [one for one in kpis.values() if one.get("value") == "Servicelevel in %"]


def test_what_periods_side_by_side_hold_is_no_id_however_few_rows_are_alike(tmp_path: Path):
    rows = [
        f"{team},{','.join(str(1000 + 137 * (7 * team + month) % 1861) for month in range(8))}" for team in range(3)
    ]
    names = "Team,Jan 2024,Feb 2024,Mar 2024,Q1 2024,Apr 2024,May 2024,Jun 2024,Q2 2024"
    (tmp_path / "t.csv").write_text("\n".join([names, *rows]), encoding="utf-8")
    kpis = yaml.safe_load(drafted([tmp_path / "t.csv"], tmp_path, "UTC").text)["kpis"]
    assert [(one.get("value"), one["where"]) for one in kpis.values()] == [
        ("value", f'Team == "{team}"') for team in range(3)
    ]


@pytest.mark.parametrize(("begun_anew", "asked"), [(True, True), (False, False)])
def test_a_total_so_far_is_asked_about_in_the_draft_and_not_offered_in_the_bot(
    tmp_path: Path, begun_anew: bool, asked: bool
):
    days = [date(2026, 1, 1) + timedelta(day) for day in range(150)]
    numbers = [3 * day.day + day.day % 2 if begun_anew else 40 + 17 * day.day % 29 for day in days]
    rows = [f"{day},{number},{50 + 13 * day.day % 7}" for day, number in zip(days, numbers, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["Date,Closed,Open", *rows]), encoding="utf-8")
    made = drafted([tmp_path / "t.csv"], tmp_path, "UTC")
    assert ("kpis.mean_closed.value" in made.guessed, "a total so far" in made.text) == (asked, asked)
    told = proposed(tmp_path / "t.csv", "UTC")
    assert [one.name for one in told.candidates] == ["Mean of Open"] if asked else ["Mean of Closed", "Mean of Open"]
    assert ["a total so far" in one.sentence for one in told.passed if one.name == "Closed"] == [True] * asked
