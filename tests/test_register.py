"""The CSI register, and the thresholds a workspace may change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from csi import cycle as cycles
from csi import register, rules
from csi.errors import InvalidInput, InvalidInputs, NotFound
from csi.models import AuditRow, Opportunity
from csi.register import Look, Order, Shown, looked_at
from csi.storage import rows
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, NOW, TEAM


def test_priority_is_impact_confidence_urgency_over_effort() -> None:
    assert register.priority(5, 4, 3, 2) == 30.0
    assert register.priority(1, 1, 1, 3) == 0.33
    with pytest.raises(InvalidInput, match="1 to 5"):
        register.priority(6, 1, 1, 1)


def test_entries_are_numbered_even_when_raised_at_once(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
    together = Barrier(3)

    def add(number: int) -> int:
        together.wait(timeout=20)
        with database.sessions() as session:
            mine = cycles.by_id(session, TEAM, cycle.id)
            return register.raise_opportunity(
                session, mine, register.Entry(title=f"Idea {number}"), actor=BOB, now=NOW
            ).number

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(add, range(3))) == [1, 2, 3]


def test_the_register_shows_the_highest_priority_first(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        for title, impact in (("Small", 1), ("Big", 5)):
            register.raise_opportunity(session, cycle, register.Entry(title=title, impact=impact), actor=BOB, now=NOW)
        assert [one.title for one in register.of_service(session, TEAM, cycle.service_id)] == ["Big", "Small"]
        assert register.of_service(session, "T2", cycle.service_id) == []
        with pytest.raises(NotFound):
            register.entry_of(session, turns.begin(session, team_id="T2"), 1)


def test_another_priority_and_parking_need_a_reason(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        entry = register.raise_opportunity(session, cycle, register.Entry(title="Idea"), actor=BOB, now=NOW)
        with pytest.raises(InvalidInput, match="why"):
            register.override_priority(session, entry, value=99, reason=" ", actor=BOB, now=NOW)
        register.override_priority(session, entry, value=99, reason="the board asks", actor=BOB, now=NOW)
        with pytest.raises(InvalidInput, match="why"):
            register.set_state(session, entry, state="parked", reason="", actor=BOB, now=NOW)
        register.set_state(session, entry, state="parked", reason="next year", actor=BOB, now=NOW)
        assert (entry.priority, entry.state) == (99, "parked")
        session.commit()
        assert rows(session, AuditRow, TEAM, order="-ordinal")[0].new["reason"] == "next year"


def test_likely_doubles(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        entry = register.raise_opportunity(
            session, cycle, register.Entry(title="Reset passwords faster"), actor=BOB, now=NOW
        )
        assert register.likely_duplicates([entry], "reset  Passwords faster!") == [entry]
        assert register.likely_duplicates([entry], "Reset all passwords fast") == [entry]
        assert register.likely_duplicates([entry], "Buy a printer") == []
        assert register.likely_duplicates([entry], "Reset the routers") == []


@pytest.mark.parametrize("title", ["", "  ", "x" * 201])
def test_an_entry_has_a_title(sqlite_database: Database, title: str) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        with pytest.raises(InvalidInput):
            register.raise_opportunity(session, cycle, register.Entry(title=title), actor=BOB, now=NOW)


def test_thresholds_have_defaults_and_own_values(database: Database) -> None:
    with database.sessions() as session:
        turns.begin(session)
        assert rules.threshold(session, TEAM, "coverage_least") == 0.8
        who = {"team_id": TEAM, "actor": BOB, "now": NOW}
        rules.set_thresholds(session, values={"coverage_least": 0.9}, **who)
        assert rules.threshold(session, TEAM, "coverage_least") == 0.9
        assert rules.threshold(session, "T2", "coverage_least") == 0.8
        with pytest.raises(InvalidInputs) as told:
            rules.set_thresholds(session, values={"coverage_least": "much", "coverage_warn": 95, "unknown": 1}, **who)
        assert [error.field for error in told.value.errors] == ["coverage_least", "coverage_warn", "unknown"]


TODAY = date(2026, 11, 30)


def entry(number: int, **said: object) -> Opportunity:
    return Opportunity(team_id=TEAM, id=number, number=number, **{"title": f"Idea {number}", "raised_by": ALICE} | said)


ENTRIES = [
    entry(1, priority=9.0, required_by=TODAY),
    entry(2, priority=1.0, required_by=TODAY - timedelta(days=1), state="planned", actioned_by=BOB),
    entry(3, priority=9.0, description="Passwords, by self-service", state="parked"),
    entry(4, priority=50.0, required_by=TODAY - timedelta(days=9), state="done", raised_by=BOB),
    entry(5, priority=2.0, raised_by=BOB, justification="Passwords cost us Mondays"),
    entry(6, priority=3.0, state="dropped"),
]


@pytest.mark.parametrize(
    ("look", "seen"),
    [
        (Look(), [3, 1, 5, 2, 4, 6]),
        (Look(Shown.UNSETTLED), [3, 1, 5, 2]),
        (Look(Shown.SETTLED), [4, 6]),
        (Look(Shown.MINE), [5, 2]),
        (Look(Shown.LATE), [2]),
        (Look(order=Order.NEWEST), [5, 3, 2, 1, 6, 4]),
        (Look(order=Order.NEEDED), [2, 1, 5, 3, 4, 6]),
        (Look(search="  PASSWORDS "), [3, 5]),
        (Look(search="passwords mondays"), [5]),
        (Look(search="idea 4"), [4]),
        (Look(Shown.SETTLED, search="passwords"), []),
    ],
    ids=str,
)
def test_a_register_is_filtered_ordered_and_searched(look: Look, seen: list[int]) -> None:
    assert [one.number for one in looked_at(ENTRIES, look, me=BOB, today=TODAY)] == seen


def test_an_entry_may_say_more_later_and_its_priority_follows(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        made = register.raise_opportunity(session, cycle, register.Entry(title="Idea", origin="x"), actor=BOB, now=NOW)
        said = {"title": " Faster  resets ", "impact": 5, "required_by": TODAY}
        register.change(session, made, register.Entry(**said), actor=ALICE, now=NOW)
        assert (made.title, made.priority, made.required_by, made.origin) == ("Faster resets", 15.0, TODAY, "x")
        register.override_priority(session, made, value=99, reason="the board asks", actor=BOB, now=NOW)
        register.change(session, made, register.Entry(title="Idea", impact=1), actor=ALICE, now=NOW)
        assert (made.title, made.impact, made.priority) == ("Idea", 1, 99)
        for wrong in ({"title": " "}, {"title": "x" * 201}, {"title": "Idea", "parent_id": made.id}):
            with pytest.raises(InvalidInput):
                register.change(session, made, register.Entry(**wrong), actor=ALICE, now=NOW)
        session.commit()
        logged = [one.what for one in rows(session, AuditRow, TEAM)]
        assert logged.count("changed opportunity") == 2
