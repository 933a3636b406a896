"""Text into numbers: decimal point or comma, grouped thousands, a percent sign behind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.other_digits import as_ascii

_GROUPS = {".": ",", ",": "."}
# Between thousands stand blanks, too: plain, no-break, thin and narrow; and apostrophes.
_BLANKS = " \u00a0\u2009\u202f"
_APOSTROPHES = "'\u2019"
NO_CENTS = r"[.,][\-−–—]{1,2}"  # 12.- and 12,-- are whole amounts, no debts
_INDIAN = r"|\d{1,2}(?:,\d{2})+,\d{3}"  # lakhs and crores: 1,23,45,678.90


def _pattern(decimal: str) -> str:
    """A number with its sign in front, behind (``12-``), or as accountants write it: ``(12)``; ``12.-``.

    An apostrophe before it is the mark by which spreadsheets keep a cell as it was typed.
    """
    point, group = f"\\{decimal}", f"[\\{_GROUPS[decimal]}{_BLANKS}{_APOSTROPHES}]"
    whole = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+{_INDIAN if decimal == '.' else ''})"
    plain = rf"(?:{whole}(?:{point}\d*)?|{point}\d+)"
    percent = rf"[\s{_BLANKS}]*%?"
    debt = rf"(?:{whole}(?:{point}\d+)?|{point}\d+){percent}[\-−]|\({plain}{percent}\)"
    return rf"^[{_APOSTROPHES}]?(?:[+\-−]?{plain}(?:[eE][+-]?\d{{1,3}})?{percent}|[+\-−]?{whole}{NO_CENTS}|{debt})$"


def read_numbers(cells: pa.ChunkedArray, decimal: str, missing: Sequence[str]) -> tuple[pd.Series, np.ndarray]:
    """Type one column of text.

    Args:
        cells: text, null where missing.
        decimal: ``.`` or ``,``.
        missing: markers; one that is a number (``-200``) also hides that number written otherwise (``-200,0``).

    Returns:
        ``float64`` numbers (NaN: missing or unreadable) and True where there is text that is no number.
    """
    sentinels = np.array([number for marker in missing for number in _sentinel(marker, decimal)])
    if not pa.types.is_string(cells.type):
        values = pc.fill_null(pc.cast(cells, pa.float64(), safe=False), np.nan).to_numpy().copy()
        endless = np.isinf(values)
        values[endless | np.isin(values, sentinels)] = np.nan
        return pd.Series(values), endless
    texts = pc.utf8_trim_whitespace(cells)
    is_number = pc.fill_null(pc.match_substring_regex(texts, _pattern(decimal)), False)
    values = _convert(pc.if_else(is_number, texts, None), decimal)
    blank = pc.fill_null(pc.equal(texts, ""), True)
    unreadable = pc.invert(pc.or_(is_number, blank)).to_numpy().copy()
    if unreadable.any():
        _other_scripts(texts, decimal, values, unreadable)
    endless = np.isinf(values)  # 1e400 is written as a number, and is none that can be held
    values[endless | np.isin(values, sentinels)] = np.nan
    return pd.Series(values), unreadable | endless


def _other_scripts(texts: pa.ChunkedArray, decimal: str, values: np.ndarray, unreadable: np.ndarray) -> None:
    """What is a number once its digits are 0 to 9 is filled in."""
    rows = np.flatnonzero(unreadable)
    left = texts.take(pa.array(rows)).combine_chunks()
    plain = as_ascii(left, decimal)
    if plain is left:
        return
    found = to_numbers(plain, decimal)
    values[rows], unreadable[rows] = found, np.isnan(found)


def to_numbers(texts: pa.Array, decimal: str) -> np.ndarray:
    """Texts as numbers; NaN where one is none, or none that can be held."""
    trimmed = pc.utf8_trim_whitespace(texts)
    is_number = pc.fill_null(pc.match_substring_regex(trimmed, _pattern(decimal)), False)
    found = _convert(pc.if_else(is_number, trimmed, None), decimal)
    found[np.isinf(found)] = np.nan
    return found


def _sentinel(marker: str, decimal: str) -> tuple[float, ...]:
    """The number a missing marker stands for, if any."""
    try:
        return (float(marker.replace(decimal, ".")),)
    except ValueError:
        return ()


def _convert(texts: pa.ChunkedArray | pa.Array, decimal: str) -> np.ndarray:
    """Numbers of texts that fit the pattern; NaN for null."""
    if pc.any(pc.match_substring_regex(texts, f"{NO_CENTS}$")).as_py():
        texts = pc.replace_substring_regex(texts, f"{NO_CENTS}$", "")
    is_negative = pc.match_substring_regex(texts, r"^['\x{2019}]?\(|[\-−]$")
    bare = pc.replace_substring_regex(texts, f"[\\{_GROUPS[decimal]}{_BLANKS}{_APOSTROPHES}%+()\\s]|[\\-−]$", "")
    bare = pc.replace_substring(pc.replace_substring(bare, "−", "-"), decimal, ".")
    bare = pc.if_else(is_negative, pc.binary_join_element_wise("-", bare, ""), bare)
    return pc.fill_null(pc.cast(bare, pa.float64()), np.nan).to_numpy(zero_copy_only=False).copy()
