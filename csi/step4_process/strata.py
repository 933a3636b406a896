"""The same KPI split by a column whose mix may shift (priority, category): what V5.6 compares at constant mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from csi.definition import KpiDefinition
from csi.step4_process.columns import SPANS
from csi.step4_process.processed import Processed

MOST = 12  # strata; of a column with more values the mix says nothing


def names_of(column: pd.Series) -> tuple[str, ...]:
    """The values of a column in order; none when there are too many to be strata."""
    distinct = column.dropna().unique()
    return tuple(sorted(map(str, distinct))) if 1 < len(distinct) <= MOST else ()


def split(kpi: KpiDefinition, names: Sequence[str]) -> dict[str, KpiDefinition]:
    """Per stratum the KPI of its rows alone."""
    if not kpi.strata or kpi.measure in SPANS or kpi.measure == "ratio":
        return {}
    scope = f"({kpi.where}) and " if kpi.where.strip() else ""
    return {name: replace(kpi, strata="", where=f"{scope}`{kpi.strata}` == {_quoted(name)}") for name in names}


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
