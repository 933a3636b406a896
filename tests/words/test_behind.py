"""The numbers behind a verdict: each as its sentence reads it, none that says what it is not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csi.terms import Period
from csi.words.behind import numbers, read_of
from tests.analysis.series import kpi_input, plain_result, step

NUMBER = re.compile(r"[−+]?[\d,]+(?:\.\d+)?")


def plain(**changed: Any) -> dict[str, Any]:
    known = plain_result(kpi_input(step(-5.0), target=20.0))
    return {**known, **changed}


def values(text: str) -> list[float]:
    return [float(found.replace("−", "-").replace(",", "")) for found in NUMBER.findall(text)]


levels = st.floats(0.01, 5000).map(lambda value: round(value, 3))
gaps = st.floats(0.001, 50).map(lambda value: round(value, 4))


@given(levels, levels, gaps, gaps, gaps)
def test_what_is_read_beside_each_other_adds_up_and_keeps_its_side(
    before: float, after: float, below: float, above: float, other: float
) -> None:
    difference = after - before
    change = {
        "difference": difference,
        "lower": difference - below,
        "upper": difference + above,
        "p": 0.2,
        "p_adjusted": None,
        "hodges_lehmann": difference + other,
        "smallest_detectable": other,
    }
    detail = {
        "before": {"level": before},
        "after": {"level": after},
        "hodges_lehmann_lower": difference - below,
        "hodges_lehmann_upper": difference + other + above,
        "minimum_important_difference": other,
    }
    result = plain(change=change, detail=detail, target=None)
    said, read = dict(numbers(result, Period.WEEK)), read_of(result)
    assert read is not None
    assert said["Difference"] == f"{read.difference} ({read.likely})"
    [was], [now] = values(read.before), values(read.after)
    middle, low, high = values(said["Difference"])
    assert was + middle == pytest.approx(now, abs=1e-9)
    assert low <= middle <= high
    assert (low > 0) == (difference - below > 0)
    assert (high < 0) == (difference + above < 0)
    shift, lowest, highest = values(said["Hodges–Lehmann"])
    assert (shift > 0) == (difference + other > 0) or shift == 0
    assert lowest <= highest
    for size in ("Smallest effect that would have been seen", "Smallest that matters"):
        [shown] = values(said[size])
        assert shown > 0
        assert not said[size].startswith("+")


def test_numbers_have_the_decimals_of_their_sentence() -> None:
    result = plain()
    said, read = dict(numbers(result, Period.WEEK)), read_of(result)
    assert read is not None
    assert read.difference in said["Difference"]
    assert f"centre {read.scale.level(result['limits']['centre'])}, n = " in said["Limits"]
    assert said["Trend a week"].startswith(("−", "+", "slowly"))
    assert " a week (likely " in said["Trend a week"]
    assert re.fullmatch(r"\d+ % \(\d+ % to \d+ %\)", said["Periods on target"])


def test_what_was_not_judged_is_said_so() -> None:
    nothing = {
        "change": dict.fromkeys(plain()["change"]),
        "trend": dict.fromkeys(plain()["trend"]),
        "assurance": dict.fromkeys(plain()["assurance"]),
        "limits": {"kind": "xmr", "centre": None, "n": 3},
        "detail": {},
        "evidence": "none",
        "verdict": "INCONCLUSIVE",
        "target": None,
    }
    said = dict(numbers(plain(**nothing), Period.DAY))
    assert said["Difference"] == said["Hodges–Lehmann"] == said["Periods on target"] == "not judged"
    assert said["Trend a day"] == "not judged, p –"
    assert said["Limits"] == "XmR, centre –, n = 3"
    assert said["Smallest that matters"] == said["Autocorrelation met"] == "–"
    assert said["Evidence; attribution"].startswith("not judged; ")
    assert dict(numbers(plain(evidence="none"), Period.DAY))["Evidence; attribution"].startswith("none for a change")


@pytest.mark.parametrize(
    ("p", "said"), [(0.0009, "< .001"), (0.001, ".001"), (0.2, ".200"), (None, "–"), (1.0, "1.000")]
)
def test_a_p_value_is_told_as_the_field_writes_it(p: float | None, said: str) -> None:
    change = {**plain()["change"], "p": p, "p_adjusted": None}
    assert dict(numbers(plain(change=change), Period.WEEK))["p, and p adjusted for all KPIs"] == f"{said}, –"


@pytest.mark.parametrize(("target", "band"), [(20.0, "lower"), (None, [10.0, 20.0])])
def test_a_level_keeps_its_side_of_the_target_or_band(target: float | None, band: Any) -> None:
    detail = {"before": {"level": 25.0}, "after": {"level": 20.004}}
    change = {**plain()["change"], "difference": -4.996, "lower": -5.0, "upper": -4.9}
    read = read_of(plain(detail=detail, change=change, target=target, direction=band))
    assert read is not None
    assert values(read.after) == [20.004]


def test_a_difference_without_levels_is_told_alone() -> None:
    change = {**plain()["change"], "difference": -4.5, "lower": None, "upper": None}
    for detail in ({}, {"before": {"level": 3.0}}, {"after": {"level": 3.0}}):
        read = read_of(plain(change=change, detail=detail))
        assert read is not None
        assert (read.difference, read.sides) == ("−4.50 h", ())
