"""What stands beside a KPI in its study: cases that came back, and what else changed in the evaluation window."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csi.definition import Exclusion, KpiDefinition, StudyDefinition, Window
from csi.series import Processed
from csi.series.axis import windows
from csi.series.expression import columns_of
from csi.series.periods import moment_of
from csi.terms import Direction

_REOPENED = "K08"  # Source: csi/kpi_catalogue/incidents.yaml
_MOST = 10  # changes named beside one KPI


def reopened_of(
    study: StudyDefinition, processed: Mapping[str, Processed], kpi: KpiDefinition
) -> tuple[float, float] | None:
    """The share of cases reopened before and after, pooled, from the KPI's guard that measures it.

    Without such a guard, from a KPI of the same source; None where there is neither, or no case in a window.
    """
    if study.baseline is None or study.evaluation is None or means_reopened(kpi):
        return None
    guards = [processed[name] for name in kpi.guards if name in processed]
    beside = [one for one in processed.values() if one.kpi.source == kpi.source]
    found = next((one for one in (*guards, *beside) if means_reopened(one.kpi)), None)
    if found is None:
        return None
    before, after = _pooled(found, study.baseline), _pooled(found, study.evaluation)
    return None if before is None or after is None else (before, after)


def means_reopened(kpi: KpiDefinition) -> bool:
    """Whether a KPI is the share of cases reopened: of the catalogue, or by a column of that name in ``good``."""
    if kpi.measure != "share":
        return False
    return kpi.catalogue == _REOPENED or any("reopen" in name.lower() for name in columns_of(kpi.good))


def _pooled(processed: Processed, window: Window) -> float | None:
    """Numerators over denominators of a window's whole periods; where more is better it is the rest that came back."""
    series = processed.series
    start, end = (pd.Timestamp(day, tz=processed.timezone) for day in (window.start, window.end))
    inside = (series.index >= start) & (series.index < end)
    used = series[inside & ~series["partial"].to_numpy() & ~series["missing"].to_numpy()]
    total = float(used["denominator"].sum())
    if not total:
        return None
    share = float(used["numerator"].sum()) / total
    return 1 - share if processed.kpi.direction is Direction.HIGHER else share


def other_changes(study: StudyDefinition, kpi: str, actions: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What else changed in the evaluation window: actions aimed elsewhere, and spans left out of the KPI."""
    if study.evaluation is None:
        return ()
    found = [one for one in study.exclusions if one.kpi in ("", kpi) and _in_evaluation(study, one)]
    return tuple(dict.fromkeys([*actions, *(f"left out: {one.reason}" for one in found)]))[:_MOST]


def _in_evaluation(study: StudyDefinition, exclusion: Exclusion) -> bool:
    start, end = windows(study)[-1]
    return moment_of(exclusion.start, study.timezone) < end and start < moment_of(exclusion.end, study.timezone)
