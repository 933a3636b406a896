"""The windows a cycle compares: fixed before the result is known, half-open, in the reporting zone."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from csi import audit, roles
from csi.definition import Window
from csi.errors import Conflict, InvalidInput
from csi.models import AnalysisResult, Cycle
from csi.passages import mark_stale
from csi.storage import rows
from csi.terms import Step


def whole_periods(session: Session, cycle: Cycle) -> tuple[date, date, int] | None:
    """What the windows can be laid over: first day, the day after the last, and how many whole periods these are.

    Of the KPI that has most; None while nothing was processed.
    """
    held = rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)
    whole = [[one for one in made.result.get("series") or () if not one["partial"]] for made in held]
    most = max(whole, key=len, default=[])
    if not most:
        return None
    return date.fromisoformat(most[0]["start"][:10]), date.fromisoformat(most[-1]["end"][:10]), len(most)


def set_windows(
    session: Session,
    cycle: Cycle,
    *,
    baseline: Window | None,
    evaluation: Window | None,
    actor: str,
    now: datetime,
) -> bool:
    """Fix baseline and evaluation window; True when something changed. Results made with others become stale.

    Raises:
        InvalidInput: a window ends before it begins, or the two overlap.
        Conflict: the cycle is past step 5, where moving a window would be choosing the result.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "set the windows")
    if cycle.step > Step.ANALYSE:
        raise Conflict(f"The windows are fixed in steps 1 to 5; this cycle is in step {cycle.step}.")
    _check("baseline_to", baseline)
    _check("evaluation_to", evaluation)
    if baseline and evaluation and evaluation.start < baseline.end:
        raise InvalidInput("evaluation_from", f"lies inside the baseline; expected {baseline.end} or later")
    new = {**_columns("baseline", baseline), **_columns("evaluation", evaluation)}
    changed = audit.alter(session, cycle, new, actor=actor, at=now, what="set windows")
    if changed:
        mark_stale(session, cycle, after=Step.PROCESS)
    return changed


def _check(field: str, window: Window | None) -> None:
    if window is not None and window.end <= window.start:
        raise InvalidInput(field, f"{window.end} is not after {window.start}; the end is left out")


def _columns(name: str, window: Window | None) -> dict[str, date | None]:
    return {
        f"{name}_from": window.start if window else None,
        f"{name}_to": window.end if window else None,
    }
