"""Each signal rule has its words and its place in the order of precedence."""

from __future__ import annotations

import numpy as np
import pytest

from csi.analysis import signals
from csi.words.signals import SignalRule


def test_the_order_of_precedence() -> None:
    assert [(one.rank, one) for one in SignalRule] == [(1, "outside"), (2, "trend"), (3, "two_of_three"), (4, "shift")]


def test_every_rule_has_its_own_words() -> None:
    assert len({one.told for one in SignalRule}) == len({one.marked for one in SignalRule}) == len(SignalRule)


SHIFTED = [1.0] * 7
RISING = [float(one) for one in range(-3, 4)]


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        (SHIFTED, {SignalRule.SHIFT}),
        (RISING, {SignalRule.TREND}),
        ([2.5, 1.0, 2.5, 0.0], {SignalRule.TWO_OF_THREE}),
        ([*SHIFTED, 3.5], {SignalRule.SHIFT, SignalRule.OUTSIDE}),
        ([1.0] * 6, set()),
    ],
)
def test_what_is_found_bears_the_rank_of_its_rule(values: list[float], rules: set[SignalRule]) -> None:
    flat = [np.array([[edge]]) for edge in (-3.0, 3.0, 1.0)]
    found = signals.nhs(np.array([values]), np.array([0.0]), *flat)
    assert {tuple(SignalRule)[rank - 1] for rank in found.rule.ravel().tolist() if rank} == rules
