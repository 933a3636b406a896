"""``kpi: K09`` in a study: what the entry gives, and what the study keeps."""

from __future__ import annotations

import pytest

from csi.errors import NotFound
from csi.kpi_catalogue import entry, fill


def test_the_entry_fills_what_is_left_out() -> None:
    filled = fill({"kpi": "k09", "source": "incidents", "target": 75})
    assert filled == {
        "kpi": "K09",
        "source": "incidents",
        "target": 75,
        "name": "SLA attainment (resolution)",
        "unit": "%",
        "direction": "higher",
        "at": "resolved_at",
        "measure": "share",
        "good": "resolved_at <= sla_res_due",
        "where": "not sla_res_due is missing",
    }


def test_what_the_study_writes_wins() -> None:
    value = {"from": "opened", "to": "closed", "unit": "min"}
    filled = fill({"kpi": "K03", "name": "Mine", "unit": "min", "value": value, "direction": "higher"})
    assert (filled["name"], filled["unit"], filled["value"], filled["direction"]) == ("Mine", "min", value, "higher")
    assert filled["at"] == "resolved_at"


def test_a_percentile_of_the_same_value_keeps_it() -> None:
    assert fill({"kpi": "K03", "measure": "p90"})["value"] == entry("K03").computed["value"]


def test_another_measure_brings_its_own_value_and_condition() -> None:
    filled = fill({"kpi": "K09", "measure": "count"})
    assert "good" not in filled
    assert filled["where"] == "not sla_res_due is missing"


def test_a_band_must_be_set_by_the_team() -> None:
    assert "direction" not in fill({"kpi": "K37"})


def test_a_kpi_without_an_entry_stays_as_it_is() -> None:
    assert fill({"measure": "count"}) == {"measure": "count"}


def test_filling_never_changes_the_catalogue() -> None:
    fill({"kpi": "K01"})["value"]["unit"] = "h"
    assert entry("K01").computed["value"]["unit"] == "min"


def test_an_unknown_entry_is_refused() -> None:
    with pytest.raises(NotFound):
        fill({"kpi": "K00"})
