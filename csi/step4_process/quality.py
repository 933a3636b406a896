"""The data-quality report of one KPI: five dimensions, each passed / total with examples; the whole is the minimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.step4_process.processed import Dimension, Quality
from csi.step4_process.rows import SourceRows

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """What of the quality is the same for every KPI of a source."""

    validity: Dimension
    uniqueness: Dimension
    consistency: Dimension


def source_quality(source: SourceRows) -> SourceQuality:
    """How many of a source's rows can be read, have one content per version, and are in order."""
    return SourceQuality(_validity(source), _uniqueness(source), _consistency(source))


def quality(source: SourceQuality, *, periods: Dimension, values: Dimension, due: int, reached: int) -> Quality:
    """Five dimensions of a KPI.

    Args:
        source: of its source.
        periods: finished periods in which the source was alive.
        values: rows of the KPI that hold a value.
        due: periods that had begun by the newest moment known.
        reached: those the source has delivered for.
    """
    worse = min((one for one in (periods, values) if one.total), key=lambda one: one.ratio or 0.0, default=periods)
    return Quality(
        completeness=worse,
        timeliness=Dimension(reached, due, "periods begun that the source has delivered for"),
        validity=source.validity,
        uniqueness=source.uniqueness,
        consistency=source.consistency,
    )


def _validity(source: SourceRows) -> Dimension:
    passed = source.rows_read - source.quarantined
    clash = source.quarantine["reason"].astype(str).str.startswith("same ")
    return Dimension(
        passed, source.rows_read, "rows that can be read and be true", _examples(source.quarantine[~clash])
    )


def _uniqueness(source: SourceRows) -> Dimension:
    """Keys with one content per version. Repeats and superseded rows are resolved, so no flaw."""
    resolved = source.resolved
    total = resolved.keys + resolved.unkeyed
    bad = min(len(resolved.conflicts) + resolved.unkeyed, total)
    clashes = source.quarantine.loc[source.quarantine["reason"].astype(str).str.startswith("same ")]
    return Dimension(total - bad, total, "keys with one content per version", _examples(clashes))


def _consistency(source: SourceRows) -> Dimension:
    total = source.rows_read - source.unreadable
    bad = min(source.impossible + source.resolved.backwards, total)
    wrong = source.quarantine.loc[source.quarantine["reason"].astype(str).str.contains(" lies before ", regex=False)]
    return Dimension(total - bad, total, "rows whose moments and versions follow each other", _examples(wrong))


def _examples(rows: pd.DataFrame) -> tuple[str, ...]:
    first = rows.head(_EXAMPLES)
    cells = zip(first["line"], first["column"], first["value"], first["reason"], strict=True)
    return tuple(f"line {line}: {column} {str(value)[:80]!r}: {reason}" for line, column, value, reason in cells)


def periods_spoken(alive: np.ndarray, expected: np.ndarray, starts: pd.DatetimeIndex) -> Dimension:
    """Finished periods in which the source was alive, of those expected; the first silent ones as examples."""
    silent = starts[expected & ~alive][:_EXAMPLES]
    examples = tuple(f"no data for the period from {start.isoformat()}" for start in silent)
    passed, total = int((expected & alive).sum()), int(expected.sum())
    return Dimension(passed, total, "finished periods with data", examples)


def values_held(held: int, rows: int) -> Dimension:
    """Rows of the KPI that hold a value."""
    return Dimension(held, rows, "rows that hold a value")
