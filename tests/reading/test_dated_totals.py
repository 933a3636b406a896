"""Lines of totals that carry a date: told by the sums of their day, week, month or quarter, wherever they stand."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from csi.definition import SourceDefinition
from csi.reading.bounds import Bounds
from csi.reading.readers import read, stream
from csi.reading.reading import Reading

Row = tuple[date, str, int]
START = date(2025, 1, 1)


def _read(rows: list[Row] | list[tuple[date, int]], head: str = "day;team;n", **how: object) -> Reading:
    text = "\n".join([head, *(";".join(map(str, row)) for row in rows)]) + "\n"
    source = SourceDefinition(id="s", delimiter=";", **how)  # type: ignore[arg-type]
    return read(text.encode(), source, moments=["day"], numbers=["n"], filename="f.csv")


def daily(days: int = 6, teams: str = "AB") -> list[Row]:
    return [(START + timedelta(day), team, 3 + day + 4 * n) for day in range(days) for n, team in enumerate(teams)]


def totals(rows: list[Row], span: Callable[[date], object], word: str) -> list[Row]:
    """A line for each span, dated on the last of its days that has rows."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(span(row[0]), []).append(row)
    return [(max(row[0] for row in group), word, sum(row[2] for row in group)) for group in groups.values()]


def _day(day: date) -> object:
    return day


def _week(day: date) -> object:
    return day.isocalendar()[:2]


def _week_from_sunday(day: date) -> object:
    return (day + timedelta(1)).isocalendar()[:2]


def _month(day: date) -> object:
    return day.year, day.month


def _quarter(day: date) -> object:
    return day.year, (day.month - 1) // 3


@pytest.mark.parametrize("word", ["Total", "Gesamt", "Alle", "all teams"])
@pytest.mark.parametrize("span", [_day, _week, _month])
@pytest.mark.parametrize("place", ["end", "beginning", "between"])
def test_totals_of_dates_are_no_rows_wherever_they_stand(word: str, span: Callable[[date], object], place: str) -> None:
    rows = daily(70)
    lines = totals(rows, span, word)
    every = {"end": rows + lines, "beginning": lines + rows, "between": sorted(rows + lines, key=lambda row: row[0])}
    reading = _read(every[place])
    assert (len(reading.frame), reading.frame["n"].sum()) == (len(rows), sum(row[2] for row in rows))
    assert len(reading.quarantine) == len(lines)
    assert reading.quarantine["reason"].str.contains("is the sum of the").all()


@pytest.mark.parametrize(("days", "is_told"), [(1, False), (2, True)])
def test_a_word_needs_two_dates(days: int, is_told: bool) -> None:
    rows = daily(days)
    block = [(START + timedelta(40), "A", 5), (START + timedelta(41), "B", 9)]
    reading = _read([*totals(rows, _day, "Total"), *rows, *block])
    assert len(reading.quarantine) == is_told * days


@pytest.mark.parametrize(("off", "kept"), [(1, 1), (2, 2), (3, 20)])
def test_nearly_all_with_a_word_are_sums(off: int, kept: int) -> None:
    rows = daily(20)
    lines = [(day, name, n + (place < off)) for place, (day, name, n) in enumerate(totals(rows, _day, "All"))]
    assert len(_read(rows + lines).frame) == len(rows) + kept


@pytest.mark.parametrize("word", ["Total", "Alle"])
def test_a_word_beside_what_is_no_sum_is_a_row(word: str) -> None:
    rows = daily(6)
    lines = [(day, name, n + 1) for day, name, n in totals(rows, _day, word)]
    assert len(_read(rows + lines).frame) == len(rows) + len(lines)


def test_the_sum_of_all_that_carries_a_date_goes_with_those_of_dates() -> None:
    rows = daily(6)
    lines = [*totals(rows, _day, "Total"), (START, "Total", sum(row[2] for row in rows))]
    assert len(_read(lines + rows).frame) == len(rows)


def test_totals_of_each_part_are_none_of_its_rows() -> None:
    """All priorities of a team, and all teams and priorities, on each day."""
    rows = [(day, f"{team};P{prio}", n * prio) for day, team, n in daily(6) for prio in (1, 2, 3)]
    teams = [(day, f"{team};All", n * 6) for day, team, n in daily(6)]
    every = totals(rows, _day, "All;All")
    reading = _read(rows + teams + every, "day;team;prio;n")
    assert (len(reading.frame), len(reading.quarantine)) == (len(rows), len(teams) + len(every))


@pytest.mark.parametrize("named", ["opened", "closed"])
def test_one_measure_that_is_the_sum_of_others_is_a_row(named: str) -> None:
    rows = [(day, f"part {part}", n) for day, part, n in daily(8, "ABCD")]
    assert len(_read(rows + totals(rows, _day, named)).frame) == len(rows) + 8


def by_day(days: int) -> list[tuple[date, int]]:
    return [(START + timedelta(day), 30 + day % 17) for day in range(days)]


def summed(rows: list[tuple[date, int]], span: Callable[[date], object]) -> list[tuple[date, int]]:
    return [(day, n) for day, _, n in totals([(day, "", n) for day, n in rows], span, "")]


@pytest.mark.parametrize(
    ("days", "span", "lines"),
    [
        (59, _month, 2),
        (120, _month, 4),
        (181, _quarter, 2),
        (56, _week, 9),
        (56, _week_from_sunday, 9),
        (41, _month, 2),  # ten rows of February
        (40, _month, 0),  # nine
        (55, _week, 9),  # one day of the last
        (26, _week, 4),
        (19, _week, 0),  # three weeks
    ],
)
@pytest.mark.parametrize("is_block", [True, False])
def test_sums_of_dates_need_no_word(days: int, span: Callable[[date], object], lines: int, is_block: bool) -> None:
    rows = by_day(days)
    every = rows + summed(rows, span)
    reading = _read(every if is_block else sorted(every, key=lambda row: row[0]), "day;n")
    assert len(reading.quarantine) == lines
    assert len(reading.frame) == len(every) - lines


def test_a_last_month_that_is_not_over_has_no_sum_yet() -> None:
    rows = by_day(100)
    lines = summed(rows, _month)
    assert len(_read(rows + lines[:-1], "day;n").frame) == 100
    assert len(_read(rows + lines[1:], "day;n").frame) == 100
    assert len(_read([*rows, lines[0], *lines[2:]], "day;n").frame) == 103  # one in between lacks it
    off = [(day, n + (place == 1)) for place, (day, n) in enumerate(lines)]
    assert len(_read(rows + off, "day;n").frame) == 104


@pytest.mark.parametrize("last", [START, START + timedelta(19)])
@pytest.mark.parametrize(("rows", "off", "is_told"), [(20, 0, True), (10, 0, True), (9, 0, False), (20, 1, False)])
@pytest.mark.parametrize("block", [200, 8_000_000])
def test_a_sum_on_the_first_line_that_carries_a_date_is_no_row(
    last: date, rows: int, off: int, is_told: bool, block: int
) -> None:
    below = by_day(rows)
    total = sum(n for _, n in below) + off
    text = "\n".join(["day;n", f"{last};{total}", *(f"{day};{n}" for day, n in below)]) + "\n"
    source = SourceDefinition(id="s", delimiter=";", header_row=1)
    parts = list(stream(text.encode(), source, moments=["day"], numbers=["n"], bounds=Bounds(block_bytes=block)))
    assert sum(part.frame["n"].sum() for part in parts) == sum(n for _, n in below) + (0 if is_told else total)
    assert [one for part in parts for one in part.quarantine["line"]] == [2] * is_told


def test_a_first_line_that_is_one_more_of_its_kind_is_a_row() -> None:
    below = [(day, f"T{n}", value) for n, (day, value) in enumerate(by_day(20), 1)]
    total = sum(row[2] for row in below)
    assert len(_read([(START, "T0", total), *below], "day;id;n", key="id").frame) == 21
    assert len(_read([(START, "", total), *below], "day;id;n", key="id").frame) == 20


@pytest.mark.parametrize("most", [1, 2, 5, 40])
@pytest.mark.parametrize("per_day", [1, 2, 4, 8])
def test_what_sums_up_by_chance_stays(most: int, per_day: int) -> None:
    for seed in range(2):
        chance = random.Random(seed)
        rows = [
            (START + timedelta(n // per_day), chance.choice(["A", "B", "all", "C"]), chance.randint(0, most))
            for n in range(120)
        ]
        assert len(_read(rows).frame) == 120


def test_days_are_those_of_the_zone_and_may_be_joined_from_parts() -> None:
    rows = by_day(59)
    every = [(f"{day};00:00", n) for day, n in rows + summed(rows, _month)]
    options = {"join": {"at": ["day", "time"]}}
    text = "\n".join(["day;time;n", *(";".join(map(str, row)) for row in every)]) + "\n"
    source = SourceDefinition(id="s", delimiter=";", options=options, timezone="Europe/Berlin")
    reading = read(text.encode(), source, moments=["at"], numbers=["n"], filename="f.csv")
    assert (len(reading.frame), len(reading.quarantine)) == (59, 2)
    assert len(_read(rows + summed(rows, _month), "day;n", timezone="Asia/Tokyo").frame) == 59
