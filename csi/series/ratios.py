"""A ratio of two KPIs, also from two sources: both sides per period, divided once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition
from csi.errors import InvalidInput, key_of_kpi
from csi.measures import measure_of
from csi.series import units
from csi.series.column_units import alike, named
from csi.series.doubts import doubts_of, of_side
from csi.series.grouping import Groups
from csi.series.groups import rates_of
from csi.series.measures import divided, scale_of
from csi.series.money import is_money
from csi.series.processed import DIMENSIONS, Processed, Quality, TracePart
from csi.series.tried import Tried


def ratio_of(kpi: KpiDefinition, above: Processed, below: Processed) -> Processed:
    """One KPI over another, period by period.

    Raises:
        InvalidInput: a side is no count or sum: ratios and percentiles are not divided again (V4.2); or the sides are
            money of two currencies, which is converted row by row only.
    """
    require_sums(kpi, (above.kpi, below.kpi))
    first, second = _aligned(above.series, below.series)
    to = _units(kpi, above.kpi, below.kpi)
    top = units.scaled(first["value"].to_numpy(), above.kpi.unit, to[0])
    bottom = units.scaled(second["value"].to_numpy(), below.kpi.unit, to[1])
    value = divided(top, bottom, scale_of(kpi.unit))
    series = pd.DataFrame(
        {
            "end": first["end"].fillna(second["end"]),
            "value": value,
            "n": second["n"].fillna(0).astype(np.int64),
            "numerator": top,
            "denominator": bottom,
            "partial": _either(first["partial"], second["partial"]),
            "missing": np.isnan(value),
            "excluded": _either(first["excluded"], second["excluded"]),
            **{
                name: (first[name].fillna(0) + second[name].fillna(0)).astype(np.int64)
                for name in ("excluded_rows", "refused")
            },
        }
    )
    coverages = [side.coverage for side in (above, below) if side.coverage is not None]
    return Processed(
        kpi=kpi,
        period=above.period,
        timezone=above.timezone,
        series=series,
        quality=_worse(above.quality, below.quality),
        coverage=min(coverages, default=None),
        counts={**above.counts, **below.counts},
        left_out=tuple(dict.fromkeys((*above.left_out, *below.left_out))),
        notes=tuple(dict.fromkeys((*above.notes, *below.notes))),
        parts=(*_shifted(above, series), *_shifted(below, series)),
        doubts=(
            *(doubt for side in (above, below) for doubt in of_side(side.doubts, side.kpi.name)),
            *doubts_of(kpi, Tried(), series),
        ),
        groups=rates_of(kpi, _placed(above, series), _placed(below, series), len(series)),
    )


def _placed(side: Processed, series: pd.DataFrame) -> list[Groups]:
    """The groups of a side that is counted, in the periods of the joined series; where it has none there is nothing."""
    if not measure_of(side.kpi.measure).is_split:
        return []
    places = side.series.index.get_indexer(series.index)
    there = places >= 0
    return [replace(one, values=np.where(there, one.values[:, places], 0.0)) for one in side.groups]


def require_sums(kpi: KpiDefinition, sides: Iterable[KpiDefinition]) -> None:
    """Refuse a ratio of what cannot be added up.

    Raises:
        InvalidInput: a side is no count or sum.
    """
    for side in sides:
        if not measure_of(side.measure).is_additive:
            spoken = measure_of(side.measure).spoken
            reason = f"{side.id} is {spoken}; expected a count, distinct or sum, which can be added up"
            raise InvalidInput(key_of_kpi(kpi.id, "value"), reason)


def _units(kpi: KpiDefinition, above: KpiDefinition, below: KpiDefinition) -> tuple[str, str]:
    """To which units both sides are brought: those that the ratio's own names, else both to the denominator's.

    Raises:
        InvalidInput: they are in two currencies.
    """
    sides = list(zip(named(kpi.unit), (above, below), strict=True))
    _one_currency(kpi, f"{above.id} is in {above.unit} and {below.id} in {below.unit}", above.unit, below.unit)
    for name, side in sides:
        _one_currency(kpi, f"{side.id} is in {side.unit} and {kpi.id} in {name}", side.unit, name)
    if any(_is_other(name, side.unit) for name, side in sides):
        above_unit, below_unit = (name if _is_other(name, side.unit) else side.unit for name, side in sides)
        return above_unit, below_unit
    return (below.unit if alike(above.unit, below.unit) else above.unit), below.unit


def _one_currency(kpi: KpiDefinition, said: str, first: str, second: str) -> None:
    if is_money(first) and is_money(second) and first != second:
        raise InvalidInput(key_of_kpi(kpi.id, "value"), f"{said}; expected both in one currency")


def _is_other(name: str, unit: str) -> bool:
    """Whether a name is that of a unit which measures what the other does."""
    return bool(name) and units.find(name) is not None and alike(name, unit)


def _aligned(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    starts = first.index.union(second.index).rename("start")
    return first.reindex(starts), second.reindex(starts)


def _either(first: pd.Series, second: pd.Series) -> np.ndarray:
    return first.eq(True).to_numpy() | second.eq(True).to_numpy()


def _worse(first: Quality, second: Quality) -> Quality:
    pairs = {name: (getattr(first, name), getattr(second, name)) for name in DIMENSIONS}
    worst = {name: min(pair, key=lambda one: 2.0 if one.ratio is None else one.ratio) for name, pair in pairs.items()}
    return Quality(**worst)


def _shifted(side: Processed, series: pd.DataFrame) -> list[TracePart]:
    """The way back to the rows, counted in the periods of the joined series."""
    places = series.index.get_indexer(side.series.index)
    return [replace(part, period=places[part.period]) for part in side.parts]
