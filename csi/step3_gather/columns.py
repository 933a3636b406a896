"""Columns of the data a KPI rests on: which there are, and which it names in vain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi.measurement.mapping import columns_named
from csi.models import Batch, Cycle, Kpi, PlanRow, Source
from csi.reading.naming import names_used
from csi.states import BatchState
from csi.step1_should_measure import kpis
from csi.step3_gather import sources
from csi.storage import row, rows


def columns_held(session: Session, cycle: Cycle, kpi: Kpi) -> tuple[str, ...]:
    """The columns of the newest delivery of a KPI's source, as KPIs call them; none before the first."""
    source = _source(session, cycle, kpi)
    newest = _newest(session, source) if source else None
    if source is None or newest is None:
        return ()
    return names_used(sources.definition(source.key, source.mapping), tuple(newest.counts.get("columns", ())))


def newest_delivery(session: Session, cycle: Cycle, kpi: Kpi) -> Batch | None:
    """The newest delivery of a KPI's source, also one that waits; None before the first."""
    source = _source(session, cycle, kpi)
    return _newest(session, source) if source else None


def is_held_back(session: Session, cycle: Cycle, kpi: Kpi) -> bool:
    """Whether the newest delivery waits, as too much of it could not be read."""
    source = _source(session, cycle, kpi)
    newest = _newest(session, source) if source else None
    return newest is not None and newest.state == BatchState.WAITING


def columns_lacking(session: Session, cycle: Cycle, kpi: Kpi) -> tuple[str, ...]:
    """The columns a KPI names that its data, where there is some, does not have."""
    source, held = _source(session, cycle, kpi), columns_held(session, cycle, kpi)
    named = columns_named(session, cycle, source) if source and held else {}
    return tuple(column for column, kpis in named.items() if kpi.name in kpis and column not in held)


def _newest(session: Session, source: Source) -> Batch | None:
    """The newest delivery, also where it still waits for somebody's yes."""
    found = rows(
        session,
        Batch,
        source.team_id,
        source_id=source.id,
        state=(BatchState.CURRENT, BatchState.WAITING),
        order="-ordinal",
        limit=1,
    )
    return found[0] if found else None


def _source(session: Session, cycle: Cycle, kpi: Kpi) -> Source | None:
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    if plan is not None and plan.source_id:
        return row(session, Source, cycle.team_id, id=plan.source_id)
    return row(session, Source, cycle.team_id, service_id=cycle.service_id, key=str(kpi.definition.get("source") or ""))


def read_instead(
    session: Session, cycle: Cycle, source: Source, names: Mapping[str, str], *, actor: str, now: datetime
) -> None:
    """Let the KPIs that name a column of a source read another one instead; ``names``: what they name → what is there.

    One column of a file may stand for several of the catalogue's: the day a ticket was solved is also when it was
    answered.
    """
    named = columns_named(session, cycle, source)
    for kpi in kpis.of_cycle(session, cycle):
        mine = {old: new for old, new in names.items() if kpi.name in named.get(old, ())}
        if mine:
            kpis.define(session, cycle, kpi, renamed(kpi.definition, mine), actor=actor, now=now)


def renamed(definition: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A KPI's definition with other columns wherever it names them."""
    return {key: _renamed(key, value, names) for key, value in definition.items()}


def _renamed(key: str, value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            part: _renamed("at", one, names) if part not in ("unit", "clock") else one for part, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_renamed(key, one, names) for one in value]
    if key in ("at", "value"):
        return names.get(value, value)
    return _in_condition(str(value), names) if key in ("where", "good") else value


def _in_condition(text: str, names: Mapping[str, str]) -> str:
    """The condition with other columns; what stands in quotes is text and stays."""
    known = "|".join(rf"`{re.escape(name)}`|(?<!\w){re.escape(name)}(?!\w)" for name in names)

    def other(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        new = names[found[0].strip("`")]
        return new if re.fullmatch(r"[^\W\d]\w*", new) else f"`{new}`"

    return re.sub(rf"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|{known}", other, text)
