"""Small studies and deliveries for the tests of step 4."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from csi.definition import (
    CalendarDefinition,
    Duration,
    Exclusion,
    KpiDefinition,
    SourceDefinition,
    StudyDefinition,
    Window,
)
from csi.reading.reading import QUARANTINE_COLUMNS, Reading
from csi.series import Processed, process_study
from csi.terms import Direction, Period

RESOLVE = Duration("opened_at", "resolved_at")


def kpi(id: str = "k", measure: str = "count", **fields: Any) -> KpiDefinition:
    """A KPI over source ``tickets`` by ``opened_at``."""
    plain: dict[str, Any] = {"name": id, "source": "tickets", "at": "opened_at", "unit": "count"}
    return KpiDefinition(id=id, measure=measure, direction=Direction.LOWER, **{**plain, **fields})


def study(*kpis: KpiDefinition, source: Mapping[str, Any] | None = None, **fields: Any) -> StudyDefinition:
    """A weekly study in UTC over one or more sources."""
    names = dict.fromkeys(one.source for one in kpis if one.source)
    plain: dict[str, Any] = {"service": "desk", "timezone": "UTC", "period": Period.WEEK}
    return StudyDefinition(
        sources={name: SourceDefinition(id=name, file=f"{name}.csv", **(source or {})) for name in names},
        kpis={one.id: one for one in kpis},
        **{**plain, **fields},
    )


def moments(*texts: str | None) -> pd.Series:
    """Moments in UTC; None is missing."""
    return pd.to_datetime(pd.Series(texts, dtype="str"), utc=True, format="ISO8601").dt.as_unit("us")


def reading(frame: pd.DataFrame | Mapping[str, Any], sha256: str = "") -> Reading:
    """A delivery in which every row could be read; its lines begin under a header."""
    made = pd.DataFrame(frame)
    made.index = pd.Index(np.arange(2, len(made) + 2), name="line")
    for name in made.columns:
        if made[name].dtype == object:
            made[name] = made[name].astype("str")
    digest = sha256 or hashlib.sha256(made.to_csv().encode()).hexdigest()
    return Reading(
        frame=made, quarantine=pd.DataFrame(columns=list(QUARANTINE_COLUMNS)), rows_read=len(made), sha256=digest
    )


def made(definition: StudyDefinition, *readings: Reading, **others: Sequence[Reading]) -> dict[str, Processed]:
    """Every KPI of a study over deliveries of ``tickets`` (and of other sources by name)."""
    return dict(process_study(definition, {"tickets": readings, **others}).kpis)


def values(processed: Processed, column: str = "value") -> list[Any]:
    """One column of a series as plain values; missing is None."""
    cells = processed.series[column].tolist()
    return [None if isinstance(cell, float) and np.isnan(cell) else cell for cell in cells]


__all__ = [
    "RESOLVE",
    "CalendarDefinition",
    "Duration",
    "Exclusion",
    "Window",
    "date",
    "kpi",
    "made",
    "moments",
    "reading",
    "replace",
    "study",
    "values",
]
