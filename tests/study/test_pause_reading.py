"""Pauses as a study says them: moments, lengths, both; the old form; what is wrong, by its line and key."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from csi.definition import Duration, Pause, PausedFor, StudyDefinition, hash_of
from csi.errors import InvalidInputs
from csi.study.reading import study_from, study_of
from csi.study.writing import study_mapping, study_yaml

HOLD = {"from": "hold_from", "to": "hold_to"}


def plain(pauses: Any, measure: str = "median") -> dict[str, Any]:
    value = {"from": "opened", "to": "resolved", "unit": "h", "clock": "business", "pauses": pauses}
    kpi = {"source": "t", "at": "resolved", "measure": measure, "value": value, "direction": "lower"}
    unit = {"availability": "%"}.get(measure, "h")
    return {
        "study": 1,
        "service": "desk",
        "timezone": "UTC",
        "period": "week",
        "sources": {"t": {"file": "t.csv"}},
        "kpis": {"k": {**kpi, "unit": unit}},
    }


def read(pauses: Any) -> StudyDefinition:
    return study_from(plain(pauses), "study.yml")


def pauses_of(definition: StudyDefinition) -> Any:
    value = definition.kpis["k"].value
    assert isinstance(value, Duration)
    return value.pauses


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        ("hold_minutes", (PausedFor("hold_minutes"),)),
        (HOLD, (Pause("hold_from", "hold_to"),)),
        ([HOLD], (Pause("hold_from", "hold_to"),)),
        ([HOLD, HOLD], (Pause("hold_from", "hold_to"),)),
        ({"column": "hold"}, (PausedFor("hold"),)),
        ({"column": "hold", "unit": "minutes", "clock": "wall"}, (PausedFor("hold", "min", "wall"),)),
        ({"column": "hold", "unit": "h", "clock": "business"}, (PausedFor("hold", "h", "business"),)),
        (
            [HOLD, {"from": "a", "to": "b"}, "c", {"column": "d", "unit": "s"}],
            (Pause("hold_from", "hold_to"), Pause("a", "b"), PausedFor("c"), PausedFor("d", "s")),
        ),
    ],
)
def test_every_form_is_read_and_written_as_the_same_definition(written: Any, expected: Any) -> None:
    definition = read(written)
    assert pauses_of(definition) == expected
    again = study_from(study_mapping(definition), "again.yml")
    assert again == definition
    assert hash_of(study_of(study_yaml(definition).encode(), "again.yml")) == hash_of(definition)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"from": "a"}, "kpis.k.value.pauses.to: is missing; expected the column of the moment at which the pause"),
        ({"from": "a", "to": "b", "column": "c"}, "kpis.k.value.pauses: expected {from: column, to: column}, or"),
        ({"unit": "min"}, "kpis.k.value.pauses: expected {from: column, to: column}, or {column, unit, clock}"),
        (7, "kpis.k.value.pauses: expected {from"),
        ([HOLD, 7], "kpis.k.value.pauses: expected {from"),
        ([HOLD, {"from": "a", "until": "b"}], "kpis.k.value.pauses.1.to: is missing"),
        ({"column": "hold", "unit": "m"}, "kpis.k.value.pauses.unit: 'm' is not a unit of time"),
        ({"column": "hold", "clock": "office"}, "kpis.k.value.pauses.clock: 'office' is not known; expected one of"),
        ({"column": "hold", "clok": "wall"}, "kpis.k.value.pauses.clok: is not a key here; did you mean 'clock'?"),
    ],
)
def test_what_is_wrong_is_told_by_its_key(written: Any, told: str) -> None:
    with pytest.raises(InvalidInputs) as caught:
        read(written)
    assert told in str(caught.value)


def test_the_line_of_a_pause_in_a_list_is_named() -> None:
    text = yaml.safe_dump(plain([HOLD, {"column": "hold", "unit": "m"}]), sort_keys=False)
    with pytest.raises(InvalidInputs) as caught:
        study_of(text.encode(), "study.yml")
    line = text.splitlines().index("        unit: m") + 1
    assert f"study.yml, line {line}, kpis.k.value.pauses.1.unit" in str(caught.value)


@pytest.mark.parametrize("measure", ["availability", "backlog"])
def test_spans_of_time_have_no_pauses(measure: str) -> None:
    with pytest.raises(InvalidInputs, match=f"kpis.k.value.pauses: {measure} knows no pauses"):
        study_from(plain([HOLD], measure), "study.yml")
