"""What is proposed for a delivery: by the program that wrote it, else by its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.reading.exports import Caution, of_layout
from csi.reading.layout import guess
from csi.reading.proposing import proposed

_ROWS = (
    "A-1,10,2026-03-09,2026-03-02 10:00,2026-03-03 10:00,2026-03-02 09:30:01.123\n"
    "A-2,11,2026-03-10,2026-03-03 10:00,2026-03-04 10:00,2026-03-03 09:30:01.123\n"
)


def test_a_jira_export() -> None:
    header = "Issue key,Issue id,Due date,Created,Updated,Custom field ([CHART] Date of First Response)\n"
    found = proposed(guess((header + _ROWS).encode(), "t.csv"), "Europe/Lisbon")
    assert (found.key, found.latest_by, found.timezone) == ("Issue key", "Updated", "Europe/Lisbon")
    assert found.options == {"moments": ["Created"]}
    assert found.zones == {"Custom field ([CHART] Date of First Response)": "UTC"}


def test_a_deadline_is_not_what_dates_a_row() -> None:
    text = (
        "Streefdatum;Behandelaar;Behandelaarsgroep;Doorlooptijd;Korte omschrijving\n"
        "2026-03-02 10:00;a;b;4 uur;x\n2026-03-03 10:00;a;b;4 uur;x\n"
    )
    assert proposed(guess(text.encode(), "t.csv"), "UTC").options == {"moments": []}


def test_units_of_durations_and_markers_go_with_the_mapping() -> None:
    text = (
        "Id,Created at,Solved at,Full resolution time in minutes\n1,2026-03-02 10:00,2026-03-02 12:00,120\n"
        "2,2026-03-02 10:00,2026-03-02 13:00,180\n"
    )
    found = proposed(guess(text.encode(), "t.csv"), "UTC")
    assert found.options["units"] == {"Full resolution time in minutes": "min"}
    text = "number,assignment_group,opened_at,sla_due\n1,a,2026-03-02 10:00,UNKNOWN\n2,a,2026-03-02 11:00,UNKNOWN\n"
    assert proposed(guess(text.encode(), "t.csv"), "UTC").missing == ("UNKNOWN",)


def test_moments_since_1970_are_read_as_such() -> None:
    text = "id,tinyId,alias,createdAt\nx,1,a,1772445600000\ny,2,b,1772445700000\n"
    found = proposed(guess(text.encode(), "t.csv"), "UTC")
    assert (found.key, found.options["moments"], found.column_dates) == (
        "tinyId",
        ["createdAt"],
        {"createdAt": "epoch"},
    )


def test_a_number_that_is_no_key_is_not_proposed_as_one() -> None:
    text = "Issue id,Created,Issue key\n10,2026-03-02 10:00,A-1\n11,2026-03-02 11:00,A-1\n"
    found = proposed(guess(text.encode(), "t.csv"), "UTC")
    assert (found.key, found.latest_by) == ("", "")


def test_a_date_and_its_time_in_two_columns_of_a_known_program() -> None:
    text = "Conversation ID,Date,Time,Duration,ANI,DNIS\na,2026-03-02,10:00:00,60,1,2\nb,2026-03-03,11:00:00,60,1,2\n"
    found = proposed(guess(text.encode(), "t.csv"), "UTC")
    assert found.options == {"join": {"Date Time": ["Date", "Time"]}, "moments": ["Date Time"]}


def test_a_report_with_its_title_above_and_its_zone_below() -> None:
    head = "Tickets March;;;;;\n;;;;;\n#;Title;State;Created At;Closed At;Close In Min\n"
    rows = "".join(f"{n};a;closed;2026-03-0{n} 09:00:00;2026-03-0{n} 19:00:00;33\n" for n in range(1, 6))
    layout = guess(f"{head}{rows};;;;;\nTimezone: Europe/Berlin;;;;;\n".encode(), "t.csv")
    found = of_layout(layout)
    assert found is not None
    assert (found.program, found.cautions) == ("zammad", (Caution.ZONE_IN_LAST_LINE,))
    assert (layout.header_row, proposed(layout, "UTC").options["moments"]) == (3, ["Created At"])


@pytest.mark.parametrize(
    ("name", "key", "latest_by", "moment"),
    [
        ("servicenow_incident_event_log.csv.gz", "number", "sys_mod_count", "opened_at"),
        ("govuk_deployments_2025.csv.gz", "", "", "deployed_at"),
    ],
)
def test_real_files(shared: Path, name: str, key: str, latest_by: str, moment: str) -> None:
    found = proposed(guess(shared / "data" / name), "UTC")
    assert (found.key, found.latest_by, found.options["moments"]) == (key, latest_by, [moment])


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (("none", "minor", "major"), ()),  # an incident's impact
        (("none", "P1 - high", "P2 - low"), ()),
        (("NA", "EMEA", "APAC"), ()),  # a region
        (("none", "1", "2"), ("none",)),
        (("None", "True", "False"), ("None",)),
        (("None", "Mar 2024", "Apr 2024"), ("None",)),
        (("None", "2024-01-03", "2024-01-04"), ("None",)),
        (("n/a", "minor", "major"), ("n/a",)),
        (("none", "none", "none"), ("none",)),
    ],
)
def test_a_word_that_is_an_answer_stands_for_no_empty_cell(cells: tuple[str, ...], missing: tuple[str, ...]) -> None:
    rows = "".join(f"{n},2024-01-{10 + n},{cell}\n" for n, cell in enumerate(cells * 4))
    assert guess(f"id,at,impact\n{rows}".encode(), "t.csv").missing == missing


@pytest.mark.parametrize(("words", "missing"), [(20, ()), (21, ("none",))])
def test_among_many_words_none_is_an_empty_cell(words: int, missing: tuple[str, ...]) -> None:
    cells = ["none", *(f"word{chr(65 + n)}" for n in range(words))] * 2
    rows = "".join(f"{n},2024-01-{10 + n % 15},{cell}\n" for n, cell in enumerate(cells))
    assert guess(f"id,at,impact\n{rows}".encode(), "t.csv").missing == missing
