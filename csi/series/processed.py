"""What step 4 leaves behind for one KPI: its series, its quality, its counts, and the way back to the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition
from csi.series.coverage import Cut
from csi.series.doubts import Doubt
from csi.series.exclusions import LeftOut
from csi.series.grouping import Groups
from csi.series.refusals import nothing_aside
from csi.series.undated import Undated
from csi.terms import Period

DIMENSIONS = ("completeness", "timeliness", "validity", "uniqueness", "consistency")
COVERAGE_WARNING = 0.95  # Source: V4.3


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of data quality: how many of how many passed, with a few that did not."""

    passed: int
    total: int
    checked: str = ""
    examples: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """The part that passed; nothing checked is not assessed (None)."""
        return self.passed / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Quality:
    """The five dimensions. The whole is the minimum of those assessed, never an average; accuracy is not assessed."""

    completeness: Dimension
    timeliness: Dimension
    validity: Dimension
    uniqueness: Dimension
    consistency: Dimension

    def dimensions(self) -> dict[str, Dimension]:
        """The five by name, in their order."""
        return {name: getattr(self, name) for name in DIMENSIONS}

    def ratios(self) -> dict[str, float | None]:
        """The five ratios and ``overall``, as report.json holds them."""
        ratios = {name: dimension.ratio for name, dimension in self.dimensions().items()}
        return {**ratios, "overall": self.overall}

    @property
    def overall(self) -> float | None:
        """The worst assessed dimension."""
        ratios = [ratio for d in self.dimensions().values() if (ratio := d.ratio) is not None]
        return min(ratios, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCounts:
    """What became of a source's rows: ``rows_read`` is the sum of the five that follow it.

    Of those ``quarantined`` ``no_rows`` are lines that are no rows of the table, as totals and notes. ``refused_cells``
    could not be read and stand in rows that count.
    """

    sha256: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    repeated: int = 0
    superseded: int = 0
    conflicts: int = 0
    quarantined: int = 0
    no_rows: int = 0
    refused_cells: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TracePart:
    """The rows of one source behind a series; ``period`` and ``rows`` are parallel, one entry a contributing row.

    A span of time (an outage, an open case) counts in every period from ``period`` to ``until``, both included.
    """

    source: str
    period: np.ndarray  # position in the series
    rows: np.ndarray  # position in `batch` and `line`
    batch: np.ndarray  # per row of the source: which delivery, 0-based
    line: np.ndarray  # per row of the source: its line in that delivery
    until: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """One comparable series per KPI.

    Attributes:
        kpi: the definition it was made by.
        period: length of a point.
        timezone: the reporting zone.
        series: index ``start`` (``datetime64[us, reporting zone]``), one row per period without holes, columns
            ``end`` (same type), ``value`` (float, in the KPI's unit; NaN when missing), ``n`` (int: rows behind the
            value), ``numerator`` and ``denominator`` (float, NaN unless share, ratio, nps or availability),
            ``partial`` (exposure is short: hollow, out of limits and verdicts), ``missing`` (no value),
            ``excluded`` (an approved exclusion left rows or time out), ``excluded_rows`` (how many rows), ``refused``
            (rows the KPI could not use; where there are no others the period is missing); of an nps also
            ``promoters`` and ``detractors`` (float), whose difference is the numerator.
        quality: five dimensions and their minimum.
        coverage: the part of the finished periods in which the source was alive (V4.3); None when there is none.
        counts: per source id, what became of its rows.
        left_out: what approved exclusions left out of it.
        notes: further sentences that belong under every chart of it.
        refused_for: why most of the rows it refuses are refused, and what was expected; empty without one such reason.
        strata: the same KPI split by its stratum: index ``(start, stratum)``, columns ``value, n``; None without one.
        cases: the values of the rows in the evaluation window, ascending; None where there is no value per row.
        open_past_target: share of cases open past the target, before and after; None where it is not asked.
        events: moments (int64 us, UTC) of what is counted, ascending, while they are few (rare events); None otherwise.
        set_aside: rows that this KPI refuses and others may use: ``batch, line, column, value, reason, expected,
            disorder``.
        cuts: where its export is cut by another moment than the one it is judged by; none where it is not.
        parts: the way back to the rows; empty when they were not kept (Dask).
        doubts: what speaks against its conditions and its target.
        undated: rows it means that have no moment, and count nowhere.
        groups: the same KPI, by its sampled rows, split by each column that was found to hold a few groups.
    """

    kpi: KpiDefinition
    period: Period
    timezone: str
    series: pd.DataFrame
    quality: Quality
    coverage: float | None = None
    counts: Mapping[str, SourceCounts] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    refused_for: str = ""
    strata: pd.DataFrame | None = None
    cases: np.ndarray | None = None
    open_past_target: tuple[float, float] | None = None
    events: np.ndarray | None = None
    set_aside: pd.DataFrame = field(default_factory=nothing_aside)
    cuts: tuple[Cut, ...] = ()
    parts: tuple[TracePart, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    groups: tuple[Groups, ...] = ()
    undated: Undated = field(default_factory=Undated)

    @property
    def footnotes(self) -> tuple[str, ...]:
        """The sentences that belong under every chart of it, exclusions first."""
        return (*(one.text for one in self.left_out), *self.notes)


def trace(processed: Processed, start: pd.Timestamp | datetime) -> pd.DataFrame:
    """The rows behind one point: columns ``source, batch, line`` (V6.1: no number without them); none of no point."""
    position = processed.series.index.get_indexer(pd.DatetimeIndex([pd.Timestamp(start)]))[0]
    frames = [_rows_at(part, position) for part in processed.parts if position >= 0]
    empty = pd.DataFrame({"source": [], "batch": [], "line": []})
    return pd.concat(frames, ignore_index=True) if frames else empty


def _rows_at(part: TracePart, position: int) -> pd.DataFrame:
    last = part.period if part.until is None else part.until
    rows = part.rows[(part.period <= position) & (position <= last)]
    frame = pd.DataFrame({"source": part.source, "batch": part.batch[rows], "line": part.line[rows]})
    return frame.sort_values(["batch", "line"], ignore_index=True)
