"""Verdicts for which a pipeline stops: ``--fail-on REGRESSED,INCONCLUSIVE``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from csi.study.evaluation import Outcome
from csi.terms import Verdict

SIDE_EFFECT = "SIDE EFFECT"
_SPACES = re.compile(r"[\s_-]+")
_UNSTABLE = re.compile(r"(?i)achieved\s*,?[\s_-]*unstable")  # the one verdict with a comma inside


class UnknownVerdict(ValueError):
    """A word is no verdict; the sentence says which there are."""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """The verdicts named, and whether a side effect is one of them."""

    verdicts: frozenset[Verdict] = frozenset()
    side_effect: bool = False

    def among(self, kpis: Mapping[str, Outcome]) -> dict[str, str]:
        """The KPIs that end so, each with its verdict."""
        return {name: one.label for name, one in kpis.items() if self._is(one)}

    def _is(self, one: Outcome) -> bool:
        return one.verdict in self.verdicts or (self.side_effect and bool(one.analysis.side_effects))


def unwanted(typed: Iterable[str]) -> Unwanted:
    """The verdicts of what was typed, in any case; blanks, dashes and underscores are alike.

    Raises:
        UnknownVerdict: a word is none.
    """
    typed = list(typed)
    words = [word for text in typed for word in _UNSTABLE.sub("ACHIEVED UNSTABLE", text).split(",") if word.strip()]
    named = [_SPACES.sub(" ", word).strip().upper().removeprefix("WITH ") for word in words]
    known = {str(verdict).replace(",", ""): verdict for verdict in Verdict}
    if typed and not words:  # a variable that is not set must not open the gate
        raise UnknownVerdict(f"names no verdict; expected one or more of {', '.join([*known, SIDE_EFFECT])}")
    for word in named:
        if word not in known and word != SIDE_EFFECT:
            expected = ", ".join([*known, SIDE_EFFECT])
            raise UnknownVerdict(f"{word!r} is no verdict; expected one or more of {expected}")
    return Unwanted(frozenset(known[word] for word in named if word in known), SIDE_EFFECT in named)
