"""A study that was made to hurt is refused in a moment, with a sentence."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.reading.layout import guess
from csi.reading.readers import read
from csi.study.reading import study_of

HEAD = "study: 1\nservice: x\ntimezone: UTC\nperiod: week\n"
RATIO = (
    "sources: {{s: {{file: x.csv}}}}\nkpis: {{k: {{source: s, at: t, measure: ratio, direction: lower, unit: '{unit}',"
    " value: {{numerator: x, denominator: y}}}}}}\n"
)
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)
)


@pytest.mark.parametrize(
    "content",
    [
        HEAD + LAUGHS + "sources: {s: {file: x.csv, missing: *a8}}\nkpis: {k: {name: k}}\n",
        HEAD + LAUGHS + "sources: {s: {file: x.csv, rows: *a8}}\nkpis: {k: {name: k}}\n",
        HEAD + "sources: &s {s: *s}\nkpis: {k: {name: k}}\n",
        "[" * 5_000,
        "a: " + "{a: " * 3_000,
        "study: !!python/object/apply:os.system ['true']",
        HEAD + "sources: {s: {file: x.csv, header_row: .inf}}\nkpis: {k: {name: k}}\n",
        HEAD + f"sources: {{s: {{file: x.csv, cadence: 0x{'f' * 5_000}}}}}\nkpis: {{k: {{name: k}}}}\n",
        HEAD + RATIO.format(unit=f"a{' ' * 100_000}b"),
        HEAD + f"sources: {{s: {{file: {'x' * 20_000}}}}}\nkpis: {{k: {{name: k}}}}\n",
        HEAD + f"sources: {{s: {{file: x.csv}}}}\nkpis: {{k: {{target: 0x{'f' * 5_000}}}}}\n",
        HEAD + f"sources: {{s: {{file: x.csv}}}}\nkpis: {{k: {{direction: [1, 0x{'f' * 5_000}]}}}}\n",
        HEAD + f"sources: {{s: {{file: x.csv}}}}\nkpis: {{k: {{target: {':'.join(['59'] * 300)}}}}}\n",
    ],
)
def test_it_is_refused_at_once(content: str) -> None:
    began = time.process_time()
    with pytest.raises(InvalidInputs) as told:
        study_of(content.encode())
    assert time.process_time() - began < 5
    assert len(str(told.value)) < 5_000


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_year_no_calendar_computes_is_named(day: str) -> None:
    with pytest.raises(InvalidInputs, match=f"expected a year from 1900 to 2199, not {int(day[:4])}"):
        study_of(f"{HEAD}as_of: {day}\nsources: {{s: {{file: x.csv}}}}\nkpis: {{k: {{name: k}}}}\n".encode())


def test_a_date_pattern_that_names_a_part_twice_is_told() -> None:
    source = SourceDefinition(id="s", dates="%Y%Y")
    with pytest.raises(InvalidInput, match="no date pattern"):
        read(b"at\n2026-01-01\n", source, moments=("at",), numbers=())


def test_a_cell_without_end_is_looked_at_in_a_moment(tmp_path: Path) -> None:
    """Whether a row is a header is told by what its cells look like; a cell of 100,000 digits looks like nothing."""
    path = tmp_path / "x.csv"
    path.write_text("a,b\n" + "1" * 100_000 + "x,2\n3,4\n")
    began = time.process_time()
    assert guess(path, path.name).names == ("a", "b")
    assert time.process_time() - began < 5
