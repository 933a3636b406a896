"""What a dropped file seems to hold; what a key leaves out; what a choice gives before it is made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.measurement.deliveries import Waits, Why, kept, reasons_of
from csi.reading.key_counts import Keys, counted
from csi.reading.layout import guess
from csi.reading.looks import looks
from csi.reading.proposing import proposed
from csi.reading.trying import cells_given
from csi.step3_gather.waiting import reasons
from tests.step3_gather.conftest import LOG, Desk


def _file(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text)
    return path


def _seen(folder: Path, text: str, key: str = ""):
    path = _file(folder, text)
    layout = guess(path, "t.csv")
    known = proposed(layout, "UTC")
    return looks(path, layout, SourceDefinition(**{**_fields(known), "key": key}), "t.csv")


def _fields(known: SourceDefinition) -> dict[str, object]:
    return {name: getattr(known, name) for name in known.__slots__}


def test_a_file_is_counted_as_it_suggests_itself(tmp_path: Path) -> None:
    rows = "".join(f"A{n % 20},2016-03-{n % 28 + 1:02} 10:00\n" for n in range(40))
    seen = _seen(tmp_path, f"id,opened_at\n{rows}", key="id")
    assert (seen.rows, seen.cases, seen.key) == (40, 20, "id")
    assert (seen.first_at, seen.last_at) == (
        datetime(2016, 3, 1, 10, tzinfo=UTC),
        datetime(2016, 3, 28, 10, tzinfo=UTC),
    )
    assert _seen(tmp_path, f"id,opened_at\n{rows}").cases == 0


@pytest.mark.parametrize(
    "text",
    [
        "id,n\nA,1\nB,2\n",  # nothing dates a row
        "id,at\nA,3/4/2016\nB,5/6/2016\n",  # in either order
    ],
)
def test_what_the_file_alone_does_not_tell_is_not_said(tmp_path: Path, text: str) -> None:
    assert _seen(tmp_path, text) is None


@pytest.mark.parametrize(
    ("rows", "latest_by", "told"),
    [
        (["INC1,1/3/2016,1", "INC2,1/3/2016,1"], "", Keys(2, 2, 0)),
        (["INC1,1/3/2016,1", "INC1,1/3/2016,1"], "", Keys(2, 1, 0)),  # an exact copy leaves nothing out
        (["INC1,1/3/2016,1", "INC1,1/3/2016,2"], "", Keys(2, 1, 1)),
        (["INC1,1/3/2016,1", "INC1,2/3/2016,2"], "opened_at", Keys(2, 1, 0)),  # versions of a case
        (["INC1,1/3/2016,1", "INC1,1/3/2016,2", "INC1,1/3/2016,2", ",1/3/2016,3"], "", Keys(3, 1, 1)),
        ([",1/3/2016,1", ",1/3/2016,2"], "", Keys(0, 0, 0)),  # a row that names no case stays
    ],
)
def test_what_a_key_leaves_out(sqlite_desk: Desk, rows: list[str], latest_by: str, told: Keys) -> None:
    source = SourceDefinition(**{**_fields(LOG), "latest_by": latest_by})
    intake = sqlite_desk.take("\n".join(["number,opened_at,hours", *rows, ""]).encode(), source)
    assert intake.keys == told
    stored = sqlite_desk.files.local(intake.rows_key)
    with stored as path:
        assert counted(path, "", "") == Keys()


def _stored(folder: Path, rows: list[tuple[str, str, int]], name: str) -> Path:
    path = folder / "rows.parquet"
    pd.DataFrame(rows, columns=["number", name, "version"]).rename_axis("line").reset_index().to_parquet(path)
    return path


@pytest.mark.parametrize(
    ("moments", "name", "older"),
    [
        (8, "opened_at", 7),  # a customer's tickets, each opened at a moment of its own
        (1, "opened_at", 0),  # one case, in eight versions
        (1, "date", 0),
        (1, "state", 7),  # no moment, so nothing shows what they are
    ],
)
def test_most_rows_left_out_as_older_are_versions_only_where_a_moment_shows_it(
    tmp_path: Path, moments: int, name: str, older: int
) -> None:
    rows = [("INC1", f"2016-03-{n % moments + 1:02}", n) for n in range(8)]
    path = _stored(tmp_path, [*rows, ("INC2", "2016-05-05", 9), ("INC3", "2016-05-06", 9)], name)
    assert counted(path, "number", "version") == Keys(10, 3, 0, older)


@pytest.mark.parametrize(("rows", "older"), [(4, 0), (5, 3)])
def test_half_of_the_rows_may_be_older_ones(tmp_path: Path, rows: int, older: int) -> None:
    several = [("INC1", f"2016-03-{n + 1:02}", n) for n in range(rows - 1)]
    path = _stored(tmp_path, [*several, ("INC2", "2016-05-05", 9)], "opened_at")
    assert counted(path, "number", "version") == Keys(rows, 2, 0, older)


def test_one_moment_for_all_shows_no_versions(tmp_path: Path) -> None:
    rows = [(f"INC{n % 2}", "2016-03-01", n) for n in range(10)]
    assert counted(_stored(tmp_path, rows, "opened_at"), "number", "version").older == 8


def test_a_case_may_be_corrected_by_hand(tmp_path: Path) -> None:
    rows = [(f"INC{n % 20}", f"2016-03-{n % 20 + 1:02}", n) for n in range(100)]
    assert counted(_stored(tmp_path, rows, "opened_at"), "number", "version").older == 0
    one = [*rows[1:], ("INC0", "2016-04-01", 200)]
    assert counted(_stored(tmp_path, one, "opened_at"), "number", "version").older == 0
    two = [*one[1:], ("INC1", "2016-04-01", 200)]
    assert counted(_stored(tmp_path, two, "opened_at"), "number", "version").older == 80


def test_a_delivery_whose_key_leaves_most_rows_out_as_older_waits(sqlite_desk: Desk) -> None:
    lines = [f"A,{n + 1}/3/2016,{n}" for n in range(8)]
    text = "\n".join(["number,opened_at,hours", *lines, ""]).encode()
    intake = sqlite_desk.take(text, SourceDefinition(**{**_fields(LOG), "latest_by": "hours"}))
    assert list(reasons(intake, 0.2)) == [Waits(Why.OLDER, 7, 8, "number")]


def _many(unread: int, of: int, key: str = "A") -> bytes:
    cells = ["x"] * unread + ["1"] * (of - unread)
    lines = [f"{key or 'A'}{'' if key == 'same' else place},1/3/2016,{cell}" for place, cell in enumerate(cells)]
    return "\n".join(["number,opened_at,hours", *lines, ""]).encode()


@pytest.mark.parametrize(
    ("unread", "of", "why"),
    [
        (0, 10, []),
        (2, 10, []),  # as much as is borne
        (3, 10, [Waits(Why.QUARANTINE, 3, 10)]),
        (5, 10, [Waits(Why.QUARANTINE, 5, 10)]),  # half of the cells can be read
        (6, 10, [Waits(Why.CELLS, 6, 10, "hours", "x", "a number such as 1234.5, in h"), Waits(Why.QUARANTINE, 6, 10)]),
    ],
)
def test_why_a_delivery_waits(sqlite_desk: Desk, unread: int, of: int, why: list[Waits]) -> None:
    assert list(reasons(sqlite_desk.take(_many(unread, of)), 0.2)) == why


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (["a", "a", "b"], ("1", "a")),
        (["b", "a", "a"], ("2", "a")),
        (["a", "b"], ("", "")),  # half of them is no likely cause
        ([], ("", "")),  # none of them is among those that are kept
    ],
)
def test_a_cause_is_told_where_most_cells_fail_for_it(expected: list[str], told: tuple[str, str]) -> None:
    cells = [(place, "n", str(place), "", one) for place, one in enumerate(expected, 1)]
    others = [(9, "other", "9", "", "b")] * 5
    intake = SimpleNamespace(
        cells=(*others, *cells),
        cells_read={"n": (0, 9)},
        moments=(),
        rows_read=9,
        rows_kept=9,
        left_out=0,
        keys=SimpleNamespace(older=0),
        share_spoiled=0,
    )
    (why,) = reasons(intake, 0.2)
    assert (why.value, why.expected) == told


def test_what_is_kept_of_a_reason_is_read_again_also_where_it_was_kept_before_causes() -> None:
    why = Waits(Why.CELLS, 6, 10, "hours", "x", "a number")
    assert reasons_of({"waits": kept([why])}) == (why,)
    assert reasons_of({"waits": [{"kind": "key", "count": 1, "of": 3, "column": "n"}]}) == (Waits(Why.KEY, 1, 3, "n"),)


def test_a_key_that_leaves_rows_out_is_a_reason_and_nothing_readable_the_only_one(sqlite_desk: Desk) -> None:
    text = b"number,opened_at,hours\nA,1/3/2016,1\nA,1/3/2016,2\nB,1/3/2016,2\n"
    assert list(reasons(sqlite_desk.take(text), 0.2)) == [Waits(Why.KEY, 1, 3, "number")]
    text = b"number,opened_at,hours\nA,yes,1\nA,no,2\n"
    assert list(reasons(sqlite_desk.take(text), 0.2)) == [Waits(Why.EMPTY, 2, 2)]


def test_a_choice_is_tried_on_the_file(tmp_path: Path) -> None:
    path = _file(tmp_path, "id,at,hours\nA,1/3/2016,1\nB,2/3/2016,soon\nC,maybe,\n")
    source = SourceDefinition(id="", dates="day_first")
    given = cells_given(path, source, moments=["at"], numbers=["hours"])
    assert given == {"at": (2, 1), "hours": (1, 1)}
