"""What is known of a KPI's data so far: deliveries, coverage, and how its past stands to its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from csi.models import AnalysisResult, Batch, Cycle, Kpi, PlanRow
from csi.rules import threshold
from csi.storage import row, rows
from csi.terms import Direction, Measurability, percent

MEASURABLE = frozenset({Measurability.AUTOMATIC, Measurability.BY_HAND, Measurability.DERIVABLE})


@dataclass(frozen=True, slots=True)
class History:
    """A KPI's data so far; ``coverage`` is None before the first delivery, ``values`` before the first analysis."""

    deliveries: int
    coverage: float | None
    values: tuple[float, ...]


def history(session: Session, cycle: Cycle, kpi: Kpi) -> History:
    """Deliveries of the KPI's source, and its newest analysed series, of this cycle or an earlier one."""
    delivered = deliveries(session, cycle, kpi)
    result = _newest_result(session, cycle, kpi)
    return History(
        deliveries=len(delivered),
        coverage=_coverage(delivered, result),
        values=tuple(
            float(point["value"])
            for point in result.get("series") or ()
            if point.get("value") is not None and not point.get("partial")
        ),
    )


def deliveries(session: Session, cycle: Cycle, kpi: Kpi) -> list[Batch]:
    """The batches of the source that the plan names for a KPI, oldest first; of very many the newest."""
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    if plan is None or plan.source_id is None:
        return []
    newest = rows(session, Batch, cycle.team_id, source_id=plan.source_id, state="current", order="-ordinal")
    return newest[::-1]


def why_not_measured(session: Session, cycle: Cycle, kpi: Kpi | None) -> str:
    """Why an SLA clause must not rest on a KPI (V2.2); empty when it may."""
    if kpi is None:
        return "no KPI of this cycle stands behind it"
    if not kpi.measurability:
        return f"nobody has said yet whether {kpi.name} can be measured"
    if kpi.measurability not in MEASURABLE:
        return f"{kpi.name} is {kpi.measurability}"
    known = history(session, cycle, kpi)
    if not known.deliveries or known.coverage is None:
        return f"the source of {kpi.name} has never delivered"
    least = threshold(session, cycle.team_id, "coverage_least")
    if known.coverage < least:
        return f"the data of {kpi.name} covers {percent(known.coverage)}; at least {percent(least)} is needed"
    return ""


def share_met(kpi: Kpi, values: tuple[float, ...]) -> float | None:
    """The share of past periods that met the target; None without target or past."""
    if not values:
        return None
    if kpi.direction == Direction.WITHIN and kpi.band_low is not None and kpi.band_high is not None:
        return sum(kpi.band_low <= value <= kpi.band_high for value in values) / len(values)
    if kpi.target is None:
        return None
    higher = kpi.direction == Direction.HIGHER
    return sum((value >= kpi.target) if higher else (value <= kpi.target) for value in values) / len(values)


def _newest_result(session: Session, cycle: Cycle, kpi: Kpi) -> dict[str, Any]:
    cycles = tuple(one.id for one in rows(session, Cycle, cycle.team_id, service_id=cycle.service_id))
    same = tuple(one.id for one in rows(session, Kpi, cycle.team_id, cycle_id=cycles, key=kpi.key))
    newest = rows(session, AnalysisResult, cycle.team_id, kpi_id=same, order="-made_at", limit=1)
    return dict(newest[0].result) if newest else {}


def _coverage(delivered: list[Batch], result: dict[str, Any]) -> float | None:
    if not delivered:
        return None
    assessed = (result.get("quality") or {}).get("completeness")
    if assessed is not None:
        return float(assessed)
    read = sum(batch.rows_read for batch in delivered)
    return sum(batch.rows_kept for batch in delivered) / read if read else None
