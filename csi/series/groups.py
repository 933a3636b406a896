"""Each KPI split by the columns that hold a few groups: what its change may come from, or lie in.

Looked at are the rows that are sampled anyway (``csi/series/further_moments.py``), so that memory and partitions find
the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition
from csi.measures import Takes, measure_of
from csi.series import net_promoter
from csi.series.contributions import Contribution
from csi.series.exact import exact_sums
from csi.series.grouping import Groups
from csi.series.measures import divided, scale_of
from csi.series.quantiles import quantiles
from csi.series.refusals import columns_needed_by
from csi.series.strata import names_of

DERIVED = 0.8  # of the variation of ranks: a column that explains as much was made from the value; ours
_PLACE, _VALUE, _OVER = "__place__", "__value__", "__over__"


def sample_of(kpi: KpiDefinition, rows: Contribution, places: np.ndarray, held: pd.DataFrame) -> pd.DataFrame | None:
    """The period, the value (of a ratio with what it is over) and the groups of a KPI's rows that are sampled.

    Args:
        kpi: whose.
        rows: its rows that count.
        places: the period of each.
        held: the sampled rows' groups, by position in the source's rows.
    """
    worth = _worth(kpi, rows)
    if worth is None or not len(held.columns):
        return None
    used = columns_needed_by(kpi)
    names = [name for name in held.columns if name not in used]
    at = held.index.get_indexer(pd.Index(rows.rows))
    inside = (at >= 0) & np.isfinite(worth)
    made = held[names].iloc[at[inside]].reset_index(drop=True)
    over = {} if rows.denominator is None else {_OVER: rows.denominator[inside]}
    return made.assign(**{_PLACE: places[inside], _VALUE: worth[inside], **over}) if names else None


def _worth(kpi: KpiDefinition, rows: Contribution) -> np.ndarray | None:
    """What a row counts for: one, its value, whether it is good, promoter or detractor; None of another measure."""
    measure = measure_of(kpi.measure)
    if not measure.is_split:
        return None
    if measure.is_counting:
        return np.ones(len(rows.rows))
    if measure.takes is Takes.CONDITION:
        return None if rows.good is None else rows.good.astype(float) * scale_of(kpi.unit)
    if rows.value is not None and rows.denominator is not None:
        return np.where(np.isfinite(rows.denominator), rows.value, np.nan)
    return _net(rows.value) if rows.value is not None and measure.takes is Takes.ANSWERS else rows.value


def _net(answers: np.ndarray) -> np.ndarray:
    """What each answer counts for in a net promoter score."""
    sides = (which(answers).astype(float) for which in (net_promoter.promoters, net_promoter.detractors))
    return net_promoter.SCALE * np.where(np.isfinite(answers), next(sides) - next(sides), np.nan)


def merged(parts: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    """The sample of all rows from those of partitions, in any order."""
    known = [one for one in parts if one is not None]
    return pd.concat(known, ignore_index=True) if known else None


def groups_of(kpi: KpiDefinition, sample: pd.DataFrame | None, size: int, every: int = 1) -> tuple[Groups, ...]:
    """The KPI split by each column that the sample of one row in so many has; ``size`` periods."""
    if sample is None:
        return ()
    places, values = sample[_PLACE].to_numpy(dtype=np.int64), sample[_VALUE].to_numpy(dtype=float)
    over = sample[_OVER].to_numpy(dtype=float) if _OVER in sample else np.ones(len(sample))
    found = (
        _split(kpi, str(name), sample[name], _Rows(places, values, over), size)
        for name in sample.columns
        if name not in (_PLACE, _VALUE, _OVER)
    )
    return tuple(replace(one, every=every) for one in found if one is not None)


def rates_of(kpi: KpiDefinition, above: Sequence[Groups], below: Sequence[Groups], size: int) -> tuple[Groups, ...]:
    """A ratio of two KPIs that are counted, split by each column and group that both have.

    Args:
        kpi: the ratio.
        above, below: the counts of both, each in the periods of the ratio.
        size: how many these are.
    """
    found = []
    for one in above:
        other = next((each for each in below if each.column == one.column), None)
        names = () if other is None else tuple(name for name in one.names if name in other.names)
        if other is None or len(names) < 2:
            continue
        top, bottom = (side.values[[side.names.index(name) for name in names]] * side.every for side in (one, other))
        made = divided(top.ravel(), bottom.ravel(), scale_of(kpi.unit)).reshape(len(names), size)
        found.append(Groups(one.column, names, made, bottom))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Of each row its period, its value and what that is over."""

    places: np.ndarray
    values: np.ndarray
    over: np.ndarray


def _split(kpi: KpiDefinition, name: str, column: pd.Series, rows: _Rows, size: int) -> Groups | None:
    cells = column.astype(object)
    names = names_of([str(one) for one in cells.dropna().unique()])
    if not names:
        return None
    codes = pd.Index(names).get_indexer(pd.Index(cells))
    known = codes >= 0
    places, values, over = rows.places[known], rows.values[known], rows.over[known]
    if _derived(codes[known], values, len(names)):
        return None
    at, cells_of = codes[known] * size + places, len(names) * size
    cases = np.bincount(at, minlength=cells_of)
    measure = measure_of(kpi.measure)
    if measure.is_counting:
        made = cases.astype(float)
    elif measure.takes is Takes.SIDES:
        top, cases = (exact_sums(at, one, cells_of).rounded(cells_of) for one in (values, over))
        made = divided(top, cases, scale_of(kpi.unit))
    elif measure.probability is None:
        made = exact_sums(at, values, cells_of).rounded(cells_of, cases)
    else:
        made = quantiles(at, values, cells_of, measure.probability)
    shape = (len(names), size)
    return Groups(name, names, made.reshape(shape), cases.reshape(shape).astype(float))


def _derived(codes: np.ndarray, values: np.ndarray, many: int) -> bool:
    """Whether a column only says again what the value is ("under 4 h"): it explains nearly all of the ranks."""
    if len(values) < 2 or len(np.unique(values)) <= 3:  # good or not, promoters and detractors
        return False
    ranks = pd.Series(values).rank().to_numpy()
    n = np.bincount(codes, minlength=many)
    means = np.bincount(codes, ranks, minlength=many) / np.maximum(n, 1)
    whole = float(((ranks - ranks.mean()) ** 2).sum())
    return bool(whole > 0 and float((n * (means - ranks.mean()) ** 2).sum()) > DERIVED * whole)
