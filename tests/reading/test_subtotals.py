"""Lines that sum up a group of rows are none of the table's rows, wherever they stand; what is so by chance is one."""

from __future__ import annotations

import random

import pytest

from csi.definition import SourceDefinition
from csi.reading.readers import read
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
    source = SourceDefinition("s", **how)  # type: ignore[arg-type]
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
    reading = read(text.encode(), SourceDefinition("s", options=options), moments=["month"], numbers=["v"])
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
    reading = read(text.encode(), SourceDefinition("s", options=options), moments=["month"], numbers=["v"])
    assert len(reading.quarantine) == is_told
