"""The reading battery: layouts as programs write them, each read without a word of help.

Every file holds the same twelve tickets: the names of its columns, how many rows there are, and the sum of the minutes
are right or the layout is not read. ``test_how_many_layouts_are_read`` counts those that are.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from functools import cache

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.layout import Layout, guess
from csi.reading.proposing import proposed
from csi.reading.readers import read
from tests.reading.workbooks import sheet_xml, xlsx

NAMES = ("Ticket", "Opened", "Team", "Minutes")
ROWS = [(f"T{100 + n}", f"2024-03-{n:02} 08:30:00", f"Team {n % 3}", str(15 * n)) for n in range(1, 13)]
SUM = 15 * 78
Row = Sequence[str]


def _lines(rows: Sequence[Row], delimiter: str = ";", end: str = "\n", quoted: bool = False) -> str:
    out = io.StringIO(newline="")
    how = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=how).writerows(rows)
    return out.getvalue()


def _csv(names: Row = NAMES, rows: Sequence[Row] = ROWS, **how: object) -> str:
    return _lines([names, *rows], **how)  # type: ignore[arg-type]


def _with(cells: Callable[[int, Row], Row]) -> list[Row]:
    return [cells(place, row) for place, row in enumerate(ROWS)]


def _accented(encoding: str) -> bytes:
    rows = [(key, at, team.replace("Team", "Équipe réseau"), minutes) for key, at, team, minutes in ROWS]
    return _csv(rows=rows).encode(encoding)


_JIRA = ("Ticket", "Opened", "Sprint", "Sprint", "Comment", "Comment", "Minutes")
_SURVEY = ("Ticket", "Opened", "How was it?", "", "Minutes")

# What the program writes, and the names of the columns if they are not the twelve tickets' own.
LAYOUTS: dict[str, tuple[str | bytes, Row]] = {
    "comma": (_csv(delimiter=","), NAMES),
    "semicolon": (_csv(), NAMES),
    "tab": (_csv(delimiter="\t"), NAMES),
    "bar": (_csv(delimiter="|"), NAMES),
    "caret": (_csv(delimiter="^"), NAMES),
    "tilde": (_csv(delimiter="~"), NAMES),
    "currency sign (GLPI)": (_csv(delimiter="¤"), NAMES),
    "section sign": (_csv(delimiter="§"), NAMES),
    "broken bar": (_csv(delimiter="¦"), NAMES),
    "unit separator": (_csv(delimiter="\x1f"), NAMES),
    "colon": (_lines([NAMES, *_with(lambda _, row: (row[0], row[1][:10], *row[2:]))], ":"), NAMES),
    "all cells quoted": (_csv(quoted=True), NAMES),
    "header plain, cells quoted (Azure DevOps)": (";".join(NAMES) + "\n" + _lines(ROWS, quoted=True), NAMES),
    "a delimiter in quoted cells": (_csv(rows=_with(lambda _, row: (*row[:2], "a; b, c", row[3]))), NAMES),
    "line breaks in quoted cells": (_csv(rows=_with(lambda _, row: (*row[:2], "two\nlines\r\n", row[3]))), NAMES),
    "sep= above the header (Excel)": ("sep=;\r\n" + _csv(end="\r\n"), NAMES),
    "sep= in UTF-16 with tabs": (("sep=\t\r\n" + _csv(delimiter="\t", end="\r\n")).encode("utf-16"), NAMES),
    "titles above": ("Report of tickets\nprinted 2024-04-01\n\n" + _csv(), NAMES),
    "titles padded with delimiters": ("Report of tickets;;;\n;;;\n" + _csv(), NAMES),
    "a server's name in line 1 (old TFS)": ("Project: Desk Server: http://tfs:8080\n" + _csv(delimiter=","), NAMES),
    "header in row 3, zone below (Zammad)": ("Tickets\n\n" + _csv() + "\nTimezone: Europe/Berlin\n", NAMES),
    "the header ends in a delimiter": (";".join(NAMES) + ";\n" + _lines(ROWS), NAMES),
    "each line ends in a delimiter (GLPI)": (_csv((*NAMES, ""), _with(lambda _, row: (*row, ""))), NAMES),
    "tails of delimiters (Excel)": (_csv((*NAMES, *[""] * 4), _with(lambda _, row: (*row, *[""] * 4))), NAMES),
    "repeated names (Jira)": (
        _csv(_JIRA, _with(lambda n, row: (row[0], row[1], "s1", "", f"c {n}", "", row[3])), delimiter=","),
        ("Ticket", "Opened", "Sprint", "Sprint_2", "Comment", "Comment_2", "Minutes"),
    ),
    "a second header with the choices (SurveyMonkey)": (
        _csv(
            _SURVEY,
            [
                ("", "", "Speed", "Kindness", ""),
                *_with(lambda n, row: (row[0], row[1], "good", "bad"[: n % 4], row[3])),
            ],
        ),
        ("Ticket", "Opened", "How was it?", "Kindness", "Minutes"),
    ),
    "an empty second header": (_csv(rows=[("", "", "", ""), *ROWS]), NAMES),
    "units below the header": (_csv(rows=[("", "", "", "(min)"), *ROWS]), NAMES),
    "blank lines between rows": (_csv().replace("\n", "\n\n"), NAMES),
    "empty rows of delimiters": (_csv(rows=[*ROWS[:6], ("", "", "", ""), *ROWS[6:]]), NAMES),
    "joined files, header within": (_csv(rows=ROWS[:6]) + _csv(rows=ROWS[6:]), NAMES),
    "a line of totals": (_csv(rows=[*ROWS, ("Gesamt", "", "", str(SUM))]), NAMES),
    "a line of totals with a date": (_csv(rows=[*ROWS, ("Total", "2024-03-31 00:00:00", "", str(SUM))]), NAMES),
    "CRLF": (_csv(end="\r\n"), NAMES),
    "CR alone": (_csv(end="\r"), NAMES),
    "no line end at the end": (_csv().rstrip("\n"), NAMES),
    "UTF-8 with mark": (_csv().encode("utf-8-sig"), NAMES),
    "UTF-16 with mark": (_csv().encode("utf-16"), NAMES),
    "UTF-16 without": (_csv().encode("utf-16-le"), NAMES),
    "UTF-32 with mark": (_csv().encode("utf-32"), NAMES),
    "UTF-32, big end first": (b"\x00\x00\xfe\xff" + _csv().encode("utf-32-be"), NAMES),
    "UTF-32 without mark": (_csv().encode("utf-32-be"), NAMES),
    "Windows-1252": (_accented("cp1252"), NAMES),
    "Mac Roman": (_accented("mac-roman"), NAMES),
    "zero bytes in cells": (_csv(rows=_with(lambda _, row: (*row[:2], row[2] + "\x00" * 6, row[3]))), NAMES),
    "ids with a blank between thousands": (_csv(rows=_with(lambda n, row: (f"2 {500 + n}", *row[1:]))), NAMES),
    "a bar around and a line below (Markdown)": (
        "| " + " | ".join(NAMES) + " |\n|---|---|---|---|\n" + "".join(f"| {' | '.join(row)} |\n" for row in ROWS),
        NAMES,
    ),
    "no header": (_lines(ROWS), ("column_1", "column_2", "column_3", "column_4")),
    "gzipped": (gzip.compress(_csv().encode()), NAMES),
    "JSON lines": ("\n".join(json.dumps(dict(zip(NAMES, row, strict=True))) for row in ROWS), NAMES),
    "a workbook with a title and a note": (
        xlsx(
            Data=sheet_xml(
                [["Tickets"], [], NAMES, *((*row[:3], int(row[3])) for row in ROWS), [], ["Timezone: Europe/Berlin"]]
            )
        ),
        NAMES,
    ),
}
_UNNAMED = {"no header": ("column_2", "column_4")}


@cache
def _layout(name: str) -> Layout:
    written, _ = LAYOUTS[name]
    return guess(written if isinstance(written, bytes) else written.encode(), "export")


@cache
def _as_read(name: str) -> tuple[tuple[str, ...], int, float, float]:
    """Names, rows, the sum of the minutes and of the days of the month, without a word about the layout."""
    written, _ = LAYOUTS[name]
    content = written if isinstance(written, bytes) else written.encode()
    at, minutes = _UNNAMED.get(name, ("Opened", "Minutes"))
    reading = read(content, SourceDefinition(id="s"), moments=[at], numbers=[minutes], filename="export")
    return (
        tuple(reading.frame.columns),
        len(reading.frame),
        reading.frame[minutes].sum(),
        reading.frame[at].dt.day.sum(),
    )


def _is_right(name: str) -> bool:
    try:
        names, *figures = _as_read(name)
    except InvalidInput:
        return False
    return names == tuple(LAYOUTS[name][1]) and figures == [12, SUM, 78]


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read(name: str) -> None:
    names, rows, minutes, days = _as_read(name)
    assert names == tuple(LAYOUTS[name][1])
    assert (rows, minutes, days) == (12, SUM, 78)


def test_how_many_layouts_are_read() -> None:
    wrong = [name for name in LAYOUTS if not _is_right(name)]
    assert (len(LAYOUTS), wrong) == (51, [])


@pytest.mark.parametrize("name", [one for one in LAYOUTS if one not in _UNNAMED])
def test_its_key_and_date_are_proposed(name: str) -> None:
    said = proposed(_layout(name), "UTC")
    assert (said.key, said.options["moments"]) == ("Ticket", ["Opened"])


_ALIGNED = "Ticket  Opened      Minutes\n" + "".join(f"{row[0]}    {row[1][:10]}  {row[3]}\n" for row in ROWS)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (_csv(rows=[]), "holds no row below its header"),
        (_ALIGNED, "has its columns aligned by blanks, with no delimiter. Save it as CSV"),
        ("<table><tr><td>a</td></tr></table>", "is a web page or XML"),
        (b"\x02\x03\x04\x05\x06\x07\x08" * 40, "no text in any encoding tried. Is it a table\\? Then save it as CSV"),
    ],
)
def test_what_cannot_be_read_is_said_with_a_way_out(written: str | bytes, says: str) -> None:
    content = written if isinstance(written, bytes) else written.encode()
    with pytest.raises(InvalidInput, match=says):
        read(content, SourceDefinition(id="s"), moments=[], numbers=[], filename="export")


def test_an_id_with_a_blank_between_thousands_stays_as_it_is() -> None:
    written, _ = LAYOUTS["ids with a blank between thousands"]
    reading = read(str(written).encode(), SourceDefinition(id="s"), moments=[], numbers=[])
    assert reading.frame["Ticket"].iloc[0] == "2 500"
