"""The bytes of a delivery: what they are, their hash, and a bounded stream of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import IO

from csi.reading.bounds import DEFAULT, MEGABYTE, Bounds, check_size, megabytes, refuse
from csi.reading.encoding import encoding_of, first_text, is_text
from csi.reading.spelt_quotes import HEAD, respelt

BLANK = "holds nothing but blanks. Expected a header row and at least one row below it."
_NO_TEXT = (
    "holds bytes that are no text in any encoding tried. Is it a table? Then save it as CSV in UTF-8, "
    "or say in which encoding it is written (encoding)."
)
_NOT_A_TABLE = "is {found}. Expected CSV, TSV, XLSX, ODS, JSON lines, JSON or Parquet, gzipped or not."


class Format(StrEnum):
    """What kind of table a file holds."""

    DELIMITED = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    JSON_LINES = "jsonl"
    JSON = "json"
    PARQUET = "parquet"

    @property
    def told(self) -> str:
        """What people call it."""
        return _TOLD[self]

    @property
    def has_sheets(self) -> bool:
        """Whether it is a workbook."""
        return self in (Format.XLSX, Format.ODS)


_TOLD = {
    Format.DELIMITED: "CSV",
    Format.XLSX: "XLSX",
    Format.ODS: "ODS",
    Format.JSON_LINES: "JSON lines",
    Format.JSON: "JSON",
    Format.PARQUET: "Parquet",
}
if set(_TOLD) != set(Format):
    raise LookupError(
        f"nothing says what people call {sorted(set(Format) - set(_TOLD))}; expected a row for each format"
    )


_SIGNATURES = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"7z\xbc\xaf": "a 7z archive; drop the table inside it",
    b"BZh": "packed by bzip2; unpack it, or pack it with gzip",
    b"\xfd7zXZ": "packed by xz; unpack it, or pack it with gzip",
    b"\x28\xb5\x2f\xfd": "packed by zstd; unpack it, or pack it with gzip",
    b"\x1f\x8b": "gzipped twice; unpack it once",
    b"Rar!": "a RAR archive; drop the table inside it",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format": "a SQLite database",
}

_ZIPPED = {
    "xl/workbook.bin": "a binary Excel workbook (.xlsb); save it as .xlsx",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "Index/Document.iwa": "an Apple document; export it as .xlsx or .csv",
}
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(r"<(?:!doctype|!--|\?xml|html|head|body|table|meta|style|script|title|div)\b", re.IGNORECASE)


class Content:
    """The bytes of one delivery, in memory or on disk, gzipped or not; every read of them is bounded."""

    def __init__(self, source: bytes | Path, filename: str = "", bounds: Bounds = DEFAULT) -> None:
        self.source = source
        self.filename = filename or (source.name if isinstance(source, Path) else "")
        self.bounds = bounds
        self.size = source.stat().st_size if isinstance(source, Path) else len(source)
        check_size(self.filename, self.size, bounds)
        with self.raw() as stream:
            self.packed = stream.read(2) == b"\x1f\x8b"

    @contextmanager
    def raw(self) -> Iterator[IO[bytes]]:
        """The bytes as delivered."""
        stream: IO[bytes] = self.source.open("rb") if isinstance(self.source, Path) else io.BytesIO(self.source)
        with stream:
            yield stream

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes; reading on past the limits raises a refusal."""
        with self.raw() as stream:
            unpacked: IO[bytes] = Bounded(stream, self) if self.packed else stream  # type: ignore[assignment]
            yield self._respelt(unpacked) if self._respelt else unpacked

    @cached_property
    def _respelt(self) -> Callable[[IO[bytes]], IO[bytes]] | None:
        with self.raw() as stream:
            return respelt(Bounded(stream, self).read(HEAD) if self.packed else stream.read(HEAD))

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes of a file that is read from its end, such as a workbook."""
        if self.packed:
            yield io.BytesIO(self.whole(self.bounds.file_bytes, "a workbook"))
        else:
            with self.raw() as stream:
                yield stream

    def head(self, size: int = MEGABYTE) -> bytes:
        """The first unpacked bytes."""
        with self.open() as stream:
            return stream.read(size)

    def whole(self, limit: int, what: str) -> bytes:
        """All unpacked bytes, refused above ``limit``."""
        with self.open() as stream:
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise refuse(self.filename, f"has more than {megabytes(limit)}, the limit for {what}.")
        return content

    def sha256(self) -> str:
        """The hash of the bytes as delivered."""
        with self.raw() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


class Bounded(io.RawIOBase):
    """An unpacked gzip stream that refuses to grow without end."""

    def __init__(self, packed: IO[bytes], content: Content) -> None:
        self._stream = gzip.GzipFile(fileobj=packed)
        self._content = content
        self._packed = packed
        self._seen = 0

    def readable(self) -> bool:
        """Always: this is a source."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, unpacked."""
        limit = self._content.bounds.unpacked_bytes
        try:
            block = self._stream.read(size if size >= 0 else limit + 1 - self._seen)
        except (OSError, EOFError, zlib.error) as error:
            reason = "is a broken gzip file; it ends too early or was changed on the way. Pack and send it again."
            raise refuse(self._content.filename, reason) from error
        self._seen += len(block)
        self._check()
        return block

    def _check(self) -> None:
        """Against what was unpacked so far, so that a bomb is known by its first megabytes."""
        bounds = self._content.bounds
        if self._seen > bounds.unpacked_bytes:
            reason = f"unfolds to more than {megabytes(bounds.unpacked_bytes)}. Split it by period."
            raise refuse(self._content.filename, reason)
        if self._seen > bounds.ratio_free + bounds.ratio * self._packed.tell():
            raise refuse(self._content.filename, f"unfolds more than {bounds.ratio}-fold; no real table does.")


def format_of(content: Content, encoding: str | None = None) -> Format:
    """What the bytes are, by their own signature rather than by the file's name.

    Args:
        content: the delivery.
        encoding: what a person says a text is written in; None to guess.

    Raises:
        InvalidInput: they are no table that can be read; the sentence says what they are.
    """
    head = content.head(64 * 1024)
    if not head.strip():
        raise refuse(content.filename, BLANK)
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return _spreadsheet(content)
    if head.startswith(_OLE):
        raise refuse(content.filename, _NOT_A_TABLE.format(found=_old_office(content)))
    for signature, found in _SIGNATURES.items():
        if head.startswith(signature):
            raise refuse(content.filename, _NOT_A_TABLE.format(found=found))
    return _text_format(content, head, encoding)


def _spreadsheet(content: Content) -> Format:
    try:
        with content.seekable() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise refuse(content.filename, "is a broken workbook or zip file. Save it again.") from error
    if "xl/workbook.xml" in names:
        return Format.XLSX
    if "content.xml" in names:
        return Format.ODS
    if found := next((told for part, told in _ZIPPED.items() if part in names), ""):
        raise refuse(content.filename, _NOT_A_TABLE.format(found=found))
    raise refuse(content.filename, "is a zip archive; drop the table inside it, or gzip it.")


def _old_office(content: Content) -> str:
    """What a file in the container of old Office programs is: a workbook with a password lies in one, too."""
    with content.raw() as stream:
        before = b""
        while block := stream.read(MEGABYTE):
            if _LOCKED in before + block:
                return "protected by a password; save it without one"
            before = block[-len(_LOCKED) :]
    return "an old Excel workbook (.xls); save it as .xlsx"


def _text_format(content: Content, head: bytes, declared: str | None) -> Format:
    encoding = encoding_of(declared, head)
    text = first_text(head, encoding).lstrip()
    if _MARKUP.match(text):
        raise refuse(content.filename, _NOT_A_TABLE.format(found="a web page or XML"))
    if not declared and not is_text(text):  # a person who names the encoding knows
        raise refuse(content.filename, _NO_TEXT)
    if not text:
        raise refuse(content.filename, BLANK)
    if text.startswith("["):
        return Format.JSON
    if text.startswith("{"):
        text = first_text(content.head(content.bounds.line_bytes), encoding).lstrip()
        first = text.split("\n", 1)[0].strip()
        return Format.JSON_LINES if first.endswith("}") and "\n" in text.strip() else _one_object(content, first)
    return Format.DELIMITED


def _one_object(content: Content, first: str) -> Format:
    """A single JSON object: one record when it ends on its line in a ``.jsonl``, else a document."""
    name = content.filename.lower().removesuffix(".gz")
    return Format.JSON_LINES if name.endswith((".jsonl", ".ndjson")) and first.endswith("}") else Format.JSON
