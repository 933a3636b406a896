"""How often a verdict is wrong where the truth is known, and how often it sees it: through ``judge``, seeded.

``python -m tests.calibration`` prints the table of docs/calibration.md: what was measured, with its Monte-Carlo error,
beside what is wanted and beside what a t test, Mann and Whitney's, and "met last period" say of the same series. Each
cell is so many series of its own seed; another one (``CSI_SEED``) draws all anew, and words print the cells that hold
them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from csi.analysis import Analysis, KpiInput, judge
from csi.analysis.analysis import Remark
from csi.definition import Window
from csi.series.grouping import Groups
from csi.terms import Direction, Evidence, Period, Verdict
from tests.analysis import adding, test_printed_sums
from tests.analysis.series import autoregressive, frame, kpi_input
from tests.series import test_further_moments

SERIES = int(os.environ.get("CSI_SERIES", "400"))
SEED = int(os.environ.get("CSI_SEED", "0"))
ANEW = 1_000_003  # between one seed's numbers and the next's
SIGMA, LEVEL = 2.0, 50.0
TESTED = 0.05
_Told = Callable[[Analysis], bool]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the usual ways say of the same series: how often two tests see a change, how often the last period met."""

    t: float | None = None
    mann_whitney: float | None = None
    last: float | None = None


def beside(values: np.ndarray, before: int, target: float | None = None) -> Beside:
    """Of series: Welch's t and Mann and Whitney's at .05; where there is a target, the last period at or below it."""
    if target is not None:
        return Beside(last=float(np.mean(values[:, -1] <= target)))
    windows = values[:, :before], values[:, before:]
    t = stats.ttest_ind(*windows, axis=1, equal_var=False).pvalue
    ranks = stats.mannwhitneyu(*windows, axis=1).pvalue
    return Beside(float(np.mean(t < TESTED)), float(np.mean(ranks < TESTED)))


@dataclass(frozen=True)
class Cell:
    """One line of the table: what was drawn, how often it was said, and what is wanted (``<= .06``, ``>= .87``)."""

    name: str
    measure: Callable[[], float]
    wanted: str
    compare: Callable[[], Beside] = Beside

    @cached_property
    def measured(self) -> float:
        """How often it was said: judged when it is asked for."""
        return self.measure()

    @property
    def error(self) -> float:
        """The Monte-Carlo error of what was measured."""
        return float(np.sqrt(self.measured * (1 - self.measured) / SERIES))

    @property
    def kept(self) -> bool:
        """Whether it is as wanted, but for one Monte-Carlo error."""
        sign, bound = self.wanted.split()
        limit = float(bound)
        return bool(self.measured <= limit + self.error if sign == "<=" else self.measured >= limit - self.error)


def drawn(before: int, after: int, phi: float, *, step: float = 0.0, seed: int = 0) -> np.ndarray:
    """Series about 50 with a standard deviation of 2, and a step of so many of these."""
    values = autoregressive(SERIES, before + after, phi=phi, seed=1000 * seed + before + after + ANEW * SEED)
    values[:, before:] += step
    return LEVEL + SIGMA * values


def chance(seed: int) -> np.random.Generator:
    """A generator of its own seed."""
    return np.random.default_rng(seed + ANEW * SEED)


def told(values: np.ndarray, before: int, said: _Told, **about: Any) -> float:
    """How often something is said of series."""
    days = {Period.WEEK: 7, Period.MONTH: 30}[about.get("period", Period.WEEK)]
    shape = frame(values[0], step_days=days)
    edges = [moment.date() for moment in shape.index]
    windows = {
        "baseline": Window(edges[0], edges[before]),
        "evaluation": Window(edges[before], shape["end"].iloc[-1].date()),
    }
    inputs = {
        str(number): kpi_input([], series=shape.assign(value=row), **about, **windows)
        for number, row in enumerate(values)
    }
    return float(np.mean([said(one) for one in judge(inputs).values()]))


def changed(one: Analysis) -> bool:
    """Whether a change is claimed."""
    return one.change.state in ("improved", "worse")


def unstable(one: Analysis) -> bool:
    """Whether a target is said to be met on average only."""
    return one.verdict is Verdict.ACHIEVED_UNSTABLE


def promised(one: Analysis) -> bool:
    """Whether a target is said to be met reliably."""
    return one.target_state == "reliably met"


def improved(one: Analysis) -> bool:
    """Whether an improvement is claimed."""
    return one.change.state == "improved"


def cells() -> Iterator[Cell]:
    """The table."""
    yield from _quiet()
    yield from _seen()
    yield from _target()
    yield from _shapes()
    yield from _signals()
    yield from _mix()
    yield from _found()
    yield from _spread()
    yield from _sums()
    yield from _cut()


def _quiet() -> Iterator[Cell]:
    wanted = {(8, 6, 0.6): 0.07, (8, 6, 0.8): 0.11, (12, 8, 0.8): 0.10}
    for before, after in ((8, 6), (12, 8), (24, 12), (52, 26)):
        for phi in (0.0, 0.3, 0.6, 0.8):
            most = wanted.get((before, after, phi), 0.06)
            values = drawn(before, after, phi)
            found = partial(told, values, before, changed)
            yield Cell(
                f"quiet, {before} + {after}, φ {phi:g}: changed", found, f"<= {most:g}", partial(beside, values, before)
            )


def _seen() -> Iterator[Cell]:
    for before, after, phi, size, least in (
        (12, 8, 0.0, 2, 0.87),
        (12, 8, 0.3, 2, 0.65),
        (24, 12, 0.0, 1, 0.68),
        (24, 12, 0.3, 2, 0.87),
        (24, 12, 0.6, 2, 0.55),
    ):
        for way, word in ((-1, "better"), (1, "worse")):
            values = drawn(before, after, phi, step=way * size, seed=1)
            found, others = partial(told, values, before, changed), partial(beside, values, before)
            yield Cell(f"{size} σ {word}, {before} + {after}, φ {phi:g}: seen", found, f">= {least:g}", others)
    for phi in (0.0, 0.3, 0.6):
        yield Cell(f"2 σ, 12 + 8, φ {phi:g}, mirrored: another change", partial(_mirrored, phi), "<= 0")


def _mirrored(phi: float) -> float:
    """How often a series that is turned round, with its direction, is told to have changed otherwise."""
    values = drawn(12, 8, phi, step=-2, seed=1)
    ways = ((values, Direction.LOWER), (2 * LEVEL - values, Direction.HIGHER))
    states: list[list[str | None]] = [[], []]
    for of, (turned, direction) in zip(states, ways, strict=True):
        told(turned, 12, lambda one, of=of: of.append(one.change.state) or False, direction=direction)
    return float(np.mean([one != other for one, other in zip(*states, strict=True)]))


def _target() -> Iterator[Cell]:
    for phi, on, off in ((0.0, 0.05, 0.01), (0.6, 0.07, 0.02)):
        quiet = drawn(24, 12, phi, seed=2)
        for name, said, target, most in (
            ("exactly on the target, φ {}: unstable", unstable, LEVEL, on),
            ("missed by .25 σ, φ {}: unstable", unstable, LEVEL - SIGMA / 4, off),
            ("target 6 σ away, φ {}: unstable", unstable, LEVEL + 6 * SIGMA, (0.01, 0.05)[phi > 0]),
            ("target at the .95 quantile, φ {}: reliably met", promised, LEVEL + 1.645 * SIGMA, 0.05),
        ):
            found = partial(told, quiet, 24, said, target=target)
            yield Cell(name.format(f"{phi:g}"), found, f"<= {most:g}", partial(beside, quiet, 24, target))
    for after in (8, 11, 12):
        values = drawn(24, after, 0.0, step=-15, seed=3)
        found = partial(told, values, 24, promised, target=40.0)
        name = f"50 → 20 h, target 40, {after} points: reliably met"
        yield Cell(name, found, ">= 0.95", partial(beside, values, 24, 40.0))
    yield Cell("100 % against 100 %, every week: reliably met, with the misses not excluded", _perfect, ">= 1")
    random = chance(4)
    for name, skewed, bound in (
        ("exponential", random.exponential(10, (SERIES, 36)), 10 * np.log(20)),
        ("lognormal, σ .6", random.lognormal(3, 0.6, (SERIES, 36)), float(np.exp(3 + 0.6 * 1.645))),
    ):
        yield Cell(
            f"{name}, target at the .95 quantile: reliably met",
            partial(told, skewed, 24, promised, target=bound),
            "<= 0.05",
        )


def _perfect() -> float:
    """Shares without a single miss: reliably met, and by which share of misses that is not excluded yet."""
    random = chance(18)
    n = random.integers(5, 400, (min(SERIES, 50), 36)).astype(float)
    about: dict[str, Any] = {"measure": "share", "unit": "%", "value": None, "good": "x", "target": 100.0}
    found = judge(
        {
            str(at): kpi_input(np.full(36, 100.0), n=one, numerator=one, direction=Direction.HIGHER, **about)
            for at, one in enumerate(n)
        }
    )
    return float(np.mean([promised(one) and bool(one.assurance.misses_not_excluded) for one in found.values()]))


def _shapes() -> Iterator[Cell]:
    random = chance(5)
    for name, values in (
        ("t with 3 degrees", random.standard_t(3, (SERIES, 36))),
        ("exponential", random.exponential(1, (SERIES, 36))),
        ("lognormal", random.lognormal(0, 1, (SERIES, 36))),
    ):
        found = partial(told, LEVEL + values, 24, changed)
        yield Cell(f"quiet, {name}, 24 + 12: changed", found, "<= 0.06", partial(beside, values, 24))
    for times in (0.5, 2.0):
        values = drawn(12, 8, 0.0, seed=6) - LEVEL
        values[:, 12:] *= times
        found = partial(told, LEVEL + values, 12, changed)
        yield Cell(f"quiet, spread × {times:g}, 12 + 8: changed", found, "<= 0.06", partial(beside, values, 12))
    for before, after, phi, most in (
        (24, 12, 0.0, 0.12),
        (52, 26, 0.0, 0.10),
        (24, 12, 0.3, 0.2),
        (52, 26, 0.3, 0.2),
        (24, 12, 0.6, 0.2),
        (52, 26, 0.6, 0.2),
    ):
        drift = -2 * SIGMA * np.minimum(np.arange(before + after) / before, 1.0)
        values = drawn(before, after, phi, seed=7) + drift
        found, others = partial(told, values, before, improved), partial(beside, values, before)
        yield Cell(f"drifted −2 σ and stopped, {before} + {after}, φ {phi:g}: improved", found, f"<= {most:g}", others)
    for before, after in ((24, 12), (52, 26)):
        values = drawn(before, after, 0.0, step=-2, seed=8)
        found, others = partial(told, values, before, improved), partial(beside, values, before)
        yield Cell(f"a 2 σ step without drift, {before} + {after}: improved", found, ">= 0.95", others)
    for before, after, period, length, most in (
        (104, 26, Period.WEEK, 52.18, 0.06),
        (24, 12, Period.MONTH, 12, 0.07),
        (36, 12, Period.MONTH, 12, 0.07),
    ):
        phase = chance(9).uniform(0, 2 * np.pi, (SERIES, 1))
        sine = 1.5 * SIGMA * np.sin(2 * np.pi * np.arange(before + after) / length + phase)
        values = drawn(before, after, 0.0, seed=9) + sine
        found, others = partial(told, values, before, changed, period=period), partial(beside, values, before)
        yield Cell(f"yearly sine of 1.5 σ, {period.value}s {before} + {after}: changed", found, f"<= {most:g}", others)
    values = drawn(24, 12, 0.0, seed=9)
    yield Cell(
        "weeks 24 + 12: a season is said to be possible, and from when", partial(told, values, 24, _warned), ">= 1"
    )


def _warned(one: Analysis) -> bool:
    return any(text.startswith("A yearly season cannot be excluded yet: 36 of 65 weeks") for text in one.warnings)


def _signals() -> Iterator[Cell]:
    def drifts(one: Analysis) -> bool:
        return any("heading for a breach" in text or "drift is towards" in text for text in one.warnings)

    for after in (12, 20):
        values = drawn(24, after, 0.0, step=-2, seed=10)
        found = partial(told, values, 24, drifts, target=LEVEL - 2 * SIGMA)
        yield Cell(f"a pure step, 24 + {after}: said to drift", found, "<= 0.05")

    def apart(one: Analysis) -> bool:
        return one.change.state not in ("improved", "worse") and any(
            signal.rule == "shift" and signal.start.isoformat() >= "2025-03-31" for signal in one.signals
        )

    yield Cell(
        "2 σ step, 12 + 8: a run drawn and not counted",
        partial(told, drawn(12, 8, 0.0, step=-2, seed=11), 12, apart),
        "<= 0",
    )
    for mean in (0.25, 0.5, 1.0):
        counts = chance(12).poisson(mean, (SERIES, 36)).astype(float)
        about = {"measure": "count", "value": None, "unit": "count"}
        found = partial(
            told,
            counts,
            24,
            lambda one: any(s.rule == "outside" and s.start.isoformat() >= "2025-06-23" for s in one.signals),
            **about,
        )
        yield Cell(f"quiet counts of mean {mean:g}: outside in 12 weeks", found, "<= 0.06")


def mixed(after: float, gain: float = 0.0, measure: str = "mean", seed: int = 13) -> list[Analysis]:
    """Series of 24 + 12 weeks of 40 cases, slow ones of 12 h and quick ones of 4 h (log-normal, σ .3).

    The slow ones' part goes from .6 to ``after``, and the times of both fall by ``gain``.
    """
    random, later = chance(seed), np.arange(36) >= 24
    slow = random.random((SERIES, 36, 40)) < np.where(later, after, 0.6)[:, None]
    usual = np.where(slow, 12.0, 4.0) * np.where(later, 1 - gain, 1.0)[:, None]
    hours = usual * np.exp(random.normal(0, 0.3, usual.shape))
    level = {"mean": np.mean, "median": np.median}[measure]
    return list(judge({str(one): _split(hours[one], slow[one], level, measure) for one in range(SERIES)}).values())


def _split(hours: np.ndarray, slow: np.ndarray, level: Callable[[Any], Any], measure: str) -> KpiInput:
    """One KPI with its two strata."""
    starts = frame(hours[:, 0]).index
    parts = [
        {"start": start, "stratum": name, "value": level(hours[week][chosen]), "n": int(chosen.sum())}
        for week, start in enumerate(starts)
        for name, chosen in (("slow", slow[week]), ("quick", ~slow[week]))
        if chosen.any()
    ]
    strata = pd.DataFrame(parts).set_index(["start", "stratum"])
    return kpi_input([level(one) for one in hours], strata=strata, measure=measure, n=hours.shape[1])


def _mix() -> Iterator[Cell]:
    for measure in ("mean", "median"):
        for after in (0.55, 0.25, 0.1):
            found = partial(_of_mixed, after, measure)
            yield Cell(f"pure mix .6 → {after:g}, {measure}: improved", found, "<= 0.05")
    for measure, least in (("mean", 0.85), ("median", 0.5)):
        found = partial(_of_mixed, 0.25, measure, gain=0.1)
        yield Cell(f"mix .6 → .25 and 10 % quicker, {measure}: improved", found, f">= {least:g}")


def _of_mixed(after: float, measure: str, gain: float = 0.0) -> float:
    return _part(mixed(after, gain, measure), improved)


def unnamed(part: float, gain: float, measure: str = "mean", lazy: float = 0.0) -> list[Analysis]:
    """As ``mixed``, of which nobody named the groups; of the quick ones the times fall by ``lazy`` less."""
    random, later = chance(17), np.arange(36) >= 24
    slow = random.random((SERIES, 36, 40)) < np.where(later, part, 0.6)[:, None]
    site = random.integers(0, 3, slow.shape)
    falls = np.where(slow, gain, gain - lazy) * later[:, None]
    hours = np.where(slow, 12.0, 4.0) * (1 - falls) * np.exp(random.normal(0, 0.3, slow.shape))
    level = {"mean": np.mean, "median": np.median}[measure]
    made = {}
    for one in range(SERIES):
        columns = (("Kind", slow[one].astype(int), 2), ("Site", site[one], 3))
        found = tuple(_grouped(name, hours[one], codes, many, level) for name, codes, many in columns)
        made[str(one)] = kpi_input(level(hours[one], axis=1), groups=found, measure=measure, value="open")
    return list(judge(made).values())


def _grouped(name: str, hours: np.ndarray, codes: np.ndarray, many: int, level: Callable[[Any], Any]) -> Groups:
    cases = np.array([(codes == at).sum(axis=1) for at in range(many)], dtype=float)
    values = [
        [level(week[of == at]) if (of == at).any() else np.nan for week, of in zip(hours, codes, strict=True)]
        for at in range(many)
    ]
    return Groups(name, tuple(f"{name} {at}" for at in range(many)), np.array(values), cases)


def _believed(one: Analysis) -> bool:
    return improved(one) and one.evidence is not Evidence.WEAK


def _found() -> Iterator[Cell]:
    for measure in ("mean", "median"):
        found = partial(_of_unnamed, _believed, 0.25, 0.0, measure)
        yield Cell(f"mix .6 → .25 nobody named, {measure}: believed", found, "<= 0.05")
        found = partial(_of_unnamed, _blamed, 0.6, 0.2, measure)
        yield Cell(f"20 % quicker, same mix, {measure}: a mix blamed", found, "<= 0.05")
    found = partial(_of_unnamed, lambda one: one.where is not None, 0.6, 0.0, "mean")
    yield Cell("nothing changed: a group found apart", found, "<= 0.05")
    found = partial(_of_unnamed, _kind_found, 0.6, 0.2, "mean", lazy=0.2)
    yield Cell("one of two groups 20 % quicker: found", found, ">= 0.9")


def _of_unnamed(which: _Told, part: float, gain: float, measure: str, lazy: float = 0.0) -> float:
    return _part(unnamed(part, gain, measure, lazy), which)


def _part(found: list[Analysis], which: Callable[[Analysis], bool]) -> float:
    return float(np.mean([which(one) for one in found]))


def _blamed(one: Analysis) -> bool:
    return Remark.MIX_FOUND in one.detail.guards


def _kind_found(one: Analysis) -> bool:
    return one.where is not None and one.where.column == "Kind"


def _spread() -> Iterator[Cell]:
    random = chance(14)
    for name, values in (
        ("φ 0", drawn(24, 12, 0.0, seed=14)),
        ("φ .6", drawn(24, 12, 0.6, seed=14)),
        ("t with 3 degrees", LEVEL + random.standard_t(3, (SERIES, 36))),
        ("exponential", LEVEL + random.exponential(1, (SERIES, 36))),
        ("lognormal", LEVEL + random.lognormal(0, 1, (SERIES, 36))),
    ):
        found = partial(told, values, 24, lambda one: one.detail.spread != "")
        yield Cell(f"quiet, {name}, 24 + 12: another spread", found, "<= 0.06")
    for times, word in ((2.0, "wider"), (0.5, "narrower")):
        values = drawn(24, 12, 0.0, seed=15) - LEVEL
        values[:, 24:] *= times
        found = partial(told, LEVEL + values, 24, lambda one, word=word: one.detail.spread == word)
        yield Cell(f"spread × {times:g}, 24 + 12: {word}", found, ">= 0.5")
    for phi in (0.0, 0.3, 0.6, 0.8):
        found = partial(told, drawn(24, 12, phi, seed=16), 24, lambda one: one.detail.moving_average_shift != "")
        yield Cell(f"quiet, φ {phi:g}, 24 + 12: moving average shifted", found, "<= 0.06")
    found = partial(
        told, drawn(24, 12, 0.0, step=-1, seed=16), 24, lambda one: one.detail.moving_average_shift == "improvement"
    )
    yield Cell("1 σ better, 24 + 12: moving average shifted", found, ">= 0.4")


def _sums() -> Iterator[Cell]:
    yield Cell("printed numbers that do not add up, of 200 series", _off, "<= 0")


def _off() -> float:
    texts = [text for view in test_printed_sums.judged().values() for text in test_printed_sums.said(view)]
    return float(np.mean([bool(off) for text in texts for _, off in adding.sums(text)]))


def _cut() -> Iterator[Cell]:
    """Exports opened in a span and judged by resolution hold survivors alone; whole ones are not taken for cut."""
    yield Cell("survivors, judged by resolution: told to be cut", _survivors, ">= 1")
    yield Cell("whole exports of ten kinds: told to be cut", _whole, "<= 0.01")


def _survivors() -> float:
    logs = [test_further_moments._opened_until(test_further_moments.log(seed)) for seed in range(40)]
    return float(np.mean([test_further_moments.seen(*one) is not None for one in logs]))


def _whole() -> float:
    logs = [test_further_moments.log(seed) for seed in range(4)]
    kinds = [kind(one) for kind in test_further_moments.WHOLE for one in logs]
    return float(np.mean([test_further_moments.seen(*one) is not None for one in kinds]))


def shown(cell: Cell) -> str:
    """A line of the table."""
    wanted = cell.wanted.replace("<=", "≤").replace(">=", "≥")
    others = cell.compare()
    ways = " | ".join("" if one is None else f"{one:.2f}" for one in (others.t, others.mann_whitney, others.last))
    kept = "" if cell.kept else "not kept"
    return f"| {cell.name} | {cell.measured:.3f} ± {cell.error:.3f} | {wanted} | {kept} | {ways} |"


def main(words: Sequence[str] = ()) -> None:
    """Print the table as it stands in the docs, or those of its cells whose names hold one of some words."""
    print(f"| what ({SERIES:,} series a cell) | measured | wanted |  | t | Mann–Whitney | met last period |")
    print("|---|---|---|---|---|---|---|")
    for cell in (one for one in cells() if not words or any(word in one.name for word in words)):
        print(shown(cell), flush=True)
