"""What another reading of the same bytes changes: cells that are filled both times and hold another value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from csi.definition import SourceDefinition
from csi.reading.files import FileStore
from csi.step3_gather.intake import stored_by, take_in
from csi.step3_gather.moved import moved, together

CLOCKS = b"id,at,took,n\nA,1/2/2026 10:00,2:41,1\nB,13/2/2026 10:00,0:00,2\nC,3/3/2026 10:00,5:08,3\n"
AS = SourceDefinition(id="s", dates="day_first", timezone="UTC", options={"units": {"took": "min:s"}})


def _other(**said: object) -> SourceDefinition:
    return replace(AS, **said)


@pytest.mark.parametrize(
    ("content", "now", "changed"),
    [
        (CLOCKS, AS, {}),
        (CLOCKS, _other(options={"units": {"took": "h:mm"}}), {"took": 2}),  # nothing took nothing either way
        (CLOCKS, _other(timezone="Europe/Berlin"), {"at": 3}),
        (CLOCKS, _other(dates="month_first"), {"at": 1}),  # the 13th is read no more: its row is counted elsewhere
        (CLOCKS, _other(missing=("1",)), {}),  # what is empty now is counted elsewhere
        (CLOCKS, _other(options={"units": {"took": "min:s", "n": "h"}}), {"n": 3}),  # of a unit, where it had none
        (CLOCKS, _other(missing=("A",)), {"id": 1}),  # of words nothing else counts it
        (CLOCKS, _other(missing=("1/2/2026 10:00",)), {}),
        (CLOCKS, _other(encoding="cp1252"), {}),
        ("id,at,took,n\nÄ,1/2/2026,2:41,1\nB,2/2/2026,2:41,1\n".encode(), _other(encoding="cp1252"), {"id": 1}),
    ],
)
def test_cells_that_hold_another_value_are_counted(
    tmp_path: object, content: bytes, now: SourceDefinition, changed: dict[str, int]
) -> None:
    files = FileStore(str(tmp_path))
    first, second = (
        stored_by(take_in(files, "T1", content, said, moments=["at"], numbers=["took", "n"], filename="t.csv"))
        for said in (AS, now)
    )
    assert moved(files, first, second) == changed
    assert moved(files, first, first) == {}


def test_a_length_in_another_unit_is_the_same_length(tmp_path: object) -> None:
    files = FileStore(str(tmp_path))
    text = b"id,at,took\nA,1/2/2026,90 min\nB,2/2/2026,3 min\nC,2/2/2026,2 h\n"
    as_read, in_hours = (
        stored_by(take_in(files, "T1", text, said, moments=["at"], numbers=["took"], filename="t.csv"))
        for said in (_other(options={}), _other(options={"units": {"took": "h"}}))
    )
    assert (as_read.units, in_hours.units) == ({"took": "min"}, {"took": "h"})
    assert moved(files, as_read, in_hours) == {}
    other = replace(in_hours, units={"took": "EUR"})
    assert moved(files, as_read, other) == {"took": 3}


def test_rows_that_are_kept_no_more_are_compared_with_nothing(tmp_path: object) -> None:
    files = FileStore(str(tmp_path))
    there = stored_by(take_in(files, "T1", CLOCKS, AS, moments=["at"], numbers=["n"], filename="t.csv"))
    assert moved(files, replace(there, rows_key="T1/rows/gone.parquet"), there) == {}


def test_several_deliveries_are_counted_together() -> None:
    assert together([{"a": 1, "b": 2}, {}, {"b": 3}]) == {"a": 1, "b": 5}
