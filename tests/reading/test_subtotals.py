"""Lines that sum up a group of rows are none of the table's rows, wherever they stand; what is so by chance is one."""

from __future__ import annotations

import random

import pytest

from csi.definition import SourceDefinition
from csi.reading.bounds import Bounds
from csi.reading.readers import read, stream
from csi.reading.reading import Reading

HEAD = "id;day;cost;team\n"
COSTS = [100 + 37 * n % 53 for n in range(1, 61)]


def grouped(line: str, *, groups: int = 5, rows: int = 4, last: str = "") -> tuple[str, int]:
    """Groups of rows, each with a line below it; and the sum of all rows."""
    made, number, total = [], 0, 0
    for group in range(groups):
        costs = [100 + 37 * (number + one) % 153 for one in range(rows + group % 2)]
        for cost in costs:
            number += 1
            made.append(f"T{number};2024-01-{number % 28 + 1:02};{cost};g{group}")
        made.append(line.format(sum=sum(costs), group=group, number=number))
        total += sum(costs)
    return HEAD + "\n".join([*made, last.format(sum=total)]) + "\n", total


def _read(text: str, numbers: tuple[str, ...] = ("cost",), **how: object) -> Reading:
    source = SourceDefinition(id="s", **how)  # type: ignore[arg-type]
    return read(text.encode(), source, moments=["day"], numbers=numbers, filename="f.csv")


@pytest.mark.parametrize(
    "line",
    [
        "Subtotal;2024-01-31;{sum};g{group}",
        "Zwischensumme;;{sum};",
        ";2024-01-31;{sum};Sous-total",
        "Total g{group};2024-01-31;{sum};g{group}",
        ";2024-01-31;{sum};g{group}",  # no id, in these lines only
        "S{group};;{sum};g{group}",
        "T9{number};2024-01-31;{sum};g{group}",  # nothing but its sum
    ],
)
@pytest.mark.parametrize("last", ["", "Total;;{sum};", ";;{sum};"])
def test_a_line_that_sums_up_its_group_is_no_row(line: str, last: str) -> None:
    text, total = grouped(line, last=last)
    reading = _read(text)
    assert reading.frame["cost"].sum() == total
    assert len(reading.quarantine) == 5 + bool(last)
    assert reading.quarantine["reason"][0].endswith("is the sum of the 4 rows of its group")
    assert reading.quarantine["line"][0] == 6


@pytest.mark.parametrize(
    ("line", "groups", "rows", "is_told"),
    [
        ("Subtotal;2024-01-31;{sum};g{group}", 2, 1, True),
        ("Subtotal;2024-01-31;{sum};g{group}", 1, 4, False),  # one line amid rows may be called so
        (";2024-01-31;{sum};g{group}", 2, 2, True),
        (";2024-01-31;{sum};g{group}", 1, 4, False),
        ("T9{number};2024-01-31;{sum};g{group}", 4, 3, True),
        ("T9{number};2024-01-31;{sum};g{group}", 3, 3, False),
        ("T9{number};2024-01-31;{sum};g{group}", 5, 2, False),
        ("Subtotal;2024-01-31;{sum}1;g{group}", 4, 3, False),  # not the sum
        (";2024-01-31;{sum}1;g{group}", 4, 3, False),
    ],
)
def test_how_many_groups_it_takes(line: str, groups: int, rows: int, is_told: bool) -> None:
    text, _ = grouped(line, groups=groups, rows=rows, last="T999;2024-01-31;7;z")
    assert len(_read(text).quarantine) == is_told * groups


@pytest.mark.parametrize(
    "line",
    [
        "Subtotal;2024-01-31;{sum};g{group}",
        "S{group};2024-01-31;{sum};Subtotal",
        ";2024-01-31;{sum};g{group}",
        "T9{number};2024-01-31;{sum};g{group}",
        "S{group};;{sum};g{group}",
    ],
)
@pytest.mark.parametrize("last", ["", "Total;2024-01-31;{sum};all", ";;{sum};"])
@pytest.mark.parametrize("block", [8_000, 8_000_000])
def test_groups_longer_than_the_first_rows_are_found_in_all_rows(line: str, last: str, block: int) -> None:
    text, total = grouped(line, groups=3, rows=1_400, last=last)
    source = SourceDefinition(id="s", key="id", decimal=".")
    typed = {"moments": ["day"], "numbers": ["cost"]}
    parts = list(stream(text.encode(), source, **typed, bounds=Bounds(block_bytes=block)))
    assert sum(part.frame["cost"].sum() for part in parts) == total
    told = [reason for part in parts for reason in part.quarantine["reason"]]
    assert len(told) == 3 + bool(last)
    assert told[1].endswith("is the sum of the 1,401 rows of its group")


@pytest.mark.parametrize(
    ("line", "rows", "is_told"),
    [
        ("Subtotal;2024-01-31;{sum};g", 100, True),
        ("Subtotal;2024-01-31;{sum};g", 99, False),
        (";2024-01-31;{sum};g", 100, True),
        (";2024-01-31;{sum};g", 99, False),
        ("T9;2024-01-31;{sum};g", 1_000, True),
        ("T9;2024-01-31;{sum};g", 999, False),
        ("Subtotal;2024-01-31;{sum}1;g", 2_000, False),
    ],
)
def test_of_how_many_rows_one_line_must_be_the_sum(line: str, rows: int, is_told: bool) -> None:
    text, _ = grouped(line, groups=1, rows=rows, last="T999;2024-01-31;7;z\nT998;2024-01-31;8;z")
    assert len(_read(text, key="id").quarantine) == is_told


def test_long_groups_of_numbers_with_a_decimal_comma() -> None:
    rows = "".join(f"T{n};2024-01-05;1.00{n % 10},5;g\n" for n in range(1_200))
    total = sum(1_000.5 + n % 10 for n in range(1_200))
    text = f"{HEAD}{rows}S;2024-01-05;{total:,.1f};g\n".replace(f"{total:,.1f}", f"{total:.1f}".replace(".", ","))
    reading = _read(text + "T9;2024-01-05;1.001,5;g\nT8;2024-01-05;1.001,5;g\n", key="id", decimal=",")
    assert (len(reading.quarantine), reading.frame["cost"].sum()) == (1, total + 2_003.0)


def test_once_one_long_group_is_known_shorter_ones_end_too() -> None:
    long, total = grouped("Subtotal;2024-01-31;{sum};g", groups=1, rows=1_400)
    short = "A;2024-01-01;40;g\nB;2024-01-02;50;g\nSubtotal;2024-01-31;90;g\nC;2024-01-03;9;g\n"
    reading = _read(long + short, key="id")
    assert reading.frame["cost"].sum() == total + 40 + 50 + 9
    assert len(reading.quarantine) == 2


def test_one_row_without_an_id_that_is_no_sum_speaks_against_gaps() -> None:
    text, _ = grouped(";2024-01-31;{sum};g{group}", groups=3, last="T90;2024-01-31;7;z\n;2024-01-31;8;z")
    assert len(_read(text).quarantine) == 0


def test_rows_left_over_speak_against_sums_alone() -> None:
    after = "\n".join(f"T{n};2024-01-31;7;z" for n in range(900, 906))
    text, _ = grouped("T9{number};2024-01-31;{sum};g{group}", groups=5, last=after)
    assert len(_read(text).quarantine) == 0


def test_every_number_of_the_line_is_a_sum() -> None:
    text = "id;day;cost;hours\n"
    for group in range(4):
        text += "".join(f"T{group}{n};2024-01-31;{100 + n + group};{n}\n" for n in range(3))
        text += f";2024-01-31;{303 + 3 * group};{{hours}}\n"
    assert len(_read(text.format(hours=3), ("cost", "hours")).quarantine) == 4
    assert len(_read(text.format(hours=4), ("cost", "hours")).quarantine) == 0
    assert len(_read(text.format(hours=""), ("cost", "hours")).quarantine) == 4


@pytest.mark.parametrize("most", [1, 2, 3, 10, 100])
def test_what_sums_up_by_chance_stays(most: int) -> None:
    for seed in range(4):
        chance = random.Random(seed)
        rows = [
            f"{f'T{n}' if chance.random() < 0.9 else ''};2024-01-{n % 28 + 1:02};{chance.randint(0, most)};a"
            for n in range(200)
        ]
        assert len(_read(HEAD + "\n".join(rows) + "\n").frame) == 200


def test_means_and_ends_below_a_sum_need_no_word() -> None:
    rows = HEAD + "".join(f"T{n};2024-01-{n % 28 + 1:02};{cost};a\n" for n, cost in enumerate(COSTS, 1))
    below = f";;{sum(COSTS)};\n;;{sum(COSTS) / 60:.2f};\n;;{min(COSTS)};\n;;{max(COSTS)};\n"
    reading = _read(rows + below)
    assert len(reading.frame) == 60
    assert [reason.split(" is the ")[1] for reason in reading.quarantine["reason"]] == [
        "sum of the 60 rows above",
        "mean of the 60 rows above",
        "least or the most of the 60 rows above",
        "least or the most of the 60 rows above",
    ]
    assert len(_read(rows + f";;{min(COSTS)};\n").frame) == 61  # without a sum above it a row is a row
    assert len(_read(rows + f";;{sum(COSTS)};\n;;{min(COSTS) + 1};\n").frame) == 62


@pytest.mark.parametrize("word", ["Maximum", "Average", "Min", "Mediana", "Std Dev", "最大"])
def test_other_sums_up_by_their_word(word: str) -> None:
    rows = HEAD + "".join(f"T{n};2024-01-{n % 28 + 1:02};{cost};a\n" for n, cost in enumerate(COSTS, 1))
    assert len(_read(rows + f"{word};;{max(COSTS)};\n").frame) == 60
    assert len(_read(rows + f"{word};2024-01-03;{max(COSTS)};a\n").frame) == 61


@pytest.mark.parametrize(
    ("last", "is_told"),
    [
        (";66;176;132", True),
        ("alle;66;176;132", True),
        ("s12;66;176;132", False),  # one more team
        ("alle;66;176;131", False),
        ("alle;66;;", False),
        ("alle;66;176;", True),
    ],
)
def test_periods_side_by_side_have_their_sums_below(last: str, is_told: bool) -> None:
    options = {"melt": {"keep": ["team"], "name": "month", "value": "v"}}
    rows = "".join(f"s{n};{n};{n + 10};{2 * n}\n" for n in range(1, 12))
    text = f"team;2024-01;2024-02;2024-03\n{rows}{last}\n"
    reading = read(text.encode(), SourceDefinition(id="s", options=options), moments=["month"], numbers=["v"])
    assert len(reading.quarantine) == is_told
    assert reading.frame["team"].nunique() == 11 + (not is_told)


@pytest.mark.parametrize(
    ("rows", "last", "is_told"),
    [
        (["a;1;2", "b;2;3"], "alle;3;5", False),  # few rows: chance
        (["a;1;2", "b;2;3", "c;3;4"], "alle;6;9", False),
        (["a;1;2", "b;2;3", "c;3;4", "d;1;1"], "alle;7;10", True),
        (["a;0;0"] * 9, "alle;0;0", False),
        (["a;0;1", "b;0;2", "c;0;3", "d;0;4"], "alle;0;10", False),  # one period alone
    ],
)
def test_sums_below_periods_are_no_chance(rows: list[str], last: str, is_told: bool) -> None:
    options = {"melt": {"keep": ["team"], "name": "month", "value": "v"}}
    text = "\n".join(["team;2024-01;2024-02", *rows, last]) + "\n"
    reading = read(text.encode(), SourceDefinition(id="s", options=options), moments=["month"], numbers=["v"])
    assert len(reading.quarantine) == is_told
