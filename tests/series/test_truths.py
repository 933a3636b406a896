"""Yes and no read alike however a program writes them: from every format, in every spelling, in both engines."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.series.masks import mask
from csi.series.strata import distinct, names_of, split
from csi.series.truths import folded, may_be_truth, meaning, pair_of, tidied, united, words_of
from csi.series.written import tidy
from csi.study.engines import Engine
from csi.study.running import run
from tests.series.studies import kpi

ROWS, GOOD = 200, 161  # 80.5 %, as independently counted from the list below
MISSED = {3, 8, 11, 20, 27, 31, 33, 42, 48, 50, 55, 61, 64, 70, 77, 83, 88, 91, 95}
MADE = [number % 100 not in MISSED for number in range(ROWS)]
MADE[199] = False

SPELLINGS: dict[str, tuple[Any, Any]] = {
    "real": (True, False),
    "title": ("True", "False"),
    "upper": ("TRUE", "FALSE"),
    "yes": ("yes", "no"),
    "letter": ("Y", "N"),
    "german": ("J", "N"),
    "ja": ("ja", "nein"),
    "oui": ("Oui", "Non"),
    "si": ("Sí", "No"),
    "sim": ("sim", "não"),
    "tak": ("tak", "nie"),
    "digit": (1, 0),
    "tick": ("✓", "✗"),
    "box": ("x", None),
    "vrai": ("VRAI", "FAUX"),
    "wahr": ("WAHR", "FALSCH"),
    "verdadero": ("VERDADERO", "FALSO"),
}
LITERALS = ("true", '"True"', '"true"', "1", '"yes"', '"1"')


def table() -> list[dict[str, Any]]:
    days = pd.date_range("2026-03-01 08:00", periods=ROWS, freq="3h")
    return [
        {"id": f"T{number}", "at": f"{day:%Y-%m-%d %H:%M}"}
        | {name: yes if made else no for name, (yes, no) in SPELLINGS.items()}
        for number, (day, made) in enumerate(zip(days, MADE, strict=True))
    ]


def as_csv(path: Path) -> None:
    pd.DataFrame(table()).to_csv(path, index=False)


def as_json_lines(path: Path) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table()), encoding="utf-8")


def as_parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(table()), path)


def as_workbook(path: Path) -> None:
    rows = table()
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(rows[0]))
        for line, row in enumerate(rows, start=1):
            sheet.write_row(line, 0, list(row.values()))


def study(folder: Path, file: str, **kpis: dict[str, Any]) -> Path:
    made = {
        "study": 1,
        "service": "desk",
        "timezone": "UTC",
        "period": "month",
        "sources": {"t": {"file": file, "key": "id"}},
        "kpis": {name: {"source": "t", "at": "at", "direction": "higher", **one} for name, one in kpis.items()},
    }
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(made), encoding="utf-8")
    return path


def shares(path: Path, **engine: Any) -> dict[str, float]:
    found = {}
    for name, one in run(path, **engine).kpis.items():
        series = one.processed.series
        found[name] = float(series["numerator"].sum() / series["denominator"].sum())
    return found


def every_way() -> dict[str, dict[str, Any]]:
    return {
        f"{name}_{number}": {"measure": "share", "good": f"{name} == {literal}"}
        for name in SPELLINGS
        for number, literal in enumerate(LITERALS)
    }


@pytest.mark.parametrize(
    ("file", "write"),
    [("t.csv", as_csv), ("t.jsonl", as_json_lines), ("t.parquet", as_parquet), ("t.xlsx", as_workbook)],
)
def test_the_same_rows_give_the_same_share_in_every_format_and_spelling(
    tmp_path: Path, file: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / file)
    assert sum(MADE) == GOOD
    wrong = {name: share for name, share in shares(study(tmp_path, file, **every_way())).items() if share != 0.805}
    assert wrong == {}


@pytest.mark.slow
def test_dask_decides_on_all_rows_though_each_partition_sees_a_part(tmp_path: Path, scheduler: str) -> None:
    """The first file holds only `ja` and `nein`, the second `da`, a language: together they are no truths."""
    for name, words in {"a": ["ja", "nein"], "b": ["da", "en"], "c": ["x", "x"]}.items():
        rows = [f"{name}{number},2026-03-0{number + 1} 08:00,{word}" for number, word in enumerate(words)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["id,at,lang", *rows]) + "\n", encoding="utf-8")
    kpis = {"yes": {"measure": "share", "good": "lang == true"}, "ja": {"measure": "share", "good": 'lang == "ja"'}}
    for files, expected in {"[ab].csv": {"yes": 0.0, "ja": 0.25}, "a.csv": {"yes": 0.5, "ja": 0.5}}.items():
        path = study(tmp_path, files, **kpis)
        assert shares(path) == shares(path, engine=Engine.DASK, scheduler=scheduler) == expected


@pytest.mark.parametrize(
    ("cells", "condition", "expected"),
    [
        (["yes", "no", "n.a.", None], "a == true", [0]),
        (["yes", "no", "n.a.", None], "a == false", [1]),
        (["yes", "no", "n.a.", None], "a != true", [1, 2, 3]),
        (["yes", "no", "n.a.", None], 'a == "n.a."', [2]),
        (["yes", "no", "n.a.", "?", "later"], 'a == "Yes"', []),  # three that say neither: a list of words
        (["Yes", "y", "NO", "n"], 'a == "ja"', [0, 1]),
        (["True", "1", "yes", "0"], "a == true", [0, 1, 2]),  # deliveries that write it in two ways
        (["0", "1", "2"], "a == 1", [1]),
        (["0", "1", "2"], 'a == "yes"', []),
        (["0", "1", "2"], 'a == "N"', []),
        (["1", "01", "1.0", "1,0", "10", "-1"], "a == 1", [0, 1, 2, 3]),
        (["ja", "da", "en"], 'a == "da"', [1]),  # languages
        (["ja", "da", "en"], 'a == "yes"', []),
        (["NO", "SE", "DK"], 'a == "NO"', [0]),  # countries
        (["NO", "SE", "DK"], 'a == "N"', []),
        (["A", "B", "F"], "a == false", []),  # marks
        (["✓", "x", None], "a == true", [0]),
        (["x", None, "X"], "a == true", [0, 2]),
        (["EVET", "HAYIR", "hayır"], "a == true", [0]),
        (["EVET", "HAYIR", "hayır"], "a == false", [1, 2]),
        (["DOĞRU", "YANLIŞ"], "a == false", [1]),
        (["हाँ", "नहीं"], "a == true", [0]),
        (["بله", "خیر"], "a == true", [0]),
        (["참", "거짓"], "a == true", [0]),
        (["有", "無"], "a == true", [0]),
        (["Já", "Nei"], "a == true", [0]),
        (["Д", "Н"], "a == true", [0]),
        (["ΑΛΗΘΗΣ", "ΨΕΥΔΗΣ"], "a == true", [0]),
        (["☒", "☐"], "a == true", [0]),
        (["✔\ufe0f", "❌"], "a == true", [0]),
        (["yes", "no"], 'a in ("true", "no")', [0, 1]),
        (["yes", "no"], 'a not in ("1")', [1]),
        (["yes", "no"], "true == a", [0]),
        ([" yes", "no ", "\u00a0Yes"], "a == true", [0, 2]),
        ([unicodedata.normalize("NFD", "Sí"), "no"], "a == true", [0]),
        (["TRUE", "maybe", "later", "never", "false"], "a == true", [0]),  # bare: the word alone
    ],
)
def test_a_column_of_truths_is_compared_as_such(cells: list[str | None], condition: str, expected: list[int]) -> None:
    frame = pd.DataFrame({"a": pd.array(cells, dtype="str")})
    assert np.flatnonzero(mask(condition, frame)).tolist() == expected
    assert np.flatnonzero(mask(condition, frame.astype("category"))).tolist() == expected


@pytest.mark.parametrize(
    ("cells", "condition", "expected"),
    [
        ([1.0, 0.0, None], 'a == "yes"', [0]),
        ([1.0, 0.0, 2.0], 'a == "yes"', []),
        ([1.0, 0.0, 2.0], "a == 1", [0]),
        ([1.0, 0.0, None], 'a == "FALSE"', [1]),
    ],
)
def test_numbers_are_truths_while_they_are_1_and_0(cells: list[float], condition: str, expected: list[int]) -> None:
    assert np.flatnonzero(mask(condition, pd.DataFrame({"a": cells}))).tolist() == expected


def test_a_column_of_real_truths_takes_every_word() -> None:
    frame = pd.DataFrame({"a": pd.array([True, False, None], dtype="boolean")})
    assert [np.flatnonzero(mask(f"a == {one}", frame)).tolist() for one in LITERALS] == [[0]] * len(LITERALS)
    assert np.flatnonzero(mask('a == "maybe"', frame)).tolist() == []


@pytest.mark.parametrize(
    ("cells", "condition", "expected"),
    [
        (["P1 ", " P1", "P1", "p1"], 'a == "P1"', [0, 1, 2]),
        ([unicodedata.normalize("NFD", "Störung"), "Störung"], 'a == "Störung"', [0, 1]),
        (["Störung"], f'a == "{unicodedata.normalize("NFD", "Störung")}"', [0]),
        (["a b", "a  b"], 'a == "a b"', [0]),
    ],
)
def test_blanks_at_the_ends_and_the_form_of_a_letter_are_no_difference(
    cells: list[str], condition: str, expected: list[int]
) -> None:
    assert np.flatnonzero(mask(condition, pd.DataFrame({"a": pd.array(cells, dtype="str")}))).tolist() == expected


def test_two_columns_are_equal_as_they_look() -> None:
    frame = pd.DataFrame({"a": pd.array(["x ", "y", None], dtype="str"), "b": pd.array(["x", "z", None], dtype="str")})
    assert mask("a == b", frame).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("words", "pair"),
    [
        ("true false", True),
        ("t", True),
        ("f no", True),
        ("да нет", True),
        ("○ ×", True),
        ("ja yes", False),
        ("ne no ja", False),
        ("0 1 2", False),
        ("0 1 -1", False),
        ("yes no a b", True),
        ("yes no a b c", False),
        ("ja nein da", False),  # languages
        ("yes no -", True),
        ("yes maybe", False),
        ("", False),
        ("1 0 true false yes no y n", True),
        ("1 0 true false yes no y n t", False),  # more different words than one column of truths has
    ],
)
def test_what_is_a_column_of_truths(words: str, pair: bool) -> None:
    assert (pair_of(words_of(words.split())) is not None) is pair


def test_a_single_letter_means_what_it_means_in_the_columns_own_words_only() -> None:
    yes = pair_of(words_of(["yes", "no"]))
    tak = pair_of(words_of(["tak", "nie"]))
    assert yes is not None
    assert tak is not None
    assert [meaning(one, yes) for one in ("y", "J", "t", "x", 1.0, 0.0, 2.0, False)] == [
        True,
        None,
        True,
        None,
        True,
        False,
        None,
        False,
    ]
    assert [meaning(one, tak) for one in ("t", "yes", "Nein", "y")] == [True, True, False, None]
    assert [may_be_truth(one) for one in ("Closed", "JA", 1.0, 0.5, True)] == [False, True, True, False, True]


def test_words_unite_and_fold() -> None:
    assert united([words_of(["Yes", " "]), words_of(["NO", "yes"])]) == {"yes", "no"}
    assert folded(" STRASSE ") == folded("straße")


@settings(deadline=None)
@given(
    st.lists(st.none() | st.text(alphabet=["a", "é", "e", "\u0301", " ", "\t", "\u00a0", "Ö"], max_size=4), max_size=6),
    st.integers(0, 3),
)
def test_cells_are_tidied_like_literals_wherever_a_slice_begins(cells: list[str | None], start: int) -> None:
    column = pd.Series(cells, dtype="str").iloc[start:]
    assert tidy(column).to_pylist() == [None if one is None else tidied(one) for one in cells[start:]]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["P2", "P1 ", " P1"], ("P1", "P2")),
        (["yes", "YES", "True", "no", "n.a."], ("True", "n.a.", "no")),  # each once, however it is written
        (["P1", "P1"], ()),
        ([f"P{number:02}" for number in range(12)], tuple(f"P{number:02}" for number in range(12))),
        ([f"P{number:02}" for number in range(13)], ()),
    ],
)
def test_strata_are_told_apart_as_conditions_tell_them(cells: list[str], expected: tuple[str, ...]) -> None:
    column = pd.Series(cells, dtype="str")
    assert sorted(names_of(distinct(column))) == sorted(expected)
    frame = pd.DataFrame({"s": column})
    whole = kpi(strata="s", measure="mean", value="x")
    parts = split(whole, names_of(distinct(column)))
    counted = sum((mask(part.where, frame).astype(int) for part in parts.values()), np.zeros(len(cells), dtype=int))
    assert set(counted.tolist()) == ({1} if expected else {0})  # every row in one stratum
