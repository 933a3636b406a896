"""The rules of step 7: what keeps a cycle from leaving it."""

from __future__ import annotations

from csi.rules import Rule

RULES: tuple[Rule, ...] = ()
