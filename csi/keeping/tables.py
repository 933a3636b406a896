"""Everything that is kept about a service, as plain tables: what an export holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, select

from csi import models
from csi.models import AuditRow, Cycle, Row
from csi.storage import rows

Table = list[dict[str, Any]]
# By what a table's rows belong to a service: to itself, to its cycles, or to something that does.
_TABLES: tuple[type[Row], ...] = (
    models.Service,
    models.RoleAssignment,
    models.Cycle,
    models.StepPassage,
    models.CarryOver,
    models.Goal,
    models.Csf,
    models.Kpi,
    models.PlanRow,
    models.Gap,
    models.SlaClause,
    models.Source,
    models.Batch,
    models.QuarantinedRow,
    models.Measurement,
    models.Exclusion,
    models.AnalysisResult,
    models.Finding,
    models.Rebase,
    models.Report,
    models.ReportClick,
    models.Opportunity,
    models.Action,
    models.Decision,
    models.Baseline,
)
_PARENTS = ("service", "cycle", "batch", "report")
_BY: dict[type[Row], str] = {models.Batch: "source", models.Measurement: "source"}  # their cycle may be unknown
_SECRET = {"team_id", "secret_encrypted", "token_hash", "raw_key", "rows_key", "open_channel", "open_service"}
_AT_ONCE = 500  # parents named in one statement


def of(session: Session, cycle: Cycle) -> dict[str, Table]:
    """Every row about the cycle's service, by table, with the audit rows about them; no secrets."""
    found: dict[str, list[Row]] = {}
    for table in _TABLES:
        found[str(table.__tablename__)] = _of(session, cycle, table, found)
    made = {name: [_plain(one) for one in held] for name, held in found.items()}
    return {**made, "audit_row": [_plain(one) for one in _log(session, cycle, found)]}


def _of(session: Session, cycle: Cycle, table: type[Row], found: dict[str, list[Row]]) -> list[Row]:
    if table is models.Service:
        return list(rows(session, table, cycle.team_id, id=cycle.service_id))
    parent = _BY.get(table) or next(one for one in _PARENTS if f"{one}_id" in table.model_fields)
    ids = [cycle.service_id] if parent == "service" else [one.id for one in found[parent]]
    held: list[Row] = []
    for some in _some(ids):
        wanted = (col(table.team_id) == cycle.team_id, col(getattr(table, f"{parent}_id")).in_(some))
        held += session.exec(select(table).where(*wanted).order_by(col(table.id)))
    return held


def _log(session: Session, cycle: Cycle, found: dict[str, list[Row]]) -> list[Row]:
    held: dict[int, Row] = {}
    for name, known in found.items():
        for some in _some([one.id for one in known]):
            about = (col(AuditRow.subject) == name, col(AuditRow.subject_id).in_(some))
            wanted = select(AuditRow).where(col(AuditRow.team_id) == cycle.team_id, *about)
            held |= {one.id: one for one in session.exec(wanted)}
    return [held[number] for number in sorted(held)]


def _some(ids: Collection[int]) -> Iterator[list[int]]:
    every = list(ids)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def _plain(one: Row) -> dict[str, Any]:
    return {name: _value(getattr(one, name)) for name in type(one).model_fields if name not in _SECRET}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
