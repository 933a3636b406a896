"""The report of step 4 leads to the KPI that cannot use too many of its rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.blocks.step4_process import DOUBTED, report
from csi.models import Cycle, Kpi

CYCLE = Cycle(id=1, team_id="T1", service_id=1, number=1)
KPI = Kpi(id=7, team_id="T1", cycle_id=1, key="mttr", name="Mttr", unit="h")
WAY = "measure.edit_kpi:7"


def _ways(passed: int, total: int, doubts: tuple[dict[str, Any], ...] = ()) -> int:
    detail = {"validity": {"passed": passed, "total": total}}
    result = {"coverage": 1.0, "quality_detail": detail, "doubts": doubts}
    return json.dumps(report(CYCLE, [(KPI, result)], [])).count(WAY)


@pytest.mark.parametrize(("passed", "total", "ways"), [(79, 100, 1), (0, 100, 1), (80, 100, 0), (0, 0, 0)])
def test_a_kpi_that_cannot_use_too_many_of_its_rows_comes_with_the_way_to_it(
    passed: int, total: int, ways: int
) -> None:
    assert _ways(passed, total) == ways


def test_a_kpi_in_doubt_has_the_way_to_it_once() -> None:
    assert _ways(0, 100, ({"key": "good", "said": "no row is good"},)) == 1


def test_a_report_of_many_kpis_fits_into_a_message() -> None:
    kpis = [KPI.model_copy(update={"id": number}) for number in range(20)]
    result = {"coverage": 1.0, "quality_detail": {"validity": {"passed": 0, "total": 9}}}
    shown = report(CYCLE, [(kpi, result) for kpi in kpis], [KPI])
    assert len(shown) <= 50
    assert json.dumps(shown).count("measure.edit_kpi:") == DOUBTED
