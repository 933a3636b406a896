"""Columns called as the KPIs call them."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.naming import as_in_file, guesses, with_names

SAID = SourceDefinition(
    id="tickets",
    key="Ticket",
    latest_by="Changed",
    column_dates={"Opened": "iso"},
    options={
        "moments": ["Opened"],
        "numbers": ["Cost"],
        "join": {"When": ["Opened", "Time"]},
        "melt": {"keep": ["Ticket"], "name": "period", "value": "value"},
        "units": {"Cost": {"column": "Opened"}, "Time": "h"},
    },
)


@pytest.mark.parametrize(
    ("name", "there", "meant"),
    [
        ("opened_at", ["Opened", "Resolved"], "Opened"),
        ("resolved_at", ["Date opened", "Date Resolved"], "Date Resolved"),
        ("priority", ["Prio", "Priority level", "PRIORITY"], "PRIORITY"),
        ("made_sla", ["Colour"], None),
        ("date", ["time", "Date"], "Date"),
        ("opened_at", ["Updated", "Created", "Resolved"], "Created"),
        ("opened_at", ["Created", "Opened"], "Opened"),
        ("resolved_at", ["Assigned at", "Solved at"], "Solved at"),
        ("opened_at", ["Updated", "Closed"], None),
        ("opened_at", ["Priorität", "Erstellt am", "Gelöst am"], "Erstellt am"),
        ("resolved_at", ["Erstellt am", "Gelöst am", "Geschlossen am"], "Gelöst am"),
        ("resolved_at", ["Erstellt am", "Geschlossen am"], "Geschlossen am"),
        ("closed_at", ["Gelöst am", "Geschlossen am"], "Geschlossen am"),
        ("resolved_at", ["Heure de création", "Heure de résolution"], "Heure de résolution"),
        ("opened_at", ["Date de résolution", "Date d'ouverture"], "Date d'ouverture"),
        ("resolved_at", ["Aberto em", "Resolvido em"], "Resolvido em"),
        ("opened_at", ["Aberto em", "Resolvido em"], "Aberto em"),
        ("resolved_at", ["Anmeldedatum", "Zieldatum", "Erledigt am"], "Erledigt am"),
        ("opened_at", ["Data utworzenia", "Data rozwiązania"], "Data utworzenia"),
        ("resolved_at", ["Data utworzenia", "Data rozwiązania"], "Data rozwiązania"),
        ("resolved_at", ["受付日時", "解決日時"], "解決日時"),
        ("opened_at", ["受付日時", "解決日時"], "受付日時"),
        ("resolved_at", ["Beginn", "Ende"], "Ende"),
        ("opened_at", ["Beginn", "Ende"], "Beginn"),
        ("resolved_at", ["Resolution due", "Closed"], "Closed"),
        ("resolved_at", ["Fällig am"], None),
        ("first_response_at", ["Erstellt am", "Gelöst am"], None),
    ],
)
def test_a_name_is_guessed_by_what_tells_it_from_others(name: str, there: list[str], meant: str | None):
    assert guesses([name], there).get(name) == meant


def test_no_column_is_guessed_twice():
    assert guesses(["opened_at", "opened_on"], ["Opened"]) == {"opened_at": "Opened"}


def test_every_place_that_names_a_column_learns_its_new_name_and_back():
    named = with_names(SAID, {"Ticket": "number", "Opened": "opened_at"})
    assert (named.key, named.latest_by, named.column_dates) == ("number", "Changed", {"opened_at": "iso"})
    assert named.columns == {"Ticket": "number", "Opened": "opened_at"}
    assert named.options == {
        "moments": ["opened_at"],
        "numbers": ["Cost"],
        "join": {"When": ["opened_at", "Time"]},
        "melt": {"keep": ["number"], "name": "period", "value": "value"},
        "units": {"Cost": {"column": "opened_at"}, "Time": "h"},
    }
    assert as_in_file(named) == SAID


def test_a_column_named_anew_keeps_no_older_name():
    once = with_names(SAID, {"Opened": "begun_at"})
    again = with_names(once, {"Opened": "opened_at"})
    assert again.columns == {"Opened": "opened_at"}
    assert again.options["moments"] == ["opened_at"]


def test_two_columns_cannot_have_one_name():
    with pytest.raises(InvalidInput, match="‘Opened’ and ‘Changed’ cannot both be at"):
        with_names(SAID, {"Opened": "at", "Changed": "at"})
