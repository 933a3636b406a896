"""Tables in JSON that are no list of records: as pandas writes them, and as services answer queries."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.json_rows import rows_in
from csi.reading.json_tables import table_in
from csi.reading.readers import read

_ROWS = [{"id": number, "team": "ab"[number % 2], "n": number / 2} for number in range(12)]
_FRAME = pd.DataFrame(_ROWS)
_TICKETS = _FRAME.assign(id=[f"INC{number}" for number in range(12)])


def _written(frame: pd.DataFrame, orient: Any) -> Any:
    return json.loads(frame.to_json(orient=orient))


@pytest.mark.parametrize("orient", ["columns", "index", "split", "records", "table"])
def test_every_table_that_pandas_writes_is_read(orient: str) -> None:
    rows = rows_in(_written(_FRAME, orient), "")
    assert [{name: row[name] for name in ("id", "team", "n")} for row in rows] == _ROWS
    assert orient == "table" or list(rows[0]) == ["id", "team", "n"]


@pytest.mark.parametrize("orient", ["columns", "index", "split"])
def test_labels_that_say_more_than_a_number_are_a_column(orient: str) -> None:
    rows = rows_in(_written(_TICKETS.set_index("id"), orient), "")
    assert rows[3] == {"index": "INC3", "team": "b", "n": 1.5}
    assert len(rows) == 12
    days = _FRAME.set_index(pd.Index(["2025-01", "2025-02", *map(str, range(10))]))[:2][["team"]]
    assert rows_in(_written(days, orient), "") == [
        {"index": "2025-01", "team": "a"},
        {"index": "2025-02", "team": "b"},
    ]
    odd = _FRAME[["n"]][1:3]
    assert rows_in(_written(odd, orient), "")[0] == {"index": "1", "n": 0.5}


def test_a_file_of_pandas_is_read_with_its_moments() -> None:
    frame = pd.DataFrame({"at": ["2025-01-01", "2025-01-02"], "n": [1, 2]})
    for text in (frame.to_json(), frame.to_json(indent=2), frame.to_json() + "\n"):
        reading = read(text.encode(), SourceDefinition(id="s"), moments=["at"], numbers=["n"], filename="t.json")
        assert list(reading.frame["n"]) == [1, 2]
        assert reading.frame["at"].iloc[1] == pd.Timestamp("2025-01-02", tz="UTC")


def test_columns_told_with_their_types_name_the_lists_beside_them() -> None:
    document = {"columns": [{"name": "at", "type": "date"}, {"name": "n"}], "rows": [["2025-01-01", 1], [None, 2]]}
    assert rows_in(document, "") == [{"at": "2025-01-01", "n": 1}, {"at": None, "n": 2}]


@pytest.mark.parametrize(
    "document",
    [
        {"columns": ["a", "b"], "rows": [[1, 2, 3]]},
        {"columns": ["a"], "rows": [[1]], "others": [[2]]},
        {"columns": [["a", "b"]], "data": [[1]]},
        {"columns": "a", "data": [["1"]]},
        {"columns": [], "data": [[]]},
        {"db": {"up": 1, "ms": 3}, "web": {"up": 1, "ms": 4}},
        {"db": {"p50": 1, "p95": 3, "p99": 4}, "web": {"p50": 1, "p95": 3, "p99": 4}},
        {"stats": {"p50": 1}},
        {"a": {"0": {"b": 1}}},
        {"a": {"0": 1}, "b": {"1": 1}},
        {"a": {"0": 1}, "b": 2},
        {"a": {}},
        {"0": {"0": 1}},
        {"1": {"a": 1}},
        {str(number): {"0": 1} for number in range(5)},
    ],
)
def test_what_is_no_such_table_is_taken_as_before(document: dict[str, Any]) -> None:
    assert table_in(document) is None


def test_a_table_whose_columns_nothing_tells_is_refused_with_what_to_write() -> None:
    told = r"2 outer names \(0 …\) and 3 inner names \(0 …\) may each be its columns; expected a list of records, as "
    with pytest.raises(InvalidInput, match=told):
        rows_in(_written(pd.DataFrame([[1, 2], [3, 4], [5, 6]]), "columns"), "")
    named = {f"{one} x": dict.fromkeys("abcde", 1) for one in "abcdefghij"}
    with pytest.raises(InvalidInput, match=r"10 outer names \(a x …\) and 5 inner names"):
        rows_in(named, "")
    named.popitem()
    assert rows_in(named, "") == [named]


def test_names_with_digits_are_rows_where_there_are_many_and_more_than_columns() -> None:
    cases = {f"INC{number}": {"n": number, "m": 1} for number in range(10)}
    assert len(rows_in(cases, "")) == 10
    cases.popitem()
    assert rows_in(cases, "") == [cases]
