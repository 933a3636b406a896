"""Digits and signs of other scripts as those that numbers are read in: ``١٢٫٥``, ``１２``, ``१२``."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.unseen import UNSEEN

_NOT_ASCII = r"[^\x00-\x7f]"
_BETWEEN = "\x00"
_UNSEEN = dict.fromkeys(map(ord, UNSEEN), None)
_ARABIC = {"٪": "%", "٬": "'"}


def as_ascii(texts: pa.Array, decimal: str) -> pa.Array:
    """Texts with the digits 0 to 9, however they were written; the Arabic decimal sign as the one stated."""
    if not pc.any(pc.match_substring_regex(texts, _NOT_ASCII)).as_py():
        return texts
    joined = _BETWEEN.join(text or "" for text in texts.to_pylist())
    plain = joined.translate(_table() | {ord("٫"): decimal}).split(_BETWEEN)
    return pc.if_else(pc.is_valid(texts), pa.array(plain, pa.string()), pa.scalar(None, pa.string()))


@cache
def _table() -> dict[int, str | None]:
    every = (chr(code) for code in range(128, sys.maxunicode + 1))
    digits = {ord(sign): str(unicodedata.decimal(sign)) for sign in every if unicodedata.category(sign) == "Nd"}
    wide = {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7))}
    return {**wide, **digits, **{ord(sign): plain for sign, plain in _ARABIC.items()}, **_UNSEEN}
