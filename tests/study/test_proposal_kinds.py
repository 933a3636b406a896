"""What files of each kind propose: units proven or asked, one KPI a row of a table, periods with cases enough."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csi.reading.layout import guess
from csi.reading.looks import looks
from csi.reading.name_words import says_measure
from csi.reading.proposing import proposed as suggested
from csi.study.drafting.candidates import Candidate, likely_target
from csi.study.drafting.looked import looked
from csi.study.drafting.offers import offers
from csi.study.drafting.parts import part_of
from csi.study.drafting.proposal import Proposal, Said, of_plain, proposed, to_plain
from csi.study.drafting.standing import Standing, far_from
from csi.study.drafting.windows import with_enough
from csi.study.drafting.wished import asks_yes_or_no, direction_of, says_agreed, says_counted, says_first_answer
from csi.taking_up.of_proposal import Aim, is_split_by, with_units
from csi.terms import Period
from csi.words import standing as words

BEGIN = datetime(2026, 2, 2, 8)


def of(tmp_path: Path, text: str, said: Said | None = None) -> Proposal:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return proposed(path, "UTC", said=said)


def cases(header: str, *cells: list[str], count: int = 60) -> str:
    """A CSV of cases, eight a week: when each was opened and closed, then further cells in turn."""
    lines = [header]
    for number in range(count):
        opened = BEGIN + timedelta(hours=21 * number)
        closed = opened + timedelta(hours=10 + number % 7)
        more = [column[number % len(column)] for column in cells]
        lines.append(",".join([f"{opened:%Y-%m-%d %H:%M:%S}", f"{closed:%Y-%m-%d %H:%M:%S}", *more]))
    return "\n".join(lines) + "\n"


def test_a_number_that_is_the_time_between_two_moments_is_in_a_unit(tmp_path: Path) -> None:
    minutes = [str(60 * (10 + number % 7)) for number in range(7)]
    found = {one.name: one for one in of(tmp_path, cases("Opened,Closed,Dauer", minutes)).candidates}
    assert (found["Mean of Dauer"].unit, dict(found["Mean of Dauer"].asks)) == ("h", {})
    assert found["Mean of Dauer"].standing is not None
    assert 10 < found["Mean of Dauer"].standing.now < 16
    assert "Median time from Opened to Closed" in found


def test_a_number_of_which_nothing_says_a_unit_is_asked_about(tmp_path: Path) -> None:
    numbers = ["217", "480", "913", "377", "641"]
    found = {one.name: one for one in of(tmp_path, cases("Opened,Closed,Dauer", numbers)).candidates}
    assert "unit" in found["Mean of Dauer"].asks


@pytest.mark.parametrize(
    ("unit", "measure", "asks", "units"),
    [
        ("min", "mean", {"unit": "?"}, {"Dauer": "min"}),
        ("min", "last", {"unit": "?"}, None),
        ("min", "mean", {}, None),
        ("apples", "mean", {"unit": "?"}, None),
    ],
)
def test_a_unit_that_was_asked_for_is_that_of_the_column(
    unit: str, measure: str, asks: dict[str, str], units: dict[str, str] | None
) -> None:
    one = Candidate(
        id="a", name="A", unit="count", direction="lower", definition={"measure": measure, "value": "Dauer"}, asks=asks
    )
    read = with_units({"options": {"numbers": ["Dauer"]}}, [Aim(candidate=one, unit=unit)])
    assert read["options"].get("units") == units
    assert read["options"]["numbers"] == ["Dauer"]


def test_each_row_of_a_table_of_months_is_a_kpi_of_its_own(tmp_path: Path) -> None:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
    text = ";".join(["KPI", *(f"{one} 2026" for one in months)])
    text += "\nTickets;410;388;402;377;420;399\nSLA %;91,2;92,1;90,8;93,0;92,2;94,1\n"
    found = {one.name: one for one in of(tmp_path, text).candidates}
    assert set(found) == {"Tickets", "SLA %"}
    levels = {name: (round(one.standing.now, 1), one.unit) for name, one in found.items() if one.standing}
    assert levels == {"Tickets": (398.7, "count"), "SLA %": (93.1, "%")}
    assert found["SLA %"].definition["where"] == 'KPI == "SLA %"'


def test_a_column_that_names_measures_parts_a_long_table(tmp_path: Path) -> None:
    rows = [
        f"2026-{month:02}-01,{name},{value + month}"
        for month in range(1, 7)
        for name, value in (("Tickets", 400), ("SLA %", 90))
    ]
    found = of(tmp_path, "Month,Metric,Value\n" + "\n".join(rows) + "\n").candidates
    assert {one.name: one.unit for one in found} == {"Tickets": "count", "SLA %": "%"}
    teams = of(tmp_path, "Month,Team,Value\n" + "\n".join(rows).replace("SLA %", "B") + "\n").candidates
    assert "Tickets" not in {one.name for one in teams}  # teams do the same, measures do not


@pytest.mark.parametrize(
    ("every", "count", "period", "suits"),
    [
        (timedelta(hours=4), 400, Period.DAY, Period.DAY),  # six a day
        (timedelta(hours=5), 400, Period.DAY, Period.DAY),  # five, or four
        (timedelta(hours=6), 400, Period.DAY, Period.WEEK),  # four a day
        (timedelta(days=1), 60, Period.DAY, Period.WEEK),
        (timedelta(days=1), 400, Period.WEEK, Period.WEEK),  # seven a week
        (timedelta(days=2), 300, Period.WEEK, Period.MONTH),  # three or four a week, twenty months
        (timedelta(days=2), 60, Period.WEEK, Period.WEEK),  # four months tell no change
        (timedelta(days=6), 30, Period.WEEK, Period.MONTH),  # one a week
        (timedelta(days=6), 4, Period.WEEK, Period.WEEK),  # in one month
        (timedelta(days=9), 100, Period.MONTH, Period.MONTH),
    ],
)
def test_a_period_holds_cases_enough(every: timedelta, count: int, period: Period, suits: Period) -> None:
    moments = np.array([datetime(2026, 2, 2) + number * every for number in range(count)], "datetime64[us]")
    assert with_enough(moments, period, "UTC") is suits


def test_of_one_case_a_day_weeks_are_proposed(tmp_path: Path) -> None:
    lines = [
        f"{BEGIN + timedelta(days=day)},{BEGIN + timedelta(days=day, hours=10 if day % 3 else 100)}"
        for day in range(60)
    ]
    found = of(tmp_path, "opened,resolved\n" + "\n".join(lines) + "\n")
    assert found.period is Period.WEEK
    assert found.candidates[0].standing is not None
    assert found.candidates[0].standing.now == 10
    series = "\n".join(f"{date(2026, 1, 5) + timedelta(days=day)},{5 + day % 9}.5" for day in range(60))
    assert of(tmp_path, "day,load in %\n" + series + "\n").period is Period.DAY  # amounts, one a day


@pytest.mark.parametrize(
    ("now", "best", "target"),
    [(23.942307, 23.942307, None), (23.94, 23.91, None), (23.94, 23.84, 23.8), (23.96, 23.9, 23.9)],
)
def test_the_present_level_is_never_a_target(now: float, best: float, target: float | None) -> None:
    seen = Standing(now=now, recent=13, periods=40, usable=400, rows=400, best=best, worst=30)
    assert (
        likely_target(Candidate(id="a", name="A", unit="h", direction="lower", standing=seen), is_guard=False) == target
    )


@pytest.mark.parametrize(
    ("target", "unit", "far"),
    [
        (1200.0, "h", 1200.0),
        (500.0, "h", None),
        (500.1, "h", 500.1),
        (2.0, "h", None),
        (1.9, "h", 1.9),
        (0.0, "h", None),
        (100.0, "%", None),
        (1200.0, "%", 1200.0),
        (None, "h", None),
    ],
)
def test_a_target_far_from_all_there_was(target: float | None, unit: str, far: float | None) -> None:
    assert far_from((target,), (20.0, 38.1, 50.0), unit) == far
    assert far_from((30.0, target), (20.0, 38.1, 50.0), unit) == far
    assert far_from((target,), (), unit) is None


@pytest.mark.parametrize(
    ("header", "cells", "offered"),
    [
        ("Site", ["N", "S"], False),
        ("Line", ["O", "N"], False),
        ("Kind", ["V", "F"], False),
        ("Resolvido", ["S", "N"], True),  # its name asks for yes or no
        ("SLA OK?", ["O", "N"], True),
        ("Answered (Y/N)", ["Y", "N"], True),
        ("Flag", ["Y", "N"], True),
        ("Flag", ["J", "N"], True),
        ("Site", ["Sim", "Não"], True),
    ],
)
def test_letters_are_yes_and_no_where_a_name_asks(tmp_path: Path, header: str, cells: list[str], offered: bool) -> None:
    path = tmp_path / "t.csv"
    path.write_text(cases(f"Opened,Closed,{header}", cells), encoding="utf-8")
    found = offers(looked([part_of(path)], "file", "UTC"))
    assert (f"Share of {header}" in {one.keys.get("name") for one in found}) is offered


@pytest.mark.parametrize(
    ("name", "counted", "asks", "direction"),
    [
        ("Answered (Y/N)", False, True, "higher"),
        ("Answered (Yes/No)", False, True, "higher"),
        ("N tickets", True, False, ""),
        ("Solved?", False, True, "higher"),
        ("Not answered", False, False, ""),
    ],
)
def test_the_answers_a_name_allows_are_none_of_its_words(name: str, counted: bool, asks: bool, direction: str) -> None:
    assert (says_counted(name), asks_yes_or_no(name), direction_of(name)) == (counted, asks, direction)


def test_a_line_of_totals_is_no_row_of_what_was_looked_at(tmp_path: Path) -> None:
    lines, sums = [], [0, 0]
    for week in range(40):
        numbers = 5 + week % 13, 300 + 17 * (week % 23)
        sums = [sums[0] + numbers[0], sums[1] + numbers[1]]
        lines.append(f"{date(2026, 1, 5) + timedelta(weeks=week)};{numbers[0]};{numbers[1]},00")
    text = "Week;Invoices;Penalty EUR\n" + "\n".join([*lines, f"2026-10-30;{sums[0]};{sums[1]},00"]) + "\n"
    seen = of(tmp_path, text).looks
    assert seen is not None
    assert (seen.rows, seen.left_out, seen.last_at.date()) == (40, 1, date(2026, 10, 5))
    path = tmp_path / "t.csv"
    layout = guess(path)
    mapped = looks(path, layout, suggested(layout, "UTC"))
    assert mapped is not None
    assert (mapped.rows, mapped.left_out, mapped.last_at.date()) == (40, 1, date(2026, 10, 5))


def test_a_clock_of_two_parts_is_asked_about_and_measured_as_said(tmp_path: Path) -> None:
    text = cases("Opened,Closed,Handle time", ["2:41", "6:38", "5:08"])
    asked = of(tmp_path, text)
    assert dict(asked.clocks) == {"Handle time": "2:41"}
    assert [one.name for one in asked.passed] == ["Handle time"]
    assert "2:41 may be hours and minutes, or minutes and seconds" in asked.passed[0].sentence
    assert of_plain(json.loads(json.dumps(to_plain(asked), default=str))) == asked
    for said, unit, level in (("h:mm", "h", 4.8), ("min:s", "min", 4.8)):
        told = of(tmp_path, text, Said(clocks={"Handle time": said}))
        found = next(one for one in told.candidates if one.name == "Mean of Handle time")
        assert found.standing is not None
        assert (found.unit, round(found.standing.now, 1), told.passed) == (unit, level, ())
        assert dict(told.mapping["options"]["units"]) == {"Handle time": said}
        assert dict(told.clocks) == {"Handle time": "2:41"}  # it can be said otherwise


def test_a_score_that_says_one_thing_and_numbers_among_words_are_told_of(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        cases("Opened,Closed,score,Parts", ["4", "n.a."], ["3", "7", "few", "9", "5", "1", "2", "8", "6", "4"]),
    )
    told = {one.name: one.sentence for one in found.passed}
    assert told["score"] == "it never holds anything but 4."
    assert found.mapping["missing"] == ["n.a."]
    assert told.get("Parts", "only 54 of 60 cells are numbers.") == "only 54 of 60 cells are numbers."


def test_nothing_is_said_to_lack_that_is_offered(tmp_path: Path) -> None:
    found = of(
        tmp_path, cases("受付日時,完了日時,SLA eingehalten,First response", ["J", "N"], ["12 min", "25 min", "7 min"])
    )
    lacking = {one.name for one in found.lacking}
    assert {"Share of SLA eingehalten", "Mean of First response"} <= {one.name for one in found.candidates}
    assert not {one for one in lacking if "SLA" in one or "First" in one or "resolve" in one or "Backlog" in one}


@pytest.mark.parametrize(
    ("name", "agreed", "first", "measure"),
    [
        ("SLA eingehalten", True, False, False),
        ("Breached", True, False, False),
        ("Slack", False, False, False),
        ("First response", False, True, False),
        ("Erste Antwort am", False, True, False),
        ("First name", False, False, False),
        ("初回応答", False, True, False),
        ("Kennzahl", False, False, True),
        ("Metric", False, False, True),
        ("Team", False, False, False),
        ("指標", False, False, True),
    ],
)
def test_what_a_name_says(name: str, agreed: bool, first: bool, measure: bool) -> None:
    assert (says_agreed(name), says_first_answer(name), says_measure(name)) == (agreed, first, measure)


def test_where_a_kpi_stands_in_words() -> None:
    week = Period.WEEK
    assert words.stands(19.8, "h", 13, 46, week) == "now 19.8 h (newest 13 of 46 weeks)"
    assert words.stands(19.8, "h", 46, 46, week) == "now 19.8 h (46 weeks)"
    assert words.stands(6.46, "count", 13, 46, week, is_count=True) == "now 6.46 a week (newest 13 of 46 weeks)"
    assert words.stands(1471, "count", 2, 2, week, is_unsaid=True) == "now 1,471, unit not said (2 weeks)"
    assert words.dated("now 20 h", "Closed", 20) == "now 20 h · by Closed"
    assert words.dated("now 20 h", "Closed", 19) == words.dated("now 20 h", "", 75) == "now 20 h"
    told = words.beyond(1200, "h", (20.0, 38.1), week)
    assert told.startswith("1,200 h is far from all there was: 20 h to 38.1 h in 2 weeks.")


def test_a_list_of_kpis_says_what_it_holds() -> None:
    assert words.some_of(["A"]) == "1 KPI: A"
    assert words.some_of(["A", "B", "C"]) == "3 KPIs: A, B and C"
    assert words.some_of(["A", "B", "C", "D"]) == "4 KPIs, among them A, B and C"
    assert words.guarding("now 3", ["Long name", "Other"], 40) == "now 3 · guards Long name and Other"
    assert words.guarding("now 3", ["Long name", "Another name"], 35) == "now 3 · guards Long name and 1 more"
    assert words.guarding("now 3", ["Long name", "Other"], 25) == "now 3 · guards 2 others"


@pytest.mark.parametrize(("others", "kept"), [((), None), (("Calls 2025",), "Calls 2026")])
def test_which_of_several_sheets_is_read_is_kept(tmp_path: Path, others: tuple[str, ...], kept: str | None) -> None:
    days = pd.date_range("2026-01-05", periods=120, freq="D")
    frame = pd.DataFrame({"Opened": days, "Closed": days + pd.Timedelta("5h")})
    with pd.ExcelWriter(tmp_path / "calls.xlsx") as book:
        for name in ("Calls 2026", *others):
            frame.to_excel(book, sheet_name=name, index=False)
    assert proposed(tmp_path / "calls.xlsx", "UTC").mapping.get("sheet") == kept


def test_what_splits_the_cases_into_a_few_groups_is_offered_and_kept(tmp_path: Path) -> None:
    made = of(
        tmp_path,
        cases(
            "Opened,Closed,Priority,Team,Agent,Status",
            ["High", "Low", "Low"],
            ["A", "B"],
            ["Ann", "Bo"],
            ["Done", "New"],
        ),
    )
    assert made.groups == ("Priority", "Team")
    kept = json.loads(json.dumps(to_plain(made), default=str))
    assert of_plain(kept).groups == made.groups
    assert of_plain({name: value for name, value in kept.items() if name != "groups"}).groups == ()


@pytest.mark.parametrize(
    ("definition", "strata", "is_split"),
    [
        ({"measure": "median", "value": {"from": "a", "to": "b"}}, "Team", True),
        ({"measure": "count"}, "Team", True),
        ({"measure": "count"}, "", False),
        ({"measure": "share", "good": 'Team == "A"'}, "Team", False),
        ({"measure": "count", "where": 'Team == "A"'}, "Team", False),
        ({"measure": "distinct", "value": "Team"}, "Team", False),
        ({"measure": "availability", "value": {"from": "a", "to": "b"}}, "Team", False),
        ({"measure": "ratio", "value": {"numerator": "a", "denominator": "b"}}, "Team", False),
    ],
)
def test_a_kpi_is_split_by_groups_that_it_is_not_about(definition: dict, strata: str, is_split: bool) -> None:
    assert is_split_by(definition, strata) is is_split
