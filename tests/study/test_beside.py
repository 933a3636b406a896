"""What stands beside a KPI reaches its analysis: cases left open, cases that came back, what else changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import Exclusion, KpiDefinition, StudyDefinition, Window
from csi.study.beside import means_reopened, other_changes
from csi.study.evaluation import Known, Report, evaluate
from csi.terms import Direction
from tests.series.studies import RESOLVE, kpi, reading, study

WEEKS, EACH = 20, 10
BASELINE, EVALUATION = Window(date(2026, 1, 5), date(2026, 3, 16)), Window(date(2026, 3, 16), date(2026, 5, 25))
HOURS = kpi("hours", "median", at="resolved_at", value=RESOLVE, unit="h", target=24.0, guards=("back",))
BACK = kpi("back", "share", at="resolved_at", good="reopened_count > 0", unit="%")


def told(back: KpiDefinition = BACK, **fields: Any) -> Report:
    """Twenty weeks of ten tickets; in the second half two a week are never resolved and a fourth comes back."""
    week, number = np.repeat(np.arange(WEEKS), EACH), np.tile(np.arange(EACH), WEEKS)
    opened = pd.Series(pd.Timestamp("2026-01-05 08:00", tz="UTC") + pd.to_timedelta(week * 168 + number, unit="h"))
    after = week >= WEEKS // 2
    resolved = (opened + pd.to_timedelta(5 + number + week % 3, unit="h")).mask(after & (number >= 8))
    frame = {
        "opened_at": opened.dt.as_unit("us"),
        "resolved_at": resolved.dt.as_unit("us"),
        "reopened_count": np.where(after & (number < 2), 1.0, 0.0),
    }
    plain = {"baseline": BASELINE, "evaluation": EVALUATION, "as_of": datetime(2026, 5, 25, tzinfo=UTC)}
    known = Known(other_changes={"hours": ("New telephone system",)}, provisional={"back"})
    return evaluate(study(HOURS, back, **{**plain, **fields}), {"tickets": [reading(pd.DataFrame(frame))]}, known)


def warned(report: Report, name: str = "hours") -> str:
    return " ".join(report.kpis[name].analysis.warnings)


def test_cases_left_open_and_cases_that_came_back_are_told() -> None:
    said = warned(told())
    assert "20 % (before: 0 %) of the cases are still open past their target" in said
    assert "25 % (before: 0 %) of the cases were reopened soon after closing" in said


def test_a_baseline_that_is_not_agreed_concludes_nothing_about_its_kpi() -> None:
    report = told()
    assert report.kpis["back"].analysis.verdict == "INCONCLUSIVE"
    assert "the baseline is provisional: no approver has agreed to it" in report.kpis["back"].analysis.sentence
    assert "provisional" not in report.kpis["hours"].analysis.sentence


def test_the_share_that_did_not_come_back_is_turned_round() -> None:
    stayed = replace(BACK, good="not reopened_count > 0", direction=Direction.HIGHER)
    assert "25 % (before: 0 %) of the cases were reopened" in warned(told(stayed))


def test_a_kpi_of_reopened_cases_is_no_guard_of_itself_and_none_is_needed() -> None:
    report = told()
    assert "reopened soon" not in warned(report, "back")
    assert "reopened soon" not in warned(told(replace(BACK, good="resolved_at > opened_at")))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"good": "was_reopened == true"}, True),
        ({"good": "on_time == true", "catalogue": "K08"}, True),
        ({"good": "on_time == true"}, False),
        ({"measure": "mean", "value": "reopened_count"}, False),
    ],
)
def test_what_means_reopened(fields: dict[str, Any], expected: bool) -> None:
    assert means_reopened(kpi(**{"measure": "share", **fields})) is expected


def left_out(start: date | datetime, end: date | datetime, reason: str, of: str = "") -> Exclusion:
    return Exclusion(of, start, end, reason, "owner")


SPANS = (
    left_out(date(2026, 4, 1), date(2026, 4, 2), "strike"),
    left_out(datetime(2026, 3, 15, tzinfo=UTC), datetime(2026, 3, 16, 9, tzinfo=UTC), "flood", "hours"),
    left_out(date(2026, 3, 15), date(2026, 3, 16), "before it"),
    left_out(date(2026, 4, 1), date(2026, 4, 2), "of another", "back"),
)


def test_other_changes_in_the_window_are_listed() -> None:
    weekly = told(exclusions=SPANS).kpis["hours"]
    assert weekly.analysis.attribution.endswith(
        "; also changed in the window: New telephone system, left out: strike, left out: flood"
    )


def test_without_a_window_nothing_is_listed_and_the_list_is_bounded() -> None:
    one: StudyDefinition = study(HOURS, exclusions=SPANS)
    assert other_changes(one, "hours", ("a",)) == ()
    assert len(other_changes(replace(one, evaluation=EVALUATION), "hours", tuple(map(str, range(40))))) == 10
