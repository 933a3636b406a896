r"""Quotes inside cells written ``\"``, as MySQL and many scripts do, given as ``""``, which the parsers know.

Both are two bytes, so that lines and places stay as they were.
"""

from __future__ import annotations

import io
import re
from typing import IO

HEAD = 256 * 1024  # bytes that are looked at
# A cell that a quote opens, and in it an escaped quote with more text behind: no closed cell goes on so.
_ESCAPED = re.compile(rb'(?:^|[,;\t|])"(?:[^"\\\r\n]|\\.|"")*\\"[^",;\t|\r\n]', re.M)
_PAIR = re.compile(rb'\\([\\"])')


def are_escaped(head: bytes) -> bool:
    """Whether the first bytes of a delimited text escape quotes inside its cells; of JSON they do by its own rules."""
    return b'\\"' in head and head.lstrip()[:1] not in (b"{", b"[") and _ESCAPED.search(head[:HEAD]) is not None


class DoubledQuotes(io.RawIOBase):
    r"""A stream of bytes with ``""`` for each ``\"``; ``\\`` stays as it is."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Always: this is a source."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; a few more than ``size`` where a backslash stands at their end."""
        block = self._stream.read(size)
        while block.endswith(b"\\") and (more := self._stream.read(1)):
            block += more
        return _PAIR.sub(lambda pair: b'""' if pair[1] == b'"' else pair[0], block)
