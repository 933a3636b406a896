"""Each KPI split by the columns that hold a few groups: what its change may come from, or lie in.

Looked at are the rows that are sampled anyway (``csi/series/further_moments.py``), so that memory and partitions find
the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition
from csi.measures import Takes, measure_of
from csi.series import net_promoter
from csi.series.contributions import Contribution
from csi.series.exact import exact_sums
from csi.series.grouping import Groups
from csi.series.measures import scale_of
from csi.series.quantiles import quantiles
from csi.series.refusals import columns_needed_by
from csi.series.strata import names_of

DERIVED = 0.8  # of the variation of ranks: a column that explains as much was made from the value; ours
_PLACE, _VALUE = "__place__", "__value__"


def sample_of(kpi: KpiDefinition, rows: Contribution, places: np.ndarray, held: pd.DataFrame) -> pd.DataFrame | None:
    """The period, the value and the groups of a KPI's rows that are sampled.

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
    return made.assign(**{_PLACE: places[inside], _VALUE: worth[inside]}) if names else None


def _worth(kpi: KpiDefinition, rows: Contribution) -> np.ndarray | None:
    """What a row counts for: its value, whether it is good, promoter or detractor; None of another measure."""
    measure = measure_of(kpi.measure)
    if measure.takes is Takes.CONDITION:
        return None if rows.good is None else rows.good.astype(float) * scale_of(kpi.unit)
    if rows.value is None or rows.denominator is not None:
        return None
    if measure.takes is Takes.ANSWERS:
        sides = (which(rows.value).astype(float) for which in (net_promoter.promoters, net_promoter.detractors))
        return net_promoter.SCALE * np.where(np.isfinite(rows.value), next(sides) - next(sides), np.nan)
    return rows.value if measure.is_of_cases else None


def merged(parts: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    """The sample of all rows from those of partitions, in any order."""
    known = [one for one in parts if one is not None]
    return pd.concat(known, ignore_index=True) if known else None


def groups_of(kpi: KpiDefinition, sample: pd.DataFrame | None, size: int) -> tuple[Groups, ...]:
    """The KPI split by each column that the sample has; ``size`` periods."""
    if sample is None:
        return ()
    places, values = sample[_PLACE].to_numpy(dtype=np.int64), sample[_VALUE].to_numpy(dtype=float)
    found = (
        _split(kpi, str(name), sample[name], (places, values), size)
        for name in sample.columns
        if name not in (_PLACE, _VALUE)
    )
    return tuple(one for one in found if one is not None)


def _split(
    kpi: KpiDefinition, name: str, column: pd.Series, rows: tuple[np.ndarray, np.ndarray], size: int
) -> Groups | None:
    cells = column.astype(object)
    names = names_of([str(one) for one in cells.dropna().unique()])
    if not names:
        return None
    codes = pd.Index(names).get_indexer(pd.Index(cells))
    known = codes >= 0
    places, values = (one[known] for one in rows)
    if _derived(codes[known], values, len(names)):
        return None
    at, cells_of = codes[known] * size + places, len(names) * size
    cases = np.bincount(at, minlength=cells_of)
    probability = measure_of(kpi.measure).probability
    if probability is None:
        made = exact_sums(at, values, cells_of).rounded(cells_of, cases)
    else:
        made = quantiles(at, values, cells_of, probability)
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
