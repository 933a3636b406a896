"""What is known of a KPI's data so far: deliveries, coverage, and how its past stands to its target."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from csi import ahead
from csi.measurement import counted
from csi.models import AnalysisResult, Batch, Cycle, Kpi, PlanRow
from csi.rules import threshold
from csi.states import BatchState
from csi.step2_can_measure import tested
from csi.storage import row, rows
from csi.terms import Direction, Measurability
from csi.words.wording import percent

MEASURABLE = frozenset({Measurability.AUTOMATIC, Measurability.BY_HAND, Measurability.DERIVABLE})


@dataclass(frozen=True, slots=True)
class History:
    """A KPI's data so far; ``coverage`` is None before the first delivery, ``values`` before the first analysis."""

    deliveries: int
    coverage: float | None
    values: tuple[float, ...]


def history(session: Session, cycle: Cycle, kpi: Kpi) -> History:
    """Deliveries of the KPI's source, and its newest analysed series, of this cycle or an earlier one; before the first
    analysis the series that its data gave when they were tried."""
    delivered = deliveries(session, cycle, kpi)
    result = _newest_result(session, cycle, kpi)
    analysed = tuple(
        float(point["value"])
        for point in result.get("series") or ()
        if point.get("value") is not None and not point.get("partial")
    )
    seen = None if analysed else tested.of_kpi(session, kpi)
    return History(
        deliveries=len(delivered),
        coverage=_coverage(delivered, _completeness_in(result)),
        values=seen.values if seen else analysed,
    )


def deliveries(session: Session, cycle: Cycle, kpi: Kpi) -> list[Batch]:
    """The batches of the source that the plan names for a KPI, oldest first; of very many the newest."""
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    if plan is None or plan.source_id is None:
        return []
    newest = rows(session, Batch, cycle.team_id, source_id=plan.source_id, state=BatchState.CURRENT, order="-ordinal")
    return newest[::-1]


def why_not_measured(session: Session, cycle: Cycle, kpi: Kpi | None) -> str:
    """Why an SLA clause must not rest on a KPI (V2.2); empty when it may."""
    if kpi is None:
        return "no KPI of this cycle stands behind it"
    if not kpi.measurability:
        return f"nobody has said yet whether {kpi.name} can be measured"
    if kpi.measurability not in MEASURABLE:
        return f"{kpi.name} is {kpi.measurability}"
    covered = _covered(session, cycle, kpi)
    if covered is None:
        return f"the source of {kpi.name} has never delivered"
    least = threshold(session, cycle.team_id, "coverage_least")
    if covered < least:
        return f"the data of {kpi.name} covers {percent(covered)}; at least {percent(least)} is needed"
    return ""


def read_ahead(session: Session, team_id: str, services: Collection[int], keys: Collection[str]) -> None:
    """Read the completeness of the newest results of these KPIs of services ahead, for ``why_not_measured``."""
    if not services:
        return
    about = (col(AnalysisResult.id), col(Cycle.service_id), col(Kpi.key))
    ours = [col(table.team_id) == team_id for table in (AnalysisResult, Cycle, Kpi)]
    joined = [col(Kpi.id) == col(AnalysisResult.kpi_id), col(Cycle.id) == col(Kpi.cycle_id)]
    wanted = select(*about).where(*ours, *joined, col(Cycle.service_id).in_(services), col(Kpi.key).in_(keys))
    newest = {
        (service_id, key): number
        for number, service_id, key in session.execute(
            wanted.order_by(col(AnalysisResult.made_at), col(AnalysisResult.id).desc())
        )
    }
    completeness = col(AnalysisResult.result)["quality", "completeness"]
    theirs = (col(AnalysisResult.team_id) == team_id, col(AnalysisResult.id).in_(newest.values()))
    values = dict(session.execute(select(col(AnalysisResult.id), completeness).where(*theirs)).all())
    found = [_Assessed(number, *about, values.get(number)) for about, number in newest.items()]
    ahead.keep(session, _Assessed, team_id, found, column="service_id", keys=services, kpi_key=tuple(keys))


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


@dataclass(frozen=True, slots=True)
class _Assessed:
    """How complete the newest analysis found the data of a service's KPI."""

    id: int
    service_id: int
    kpi_key: str
    completeness: float | None


def _covered(session: Session, cycle: Cycle, kpi: Kpi) -> float | None:
    """The coverage of what its source has delivered; None when that is nothing."""
    plan = row(session, PlanRow, cycle.team_id, kpi_id=kpi.id)
    if plan is None or plan.source_id is None:
        return None
    every = counted.delivered(session, cycle.team_id, [plan.source_id])[plan.source_id]
    return _coverage([one for one in every if one.state == BatchState.CURRENT], _completeness(session, cycle, kpi))


def _completeness(session: Session, cycle: Cycle, kpi: Kpi) -> float | None:
    about: dict[str, Any] = {"service_id": cycle.service_id, "kpi_key": kpi.key}
    known = ahead.found(session, _Assessed, cycle.team_id, "id", about)
    if known is not None:
        return next((one.completeness for one in known), None)
    return _completeness_in(_newest_result(session, cycle, kpi))


def _completeness_in(result: dict[str, Any]) -> float | None:
    return (result.get("quality") or {}).get("completeness")


def _newest_result(session: Session, cycle: Cycle, kpi: Kpi) -> dict[str, Any]:
    cycles = tuple(one.id for one in rows(session, Cycle, cycle.team_id, service_id=cycle.service_id))
    same = tuple(one.id for one in rows(session, Kpi, cycle.team_id, cycle_id=cycles, key=kpi.key))
    newest = rows(session, AnalysisResult, cycle.team_id, kpi_id=same, order="-made_at", limit=1)
    return dict(newest[0].result) if newest else {}


def _coverage(delivered: Sequence[Batch | counted.Delivered], assessed: float | None) -> float | None:
    if not delivered:
        return None
    if assessed is not None:
        return float(assessed)
    read = sum(batch.rows_read for batch in delivered)
    return sum(batch.rows_kept for batch in delivered) / read if read else None
