"""What a person said of a file, kept with its source: the source itself, how it is read, which KPIs it feeds.

It is settled once the file has been read, in the transaction that records it: a try that fails leaves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi.definition import SourceDefinition
from csi.errors import Conflict
from csi.measures import measure_in
from csi.models import Cycle, Kpi, PlanRow, Source
from csi.step1_should_measure import kpis
from csi.step2_can_measure.sources import name_source, of_service, take_up
from csi.step3_gather import sources
from csi.storage import need, row, rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read and into which source: one there is (its number), or a new one by its name.

    ``mapping`` holds docs/study.md's keys of a source; None: as the source is read already.
    """

    source_id: int = 0
    name: str = ""
    mapping: Mapping[str, Any] | None = None


def source_of(session: Session, cycle: Cycle, wanted: Wanted, *, actor: str, now: datetime) -> Source:
    """The source that is meant, made where it is new, taken into use again where it was retired.

    Raises:
        Conflict: it takes no files, or belongs to another service.
    """
    if not wanted.source_id:
        return _takes_files(name_source(session, cycle, name=wanted.name, actor=actor, now=now, owner=actor), cycle)
    return take_up(
        session, _takes_files(need(session, Source, cycle.team_id, wanted.source_id), cycle), actor=actor, now=now
    )


def _takes_files(source: Source, cycle: Cycle) -> Source:
    if source.service_id != cycle.service_id or source.kind != "file":
        raise Conflict(f"{source.name or source.key} takes no files; choose or name another source.")
    return source


def settle(session: Session, cycle: Cycle, source: Source, wanted: Wanted, *, actor: str, now: datetime) -> bool:
    """Remember how a source is read, and let its KPIs be measured from it; True when the mapping is new."""
    if wanted.mapping is None:
        return False
    said = sources.definition(source.key, wanted.mapping)
    changed = sources.remember(session, source, said, actor=actor, now=now)
    feed(session, cycle, source, said, actor=actor, now=now)
    return changed


def feed(session: Session, cycle: Cycle, source: Source, said: SourceDefinition, *, actor: str, now: datetime) -> None:
    """KPIs planned for this source learn which column dates and which holds their number, where nobody has said."""
    moment = next(iter(said.options.get("moments", ())), "")
    number = next(iter(said.options.get("numbers", ())), "")
    for kpi in meant_for(session, cycle, source):
        kpis.define(session, cycle, kpi, _fed(kpi, source, moment, number), actor=actor, now=now)


def meant_for(session: Session, cycle: Cycle, source: Source | None) -> list[Kpi]:
    """The cycle's KPIs that are measured from a source, or planned to be; None: from one that is not there yet."""
    named = of_service(session, cycle.team_id, cycle.service_id)
    only = len(named) == (0 if source is None else 1)
    found = []
    for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id):
        plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
        key = kpi.definition.get("source")
        is_planned = plan is not None and source is not None and plan.source_id == source.id
        if (key and source is not None and key == source.key) or (not key and (is_planned or (only and plan is None))):
            found.append(kpi)
    return found


def needs_column(kpi: Kpi) -> bool:
    """Whether a KPI is a number of its own and nobody has said which column holds it."""
    return not kpi.definition.get("value") and measure_in(kpi.definition).needs_column


def _fed(kpi: Kpi, source: Source, moment: str, number: str) -> dict[str, Any]:
    known = {**kpi.definition, "source": source.key}
    if known["source"] != kpi.definition.get("source"):
        known.pop("meant", None)  # it was said of other rows
    value = known.get("value")
    ends = value if isinstance(value, Mapping) else {}
    if not known.get("at"):
        known["at"] = ends.get("to") or moment
    if number and needs_column(kpi):
        known["value"] = number
    return known
