"""Rows read ahead, in sets: what rules and reminders ask cycle by cycle is asked once for many of them.

``csi.storage.read_ahead`` fills it in a session that only reads, and ``csi.storage.rows`` looks here before it asks the
database; whoever asks need not know. What was not read ahead is asked as ever.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

_KEPT = "ahead"


@dataclass(slots=True)
class _Set:
    """All rows of a workspace whose ``column`` is one of ``keys`` (without a column: all there are).

    ``within`` are further conditions under which they were read: it answers only who asks for no more than those.
    """

    column: str
    keys: frozenset[Hashable]
    within: Mapping[str, frozenset[Hashable]]
    by: dict[Hashable, list[Any]] = field(default_factory=dict)

    def answer(self, equal: Mapping[str, Any]) -> list[Any] | None:
        """The rows with these values, or None where not all of them are held."""
        if any(name not in equal or not _values(equal[name]) <= kept for name, kept in self.within.items()):
            return None
        if not self.column:
            return [one for found in self.by.values() for one in found]
        if self.column not in equal:
            return None
        wanted = _values(equal[self.column])
        return [one for key in wanted for one in self.by.get(key, ())] if wanted <= self.keys else None


@dataclass(slots=True)
class _Held:
    sets: list[_Set] = field(default_factory=list)
    by_id: dict[int, Any] = field(default_factory=dict)


def keep(
    session: Session,
    table: type[Any],
    team_id: str,
    found: Sequence[Any],
    *,
    column: str,
    keys: Iterable[Hashable],
    **within: Any,
) -> None:
    """Hold what was found for these keys of a column; a key that nothing was found for has no row.

    What is held may be rows of a table, or what else was counted of them under a class of its own; it has an ``id``.
    """
    held = session.info.setdefault(_KEPT, {}).setdefault((table, team_id), _Held())
    made = _Set(column, frozenset(keys), {name: _values(value) for name, value in within.items()})
    for one in found:
        made.by.setdefault(getattr(one, column) if column else None, []).append(one)
    held.sets.append(made)
    held.by_id.update({one.id: one for one in found})


def found(session: Session, table: type[Any], team_id: str, order: str, equal: Mapping[str, Any]) -> list[Any] | None:
    """The rows that have these values in this order, where all of them are held; else None."""
    held = session.info.get(_KEPT, {}).get((table, team_id))
    known = _known(held, equal) if held else None
    if known is None:
        return None
    fitting = [one for one in known if all(getattr(one, name) in _values(value) for name, value in equal.items())]
    return _ordered(session, fitting, order)


def _known(held: _Held, equal: Mapping[str, Any]) -> list[Any] | None:
    if isinstance(equal.get("id"), int) and equal["id"] in held.by_id:
        return [held.by_id[equal["id"]]]
    answers = (one.answer(equal) for one in held.sets)
    return next((answer for answer in answers if answer is not None), None)


def _values(value: Any) -> frozenset[Hashable]:
    return frozenset(value) if isinstance(value, tuple) else frozenset((value,))


def _ordered(session: Session, known: list[Any], order: str) -> list[Any] | None:
    """As the database orders them: on SQLite nothing comes before all else, on PostgreSQL after; words it orders."""
    column, nulls_first = order.removeprefix("-"), session.connection().dialect.name == "sqlite"
    values = [getattr(one, column) for one in known]
    if any(isinstance(value, str) for value in values):
        return None
    paired = sorted(zip(values, known, strict=True), key=lambda pair: pair[1].id)
    some = sorted((pair for pair in paired if pair[0] is not None), key=lambda pair: pair[0], reverse=order[0] == "-")
    none = [pair for pair in paired if pair[0] is None]
    return [one for _, one in (none + some if nulls_first != (order[0] == "-") else some + none)]
