"""A level before and after: by how much it moved and where it stands now, with what is known of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from csi.analysis import mixture
from csi.analysis.limits import Flags, Floats, mean
from csi.analysis.mixture import Estimate, Fit

UNEQUAL = 0.05  # significance from which the windows are not taken to vary alike


@dataclass(frozen=True, slots=True)
class Levels:
    """The difference of each series, its level after the change, and its season of the year with its terms."""

    difference: Estimate
    after: Estimate
    season: Floats
    year: Floats

    @property
    def seasonal(self) -> Flags:
        """Series of which a season of the year was taken out."""
        return np.asarray((self.season != 0).any(axis=1))


def levels(
    values: Floats, before: Flags, after: Flags, beside: Floats | None = None, *, apart: Flags | None = None
) -> Levels:
    """Difference of the windows' means, and the later one, by a mixture over φ.

    Args:
        values: ``(kpis, periods)``.
        before, after: the windows' periods; without the first only the level is told.
        beside: ``(kpis, periods, terms)``: what else moves a series (a season); zeros where it does not.
        apart: series whose windows have a variance each; of the others those that vary unlike.
    """
    used = (before | after) & np.isfinite(values)
    inside = np.where(used, values, np.nan)
    both = np.asarray((before & used).any(axis=1) & (after & used).any(axis=1))
    design = np.stack([np.ones(values.shape), (after & both[:, None]).astype(float)], axis=-1)
    if beside is not None:
        design = np.concatenate([design, beside], axis=-1)
    found = mixture.fit(inside, design)
    moved = mixture.contrast(design, used, 1)
    count = (after & used).sum(axis=1)[:, None]
    stands = np.where(after & used, 1 / np.maximum(count, 1), 0.0)
    none = np.zeros((len(values), 1))
    made = Levels(mixture.figure(inside, moved, found), mixture.figure(inside, stands, found), none, none)
    alone = unequal(inside, before, after) | (False if apart is None else apart)
    apart = np.asarray(both & alone)
    if not apart.any():
        return made
    left = inside if beside is None else inside - _explained(inside, design)
    windows, weights = (before[apart], after[apart]), (moved[apart], stands[apart])
    return _replaced(made, apart, left[apart], windows, weights)


def _explained(values: Floats, design: Floats) -> Floats:
    """What the terms beside level and step explain, by least squares."""
    there = np.isfinite(values)
    parts = [
        (mixture.contrast(design, there, number) * np.nan_to_num(values)).sum(axis=1)[:, None] * design[..., number]
        for number in range(2, design.shape[-1])
    ]
    return np.asarray(sum(parts))


def unequal(values: Floats, before: Flags, after: Flags) -> Flags:
    """Whether the windows vary unlike, by the ratio of their mean squared successive differences.

    Source: von Neumann, Kent, Bellinson and Hart, Annals of Mathematical Statistics 12 (1941) 153; the estimate has
    2 m² / (3 m − 1) degrees of freedom for m differences of independent normal points.
    """
    squares, freedom = [], []
    for window in (before, after):
        steps = np.diff(np.where(window, values, np.nan), axis=1) ** 2
        pairs = np.isfinite(steps).sum(axis=1)
        squares.append(mean(steps))
        freedom.append(np.maximum(2 * pairs**2 / np.maximum(3 * pairs - 1, 1), 1e-9))
    told = np.isfinite(squares[0]) & np.isfinite(squares[1]) & ((squares[0] > 0) | (squares[1] > 0))
    large = np.maximum(squares[0], squares[1])
    ratio = np.where(told, squares[1] / np.where(large > 0, large, 1), 1) / np.where(
        told & (squares[0] > 0), squares[0] / np.where(large > 0, large, 1), 1e-300
    )
    higher = special.fdtrc(freedom[1], freedom[0], ratio)
    return np.asarray(told & (2 * np.minimum(higher, 1 - higher) < UNEQUAL))


def _replaced(
    made: Levels, rows: Flags, values: Floats, windows: tuple[Flags, Flags], weights: tuple[Floats, Floats]
) -> Levels:
    """The same with a variance of its own for each window.

    Source: Satterthwaite, Biometrics Bulletin 2 (1946) 110, given φ.
    """
    parts = [_window(values, window) for window in windows]
    likely = mixture.weighed(parts[0].likelihood + parts[1].likelihood)
    moved = [np.where(window, weights[0], 0.0) for window in windows]
    variances = [part.variances * mixture.spread(share) for part, share in zip(parts, moved, strict=True)]
    df = _satterthwaite(variances, [part.df for part in parts])
    now = parts[1].variances * mixture.spread(weights[1])
    return Levels(
        _of(made.difference, rows, np.maximum(variances[0] + variances[1], 0.0), df, likely),
        _of(made.after, rows, np.maximum(now, 0.0), np.broadcast_to(parts[1].df, df.shape), likely),
        made.season,
        made.year,
    )


def _window(values: Floats, window: Flags) -> Fit:
    return mixture.fit(np.where(window, values, np.nan), np.ones((*values.shape, 1)))


def _satterthwaite(variances: list[Floats], df: list[Floats]) -> Floats:
    total = variances[0] + variances[1]
    part = np.where(total > 0, variances[0] / np.where(total > 0, total, 1.0), 0.5)
    return np.asarray(np.maximum(1 / (part**2 / df[0] + (1 - part) ** 2 / df[1]), 1.0))


def _of(found: Estimate, rows: Flags, variances: Floats, df: Floats, weights: Floats) -> Estimate:
    """An estimate with errors of its own in some rows."""
    whole = [np.array(np.broadcast_to(part, found.errors.shape)) for part in (found.errors, found.df, found.weights)]
    for into, part in zip(whole, (np.sqrt(variances), df, weights), strict=True):
        into[rows] = part
    return Estimate(found.value, *whole)
