"""A reading tried on the beginning of a delivery, before anything is said for good: which cells it could read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from csi.definition import SourceDefinition
from csi.step3_gather.readers import in_some_encoding, stream
from csi.step3_gather.reading import Reading


def cells_given(
    content: Path, source: SourceDefinition, *, moments: Collection[str], numbers: Collection[str], filename: str = ""
) -> dict[str, tuple[int, int]]:
    """Per column how many filled cells of the first part can be read as what is said of it, and how many cannot.

    Raises:
        InvalidInput: it is no table, or lacks a column.
    """
    part = in_some_encoding(source, lambda tried: _first(content, tried, moments, numbers, filename))
    refused = part.quarantine["column"].value_counts()
    return {name: (int(part.frame[name].count()), int(refused.get(name, 0))) for name in (*moments, *numbers)}


def _first(
    content: Path, source: SourceDefinition, moments: Collection[str], numbers: Collection[str], filename: str
) -> Reading:
    return next(stream(content, source, moments=moments, numbers=numbers, filename=filename))
