"""KPIs that can be picked: which are ticked at first, what guards which, and the targets that the past suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from csi.kpi_catalogue import entries
from csi.kpi_catalogue.entry import NEEDS_COUNTER_METRIC, Entry
from csi.study.drafting.standing import Standing
from csi.terms import Direction

TICKED = 3  # ticked at first, their counter-metrics besides; Source: docs/rules.md (V1.3)
# What a first cycle looks at, the most telling first: how fast, how content, how well.
_RANK = {name: place for place, name in enumerate(("speed", "satisfaction", "availability", "quality", "cost"))}
_WELL = ("satisfaction", "quality")  # what suffers when people only hurry, the most telling first
SELDOM = ("volume", "flow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A KPI that can be picked.

    Attributes:
        id: its name within the proposal.
        direction: which way is better, as far as it is known; a guess where ``asks`` names it.
        aspect: what it looks at (speed, quality …); empty where nobody knows.
        definition: docs/study.md's keys of how it is computed, in the file's column names; without data the
            catalogue's.
        asks: what only a person knows of it: docs/study.md's key → why.
        counters: ids of other candidates that suffer when people only chase this one.
        standing: where it stands by the data; None without.
    """

    id: str
    name: str
    unit: str
    direction: str
    catalogue: str = ""
    aspect: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    counters: tuple[str, ...] = ()
    standing: Standing | None = None


def with_counters(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Each with those that guard it, as the catalogue names them; where it names none of them and the KPI is easily
    gamed, what shows how well it was done."""
    by_entry = {one.catalogue: one.id for one in found if one.catalogue}
    named = {one.id: entries()[one.catalogue].counter_metrics if one.catalogue else () for one in found}
    well = [one.id for aspect in _WELL for one in found if one.aspect == aspect and not one.asks]

    def guarding(one: Candidate) -> tuple[str, ...]:
        own = tuple(by_entry[id] for id in named[one.id] if id in by_entry)
        return own or (tuple(well[:1]) if one.aspect in NEEDS_COUNTER_METRIC else ())

    return tuple(replace(one, counters=guarding(one)) for one in found)


def ticked(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Ids of those that are ticked at first: three that look at different things as far as there are such, and what
    guards them.

    What only a person knows something of is not ticked; how much there is, which nobody improves, only where nothing
    else is there.
    """
    sure = [one for one in candidates if not one.asks]
    able = [one for one in sure if one.aspect not in SELDOM] or sure
    ordered = sorted(able, key=lambda one: _RANK.get(one.aspect, len(_RANK)))
    chosen: list[Candidate] = []
    for is_new_aspect in (True, False):
        for one in ordered:
            guarding = {id for other in chosen for id in other.counters[:1]}
            seen = {other.aspect for other in chosen}
            if len(chosen) < TICKED and one not in chosen and one.id not in guarding:
                chosen += [one] if one.aspect not in seen or not is_new_aspect else []
    wanted = {*(one.id for one in chosen), *(id for one in chosen for id in one.counters[:1])}
    return tuple(one.id for one in candidates if one.id in wanted)


def guards(picked: Sequence[Candidate]) -> Mapping[str, str]:
    """Which of those picked guards which: id of the guarded → id of its counter-metric."""
    there = {one.id for one in picked}
    named = ((one.id, next((id for id in one.counters if id in there), "")) for one in picked)
    return {id: guard for id, guard in named if guard}


def only_guards(picked: Sequence[Candidate]) -> frozenset[str]:
    """Those of them that are there for others: they guard what looks at something that is easily gamed, and do not do
    so themselves; that people are content is wanted for itself."""
    found = guards(picked)
    gamed = {one.id for one in picked if one.aspect in NEEDS_COUNTER_METRIC}
    wanted = {one.id for one in picked if one.aspect == "satisfaction"}
    return frozenset(guard for id, guard in found.items() if id in gamed) - gamed - wanted


def likely_target(one: Candidate, *, is_guard: bool, factor: float = 1.0) -> float | None:
    """The target that the data suggest: the best quarter so far, where that is better than now; of what only guards
    others the worst, which is not to be passed. None where they suggest none. In the file's unit, or in one of which
    ``factor`` make one of that."""
    seen = one.standing
    if seen is None or seen.best is None or seen.worst is None or "direction" in one.asks:
        return None
    wanted, present = rounded(seen.worst if is_guard else seen.best), rounded(seen.now)
    higher = one.direction == Direction.HIGHER
    is_better = wanted > present if higher else wanted < present
    return rounded(wanted * factor) if is_guard or is_better else None


def rounded(value: float) -> float:
    """A number with three significant digits, as people set targets."""
    return float(f"{value:.3g}")


def of_entries(ids: Sequence[str]) -> tuple[Candidate, ...]:
    """Entries of the catalogue as candidates, where no data are there to try them on."""
    return with_counters([_of_entry(entries()[id]) for id in dict.fromkeys(ids) if id in entries()])


def _of_entry(known: Entry) -> Candidate:
    return Candidate(
        id=known.id,
        name=known.name,
        unit=known.unit,
        direction=known.direction.value,
        catalogue=known.id,
        aspect=known.aspect,
        definition=dict(known.computed),
    )
