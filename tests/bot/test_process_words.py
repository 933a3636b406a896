"""The report of step 4 leads to the KPI that cannot use too many of its rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.blocks.step4_process import DOUBTED, report
from bot.sandbox.limits import message_problems
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


def _buttons(result: dict[str, Any], kpi: Kpi = KPI, sources: dict[str, int] | None = None) -> dict[str, str]:
    shown = report(CYCLE, [(kpi, result)], [], sources=sources)
    assert message_problems(shown, lambda _: None) == []
    return {one["action_id"]: one["value"] for block in shown[3:-1] for one in block.get("elements", ())}


@pytest.mark.parametrize(("own", "to_blame"), [(0, True), (19, True), (20, False), (40, False)])
def test_where_the_reading_is_to_blame_the_way_leads_to_it(own: int, to_blame: bool) -> None:
    kpi = KPI.model_copy(update={"definition": {"source": "tickets"}})
    result = {"quality_detail": {"validity": {"passed": 60, "total": 100}}, "set_aside": own}
    ways = {"gather.change:7": "3"} if to_blame else {}
    assert _buttons(result, kpi, {"tickets": 3}) == {**ways, WAY: "7"}
    assert _buttons(result, kpi, {"other": 3}) == _buttons(result, kpi) == {WAY: "7"}  # numbers that were typed


def test_lengths_below_zero_are_counted_at_one_word() -> None:
    result = {"quality_detail": {"validity": {"passed": 99, "total": 100}}, "below_zero": 1}
    assert _buttons(result) == {"measure.meant:7.value": "7:value", WAY: "7"}
    assert _buttons({**result, "below_zero": 0}) == {}
    assert _buttons(result, KPI.model_copy(update={"definition": {"meant": ["value"]}})) == {}


@pytest.mark.parametrize(("side", "ways"), [("", {"process.swap:7": "7:1", WAY: "7"}), ("Opened", {WAY: "7"})])
def test_moments_the_wrong_way_round_are_turned_at_one_press(side: str, ways: dict[str, str]) -> None:
    doubt = {"key": "value", "kind": "swapped", "side": side, "said": "from and to look swapped", "asks": False}
    assert _buttons({"doubts": [doubt]}) == ways
    assert _buttons({"doubts": [{**doubt, "kind": "other scale"}]}) == {WAY: "7"}


def test_an_export_that_was_cut_is_told_with_the_word_that_it_is_meant() -> None:
    result = {"cut": "the export holds only rows whose opened lies until 15 Aug 2025"}
    assert _buttons(result) == {WAY: "7", "measure.meant:7.coverage": "7:coverage"}
    assert "The export holds only rows" in json.dumps(report(CYCLE, [(KPI, result)], []))
    assert (
        _buttons({"cut": ""}) == _buttons(result, KPI.model_copy(update={"definition": {"meant": ["coverage"]}})) == {}
    )


@pytest.mark.parametrize(
    ("partial", "missing", "is_green"), [(False, False, True), (False, True, False), (True, False, False)]
)
def test_a_kpi_without_a_whole_period_that_has_a_value_is_not_green(
    partial: bool, missing: bool, is_green: bool
) -> None:
    period = {"start": "2026-03-02", "value": 1.0, "n": 3, "partial": partial, "missing": missing, "excluded": False}
    said = json.dumps(report(CYCLE, [(KPI, {"coverage": 1.0, "quality": {"overall": 1.0}, "series": [period]})], []))
    assert ("large_green_circle" in said) is is_green
    assert ("Coverage 100.0 %" in said) is is_green
    assert ("red_circle" in said) is not is_green
