"""How a KPI would be computed, tried on the rows that are held before it is kept, or after they were read otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from csi.errors import CsiError
from csi.measurement import deliveries
from csi.measurement.mapping import TYPED, linked_to, mapping, sources_of
from csi.models import Cycle, Kpi, PlanRow
from csi.reading.files import FileStore
from csi.series import Processed
from csi.series.doubts import Doubt
from csi.series.pipeline import process_study
from csi.step2_can_measure import tested
from csi.step4_process.computing import readings
from csi.storage import need, rows
from csi.study.drafting.standing import standing
from csi.study.reading import study_from
from csi.terms import Direction

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


@dataclass(frozen=True, slots=True)
class Level:
    """Where a KPI stood by its data, and where it does as they are read by now; None where that is not known."""

    kpi: Kpi
    before: float
    now: float | None


def levels_again(session: Session, cycle: Cycle, source_id: int, files: FileStore) -> list[Level]:
    """What was kept of the KPIs that a source feeds is found anew, as its rows are read otherwise; those that moved."""
    found = []
    for plan in rows(session, PlanRow, cycle.team_id, cycle_id=cycle.id, source_id=source_id):
        kpi = need(session, Kpi, cycle.team_id, plan.kpi_id)
        before = tested.found(plan, kpi)
        if before is None:
            continue
        try:
            done = _processed(session, cycle, kpi, files)
            now = standing(done, Direction(kpi.direction)) if done else None
        except CsiError:  # what it lacks now is said when it is processed
            now = None
        plan.tested = tested.kept(now, kpi) if now else {}
        if now is None or now.now != before.now:
            found.append(Level(kpi, before.now, now.now if now else None))
    return found


def _tried(session: Session, cycle: Cycle, kpi: Kpi, files: FileStore) -> dict[str, Doubt]:
    done = _processed(session, cycle, kpi, files)
    return (
        {one.key: one for one in reversed(done.doubts) if one.is_open and one.key in TRIED and not one.side}
        if done
        else {}
    )


def _processed(session: Session, cycle: Cycle, kpi: Kpi, files: FileStore) -> Processed | None:
    """A KPI computed from the rows that are held; None where there are none, or too many."""
    every, sources = mapping(session, cycle), sources_of(session, cycle)
    own = every["kpis"].get(kpi.key, {})
    source = sources.get(str(own.get("source", "")))
    if source is None or source.kind in TYPED:
        return None
    used = {source.key} | linked_to([source.key], sources)
    held = [batch for key in used for batch in deliveries.current(session, sources[key])]
    if not held or sum(one.rows_read for one in held) > MOST_ROWS:
        return None
    alone = {name: value for name, value in own.items() if name != "comparator"}
    read = {key: said for key, said in every["sources"].items() if key in used}
    made = {**every, "sources": read, "kpis": {kpi.key: {**alone, "guards": []}}, "exclusions": [], "rebases": []}
    study = study_from(made, kpi.key)
    return process_study(study, readings(session, cycle, files, study)).kpis[kpi.key]
