"""An error carries the key of the study that it lies at as a value, through every sentence it is told in."""

from __future__ import annotations

import copy
import pickle

import pytest

from csi.errors import InvalidInput, Section, StudyKey, key_of_kpi, key_of_source
from csi.study.keys import Notes


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (key_of_kpi("mttr"), "kpis.mttr"),
        (key_of_kpi("mttr", "value.from"), "kpis.mttr.value.from"),
        (key_of_source("tickets", "units"), "sources.tickets.units"),
    ],
)
def test_a_key_is_the_text_it_is_written_as(key: StudyKey, written: str) -> None:
    assert key == written
    assert hash(key) == hash(written)


def test_an_error_at_a_key_knows_whose_it_is() -> None:
    about = InvalidInput(key_of_kpi("mttr", "unit"), "is wrong").about
    assert about is not None
    assert (about.section, about.name, about.key) == (Section.KPIS, "mttr", "unit")


def test_an_error_told_elsewhere_keeps_its_key() -> None:
    assert InvalidInput("tickets.csv", "is empty", about=key_of_source("tickets")).about == "sources.tickets"
    assert InvalidInput("title", "is empty").about is None


@pytest.mark.parametrize("again", [copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_of_another_process_keeps_its_key(again: object) -> None:
    error = again(InvalidInput(key_of_kpi("mttr", "unit"), "is wrong"))  # type: ignore[operator]
    assert (error.about.name, error.about.key, error.field) == ("mttr", "unit", "kpis.mttr.unit")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("kpis.mttr.value.from", ("kpis", "mttr", "value.from")),
        ("sources.tickets", ("sources", "tickets", "")),
        ("kpis", None),
        ("exclusions.1.from", None),
        ("", None),
    ],
)
def test_a_study_notes_whose_key_is_wrong(path: str, key: tuple[str, str, str] | None) -> None:
    notes = Notes("cycle 1", {"kpis": 4})
    notes.wrong(path, "is wrong")
    about = notes.errors[0].about
    assert (None if about is None else (about.section, about.name, about.key)) == key
