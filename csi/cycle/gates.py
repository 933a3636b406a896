"""What keeps a cycle in its step: every rule of that step that fails now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from csi.errors import Breach
from csi.models import Cycle
from csi.rules import Rule
from csi.step1_should_measure import rules as step1_rules
from csi.step2_can_measure import rules as step2_rules
from csi.step3_gather import gate as columns_rules
from csi.step3_gather import rules as step3_rules
from csi.step4_process import rules as step4_rules
from csi.step5_analyse import rules as step5_rules
from csi.step6_present import rules as step6_rules
from csi.step7_correct import rules as step7_rules

RULES: tuple[Rule, ...] = (
    *step1_rules.RULES,
    *step2_rules.RULES,
    *step3_rules.RULES,
    *columns_rules.RULES,
    *step4_rules.RULES,
    *step5_rules.RULES,
    *step6_rules.RULES,
    *step7_rules.RULES,
)


def breaches(session: Session, cycle: Cycle, now: datetime, step: int | None = None) -> list[Breach]:
    """Every breach of the rules of the cycle's step (or another one), in the rules' order."""
    wanted = cycle.step if step is None else step
    return [breach for rule in RULES if rule.step == wanted for breach in rule.check(session, cycle, now)]


def standing(found: list[Breach], reasons: Mapping[str, str]) -> list[Breach]:
    """The breaches that still refuse: every BLOCK, and each WARN nobody gave a reason for; a note never does."""
    return [one for one in found if one.blocks or not (one.note or reasons.get(one.rule, "").strip())]
