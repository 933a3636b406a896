"""Would a slightly different evaluation window have told another story?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from csi.analysis.change_state import IMPROVED, WORSE, Difference, change_state
from csi.analysis.drafts import Draft, stands, sustained
from csi.analysis.guards import Moved
from csi.analysis.measured import Measured, effect_of, lasting_of, levels, levels_of
from csi.analysis.panel import Panel
from csi.analysis.verdict import FEWEST_AFTER

MOVES = (-2, 2)  # periods the evaluation window is moved by. Source: docs/verdicts.md, Guards against fooling oneself


def moved_states(stack: Panel, measured: Measured, drafts: list[Draft], judged: np.ndarray) -> list[list[Moved]]:
    """Per KPI, what would be said with its evaluation window moved."""
    states: list[list[Moved]] = [[] for _ in drafts]
    numbers = np.flatnonzero(judged)
    if not numbers.size:
        return states
    some, held = measured.compared.panel.rows(judged), measured.compared.held[judged]
    for periods in MOVES:
        after = _moved(some.after, periods) & some.used & ~some.before  # the baseline stays as it is
        both = levels_of(some, some.before, after, measured.year[judged], held)
        effect = effect_of(some, some.before, after, both)
        actual = levels(stack.rows(judged), after)
        matters, centre = (part[judged] for part in (measured.matters, measured.compared.centre))
        shifts = lasting_of(some, centre, matters, (some.before, after), (effect, both))
        for place, number in enumerate(numbers.tolist()):
            one = drafts[number]
            count = int(after[place].sum())
            season = int(one.seen.measured.alike[number])
            if count < FEWEST_AFTER or one.facts.change.state is None or (season and count % season):
                continue
            was, run = one.facts.before.level or 0.0, sustained(one.seen, shifts, place)[0]
            moved = Difference(
                difference=float(effect.difference[place]),
                lower=float(effect.lower[place]),
                upper=float(effect.upper[place]),
                level_before=was,
                level_after=was + float(effect.difference[place]),
                matters=one.facts.matters,
                stands=stands(measured.beyond, number, float(effect.difference[place])),
            )
            level = float(actual[place]) if held[place] else moved.level_after
            states[number].append(_said(one, Moved(periods, "", one.aim.meets(level)), moved, run))
    return states


def _said(one: Draft, found: Moved, moved: Difference, run: str) -> Moved:
    """The same with the state of the change, by the rules of the window as it was fixed."""
    return replace(found, state=_kept_apart(change_state(one.aim, moved, run), one.facts.change.state or ""))


def _moved(window: np.ndarray, periods: int) -> np.ndarray:
    moved = np.zeros_like(window)
    if periods > 0:
        moved[:, periods:] = window[:, :-periods]
    else:
        moved[:, :periods] = window[:, -periods:]
    return moved


def _kept_apart(found: str, state: str) -> str:
    """Two ways of saying that nothing changed are one verdict."""
    return found if IMPROVED in (found, state) or WORSE in (found, state) else state
