"""Many KPIs' series as arrays: one row a KPI, one column a period, NaN where there is nothing to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csi.analysis.analysis import KpiInput
from csi.analysis.limits import Flags, Floats
from csi.definition import Duration, KpiDefinition
from csi.errors import InvalidInput
from csi.measures import Family, measure_of
from csi.reading.local_times import localised
from csi.series import net_promoter, units

Columns = Mapping[str, Any]
_Unit = Literal["s", "ms", "us", "ns"]
LARGEST = 1e150  # beyond, squares overflow
_AMOUNTS = frozenset({"time", "bytes", "rate", "user time"})  # none of these is less than nothing
_ALWAYS = ("value", "n", "partial", "excluded", "end")  # what is missing has no value
PERCENT = 100.0  # all of a whole
STACKED = ("value", "numerator", "denominator", "n", *net_promoter.SIDES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The series of several KPIs.

    Attributes:
        inputs: one per row.
        values, numerator, denominator, cases: ``(kpis, periods)``; NaN where a period is partial, missing
            or beyond the series' end.
        decided: promoters and detractors together; NaN where it is no net promoter score.
        used: where there is a value to use.
        before, after: used periods of the baseline and of the evaluation window.
        left_out: ``(kpis, 2)``: share of rows left out by exclusions, before and after; NaN without a window.
        scale: what a numerator / denominator is multiplied by to give the value (100 for per cent).
        family: ``share``, ``rate``, ``net``, ``count`` or ``number`` per row: which limits and which interval it gets.
        floor, ceiling: what the KPI cannot go below or above; infinite where it can.
    """

    inputs: tuple[KpiInput, ...]
    values: Floats
    numerator: Floats
    denominator: Floats
    decided: Floats
    cases: Floats
    used: Flags
    before: Flags
    after: Flags
    left_out: Floats
    scale: Floats
    family: NDArray[np.str_]
    floor: Floats
    ceiling: Floats

    def rows(self, chosen: NDArray[np.bool_]) -> Panel:
        """The same for some of the KPIs."""
        picked = np.flatnonzero(chosen)
        arrays = {name: getattr(self, name)[picked] for name in self.__slots__ if name != "inputs"}
        return Panel(inputs=tuple(self.inputs[i] for i in picked), **arrays)


def panel(inputs: Sequence[KpiInput]) -> Panel:
    """Stack the series of several KPIs; a missing column counts as nothing marked."""
    periods = max([1, *(len(item.series) for item in inputs)])
    stacked = {name: np.full((len(inputs), periods), np.nan) for name in STACKED}
    left_out = np.full((len(inputs), 2), np.nan)
    used, before, after = (np.zeros((len(inputs), periods), dtype=bool) for _ in range(3))
    for row, (item, columns) in enumerate(zip(inputs, _columns(inputs), strict=True)):
        length = len(item.series)
        for name, into in stacked.items():
            into[row, :length] = _numbers(columns, name, length)
        used[row, :length] = _usable(columns, length) & np.isfinite(stacked["value"][row, :length])
        before[row, :length], after[row, :length] = _windows(item, columns)
        left_out[row] = _left_out(item, columns, before[row, :length], after[row, :length])
    for into in stacked.values():
        into[~used] = np.nan
    _refuse_overflow(inputs, stacked["value"])
    return _assembled(tuple(inputs), stacked, (used, before & used, after & used), left_out)


def _assembled(
    inputs: tuple[KpiInput, ...], stacked: dict[str, Floats], masks: tuple[Flags, Flags, Flags], left_out: Floats
) -> Panel:
    used, before, after = masks
    values, numerator, denominator = stacked["value"], stacked["numerator"], stacked["denominator"]
    decided = stacked["promoters"] + stacked["detractors"]
    families = _families(inputs, (numerator, denominator, decided), used)
    scale = np.where(families == "net", net_promoter.SCALE, _scale(values, numerator, denominator))
    lowest = np.where(used, values, np.inf).min(axis=1, initial=np.inf)
    parts = _parts(inputs, values, used)
    cannot = np.array([_never_negative(item.definition) for item in inputs], dtype=bool) | parts
    most = np.array([_most(item.definition) for item in inputs], dtype=float)
    ceiling = np.where(families == "share", np.minimum(most, scale), np.where(parts, PERCENT, most))
    return Panel(
        inputs=inputs,
        values=values,
        numerator=numerator,
        denominator=denominator,
        decided=decided,
        cases=stacked["n"],
        used=used,
        before=before,
        after=after,
        left_out=left_out,
        scale=scale,
        family=families,
        floor=np.where(_is_net(inputs), -net_promoter.SCALE, np.where(cannot & (lowest >= 0), 0.0, -np.inf)),
        ceiling=ceiling,
    )


def _parts(inputs: Sequence[KpiInput], values: Floats, used: Flags) -> Flags:
    """Numbers in % that are parts of a whole: none, and no aim, ever lay below zero or above all of it."""
    within = np.asarray(((values >= 0) & (values <= PERCENT) | ~used).all(axis=1) & used.any(axis=1))
    aimed = [all(0 <= aim <= PERCENT for aim in item.definition.aims) for item in inputs]
    told = [item.definition.unit == "%" and not measure_of(item.definition.measure).is_additive for item in inputs]
    return within & np.array(aimed, dtype=bool) & np.array(told, dtype=bool)


def _columns(inputs: Sequence[KpiInput]) -> list[Columns]:
    """The columns each KPI needs. Taking one out of a frame is dear: frames that are alike are joined, then cut."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for row, item in enumerate(inputs):
        alike.setdefault((_wanted(item), *item.series.columns), []).append(row)
    found: list[Columns] = [{}] * len(inputs)
    for (wanted, *there), rows in alike.items():
        names = [name for name in wanted if name in there]
        for row, columns in zip(rows, _taken([inputs[row].series for row in rows], names), strict=True):
            found[row] = columns
    return found


def _taken(frames: list[pd.DataFrame], names: list[str]) -> list[Columns]:
    """The named columns of frames that have the same ones; one that is not of one kind in all is taken singly."""
    some = [frame for frame in frames if len(frame)]  # columns of nothing are of no kind
    whole = pd.concat(some, ignore_index=True) if len(some) > 1 else pd.DataFrame()
    arrays = {name: whole[name].array for name in names if name in whole and whole[name].dtype != object}
    ends = np.cumsum([len(frame) for frame in frames]).tolist()
    return [
        {name: arrays[name][end - len(frame) : end] if name in arrays else frame[name].array for name in names}
        for frame, end in zip(frames, ends, strict=True)
    ]


def _wanted(item: KpiInput) -> tuple[str, ...]:
    wanted: tuple[str, ...] = _ALWAYS
    if measure_of(item.definition.measure).has_sides:
        wanted = (*wanted, "numerator", "denominator")
    return (*wanted, *net_promoter.SIDES) if measure_of(item.definition.measure).is_net else wanted


def _numbers(columns: Columns, name: str, length: int) -> Floats:
    if name not in columns:
        return np.full(length, np.nan)
    return np.asarray(columns[name].to_numpy(dtype=float, na_value=np.nan))


def _usable(columns: Columns, length: int) -> Flags:
    """Whole periods; what an exclusion leaves of one still counts."""
    return columns["partial"].to_numpy() == 0 if "partial" in columns else np.ones(length, dtype=bool)


def _windows(item: KpiInput, columns: Columns) -> tuple[Flags, Flags]:
    """Periods that lie wholly in the baseline, and in the evaluation."""
    if not len(item.series):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    starts = starts_of(item.series)
    begun, zone, unit = starts.asi8, starts.tz, starts.unit
    ends = pd.DatetimeIndex(columns["end"]).as_unit(unit).asi8 if "end" in columns else begun
    spans = [
        None if window is None else (_moment(window.start, zone, unit), _moment(window.end, zone, unit))
        for window in (item.baseline, item.evaluation)
    ]
    before, after = (_within(begun, ends, span) for span in spans)
    return before, after


def _within(begun: NDArray[np.int64], ends: NDArray[np.int64], span: tuple[int, int] | None) -> Flags:
    if span is None:
        return np.zeros(len(begun), dtype=bool)
    return np.asarray((begun >= span[0]) & (begun < span[1]) & (ends <= span[1]))


def starts_of(series: pd.DataFrame) -> pd.DatetimeIndex:
    """When each period of a series starts."""
    return series.index if isinstance(series.index, pd.DatetimeIndex) else pd.DatetimeIndex(series.index)


def moments(series: pd.DataFrame) -> tuple[datetime, ...]:
    """When each period of a series starts; the KPIs of a study share them."""
    index = starts_of(series)
    return _as_datetimes(index.asi8.tobytes(), index.unit, index.tz)


@lru_cache(maxsize=64)
def _as_datetimes(count: bytes, unit: _Unit, zone: tzinfo | None) -> tuple[datetime, ...]:
    utc = pd.DatetimeIndex(np.frombuffer(count, dtype=np.int64).astype(f"datetime64[{unit}]"))
    return tuple((utc if zone is None else utc.tz_localize("UTC").tz_convert(zone)).to_pydatetime())


def _left_out(item: KpiInput, columns: Columns, before: Flags, after: Flags) -> tuple[float, float]:
    """Share of rows that exclusions left out of each window; of periods where rows are not told."""
    if item.excluded_share is not None:
        return item.excluded_share
    if "excluded" not in columns or not columns["excluded"].to_numpy().any():
        return 0.0, 0.0
    by_rows = "excluded_rows" in item.series
    told = {"rows": item.series["excluded_rows"].array} if by_rows else {"rows": columns["excluded"]}
    gone = _numbers(told, "rows", len(before))
    kept = _numbers(columns, "n", len(before)) if by_rows else 1.0 - gone
    shares = [_part(np.nansum(gone[window]), np.nansum(kept[window])) for window in (before, after)]
    return shares[0], shares[1]


def _part(gone: float, kept: float) -> float:
    return gone / (gone + kept) if gone + kept > 0 else 0.0


@lru_cache(maxsize=1024)
def _moment(day: date, zone: tzinfo | None, unit: _Unit) -> int:
    """Midnight of a day in a zone, as the index counts time."""
    midnight = pd.DatetimeIndex([pd.Timestamp(day)])
    return int((midnight if zone is None else localised(midnight, zone)).as_unit(unit).asi8[0])


def _scale(values: Floats, numerator: Floats, denominator: Floats) -> Floats:
    """Value per numerator / denominator, read off the period with the largest numerator; 1 where there is none."""
    fit = np.isfinite(values) & (numerator > 0) & (denominator > 0)
    if not values.shape[1]:
        return np.ones(len(values))
    best = np.where(fit, numerator, -np.inf).argmax(axis=1)[:, None]
    value, above, below = (np.take_along_axis(part, best, axis=1)[:, 0] for part in (values, numerator, denominator))
    there = np.take_along_axis(fit, best, axis=1)[:, 0]
    return np.where(there, value * below / np.where(there, above, 1.0), 1.0)


def _families(inputs: Sequence[KpiInput], parts: tuple[Floats, Floats, Floats], used: Flags) -> NDArray[np.str_]:
    """Which statistics a KPI gets: binomial ones need whole counts, and good no more than valid.

    A ratio in per cent that never exceeds its whole is a share by another name: as a rate 90 % would be thought to vary
    three times as much as it can.
    """
    numerator, denominator, decided = parts
    parted = np.isfinite(numerator) & np.isfinite(denominator)
    sided = np.asarray((np.isfinite(decided) | ~used).all(axis=1) & used.any(axis=1))
    counts = (numerator >= 0) & (numerator == np.floor(numerator))
    whole = np.asarray((~parted | counts).all(axis=1) & parted.any(axis=1))
    complete = np.asarray((parted | ~used).all(axis=1))
    within = np.asarray((~parted | (numerator <= denominator)).all(axis=1))
    families = np.full(len(inputs), "number", dtype="<U6")
    for row, item in enumerate(inputs):
        measure = measure_of(item.definition.measure).family
        if measure is Family.COUNT:
            families[row] = "count"
        elif complete[row] and sided[row] and measure is Family.NET:
            families[row] = "net"
        elif complete[row] and whole[row] and measure is Family.SHARE and within[row]:
            families[row] = "share"
        elif complete[row] and whole[row] and measure is Family.RATE:
            families[row] = "share" if item.definition.unit == "%" and within[row] else "rate"
    return families


def _is_net(inputs: Sequence[KpiInput]) -> Flags:
    return np.array([measure_of(item.definition.measure).is_net for item in inputs], dtype=bool)


def _never_negative(definition: KpiDefinition) -> bool:
    return cannot_be_negative(definition.measure, definition.unit, lasting=isinstance(definition.value, Duration))


def _most(definition: KpiDefinition) -> float:
    """All of it, in the KPI's unit, for what is a part of a whole; infinite for anything else."""
    if measure_of(definition.measure).is_net:
        return net_promoter.SCALE
    known = units.find(definition.unit)
    part = measure_of(definition.measure).is_part and known is not None and known.dimension == "ratio"
    return 1 / known.factor if part and known is not None else np.inf


def cannot_be_negative(measure: str, unit: str, *, lasting: bool) -> bool:
    """Whether a KPI cannot go below zero: by its measure, as a duration, or by what its unit counts."""
    known = units.find(unit)
    return measure_of(measure).is_never_negative or lasting or (known is not None and known.dimension in _AMOUNTS)


def _refuse_overflow(inputs: Sequence[KpiInput], values: Floats) -> None:
    beyond = np.flatnonzero((np.abs(values) > LARGEST).any(axis=1))
    if beyond.size:
        name = inputs[int(beyond[0])].definition.id
        raise InvalidInput(name, "has values beyond 10^150; no statistics can be trusted there")
