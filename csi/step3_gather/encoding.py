"""Which characters the bytes mean, and a stream that turns them into UTF-8 line by line."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO

import numpy as np
from charset_normalizer import from_bytes

from csi.errors import InvalidInput
from csi.step3_gather.bounds import megabytes, refuse
from csi.step3_gather.content import Content

# The single-byte and Asian code pages exports are met in; cp1252 is the superset in which Latin-1 files are read.
_CODE_PAGES = ["cp1252", "cp1251", "shift_jis", "gb18030"]
# Bytes of cp1252 that western texts hold: letters with accents, quotes, dashes, the euro; others are seldom among them.
_WESTERN = frozenset((*range(0xA0, 0x100), *b"\x80\x84\x85\x91\x92\x93\x94\x95\x96\x97\x99\x8a\x8c\x8e\x9a\x9c\x9e"))
_IN_A_ROW = re.compile(rb"[\x80-\xff]{3,}")
_ALONE = 0.7
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BLOCK = 4 * 1024 * 1024
# What Python calls an encoding, and no export is written in: names of hosts, source code, bytes to bytes.
_NO_FILES = frozenset(
    {"base64", "bz2", "hex", "idna", "punycode", "quopri", "raw-unicode-escape", "rot-13", "undefined",
     "unicode-escape", "utf-7", "uu", "zlib"}
)  # fmt: skip


class NotInEncoding(InvalidInput):
    """Bytes that are not in the encoding tried: the reader tries another when none was declared."""


def guess_encoding(head: bytes) -> str:
    """The encoding of a text by its first bytes: mark, zero bytes, valid UTF-8, else the likeliest code page."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\x00" in head[:2000]:
        return "utf-16-le" if head[1:2000:2].count(0) > head[0:2000:2].count(0) else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return code_page(head)
    return "utf-8"


def encoding_of(declared: str | None, head: bytes) -> str:
    """The encoding a person declared, else the one guessed from the first bytes.

    Raises:
        InvalidInput: what was declared is none that a file is written in.
    """
    if not declared:
        return guess_encoding(head)
    try:
        known = codecs.lookup(declared)
    except (LookupError, ValueError):
        known = None
    if known is None or known.incrementaldecoder is None or known.name in _NO_FILES:
        raise InvalidInput("encoding", f"‘{declared}’ is no known encoding. Expected utf-8, utf-16 or cp1252.")
    return declared


def code_page(head: bytes) -> str:
    """The likeliest code page of a text that is not UTF-8, judged by its lines beyond ASCII."""
    odd = b"\n".join(line for line in head.splitlines() if not line.isascii())[:64_000]
    if _is_western(odd):
        return "cp1252"
    best = from_bytes(odd, cp_isolation=_CODE_PAGES).best()
    return "cp1252" if best is None or not best.encoding else best.encoding


def _is_western(text: bytes) -> bool:
    """Whether letters beyond ASCII stand among plain ones; in Cyrillic or Chinese they stand together."""
    high = [byte for byte in text if byte > 0x7F]
    together = sum(map(len, _IN_A_ROW.findall(text)))
    return _WESTERN.issuperset(high) and together <= (1 - _ALONE) * len(high)


class Utf8Lines(io.RawIOBase):
    """The text of a delivery as UTF-8, without its first ``skip`` lines; an endless line is refused at once."""

    def __init__(self, stream: IO[bytes], content: Content, encoding: str, skip: int = 0) -> None:
        self._stream = stream
        self._content = content
        self._encoding = encoding
        # Latin-1 holds the five bytes cp1252 leaves undefined: such a file is still text.
        self._decoder = codecs.getincrementaldecoder(_lenient(encoding))()
        self._skip = skip
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
        block = text.encode("utf-8")
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
