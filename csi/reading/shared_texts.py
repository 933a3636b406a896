"""Texts an XLSX file keeps once and uses in many cells: a small file may stand for more text than there is memory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from csi.reading.bounds import megabytes, refuse
from csi.reading.content import Content

_BLOCK = 1024 * 1024
_CELL = re.compile(rb"[<:]c[\s/>]")
_BEFORE = b" \t\r\n\xef\xbb\xbf\xff\xfe"  # what may stand before the first element: blanks, a byte order mark
_TEXT = re.compile(rb"[<:]si[\s/>]")


def check(content: Content, archive: ZipFile) -> None:
    """Refuse a workbook whose cells hold far more text than the file does.

    The longest text in every cell is no more than is read in nearly every file; in the others, cells are counted.

    Raises:
        InvalidInput: its repeated texts are too much, or what should be XML is none.
    """
    limit = content.bounds.sheet_bytes
    texts = [_walked(content, archive, part) for part in archive.infolist() if _holds(archive, part, _TEXT)]
    longest = max((length for part in texts for length in part.lengths), default=0)
    if not longest or longest * _cells(archive) <= limit:
        return
    used: Counter[int] = Counter()
    for part in archive.infolist():
        if _holds(archive, part, _CELL):
            used += _walked(content, archive, part).used
    total = max(sum(times * part.length(place) for place, times in used.items()) for part in texts)
    if total > limit:
        reason = f"holds {megabytes(total)} of repeated texts; at most {megabytes(limit)} are read from a workbook."
        raise refuse(content.filename, f"{reason} Leave out the columns of long texts.")


@dataclass(slots=True)
class _Walk:
    """The lengths of a part's shared texts, in their order, and how often its cells use each."""

    lengths: list[int] = field(default_factory=list)
    used: Counter[int] = field(default_factory=Counter)
    _in_text: bool = False
    _shared: bool = False
    _place: str | None = None

    def length(self, place: int) -> int:
        """The length of one text; a place that does not exist holds nothing."""
        return self.lengths[place] if place < len(self.lengths) else 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        kind = name.rpartition(":")[2]
        if kind == "si":
            self.lengths.append(0)
            self._in_text = True
        elif kind == "c":
            self._shared = attributes.get("t") == "s"
        elif kind == "v" and self._shared:
            self._place = ""

    def data(self, text: str) -> None:
        """Some text of the element."""
        if self._in_text:
            self.lengths[-1] += len(text)
        elif self._place is not None:
            self._place += text

    def end(self, name: str) -> None:
        """An element ends."""
        kind = name.rpartition(":")[2]
        if kind == "si":
            self._in_text = False
        elif kind == "v" and self._place is not None:
            place, self._place = self._place.strip(), None
            if place.isdecimal() and len(place) < 10:
                self.used[int(place)] += 1


def _walked(content: Content, archive: ZipFile, part: ZipInfo) -> _Walk:
    walk, parser = _Walk(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.data
    try:
        for block in _blocks(archive, part):
            parser.Parse(block)
    except expat.ExpatError as error:
        raise refuse(content.filename, "is a broken or encrypted workbook. Save it again.") from error
    return walk


def _cells(archive: ZipFile) -> int:
    return sum(len(_CELL.findall(_plain(one))) for part in archive.infolist() for one in _blocks(archive, part))


def _holds(archive: ZipFile, part: ZipInfo, wanted: re.Pattern[bytes]) -> bool:
    """Whether some element stands in a part that is XML; pictures are none."""
    seen = b""
    for block in _blocks(archive, part):
        if not seen and not _plain(block).lstrip(_BEFORE).startswith(b"<"):
            return False
        seen = seen[-8:] + _plain(block)
        if wanted.search(seen):
            return True
    return False


def _plain(block: bytes) -> bytes:
    """UTF-16, too, as the signs that are looked for."""
    return block.replace(b"\x00", b"")


def _blocks(archive: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as unfolded:
        yield from iter(lambda: unfolded.read(_BLOCK), b"")
