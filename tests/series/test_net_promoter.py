"""The net promoter score from rows: boundaries, what is no answer, how periods add up, portions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.errors import InvalidInputs
from csi.series import process_study
from csi.series.axis import Axis
from csi.series.calendar import ALWAYS
from csi.series.column_kinds import columns_needed
from csi.series.contributions import Contribution
from csi.series.measures import points_of
from csi.series.tally import merged, tally
from csi.study.plain import series_plain
from csi.study.reading import study_from
from tests.series.studies import Exclusion, date, kpi, made, moments, reading, study, values

WEEKS = ("2026-03-02", "2026-03-09", "2026-03-16")


def rows(*weeks: list[float | None]) -> pd.DataFrame:
    """Answers of one week after the other."""
    days = [day for day, answers in zip(WEEKS, weeks, strict=False) for _ in answers]
    answers = [np.nan if one is None else float(one) for week in weeks for one in week]
    return pd.DataFrame({"opened_at": moments(*days), "score": answers})


def score(*weeks: list[float | None], **fields: Any) -> Any:
    asked = kpi("k", "nps", value="score", unit="points", **fields)
    return made(study(asked), reading(rows(*weeks)))["k"]


@pytest.mark.parametrize(
    ("answer", "value"),
    [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100), (10, 100)],
)
def test_six_is_a_detractor_seven_is_passive_and_nine_a_promoter(answer: int, value: int) -> None:
    assert values(score([answer])) == [value]


def test_by_hand_and_never_averaged() -> None:
    """Ten answers with 5 promoters and 2 detractors, then two of a promoter and a passive: 30, 50; together 4 of 12."""
    found = score([10, 9, 9, 10, 9, 8, 7, 8, 6, 0], [9, 7])
    assert values(found) == [30.0, 50.0]
    assert values(found, "numerator") == [3, 1]
    assert values(found, "denominator") == [10, 2]
    assert values(found, "promoters") == [5, 1]
    assert values(found, "detractors") == [2, 0]
    assert values(found, "n") == [10, 2]
    assert found.cases is None  # single answers are not in points
    assert found.footnotes == ()
    point = series_plain(found.series)[0]
    assert (point["promoters"], point["detractors"], point["numerator"]) == (5.0, 2.0, 3.0)


def test_other_kpis_keep_the_columns_of_their_points() -> None:
    counted = made(study(kpi()), reading(rows([9, 8])))["k"]
    assert "promoters" not in series_plain(counted.series)[0]


@pytest.mark.parametrize("odd", [11.0, -1.0, 7.5, 100.0, 10.0001])
def test_what_is_no_answer_is_refused_for_this_kpi_and_told(odd: float) -> None:
    asked = study(kpi("k", "nps", value="score", unit="points"), kpi("n"))
    found = process_study(asked, {"tickets": [reading(rows([9, odd, 10, None]))]})
    assert values(found.kpis["k"]) == [100.0]
    assert values(found.kpis["k"], "n") == [2]
    assert values(found.kpis["k"], "refused") == [1]
    assert values(found.kpis["n"]) == [4]
    told = found.quarantine.iloc[0]
    assert (told["line"], told["column"], told["value"], told["kpis"]) == (3, "score", f"{odd:.10g}", "k")
    assert told["expected"] == "a whole number from 0 to 10"
    assert "score holds what is no answer; expected a whole number from 0 to 10" in found.kpis["k"].footnotes[0]


def test_a_period_of_nothing_but_refused_answers_is_missing_and_one_of_no_answer_too() -> None:
    found = score([9, 9, 9], [11, 12, 13], [None, None, None])
    assert values(found) == [100.0, None, None]
    assert values(found, "refused") == [0, 3, 0]


def test_excluded_answers_are_left_out_of_every_side() -> None:
    asked = kpi("k", "nps", value="score", unit="points")
    days = {"opened_at": moments("2026-03-02", "2026-03-03", "2026-03-04"), "score": [9.0, 2.0, 7.0]}
    out = Exclusion("k", date(2026, 3, 3), date(2026, 3, 4), "outage", "owner")
    found = made(study(asked, exclusions=(out,)), reading(days))["k"]
    assert (values(found), values(found, "promoters"), values(found, "detractors")) == ([50.0], [1], [0])


def test_strata_are_scores_of_their_own_and_weigh_to_the_whole() -> None:
    frame = rows([9, 10, 3, 8, 9, 6]).assign(team=["a", "a", "a", "b", "b", "b"])
    found = made(study(kpi("k", "nps", value="score", unit="points", strata="team")), reading(frame))["k"]
    assert found.strata is not None
    assert found.strata["value"].tolist() == pytest.approx([100 / 3, 0.0])
    weighed = (found.strata["value"] * found.strata["n"]).sum() / found.strata["n"].sum()
    assert weighed == pytest.approx(values(found)[0])


def test_tallies_of_portions_merge_into_that_of_all() -> None:
    asked = kpi("k", "nps", value="score", unit="points")
    edges = np.array([0, 10, 20], dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    axis = Axis(edges, ALWAYS, 20, (nothing, nothing))
    answers = np.array([9, 6, 7, 10, 0, np.nan, 9], dtype=float)
    places = np.array([0, 0, 0, 1, 1, 1, 1])

    def of(part: slice) -> Any:
        given = Contribution(rows=np.arange(7)[part], at=places[part] * 10, value=answers[part])
        return tally(asked, given, places[part], axis)

    whole = points_of(asked, of(slice(None)), axis)
    parts = points_of(asked, merged([of(slice(5, 7)), of(slice(0, 2)), of(slice(2, 5))]), axis)
    for one in (whole, parts):
        assert one.value.tolist() == [0.0, pytest.approx(100 / 3)]
        assert one.numerator.tolist() == [0, 1]
        assert one.denominator.tolist() == [3, 3]


def test_the_answers_are_read_as_numbers_whatever_unit_is_declared() -> None:
    asked = study(kpi("k", "nps", value="score", unit="points"), source={"options": {"units": {"score": "count"}}})
    assert columns_needed(asked, "tickets") == (("opened_at",), ("score",))
    assert values(made(asked, reading(rows([9, 9, 0])))["k"]) == [pytest.approx(100 / 3)]


def plain(**fields: Any) -> dict[str, Any]:
    asked = {"source": "t", "at": "at", "measure": "nps", "value": "score", "direction": "higher", **fields}
    return {
        "study": 1,
        "service": "desk",
        "timezone": "UTC",
        "period": "week",
        "sources": {"t": {"file": "t.csv"}},
        "kpis": {"k": asked},
    }


def test_a_study_asks_for_a_column_and_points() -> None:
    assert study_from(plain(), "study.yml").kpis["k"].unit == "points"
    for fields, said in (
        ({"unit": "%"}, "kpis.k.unit: '%' is not a unit of nps; expected points"),
        ({"value": None}, "kpis.k.value: expected the column of the answers from 0 to 10 for nps"),
        ({"value": {"from": "a", "to": "b"}}, "kpis.k.value: expected the column of the answers from 0 to 10 for nps"),
    ):
        with pytest.raises(InvalidInputs) as caught:
            study_from(plain(**fields), "study.yml")
        assert said in str(caught.value)
