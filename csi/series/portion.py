"""What a portion of a source's rows gives to one KPI: the whole of it in memory, one partition of many on Dask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition, StudyDefinition
from csi.measures import measure_of
from csi.series import coverage, exclusions, exposure, groups, outliers, tally, tried, unended
from csi.series.axis import Axis, windows
from csi.series.contributions import Contribution
from csi.series.coverage import Pairs
from csi.series.exposure import Pulse
from csi.series.outliers import Ends
from csi.series.periods import MISSING, microseconds
from csi.series.refusals import Refusals, nothing_aside
from csi.series.tally import Tally, with_value
from csi.series.tried import Tried
from csi.series.undated import Undated
from csi.series.unended import Unended

Lines = tuple[np.ndarray, np.ndarray]  # per row of the source its delivery and its line
FEW = 10  # events a period, on average, up to which their moments are kept; ours
_KEPT = ("rows", "at", "value", "denominator", "good", "end", "text")


@dataclass(frozen=True, slots=True)
class Placed:
    """The rows of a KPI, each in its period: ``every`` of them, and those that count (``rows`` in ``places``)."""

    every: Contribution
    rows: Contribution
    places: np.ndarray
    excluded: np.ndarray

    def raw(self, kpi: KpiDefinition) -> tuple[np.ndarray, np.ndarray]:
        """Period and value of every row that counts, for a measure that needs them all; empty for the others."""
        if measure_of(kpi.measure).probability is None:
            return np.empty(0, dtype=np.int32), np.empty(0)
        _, values, places = with_value(self.rows, self.places)
        return places, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Mergeable results of one KPI.

    Attributes:
        found: what the rows add up to.
        beat: signs of life of the source per period.
        excluded_rows: rows left out per period; ``by_exclusion``: per exclusion.
        held, rows: rows with a value, of all rows.
        late: open rows past their target, counted as breaches.
        open_ends: spans that have not ended.
        still_open: per window how many cases were open past the target, and how many had started; None: not asked.
        cases: values of the evaluation window, ascending; None where a row has no value.
        every: without such a window all values, ascending, where unusual ones are looked for among them.
        ends: the rows at both ends of ``cases`` or ``every``.
        events: moments (us) of what is counted, ascending, while they are few; None otherwise.
        refused: rows that the KPI refuses, per period; ``unplaced``: those without a readable moment of their own.
        meant: rows it means, the refused ones included; ``disorder``: refused for the order of their moments.
        set_aside: the rows it refuses that stand in no source's quarantine: ``batch, line, column, value, reason,
            expected, disorder``.
        waiting: rows of a share that have not ended and may still be in time, per period; None: there are none.
        unended: the cases of a duration that have not ended; None: there are none, or they are not asked for.
        pairs: the moments that tell what the export covers, each beside the KPI's own.
        tried: how the conditions and the moments of a duration fit the rows.
        sample: period, value and groups of the rows that are sampled; None where nobody asks for groups.
        undated: rows without a moment, of those asked for one.
    """

    found: Tally
    beat: Pulse
    excluded_rows: np.ndarray
    by_exclusion: np.ndarray
    held: int = 0
    rows: int = 0
    late: int = 0
    open_ends: int = 0
    still_open: np.ndarray | None = None
    cases: np.ndarray | None = None
    every: np.ndarray | None = None
    ends: Ends | None = None
    events: np.ndarray | None = None
    refused: np.ndarray | None = None
    unplaced: int = 0
    meant: int = 0
    disorder: int = 0
    set_aside: pd.DataFrame = field(default_factory=nothing_aside)
    waiting: np.ndarray | None = None
    pairs: tuple[Pairs, ...] = ()
    unended: Unended | None = None
    tried: Tried = field(default_factory=Tried)
    sample: pd.DataFrame | None = None
    undated: Undated = field(default_factory=Undated)

    @property
    def refused_rows(self) -> int:
        """How many rows the KPI refuses."""
        return self.unplaced + (0 if self.refused is None else int(self.refused.sum()))

    @property
    def looked_over(self) -> np.ndarray | None:
        """The values unusual ones are looked for among: of the evaluation window, else all."""
        return self.every if self.cases is None else self.cases


def begun(rows: Contribution, as_of: int) -> Contribution:
    """The rows that had begun by a moment; a span that ended after it had not ended yet."""
    which = rows.at <= as_of
    known = rows if which.all() else chosen(rows, which)
    if known.end is None or not (known.end > as_of).any():
        return known
    return replace(known, end=np.where(known.end > as_of, MISSING, known.end))


def placed(kpi: KpiDefinition, rows: Contribution, places: np.ndarray, axis: Axis) -> Placed:
    """Leave out what is excluded or lies in no period. Of spans nothing is: their time is."""
    if measure_of(kpi.measure).is_of_spans:
        return Placed(rows, rows, places, np.zeros(axis.size, dtype=np.int64))
    out = exclusions.inside(rows.at, axis.without)
    excluded = np.bincount(places[out & (places >= 0)], minlength=axis.size)
    used = ~out & (places >= 0)
    if used.all():
        return Placed(rows, rows, places, excluded)
    return Placed(rows, chosen(rows, used), places[used], excluded)


def chosen(rows: Contribution, which: np.ndarray) -> Contribution:
    """Some of the rows."""
    cells = {name: getattr(rows, name) for name in _KEPT}
    taken: dict[str, Any] = {name: None if one is None else one[which] for name, one in cells.items()}
    return replace(rows, **taken)


def portion(
    study: StudyDefinition, kpi: KpiDefinition, kept: Placed, axis: Axis, beat: Pulse, *, lines: Lines
) -> Portion:
    """What the rows of a portion give; ``lines`` say where each row of the source was delivered."""
    value = kept.rows.value
    is_net = measure_of(kpi.measure).is_net  # an answer of 9 is no score of 9
    judged = None if is_net else _judged(study, kept.rows)
    cases = None if judged is None or study.evaluation is None else np.sort(judged[1])
    looked = judged if outliers.has_unusual(kpi.measure) else None
    return Portion(
        found=tally.tally(kpi, kept.rows, kept.places, axis),
        beat=beat,
        excluded_rows=kept.excluded,
        by_exclusion=_by_exclusion(study, kpi, kept.every),
        held=len(kept.rows.rows) if value is None else int((~np.isnan(value)).sum()),
        rows=len(kept.rows.rows) + kept.every.blank,
        late=kept.every.late,
        open_ends=0 if kept.every.end is None else int((kept.every.end == MISSING).sum()),
        cases=cases,
        every=np.sort(looked[1]) if looked and cases is None else None,
        ends=outliers.ends_of(looked[1], *(one[looked[0]] for one in lines)) if looked else None,
        events=_few(kept.rows.at, axis.size) if kpi.measure == "count" else None,
        meant=len(kept.every.rows),
        undated=kept.every.undated,
    )


def with_refused(made: Portion, refused: Refusals | None, places: np.ndarray, size: int, lines: Lines) -> Portion:
    """The portion with what the KPI refuses of these rows.

    Args:
        made: what the others give.
        refused: what it refuses.
        places: of every row of the source its period (negative: none, or its moment cannot be read).
        size: how many periods.
        lines: where each row of the source was delivered.
    """
    if refused is None:
        return made
    inside = places[refused.rows]
    frames = [one.frame(*lines) for one in refused.set_aside]
    return replace(
        made,
        refused=np.bincount(inside[inside >= 0], minlength=size),
        unplaced=int((inside < 0).sum()),
        meant=made.meant + len(inside),
        disorder=refused.disorder,
        set_aside=pd.concat(frames, ignore_index=True) if frames else nothing_aside(),
    )


def _few(events: np.ndarray, periods: int) -> np.ndarray | None:
    """Moments of events in order, unless there are so many that nobody would call them rare."""
    return np.sort(events) if len(events) <= FEW * periods else None


def _by_exclusion(study: StudyDefinition, kpi: KpiDefinition, rows: Contribution) -> np.ndarray:
    every = exclusions.of_kpi(study, kpi.id)
    spans = [exclusions.spans([one], study.timezone) for one in every]
    return np.array([int(exclusions.inside(rows.at, span).sum()) for span in spans], dtype=np.int64)


def _judged(study: StudyDefinition, rows: Contribution) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows and values of the evaluation window, the last of the windows; without one of all."""
    if rows.value is None or rows.denominator is not None:
        return None
    inside = ~np.isnan(rows.value)
    if study.evaluation is not None:
        start, end = microseconds(pd.DatetimeIndex(windows(study)[-1]).tz_convert("UTC"))
        inside &= (rows.at >= start) & (rows.at < end)
    return rows.rows[inside], rows.value[inside]


def merged(portions: Sequence[Portion]) -> Portion:
    """The results of all rows from those of partitions, in any order."""
    if len(portions) == 1:
        return portions[0]
    return Portion(
        found=tally.merged([one.found for one in portions]),
        beat=exposure.merged([one.beat for one in portions]),
        excluded_rows=np.sum([one.excluded_rows for one in portions], axis=0),
        by_exclusion=np.sum([one.by_exclusion for one in portions], axis=0),
        held=sum(one.held for one in portions),
        rows=sum(one.rows for one in portions),
        late=sum(one.late for one in portions),
        open_ends=sum(one.open_ends for one in portions),
        still_open=_added([one.still_open for one in portions]),
        cases=_all_values([one.cases for one in portions]),
        every=_all_values([one.every for one in portions]),
        ends=outliers.merged(one.ends for one in portions),
        events=_all_events(portions),
        refused=_added([one.refused for one in portions]),
        waiting=_added([one.waiting for one in portions]),
        unplaced=sum(one.unplaced for one in portions),
        meant=sum(one.meant for one in portions),
        disorder=sum(one.disorder for one in portions),
        set_aside=_all_aside([one.set_aside for one in portions]),
        pairs=tuple(map(coverage.merged, zip(*(one.pairs for one in portions), strict=True))),
        unended=unended.merged([one.unended for one in portions]),
        tried=tried.merged([one.tried for one in portions]),
        sample=groups.merged([one.sample for one in portions]),
        undated=sum((one.undated for one in portions), Undated()),
    )


def _all_aside(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else nothing_aside()


def _all_events(portions: Sequence[Portion]) -> np.ndarray | None:
    known = [one.events for one in portions if one.events is not None]
    whole = _all_values(known) if len(known) == len(portions) else None
    return None if whole is None else _few(whole, len(portions[0].excluded_rows))


def _all_values(found: Sequence[np.ndarray | None]) -> np.ndarray | None:
    known = [one for one in found if one is not None]
    return np.sort(np.concatenate(known)) if known else None


def _added(counts: Sequence[np.ndarray | None]) -> np.ndarray | None:
    known = [one for one in counts if one is not None]
    return np.sum(known, axis=0) if known else None
