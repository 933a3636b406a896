"""One catalogue entry, checked: what a KPI means before a team makes it its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from csi.errors import InvalidInput
from csi.measures import MEASURES
from csi.terms import Audience, Direction

KINDS = ("service", "process", "technology")
ASPECTS = ("speed", "quality", "cost", "volume", "flow", "availability", "satisfaction")
CALENDARS = ("24x7", "agreed hours")
COMPUTED_KEYS = ("at", "measure", "value", "where", "good")
NEEDS_COUNTER_METRIC = ("speed", "cost", "volume")  # rule V1.7

MIN_N = 5  # a smaller group is suppressed; Source: docs/rules.md (V6.7)
LOW_N = 20  # below it a value is labelled "low n"; Source: as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A KPI as the catalogue knows it.

    ``computed`` holds docs/study.md's keys (at, measure, value, where, good) as far as they are the same for everyone;
    it is empty where no measure of a study computes the KPI. ``band`` is None where the team must set it.
    """

    id: str
    name: str
    question: str
    kind: str
    aspect: str
    formula: str
    unit: str
    direction: Direction
    cohort: str
    calendar: str
    required_fields: tuple[str, ...]
    counter_metrics: tuple[str, ...]
    pitfall: str
    csfs: tuple[str, ...]
    audience: tuple[Audience, ...]
    optional_fields: tuple[str, ...] = ()
    band: tuple[float, float] | None = None
    settle_days: int = 0
    min_n: int = MIN_N
    version: int = 1
    computed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def needs_counter_metric(self) -> bool:
        """Whether rule V1.7 asks for a counter-metric: speed, cost and volume are easily gamed."""
        return self.aspect in NEEDS_COUNTER_METRIC

    @property
    def qualitative(self) -> bool:
        """Whether it says how people feel about the service (rule V1.6)."""
        return self.aspect == "satisfaction"


TEXTS = ("name", "question", "formula", "unit", "cohort", "pitfall")
LISTS = ("required_fields", "counter_metrics", "csfs", "audience")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": KINDS,
    "aspect": ASPECTS,
    "calendar": CALENDARS,
    "direction": tuple(Direction),
}
WHOLE = ("settle_days", "min_n", "version")
KNOWN = frozenset((*TEXTS, *LISTS, *CHOICES, *WHOLE, "optional_fields", "band", "computed"))


def errors_in(id: str, plain: Mapping[str, Any]) -> list[InvalidInput]:
    """Everything wrong with an entry as written, each named ``K09.unit``."""
    checks: tuple[Callable[[Mapping[str, Any]], list[tuple[str, str]]], ...] = (
        _unknown_keys,
        _texts,
        _lists,
        _choices,
        _numbers,
        _audience,
        _computed,
    )
    return [InvalidInput(f"{id}.{key}", reason) for check in checks for key, reason in check(plain)]


def from_plain(id: str, plain: Mapping[str, Any]) -> Entry:
    """The entry for a mapping without errors."""
    values = dict(plain)
    for key in (*LISTS, "optional_fields"):
        values[key] = tuple(values.get(key, ()))
    values["audience"] = tuple(Audience(name) for name in values["audience"])
    values["direction"] = Direction(values["direction"])
    if values.get("band"):
        values["band"] = tuple(float(edge) for edge in values["band"])
    values["computed"] = MappingProxyType(dict(values.get("computed", {})))
    return Entry(id=id, **values)


def _unknown_keys(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, "is not a key of a catalogue entry.") for key in plain if key not in KNOWN]


def _texts(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    bad = [key for key in TEXTS if not isinstance(plain.get(key), str) or not plain[key].strip()]
    return [(key, "is missing; expected a text.") for key in bad]


def _lists(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    bad = [key for key in LISTS if not isinstance(plain.get(key), list) or not plain[key]]
    return [(key, "is missing; expected a list with at least one item.") for key in bad]


def _choices(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (key, f"is {plain.get(key)!r}; expected one of {', '.join(choices)}.")
        for key, choices in CHOICES.items()
        if plain.get(key) not in choices
    ]


def _numbers(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [
        (key, f"is {plain[key]!r}; expected a whole number from 0 up.")
        for key in WHOLE
        if key in plain and (not isinstance(plain[key], int) or plain[key] < 0)
    ]
    band = plain.get("band")
    if band is not None and not (isinstance(band, list) and len(band) == 2 and band[0] < band[1]):
        found.append(("band", f"is {band!r}; expected [low, high]."))
    return found


def _audience(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = plain.get("audience") if isinstance(plain.get("audience"), list) else []
    bad = [name for name in names or [] if name not in tuple(Audience)]
    return [("audience", f"names {name!r}; expected one of {', '.join(Audience)}.") for name in bad]


def _computed(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    computed = plain.get("computed", {})
    found = [("computed", f"has {key!r}, which no study knows.") for key in computed if key not in COMPUTED_KEYS]
    if computed and computed.get("measure") not in MEASURES:
        found.append(("computed.measure", f"is {computed.get('measure')!r}; expected one of {', '.join(MEASURES)}."))
    return found
