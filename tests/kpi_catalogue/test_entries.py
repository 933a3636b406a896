"""The catalogue's entries, against the specification and against mistakes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from csi.errors import InvalidInputs, NotFound
from csi.kpi_catalogue import clashes, clashes_of, entries, entry
from csi.kpi_catalogue.catalogue import read
from csi.terms import Audience, Direction

SPECIFIED = [f"K{number:02}" for number in range(1, 41)]
SPECIFIED.insert(9, "K09b")
EXPECTED = [*SPECIFIED, "K41", "K42"]  # ours: scores of 0 to 10, ratings in words
PAIRS = {
    "K02": {"K08", "K11"},
    "K03": {"K08", "K11"},
    "K09": {"K16"},
    "K07": {"K08"},
    "K18": {"K16"},
    "K21": {"K16", "K33"},
    "K26": {"K27", "K31"},
    "K29": {"K27", "K31"},
    "K13": {"K14"},
    "K41": {"K17"},
    "K42": {"K17"},
}


def written(**changes: object) -> dict[str, object]:
    """An entry as written in a file."""
    plain: dict[str, object] = {
        "name": "Median age",
        "question": "How old?",
        "kind": "process",
        "aspect": "speed",
        "formula": "median(age)",
        "unit": "d",
        "direction": "lower",
        "cohort": "closed in the period",
        "calendar": "24x7",
        "required_fields": ["age"],
        "counter_metrics": ["K01"],
        "pitfall": "None known.",
        "csfs": ["Things move"],
        "audience": ["suppliers"],
        "computed": {"at": "closed_at", "measure": "median", "value": "age"},
    }
    return plain | changes


def test_every_entry_of_the_catalogue_is_there_in_order() -> None:
    assert list(entries()) == EXPECTED


def test_ids_directions_and_percent_units_agree_with_the_specification(shared: Path) -> None:
    text = (shared / "spec" / "KPI_CATALOGUE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (K\d\db?) \|(.*)\|$", text, flags=re.MULTILINE)
    letters = {Direction.LOWER: "L", Direction.HIGHER: "H", Direction.WITHIN: "B"}
    assert [id for id, _ in rows] == SPECIFIED
    for id, rest in rows:
        cells = [cell.strip() for cell in rest.split("|")]
        assert letters[entry(id).direction] in cells[3].split("/"), id
        assert (cells[2] == "%") == (entry(id).unit == "%"), id


@pytest.mark.parametrize(("id", "counters"), PAIRS.items())
def test_pairs_to_enforce_are_suggested(id: str, counters: set[str]) -> None:
    assert counters <= set(entry(id).counter_metrics)


def test_no_kpi_is_its_own_counter_metric() -> None:
    assert [id for id, known in entries().items() if id in known.counter_metrics] == []


def test_speed_cost_and_volume_ask_for_a_counter_metric() -> None:
    assert entry("K03").needs_counter_metric
    assert entry("K18").needs_counter_metric
    assert not entry("K09").needs_counter_metric


def test_satisfaction_is_what_is_qualitative() -> None:
    assert [id for id, known in entries().items() if known.qualitative] == ["K16", "K41", "K42"]


def test_settling_times_are_those_of_the_formulas() -> None:
    settled = {id: known.settle_days for id, known in entries().items() if known.settle_days}
    assert settled == {"K07": 5, "K08": 14, "K24": 90, "K26": 3, "K27": 3, "K39": 30}


def test_an_id_may_be_typed_in_any_case() -> None:
    assert entry(" k09B ").id == "K09b"


def test_an_unknown_id_is_refused_with_the_range() -> None:
    with pytest.raises(NotFound, match="K01 to K42"):
        entry("K99")


def test_all_errors_of_an_entry_are_told_at_once() -> None:
    broken = written(kind="magic", unit="", settle_days=-1, audience=["everybody"], band=[2, 1], colour="red")
    broken["computed"] = {"measure": "guess", "sql": "drop"}
    with pytest.raises(InvalidInputs) as caught:
        read({"K01": broken, "X1": written()})
    fields = {error.field for error in caught.value.errors}
    assert fields == {
        "K01.kind",
        "K01.unit",
        "K01.settle_days",
        "K01.audience",
        "K01.band",
        "K01.colour",
        "K01.computed",
        "K01.computed.measure",
        "X1",
    }


def test_a_counter_metric_must_exist() -> None:
    with pytest.raises(InvalidInputs, match="names K77"):
        read({"K01": written(counter_metrics=["K77"])})


def test_a_band_is_read_as_two_numbers() -> None:
    known = read({"K01": written(direction="within", band=[60, 85])})["K01"]
    assert known.band == (60.0, 85.0)
    assert known.audience == (Audience.SUPPLIERS,)


def test_words_that_clash_name_known_kpis_and_two_meanings() -> None:
    assert len(clashes()) == 7
    assert all(len(clash.meanings) >= 2 for clash in clashes())
    assert all(id in entries() for clash in clashes() for id in clash.kpis)


def test_mttr_says_which_of_its_four_meanings_are_meant() -> None:
    terms = {clash.term: clash.meanings for clash in clashes_of("k03")}
    assert terms["MTTR"] == ("repair", "resolve", "restore", "recover")
