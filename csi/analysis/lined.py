"""Each KPI's limits by what kind of number it is: frozen, brought along from an earlier baseline, or begun anew."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from csi.analysis import limits, signals
from csi.analysis.analysis import Phase
from csi.analysis.effect import Effect
from csi.analysis.limits import Flags, Floats, Lines
from csi.analysis.panel import Panel, moments
from csi.analysis.phases import first_from, stands
from csi.analysis.signals import RUN, Found
from csi.analysis.trend import Slopes
from csi.definition import Rebase

_T = TypeVar("_T", Lines, Effect, Slopes)


def lines_of(panel: Panel, fit: Flags) -> Lines:
    """Limits by family, frozen on ``fit``, within what each KPI can be; all ``(kpis, periods)`` wide."""
    made = [
        (rows, _wide(_family_lines(panel.rows(rows), fit[rows], family), panel.values.shape[1]))
        for family, rows in by_family(panel)
    ]
    lines = merged(Lines, made, len(panel.inputs))
    return limits.clip(lines, floor=panel.floor, ceiling=panel.ceiling)


def _family_lines(panel: Panel, fit: Flags, family: str) -> Lines:
    if family == "share":
        return _scaled(limits.p_prime(panel.numerator, panel.denominator, fit=fit), panel.scale)
    if family == "rate":
        return _scaled(limits.u_prime(panel.numerator, panel.denominator, fit=fit), panel.scale)
    if family == "net":
        return _scaled(limits.nps_prime(panel.numerator, panel.denominator, panel.decided, fit=fit), panel.scale)
    level = limits.xmr(panel.values, fit=fit)
    low = low_counted(panel, level.centre)
    if not low.any():
        return level
    made = [(~low, _rows(level, ~low)), (low, limits.low_counts(panel.values[low], fit=fit[low]))]
    return merged(Lines, made, len(panel.inputs))


def low_counted(panel: Panel, centre: Floats) -> Flags:
    """Counts whose mean is so low that their limits come from how few events there were."""
    whole = np.asarray((~panel.used | (panel.values == np.floor(panel.values)) & (panel.values >= 0)).all(axis=1))
    return np.asarray((panel.family == "count") & whole & (centre < limits.LOW))


def _rows(lines: Lines, rows: Flags) -> Lines:
    return Lines(**{item.name: getattr(lines, item.name)[rows] for item in fields(lines)})


def by_family(panel: Panel, among: Flags | None = None) -> list[tuple[str, Flags]]:
    """Which rows of a panel (or of some of its rows) are of each family."""
    some = np.ones(len(panel.family), dtype=bool) if among is None else among
    return [(str(family), (panel.family == family) & some) for family in sorted(set(panel.family.tolist()))]


def thawed(panel: Panel, lines: Lines) -> Lines:
    """Limits of an approved earlier baseline in place of new ones, where a KPI brings them."""
    brought = [row for row, item in enumerate(panel.inputs) if item.frozen is not None]
    if not brought:
        return lines
    parts = {item.name: np.array(getattr(lines, item.name)) for item in fields(lines)}
    for row in brought:
        frozen = panel.inputs[row].frozen
        assert frozen is not None  # noqa: S101 -- chosen by it
        sigma = _frozen_sigma(panel, row)
        parts["centre"][row], parts["n"][row] = frozen.centre, frozen.n
        parts["sigma"][row] = parts["sigma_unscreened"][row] = sigma
        parts["lower"][row], parts["upper"][row] = frozen.centre - 3 * sigma, frozen.centre + 3 * sigma
        if frozen.kind == "poisson":
            low = limits.low_counts_frozen(frozen.centre, frozen.sigma, frozen.n)
            parts["lower"][row], parts["upper"][row] = low.lower[0], low.upper[0]
        parts["sigma_z"][row] = np.nan if frozen.sigma_z is None else frozen.sigma_z
    return limits.clip(Lines(**parts), floor=panel.floor, ceiling=panel.ceiling)


def rephased(panel: Panel, lines: Lines, found: Found) -> tuple[Lines, Found, tuple[tuple[Phase, ...], ...]]:
    """Limits begun anew where a KPI records it: each phase has its own, and its own signals."""
    phases: list[tuple[Phase, ...]] = [()] * len(panel.inputs)
    for row, item in enumerate(panel.inputs):
        if not item.rebases or not len(item.series):
            continue
        begun, idle = _begun(panel, lines, row)
        made: list[Phase] = []
        if begun:
            made.append(_phase(lines, row, start=_days(panel, row)[0]))
            found = _told_apart(panel, lines, found, _here(panel, row, 0, begun[0][1]))
        edges = [*(place for _, place in begun), len(item.series)]
        for (rebase, _), (start, end) in zip(begun, pairwise(edges), strict=True):
            here = _here(panel, row, start, end)
            lines = _overlaid(lines, _only_of(panel, row, here), here, row)
            found = _told_apart(panel, lines, found, here)
            made.append(_phase(lines, row, start=rebase.start, reason=rebase.reason, approved_by=rebase.approved_by))
        phases[row] = (*made, *map(_idle, idle))
    return lines, found, tuple(phases)


def _begun(panel: Panel, lines: Lines, row: int) -> tuple[list[tuple[Rebase, int]], list[Rebase]]:
    """The rebases that a sustained run stands behind, with their first period; and those that none does.

    A run is one against the limits in force until then, which need seven points of their own.
    """
    days, values = _days(panel, row), panel.values[row, : len(panel.inputs[row].series)]
    begun: list[tuple[Rebase, int]] = []
    idle: list[Rebase] = []
    centre = float(lines.centre[row])
    for rebase in sorted(panel.inputs[row].rebases, key=lambda one: one.start):
        first = first_from(days, rebase.start)
        if begun:
            here = _here(panel, row, begun[-1][1], first)
            enough = (here & panel.used).sum() >= RUN
            centre = float(_only_of(panel, row, here).centre[0]) if enough else np.nan
        if stands(values[first:], centre):
            begun.append((rebase, first))
        else:
            idle.append(rebase)
    return begun, idle


def _here(panel: Panel, row: int, start: int, end: int) -> Flags:
    """One KPI's periods of one phase."""
    here = np.zeros(panel.used.shape, dtype=bool)
    here[row, start:end] = True
    return here


def _told_apart(panel: Panel, lines: Lines, found: Found, here: Flags) -> Found:
    """Signals of one phase by its own points alone: no run goes on from one into the next."""
    inside = np.where(here, panel.values, np.nan)
    own = signals.nhs(inside, lines.centre, lines.lower, lines.upper, lines.sigma)
    return Found(np.where(here, own.rule, found.rule), np.where(here, own.side, found.side))


def _only_of(panel: Panel, row: int, here: Flags) -> Lines:
    """One KPI's limits on the used periods of one phase."""
    only = np.arange(len(panel.inputs)) == row
    return lines_of(panel.rows(only), (here & panel.used)[only])


def _phase(lines: Lines, row: int, *, start: date, reason: str = "", approved_by: str = "") -> Phase:
    """A row's limits as they stand, in force from ``start`` on."""
    centre = float(lines.centre[row])
    return Phase(
        start=start,
        centre=centre if np.isfinite(centre) else None,
        n=int(lines.n[row]),
        trial=bool(lines.trial[row]),
        reason=reason,
        approved_by=approved_by,
    )


def _idle(rebase: Rebase) -> Phase:
    """One that was recorded and has no sustained run behind it."""
    return Phase(
        start=rebase.start,
        centre=None,
        n=0,
        trial=False,
        reason=rebase.reason,
        approved_by=rebase.approved_by,
        begun=False,
    )


def _days(panel: Panel, row: int) -> list[date]:
    return [moment.date() for moment in moments(panel.inputs[row].series)]


def _overlaid(lines: Lines, fresh: Lines, here: Flags, row: int) -> Lines:
    """A row's limits in one phase; its centre, points and dispersion become those of the phase."""
    parts = {item.name: np.array(getattr(lines, item.name)) for item in fields(lines)}
    for name in ("lower", "upper", "sigma", "sigma_unscreened"):
        parts[name] = np.where(here, getattr(fresh, name), parts[name])
    for name in ("centre", "n", "sigma_z"):
        parts[name][row] = getattr(fresh, name)[0]
    return Lines(**parts)


def _frozen_sigma(panel: Panel, row: int) -> Floats:
    """A frozen sigma, or what a frozen dispersion gives for each period's own number of cases."""
    frozen = panel.inputs[row].frozen
    assert frozen is not None  # noqa: S101 -- the caller chose rows by it
    if frozen.sigma_z is None or panel.family[row] not in ("share", "rate", "net"):
        return np.full(panel.values.shape[1], frozen.sigma)
    rate = frozen.centre / panel.scale[row]
    spread = _variance(panel, row, rate)
    return np.asarray(np.sqrt(max(spread, 0.0) / panel.denominator[row]) * frozen.sigma_z * panel.scale[row])


def _variance(panel: Panel, row: int, rate: float) -> float:
    """Of one case; a net promoter score's rests on the answers at hand, as only their balance was frozen."""
    if panel.family[row] == "net":
        part, _, _ = limits.pooled(panel.decided[row], panel.denominator[row])
        return max(float(part), abs(rate)) - rate**2
    return rate * (1 - rate) if panel.family[row] == "share" else rate


def _scaled(lines: Lines, scale: Floats) -> Lines:
    wide = scale[:, None]
    return replace(
        lines,
        centre=lines.centre * scale,
        lower=lines.lower * wide,
        upper=lines.upper * wide,
        sigma=lines.sigma * wide,
        sigma_unscreened=lines.sigma_unscreened * wide,
    )


def _wide(lines: Lines, periods: int) -> Lines:
    """The same with lower, upper and sigma given for every period."""
    shape = (len(lines.centre), periods)
    names = ("lower", "upper", "sigma", "sigma_unscreened")
    return replace(lines, **{name: np.broadcast_to(getattr(lines, name), shape) for name in names})


def merged(kind: type[_T], made: list[tuple[Flags, _T]], kpis: int) -> _T:
    """Parts computed for some rows each, put together in the panel's order."""
    together: dict[str, Any] = {}
    for item in fields(kind):
        parts: list[tuple[Flags, Any]] = [(rows, getattr(part, item.name)) for rows, part in made]
        whole = np.zeros((kpis, *parts[0][1].shape[1:]), dtype=parts[0][1].dtype)
        for rows, part in parts:
            whole[rows] = part
        together[item.name] = whole
    return kind(**together)
