"""Formulas of a workbook that hold no result, as programs write them that calculate nothing: what the formula says.

With its text such a cell is unreadable where a number or a moment is needed, and says why, in place of being empty.
"""

from __future__ import annotations

import re
from html import unescape
from zipfile import ZipFile

from csi.reading.content import Content
from csi.reading.error_cells import column_number, part_of

_BLOCK = 1024 * 1024
_LONGEST_CELL = 20_000  # ours; a formula has at most 8,192 characters
_LEAST_ZEROS = 3  # of formulas that all give 0 and are to be calculated when opened; ours
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\b[^<>]*>([^<]*)</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_TEXT = re.compile(rb"""(?:^|\s)t\s*=\s*["'](?:str|e|b)["']""")
_ON_LOAD = re.compile(rb"""<(?:\w+:)?calcPr\b[^<>]*\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
_WORKBOOK = "xl/workbook.xml"

Formulas = dict[tuple[int, int], str]


def is_formula(text: str) -> bool:
    """Whether a cell that cannot be read holds a formula in place of its result."""
    return len(text) > 1 and text.startswith("=")


def uncalculated(content: Content, sheet: str) -> Formulas:
    """Per row and column (0-based) the formula, with its sign, where it holds no result.

    Results that are all 0 are none where the workbook is to be calculated when it is opened: one program writes them.

    Args:
        content: a workbook that was found to be readable.
        sheet: the sheet's name.
    """
    with content.seekable() as stream, ZipFile(stream) as archive:
        part = part_of(archive, sheet)
        if not part:
            return {}
        empty, zeros, is_calculated = _formulas(archive, part)
        is_due = len(zeros) >= _LEAST_ZEROS and _ON_LOAD.search(archive.read(_WORKBOOK))
    return empty | zeros if is_due and not is_calculated else empty


def _formulas(archive: ZipFile, part: str) -> tuple[Formulas, Formulas, bool]:
    """The formulas without a result, those whose result is 0, and whether any gives something else."""
    empty: Formulas = {}
    zeros: Formulas = {}
    is_calculated, rest = False, b""
    with archive.open(part) as unfolded:
        while block := unfolded.read(_BLOCK):
            text, done = rest + block, 0
            for cell in _CELL.finditer(text) if b"<f" in text or b":f" in text else ():
                done = cell.end()
                result, place = (cell[3] or b"").strip(), _PLACE.search(cell[1])
                if result not in (b"", b"0") or _TEXT.search(cell[1]):
                    is_calculated = True
                elif place:
                    told = unescape((cell[2] or b"").decode("utf-8", "replace")) or "…"
                    held = zeros if result else empty
                    held[int(place[2]) - 1, column_number(place[1]) - 1] = f"={told}"
            rest = text[max(done, len(text) - _LONGEST_CELL) :]
    return empty, zeros, is_calculated
