"""A name only proposes: what the cells do not bear out is dropped, and it is said why."""

from __future__ import annotations

import pytest

from csi.reading.exports import Doubt, Meaning, recognised
from tests.reading.exports.written import read

_JIRA = "Issue key > key | Summary > title | Status > status | "
_SNOW = "number > key | assignment_group > team | opened_at > opened | "


@pytest.mark.parametrize(
    ("spec", "means", "doubt"),
    [
        (_JIRA + "Created > opened = yes/no/yes", Meaning.OPENED, Doubt.NO_MOMENT),
        (_JIRA + "Created > opened | Resolved > resolved = //", Meaning.RESOLVED, Doubt.EMPTY),
        (
            _JIRA + "Created > opened | Satisfaction rating > satisfaction = 9/8/10",
            Meaning.SATISFACTION,
            Doubt.UNKNOWN_WORDS,
        ),
        (
            _JIRA + "Created > opened | Satisfaction rating > satisfaction = fine/so so/bad",
            Meaning.SATISFACTION,
            Doubt.UNKNOWN_WORDS,
        ),
        (_SNOW + "resolved_at > resolved = soon/2026-03-09 10:00/2026-03-09 11:00", Meaning.RESOLVED, Doubt.NO_MOMENT),
        (_SNOW + "reopen_count > reopens = a/b/c", Meaning.REOPENS, Doubt.NO_NUMBER),
        (_SNOW + "made_sla > resolve_met = maybe/later/soon", Meaning.RESOLVE_MET, Doubt.UNKNOWN_WORDS),
        # A dump of the API writes 1 d 4 h 23 m 17 s as a moment from 1970.
        (_SNOW + "calendar_duration > close_took = 1970-01-02 04:23:17", Meaning.CLOSE_TOOK, Doubt.NO_DURATION),
        # Stored as seconds; what is exported is not known, so a bare number has no unit.
        (
            "Ref > key | Start date > opened | SLA ttr passed > resolve_met | Resolution delay > resolve_took",
            Meaning.RESOLVE_TOOK,
            Doubt.NO_DURATION,
        ),
    ],
)
def test_what_fails_its_test_is_dropped(spec: str, means: Meaning, doubt: Doubt) -> None:
    found = read(spec)
    assert found is not None
    assert means not in found.columns
    assert [one.why for one in found.dropped if one.means is means] == [doubt]


def test_the_next_column_of_a_meaning_is_taken_when_the_first_fails() -> None:
    found = read("number > key | assignment_group > team | opened_at > opened = n/n/n | sys_created_on > opened")
    assert found is not None
    assert found.column(Meaning.OPENED) == "sys_created_on"


@pytest.mark.parametrize(
    ("keys", "versions", "key"),
    [
        (("A", "B", "C"), ("", "", ""), "number"),
        (("A", "A", "B"), ("1", "2", "1"), "number"),
        (("A", "A", "B"), ("", "", ""), ""),
    ],
)
def test_a_key_that_repeats_needs_a_column_that_orders_its_rows(
    keys: tuple[str, ...], versions: tuple[str, ...], key: str
) -> None:
    rows = [[one, "team", "2026-03-02 10:00", version] for one, version in zip(keys, versions, strict=True)]
    found = recognised(["number", "assignment_group", "opened_at", "sys_mod_count"], rows)
    assert found is not None
    assert found.column(Meaning.KEY) == key
    assert (Doubt.REPEATS in [one.why for one in found.dropped]) == (not key)


def test_a_header_alone_is_recognised_and_nothing_is_offered() -> None:
    found = recognised(["Issue key", "Created"])
    assert found is not None
    assert (found.program, dict(found.columns)) == ("jira", {})
    assert {one.why for one in found.dropped} == {Doubt.EMPTY}


def test_rows_shorter_than_the_header_are_filled_up() -> None:
    found = recognised(["Issue key", "Created", "Resolved"], [["A-1", "2026-03-02 10:00"], ["A-2"]])
    assert found is not None
    assert found.column(Meaning.OPENED) == "Created"


def test_zones_units_and_markers_of_a_file() -> None:
    jira = read(_JIRA + "Created > opened | Custom field ([CHART] Date of First Response) > first_response")
    assert jira is not None
    assert jira.zones == {"Custom field ([CHART] Date of First Response)": "UTC"}
    intercom = read(
        "Conversation ID > key | Conversation started at (Europe/Lisbon) > opened"
        " | Conversation last closed at (Mars/Base) > closed | Time to close (seconds) > close_took"
    )
    assert intercom is not None
    assert intercom.zones == {"Conversation started at (Europe/Lisbon)": "Europe/Lisbon"}
    assert intercom.units == {"Time to close (seconds)": "s"}
    snow = read(_SNOW + "sla_due > resolve_due = UNKNOWN/2026-03-09 10:00/2026-03-09 11:00")
    assert snow is not None
    assert snow.missing == ("UNKNOWN",)


def test_columns_are_called_as_the_catalogue_calls_them() -> None:
    found = read("Clé de ticket > key | Résumé > title | État > status | Création > opened | Résolu > resolved")
    assert found is not None
    assert found.names == {"Création": "opened_at", "Résolu": "resolved_at"}
