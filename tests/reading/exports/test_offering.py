"""Which KPIs a file can be measured by, in its own column names; figures worked out by hand from the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.reading.exports import Computable, Doubt, Meaning, Note, computable, lacking, recognised
from csi.reading.layout import guess
from csi.series.expression import parse
from tests.reading.exports.test_programs import PROGRAMS
from tests.reading.exports.written import read

_JIRA = "Issue key > key | Summary > title | Status > status | Created > opened"


def _offers(spec: str) -> dict[str, Computable]:
    found = read(spec)
    assert found is not None
    return {one.id: one for one in computable(found)}


@pytest.mark.parametrize(
    ("spec", "id", "definition", "notes"),
    [
        (_JIRA, "volume", {"at": "Created", "measure": "count", "unit": "count"}, ()),
        (
            _JIRA + " | Resolved > resolved",
            "K03",
            {
                "at": "Resolved",
                "measure": "mean",
                "unit": "h",
                "where": "not Resolved is missing",
                "value": {"from": "Created", "to": "Resolved", "unit": "h", "clock": "business"},
            },
            (),
        ),
        (
            _JIRA + " | Resolved > resolved",
            "K10",
            {"at": "Created", "measure": "backlog", "unit": "count", "value": {"from": "Created", "to": "Resolved"}},
            (),
        ),
        (
            _JIRA + " | Custom field ([CHART] Date of First Response) > first_response",
            "K02",
            {
                "at": "Created",
                "measure": "median",
                "unit": "min",
                "where": "not `Custom field ([CHART] Date of First Response)` is missing",
                "value": {
                    "from": "Created",
                    "to": "Custom field ([CHART] Date of First Response)",
                    "unit": "min",
                    "clock": "business",
                },
            },
            (Note.DATED_BY_OPENING,),
        ),
        (
            _JIRA + " | Satisfaction rating > satisfaction | Custom field (Satisfaction date) > answered",
            "K16",
            {
                "at": "Custom field (Satisfaction date)",
                "measure": "share",
                "unit": "%",
                "where": "not `Satisfaction rating` is missing",
                "good": "`Satisfaction rating` >= 4",
            },
            (),
        ),
        # Three words seen, one of them the good one: those who were only asked count for nothing.
        (
            "Id > key | Created at > opened | Solved at > resolved | First reply time in minutes > response_took"
            " | Satisfaction Score > satisfaction = Good/Offered/Bad",
            "K16",
            {
                "at": "Solved at",
                "measure": "share",
                "unit": "%",
                "where": '`Satisfaction Score` in ("Good", "Bad")',
                "good": '`Satisfaction Score` == "Good"',
            },
            (Note.DATED_BY_RESOLUTION, Note.BY_WORDS),
        ),
        # No bad answer among the rows seen: the share still needs them.
        (
            "Id > key | Created at > opened | Solved at > resolved | First reply time in minutes > response_took"
            " | Satisfaction Score > satisfaction = good/offered/good",
            "K16",
            {
                "at": "Solved at",
                "measure": "share",
                "unit": "%",
                "where": '`Satisfaction Score` in ("good", "Bad", "bad")',
                "good": '`Satisfaction Score` == "good"',
            },
            (Note.DATED_BY_RESOLUTION, Note.BY_WORDS),
        ),
        (
            "Id > key | Created at > opened | Solved at > resolved | First reply time in minutes > response_took",
            "K02",
            {
                "at": "Solved at",
                "measure": "median",
                "unit": "min",
                "value": "First reply time in minutes",
                "where": "not `First reply time in minutes` is missing",
            },
            (),
        ),
        (
            "number > key | opened_at > opened | closed_at > closed | made_sla > resolve_met = True/False/True",
            "K09",
            {
                "at": "closed_at",
                "measure": "share",
                "unit": "%",
                "where": "not made_sla is missing",
                "good": 'made_sla == "True"',
            },
            (Note.CLOSED_FOR_RESOLVED,),
        ),
        # Yes means broken, though the Spanish label says "kept".
        (
            "Ref > key | Fecha de Inicio > opened | Fecha de Solución > resolved"
            " | SLA de Tiempo de Solución Cumplido > resolve_met = si/no/no",
            "K09",
            {
                "at": "Fecha de Solución",
                "measure": "share",
                "unit": "%",
                "where": "not `SLA de Tiempo de Solución Cumplido` is missing",
                "good": '`SLA de Tiempo de Solución Cumplido` == "no"',
            },
            (),
        ),
        # Only broken ones seen: kept is what is not that word.
        (
            "ID > key | Requerente - Requerente > - | Data de abertura > opened | Data da solução > resolved"
            " | Tempo para resolver excedido > resolve_met = Sim",
            "K09",
            {
                "at": "Data da solução",
                "measure": "share",
                "unit": "%",
                "where": "not `Tempo para resolver excedido` is missing",
                "good": 'not `Tempo para resolver excedido` == "Sim"',
            },
            (),
        ),
        # As codes, 1 is the best.
        (
            "Ref > key | Start date > opened | Resolution date > resolved | SLA ttr passed > resolve_met"
            " | User satisfaction > satisfaction = 1/4/2",
            "K16",
            {
                "at": "Resolution date",
                "measure": "share",
                "unit": "%",
                "where": "not `User satisfaction` is missing",
                "good": "`User satisfaction` <= 2",
            },
            (Note.DATED_BY_RESOLUTION,),
        ),
        # A deadline whose name says a duration is a deadline.
        (
            "ID > key | Demandeur - Demandeur > - | Date d'ouverture > opened | Date de résolution > resolved"
            " | TTR > resolve_due",
            "K09",
            {
                "at": "Date de résolution",
                "measure": "share",
                "unit": "%",
                "where": "not TTR is missing",
                "good": "`Date de résolution` <= TTR",
            },
            (),
        ),
        (
            "Ticket Number > key | Created > opened | Closed > closed | SolutionInMin > resolve_took"
            " | SolutionDiffInMin > resolve_left = -30/0/12",
            "K09",
            {
                "at": "Closed",
                "measure": "share",
                "unit": "%",
                "where": "SolutionDiffInMin != 0",
                "good": "SolutionDiffInMin >= 0",
            },
            (Note.CLOSED_FOR_RESOLVED, Note.BUSINESS_CLOCK),
        ),
        (
            "# > key | Title > title | State > status | Created At > opened | Closed At > closed"
            " | Close Diff In Min > resolve_left = -30//12",
            "K09",
            {
                "at": "Closed At",
                "measure": "share",
                "unit": "%",
                "where": "not `Close Diff In Min` is missing",
                "good": "`Close Diff In Min` >= 0",
            },
            (Note.CLOSED_FOR_RESOLVED, Note.BUSINESS_CLOCK),
        ),
        # No moment tells when it ended, and yet how long it took is there.
        (
            "number > key | short_description > title | opened_at > opened | assignment_group > team"
            " | calendar_duration > close_took = 45667/137309/2405",
            "K03",
            {
                "at": "opened_at",
                "measure": "mean",
                "unit": "h",
                "value": "calendar_duration",
                "where": "not calendar_duration is missing",
            },
            (Note.DATED_BY_OPENING,),
        ),
        (
            "Ticket ID > key | Ticket solved - Date > resolved | First reply time (hrs) > response_took",
            "K02",
            {
                "at": "Ticket solved - Date",
                "measure": "median",
                "unit": "min",
                "value": "First reply time (hrs)",
                "where": "not `First reply time (hrs)` is missing",
            },
            (Note.CLOCK_UNSAID,),
        ),
        (
            "number > key | opened_at > opened | resolved_at > resolved"
            " | reopen_count > reopens | made_sla > resolve_met",
            "K08",
            {"at": "resolved_at", "measure": "share", "unit": "%", "good": "reopen_count > 0"},
            (),
        ),
        (
            "number > key | opened_at > opened | resolved_at > resolved | reassignment_count > reassignments",
            "K20",
            {"at": "resolved_at", "measure": "mean", "unit": "count", "value": "reassignment_count"},
            (),
        ),
        # 0 means that it did not happen.
        (
            "id > key | created_on > opened | seconds_to_first_ack > acknowledge_took"
            " | seconds_to_resolve > resolve_took",
            "K01",
            {
                "at": "created_on",
                "measure": "mean",
                "unit": "min",
                "value": "seconds_to_first_ack",
                "where": "seconds_to_first_ack > 0",
            },
            (Note.DATED_BY_OPENING,),
        ),
        # Rows of up have a duration, too.
        (
            "Monitor > service | Event > is_down = Down/Up/Down | Date-Time > started | Reason > -"
            " | Duration (in mins.) > lasted",
            "K04",
            {
                "at": "Date-Time",
                "measure": "mean",
                "unit": "min",
                "value": "Duration (in mins.)",
                "where": 'Event in ("Down", "down")',
            },
            (),
        ),
        (
            "id > key | name > title | status > status | impact > is_down = minor/none/major | created_at > started"
            " | resolved_at > ended",
            "K14",
            {
                "at": "created_at",
                "measure": "count",
                "unit": "count",
                "where": 'impact in ("minor", "major", "critical")',
            },
            (),
        ),
        (
            "id > key | status > - = completed | conclusion > outcome = success/failure/success"
            " | created_at > deployed | updated_at > updated",
            "K29",
            {"at": "created_at", "measure": "count", "unit": "count", "where": 'conclusion == "success"'},
            (),
        ),
        (
            "# > key | Title > title | State > status | Created At > opened | Closed At > closed"
            " | First Response In Min > response_took",
            "K02",
            {
                "at": "Closed At",
                "measure": "median",
                "unit": "min",
                "value": "First Response In Min",
                "where": "not `First Response In Min` is missing",
            },
            (Note.CLOSED_FOR_RESOLVED, Note.BUSINESS_CLOCK),
        ),
    ],
)
def test_a_kpi_in_the_files_own_names(spec: str, id: str, definition: dict[str, object], notes: tuple[Note]) -> None:
    found = _offers(spec)[id]
    assert dict(found.definition) == definition
    assert found.notes == notes
    assert found.catalogue == ("" if id == "volume" else id)


@pytest.mark.parametrize(("program", "language", "spec"), PROGRAMS)
def test_every_condition_offered_is_one_that_can_be_read(program: str, language: str, spec: str) -> None:
    found = read(spec)
    assert found is not None
    names = {column.name for column in found.sample.columns}
    for one in computable(found):
        assert set(one.columns) <= names
        for key in ("where", "good"):
            if text := one.definition.get(key):
                parse(text)


@pytest.mark.parametrize(
    ("spec", "id", "missing"),
    [
        (_JIRA, "K03", (Meaning.RESOLVED,)),
        (_JIRA + " | Resolved > resolved = n/n/n", "K03", (Meaning.RESOLVED,)),
        (_JIRA + " | Custom field (Time to resolution) > - = -01:20", "K09", (Meaning.RESOLVE_MET,)),
        (
            "Ticket Number > key | Date Created > opened | Closed Date > closed"
            " | Help Topic > category | Overdue > - = 0",
            "K09",
            (Meaning.RESOLVE_MET,),
        ),
        (
            "Monitor > service | Event > is_down | Date-Time > started | Reason > - | Duration (in mins.) > lasted",
            "K14",
            (Meaning.IS_DOWN,),
        ),
        (
            "monitorID > service | status > is_down = 0/1/1 | time > started | ping > - = 3 | important > - = 1"
            " | duration > - = 60",
            "K14",
            (Meaning.LASTED,),
        ),
        # What was no outage cannot be told apart: nothing is counted.
        (
            "id > key | name > title | status > status | impact > is_down = gering/hoch/hoch | created_at > started"
            " | resolved_at > ended",
            "K14",
            (Meaning.IS_DOWN,),
        ),
    ],
)
def test_what_cannot_be_measured_says_what_it_would_take(spec: str, id: str, missing: tuple[Meaning]) -> None:
    found = read(spec)
    assert found is not None
    assert id not in {one.id for one in computable(found)}
    assert {one.id: one.missing for one in lacking(found)}[id] == missing


def test_a_column_that_failed_its_test_is_named_beside_what_is_missing() -> None:
    found = read(_JIRA + " | Resolved > resolved = n/n/n")
    assert found is not None
    lack = next(one for one in lacking(found) if one.id == "K03")
    assert [(one.column, one.why) for one in lack.dropped] == [("Resolved", Doubt.NO_MOMENT)]


@pytest.mark.parametrize(("later", "offered"), [(26, False), (24, True)])
def test_what_ends_more_than_a_day_before_it_begins_is_not_offered(later: int, offered: bool) -> None:
    day, hour = divmod(10 + later, 24)
    rows = [["A-1", f"2026-03-{2 + day:02d} {hour:02d}:00", "2026-03-02 10:00"]]
    found = recognised(["Issue key", "Created", "Resolved"], rows)
    assert found is not None
    assert ("K03" in {one.id for one in computable(found)}) == offered
    doubts = {one.id: one.doubt for one in lacking(found)}
    assert doubts.get("K03") == (None if offered else Doubt.REVERSED)


def test_a_kpi_needs_one_row_that_holds_all_it_reads() -> None:
    rows = [
        ["A-1", "2026-03-02 10:00", ""],
        ["A-2", "2026-03-02 10:00", ""],
        ["A-3", "2026-03-02 10:00", ""],
        ["A-4", "", "2026-03-03 10:00"],
    ]
    found = recognised(["Issue key", "Created", "Resolved"], rows)
    assert found is not None
    assert [one.id for one in computable(found)] == ["volume"]
    rows[0][2] = "2026-03-04 10:00"
    found = recognised(["Issue key", "Created", "Resolved"], rows)
    assert found is not None
    assert {one.id: (one.usable, one.tried) for one in computable(found)}["K03"] == (1, 4)


def test_the_service_now_log_offers_what_the_issue_of_its_figures_uses(shared: Path) -> None:
    offers = {one.id: one for one in computable(guess(shared / "data/servicenow_incident_event_log.csv.gz"))}
    assert set(offers) == {"volume", "K10", "K03", "K09", "K08", "K20"}
    assert offers["K09"].definition["good"] == 'made_sla == "true"'


def test_a_file_of_no_known_program_is_tried_by_the_catalogues_names() -> None:
    text = "id,opened_at,Resolved at,Answered (Y/N)\n1,2026-03-02 10:00,2026-03-03 10:00,Y\n2,2026-03-02 11:00,,N\n"
    layout = guess(text.encode(), "t.csv", SourceDefinition(id=""))
    assert [one.id for one in computable(layout)] == ["volume", "K10", "K03"]
    assert "K16" in {one.id for one in lacking(layout)}


def test_of_outages_of_no_known_program_nothing_is_offered() -> None:
    """Their impact may be none or maintenance, which no name tells."""
    text = "id,impact,started_at,resolved_at\n1,minor,2026-03-02 10:00,2026-03-02 11:00\n2,none,2026-03-02 10:00,\n"
    assert computable(guess(text.encode(), "t.csv", SourceDefinition(id=""))) == ()
