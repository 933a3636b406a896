"""What a rule of a step is, and the thresholds a workspace may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from csi import audit
from csi.errors import Breach, InvalidInput, InvalidInputs
from csi.models import Cycle, Workspace
from csi.storage import row

Check = Callable[[Session, Cycle, datetime], Iterable[Breach]]

# Told in docs/rules.md, Thresholds.
DEFAULTS: dict[str, float] = {
    "csfs_warn": 3,  # V1.3
    "kpis_warn": 3,  # V1.3
    "most": 5,  # V1.3
    "coverage_warn": 0.95,  # V4.3
    "coverage_least": 0.80,  # V4.3, V2.2
    "baseline_points": 5,  # V7.4
    "approval_days": 14,  # V7.2, expiry
    "settle_days": 28,  # V7.3
    "step_days": 7,  # how long a step may take unless somebody says otherwise
    "quarantine_share": 0.20,  # above it a delivery waits for a person's yes (step 3)
    "attest_above": 1_000_000,  # V3.4: typed numbers of this size need a second person
    "late_days": 2,  # V3.3: days after a period's end when its data is late
}


RECORD_TO = "record_to"  # a workspace's setting beside its thresholds
LONGEST = 3_660  # days; ours: ten years, far from what dates cannot hold


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one step: ``check`` gives every breach of it there is now."""

    id: str
    step: int
    check: Check


def threshold(session: Session, team_id: str, name: str) -> float:
    """A workspace's value of a threshold, or the default."""
    own = row(session, Workspace, team_id)
    return float((own.settings if own else {}).get(name, DEFAULTS[name]))


def set_thresholds(session: Session, *, team_id: str, values: dict[str, Any], actor: str, now: datetime) -> None:
    """Change thresholds of a workspace; what is not named keeps its value.

    Raises:
        InvalidInputs: every value that is no number, negative, or a share above 1.
    """
    errors = [InvalidInput(name, reason) for name, value in values.items() if (reason := _wrong(name, value))]
    if errors:
        raise InvalidInputs(errors)
    own = session.exec(select(Workspace).where(Workspace.team_id == team_id)).one()
    old, new = own.settings, {**own.settings, **values}
    if old != new:
        own.settings = new
        session.add(own)
        subject = ("workspace", own.id)
        audit.record(
            session,
            team_id=team_id,
            actor=actor,
            at=now,
            what="changed thresholds",
            subject=subject,
            old=old,
            new=values,
        )


def record_goes_to(session: Session, team_id: str) -> str:
    """The channel or person that hears every day where the record ends; empty for nobody."""
    own = row(session, Workspace, team_id)
    return str((own.settings if own else {}).get(RECORD_TO, ""))


def send_record_to(session: Session, *, team_id: str, place: str, actor: str, now: datetime) -> None:
    """Say every day where the record ends, in this channel or to this person; empty: to nobody."""
    own = session.exec(select(Workspace).where(Workspace.team_id == team_id)).one()
    if place != own.settings.get(RECORD_TO, ""):
        changed = {**own.settings, RECORD_TO: place}
        audit.alter(session, own, {"settings": changed}, actor=actor, at=now, what="changed where the record is sent")


def _wrong(name: str, value: Any) -> str:
    if name not in DEFAULTS:
        return f"unknown; expected one of {', '.join(DEFAULTS)}"
    if not isinstance(value, int | float) or value < 0:
        return "expected a number of at least 0"
    if name.endswith("days") and value > LONGEST:
        return f"expected at most {LONGEST:,} days"
    return "expected a share, 0 to 1" if name.startswith(("coverage", "quarantine")) and value > 1 else ""
