"""A program's file says what it may say, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from csi.errors import InvalidInputs
from csi.reading.exports import Caution, Meaning, Trap
from csi.reading.exports.folding import folded
from csi.reading.exports.profile import profiles, read

GOOD: dict[str, Any] = {
    "name": "Desk",
    "about": "tickets",
    "signatures": [{"all_of": ["=key", "Opened"]}],
    "columns": [{"means": "key", "en": "Nr"}, {"means": "opened", "en": ["Opened"], "wrapped": "Start"}],
    "wraps": {"de": "Feld ({})"},
    "sources": [{"F": "a file"}],
}


def test_a_file_is_read() -> None:
    found = read("desk", GOOD)
    assert (found.id, found.languages, found.signatures[0].all_of) == ("desk", ("en", "de"), ("=key", "Opened"))
    assert found.columns[1].names == {"en": ("Opened",), "de": ("Feld (Start)",)}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "desk.name"),
        ({"sources": []}, "desk.sources"),
        ({"sources": [{"N": "not confirmed"}]}, "desk.sources"),
        ({"about": "cats"}, "desk.about"),
        ({"extra": 1}, "desk.extra"),
        ({"cautions": ["careful"]}, "desk.cautions"),
        ({"columns": [{"means": "colour", "en": "Nr"}]}, "desk.columns.1.means"),
        ({"columns": [{"means": "key"}]}, "desk.columns.1"),
        ({"columns": [{"means": "key", "xx": "Nr"}]}, "desk.columns.1.xx"),
        ({"columns": [{"means": "paused", "en": "Nr", "unit": "years"}]}, "desk.columns.1.unit"),
        ({"columns": [{"means": "paused", "en": "Nr", "clock": "sand"}]}, "desk.columns.1.clock"),
        ({"signatures": [{"none_of": ["Nr"]}]}, "desk.signatures.1"),
        ({"signatures": [{"at_least": 2, "of": ["Nr"]}]}, "desk.signatures.1.at_least"),
        ({"signatures": [{"all_of": ["=closed"]}]}, "desk.signatures.1"),
        ({"traps": [{"why": "mood", "en": "Nr"}]}, "desk.traps.1.why"),
    ],
)
def test_what_does_not_fit_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputs) as caught:
        read("desk", GOOD | wrong)
    assert field in [error.field for error in caught.value.errors]


def test_a_name_means_one_thing_in_a_language() -> None:
    """Else the order of lines would decide; a column may say two things only where they do not exclude each other."""
    for profile in profiles():
        for language in profile.languages:
            names = [(folded(name), one.means) for one in profile.columns for name in one.names.get(language, ())]
            twice = {name for name, means in names for other, also in names if name == other and means != also}
            assert twice <= {"impact"}, (profile.id, language)


def test_nothing_is_listed_that_no_program_needs() -> None:
    known = profiles()
    assert {one.why for profile in known for one in profile.traps} == set(Trap)
    assert {one for profile in known for one in profile.cautions} == set(Caution)
    means = {one.means for profile in known for one in profile.columns}
    assert means | {Meaning.ACKNOWLEDGED} == set(Meaning)  # which only a file of no known program has, by name


def test_what_misleads_means_nothing_elsewhere() -> None:
    for profile in profiles():
        traps = {folded(name) for one in profile.traps for names in one.names.values() for name in names}
        means = {folded(name) for one in profile.columns for names in one.names.values() for name in names}
        assert not traps & means, profile.id
