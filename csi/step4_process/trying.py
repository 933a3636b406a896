"""How a KPI would be computed, tried on the rows that are held before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from csi.errors import CsiError
from csi.measurement import deliveries
from csi.measurement.mapping import TYPED, linked_to, mapping, sources_of
from csi.models import Cycle, Kpi
from csi.reading.files import FileStore
from csi.series.doubts import Doubt
from csi.series.pipeline import process_study
from csi.step4_process.computing import readings
from csi.study.reading import study_from

MOST_ROWS = 20_000  # tried while somebody waits for a form to close; of more it is said in step 4. Ours
TRIED = ("value", "where", "good")  # what a definition says; its target is asked about apart


def doubts_if(
    session: Session, cycle: Cycle, kpi: Kpi, definition: Mapping[str, Any], files: FileStore
) -> dict[str, Doubt]:
    """What speaks against a definition that a KPI does not have yet, by its key (value, where or good).

    Empty where no row is held, too many are, or it cannot be computed: what it lacks is said elsewhere.
    """
    kept = kpi.definition
    with session.no_autoflush:  # it is tried only: nothing of it is written
        try:
            kpi.definition = dict(definition)
            return _tried(session, cycle, kpi, files)
        except CsiError:
            return {}
        finally:
            kpi.definition = kept


def _tried(session: Session, cycle: Cycle, kpi: Kpi, files: FileStore) -> dict[str, Doubt]:
    every, sources = mapping(session, cycle), sources_of(session, cycle)
    own = every["kpis"].get(kpi.key, {})
    source = sources.get(str(own.get("source", "")))
    if source is None or source.kind in TYPED:
        return {}
    used = {source.key} | linked_to([source.key], sources)
    held = [batch for key in used for batch in deliveries.current(session, sources[key])]
    if not held or sum(one.rows_read for one in held) > MOST_ROWS:
        return {}
    alone = {name: value for name, value in own.items() if name != "comparator"}
    read = {key: said for key, said in every["sources"].items() if key in used}
    made = {**every, "sources": read, "kpis": {kpi.key: {**alone, "guards": []}}, "exclusions": [], "rebases": []}
    study = study_from(made, kpi.key)
    done = process_study(study, readings(session, cycle, files, study)).kpis[kpi.key]
    return {one.key: one for one in reversed(done.doubts) if one.is_open and one.key in TRIED and not one.side}
