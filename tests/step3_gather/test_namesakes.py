"""A new source whose name another has: told apart by what is held, and never mixed in silence."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from csi.errors import InvalidInput
from csi.models import Source
from csi.step2_can_measure.sources import called, name_source, take_up
from csi.step3_gather import origins, settling
from csi.step3_gather.namesakes import is_taken, namesake
from csi.step3_gather.origins import Said
from csi.step3_gather.settling import Wanted
from tests.step3_gather.conftest import GOOD, NOW, Desk


def _named(session: Session, desk: Desk, name: str, **more: str) -> Source:
    return name_source(session, desk.cycle, name=name, actor="U1", now=NOW, **more)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ticket tool", "ticket-TOOL", True),
        ("Ticket tool", "ticket_tool", True),
        ("Ticket tool", "Ticket tools", False),
        ("Заявки", "Инциденты", False),
        ("Заявки", "заявки", True),
        ("障害", "問合せ", False),
        ("Störungen", "Stürungen", False),
        ("!", "?", False),
    ],
)
def test_sources_are_told_apart_by_their_names_in_any_script(
    sqlite_desk: Desk, one: str, other: str, same: bool
) -> None:
    with sqlite_desk.sessions() as session:
        first, second = _named(session, sqlite_desk, one), _named(session, sqlite_desk, other)
        assert (first.id == second.id) is same
        assert (first.key == second.key) is same


def test_a_key_is_a_name_of_its_source(sqlite_desk: Desk) -> None:
    with sqlite_desk.sessions() as session:
        made = _named(session, sqlite_desk, "Störungen")
        assert made.key == "störungen"
        assert called(session, made.team_id, made.service_id, "störungen") == made
        made.name = "Outages"
        session.add(made)
        assert _named(session, sqlite_desk, "Störungen").key == "störungen_2"  # it is called otherwise by now


@pytest.mark.parametrize(("name", "found"), [("incidents", True), (" Incidents ", True), ("Incident", False)])
def test_what_reads_something_is_a_namesake(sqlite_desk: Desk, name: str, found: bool) -> None:
    with sqlite_desk.sessions.reading() as session:
        made = namesake(session, sqlite_desk.cycle, name)
        assert (made is not None) is found
        if made:
            assert (made.deliveries, made.newest, made.takes_files) == (0, None, True)


def test_what_waits_for_its_first_file_is_none(sqlite_desk: Desk) -> None:
    with sqlite_desk.sessions() as session:
        _named(session, sqlite_desk, "Planned")
        _named(session, sqlite_desk, "Survey", kind="typed")
        assert namesake(session, sqlite_desk.cycle, "Planned") is None
        typed = namesake(session, sqlite_desk.cycle, "survey")
        assert typed is not None
        assert not typed.takes_files


def test_what_it_holds_is_told_with_how_alike_the_file_is(sqlite_desk: Desk) -> None:
    made = sqlite_desk.deliver(GOOD).batch
    with sqlite_desk.sessions() as session:
        found = namesake(session, sqlite_desk.cycle, "Incidents", ["hours", "number", "colour"])
        assert found is not None
        assert (found.deliveries, found.newest.id, found.shared, found.columns) == (1, made.id, 2, 3)
        source = found.source
        source.mapping = {}  # what was delivered stands for itself
        session.add(source)
        assert namesake(session, sqlite_desk.cycle, "Incidents") is not None


def test_a_name_is_taken_by_any_file_but_the_one_that_made_the_source(sqlite_desk: Desk) -> None:
    made = sqlite_desk.deliver(GOOD).batch
    with sqlite_desk.sessions.reading() as session:
        assert is_taken(session, sqlite_desk.cycle, "Incidents", "other")
        assert not is_taken(session, sqlite_desk.cycle, "Incidents", made.sha256)
        assert not is_taken(session, sqlite_desk.cycle, "Another", "other")


def test_a_retired_source_that_is_added_to_is_in_use_again(sqlite_desk: Desk) -> None:
    with sqlite_desk.sessions() as session:
        source = session.get(Source, sqlite_desk.source.id)
        source.retired_at = NOW
        session.add(source)
        assert namesake(session, sqlite_desk.cycle, "Incidents") is not None
        wanted = Wanted(source.id)
        assert settling.source_of(session, sqlite_desk.cycle, wanted, actor="U1", now=NOW).retired_at is None
        assert take_up(session, source, actor="U1", now=NOW) is source


def test_another_source_of_that_name_is_not_written_over(sqlite_desk: Desk) -> None:
    said = Said(kind="url", name="Feed", address="https://one.example.org/a", at="at")
    sqlite_desk.deliver(GOOD)
    with sqlite_desk.sessions() as session:
        cycle = sqlite_desk.cycle
        settled = {"actor": "U1", "now": NOW}
        made = name_source(session, cycle, name="Feed", **settled, kind="url")
        made.mapping = {"url": said.address}
        session.add(made)
        for known, words in (("Feed", "press Edit"), ("Incidents", "of another kind")):
            with pytest.raises(InvalidInput, match=words) as wrong:
                origins._named(session, cycle, Said(kind="url", name=known, address=said.address, at="at"), **settled)
            assert wrong.value.field == "name"
        made.retired_at = NOW
        session.add(made)
        assert origins._named(session, cycle, said, **settled).retired_at is None
