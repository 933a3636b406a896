"""A text of any encoding as a stream of UTF-8, line by line."""

from __future__ import annotations

import codecs
import io
from typing import IO

import numpy as np

from csi.errors import InvalidInput
from csi.reading.bounds import megabytes, refuse
from csi.reading.content import Content
from csi.reading.encoding import NotInEncoding

_BLOCK = 4 * 1024 * 1024


class Utf8Lines(io.RawIOBase):
    """The text of a delivery as UTF-8, without its first ``skip`` lines; an endless line is refused at once.

    ``instead`` is a character and what is given in its place. Zero bytes, with which old programs fill cells, go.
    """

    def __init__(
        self,
        stream: IO[bytes],
        content: Content,
        encoding: str,
        skip: int = 0,
        instead: tuple[str, str] | None = None,
    ) -> None:
        self._stream = stream
        self._content = content
        self._encoding = encoding
        # Latin-1 holds the five bytes cp1252 leaves undefined: such a file is still text.
        self._decoder = codecs.getincrementaldecoder(_lenient(encoding))()
        self._skip = skip
        self._instead = instead
        self._buffer = b""
        self._ended = False
        self._line = 1
        self._open_bytes = 0

    def readable(self) -> bool:
        """Always: this is a source."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes of UTF-8."""
        blocks = [self._buffer]
        have = len(self._buffer)
        while not self._ended and (size < 0 or have < size):
            blocks.append(self._next())
            have += len(blocks[-1])
        whole = b"".join(blocks)
        cut = len(whole) if size < 0 else size
        self._buffer = whole[cut:]
        return whole[:cut]

    def _next(self) -> bytes:
        raw = self._stream.read(_BLOCK)
        self._ended = not raw
        try:
            text = self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            raise self._not_text(error) from error
        text = text.replace("\x00", "")
        block = (text.replace(*self._instead) if self._instead else text).encode("utf-8")
        self._check_lines(block)
        return self._without_skipped(block)

    def _not_text(self, error: UnicodeDecodeError) -> InvalidInput:
        bad = error.object[error.start : error.start + 1].hex()
        reason = f"is not {self._encoding}: the byte 0x{bad} near line {self._line:,} has no meaning in it."
        return NotInEncoding("encoding", f"{self._content.filename or 'The file'} {reason}")

    def _check_lines(self, block: bytes) -> None:
        """Refuse a line above the limit, by number; counts lines on the way."""
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n"))
        if not len(ends) and b"\r" in block:
            ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("\r"))
        edges = np.concatenate(([-self._open_bytes - 1], ends, [len(block)]))
        lengths = np.diff(edges) - 1
        limit = self._content.bounds.line_bytes
        if len(lengths) and lengths.max() > limit:
            line = self._line + int(np.argmax(lengths > limit))
            reason = f"has a line of more than {megabytes(limit)} at line {line:,}. Is this a table?"
            raise refuse(self._content.filename, reason)
        self._open_bytes = int(lengths[-1])
        self._line += len(ends)

    def _without_skipped(self, block: bytes) -> bytes:
        """Drop the lines above the table; they are few, so this runs on the first block only."""
        while self._skip and block:
            end = _line_end(block)
            if end < 0:
                return b""
            block = block[end:]
            self._skip -= 1
        return block


def _line_end(block: bytes) -> int:
    """Where the second line begins: after ``\\n``, ``\\r\\n`` or a lone ``\\r``; -1 without an end."""
    feed, turn = block.find(b"\n"), block.find(b"\r")
    if turn >= 0 and (feed < 0 or turn < feed):
        return turn + (2 if feed == turn + 1 else 1)
    return feed + 1 if feed >= 0 else -1


def _lenient(encoding: str) -> str:
    return "latin-1" if encoding.lower() in ("latin1", "iso-8859-1", "iso8859_1") else encoding
