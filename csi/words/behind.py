"""The numbers behind a verdict, as "Why this verdict?" shows them: rounded together, as its sentence reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from csi.terms import Evidence, Period, Verdict
from csi.words.messages import mark, said
from csi.words.together import Move, Moved, Scale, Sides, keeping, moved, share, slope
from csi.words.wording import NOTHING, decimals_of, each, number

Plain = Mapping[str, Any]
NOT_JUDGED = mark("not judged")
INTERVAL = mark("a 95 % interval: of a hundred such about 95 hold the true value")
_EVIDENCE = {
    Evidence.STRONG: mark("strong"),
    Evidence.MODERATE: mark("moderate"),
    Evidence.WEAK: mark("weak"),
    Evidence.NONE: mark("none for a change"),
}
KINDS = {"xmr": "XmR", "poisson": "Poisson", "p_prime": "P′", "u_prime": "U′", "nps_prime": "NPS′"}


def numbers(result: Plain, period: Period) -> Iterator[tuple[str, str]]:
    """Each number behind a verdict with its name.

    Args:
        result: ``Analysis.as_plain()`` with unit, direction and target, and ``detail``.
        period: the length of one point.
    """
    change, trend, detail = result["change"], result["trend"], result.get("detail") or {}
    read, scale = read_of(result), _scale(result)
    yield said("Difference"), _difference(read)
    yield said("p, and p adjusted for all KPIs"), f"{_p(change['p'])}, {_p(change['p_adjusted'])}"
    other = (change["hodges_lehmann"], detail.get("hodges_lehmann_lower"), detail.get("hodges_lehmann_upper"))
    yield said("Hodges–Lehmann"), _gap(scale, other)
    yield said("Smallest effect that would have been seen"), _size(scale, change["smallest_detectable"])
    yield said("Smallest that matters"), _size(scale, detail.get("minimum_important_difference"))
    yield said("Limits"), _limits(result["limits"], scale)
    slope_of = _slope(trend, scale.unit, period)
    yield each(said("Trend"), period), said("{slope}, p {p}", slope=slope_of, p=_p(trend["p"]))
    yield said("Periods on target"), _periods(result["assurance"])
    phi = detail.get("autocorrelation")
    yield said("Autocorrelation met"), NOTHING if phi is None else number(phi, 2)
    yield said("Evidence; attribution"), f"{_evidence(result)}; {result['attribution']}"


def read_of(result: Plain) -> Moved | None:
    """The move from baseline to evaluation as the sentence reads it; None where there is none."""
    change, detail, unit = result["change"], result.get("detail") or {}, str(result.get("unit") or "")
    before, after = ((detail.get(window) or {}).get("level") for window in ("before", "after"))
    difference = change["difference"]
    if difference is None:
        return None
    matters = float(detail.get("minimum_important_difference") or 0.0)
    if before is None or after is None:
        return moved(
            Move(before=0.0, after=difference, difference=difference, sides=_sides(change), unit=unit, matters=matters)
        )
    return moved(
        Move(
            before=before,
            after=after,
            difference=difference,
            sides=_sides(change),
            unit=unit,
            aims=_aims(result),
            matters=matters,
        )
    )


def _sides(of: Plain) -> Sides:
    lower, upper = of.get("lower"), of.get("upper")
    return () if lower is None or upper is None else (float(lower), float(upper))


def _aims(result: Plain) -> Sides:
    """The ends of the band, or the target."""
    band, target = result.get("direction"), result.get("target")
    if isinstance(band, list | tuple):
        return tuple(float(end) for end in band)
    return (float(target),) if isinstance(target, int | float) else ()


def _scale(result: Plain) -> Scale:
    """How the numbers of a KPI are written: as its sentence does; without one, by what there is."""
    read, unit = read_of(result), str(result.get("unit") or "")
    if read is not None:
        return read.scale
    levels = [result["limits"]["centre"], *_aims(result)]
    known = tuple(float(level) for level in levels if level is not None)
    return Scale(unit, decimals_of(known, 0.0, unit) if known else 2)


def _difference(read: Moved | None) -> str:
    if read is None:
        return said(NOT_JUDGED)
    return read.difference + (f" ({read.likely})" if read.sides else "")


def _gap(scale: Scale, values: Sequence[float | None]) -> str:
    """A difference beside that of the sentence, with its interval."""
    middle, *ends = values
    if middle is None:
        return said(NOT_JUDGED)
    sides = tuple(end for end in ends if end is not None)
    exact = keeping(scale, middle, sides, marks=(0.0,))
    return exact.gap(middle) + (f" ({exact.likely(sides)})" if len(sides) == 2 else "")


def _size(scale: Scale, value: float | None) -> str:
    return NOTHING if value is None else scale.showing(value).size(value)


def _limits(limits: Plain, scale: Scale) -> str:
    kind, centre = KINDS.get(str(limits["kind"]), str(limits["kind"])), limits["centre"]
    level = NOTHING if centre is None else scale.level(centre)
    return said("{kind}, centre {level}, n = {count}", kind=kind, level=level, count=limits["n"])


def _slope(trend: Plain, unit: str, period: Period) -> str:
    if trend["slope"] is None:
        return said(NOT_JUDGED)
    sides = _sides({"lower": trend["slope_lower"], "upper": trend["slope_upper"]})
    return slope(trend["slope"], sides, unit, period)


def _periods(assurance: Plain) -> str:
    if assurance["hit_share"] is None:
        return said(NOT_JUDGED)
    level, likely = share(assurance["hit_share"], _sides(assurance))
    return level + (f" ({likely})" if likely else "")


def _p(value: float | None) -> str:
    if value is None:
        return NOTHING
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0")


def _evidence(result: Plain) -> str:
    if result["evidence"] != "none":
        return said(_EVIDENCE[Evidence(result["evidence"])])
    return said(NOT_JUDGED if result["verdict"] == Verdict.INCONCLUSIVE else _EVIDENCE[Evidence.NONE])
