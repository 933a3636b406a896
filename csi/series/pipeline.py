"""Step 4 in memory: from the readings of every source to one comparable series per KPI."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition, RatioValue, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.measures import measure_of
from csi.reading.reading import Reading
from csi.series.assembly import Gathered, Setting, assembled, source_counts
from csi.series.axis import Axis, axis_of
from csi.series.columns import is_ratio_of_kpis
from csi.series.ground import Ground, Time, ground
from csi.series.groups import sample_of
from csi.series.periods import SeriesTooLong, codes
from csi.series.portion import Placed, Portion, begun, placed, portion, with_refused
from csi.series.processed import Processed, SourceCounts, TracePart
from csi.series.quantiles import quantiles
from csi.series.quarantine import quarantine_of
from csi.series.ratios import ratio_of, require_sums
from csi.series.rows import give_back
from csi.series.spans import reach
from csi.series.still_open import still_open
from csi.series.strata import joined, split
from csi.series.stray import End, ends_of, located
from csi.series.tally import counting
from csi.series.tried import tried
from csi.series.unended import levels, unended

T = TypeVar("T")


def process(kpi: KpiDefinition, study: StudyDefinition, readings: Mapping[str, Sequence[Reading]]) -> Processed:
    """One KPI of a study."""
    return processed(ground(study, readings), kpi)


@dataclass(frozen=True, slots=True)
class Made:
    """Step 4 over a whole study: every KPI, what became of every source's rows, and all that was set aside.

    ``quarantine`` has the columns ``source, batch, line, column, value, reason, expected, kpis``: a row or cell stands
    in it once, with the ids of the KPIs it is refused for.
    """

    kpis: Mapping[str, Processed]
    sources: Mapping[str, SourceCounts]
    quarantine: pd.DataFrame


def process_study(study: StudyDefinition, readings: Mapping[str, Sequence[Reading]]) -> Made:
    """Every KPI of a study; what they share is computed once."""
    base = ground(study, readings)
    del readings  # the rows that count are copies: what was delivered need not be held beside them
    give_back()
    alone = each((kpi.id, partial(_whole, base, kpi)) for kpi in study.kpis.values() if not sides_of(study, kpi))
    return Made(
        kpis=each((kpi.id, partial(with_ratio, study, kpi, alone)) for kpi in study.kpis.values()),
        sources={name: _source_counts(base, name) for name in study.sources},
        quarantine=quarantine_of(study, base.rows, alone),
    )


def each(tasks: Iterable[tuple[str, Callable[[], T]]]) -> dict[str, T]:
    """The result of every task by its name.

    Raises:
        InvalidInput: what one of them could not take.
        InvalidInputs: what several could not take, in one message.
    """
    found: dict[str, T] = {}
    errors: dict[str, InvalidInput] = {}
    for name, task in tasks:
        try:
            found[name] = task()
        except (InvalidInput, InvalidInputs) as error:
            several = error.errors if isinstance(error, InvalidInputs) else (error,)
            errors |= {str(one): one for one in several}
    if len(errors) > 1:
        raise InvalidInputs(list(errors.values()))
    for only in errors.values():
        raise only
    return found


def _source_counts(base: Ground, name: str) -> SourceCounts:
    return source_counts(base.rows[name], base.study.timezone, *base.time.of_source(name))


def processed(base: Ground, kpi: KpiDefinition) -> Processed:
    """One KPI over prepared rows."""
    wanted = sides_of(base.study, kpi) or [kpi]
    require_sums(kpi, wanted if wanted != [kpi] else ())
    return with_ratio(base.study, kpi, {one.id: _whole(base, one) for one in wanted})


def with_ratio(study: StudyDefinition, kpi: KpiDefinition, alone: Mapping[str, Processed]) -> Processed:
    """One KPI: of its own rows as it was made, or the ratio of two others that were."""
    sides = sides_of(study, kpi)
    require_sums(kpi, sides)
    return ratio_of(kpi, *(alone[side.id] for side in sides)) if sides else alone[kpi.id]


def _whole(base: Ground, kpi: KpiDefinition) -> Processed:
    parts = {name: _one(base, part) for name, part in split(kpi, base.strata_of(kpi)).items()}
    return replace(_one(base, kpi), strata=joined(parts))


def sides_of(study: StudyDefinition, kpi: KpiDefinition) -> list[KpiDefinition]:
    """The two KPIs a ratio divides; none of any other KPI."""
    if not is_ratio_of_kpis(kpi, frozenset(study.kpis)) or not isinstance(kpi.value, RatioValue):
        return []
    return [study.kpis[name] for name in (kpi.value.numerator, kpi.value.denominator)]


def _one(base: Ground, kpi: KpiDefinition) -> Processed:
    axis = axis_for(base.study, base.time, kpi, partial(ends_of, base.rows[kpi.source], kpi))
    kept, whole = portion_of(base, kpi, axis)
    return assembled(
        setting_of(base, kpi, axis), Gathered(whole, _quantiles(kpi, kept, whole), (_part(base, kpi, kept, axis),))
    )


def axis_for(study: StudyDefinition, time: Time, kpi: KpiDefinition, ends: Callable[[], Sequence[End]]) -> Axis:
    """The periods of a KPI; ``ends`` says where its first and last moment stand, should there be too many."""
    try:
        return axis_of(study.of_kpi(kpi), kpi.id, time.of_kpi(kpi), time.calendar, time.as_of)
    except SeriesTooLong as error:
        raise located(error, kpi, study.sources[kpi.source], ends()) from error


def setting_of(base: Ground, kpi: KpiDefinition, axis: Axis) -> Setting:
    """What a KPI stands in."""
    name = kpi.source
    return Setting(base.study.of_kpi(kpi), kpi, axis, base.rows[name], base.time.of_source(name)[1])


def portion_of(base: Ground, kpi: KpiDefinition, axis: Axis) -> tuple[Placed, Portion]:
    """The rows of a KPI, each in its period, and what they give."""
    rows = base.of(kpi)
    if base.study.as_of is not None:
        rows = begun(rows, base.time.as_of)
    of_rows = measure_of(kpi.measure).is_of_spans or rows.late
    places = codes(rows.at, axis.edges) if of_rows else base.periods_of(kpi, axis)[rows.rows]
    kept = placed(kpi, rows, places, axis)
    source, beat = base.rows[kpi.source], base.pulse_of(kpi, axis)
    lines = source.batch, source.line
    study = base.study.of_kpi(kpi)
    made = portion(study, kpi, kept, axis, beat, lines=lines)
    if rows.refused is not None:
        made = with_refused(made, rows.refused, base.periods_of(kpi, axis), axis.size, lines)
    if len(rows.waiting):
        open_at = base.periods_of(kpi, axis)[rows.waiting]
        made = replace(made, waiting=np.bincount(open_at[open_at >= 0], minlength=axis.size))
    looking = base.looking[kpi.source]
    waiting = still_open(kpi, study, looking)
    return kept, replace(
        made,
        pairs=base.pairs_of(kpi),
        still_open=waiting,
        unended=unended(kpi, looking, axis),
        tried=tried(kpi, looking, rows, lines),
        sample=_sample(base, kpi, kept),
    )


def _sample(base: Ground, kpi: KpiDefinition, kept: Placed) -> pd.DataFrame | None:
    """The sampled rows with their groups, where before and after are compared; None of a part of a KPI."""
    study, held = base.study.of_kpi(kpi), base.rows[kpi.source].groups
    if None in (study.baseline, study.evaluation) or kpi.strata or base.study.kpis.get(kpi.id) != kpi:
        return None
    return sample_of(kpi, kept.rows, kept.places, held)


def _quantiles(kpi: KpiDefinition, kept: Placed, whole: Portion) -> np.ndarray | None:
    if measure_of(kpi.measure).probability is None:
        return None
    places, values = kept.raw(kpi)
    return quantiles(places, values, len(whole.found.n), levels(kpi, whole.unended, whole.found.n))


def _part(base: Ground, kpi: KpiDefinition, kept: Placed, axis: Axis) -> TracePart:
    source, rows = base.rows[kpi.source], kept.rows
    if measure_of(kpi.measure).is_of_spans:
        first, last = reach(kpi.measure, rows, axis)
        return TracePart(kpi.source, first, rows.rows.astype(np.int32), source.batch, source.line, last)
    behind = counting(kpi, rows)
    where = slice(None) if behind.all() else behind  # all but always: nothing is copied
    return TracePart(kpi.source, kept.places[where], rows.rows[where].astype(np.int32), source.batch, source.line)
