"""What must agree before two numbers are compared (V4.1): the refusal names every difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from csi.definition import CalendarDefinition, KpiDefinition, canonical, hash_of
from csi.errors import NotComparable
from csi.terms import Period


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a number was made.

    ``definition`` is measure, source, at, value and good; ``scope`` is ``where``; ``calendar`` the agreed hours.
    """

    unit: str
    period: str
    timezone: str
    scope: str
    definition: Mapping[str, Any]
    calendar: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """Equal for equal terms."""
        return hash_of(self)


_PLAIN = ("unit", "period", "timezone")
_NAMES = {"timezone": "time zone"}
_KEYS = {"start": "from", "end": "to"}  # as docs/study.md calls them


def terms_of(kpi: KpiDefinition, period: Period, timezone: str, calendar: CalendarDefinition) -> Terms:
    """The terms of a KPI of a study."""
    definition = {name: getattr(kpi, name) for name in ("measure", "source", "at", "value", "good")}
    plain = canonical(definition)
    return Terms(kpi.unit, str(period), timezone, kpi.where, plain, canonical(calendar))


def differences(before: Terms, after: Terms) -> tuple[str, ...]:
    """Every difference as a phrase; none when the two may be compared."""
    found = [
        f"{_NAMES.get(name, name)} was {getattr(before, name) or 'none'}, is {getattr(after, name) or 'none'}"
        for name in _PLAIN
        if getattr(before, name) != getattr(after, name)
    ]
    if before.scope.split() != after.scope.split():
        found.append(f"scope was {_all(before.scope)}, is {_all(after.scope)}")
    found += _definition(before.definition, after.definition)
    if canonical(before.calendar) != canonical(after.calendar):
        found.append("calendar of agreed hours has changed")
    return tuple(found)


def require(before: Terms, after: Terms) -> None:
    """Refuse to compare what differs.

    Raises:
        NotComparable: with every difference.
    """
    if found := differences(before, after):
        raise NotComparable(found)


def _definition(before: Mapping[str, Any], after: Mapping[str, Any], within: str = "") -> list[str]:
    said = []
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping) and set(old) & set(new):
            said += _definition(old, new, f"{within}{key} ")
        elif canonical(old) != canonical(new):
            said.append(f"definition: {within}{_KEYS.get(key, key)} was {_shown(old)}, is {_shown(new)}")
    return said


def _all(scope: str) -> str:
    return f"“{scope}”" if scope.strip() else "all rows"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_KEYS.get(key, key)} {item}" for key, item in value.items())
    return str(value) if value not in (None, "") else "none"
