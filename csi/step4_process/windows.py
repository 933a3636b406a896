"""The windows a cycle compares: fixed before the result is known, half-open, in the reporting zone."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from csi import audit, roles
from csi.analysis.verdict import FEWEST_AFTER, FEWEST_BEFORE, parted
from csi.definition import Window
from csi.errors import Conflict, InvalidInput
from csi.measurement import windows
from csi.measurement.windows import Windows
from csi.models import AnalysisResult, Cycle, Kpi
from csi.passages import mark_stale
from csi.storage import rows
from csi.terms import Step


def whole_periods(session: Session, cycle: Cycle) -> tuple[date, date, int] | None:
    """What the windows can be laid over: first day, the day after the last, and how many whole periods these are.

    Of the KPI that has most; None while nothing was processed.
    """
    edges = _edges(session, cycle)
    return (edges[0], edges[-1], len(edges) - 1) if edges else None


def likely(session: Session, cycle: Cycle) -> Windows:
    """The windows that suggest themselves: those of the cycle, else, while none is fixed, two thirds of the whole
    periods before and one third after; none where these are too few for a verdict."""
    known = windows.of_cycle(cycle)
    edges = _edges(session, cycle)
    if known.baseline or known.evaluation or len(edges) - 1 < FEWEST_BEFORE + FEWEST_AFTER:
        return known
    middle = edges[parted(len(edges) - 1)]
    return Windows(Window(edges[0], middle), Window(middle, edges[-1]))


def _edges(session: Session, cycle: Cycle) -> list[date]:
    """The days on which the whole periods begin, and the one after the last; of the KPI that has most."""
    held = rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)
    whole = [[one for one in made.result.get("series") or () if not one["partial"]] for made in held]
    most = max(whole, key=len, default=[])
    days = [*(one["start"] for one in most), *(one["end"] for one in most[-1:])]
    return [date.fromisoformat(day[:10]) for day in days]


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
    _require_open(session, cycle, actor)
    wanted = Windows(baseline, evaluation)
    _check(wanted)
    for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id):
        _check_beside(kpi, wanted)
    new = {**_columns("baseline", baseline), **_columns("evaluation", evaluation)}
    changed = audit.alter(session, cycle, new, actor=actor, at=now, what="set windows")
    if changed:
        mark_stale(session, cycle, after=Step.PROCESS)
    return changed


def set_windows_of(
    session: Session,
    cycle: Cycle,
    kpi: Kpi,
    *,
    baseline: Window | None,
    evaluation: Window | None,
    actor: str,
    now: datetime,
) -> bool:
    """Give one KPI windows of its own (None: as the cycle proposes); True when something changed.

    Raises:
        InvalidInput: a window ends before it begins, or the two that it is then compared over overlap.
        Conflict: as ``set_windows``.
    """
    _require_open(session, cycle, actor)
    proposed = windows.of_cycle(cycle)
    mine = Windows(
        *(one if one != other else None for one, other in zip((baseline, evaluation), proposed, strict=True))
    )
    _check(Windows(mine.baseline or proposed.baseline, mine.evaluation or proposed.evaluation))
    changed = audit.alter(
        session, kpi, {"windows": windows.kept(mine)}, actor=actor, at=now, what="set a KPI's windows"
    )
    if changed:
        mark_stale(session, cycle, after=Step.PROCESS)
    return changed


def _require_open(session: Session, cycle: Cycle, actor: str) -> None:
    roles.require(session, cycle, actor, roles.MEMBERS, "set the windows")
    if cycle.step > Step.ANALYSE:
        raise Conflict(f"The windows are fixed in steps 1 to 5; this cycle is in step {cycle.step}.")


def _check(wanted: Windows) -> None:
    """Each ends after it begins, and the evaluation begins after the baseline."""
    baseline, evaluation = wanted
    for field, window in (("baseline_to", baseline), ("evaluation_to", evaluation)):
        if window is not None and window.end <= window.start:
            raise InvalidInput(field, f"{window.end} is not after {window.start}; the end is left out")
    if baseline and evaluation and evaluation.start < baseline.end:
        raise InvalidInput("evaluation_from", f"lies inside the baseline; expected {baseline.end} or later")


def _check_beside(kpi: Kpi, proposed: Windows) -> None:
    """A KPI's own window must not overlap with the other one that the cycle proposes."""
    mine = windows.own(kpi)
    baseline, evaluation = mine.baseline or proposed.baseline, mine.evaluation or proposed.evaluation
    if baseline and evaluation and evaluation.start < baseline.end:
        field, own = ("evaluation_from", "baseline") if mine.baseline else ("baseline_to", "evaluation")
        span = mine.baseline or mine.evaluation
        said = f"{span.start} until {span.end}" if span else ""
        reason = f"overlaps with the {own} of {kpi.name} ({said}); choose other days, or give this KPI its own windows"
        raise InvalidInput(field, reason)


def _columns(name: str, window: Window | None) -> dict[str, date | None]:
    return {
        f"{name}_from": window.start if window else None,
        f"{name}_to": window.end if window else None,
    }
