"""Agreed hours, as people type them."""

from __future__ import annotations

import pytest

from csi.errors import InvalidInput
from csi.models import AuditRow
from csi.reminders.hours import region
from csi.step2_can_measure import hours
from csi.storage import rows
from tests import turns
from tests.databases import Database
from tests.turns import BOB, NOW, TEAM


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", {}),
        ("mon-fri 09:00-17:00", {"mon-fri": ["09:00-17:00"]}),
        (
            "Mon – Fri: 9:00-12:30, 13:30–18:00; SAT 09:00-12:00",
            {"mon-fri": ["09:00-12:30", "13:30-18:00"], "sat": ["09:00-12:00"]},
        ),
        ("mon-sun 22:00-06:00", {"mon-sun": ["22:00-06:00"]}),
    ],
)
def test_hours_are_read_as_a_study_has_them_and_shown_again(typed: str, read: dict[str, list[str]]) -> None:
    assert hours.parsed(typed) == read
    assert hours.parsed(hours.shown({"hours": read})) == read


@pytest.mark.parametrize(
    "typed", ["always", "mon-fri", "mon-fri 9-17", "mon 09:00-09:00", "mon 25:00-26:00", "mon 09:00-10:00 or so"]
)
def test_what_cannot_be_read_is_told(typed: str) -> None:
    with pytest.raises(InvalidInput, match="such as mon-fri") as told:
        hours.parsed(typed)
    assert told.value.field == "hours"


def test_holidays_are_of_a_region_that_is_known() -> None:
    assert (region(" pt "), region("GB-eng"), region("")) == ("PT", "GB-ENG", "")
    with pytest.raises(InvalidInput, match="Atlantis"):
        region("Atlantis")


def test_the_hours_of_a_cycle_are_agreed_once_and_logged(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.jump(session, turns.begin(session), 2)
        said = {"hours": "mon-fri 09:00-17:00", "holidays": "PT", "actor": BOB, "now": NOW}
        assert hours.set_calendar(session, cycle, **said)
        assert not hours.set_calendar(session, cycle, **said)
        assert cycle.calendar == {"hours": {"mon-fri": ["09:00-17:00"]}, "holidays": "PT"}
        assert hours.set_calendar(session, cycle, **{**said, "hours": ""})
        assert cycle.calendar == {}
    with database.sessions.reading() as session:
        assert [one.what for one in rows(session, AuditRow, TEAM)].count("agreed hours") == 2
