"""Days and months that a spreadsheet has swapped: dates for days up to 12, and text for all later days.

It happens where ``04/03/2025`` (4 March) is opened by a program that has the month first: what can be a date becomes
3 April, what cannot (``13/03/2025``) stays text. Nothing in such a column says what a date was before.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.errors import DatesSwapped

_SAMPLE = 2_000  # cells looked at, from all over the column
_MONTHS = 12
# By chance 12 of 31 days are up to 12; so seldom that it is no chance.
_CHANCE = 0.001
_SEVERAL = 3  # different texts of each kind, where only their zeros tell them apart
_TYPED = re.compile(r"\s*\d{4}[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_WRITTEN = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}(?!\d)")
_REASON = (
    "{early:,} of {rows:,} cells are dates with days up to 12 only (such as {typed}), and the other {late:,} are text "
    "with later days only (such as {written}): a spreadsheet has swapped day and month of the first. Expected the "
    "column as its program exported it; import it again as text, or list the column under meant if every date is right"
)


def check_swapped(column: str, cells: pa.ChunkedArray) -> None:
    """Refuse a column whose earlier days were swapped with their months.

    Args:
        column: its name.
        cells: as text, null where missing; a column of typed moments is not looked at.

    Raises:
        DatesSwapped: says how many rows are of which kind.
    """
    if not pa.types.is_string(cells.type) or not len(cells):
        return
    places = np.unique(np.linspace(0, len(cells) - 1, min(_SAMPLE, len(cells))).astype("int64"))
    if not _is_swapped(_texts(cells.take(pa.array(places)))):
        return
    texts = _texts(cells)
    if _is_swapped(texts):
        early, late = _parted(texts)
        numbers = {"early": len(early), "late": len(late), "rows": len(early) + len(late)}
        raise DatesSwapped(column, _REASON.format(**numbers, typed=early.iloc[0], written=late.iloc[0]))


def _texts(cells: pa.ChunkedArray) -> pd.Series:
    return pd.Series(cells.drop_null().to_pylist(), dtype="object").str.strip()


def _parted(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The texts whose day and month could be either, or that are typed; and those whose day is plainly above 12."""
    late = texts.map(_is_late)
    return texts[~late & (texts.map(_is_date))], texts[late]


def _is_date(text: str) -> bool:
    return bool(_TYPED.match(text) or _WRITTEN.match(text))


def _is_late(text: str) -> bool:
    told = _WRITTEN.match(text)
    return told is not None and max(map(int, told.groups())) > _MONTHS


def _is_swapped(texts: pd.Series) -> bool:
    early, late = (list(dict.fromkeys(one.str.slice(0, 10))) for one in _parted(texts))
    if not early or not late:
        return False
    typed = [told for text in early if (told := _TYPED.match(text))]
    if len(typed) == len(early):
        chance = (12 / 31) ** len(early) * (19 / 31) ** len(late)
        return chance < _CHANCE and all(int(told[2]) <= _MONTHS for told in typed)
    return not typed and _differ_in_zeros(early, late)


def _differ_in_zeros(early: list[str], late: list[str]) -> bool:
    """Whether the earlier days stand without zeros before them (3/4/2025), the later with them (13/04/2025)."""
    short, long = _with(early, zeros=False), _with(late, zeros=True)
    mixed = _with(early, zeros=True) or _with(late, zeros=False)
    return len(short) >= _SEVERAL and len(long) >= _SEVERAL and not mixed


def _with(texts: list[str], *, zeros: bool) -> list[str]:
    """The texts in which a day or month below ten stands with a zero before it, or without one."""
    wanted = 2 if zeros else 1
    parts = ((text, _WRITTEN.match(text)) for text in texts)
    return [
        text for text, told in parts if told and any(int(part) < 10 and len(part) == wanted for part in told.groups())
    ]
