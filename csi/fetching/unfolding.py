"""Bodies that were packed on the way: unfolded a little at a time, and refused when they end too early."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from csi.reading.connectors.asked import Refused

ACCEPTED = "gzip"  # what is asked for; whoever packs otherwise, or twice, was not asked to
_GZIP = 31  # wbits. Source: zlib's manual, inflateInit2: a gzip header and trailer
_BLOCK = 1 << 20


def unfolded(blocks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The content of a body, in blocks of at most a megabyte where it was packed.

    Args:
        blocks: the body as it comes.
        coding: its Content-Encoding; empty: none.

    Raises:
        Refused: it is packed in another way than was asked for, was changed on the way, or ends too early.
    """
    kind = coding.strip().lower()
    if kind in ("", "identity"):
        yield from blocks
    elif kind in ("gzip", "x-gzip"):
        yield from _gunzipped(blocks)
    else:
        raise Refused(f"The answer is packed as {coding[:40]}. Expected it as it is, or as gzip.")


def _gunzipped(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Every member of a gzip stream. Source: RFC 1952, section 2.2: one or more, one after another."""
    reader, begun = zlib.decompressobj(wbits=_GZIP), False
    for block in blocks:
        rest = block
        while rest:
            begun = True
            yield _piece(reader, rest)
            rest = reader.unconsumed_tail or reader.unused_data
            if reader.eof:
                reader, begun = zlib.decompressobj(wbits=_GZIP), False
    if begun:
        raise Refused("The packed answer ends too early.", passing=True)


def _piece(reader: zlib._Decompress, packed: bytes) -> bytes:
    try:
        return reader.decompress(packed, _BLOCK)
    except zlib.error as error:
        raise Refused("The answer says it is packed as gzip, and is not.", passing=True) from error
