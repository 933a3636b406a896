r"""Quotes of a delimited text that the parsers do not know, given as ``""`` and ``"…"``, which they do.

MySQL and many scripts write quotes inside cells as ``\"``; what a spreadsheet is to keep as text is often ``="0042"``.
Lines stay as they were.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import IO

HEAD = 256 * 1024  # bytes that are looked at
_LONGEST = 1024 * 1024  # bytes of a line that is looked at as a whole
# A cell that a quote opens, and in it an escaped quote with more text behind: no closed cell goes on so.
_ESCAPED = re.compile(rb'(?:^|[,;\t|])"(?:[^"\\\r\n]|\\.|"")*\\"[^",;\t|\r\n]', re.M)
_PAIR = re.compile(rb'\\([\\"])')
# A formula that is nothing but a text, between quotes or not.
_AS_TEXT = re.compile(rb'(?:(?<=[,;\t|\n])|^)(?:"=""([^"\r\n]*)"""|="([^"\r\n]*)")(?=[,;\t|\r\n]|$)', re.M)


def respelt(head: bytes) -> Callable[[IO[bytes]], IO[bytes]] | None:
    """By the first bytes of a delimited text, what gives its stream as the parsers know it; None where it is so."""
    if are_escaped(head):
        return DoubledQuotes  # type: ignore[return-value]
    return PlainTexts if _AS_TEXT.search(head[:HEAD]) else None  # type: ignore[return-value]


def are_escaped(head: bytes) -> bool:
    """Whether the first bytes of a delimited text escape quotes inside its cells; of JSON they do by its own rules."""
    return b'\\"' in head and head.lstrip()[:1] not in (b"{", b"[") and _ESCAPED.search(head[:HEAD]) is not None


class _Respelt(io.RawIOBase):
    """A stream of bytes that gives those of another, spelt otherwise."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Always: this is a source."""
        return True


class DoubledQuotes(_Respelt):
    r"""A stream of bytes with ``""`` for each ``\"``; ``\\`` stays as it is."""

    def read(self, size: int = -1) -> bytes:
        """The next bytes; a few more than ``size`` where a backslash stands at their end."""
        block = self._stream.read(size)
        while block.endswith(b"\\") and (more := self._stream.read(1)):
            block += more
        return _PAIR.sub(lambda pair: b'""' if pair[1] == b'"' else pair[0], block)


class PlainTexts(_Respelt):
    """A stream of bytes with ``"0042"`` for each cell ``="0042"``."""

    def read(self, size: int = -1) -> bytes:
        """The next bytes, and those up to the end of their last line."""
        block = self._stream.read(size)
        if block and not block.endswith(b"\n"):
            block += self._stream.readline(_LONGEST)
        return _AS_TEXT.sub(lambda cell: b'"%b"' % (cell[1] if cell[1] is not None else cell[2]), block)
