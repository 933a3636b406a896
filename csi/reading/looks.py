"""What a dropped file seems to hold, read as it suggests itself: rows, the days they are of, what names a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.layout import Layout
from csi.reading.readers import in_some_encoding, stream
from csi.reading.reading import Reading

_REPORT = 4 * 1024 * 1024  # bytes of a table that may be a report with totals of its days; ours
MOST_BYTES = 64 * 1024 * 1024  # what is read twice before anybody has said a word


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Counts of a file read as it suggests itself.

    ``left_out`` lines of it are none of its ``rows``: totals, notes.

    ``cases`` differ in the column ``key`` among ``rows`` (0 and empty: none names a case). ``program`` is the one whose
    export it looks like, ``kpis`` the names of what it can give; empty where nobody knows.
    """

    rows: int
    first_at: datetime
    last_at: datetime
    key: str = ""
    cases: int = 0
    program: str = ""
    kpis: tuple[str, ...] = ()
    left_out: int = 0


def looks(path: Path, layout: Layout, suggested: SourceDefinition, filename: str = "") -> Looks | None:
    """What a file seems to hold; None where its dates are not told by the file alone, or most cannot be read.

    Args:
        path: its bytes.
        layout: how it is laid out.
        suggested: the mapping the layout suggests.
        filename: what it is called.
    """
    return None if layout.ambiguous else looks_as_said(path, layout, suggested, filename)


def looks_as_said(path: Path, layout: Layout, suggested: SourceDefinition, filename: str = "") -> Looks | None:
    """What a file holds read as somebody said; None where no date is named, or most cannot be read."""
    moments = suggested.options.get("moments") or ()
    if not moments or path.stat().st_size > MOST_BYTES:
        return None
    try:
        numbers = [one.name for one in layout.columns if one.kind == "number"]
        return in_some_encoding(suggested, lambda tried: _counted(path, tried, str(moments[0]), numbers, filename))
    except InvalidInput:
        return None


def _counted(
    path: Path, suggested: SourceDefinition, at: str, layout_numbers: Sequence[str], filename: str
) -> Looks | None:
    key = suggested.key
    columns = [one for one in (at, key) if one]
    # Lines of totals are told by what is summed up: of a table short enough to have some, all is read.
    numbers = list(layout_numbers) if path.stat().st_size <= _REPORT else []
    read = stream(
        path, suggested, moments=[at], numbers=numbers, columns=None if numbers else columns, filename=filename
    )
    parts = [_Part.of(part, at, key) for part in read]
    beside = sum(one.beside for one in parts)
    rows, dated = sum(one.rows for one in parts), sum(one.dated for one in parts)
    if not dated or 2 * dated < rows:
        return None
    cases = len(np.unique(np.concatenate([one.cases for one in parts]))) if key else 0
    first, last = min(_ends(parts, 0)), max(_ends(parts, 1))
    return Looks(
        rows=rows, first_at=first.to_pydatetime(), last_at=last.to_pydatetime(), key=key, cases=cases, left_out=beside
    )


@dataclass(frozen=True, slots=True)
class _Part:
    rows: int
    beside: int
    dated: int
    ends: tuple[pd.Timestamp, pd.Timestamp]
    cases: np.ndarray

    @classmethod
    def of(cls, part: Reading, at: str, key: str) -> _Part:
        moments = part.frame[at]
        names = part.frame[key].dropna() if key else moments[:0]
        cases = pd.util.hash_pandas_object(names, index=False).to_numpy() if key else np.empty(0, "uint64")
        return cls(
            part.rows_read - part.no_rows, part.no_rows, int(moments.count()), (moments.min(), moments.max()), cases
        )


def _ends(parts: list[_Part], end: int) -> Iterator[pd.Timestamp]:
    return (one.ends[end] for one in parts if one.dated)
