"""Where a KPI stands over a window of its analysed series: points, coverage, level, frozen limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from csi.analysis import limits
from csi.analysis.panel import cannot_be_negative
from csi.measures import Family, measure_in
from csi.models import AnalysisResult, Kpi
from csi.series import net_promoter

Point = dict[str, Any]


_PARTS = ("value", "numerator", "denominator")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a KPI stands over a window: how many points, what share of periods has one, frozen limits.

    ``frozen`` holds centre, sigma, n, kind, sigma_z of csi.analysis's FrozenLimits.
    """

    points: int
    coverage: float
    centre: float | None
    lower: float | None
    upper: float | None
    frozen: dict[str, Any]


def standing(kpi: Kpi, series: Sequence[Point], start: date, end: date, zone: str) -> Standing:
    """A KPI's points within a half-open window of dates, with limits frozen on them."""
    periods = [one for one in series if start <= _day(one, zone) < end and not one.get("partial")]
    # As in the analysis: of a period that is left out in part the rest counts; one left out whole is not asked for.
    used = [one for one in periods if one.get("value") is not None]
    asked = [one for one in periods if one.get("value") is not None or not one.get("excluded")]
    lines, kind = _lines(kpi, used)
    lines = _clipped(kpi, lines, min(float(one["value"]) for one in used)) if lines else None
    centre = _number(lines.centre) if lines else None
    if centre is None and used:  # too few points for limits, yet there is a level
        centre = _number(_level(used))
    sigma = _number(lines.sigma) if lines else None
    return Standing(
        points=len(used),
        coverage=len(used) / len(asked) if asked else 0.0,
        centre=centre,
        lower=_number(lines.lower) if lines else None,
        upper=_number(lines.upper) if lines else None,
        frozen={
            "centre": centre,
            "sigma": sigma,
            "n": len(used),
            "kind": kind,
            "sigma_z": _number(lines.sigma_z) if lines else None,
        },
    )


def series_of(result: AnalysisResult | None) -> list[Point]:
    """The series an analysis kept, as in report.json."""
    return list((result.result if result else {}).get("series") or ())


def _lines(kpi: Kpi, used: Sequence[Point]) -> tuple[limits.Lines | None, str]:
    """Limits on the points used, as the analysis draws them: P′ for shares and U′ for rates whose numerator and
    denominator are there, those of low counts, XmR for all else."""
    if not used:
        return None, ""
    values, good, valid = _parts(used)
    kind = _kind(kpi, values, good, valid)
    if kind == "p_prime":
        return _scaled(limits.p_prime(good, valid), 100.0 if kpi.unit == "%" else 1.0), kind
    if kind == "u_prime":
        return _scaled(limits.u_prime(good, valid), _scale(values, good, valid)), kind
    if kind == "nps_prime":
        return _scaled(limits.nps_prime(good, valid, _decided(used)), net_promoter.SCALE), kind
    return (limits.low_counts(values) if kind == "poisson" else limits.xmr(values)), kind


def _decided(used: Sequence[Point]) -> Any:
    """Promoters and detractors together."""
    return np.array([sum(_float(one.get(side)) for side in net_promoter.SIDES) for one in used])


def _kind(kpi: Kpi, values: Any, good: Any, valid: Any) -> str:
    measure = measure_in(kpi.definition)
    if measure.is_counting and limits.are_low(values, float(values.mean())):
        return "poisson"
    if measure.family is Family.NET and np.isfinite(good).all() and (valid > 0).all():
        return "nps_prime"
    if measure.family not in (Family.SHARE, Family.RATE) or not np.isfinite(good).all() or not (valid > 0).all():
        return "xmr"
    if measure.family is Family.SHARE:
        return "p_prime"
    if (good < 0).any() or (good != np.floor(good)).any() or not good.any():
        return "xmr"
    return "p_prime" if kpi.unit == "%" and (good <= valid).all() else "u_prime"


def _parts(used: Sequence[Point]) -> tuple[Any, Any, Any]:
    values, good, valid = (np.array([_float(one.get(name)) for one in used]) for name in _PARTS)
    return values, good, valid


def _scale(values: Any, good: Any, valid: Any) -> float:
    """What a numerator over its denominator is multiplied by to give the value."""
    most = int(np.abs(good).argmax())
    return float(values[most] * valid[most] / good[most])


def _level(used: Sequence[Point]) -> Any:
    """The points' level: of shares and quotients that of the sums (V4.2), of all else the points themselves."""
    values, good, valid = _parts(used)
    if not np.isfinite(good).all() or not (valid > 0).all() or not good.any():
        return values
    return good.sum() / valid.sum() * _scale(values, good, valid)


def _clipped(kpi: Kpi, lines: limits.Lines, lowest: float) -> limits.Lines:
    """Limits within what the KPI can be, as the analysis draws them."""
    measure = measure_in(kpi.definition)
    lasting = isinstance(kpi.definition.get("value"), Mapping) and "from" in kpi.definition["value"]
    if measure.is_net:
        return limits.clip(lines, floor=-net_promoter.SCALE, ceiling=net_promoter.SCALE)
    most = {"%": 100.0, "ratio": 1.0}.get(kpi.unit, np.inf) if measure.family is Family.SHARE else np.inf
    positive = lowest >= 0 and cannot_be_negative(measure.name, kpi.unit, lasting=lasting)
    return limits.clip(lines, floor=0.0 if positive else -np.inf, ceiling=most)


def _scaled(lines: limits.Lines, scale: float) -> limits.Lines:
    sized = {name: getattr(lines, name) * scale for name in ("centre", "lower", "upper", "sigma")}
    return replace(lines, **sized)


def _number(value: Any) -> float | None:
    found = float(np.mean(value))
    return found if np.isfinite(found) else None


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _day(point: Point, zone: str) -> date:
    return datetime.fromisoformat(str(point["start"])).astimezone(ZoneInfo(zone)).date()
