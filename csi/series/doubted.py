"""The way in for whoever wants to know what speaks against a definition before anything is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from csi.definition import StudyDefinition
from csi.reading.reading import Reading
from csi.series.doubts import Doubt
from csi.series.pipeline import process_study


def doubts(study: StudyDefinition, readings: Mapping[str, Sequence[Reading]]) -> dict[str, tuple[Doubt, ...]]:
    """Per KPI of a study what speaks against it; nothing is judged, and no window is needed.

    Args:
        study: the definition; for a form that asks about one KPI, one with that KPI alone.
        readings: per source its deliveries.

    Raises:
        InvalidInput, InvalidInputs: a KPI cannot be computed at all.
    """
    return {name: one.doubts for name, one in process_study(study, readings).kpis.items()}
