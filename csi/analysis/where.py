"""Where is it? A KPI's change by the groups of one column: which of them moved otherwise than the rest.

Shares as a funnel: a group's change lies within limits around that of all others, which are the wider the fewer cases
it has, and the more periods vary beyond chance. Numbers ranked, each with its interval. Never people
(``csi/series/grouping.py``), and no group of fewer than five cases before or after (V6.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from csi.analysis.analysis import GroupMoved, Where
from csi.analysis.drafts import Draft
from csi.analysis.effect import mean_change
from csi.analysis.limits import Flags, Floats
from csi.analysis.mix import Table, table_of
from csi.analysis.panel import starts_of
from csi.kpi_catalogue.entry import MIN_N
from csi.series.grouping import Groups
from csi.words import wording
from csi.words.together import keeping

FUNNEL, RANKED = "funnel", "ranked"
LIMIT = 3.0  # standard errors of a funnel. Source: Spiegelhalter, Statistics in Medicine 24 (2005) 1185
FEWEST = 3  # periods of a group before and after, of which an interval can be made
SURE, SIDE = 0.05, 1.959964


class _Compared(NamedTuple):
    """Groups with how surely each is apart (p, one of as many as there are)."""

    groups: list[GroupMoved]
    p: float
    suppressed: int


def where(one: Draft) -> Where | None:
    """The column that shows best where a change lies: the study's own; else a found one in which a group is apart."""
    row, change = one.row, one.facts.change
    if change.state is None or change.difference is None or one.facts.unjudged:
        return None
    if row.item.strata is not None:
        table = table_of(row.item.strata, starts_of(row.item.series))
        names = tuple(sorted({str(name) for name in row.item.strata.index.get_level_values(1)}))
        return _told(one, Groups(row.item.definition.strata, names, table.values, table.cases), named=True)
    found = [(one_of, _compared(one, one_of)) for one_of in row.item.groups]
    apart = [(made.p * len(found), group) for group, made in found if len(made.groups) > 1]
    best = min(apart, key=lambda pair: pair[0], default=None)
    return _told(one, best[1], named=False) if best is not None and best[0] < SURE else None


def _told(one: Draft, groups: Groups, *, named: bool) -> Where | None:
    made = _compared(one, groups)
    if len(made.groups) < 2:
        return None
    ranked = tuple(sorted(made.groups, key=lambda group: -abs(group.difference)))
    kind = FUNNEL if one.seen.panel.family[one.seen.number] == "share" else RANKED
    said = _sentences(one, groups.column, ranked, made.suppressed)
    return Where(groups.column, named, kind, ranked, made.suppressed, said)


def _compared(one: Draft, groups: Groups) -> _Compared:
    table = Table(groups.values, groups.cases)
    windows = one.row.before, one.row.after
    n = [table.cases[:, window].sum(axis=1) for window in windows]
    shown = (n[0] >= MIN_N) & (n[1] >= MIN_N)
    places = np.flatnonzero(shown)
    hidden = int((~shown & (n[0] + n[1] > 0)).sum())
    if one.seen.panel.family[one.seen.number] == "share":
        return _funnel(one, groups, places, hidden)
    return _ranked(one, groups, places, hidden)


def _funnel(one: Draft, groups: Groups, places: np.ndarray, hidden: int) -> _Compared:
    """Pooled shares; what is between zero and all of it has Agresti and Caffo's error, so that none is without one."""
    scale, sigma_z = float(one.seen.panel.scale[one.seen.number]), one.limits.sigma_z or 1.0
    parts = [tuple(side[places] for side in _pooled(groups, at, scale)) for at in (one.row.before, one.row.after)]
    (first, n), (second, m) = parts
    moved = (second - first) * scale
    softened = [((share * many + 1) / (many + 2), many + 2) for share, many in parts]
    variance = sum((p * (1 - p) / many for p, many in softened), np.zeros(len(places)))
    error = np.sqrt(variance) * scale * max(1.0, sigma_z)
    away = np.abs(_away(moved, error, n))
    made = [
        GroupMoved(
            groups.names[at], float(first[of] * scale), float(second[of] * scale), int(n[of]), int(m[of]),
            float(moved[of]), float(moved[of] - SIDE * error[of]), float(moved[of] + SIDE * error[of]),
            bool(away[of] > LIMIT),
        )
        for of, at in enumerate(places)
    ]  # fmt: skip
    return _Compared(made, _surest(2 * special.ndtr(-away)), hidden)


def _away(moved: Floats, error: Floats, weights: Floats) -> Floats:
    """How many errors each group's change lies away from that of all others together, at the mix before."""
    many = len(moved)
    if many < 2:
        return np.zeros(many)
    parts = np.tile(weights, (many, 1)) * ~np.eye(many, dtype=bool)
    parts = parts / parts.sum(axis=1, keepdims=True)
    both = np.sqrt(error**2 + parts**2 @ error**2)
    off = moved - parts @ moved
    return np.where(both > 0, off / np.where(both > 0, both, 1.0), np.where(off == 0, 0.0, np.inf))


def _surest(chance: Floats) -> float:
    """The chance of the group that is most surely apart, one of several looked at."""
    return min(1.0, float(chance.min(initial=1.0)) * len(chance))


def _pooled(groups: Groups, window: Flags, scale: float) -> tuple[Floats, Floats]:
    """Each group's share in a window, 0 to 1, and its number of cases."""
    cases = groups.cases[:, window]
    n = cases.sum(axis=1)
    return np.nansum(groups.values[:, window] * cases, axis=1) / np.where(n > 0, n, np.nan) / scale, n


def _ranked(one: Draft, groups: Groups, places: np.ndarray, hidden: int) -> _Compared:
    """Each group's periods before and after, as the KPI's own are compared."""
    windows = {int(at): [_there(groups, at, window) for window in (one.row.before, one.row.after)] for at in places}
    told = {at: both for at, both in windows.items() if min(map(len, both)) >= FEWEST}
    found = [mean_change(first[None], second[None]) for first, second in told.values()]
    moved, low, high, error, df = (
        np.array([float(getattr(each, name)[0]) for each in found])
        for name in ("difference", "lower", "upper", "error", "df")
    )
    n, m = (groups.cases[list(told)][:, window].sum(axis=1) for window in (one.row.before, one.row.after))
    chance = 2 * special.stdtr(df, -np.abs(_away(moved, error, n)))
    level = [float(first.mean()) for first, _ in told.values()]
    made = [
        GroupMoved(groups.names[at], level[of], level[of] + float(moved[of]), int(n[of]), int(m[of]), float(moved[of]),
                   float(low[of]), float(high[of]), bool(chance[of] * len(told) < SURE))
        for of, at in enumerate(told)
    ]  # fmt: skip
    return _Compared(made, _surest(chance), hidden + len(windows) - len(told))


def _there(groups: Groups, at: int, window: Flags) -> Floats:
    values = groups.values[at][window]
    return np.asarray(values[np.isfinite(values)])


def _sentences(one: Draft, column: str, groups: Sequence[GroupMoved], suppressed: int) -> tuple[str, ...]:
    """Which groups moved otherwise than all; that none did; and how many are not shown."""
    apart = [group for group in groups if group.apart]
    said = [_moved(one, column, group) for group in apart[:2]]
    if not apart:
        said = [f"No group of {column} moved plainly otherwise than the others."]
    few = f"{suppressed} group{'' if suppressed == 1 else 's'} with too few cases {'is' if suppressed == 1 else 'are'}"
    return tuple(said + ([f"{few} not shown."] if suppressed else []))


def _moved(one: Draft, column: str, group: GroupMoved) -> str:
    scale = keeping(one.facts.read.scale, group.difference, (group.lower, group.upper))
    gap, likely = scale.gap(group.difference), scale.likely((group.lower, group.upper))
    return f"{column} {group.name}: {gap} (likely {likely}, {wording.number(group.cases_after, 0)} cases)."
