"""Texts by their shape, and their digits: every digit written 0, so that texts spelt alike are looked at once.

Done on the bytes of the whole array at once: no text becomes a Python string.
"""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_ZERO, _NINE = ord("0"), ord("9")


@cache
def _other_digits() -> dict[int, str]:
    """The digits of all other scripts as ours: ٣, ३, \uff13 are 3."""
    beyond = range(0x80, sys.maxunicode + 1)
    return {sign: str(unicodedata.digit(chr(sign))) for sign in beyond if unicodedata.category(chr(sign)) == "Nd"}


@dataclass(frozen=True, slots=True)
class Shaped:
    """Texts without their digits, and their digits without the texts.

    Attributes:
        shapes: each distinct shape.
        codes: per text the place of its shape.
        digits: all digits of all texts, one after the other (0 to 9).
        starts: per text where its digits begin.
    """

    shapes: tuple[str, ...]
    codes: np.ndarray
    digits: np.ndarray
    starts: np.ndarray

    def rows(self) -> list[np.ndarray]:
        """Per shape the places of its texts."""
        if len(self.shapes) == 1 and (self.codes == 0).all():
            return [np.arange(len(self.codes))]
        order = np.argsort(self.codes, kind="stable")
        edges = np.searchsorted(self.codes[order], np.arange(len(self.shapes) + 1))
        return [order[start:end] for start, end in pairwise(edges)]

    def number(self, rows: np.ndarray, first: int, last: int) -> np.ndarray:
        """The whole number that stands in some digits of some texts (int64)."""
        value = np.zeros(len(rows), dtype=np.int64)
        for place in range(first, last):
            value = value * 10 + self.digits[self.starts[rows] + place]
        return value


def shaped(texts: pa.StringArray) -> Shaped:
    """The shapes and digits of some texts."""
    offsets, data = _bytes(in_our_digits(texts))
    is_digit = (data >= _ZERO) & (data <= _NINE)
    blank = np.where(is_digit, np.uint8(_ZERO), data)
    shapes = pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(blank))
    encoded = shapes.dictionary_encode()
    known = tuple(encoded.dictionary.to_pylist())
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    counts = np.array([shape.count("0") for shape in known], dtype=np.int64)[codes]
    return Shaped(known, codes, data[is_digit] - np.uint8(_ZERO), np.cumsum(counts) - counts)


def in_our_digits(texts: pa.StringArray) -> pa.StringArray:
    """Texts with every digit written 0 to 9; the very texts where they are so."""
    _, data = _bytes(texts)
    if not (data >= 0x80).any():
        return texts
    # \pN of what is left once ours are gone; numbers that are no digits (½) stay as they are.
    bare = pc.replace_substring_regex(texts, "[0-9]", "")
    if not pc.any(pc.match_substring_regex(bare, r"\p{Nd}")).as_py():
        return texts
    return pa.array([text.translate(_other_digits()) for text in texts.to_pylist()], pa.string())


def _bytes(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """Offsets from 0 (int32) and the bytes of some texts, none of them null."""
    _, offsets_buffer, data_buffer = texts.buffers()
    if not len(texts) or data_buffer is None:
        return np.zeros(len(texts) + 1, dtype=np.int32), np.empty(0, dtype=np.uint8)
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(data_buffer, dtype=np.uint8)[offsets[0] : offsets[-1]]
    return (offsets - offsets[0]).astype(np.int32), data
