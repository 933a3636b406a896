"""The rules of step 4, process the data: what keeps a cycle from leaving it."""

from __future__ import annotations

from csi.rules import Rule

RULES: tuple[Rule, ...] = ()
