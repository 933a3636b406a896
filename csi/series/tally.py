"""What rows add up to per period, before anything is divided: the tallies of partitions merge into that of all.

In memory there is one tally of all rows; on Dask one per partition. The result is the same to the last digit: counts
are whole numbers, sums are exact, extremes and unions do not depend on order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition
from csi.errors import InvalidInput, key_of_kpi
from csi.measures import BY_NAME, Takes, measure_of
from csi.series import exact
from csi.series.axis import Axis
from csi.series.calendar import union
from csi.series.contributions import Contribution
from csi.series.exact import ExactSums, exact_sums
from csi.series.net_promoter import detractors, promoters
from csi.series.periods import LATEST, MISSING
from csi.series.spans import counted_at, ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Per period; what a measure does not need is None.

    Attributes:
        n: rows (with a value, where there is one); of spans those that touch the period.
        blank: rows without the value that is added up.
        good: of a share.
        promoters, detractors: of a net promoter score.
        above, below: exact sums of the values, or of a ratio's two columns.
        low, high: smallest and largest value (NaN: none).
        latest_at, latest: the newest moment (MISSING: none) and its value, the largest of several.
        latest_least, latest_rows: the smallest of these, and how many they are.
        named: index ``(period, name)``, each pair once.
        down: union of spans.
        begun, ended: spans begun before, and ended before, the end of each period.
    """

    n: np.ndarray
    blank: np.ndarray | None = None
    good: np.ndarray | None = None
    promoters: np.ndarray | None = None
    detractors: np.ndarray | None = None
    above: ExactSums | None = None
    below: ExactSums | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    latest_at: np.ndarray | None = None
    latest: np.ndarray | None = None
    latest_least: np.ndarray | None = None
    latest_rows: np.ndarray | None = None
    named: pd.MultiIndex | None = None
    down: tuple[np.ndarray, np.ndarray] | None = None
    begun: np.ndarray | None = None
    ended: np.ndarray | None = None


def tally(kpi: KpiDefinition, rows: Contribution, codes: np.ndarray, axis: Axis) -> Tally:
    """The tally of some rows.

    Args:
        kpi: says the measure.
        rows: what each row gives.
        codes: the period of each row, none negative (of spans: ignored).
        axis: the periods.

    Raises:
        InvalidInput: the measure needs a value and there is none.
    """
    size = axis.size
    if measure_of(kpi.measure).is_of_spans:
        return _availability(rows, axis) if kpi.measure == "availability" else _backlog(rows, axis)
    n = np.bincount(codes, minlength=size)
    if measure_of(kpi.measure).is_counting:
        return Tally(n=n, named=_named(rows, codes) if kpi.measure == "distinct" else None)
    if kpi.measure == "share" and rows.good is not None:
        return Tally(n=n, good=np.bincount(codes[rows.good], minlength=size))
    if rows.value is None:
        raise InvalidInput(key_of_kpi(kpi.id, "value"), f"{kpi.measure} needs a value; expected a column or a duration")
    if rows.denominator is not None:
        return _ratio(codes, rows.value, rows.denominator, size)
    return _of_values(kpi.measure, rows, codes, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Valued:
    """The rows that hold a value: moment, value and period of each, how many and how many without one per period."""

    at: np.ndarray
    values: np.ndarray
    codes: np.ndarray
    size: int
    n: np.ndarray
    blank: np.ndarray


def _of_values(measure: str, rows: Contribution, codes: np.ndarray, size: int) -> Tally:
    every = np.bincount(codes, minlength=size)
    at, values, codes = with_value(rows, codes)
    n = np.bincount(codes, minlength=size)
    valued = _Valued(at=at, values=values, codes=codes, size=size, n=n, blank=every - n)
    return _WAYS[measure](valued) if measure in _WAYS else Tally(n=n)  # quantiles are taken from the values themselves


def _net(valued: _Valued) -> Tally:
    codes, values = valued.codes, valued.values
    sides = [np.bincount(codes[which(values)], minlength=valued.size) for which in (promoters, detractors)]
    return Tally(n=valued.n, promoters=sides[0], detractors=sides[1])


def _summed(valued: _Valued) -> Tally:
    return Tally(n=valued.n, blank=valued.blank, above=exact_sums(valued.codes, valued.values, valued.size))


def _lowest(valued: _Valued) -> Tally:
    return Tally(n=valued.n, low=_extreme(np.fmin, valued.codes, valued.values, valued.size))


def _highest(valued: _Valued) -> Tally:
    return Tally(n=valued.n, high=_extreme(np.fmax, valued.codes, valued.values, valued.size))


def _newest(valued: _Valued) -> Tally:
    at, latest = _latest(valued.at, valued.values, valued.codes, valued.size)
    newest = valued.at == at[valued.codes]
    codes, values = valued.codes[newest], valued.values[newest]
    least, rows = _extreme(np.fmin, codes, values, valued.size), np.bincount(codes, minlength=valued.size)
    return Tally(n=valued.n, latest_at=at, latest=latest, latest_least=least, latest_rows=rows)


_WAYS: Mapping[str, Callable[[_Valued], Tally]] = {
    "nps": _net,
    "sum": _summed,
    "mean": _summed,
    "min": _lowest,
    "max": _highest,
    "last": _newest,
}
_WITHOUT = {one.name for one in BY_NAME.values() if one.reads_numbers and one.probability is None} - set(_WAYS)
if _WITHOUT:
    raise LookupError(f"nothing says how a period's rows are joined for {sorted(_WITHOUT)}; expected a way in _WAYS")


def with_value(rows: Contribution, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moment, value and period of the rows that hold a value."""
    values = np.empty(0) if rows.value is None else rows.value
    known = ~np.isnan(values)
    return (rows.at, values, codes) if known.all() else (rows.at[known], values[known], codes[known])


def counting(kpi: KpiDefinition, rows: Contribution) -> np.ndarray:
    """Which rows stand behind a value, as ``n`` counts them: of values, the rows that have one."""
    if rows.value is None or measure_of(kpi.measure).takes not in (Takes.AMOUNTS, Takes.ANSWERS, Takes.SIDES):
        return np.ones(len(rows.rows), dtype=bool)
    if rows.denominator is not None:
        return _both(rows.value, rows.denominator)
    return ~np.isnan(rows.value)


def _both(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.isfinite(above) & np.isfinite(below)


def _ratio(codes: np.ndarray, above: np.ndarray, below: np.ndarray, size: int) -> Tally:
    """Sums of both columns over the rows that have both."""
    both = _both(above, below)
    codes = codes[both]
    sums = [exact_sums(codes, side[both], size) for side in (above, below)]
    return Tally(n=np.bincount(codes, minlength=size), above=sums[0], below=sums[1])


def _extreme(pick: np.ufunc, codes: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    found = np.full(size, np.nan)
    pick.at(found, codes, values)
    return found


def _latest(at: np.ndarray, values: np.ndarray, codes: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The newest moment and its value; of values at the same moment the larger one."""
    latest_at, latest = np.full(size, MISSING), np.full(size, np.nan)
    order = np.lexsort((values, at, codes))
    latest_at[codes[order]] = at[order]  # the last assignment wins
    latest[codes[order]] = values[order]
    return latest_at, latest


def _named(rows: Contribution, codes: np.ndarray) -> pd.MultiIndex:
    """Each name once per period."""
    if rows.text is None or rows.names is None:
        return pd.MultiIndex.from_arrays([[], []])
    known = rows.text >= 0
    width = int(rows.text.max(initial=0)) + 1
    pairs = np.unique(codes[known].astype(np.int64) * width + rows.text[known])
    return pd.MultiIndex.from_arrays([pairs // width, rows.names.take(pairs % width)])


def _availability(rows: Contribution, axis: Axis) -> Tally:
    """An outage that has not ended lasts until the newest moment known."""
    starts, ends = rows.at, ended(rows, axis.as_of)
    begun = np.searchsorted(np.sort(starts), axis.edges[1:], side="left")
    over = np.searchsorted(np.sort(ends), axis.edges[:-1], side="right")
    return Tally(n=begun - over, down=union(starts, ends))


def _backlog(rows: Contribution, axis: Axis) -> Tally:
    moments = counted_at(axis)
    begun = np.searchsorted(np.sort(rows.at), moments, side="left")
    over = np.searchsorted(np.sort(ended(rows, LATEST)), moments, side="left")
    return Tally(n=begun - over, begun=begun, ended=over)


def merged(tallies: Sequence[Tally]) -> Tally:
    """The tally of all rows from those of partitions, in any order."""
    if len(tallies) == 1:
        return tallies[0]
    return Tally(
        n=np.sum([one.n for one in tallies], axis=0),
        blank=_all(tallies, "blank", lambda found: np.sum(found, axis=0)),
        good=_all(tallies, "good", lambda found: np.sum(found, axis=0)),
        promoters=_all(tallies, "promoters", lambda found: np.sum(found, axis=0)),
        detractors=_all(tallies, "detractors", lambda found: np.sum(found, axis=0)),
        above=_all(tallies, "above", exact.merged),
        below=_all(tallies, "below", exact.merged),
        low=_all(tallies, "low", np.fmin.reduce),
        high=_all(tallies, "high", np.fmax.reduce),
        **_latest_of(tallies),
        named=_all(tallies, "named", lambda found: found[0].append(found[1:]).unique()),
        down=_all(tallies, "down", _joined),
        begun=_all(tallies, "begun", lambda found: np.sum(found, axis=0)),
        ended=_all(tallies, "ended", lambda found: np.sum(found, axis=0)),
    )


def _all(tallies: Sequence[Tally], name: str, join: Callable[[list[Any]], Any]) -> Any:
    found = [getattr(one, name) for one in tallies]
    return None if any(one is None for one in found) else join(found)


def _latest_of(tallies: Sequence[Tally]) -> dict[str, np.ndarray]:
    """The newest moment of all, and what its rows hold."""
    at = _all(tallies, "latest_at", np.maximum.reduce)
    if at is None:
        return {}
    newest = [one.latest_at == at for one in tallies]
    held = {"latest": np.fmax.reduce, "latest_least": np.fmin.reduce}
    found = {name: reduce(_where(tallies, newest, name, np.nan)) for name, reduce in held.items()}
    return {"latest_at": at, **found, "latest_rows": np.sum(_where(tallies, newest, "latest_rows", 0), axis=0)}


def _where(tallies: Sequence[Tally], which: Sequence[np.ndarray], name: str, else_: float) -> list[np.ndarray]:
    return [np.where(rows, getattr(one, name), else_) for one, rows in zip(tallies, which, strict=True)]


def _joined(spans: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    return union(np.concatenate([one[0] for one in spans]), np.concatenate([one[1] for one in spans]))
