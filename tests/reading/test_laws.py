"""Laws of reading: whatever is dropped, there is a reading or a sentence, and no row disappears."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csi.definition import SourceDefinition
from csi.errors import CsiError
from csi.reading.bounds import Bounds
from csi.reading.layout import guess
from csi.reading.readers import read
from csi.reading.reading import REFUSED, Reading

_BASE = (
    'number,opened_at,hours,note\nINC1,29/2/2016 01:16,3,a\nINC2,1/3/2016 08:00,?,"b, c"\n'
    'INC3,2/3/2016,1.5,"two\nlines"\n\nINC4,3/3/2016 24:00,x,\n'
)
_SOURCE = SourceDefinition(id="s", dates="day_first", missing=("?",), timezone="Europe/Lisbon")
_TYPED = {"moments": ["opened_at"], "numbers": ["hours"]}
_PIECES = st.sampled_from(
    [
        ",",
        '"',
        "\n",
        "\r\n",
        "\r",
        ";",
        "\t",
        "a",
        "1",
        "é",
        "29/2/2016",
        " ",
        "\x00",
        "=",
        "\ufeff",
        "INC9,1/1/2016,2,z\n",
    ]
)


def _tried(attempt: Callable[[], Any]) -> Any:
    """What it gives, or the sentence with which it is refused; anything else fails the test."""
    try:
        return attempt()
    except CsiError as error:
        return str(error)


def _conserved(reading: Reading) -> None:
    lines = set(reading.quarantine["line"])
    lost = lines - set(reading.frame.index)
    assert len(reading.frame) + len(lost) == reading.rows_read
    marked = reading.frame.index[reading.frame[REFUSED].notna()] if REFUSED in reading.frame else ()
    assert lines - lost == set(marked)
    assert reading.frame.index.is_unique
    assert reading.frame.index.is_monotonic_increasing


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_BASE)), _PIECES), max_size=6), st.sampled_from([48, 8_000_000]))
def test_a_damaged_table_is_read_or_refused_and_no_row_disappears(damage: list[tuple[int, str]], block: int) -> None:
    text = _BASE
    for place, piece in damage:
        text = text[:place] + piece + text[place:]
    source = SourceDefinition(id="s", dates="day_first", missing=("?",), delimiter=",", header_row=1)
    made = _tried(lambda: read(text.encode(), source, **_TYPED, bounds=Bounds(block_bytes=block)))
    if isinstance(made, str):
        assert made
    else:
        _conserved(made)


@settings(max_examples=80, deadline=None)
@example(b"\x1c", b"")
@example("\u2003".encode(), b"")
@example(b"}", b"{")
@example(b"{}]", b"[")
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"\x1f\x8b", b"[", b"{", b"a,b\n"]))
def test_any_bytes_give_a_layout_or_a_sentence(noise: bytes, start: bytes) -> None:
    for content in (start + noise, gzip.compress(start + noise)):
        layout = _tried(lambda content=content: guess(content, "f.csv"))
        assert layout if isinstance(layout, str) else layout.columns
        assert _tried(lambda content=content: read(content, SourceDefinition(id="s"), moments=[], numbers=[]))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 12), st.data())
def test_parts_of_any_size_are_one_reading(rows: int, every: int, data: st.DataObject) -> None:
    """Broken rows and line ends in cells, wherever the parser cuts its blocks."""
    lines = ["number,opened_at,hours,note"]
    for number in range(rows):
        kind = data.draw(st.sampled_from(["good", "short", "long", "quoted", "bad"]))
        cells = {
            "good": f"INC{number},1/3/2016,1,x",
            "short": f"INC{number},1/3/2016",
            "long": f"INC{number},1/3/2016,1,x,y,z",
            "quoted": f'INC{number},1/3/2016,1,"x\n{"y" * every}"',
            "bad": f"INC{number},soon,1,x",
        }
        lines.append(cells[kind])
    text = "\n".join(lines) + "\n"
    source = SourceDefinition(id="s", dates="day_first", delimiter=",", header_row=1, encoding="utf-8")
    reading = read(text.encode(), source, moments=["opened_at"], numbers=["hours"])
    _conserved(reading)
    physical = text.split("\n")
    for line, number in reading.frame["number"].items():
        assert physical[int(line) - 1].startswith(f"{number},")


@pytest.mark.parametrize("block", [64, 200, 1_000])
def test_the_size_of_blocks_changes_nothing(block: int) -> None:
    text = "number,opened_at,hours,note\n" + "".join(
        f'INC{n},{n % 28 + 1}/3/2016,{n},"a\nb"\n' if n % 3 else f"INC{n},{n % 28 + 1}/3/2016\n" for n in range(200)
    )
    typed = {"moments": ["opened_at"], "numbers": ["hours"]}
    whole = read(text.encode(), _SOURCE, **typed)
    parts = read(text.encode(), _SOURCE, **typed, bounds=Bounds(block_bytes=block))
    assert parts.frame.equals(whole.frame)
    assert parts.quarantine.equals(whole.quarantine)
    assert parts.rows_read == whole.rows_read == 200
