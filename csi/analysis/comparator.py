"""How far a change goes beyond what happened anyway, where a series that did not get the change was kept beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from csi.analysis.drafts import Draft
from csi.analysis.effect import CONFIDENCE
from csi.words.together import Move, Moved, moved


@dataclass(frozen=True, slots=True)
class Beyond:
    """The difference of the differences, in the KPI's unit, with its 95 % interval."""

    difference: float
    lower: float
    upper: float

    @property
    def shown(self) -> bool:
        """Whether the interval excludes that nothing happened beyond the comparator."""
        return self.lower > 0 or self.upper < 0


def beyond(one: Draft, other: Draft) -> Beyond | None:
    """What a KPI changed by beyond its comparator; None where either change was not judged or before and after differ.

    Both intervals already allow for autocorrelation; their variances add, with Satterthwaite's degrees of freedom.

    Source: Card and Krueger, American Economic Review 84 (1994) 772 (difference in differences); Satterthwaite,
    Biometrics Bulletin 2 (1946) 110.
    """
    if not (_judged(one) and _judged(other)):
        return None
    (change, error, df), (usual, its_error, its_df) = _effect(one), _effect(other)
    variances = np.array([error**2, its_error**2])
    spread = float(variances.sum())
    parts = variances / spread if spread > 0 else variances  # of the whole, as squares of large variances overflow
    below = float((parts**2 / np.array([df, its_df])).sum())
    reach = special.stdtrit(max(1 / below, 1.0) if below > 0 else 1.0, (1 + CONFIDENCE) / 2) * np.sqrt(spread)
    return Beyond(change - usual, float(change - usual - reach), float(change - usual + reach))


def attributed(one: Draft, other: Draft) -> tuple[bool, str]:
    """Whether the change may be put down to what was done, by the comparator; and the words for it."""
    name, found = other.subject.name, beyond(one, other)
    if found is None:
        return False, f"the comparator {name} could not be judged"
    change, _, _ = _effect(one)
    read = _read(one, other, found)
    its, rest = read.scale.gap(other.facts.change.difference or 0.0), f"{read.difference}, likely {read.likely}"
    if found.shown and found.difference * change > 0:
        return True, f"{name} changed by {its}, and beyond that this is {rest}"
    if found.shown:
        return False, f"the comparator {name} changed by {its}; beyond that this moved the other way ({rest})"
    return False, f"the comparator {name} changed by {its}; beyond that nothing is shown ({rest})"


def _read(one: Draft, other: Draft, found: Beyond) -> Moved:
    """From the comparator's change to this one: what is beyond it, in the decimals of the sentence it stands beside."""
    its, mine = (draft.facts.change.difference or 0.0 for draft in (other, one))
    sides, unit = (found.lower, found.upper), one.subject.unit
    return moved(
        Move(
            before=its,
            after=mine,
            difference=found.difference,
            sides=sides,
            unit=unit,
            least=one.facts.read.scale.places,
        )
    )


def _judged(one: Draft) -> bool:
    facts = one.facts
    return facts.change.state is not None and not facts.unjudged


def _effect(one: Draft) -> tuple[float, float, float]:
    """Difference, standard error and degrees of freedom of a KPI's change."""
    effect, number = one.seen.measured.effect, one.seen.number
    return float(effect.difference[number]), float(effect.error[number]), float(effect.df[number])
