"""The tree of a cycle: vision → goal → CSF → KPI, as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from csi.approvers import of_tree
from csi.models import CarryOver, Csf, Cycle, Decision, Goal, Kpi, Service
from csi.storage import need, row, rows


@dataclass(frozen=True, slots=True)
class CsfBranch:
    """A CSF with its KPIs."""

    csf: Csf
    kpis: tuple[Kpi, ...]


@dataclass(frozen=True, slots=True)
class GoalBranch:
    """A goal with its CSFs."""

    goal: Goal
    csfs: tuple[CsfBranch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What should be measured, and who said yes to it.

    ``loose_csfs`` hang from no goal, ``loose_kpis`` from no CSF. ``approvals`` are the decisions on exactly this
    version; ``submitted`` tells whether approvers have been asked about it, ``agreed`` whether one whose yes counts
    (an approver who does not measure) said it. ``carried`` came from the last cycle.
    """

    vision: str
    goals: tuple[GoalBranch, ...]
    loose_csfs: tuple[CsfBranch, ...]
    loose_kpis: tuple[Kpi, ...]
    approvals: tuple[Decision, ...]
    submitted: bool
    carried: tuple[CarryOver, ...]
    version: int
    agreed: bool = False

    @property
    def sent_back(self) -> Decision | None:
        """The answer that sent this version back, if there is one."""
        return next((one for one in self.approvals if one.choice == "reject"), None)

    @property
    def csfs(self) -> tuple[CsfBranch, ...]:
        """All CSFs."""
        return tuple(branch for goal in self.goals for branch in goal.csfs) + self.loose_csfs

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """All KPIs, in the order of the tree."""
        return tuple(kpi for branch in self.csfs for kpi in branch.kpis) + self.loose_kpis


def tree(session: Session, cycle: Cycle) -> Tree:
    """The tree of a cycle."""
    here: dict[str, Any] = {"team_id": cycle.team_id, "cycle_id": cycle.id}
    goals = rows(session, Goal, order="ordinal", **here)
    csfs = rows(session, Csf, order="ordinal", **here)
    kpis = rows(session, Kpi, **here)
    branches = [CsfBranch(csf, tuple(kpi for kpi in kpis if kpi.csf_id == csf.id)) for csf in csfs]
    known = {goal.id for goal in goals}
    return Tree(
        vision=need(session, Service, cycle.team_id, cycle.service_id).vision,
        goals=tuple(GoalBranch(one, tuple(b for b in branches if b.csf.goal_id == one.id)) for one in goals),
        loose_csfs=tuple(branch for branch in branches if branch.csf.goal_id not in known),
        loose_kpis=tuple(kpi for kpi in kpis if kpi.csf_id not in {csf.id for csf in csfs}),
        approvals=tuple(decisions(session, cycle, "tree")),
        submitted=bool(decisions(session, cycle, "tree_submitted")),
        carried=tuple(rows(session, CarryOver, **here)),
        version=cycle.tree_version,
        agreed=agreed(session, cycle),
    )


def decisions(session: Session, cycle: Cycle, subject: str) -> list[Decision]:
    """The decisions on the tree as it is now."""
    about: dict[str, Any] = {"subject": subject, "subject_id": cycle.id, "version": cycle.tree_version}
    return rows(session, Decision, cycle.team_id, **about)


def approvers(session: Session, cycle: Cycle) -> list[str]:
    """Those of the business whose yes counts: approvers who do not measure."""
    return of_tree(session, cycle)


def agreed(session: Session, cycle: Cycle) -> bool:
    """Whether somebody whose yes counts said it to the tree as it is now, and nobody sent it back."""
    given = decisions(session, cycle, "tree")
    yes = {one.user_id for one in given if one.choice == "approve"}
    return bool(yes & set(approvers(session, cycle))) and all(one.choice == "approve" for one in given)


def ever_approved(session: Session, cycle: Cycle) -> bool:
    """Whether an earlier version of the tree was approved."""
    about: dict[str, Any] = {"subject": "tree", "subject_id": cycle.id, "choice": "approve"}
    return row(session, Decision, cycle.team_id, **about) is not None
