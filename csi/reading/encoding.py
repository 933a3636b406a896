"""Which characters the bytes of a text mean: told by its mark, its zero bytes, its letters, or a person."""

from __future__ import annotations

import codecs
import re

from csi.errors import InvalidInput
from csi.reading.code_pages import alike, likeliest

# The mark of UTF-32 begins as that of UTF-16 does.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
HIVE = "\x01"
_LOOKED_AT = 2_000
# With which ISO-2022-JP, in bytes of ASCII, turns to Japanese.
_SHIFTED = re.compile(rb"\x1b\$[@B]")
# What no text holds beside a lone zero byte, which old programs fill cells with: at most this share of it is odd.
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x19\x1b\x7f]")
_ODD, _ODD_AT_LEAST = 0.01, 20
# What Python calls an encoding, and no export is written in: names of hosts, source code, bytes to bytes.
_NO_FILES = frozenset(
    {
        "base64",
        "bz2",
        "hex",
        "idna",
        "punycode",
        "quopri",
        "raw-unicode-escape",
        "rot-13",
        "undefined",
        "unicode-escape",
        "utf-7",
        "uu",
        "zlib",
    }
)


class NotInEncoding(InvalidInput):
    """Bytes that are not in the encoding tried: the reader tries another when none was declared."""


def guess_encoding(head: bytes, delimiter: str = "") -> str:
    """The encoding of a text by its first bytes: mark, zero bytes, escapes, valid UTF-8, else the likeliest code page.

    A delimiter that is stated has to stand in it.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if wide := _wide(head[:_LOOKED_AT]):
        return wide
    if head.isascii() and _SHIFTED.search(head) and _decodes(head, "iso2022_jp"):
        return "iso2022_jp"
    return "utf-8" if _decodes(head, "utf-8") else likeliest(head, delimiter)


def rivals(head: bytes, delimiter: str = "") -> dict[str, str]:
    """Of a text in a code page the pages that fit it alike, each with a cell read so; empty where its bytes tell."""
    told = any(head.startswith(mark) for mark, _ in _MARKS) or _wide(head[:_LOOKED_AT]) or head.isascii()
    return {} if told or _decodes(head, "utf-8") else alike(head, delimiter)


def _wide(head: bytes) -> str:
    """UTF-32 or UTF-16 without its mark, told by the places of its zero bytes; empty for a text of single bytes."""
    zeros = [head[place::4].count(0) for place in range(4)]
    quarter = len(head) // 4
    names = {}
    if quarter:
        low, high = 0.9 * quarter, 0.5 * quarter
        names["utf-32-le"] = zeros[3] >= quarter and zeros[2] >= low and zeros[0] < high
        names["utf-32-be"] = zeros[0] >= quarter and zeros[1] >= low and zeros[3] < high
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    least = max(4, len(head) // 20)  # blanks, digits and line ends of a text that is not western
    names["utf-16-le"] = odd >= least and even * 10 <= odd
    names["utf-16-be"] = even >= least and odd * 10 <= even
    return next((name for name, fits in names.items() if fits and _decodes(head, name)), "")


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(declared: str | None, head: bytes, delimiter: str | None = None) -> str:
    """The encoding a person declared, else the one guessed from the first bytes and the delimiter stated.

    Raises:
        InvalidInput: what was declared is none that a file is written in.
    """
    if not declared:
        return guess_encoding(head, delimiter or "")
    try:
        known = codecs.lookup(declared)
    except (LookupError, ValueError):
        known = None
    if known is None or known.incrementaldecoder is None or known.name in _NO_FILES:
        expected = "Expected utf-8, utf-16, utf-32, cp1252 or another that Python knows."
        raise InvalidInput("encoding", f"‘{declared}’ is no known encoding. {expected}")
    return declared


def first_text(head: bytes, encoding: str) -> str:
    """The first bytes as text, without mark and zero bytes; a character cut in half at the end is left out."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.removeprefix("\ufeff").replace("\x00", "")


def is_text(text: str) -> bool:
    """Whether nearly all of it is what people write; in a table of Hive a control character parts the cells."""
    if HIVE in text.split("\n", 1)[0]:
        text = text.replace(HIVE, "")
    return len(_CONTROL.findall(text)) <= max(_ODD_AT_LEAST, _ODD * len(text))
