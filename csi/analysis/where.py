"""Where is it? A KPI's change by the groups of one column: which of them moved otherwise than the rest.

Shares and rates as a funnel: a group's change lies within limits around that of all, which are the wider the fewer
cases it has, and the more periods vary beyond chance. Counts, and causes, as a Pareto: which groups bring most. Other
numbers ranked, each with its interval. Never people
(``csi/series/grouping.py``), and no group of fewer than five cases before or after (V6.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import special

from csi.analysis.analysis import GroupMoved, Where
from csi.analysis.drafts import Draft
from csi.analysis.effect import count_change, mean_change
from csi.analysis.limits import Flags, Floats
from csi.analysis.mix import Table, table_of
from csi.analysis.panel import starts_of
from csi.kpi_catalogue.entry import MIN_N
from csi.series.grouping import Groups, is_of_causes
from csi.terms import Direction
from csi.words import wording
from csi.words.together import Move, moved

FUNNEL, RANKED, PARETO = "funnel", "ranked", "pareto"
MISSED, CASES, EVENTS = "missed cases", "cases", "events"
MOST_OF_IT = 0.8  # of what is counted, which few causes bring. Source: Juran, Quality Control Handbook (1951)
LIMIT = 3.0  # standard errors of a funnel. Source: Spiegelhalter, Statistics in Medicine 24 (2005) 1185
FEWEST = 3  # periods of a group before and after, of which an interval can be made
SURE, SIDE = 0.05, 1.959964
_FUNNELLED = frozenset({"share", "rate"})
MOST = 2  # sentences beside how many are not shown
NAMED, SHORT = 2, 40  # so many groups are named rather than counted, of so many letters together


class _Compared(NamedTuple):
    """Groups with how surely each is apart (p, one of as many as there are)."""

    groups: list[GroupMoved]
    p: float
    suppressed: int
    centre: float


def where(one: Draft) -> Where | None:
    """The column that shows best where a change lies: the study's own; else a found one in which a group is apart."""
    row, change = one.row, one.facts.change
    if change.state is None or change.difference is None or one.facts.unjudged:
        return None
    if row.item.strata is not None:
        table = table_of(row.item.strata, starts_of(row.item.series))
        names = tuple(sorted({str(name) for name in row.item.strata.index.get_level_values(1)}))
        return _told(one, Groups(row.item.definition.strata, names, *_filled(one, table)), named=True)
    found = [(one_of, _compared(one, one_of)) for one_of in row.item.groups]
    apart = [(made.p * len(found), group) for group, made in found if len(made.groups) > 1]
    best = min(apart, key=lambda pair: pair[0], default=None)
    if best is not None and best[0] < SURE:
        return _told(one, best[1], named=False)
    causes = next((group for group in row.item.groups if is_of_causes(group.column)), None)
    return None if causes is None else _told(one, causes, named=False)


def _filled(one: Draft, table: Table) -> Table:
    """Of a count the periods in which a stratum has none, too: they are zero."""
    return Table(np.nan_to_num(table.values), table.cases) if _family(one) == "count" else table


def _told(one: Draft, groups: Groups, *, named: bool) -> Where | None:
    made = _compared(one, groups)
    if len(made.groups) < 2:
        return None
    family = _family(one)
    counted = _counted(one)
    if family == "count" or is_of_causes(groups.column):
        weighed = [replace(group, weight=_weight(one, group, counted) * groups.every) for group in made.groups]
        ranked = tuple(sorted(weighed, key=lambda group: -group.weight))
        kind = PARETO
    else:
        ranked = tuple(sorted(made.groups, key=lambda group: -abs(group.difference)))
        kind, counted = FUNNEL if family in _FUNNELLED else RANKED, ""
    found = Where(
        column=groups.column,
        named=named,
        kind=kind,
        groups=ranked,
        suppressed=made.suppressed,
        sentences=(),
        centre=made.centre,
        counted=counted,
    )
    return replace(found, sentences=_sentences(one, found))


def _family(one: Draft) -> str:
    return str(one.seen.panel.family[one.seen.number])


def _counted(one: Draft) -> str:
    """What a Pareto counts: of a share the cases that missed, of a rate its events, else the cases."""
    if _family(one) == "rate":
        return EVENTS
    banded = one.row.item.definition.direction is Direction.WITHIN
    return MISSED if _family(one) == "share" and not banded else CASES


def _weight(one: Draft, group: GroupMoved, counted: str) -> float:
    """What a group has of what is counted, after the change."""
    if counted == CASES:
        return float(group.cases_after)
    part = group.after / float(one.seen.panel.scale[one.seen.number])
    better_high = counted == MISSED and one.row.item.definition.direction is not Direction.LOWER
    return float(round((1 - part if better_high else part) * group.cases_after))


def _compared(one: Draft, groups: Groups) -> _Compared:
    table = Table(groups.values, groups.cases)
    windows = one.row.before, one.row.after
    n = [table.cases[:, window].sum(axis=1) for window in windows]
    shown = (n[0] >= MIN_N) & (n[1] >= MIN_N)
    places = np.flatnonzero(shown)
    hidden = int((~shown & (n[0] + n[1] > 0)).sum())
    if _family(one) in _FUNNELLED:
        return _funnel(one, groups, places, hidden)
    return (_by_number if _family(one) == "count" else _ranked)(one, groups, places, hidden)


def _funnel(one: Draft, groups: Groups, places: np.ndarray, hidden: int) -> _Compared:
    """Pooled shares or rates, each with an error, so that none is surer than it can be.

    Source: Agresti and Caffo, American Statistician 54 (2000) 280 of shares; of rates half an event more (Jeffreys).
    """
    scale, sigma_z = float(one.seen.panel.scale[one.seen.number]), one.limits.sigma_z or 1.0
    parts = [tuple(side[places] for side in _pooled(groups, at, scale)) for at in (one.row.before, one.row.after)]
    (first, n), (second, m) = parts
    moved = (second - first) * scale
    of_one = _of_rate if _family(one) == "rate" else _of_share
    variance = sum((of_one(part, many) for part, many in parts), np.zeros(len(places)))
    error = np.sqrt(variance) * scale * max(1.0, sigma_z)
    away, centre, reach = _away(moved, error, n)
    made = [
        GroupMoved(
            name=groups.names[at],
            before=float(first[of] * scale),
            after=float(second[of] * scale),
            cases_before=int(n[of]),
            cases_after=int(m[of]),
            difference=float(moved[of]),
            lower=float(moved[of] - SIDE * error[of]),
            upper=float(moved[of] + SIDE * error[of]),
            apart=bool(away[of] > LIMIT),
            reach=float(LIMIT * reach[of]),
        )
        for of, at in enumerate(places)
    ]
    return _Compared(made, _surest(2 * special.ndtr(-away)), hidden, centre)


def _of_share(share: Floats, cases: Floats) -> Floats:
    softened, many = (share * cases + 1) / (cases + 2), cases + 2
    return softened * (1 - softened) / many


def _of_rate(rate: Floats, over: Floats) -> Floats:
    return (rate * over + 0.5) / over**2


def _away(moved: Floats, error: Floats, weights: Floats) -> tuple[Floats, float, Floats]:
    """How many errors each group's change lies away from that of all others together, at the mix before.

    Beside it the change of all, and for each group how far from it one such error is: being that far off the others is
    being less far off all, of which it is a part.
    """
    many = len(moved)
    if many < 2:
        return np.zeros(many), float(moved.sum()), np.zeros(many)
    own = weights / weights.sum()
    parts = np.tile(weights, (many, 1)) * ~np.eye(many, dtype=bool)
    parts = parts / parts.sum(axis=1, keepdims=True)
    both = np.sqrt(error**2 + parts**2 @ error**2)
    off = np.abs(moved - parts @ moved)
    away = np.where(both > 0, off / np.where(both > 0, both, 1.0), np.where(off == 0, 0.0, np.inf))
    return away, float(own @ moved), both * (1 - own)


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
    away, centre, _ = _away(moved, error, n)
    chance = 2 * special.stdtr(df, -away)
    level = [float(first.mean()) for first, _ in told.values()]
    made = [
        GroupMoved(
            name=groups.names[at],
            before=level[of],
            after=level[of] + float(moved[of]),
            cases_before=int(n[of]),
            cases_after=int(m[of]),
            difference=float(moved[of]),
            lower=float(low[of]),
            upper=float(high[of]),
            apart=bool(chance[of] * len(told) < SURE),
        )
        for of, at in enumerate(told)
    ]
    return _Compared(made, _surest(chance), hidden + len(windows) - len(told), centre)


def _by_number(one: Draft, groups: Groups, places: np.ndarray, hidden: int) -> _Compared:
    """Each group's number a period; one is apart whose ratio after to before is another than that of the others."""
    counts, row = groups.values[places] * groups.every, one.row
    before, after, used = (np.tile(one_of, (len(places), 1)) for one_of in (row.before, row.after, row.used))
    ratio, gap = count_change(groups.values[places], np.where(used, 1.0, np.nan), before, after)
    away, _, _ = _away(ratio.difference, ratio.error, counts[:, row.before].sum(axis=1))
    chance = 2 * special.stdtr(ratio.df, -away)
    levels = [counts[:, window].mean(axis=1) for window in (row.before, row.after)]
    made = [
        GroupMoved(
            name=groups.names[at],
            before=float(levels[0][of]),
            after=float(levels[1][of]),
            cases_before=int(groups.cases[at, row.before].sum()),
            cases_after=int(groups.cases[at, row.after].sum()),
            difference=float(levels[1][of] - levels[0][of]),
            lower=float(gap.lower[of] * groups.every),
            upper=float(gap.upper[of] * groups.every),
            apart=bool(chance[of] * len(places) < SURE),
        )
        for of, at in enumerate(places)
    ]
    return _Compared(made, _surest(chance), hidden, float(sum(group.difference for group in made)))


def _there(groups: Groups, at: int, window: Flags) -> Floats:
    values = groups.values[at][window]
    return np.asarray(values[np.isfinite(values)])


def _sentences(one: Draft, found: Where) -> tuple[str, ...]:
    """Which causes bring most; which groups moved otherwise than all, or that none did; how many are not shown."""
    brought = [f"By {found.column}: {few(found)}"] if found.kind == PARETO else []
    telling = sorted((group for group in found.groups if group.apart), key=lambda group: -abs(group.difference))
    apart = [_moved(one, found.column, group) for group in telling[: MOST - len(brought)]]
    if not apart and not brought:
        apart = [f"No group of {found.column} did plainly better or worse than the others."]
    hidden = found.suppressed
    rest = f"{hidden} group{'' if hidden == 1 else 's'} with too few cases {'is' if hidden == 1 else 'are'} not shown."
    return tuple(brought + apart + [rest] * bool(hidden))


def few(found: Where) -> str:
    """How few causes bring most of what is counted: by name where they are few."""
    total = sum(group.weight for group in found.groups)
    if not total:
        return f"none of {len(found.groups)} groups has {found.counted}."
    reached = np.cumsum([group.weight for group in found.groups]) / total
    least = int(np.argmax(reached >= MOST_OF_IT)) + 1
    part, whole = wording.share(float(reached[least - 1])), f"{wording.number(total, 0)} {found.counted}"
    who = named([group.name for group in found.groups[:least]]) or f"{least} of {len(found.groups)} groups"
    return f"{who} {'brings' if least == 1 else 'bring'} {part} of {whole}."


def named(names: Sequence[str]) -> str:
    """Few groups by their names; empty where they are many or long, or a name is a bare number."""
    short = len(names) <= NAMED and sum(map(len, names)) <= SHORT
    return wording.listed(names) if short and all(any(map(str.isalpha, name)) for name in names) else ""


def _moved(one: Draft, column: str, group: GroupMoved) -> str:
    read = moved(move_of(group, one.facts.read.scale.unit))
    cases = wording.number(group.cases_after, 0)
    return f"{column} {group.name}: {read.difference} (likely {read.likely}, {cases} cases)."


def move_of(group: GroupMoved, unit: str) -> Move:
    """A group's change, to be read alike wherever it is."""
    return Move(
        before=group.before, after=group.after, difference=group.difference, sides=(group.lower, group.upper), unit=unit
    )
