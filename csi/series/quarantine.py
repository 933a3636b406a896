"""All that was set aside of a study: rows and cells, each once, with the KPIs it is refused for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from csi.definition import StudyDefinition
from csi.series.columns import home_of
from csi.series.processed import Processed
from csi.series.refusals import columns_needed_by
from csi.series.rows import QUARANTINE, SourceRows

COLUMNS = ("source", *QUARANTINE, "kpis")
BETWEEN = ", "  # of the KPIs in one cell


def quarantine_of(
    study: StudyDefinition, rows: Mapping[str, SourceRows], processed: Mapping[str, Processed]
) -> pd.DataFrame:
    """Columns ``source, batch, line, column, value, reason, expected, kpis``, by source, delivery and line.

    A row refused as a whole names every KPI of its source, a cell those that need its column.
    """
    frames = [frame for name, one in rows.items() for frame in _of_source(study, name, one, processed)]
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS))
    joined = pd.concat(frames, ignore_index=True)[list(COLUMNS)]
    names = {name: place for place, name in enumerate(rows)}
    order = joined.assign(source=joined["source"].map(names)).sort_values(["source", "batch", "line"], kind="stable")
    return joined.loc[order.index].reset_index(drop=True)


def _of_source(
    study: StudyDefinition, name: str, rows: SourceRows, processed: Mapping[str, Processed]
) -> Iterator[pd.DataFrame]:
    every = BETWEEN.join(kpi.id for kpi in study.kpis.values() if kpi.source == name)
    if len(rows.quarantine):
        told = {column: _needing(study, name, column) for column in rows.quarantine["column"].unique()}
        kpis = rows.quarantine["column"].map({**told, "": every})
        yield rows.quarantine.assign(source=name, kpis=kpis.astype(object))
    if len(rows.conflicts):
        yield rows.conflicts.assign(source=name, kpis=every)
    aside = [
        one.set_aside.assign(kpis=key)
        for key, one in processed.items()
        if len(one.set_aside) and study.kpis[key].source == name
    ]
    if aside:
        cells = pd.concat(aside, ignore_index=True)
        once = cells.groupby(list(QUARANTINE), sort=False)["kpis"].agg(BETWEEN.join).reset_index()
        yield once.sort_values(["batch", "line", "column", "reason"], kind="stable").assign(source=name)


def _needing(study: StudyDefinition, source: str, column: str) -> str:
    """The KPIs that need a column of a source, their own or a linked one."""
    needing = [
        kpi.id
        for kpi in study.kpis.values()
        if (source, column) in {home_of(study, kpi.source, name) for name in columns_needed_by(kpi)}
    ]
    return BETWEEN.join(needing)
