"""Columns in another time zone than their file, said in the mapping form."""

from __future__ import annotations

import pytest

from bot.blocks import step3_gather as blocks
from bot.listeners.step3_gather.zoning import zones_text, zones_typed
from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.models import Source

COLUMNS = ("Created", "First response", "Logged in at", "Sent; seen", "Day")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", {}),
        (" ; ", {}),
        ("First response in UTC", {"First response": "UTC"}),
        (" First response  in UTC ;Created in Asia/Tokyo; ", {"First response": "UTC", "Created": "Asia/Tokyo"}),
        ("Created in UTC;\nFirst response in UTC", {"Created": "UTC", "First response": "UTC"}),
        ("Logged in at in UTC", {"Logged in at": "UTC"}),
        ("Sent; seen in UTC; Created in UTC", {"Sent; seen": "UTC", "Created": "UTC"}),
    ],
)
def test_zones_are_read_as_they_are_typed(typed: str, said: dict[str, str]) -> None:
    assert zones_typed(typed, COLUMNS) == said
    assert zones_typed(zones_text(said, COLUMNS), COLUMNS) == said


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("First response: UTC", "Expected a column and its zone"),
        ("First response", "Expected a column and its zone"),
        ("Created in UTC; First response", "Expected a column and its zone"),
        ("First respnse in UTC", "There is no column ‘First respnse’; did you mean ‘First response’?"),
        ("Qx in UTC", "There is no column ‘Qx’."),
        ("Created in Londn", "‘Londn’ is no time zone. Expected a name such as Europe/Lisbon."),
        ("Created in UTC; Created in Asia/Tokyo", "‘Created’ stands here twice"),
    ],
)
def test_what_is_no_zone_of_a_column_is_said(typed: str, told: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        zones_typed(typed, COLUMNS)
    assert wrong.value.field == "zones"
    assert told in wrong.value.reason


def test_a_form_shows_the_zones_of_the_columns_that_a_file_has() -> None:
    assert (
        zones_text({"Created": "UTC", "Gone": "UTC", "Day": "Asia/Tokyo"}, COLUMNS)
        == "Created in UTC; Day in Asia/Tokyo"
    )


@pytest.mark.parametrize(("more", "is_shown"), [(0, True), (1, False)])
def test_zones_that_have_no_room_are_left_as_they_are(more: int, is_shown: bool) -> None:
    name = "c" * (blocks.ZONED - len(" in UTC") + more)
    assert bool(zones_text({name: "UTC"}, [name])) is is_shown


@pytest.mark.parametrize(("columns", "end"), [(6, "*c5* in UTC"), (7, "*c5* in UTC and 1 more")])
def test_how_a_source_is_read_names_the_columns_in_another_zone(columns: int, end: str) -> None:
    said = SourceDefinition(id="s", timezone="Europe/London", zones={f"c{n}": "UTC" for n in range(columns)})
    view = blocks.how(Source(id=1, key="s", name="Desk"), said, None, None, metadata="{}", zone="UTC")
    lines = view["blocks"][1]["text"]["text"].split("\n")
    assert any(line.startswith("• *c0* in UTC") and line.endswith(end) for line in lines)
