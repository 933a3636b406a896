"""The ids of step 7's buttons and modals."""

from __future__ import annotations

from typing import Any

OPEN = "act.open"
PROPOSE = "act.propose"
EDIT = "act.edit"
MORE = "act.more"
APPROVE = "act.approve"
REJECT = "act.reject"
DONE = "act.done"
REVIEW = "act.review"
CLOSE = "act.close"
BENEFIT = "act.benefit"
ANNOUNCE = "act.announce"
BASELINE = "act.baseline"
BASELINES = "act.baselines"
APPROVE_BASELINE = "act.approve_baseline"
REJECT_BASELINE = "act.reject_baseline"
END = "cycle.close"
ActionSeen = Any
