"""Columns of the data a KPI rests on: which there are, and which it names in vain."""

from __future__ import annotations

from sqlmodel import Session

from csi.cycle.measurement import columns_named
from csi.models import Cycle, Kpi, PlanRow, Source
from csi.step3_gather import batches, sources
from csi.step3_gather.naming import names_used
from csi.storage import row


def columns_held(session: Session, cycle: Cycle, kpi: Kpi) -> tuple[str, ...]:
    """The columns of the newest delivery of a KPI's source, as KPIs call them; none before the first."""
    source = _source(session, cycle, kpi)
    newest = batches.latest(session, source) if source else None
    if source is None or newest is None:
        return ()
    return names_used(sources.definition(source.key, source.mapping), tuple(newest.counts.get("columns", ())))


def columns_lacking(session: Session, cycle: Cycle, kpi: Kpi) -> tuple[str, ...]:
    """The columns a KPI names that its data, where there is some, does not have."""
    source, held = _source(session, cycle, kpi), columns_held(session, cycle, kpi)
    named = columns_named(session, cycle, source) if source and held else {}
    return tuple(column for column, kpis in named.items() if kpi.name in kpis and column not in held)


def _source(session: Session, cycle: Cycle, kpi: Kpi) -> Source | None:
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    if plan is not None and plan.source_id:
        return row(session, Source, cycle.team_id, id=plan.source_id)
    return row(session, Source, cycle.team_id, service_id=cycle.service_id, key=str(kpi.definition.get("source") or ""))
