"""The same KPI split by a column whose mix may shift (priority, category): what V5.6 compares at constant mix."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import pyarrow.compute as pc

from csi.definition import KpiDefinition
from csi.measures import Takes, measure_of
from csi.series.processed import Processed
from csi.series.truths import folded, pair_of, words_of
from csi.series.written import tidy

MOST = 12  # strata; of a column with more values the mix says nothing


def distinct(column: pd.Series) -> tuple[str, ...]:
    """The different values of a column as conditions tell them apart, at most one more than there can be strata."""
    found = pc.unique(tidy(column)).drop_null()
    return tuple(found[: MOST + 1].to_pylist())


def names_of(values: Collection[str]) -> tuple[str, ...]:
    """The different values of a column in order, of each way to write yes or no one; none when there are too many."""
    pair = pair_of(words_of(values))
    first: dict[str | bool, str] = {}
    for name in sorted(set(values)):
        side = None if pair is None else pair.side(folded(name))
        first.setdefault(name if side is None else side, name)
    return tuple(first.values()) if 1 < len(first) <= MOST else ()


def split(kpi: KpiDefinition, names: Sequence[str]) -> dict[str, KpiDefinition]:
    """Per stratum the KPI of its rows alone."""
    if not kpi.strata or not may_be_split(kpi.measure):
        return {}
    scope = f"({kpi.where}) and " if kpi.where.strip() else ""
    return {name: replace(kpi, strata="", where=f"{scope}`{kpi.strata}` == {_quoted(name)}") for name in names}


def may_be_split(measure: str) -> bool:
    """Whether a KPI of this measure is computed per stratum, too."""
    known = measure_of(measure)
    return not known.is_of_spans and known.takes is not Takes.SIDES


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def joined(parts: Mapping[str, Processed]) -> pd.DataFrame | None:
    """Index ``(start, stratum)``, columns ``value, n``; None without strata."""
    if not parts:
        return None
    frames = {name: part.series[["value", "n"]] for name, part in parts.items()}
    stacked = pd.concat(frames, names=["stratum", "start"])
    return stacked.reorder_levels(["start", "stratum"]).sort_index()
