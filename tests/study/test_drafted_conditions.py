"""What is drafted says something of the rows, and a length of time is no clock and no key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csi.reading.layout import guess
from csi.reading.times_of_day import tells_when
from csi.study.drafting.answers import answers
from csi.study.drafting.looked import looked
from csi.study.drafting.parts import part_of
from csi.study.drafting.text import Draft, study_text

_ROWS = np.arange(120)
_DAYS = pd.date_range("2025-01-06", periods=120, freq="D").strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    ("name", "cells", "where"),
    [
        ("Internado", np.where(_ROWS % 3, "SIM", "NÃO"), "not Internado is missing"),
        ("Internado", np.where(_ROWS % 3, "SIM", ""), None),
        ("Umfrage", np.where(_ROWS % 3, "zufrieden", "unzufrieden"), "not Umfrage is missing"),
        (
            "Umfrage",
            np.array(["zufrieden", "unzufrieden", "Offered"])[_ROWS % 3],
            'Umfrage in ("zufrieden", "unzufrieden")',
        ),
    ],
)
def test_no_condition_is_offered_that_names_all_that_a_column_holds(
    tmp_path: Path, name: str, cells: object, where: str | None
) -> None:
    pd.DataFrame({"day": _DAYS, name: cells}).to_csv(tmp_path / "a.csv", index=False)
    found = list(answers(looked([part_of(tmp_path / "a.csv")], "a", "UTC"), "day"))
    assert [one.keys["where"] for one in found] == ([] if where is None else [where])


@pytest.mark.parametrize(
    ("header", "cells", "told"),
    [
        ("talk", ["0:05", "2:59", "5:59"], False),
        ("talk", ["0:05", "2:59", "6:00"], True),
        ("Gespräch", ["00:10:15", "00:59:01"], False),
        ("Uhrzeit", ["0:05", "2:59"], True),
        ("Time", ["0:05", "2:59"], True),
        ("Talk time", ["0:05", "2:59"], False),
        ("Start", ["01:05", "02:59"], True),
        ("x", ["1:05 PM", "2:59 PM"], True),
        ("x", ["14:05"] * 9 + ["late"], True),
        ("x", ["14:05"] * 8 + ["late"], False),
        ("x", [], False),
    ],
)
def test_a_clock_that_never_comes_to_the_morning_is_a_length(header: str, cells: list[str], told: bool) -> None:
    assert tells_when(header, cells) is told


def test_a_length_beside_a_day_is_measured_not_joined_and_no_key(tmp_path: Path) -> None:
    took = [f"00:{one % 60:02}:{one // 60:02}" for one in _ROWS]
    pd.DataFrame({"Day": _DAYS, "Wrap": took}).to_csv(tmp_path / "a.csv", index=False)
    file = looked([part_of(tmp_path / "a.csv")], "a", "UTC")
    assert ("join" in file.source.options, file.source.key, list(file.numbers)) == (False, "", ["Wrap"])


def test_a_column_of_clocks_is_no_key_and_one_whose_name_says_nothing_is_asked_about(tmp_path: Path) -> None:
    clocks = [f"{one // 6:02}:{one % 6}0" for one in _ROWS]
    for name, asked in (("Gespräch", True), ("Uhrzeit", False)):
        path = tmp_path / f"{asked}.csv"
        pd.DataFrame({"Tag": _DAYS, name: clocks}).to_csv(path, index=False)
        assert [one.role for one in guess(path).columns] == ["moment", ""]
        file = looked([part_of(path)], "a", "UTC")
        text = study_text(Draft([file], tmp_path, "UTC", "s", None), [], [])
        assert (f"? {name} looks like the time of day: leave it out if it says how long" in text) == asked
