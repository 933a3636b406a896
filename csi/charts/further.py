"""The pictures of a KPI that are looked at by who asks for them: where it is, before and after, the error budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from csi.analysis.analysis import plain
from csi.charts import before_after, budget, where
from csi.charts.canvas import Drawing
from csi.charts.view import View


class Further(StrEnum):
    """Which picture; as it is called in the names of files."""

    WHERE = "where"
    BEFORE_AFTER = "before-after"
    BUDGET = "budget"

    @property
    def words(self) -> str:
        """As people read it."""
        return _TITLES[self]


_TITLES = {
    Further.WHERE: "Where is it?",
    Further.BEFORE_AFTER: "Before and after",
    Further.BUDGET: "Error budget",
}


def drawings(view: View) -> Iterator[tuple[Further, Drawing]]:
    """Every one that a KPI has."""
    for kind, kept in of_view(view).items():
        yield kind, drawing(kind, kept)


def of_view(view: View) -> dict[Further, dict[str, Any]]:
    """What is drawn in each, as plain JSON: a report keeps it, and draws it when it is asked for."""
    found = {
        Further.WHERE: where.of_view(view),
        Further.BEFORE_AFTER: before_after.of_view(view),
        Further.BUDGET: budget.of_view(view),
    }
    return {kind: plain(one) for kind, one in found.items() if one is not None}


def drawing(kind: Further, kept: Mapping[str, Any]) -> Drawing:
    """One of them, from what was kept of it."""
    if kind is Further.WHERE:
        return where.drawing(where.of_plain(kept))
    if kind is Further.BUDGET:
        return budget.drawing(budget.of_plain(kept))
    return before_after.drawing(before_after.of_plain(kept))
