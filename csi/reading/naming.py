"""Columns of a file called as the KPIs call them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading import mending
from csi.reading.name_words import says_begun, says_closed, says_opened, says_resolved
from csi.reading.wide import shape_of

_FILLERS = frozenset({"at", "on", "date", "time"})  # `opened_at`, `Opened` and `Date opened` mean the same
_ALIKE = 0.7
# What ticket tools call the same: Jira, Zendesk, Freshdesk, ServiceNow.
_SAME = {
    "created": "opened",
    "submitted": "opened",
    "reported": "opened",
    "raised": "opened",
    "logged": "opened",
    "solved": "resolved",
    "reassignment": "reassign",
    "reassignments": "reassign",
    "reopen": "reopened",
    "reopens": "reopened",
}


def _any(_: str, __: str) -> bool:
    """Whatever a column holds."""
    return True


def guesses(wanted: Sequence[str], there: Sequence[str], fits: Callable[[str, str], bool] = _any) -> dict[str, str]:
    """Per name the column that is probably meant, no column twice; names that are like none are left out.

    Args:
        wanted: the names KPIs use.
        there: the columns of the file.
        fits: whether what a column (second) holds is what a name (first) is wanted for.
    """
    found: dict[str, str] = {}
    for told, alike in ((_plain, 1.0), (_sense, 1.0), (_plain, _ALIKE), (_meaning, 1.0), (_span, 1.0)):
        for name in (one for one in wanted if one not in found):
            free = {told(one): one for one in reversed(there) if one not in found.values() and fits(name, one)}
            like = get_close_matches(told(name), list(free), n=1, cutoff=alike)
            if like:
                found[name] = free[like[0]]
    return found


def _plain(name: str) -> str:
    """What tells a name from others: its words without those that only say that it is a moment."""
    return "".join(_words(name))


def _sense(name: str) -> str:
    """The same, once tools' words for one thing are one word."""
    return "".join(_SAME.get(word, word) for word in _words(name))


def _meaning(name: str) -> str:
    """Which moment of a case a name says, in whatever language; else what tells it from others."""
    moments = {"opened": says_opened, "resolved": says_resolved, "closed": says_closed}
    return next((moment for moment, says in moments.items() if says(name)), _plain(name))


def _span(name: str) -> str:
    """The same, where a case that was closed was resolved, and one that began was opened."""
    meaning = _meaning(name)
    return {"closed": "resolved"}.get(meaning, "opened" if says_begun(name) else meaning)


def _words(name: str) -> list[str]:
    words = re.findall(r"[^\W_]+", name.lower())
    return [word for word in words if word not in _FILLERS] or words


def names_used(said: SourceDefinition, columns: Sequence[str]) -> tuple[str, ...]:
    """A delivery's columns under the names used: renamed, joined, melted; without those that only mend lines."""
    names = [said.columns.get(name, name) for name in columns if name not in mending.MARKS]
    return shape_of(said.options).names(names)


def with_names(said: SourceDefinition, names: Mapping[str, str]) -> SourceDefinition:
    """The mapping once columns of the file are called otherwise.

    Args:
        said: the mapping as it is.
        names: per column, by the file's own name, what it is called from now on.

    Raises:
        InvalidInput: beside the name of a column that already stands for another one.
    """
    taken: dict[str, str] = {}
    for own, name in names.items():
        if name in taken:
            raise InvalidInput(name, f"‘{taken[name]}’ and ‘{own}’ cannot both be {name}.")
        taken[name] = own
    columns = {**said.columns, **{own: name for own, name in names.items() if own != name}}
    now = {said.columns.get(own, own): name for own, name in names.items()}
    return replace(called(said, now), columns=columns)


def as_in_file(said: SourceDefinition) -> SourceDefinition:
    """The mapping by the file's own names, as a form shows it."""
    return replace(called(said, {name: own for own, name in said.columns.items()}), columns={})


def called(said: SourceDefinition, now: Mapping[str, str]) -> SourceDefinition:
    """The mapping with other names wherever it names a column."""
    return replace(
        said,
        key=now.get(said.key, said.key),
        latest_by=now.get(said.latest_by, said.latest_by),
        column_dates={now.get(name, name): order for name, order in said.column_dates.items()},
        zones={now.get(name, name): zone for name, zone in said.zones.items()},
        options={name: _option(name, value, now) for name, value in said.options.items()},
    )


def _option(name: str, value: Any, now: Mapping[str, str]) -> Any:
    if name in ("moments", "numbers", "meant"):
        return _each(value, now)
    if name == "melt":
        return {**value, "keep": _each(value.get("keep", ()), now)}
    if name == "join":
        return {made: _each(parts, now) for made, parts in value.items()}
    if name == "units":
        return {now.get(column, column): _unit(unit, now) for column, unit in value.items()}
    return value


def _each(names: Collection[str], now: Mapping[str, str]) -> list[str]:
    return [now.get(name, name) for name in names]


def _unit(unit: Any, now: Mapping[str, str]) -> Any:
    """A unit, or the column that holds each row's."""
    return {"column": now.get(unit["column"], unit["column"])} if isinstance(unit, Mapping) else unit
