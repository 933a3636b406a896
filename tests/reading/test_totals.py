"""Lines below a table that are no rows: totals by their sums or their words, notes, the header once more."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from csi.definition import SourceDefinition
from csi.reading import totals
from csi.reading.bounds import Bounds
from csi.reading.readers import read, stream
from csi.reading.reading import Reading
from csi.reading.totals import number_of
from tests.reading.workbooks import sheet_xml, xlsx

HEAD = "id;day;cost;team\n"
COSTS = [100 + 37 * n % 53 for n in range(1, 61)]


def _rows(costs: list[int] | list[str], team: str = "") -> str:
    return "".join(f"T{n};2024-01-{n % 28 + 1:02};{cost};{team}\n" for n, cost in enumerate(costs, 1))


def _read(text: str, numbers: tuple[str, ...] = ("cost",), **how: object) -> Reading:
    source = SourceDefinition(id="s", **how)  # type: ignore[arg-type]
    return read(text.encode(), source, moments=["day"], numbers=numbers, filename="f.csv")


def _refused(reading: Reading) -> list[tuple[int, str, str, str]]:
    columns = ["line", "column", "value", "reason"]
    return [tuple(row) for row in reading.quarantine[columns].itertuples(index=False)]


def _sum_told(total: object, rows: int) -> str:
    return f"a line of totals: {total} is the sum of the {rows} rows above"


@pytest.mark.parametrize(
    "word",
    [
        "Gesamt",
        "Total",
        "Summe:",
        "Somme",
        "合計",
        "Suma",
        "Razem",
        "Totaal",
        "Totale",
        "Grand Total",
        "Итого",
        "Total general",
        "TOTAL 60",
    ],
)
@pytest.mark.parametrize("day", ["2024-01-31", ""])
@pytest.mark.parametrize("numbers", [("cost",), ()])
def test_a_line_that_says_total_and_is_the_sum_is_no_row(word: str, day: str, numbers: tuple[str, ...]) -> None:
    reading = _read(HEAD + _rows(COSTS, "a") + f"{word};{day};{sum(COSTS)};\n", numbers)
    told = (62, "cost", str(sum(COSTS)), _sum_told(sum(COSTS), 60))
    # where no sums are kept and the shape tells it, the file is not read for them
    assert _refused(reading) == [told if numbers or day else (62, "id", word, f"a line of totals: it says ‘{word}’")]
    assert (len(reading.frame), reading.rows_read) == (60, 61)


@pytest.mark.parametrize("key", ["", "id"])
@pytest.mark.parametrize(
    ("last", "refused"),
    [
        (";2024-01-31;{sum};", True),  # no id, no team: nothing but the sum
        (";;{sum};", True),
        ("T61;2024-01-31;{sum};", False),  # one more ticket, by chance as dear as all
        (";2024-01-31;{sum};a", False),  # a team that others have, too
        (";2024-01-31;{more};", False),
        ("?;2024-01-31;{sum};", True),
    ],
)
def test_a_line_without_a_word_is_no_row_where_its_value_is_the_sum(key: str, last: str, refused: bool) -> None:
    reading = _read(HEAD + _rows(COSTS, "a") + last.format(sum=sum(COSTS), more=sum(COSTS) + 1) + "\n", key=key)
    assert bool(_refused(reading)) is refused
    assert len(reading.frame) == 61 - refused


@pytest.mark.parametrize(("rows", "refused"), [(9, False), (10, True)])
def test_without_a_word_or_a_gap_it_takes_ten_rows(rows: int, refused: bool) -> None:
    costs = COSTS[:rows]
    text = "day;cost\n" + "".join(f"2024-01-{n:02};{cost}\n" for n, cost in enumerate(costs, 1))
    assert bool(_refused(_read(text + f"2024-01-31;{sum(costs)}\n"))) is refused


@pytest.mark.parametrize(("rows", "refused"), [(3, False), (4, True)])
def test_where_the_date_is_missing_four_rows_are_enough(rows: int, refused: bool) -> None:
    costs = COSTS[:rows]
    text = "day;cost\n" + "".join(f"2024-01-{n:02};{cost}\n" for n, cost in enumerate(costs, 1))
    assert bool(_refused(_read(text + f";{sum(costs)}\n"))) is refused


@pytest.mark.parametrize(
    "costs",
    [
        [5, 7, 12],
        [0] * 9 + [1, 2, 3],  # two values that are not zero
        [0] * 12 + [0],
        [1, -1] * 8 + [2, 2],  # no more than a value above it
        [4, 8, 15, 16, 23, 42, 42, 3, 5, 1, 9, 167],  # off by one
    ],
)
def test_a_last_row_that_is_the_sum_by_chance_is_kept(costs: list[int]) -> None:
    text = "day;cost\n" + "".join(f"2024-01-{n:02};{cost}\n" for n, cost in enumerate(costs, 1))
    reading = _read(text)
    assert (len(reading.frame), _refused(reading)) == (len(costs), [])


def test_a_cell_that_is_not_the_sum_speaks_against_one_that_is() -> None:
    head = "day;cost;hours\n"
    rows = "".join(f"2024-01-{n:02};{cost};{n}\n" for n, cost in enumerate(COSTS[:20], 1))
    total = sum(COSTS[:20])
    kept = _read(f"{head}{rows}2024-01-31;{total};211\n", ("cost", "hours"))
    assert _refused(kept) == []
    for hours in (210, 10.5):  # their sum, their mean
        assert _refused(_read(f"{head}{rows}2024-01-31;{total};{hours}\n", ("cost", "hours")))


@pytest.mark.parametrize(("total", "refused"), [("6,00", True), ("6,005", False), ("6,01", False), ("6", True)])
def test_a_sum_is_told_as_exactly_as_it_is_written(total: str, refused: bool) -> None:
    rows = "".join(f"2024-01-{n:02};{cost}\n" for n, cost in enumerate(["0,50"] * 12, 1))
    assert bool(_refused(_read(f"day;cost\n{rows}2024-01-31;{total}\n", decimal=","))) is refused


def test_totals_means_and_notes_below_each_other_are_all_refused() -> None:
    below = f"Total;;{sum(COSTS)};\nAverage;;{sum(COSTS) / 60:.2f};\n\nTimezone: Europe/Berlin;;;\n"
    reading = _read(HEAD + _rows(COSTS, "a") + "\n" + below)
    assert [reason for *_, reason in _refused(reading)] == [
        _sum_told(sum(COSTS), 60),
        f"a line of totals: {sum(COSTS) / 60:.2f} is the mean of the 60 rows above",
        "a note below the table",
    ]
    assert [line for line, *_ in _refused(reading)] == [63, 64, 66]


@pytest.mark.parametrize(
    ("last", "refused"),
    [
        ("Gesamt;;999;", True),
        (";;999;Total", True),
        ("Total outage of mail;2024-01-31;999;b", False),
        ("T61;2024-01-31;3;Total", False),
        ("T61;;;", False),
        ("T61;2024-01-31;;", False),
    ],
)
def test_a_word_alone_needs_the_shape_of_a_line_of_totals(last: str, refused: bool) -> None:
    reading = _read(HEAD + _rows(COSTS, "a") + last + "\n", ())
    assert [reason[:16] for *_, reason in _refused(reading)] == ["a line of totals"] * refused


def test_a_note_needs_to_be_set_off() -> None:
    for last, refused in (
        ("\nas of Friday;;;", True),
        ("Printed: Friday;;;", True),
        ("T61;;;", False),
        ("x;;;", False),
    ):
        reading = _read(HEAD + _rows(COSTS, "a") + last + "\n")
        assert [reason for *_, reason in _refused(reading)] == ["a note below the table"] * refused, last


@pytest.mark.parametrize("block", [40, 300, 1_000, 8_000_000])
def test_it_is_found_wherever_a_block_ends(block: int) -> None:
    text = HEAD + _rows(COSTS, "a") + f"Gesamt;2024-01-31;{sum(COSTS)};\n"
    typed = {"moments": ["day"], "numbers": ["cost"]}
    source, bounds = SourceDefinition(id="s", delimiter=";", header_row=1), Bounds(block_bytes=block)
    parts = list(stream(text.encode(), source, **typed, bounds=bounds))
    assert sum(len(part.frame) for part in parts) == 60
    assert [one for part in parts for one in part.quarantine["reason"]] == [_sum_told(sum(COSTS), 60)]
    assert sum(part.rows_read for part in parts) == 61


def test_it_is_found_in_a_workbook() -> None:
    rows = [["id", "day", "cost"], *([f"T{n}", "2024-01-05", cost] for n, cost in enumerate(COSTS, 1))]
    content = xlsx(Data=sheet_xml([*rows, ["", None, sum(COSTS)], [], ["Timezone: Europe/Berlin"]]))
    reading = read(content, SourceDefinition(id="s", key="id"), moments=["day"], numbers=["cost"])
    assert [reason for *_, reason in _refused(reading)] == [_sum_told(sum(COSTS), 60), "a note below the table"]


def test_months_side_by_side_have_a_line_of_totals_too() -> None:
    rows = "".join(f"s{n};{n};{n + 10}\n" for n in range(1, 12))
    source = SourceDefinition(id="s", options={"melt": {"keep": ["team"], "name": "month", "value": "v"}})
    text = f"team;2024-01;2024-02\n{rows}Total;66;176\n"
    reading = read(text.encode(), source, moments=["month"], numbers=["v"])
    assert _refused(reading) == [(13, "2024-01", "66", "a line of totals: 66 is the sum of the 11 rows of its group")]
    assert reading.frame["v"].sum() == 66 + 176


def test_the_header_once_more_is_no_row() -> None:
    reading = _read(HEAD + _rows(COSTS[:3]) + HEAD + _rows(COSTS[:3]), ())
    assert _refused(reading) == [(5, "id", "id", "the header once more")]
    assert _refused(_read(HEAD + "id;2024-01-01;3;team\n", ())) == []


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("999999999999999", ".", (999_999_999_999_999.0, 0)),  # as many digits as are read without a pattern
        ("1234567890123456", ".", (1_234_567_890_123_456.0, 0)),
        ("0012", ".", (12.0, 0)),
        ("1,50 €", ",", (1.5, 2)),
        ("١٢", ".", (12.0, 0)),
        ("none", ".", None),
    ],
)
def test_a_cells_number_is_the_same_by_the_short_way(text: str, decimal: str, number: tuple[float, int] | None) -> None:
    assert number_of(text, decimal) == number


def test_what_stands_beside_one_number_is_taken_off_as_from_a_whole_column() -> None:
    before = ("", "€", "US$ ", "EUR ", "CHF\u00a0", "abc$", "abcd$", "kč", "руб", "$$", "€ €", "½", "\u20c0", "ª")
    behind = (
        "",
        " h",
        " Std.",
        "\t€",
        "kr.",
        " %",
        "EUR",
        " m²",
        " abcd$",
        "\n",
        " h\n",
        "..",
        "Ⅳ",
        "e\u0301",
        "円",
        "_",
    )
    texts = [f"{one}{number}{other}" for one in before for number in ("1,5", "(1.234)", "١٢", "") for other in behind]
    column = pc.replace_substring_regex(pa.array(texts), totals._BESIDE_NUMBER, "").to_pylist()
    assert [totals._without_beside(text) for text in texts] == column
    numbers = [number_of(text, ",") for text in texts]
    whole = totals.numbers_of(pa.chunked_array([texts]), ",")
    assert [None if one is None else one[0] for one in numbers] == [None if np.isnan(one) else one for one in whole]


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("Average;2024-01-31;99;", "a line of totals: it says ‘Average’"),  # in the place of ids; of what, nobody says
        ("Média;2024-01-31;{mean:.1f};", "a line of totals: {mean:.1f} is the mean of the 60 rows above"),
        (
            "Durchschnitt Januar 2024;2024-01-31;{mean:.2f};",
            "a line of totals: {mean:.2f} is the mean of the 60 rows above",
        ),
        ("Durchschnitt Januar 2024;2024-01-31;99;", ""),  # neither its numbers nor a word alone
        ("Average;2024-01-31;99;a", ""),  # a team, as rows have one
        ("T61;2024-01-31;99;Average", ""),  # where no number stands in the rows
    ],
)
def test_a_line_of_means_that_carries_a_date_is_no_row(last: str, told: str) -> None:
    mean = sum(COSTS) / len(COSTS)
    reading = _read(HEAD + _rows(COSTS, "a") + last.format(mean=mean) + "\n")
    assert [reason for *_, reason in _refused(reading)] == ([told.format(mean=mean)] if told else [])
