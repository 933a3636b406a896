"""Everything that can be found of an export can be said."""

from __future__ import annotations

import pytest

from csi.reading.exports import (
    Caution,
    Doubt,
    Dropped,
    Lacking,
    Meaning,
    Misleading,
    Note,
    Trap,
    lacking,
    wording,
)
from tests.reading.exports.written import read


@pytest.mark.parametrize("why", list(Trap))
def test_every_trap(why: Trap) -> None:
    assert wording.misleading(Misleading("Age", why)).startswith("‘Age’ ")


@pytest.mark.parametrize("why", list(Doubt))
def test_every_doubt(why: Doubt) -> None:
    said = wording.dropped(Dropped(Meaning.OPENED, "Age", why))
    assert said.startswith("‘Age’ is not taken for when it was opened: it ")
    assert wording.lacking(Lacking("K03", "K03", doubt=why)).endswith(".")


def test_every_caution_and_note() -> None:
    assert all(wording.caution(one).endswith(".") for one in Caution)
    assert all(wording.note(one) and not wording.note(one).endswith(".") for one in Note)


def test_what_an_export_would_take() -> None:
    found = read("Issue key > key | Created > opened | Summary > title")
    assert found is not None
    said = {one.id: wording.lacking(one) for one in lacking(found)}
    assert said["K03"] == "It would take a column for when it was resolved."
    assert said["K16"] == "It would take a column for how content people were."
