"""Lines that are no observations: what tells them, and that they cost the data's quality nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.measurement.deliveries import Why
from csi.reading.files import FileStore
from csi.reading.no_observation import is_no_record, is_no_row
from csi.reading.readers import read
from csi.reading.reading import Reading
from csi.series import Processed, process_study
from csi.step3_gather.intake import Stored, stored_reading, take_in
from csi.step3_gather.waiting import reasons
from tests.series.studies import kpi, study

HEAD = "id,opened_at,minutes"
ROWS = [(f"T{n}", f"2024-01-{n % 28 + 1:02}", 3 + n * 7 % 20) for n in range(80)]


@pytest.mark.parametrize(
    ("cells", "width", "expected"),
    [
        (["", "Average", "12.5"], 3, True),
        (["Durchschnitt", "Januar", "12,5"], 3, False),  # a second word
        (["Total", "x", "12"], 3, False),
        (["Totals of men", "", "12"], 3, False),
        (["T1", "Average", "12.5"], 3, False),  # a ticket of that day
        (["-----", "-----", "--"], 3, True),
        (["", "", ""], 3, True),
        (["", "Group 4", ""], 3, True),
        (["", "Group 4", ""], 2, False),  # a row of two columns may have one
        (["T1", "soon", "12.5"], 3, False),
        (["T1", "soon", ""], 3, False),
    ],
)
def test_what_a_line_without_a_moment_holds_tells_whether_it_is_a_row(
    cells: list[str], width: int, expected: bool
) -> None:
    assert is_no_row(cells, width) is expected


@pytest.mark.parametrize(
    ("cells", "width", "expected"),
    [
        (["Page 1 of 40"], 3, True),
        (["© Acme"], 3, True),
        (["Summe"], 3, True),
        (["T0079"], 3, False),  # a row that was cut off
        (["T1;2024-01-01 10:00;5"], 3, False),  # a row parted by another sign
        (["Page 1; of 40"], 3, True),
        (["Page 1 of 40"], 2, False),
        (["Total", "27"], 3, True),
        (["T1", "2024-01-01"], 3, False),
        (["Total", "27", "", ""], 3, False),  # too many cells: something may be lost in it
    ],
)
def test_what_a_line_of_too_few_cells_holds_tells_whether_it_is_a_row(
    cells: list[str], width: int, expected: bool
) -> None:
    assert is_no_record(cells, width) is expected


def _read(between: Callable[[int, int], str]) -> Reading:
    """Eighty rows with a line behind every two of them."""
    lines = [HEAD]
    for first, second in zip(ROWS[::2], ROWS[1::2], strict=True):
        lines += [",".join(map(str, one)) for one in (first, second)] + [between(first[2], second[2])]
    source = SourceDefinition(id="tickets", file="tickets.csv", key="id", options={"units": {"minutes": "min"}})
    text = "\n".join(lines) + "\n"
    return read(text.encode(), source, moments=["opened_at"], numbers=["minutes"], filename="tickets.csv")


def _of(reading: Reading) -> Processed:
    one = kpi(measure="mean", value="minutes", unit="min")
    source = {"key": "id", "options": {"units": {"minutes": "min"}}}
    return process_study(study(one, source=source), {"tickets": [reading]}).kpis["k"]


@pytest.mark.parametrize(
    "between",
    [
        lambda a, b: f"Total,,{a + b}",
        lambda a, b: f",Total,{a + b}",
        lambda a, b: f",,{a + b}",
        lambda a, b: f"Average,,{(a + b) / 2}",
        lambda a, b: f",Average,{(a + b) / 2}",
        lambda a, b: f"Total,{a + b}",
        lambda _a, _b: HEAD,
        lambda _a, _b: "Page 1 of 40",
        lambda _a, _b: ",Count: 2,",
        lambda _a, _b: "-----,-----,-----",
    ],
)
def test_forty_lines_of_a_hundred_and_twenty_that_are_no_rows_cost_no_quality(
    between: Callable[[int, int], str],
) -> None:
    reading = _read(between)
    assert (len(reading.frame), reading.rows_read, reading.no_rows) == (80, 120, 40)
    assert len(reading.spoiled) == 0  # nothing to be mended
    found = _of(reading)
    assert [(one.passed, one.total) for one in found.quality.dimensions().values() if one.total > 4] == [(80, 80)] * 3
    counts = found.counts["tickets"]
    assert (counts.rows_read, counts.rows_kept, counts.quarantined, counts.no_rows) == (120, 80, 40, 40)


def test_rows_that_are_lost_cost_quality_beside_lines_that_are_none() -> None:
    said = iter(["T900,soon,4", "Total,,9"] * 20)
    found = _of(_read(lambda _a, _b: next(said)))
    assert (found.quality.validity.passed, found.quality.validity.total) == (80, 100)
    assert found.quality.validity.examples[0].endswith("opened_at 'soon': not a moment")
    assert found.counts["tickets"].no_rows == 20


def test_a_row_without_a_moment_is_kept_whatever_its_group_is_called() -> None:
    reading = _read(lambda a, _b: f"T900,,{a}")
    assert (len(reading.frame), reading.no_rows) == (120, 0)


@pytest.mark.parametrize(("lost", "waits"), [(8, 0), (9, 1)])
def test_a_delivery_waits_for_the_rows_it_lost_and_for_no_line_of_totals(lost: int, waits: int, tmp_path: Path) -> None:
    said = iter([*(f"T9{n},soon,4" for n in range(lost)), *["Total,,9"] * 40])
    lines = [HEAD, *(",".join(map(str, row)) for row in ROWS), *said]
    source = SourceDefinition(id="tickets", file="tickets.csv")
    taken = take_in(
        FileStore(str(tmp_path)), "T1", "\n".join(lines).encode(), source, moments=["opened_at"], numbers=["minutes"]
    )
    assert (taken.rows_read, taken.no_rows, taken.lost_rows) == (120 + lost, 40, lost)
    assert [(one.kind, one.count, one.of) for one in reasons(taken, 0.1)] == [(Why.QUARANTINE, 9, 89)] * waits
    stored = Stored(taken.rows_key, taken.spoiled_key, taken.rows_read, taken.sha256, no_rows=taken.no_rows)
    assert stored_reading(FileStore(str(tmp_path)), stored).no_rows == 40
