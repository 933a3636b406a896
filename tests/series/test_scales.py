"""Scores on another scale, parts above their whole, lengths below zero: asked about or refused, never judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import Duration, KpiDefinition, Window
from csi.series import DoubtKind, doubts, process_study, said, settling
from csi.series.doubts import target_doubts
from csi.series.net_promoter import shows_scale
from csi.series.tried import Tried, merged
from csi.study.evaluation import evaluate
from csi.terms import Direction, Verdict
from tests.series.studies import date, kpi, reading, replace, study, values

SCORE = kpi(measure="nps", value="score", unit="points")
LEVEL = kpi(measure="mean", value="score", unit="%")


def answers(*numbers: float | None) -> dict[str, Any]:
    days = pd.date_range("2026-03-02", periods=len(numbers), tz="UTC").as_unit("us")
    return {"opened_at": pd.Series(days), "score": pd.Series(numbers, dtype=float)}


def found(one: KpiDefinition, *numbers: float | None) -> tuple[Any, ...]:
    asked = study(one, source={"options": {"units": {"score": "%"}}} if one is not SCORE else None)
    return doubts(asked, {"tickets": [reading(answers(*numbers))]})["k"]


@pytest.mark.parametrize(
    ("given", "is_shown"),
    [
        ({1, 2, 3, 4, 5}, False),
        ({1, 5, 7}, False),
        ({0, 5, 8}, True),
        ({10}, True),
        ({9}, False),  # alone above a scale of five it says: no answer
        ({1, 5, 9}, False),
        ({6, 9}, True),
        ({7, 9}, True),
        (set(), False),
    ],
)
def test_which_answers_show_a_scale_up_to_ten(given: set[int], is_shown: bool) -> None:
    assert shows_scale(given) is is_shown


def test_a_score_of_five_is_asked_about_with_the_answers_seen() -> None:
    [one] = found(SCORE, 5, 5, 4, 1, None)
    assert (one.kind, one.key, one.is_open, one.may_be_meant) == (DoubtKind.OTHER_SCALE, "value", True, True)
    seen = "nothing shows that the answers go from 0 to 10, as nps needs; score holds 5 (2), 1 (1), 4 (1)"
    assert said(one) == seen
    ways = "name the column of the answers from 0 to 10, or take the mean, or write `meant: [value]` if it is so"
    assert settling(one) == ways
    assert found(SCORE, 5, 5, 4, 1, 8) == ()
    assert found(SCORE, None) == ()


def test_a_score_of_a_hundred_leaves_nothing_to_be_meant() -> None:
    [one] = found(SCORE, 0, 10, 100, 80, 80, 75, 60)
    assert (one.fits, one.rows, one.may_be_meant) == (5, 7, False)
    assert said(one).endswith("score holds 0 to 100, 5 of 7 rows no whole number from 0 to 10")
    assert "meant" not in settling(one)
    [tenths] = found(SCORE, 0, 1, 0.9, 0.7)
    assert tenths.fits == 2


def test_one_odd_answer_in_ten_is_refused_and_no_more_than_that() -> None:
    assert found(SCORE, *[9, 8, 7, 10, 3, 9, 8, 7, 10], 11) == ()
    assert found(SCORE, *[9, 8, 7, 10, 3, 9, 8, 7], 11)[0].fits == 1


def test_only_rows_that_are_meant_speak_for_a_scale() -> None:
    one = replace(SCORE, where="score < 6")
    assert [doubt.kind for doubt in found(replace(one, unit="points"), 5, 4, 10, 8)] == [DoubtKind.OTHER_SCALE]


@pytest.mark.parametrize(
    ("numbers", "fields", "is_asked"),
    [
        ([90, 100, 100], {}, False),
        ([90, 100.1, 100], {}, True),
        ([90, 120, 100], {"measure": "p90"}, True),
        ([90, 120, 100], {"measure": "sum"}, False),
        ([-5, 120, 100], {}, False),  # a change in per cent
        ([90, 120, 100], {"target": 100.0}, True),
        ([90, 120, 100], {"target": 110.0}, False),  # whoever aims at more knows
        ([90, 120, 100], {"band": (80.0, 110.0)}, False),
        ([0.5, 1.2], {"unit": "ratio"}, True),
    ],
)
def test_parts_above_their_whole_are_asked_about(numbers: list[float], fields: dict[str, Any], is_asked: bool) -> None:
    unit = fields.get("unit", "%")
    asked = study(replace(LEVEL, **fields), source={"options": {"units": {"score": unit}}})
    told = doubts(asked, {"tickets": [reading(answers(*numbers))]})["k"]
    assert [(one.kind, one.key) for one in told] == [(DoubtKind.MORE_THAN_ALL, "value")] * is_asked


def test_how_many_are_above_is_said() -> None:
    [one] = found(LEVEL, 90, 120, 130, 80)
    assert said(one).startswith("2 of 4 rows are above 100 %, which a part of a whole cannot be; score holds 120 (1)")


def test_portions_say_together_what_all_rows_say() -> None:
    assert merged([Tried(), Tried()]).numbers is None
    parts = [found(SCORE, 5, 4), found(SCORE, 5, 9)]
    assert all(parts)
    whole = found(SCORE, 5, 4, 5, 9)
    assert (whole[0].rows, whole[0].seen[0].counts) == (4, {"4": 1, "5": 2, "9": 1})


def test_a_length_below_zero_is_refused_for_its_kpi_unless_it_is_meant() -> None:
    late = kpi(measure="mean", value="score", unit="min")
    other = kpi("n")
    rows = {"tickets": [reading(answers(10, -4, 0))]}
    made = process_study(study(late, other), rows)
    assert values(made.kpis["k"]) == [5.0]
    assert values(made.kpis["n"]) == [3]
    assert list(made.quarantine["value"]) == ["-4"]
    assert made.quarantine["reason"][0] == "a length of time below zero"
    assert values(process_study(study(replace(late, meant=("value",))), rows).kpis["k"]) == [2.0]
    assert values(process_study(study(replace(late, unit="EUR")), rows).kpis["k"]) == [2.0]


@pytest.mark.parametrize(
    ("target", "direction", "unit", "is_told"),
    [
        (0.75, Direction.HIGHER, "%", True),
        (1.0, Direction.HIGHER, "%", True),
        (1.01, Direction.HIGHER, "%", False),
        (0.75, Direction.LOWER, "%", False),  # nearly none is an aim
        (0.75, Direction.HIGHER, "h", False),
        (0.75, Direction.HIGHER, "ratio", False),
    ],
)
def test_a_share_of_one_is_no_target_in_per_cent(target: float, direction: Direction, unit: str, is_told: bool) -> None:
    weeks = pd.DataFrame({"value": [2.0, 80.0, 90.0, 85.0], "partial": False, "missing": False})
    one = replace(kpi(measure="share", unit=unit, target=target), direction=direction)
    told = list(target_doubts(one, weeks))
    assert len(told) == is_told
    if told:
        assert said(told[0]).endswith("2 % to 90 % a period: less than a tenth of the median")
    assert not list(target_doubts(one, weeks.assign(value=[2.0, 3.0, 7.5, 9.0])))


WEEKS = 30
OPENED = pd.Series(np.repeat(pd.date_range("2025-01-06", periods=WEEKS, freq="7D", tz="UTC"), 4)).dt.as_unit("us")
TURNS = np.arange(4 * WEEKS)
FRAME = {
    "opened_at": OPENED,
    "resolved_at": OPENED + pd.to_timedelta(TURNS % 7 + 1, unit="h"),
    "met": np.where(TURNS % 5 > 0, "yes", "no").tolist(),
    "five": (TURNS % 5 + 1).astype(float),
    "part": 95.0 + TURNS % 10,
    "hundred": 10.0 * (TURNS % 11),
    "total": 10.0 * (TURNS + 1),
    "team": ["A", *[None] * (2 * WEEKS - 1), "B", *[None] * (2 * WEEKS - 1)],
}
SHARE = replace(kpi(measure="share", unit="%"), direction=Direction.HIGHER)
ASKED: dict[DoubtKind, KpiDefinition] = {
    DoubtKind.FIRST_OF_BLOCK: kpi(where='team != "B"'),
    DoubtKind.WHERE_MATCHES_NONE: kpi(where='met == "never"'),
    DoubtKind.WHERE_MATCHES_ALL: kpi(where='met != "never"'),
    DoubtKind.GOOD_MATCHES_NONE: replace(SHARE, good='met == "never"'),
    DoubtKind.GOOD_MATCHES_ALL: replace(SHARE, good='met != "never"'),
    DoubtKind.TARGET_FAR_OUTSIDE: kpi(target=4000.0),
    DoubtKind.OTHER_SCALE: kpi(measure="nps", value="five", unit="points"),
    DoubtKind.MORE_THAN_ALL: kpi(measure="mean", value="part", unit="%"),
    DoubtKind.TOTAL_SO_FAR: kpi(measure="mean", value="total", unit="count"),
    DoubtKind.LAST_OF_SEVERAL: kpi(measure="last", value="five", unit="count"),
}
NEVER: dict[DoubtKind, KpiDefinition] = {
    DoubtKind.SWAPPED: kpi(measure="median", value=Duration("resolved_at", "opened_at"), unit="h"),
    DoubtKind.WHERE_MATCHES_NONE: kpi(measure="mean", value="five", unit="", where='met == "never"'),
    DoubtKind.OTHER_SCALE: kpi(measure="nps", value="hundred", unit="points"),
}


def judged(one: KpiDefinition) -> Any:
    asked = study(
        one,
        source={"options": {"units": {"part": "%"}}},
        baseline=Window(date(2025, 1, 6), date(2025, 4, 21)),
        evaluation=Window(date(2025, 4, 21), date(2025, 7, 28)),
    )
    return evaluate(asked, {"tickets": [reading(FRAME)]}).kpis["k"]


def test_every_kind_of_doubt_is_tried() -> None:
    assert {*ASKED, *NEVER} == {*DoubtKind}


@pytest.mark.parametrize("kind", list(ASKED))
def test_a_word_that_is_asked_for_leads_to_a_verdict(kind: DoubtKind) -> None:
    before = judged(ASKED[kind])
    [one] = before.processed.doubts
    assert (one.kind, before.analysis.verdict) == (kind, Verdict.INCONCLUSIVE)
    assert f"write `meant: [{one.key}]` if it is so" in before.analysis.reasons[0]
    after = judged(replace(ASKED[kind], meant=(one.key,)))
    assert after.analysis.verdict is not Verdict.INCONCLUSIVE, after.analysis.reasons


@pytest.mark.parametrize("kind", list(NEVER))
def test_where_no_word_helps_none_is_asked_for(kind: DoubtKind) -> None:
    told = judged(replace(NEVER[kind], meant=("where", "value")))
    [one] = told.processed.doubts
    assert (one.kind, one.is_open, told.analysis.verdict) == (kind, True, Verdict.INCONCLUSIVE)
    assert "meant" not in told.analysis.reasons[0]


def test_swapped_moments_are_judged_once_they_are_swapped() -> None:
    right = replace(NEVER[DoubtKind.SWAPPED], value=Duration("opened_at", "resolved_at"))
    assert judged(right).analysis.verdict is not Verdict.INCONCLUSIVE
    assert "swap from and to" in judged(NEVER[DoubtKind.SWAPPED]).analysis.reasons[0]


def test_a_doubt_of_a_side_is_settled_there() -> None:
    one = replace(found(SCORE, 5, 4)[0], side="Above")
    assert not one.may_be_meant
    assert settling(one).endswith("or write `meant: [value]` of Above if it is so")
