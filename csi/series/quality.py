"""The data-quality report of one KPI: five dimensions, each passed / total with examples; the whole is the minimum."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.series.processed import Dimension, Quality
from csi.series.rows import SourceRows

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Usable:
    """Of the rows that a KPI means: how many there are, how many it refuses, of these how many for their order."""

    meant: int
    refused: int
    disorder: int


def quality(
    source: SourceRows,
    *,
    usable: Usable,
    needed: Collection[str],
    set_aside: pd.DataFrame,
    periods: Dimension,
    values: Dimension,
    timeliness: Dimension,
) -> Quality:
    """Five dimensions of a KPI.

    Args:
        source: the rows of its source.
        usable: what it can use of them.
        needed: the columns it needs.
        set_aside: the rows it refuses itself, for examples.
        periods: finished periods in which the source was alive.
        values: rows of the KPI that hold a value.
        timeliness: periods begun that the source has delivered for.
    """
    worse = min((one for one in (periods, values) if one.total), key=lambda one: one.ratio or 0.0, default=periods)
    unread = source.quarantine[source.quarantine["column"].isin({"", *needed})]
    lost = max(0, source.unreadable - source.no_rows)  # a line of totals is no observation that could have been lost
    flawed = _examples(unread, set_aside) if usable.refused or lost else ()  # else of rows not meant
    return Quality(
        completeness=worse,
        timeliness=timeliness,
        validity=Dimension(usable.meant - usable.refused, usable.meant + lost, "rows it means that it can use", flawed),
        uniqueness=_uniqueness(source),
        consistency=_consistency(source, usable, set_aside),
    )


def _uniqueness(source: SourceRows) -> Dimension:
    """Keys with one content per version. Repeats and superseded rows are resolved, so no flaw; rows thrown away are.

    Without a key rows that repeat earlier ones are.
    """
    resolved = source.resolved
    if not source.source.key and source.repeats:
        again = min(sum(one.rows for one in source.repeats), source.rows_kept)
        return Dimension(source.rows_kept - again, source.rows_kept, "rows that repeat no earlier ones")
    lost = thrown_away(source)
    total = resolved.keys + resolved.unkeyed + lost
    bad = min(len(resolved.conflicts) + resolved.unkeyed + lost, total)
    return Dimension(total - bad, total, "keys with one content per version", _examples(source.conflicts))


def thrown_away(source: SourceRows) -> int:
    """Rows other than the one of their key that counts, while no column says which is the latest.

    None where a person has said yes to so many: ``discards`` of the source.
    """
    lost = source.resolved.discarded
    return lost if lost > int(source.source.options.get("discards", 0)) else 0


def _consistency(source: SourceRows, usable: Usable, set_aside: pd.DataFrame) -> Dimension:
    bad = min(usable.disorder + source.resolved.backwards, usable.meant)
    checked = "rows whose moments and versions follow each other"
    return Dimension(
        usable.meant - bad, usable.meant, checked, _examples(set_aside[set_aside["disorder"].astype(bool)])
    )


def _examples(*frames: pd.DataFrame) -> tuple[str, ...]:
    """The first few by delivery and line, whatever order an engine brought them in."""
    lines = [line for rows in frames if len(rows) for line in _told(_first(rows))]
    return tuple(lines[:_EXAMPLES])


def _told(rows: pd.DataFrame) -> Iterator[str]:
    cells = zip(rows["line"], rows["column"], rows["value"], rows["reason"], strict=True)
    return (f"line {line}: {column} {str(value)[:80]!r}: {reason}" for line, column, value, reason in cells)


def _first(rows: pd.DataFrame) -> pd.DataFrame:
    batch, line = (rows[name].to_numpy("int64") for name in ("batch", "line"))
    last = np.lexsort((line, batch))[:_EXAMPLES][-1]
    few = rows[(batch < batch[last]) | ((batch == batch[last]) & (line <= line[last]))]
    return few.sort_values(["batch", "line", "column", "reason"], kind="stable").head(_EXAMPLES)


def periods_spoken(alive: np.ndarray, expected: np.ndarray, starts: pd.DatetimeIndex) -> Dimension:
    """Finished periods in which the source was alive, of those expected; the first silent ones as examples."""
    silent = starts[expected & ~alive][:_EXAMPLES]
    examples = tuple(f"no data for the period from {start.isoformat()}" for start in silent)
    passed, total = int((expected & alive).sum()), int(expected.sum())
    return Dimension(passed, total, "finished periods with data", examples)


def values_held(held: int, rows: int) -> Dimension:
    """Rows of the KPI that hold a value."""
    return Dimension(held, rows, "rows that hold a value")
