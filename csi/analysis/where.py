"""Where is it? A KPI's change by the groups of one column: which of them moved otherwise than the rest.

Shares as a funnel: a group's change lies within limits around that of all, which are the wider the fewer cases it has,
and the more periods vary beyond chance. Numbers ranked, each with its interval. Never people
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
    parts = [_pooled(groups, window, scale) for window in (one.row.before, one.row.after)]
    (first, n), (second, m) = parts
    moved, overall = (second - first) * scale, one.facts.change.difference or 0.0
    softened = [((share * many + 1) / (many + 2), many + 2) for share, many in parts]
    error = np.sqrt(sum(p * (1 - p) / many for p, many in softened)) * scale * max(1.0, sigma_z)
    made = [
        GroupMoved(
            groups.names[at], float(first[at] * scale), float(second[at] * scale), int(n[at]), int(m[at]),
            float(moved[at]), float(moved[at] - SIDE * error[at]), float(moved[at] + SIDE * error[at]),
            bool(abs(moved[at] - overall) > LIMIT * error[at]),
        )
        for at in places
    ]  # fmt: skip
    chance = [2 * float(special.ndtr(-abs(moved[at] - overall) / error[at])) for at in places]
    return _Compared(made, min(1.0, min(chance, default=1.0) * len(places)), hidden)


def _pooled(groups: Groups, window: Flags, scale: float) -> tuple[Floats, Floats]:
    """Each group's share in a window, 0 to 1, and its number of cases."""
    cases = groups.cases[:, window]
    n = cases.sum(axis=1)
    return np.nansum(groups.values[:, window] * cases, axis=1) / np.where(n > 0, n, np.nan) / scale, n


def _ranked(one: Draft, groups: Groups, places: np.ndarray, hidden: int) -> _Compared:
    """Each group's periods before and after, as the KPI's own are compared."""
    overall = one.facts.change.difference or 0.0
    made: list[GroupMoved] = []
    chance: list[float] = []
    for at in places:
        windows = [_there(groups, at, window) for window in (one.row.before, one.row.after)]
        if min(map(len, windows)) < FEWEST:
            hidden += 1
            continue
        found = mean_change(windows[0][None], windows[1][None])
        moved, low, high = (float(part[0]) for part in (found.difference, found.lower, found.upper))
        off, error = abs(moved - overall), float(found.error[0])
        p = 2 * float(special.stdtr(float(found.df[0]), -off / error)) if error > 0 else float(off == 0)
        chance.append(p)
        n, m = (int(groups.cases[at][window].sum()) for window in (one.row.before, one.row.after))
        level = float(windows[0].mean())
        made.append(GroupMoved(groups.names[at], level, level + moved, n, m, moved, low, high))
    sure = [p * len(chance) < SURE for p in chance]
    told = [_apart(group, apart=apart) for group, apart in zip(made, sure, strict=True)]
    return _Compared(told, min(1.0, min(chance, default=1.0) * len(chance)), hidden)


def _there(groups: Groups, at: int, window: Flags) -> Floats:
    values = groups.values[at][window]
    return np.asarray(values[np.isfinite(values)])


def _apart(group: GroupMoved, *, apart: bool) -> GroupMoved:
    return GroupMoved(
        group.name, group.before, group.after, group.cases_before, group.cases_after, group.difference, group.lower,
        group.upper, apart,
    )  # fmt: skip


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
    all_of_it = scale.gap(one.facts.change.difference or 0.0)
    cases = f"{wording.number(group.cases_after, 0)} cases"
    return f"{column} {group.name}: {gap} (likely {likely}, {cases}), where all together moved by {all_of_it}."
