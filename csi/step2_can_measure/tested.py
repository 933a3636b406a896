"""What the data of a KPI gave when they were tried: kept with its plan, and true for that definition only."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi.models import Kpi, PlanRow
from csi.storage import row
from csi.study.drafting.standing import Standing

_VERSION = "definition_version"


def kept(seen: Standing, kpi: Kpi) -> dict[str, Any]:
    """As a row of the plan holds it."""
    plain = asdict(seen)
    newest = seen.newest.isoformat() if seen.newest else None
    return {**plain, "values": list(seen.values), "newest": newest, _VERSION: kpi.definition_version}


def found(plan: PlanRow | None, kpi: Kpi) -> Standing | None:
    """What was kept; None where nothing was, or the KPI is computed otherwise by now."""
    if plan is None or plan.tested.get(_VERSION) != kpi.definition_version:
        return None
    said = {name: value for name, value in plan.tested.items() if name != _VERSION}
    newest = datetime.fromisoformat(said["newest"]) if said["newest"] else None
    return Standing(**{**said, "values": tuple(said["values"]), "newest": newest})


def of_kpi(session: Session, kpi: Kpi) -> Standing | None:
    """What the data of a KPI gave; None where they were not tried."""
    return found(row(session, PlanRow, kpi.team_id, kpi_id=kpi.id), kpi)
