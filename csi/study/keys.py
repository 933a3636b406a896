"""A mapping of a study read key by key: every wrong one is noted with its place, none stops the reading."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf, isfinite
from typing import Any

import yaml

from csi.definition import Window
from csi.errors import InvalidInput, Section, StudyKey
from csi.terms import YEARS
from csi.words.nearest import nearest

_NO_MARK = 0
_NAMED = ("sources", "kpis", "exclusions", "rates", "rebases")  # below these stand names, or places in a list
LONGEST = 10_000  # characters of one text; as long as a condition may be
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
MOST_NODES = 200_000  # values of a study with its aliases written out; ours


@dataclass
class Notes:
    """Where each key stands in the file, and every error found so far.

    Attributes:
        name: stands in front of every error.
        lines: the line of each key by its path.
        environment: values for ``${NAME}``; None: nothing is known of them here.
        held: sources whose rows are handed over, so that they need no file; None: none can be.
        read: every key that was looked for, by its place: names and numbers in it are ``*``.
    """

    name: str
    lines: Mapping[str, int] = field(default_factory=dict)
    errors: list[InvalidInput] = field(default_factory=list)
    environment: Mapping[str, str] | None = None
    held: Collection[str] | None = None
    read: dict[str, set[str]] = field(default_factory=dict)

    def wrong(self, path: str, reason: str) -> None:
        """Note an error at a key (``kpis.mttr.unit``)."""
        line = line_of(path, self.lines)
        where = f"{self.name}, line {line}, {path}" if line else f"{self.name}, {path}"
        self.errors.append(InvalidInput(where if path else self.name, reason, about=_about(path)))


def _about(path: str) -> StudyKey | None:
    """The key at a path that lies in a KPI or a source; None of any other."""
    section, _, rest = path.partition(".")
    name, _, key = rest.partition(".")
    return StudyKey(Section(section), name, key) if section in tuple(Section) and name else None


def line_of(path: str, lines: Mapping[str, int]) -> int:
    """The line of a key, or of the nearest key around it that is there; 0 without one."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, _NO_MARK)


class Keys:
    """One mapping at one place of the study."""

    def __init__(self, mapping: Any, path: str, notes: Notes) -> None:
        self.path = path
        self.notes = notes
        self.seen: set[str] = set()
        self.mapping: Mapping[str, Any] = {}
        if isinstance(mapping, Mapping):
            self.mapping = {str(key): value for key, value in mapping.items()}
        elif mapping is not None:
            notes.wrong(path, f"expected keys and values, not {_kind(mapping)}")

    def at(self, key: str) -> str:
        """The full path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, reason: str) -> None:
        """Note an error at a key."""
        self.notes.wrong(self.at(key), reason)

    def get(self, key: str) -> Any:
        """The raw value; None when absent."""
        self.seen.add(key)
        self.notes.read.setdefault(_place(self.path), set()).add(key)
        return self.mapping.get(key)

    def text(self, key: str, default: str = "", *, needed: str = "") -> str:
        """A text; ``needed`` says what was expected where it may not be absent."""
        value = self.get(key)
        if value is None:
            if needed:
                self.wrong(key, f"is missing; expected {needed}")
            return default
        if isinstance(value, bool | dict | list):
            self.wrong(key, f"expected {needed or 'a text'}, not {_kind(value)}")
            return default
        text = value.isoformat() if isinstance(value, date | datetime) else _written(value).strip()
        if needed and not text:
            self.wrong(key, f"is empty; expected {needed}")
        if len(text) > LONGEST:
            self.wrong(key, f"expected at most {LONGEST:,} characters, not {len(text):,}")
            return default
        return text

    def choice(
        self, key: str, allowed: Collection[str], default: str = "", *, needed: bool = False, other: str = ""
    ) -> str:
        """One of several words, or what is no word (``other``)."""
        words = ", ".join(allowed) + other
        value = self.text(key, default, needed=f"one of {words}" if needed else "")
        if value and value not in allowed:
            near = nearest(value, map(str, allowed))
            hint = f" (did you mean {near!r}?)" if near else ""
            self.wrong(key, f"{value!r} is not known; expected one of {words}{hint}")
            return default
        return value

    def number(self, key: str) -> float | None:
        """A finite number, or None when absent."""
        value = self.get(key)
        if value is None:
            return None
        number = finite(value)
        if number is None:
            self.wrong(key, f"expected a number, not {shown(value)}")
        return number

    def size(self, key: str) -> float | None:
        """A finite number that is not negative, or None when absent."""
        number = self.number(key)
        if number is not None and number < 0:
            self.wrong(key, f"expected 0 or more, not {shown(number)}")
            return None
        return number

    def whole(self, key: str) -> int | None:
        """A whole number, or None when absent."""
        value = self.number(key)
        if value is not None and not value.is_integer():
            self.wrong(key, f"expected a whole number, not {shown(value)}")
            return None
        return None if value is None else int(value)

    def day(self, key: str, *, needed: bool = False) -> date | None:
        """A date; None when absent or wrong."""
        value = self.moment(key, needed=needed)
        if isinstance(value, datetime):
            if (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0):
                self.wrong(key, f"expected a date such as 2026-03-01 without a time, not {shown(value)}")
            return value.date()
        return value

    def moment(self, key: str, *, needed: bool = False) -> date | datetime | None:
        """A date or a moment; None when absent or wrong."""
        value = self.get(key)
        if value is None:
            if needed:
                self.wrong(key, "is missing; expected a date such as 2026-03-01")
            return None
        found = as_moment(value)
        if found is None:
            what = "there is no such day; " if isinstance(value, str) and _DAY.match(value) else ""
            self.wrong(key, f"{what}expected a date such as 2026-03-01, not {shown(value)}")
        elif found.year not in YEARS:
            self.wrong(key, f"expected a year from {YEARS[0]} to {YEARS[-1]}, not {found.year}")
            return None
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        value = self.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, dict | list) or item is None for item in items):
            self.wrong(key, f"expected a list of texts, not {shown(value)}")
            return ()
        return tuple(_cell(item) for item in items)

    def keys(self, key: str) -> Keys:
        """The mapping below a key; empty when absent."""
        return Keys(self.get(key), self.at(key), self.notes)

    def items(self, key: str) -> list[Keys]:
        """The list of mappings below a key; empty when absent."""
        value = self.get(key)
        if value is not None and not isinstance(value, list):
            self.wrong(key, f"expected a list, not {_kind(value)}")
            return []
        return [Keys(item, f"{self.at(key)}.{index}", self.notes) for index, item in enumerate(value or [])]

    def below(self) -> dict[str, Keys]:
        """Every key with the mapping below it."""
        return {key: self.keys(key) for key in self.mapping}

    def end(self, *also: str) -> None:
        """Note every key nobody asked for."""
        known = sorted(self.seen | set(also))
        for key in self.mapping:
            if key not in known:
                near = nearest(key, known)
                hint = f"did you mean {near!r}?" if near else f"expected one of {', '.join(known)}"
                self.wrong(key, f"is not a key here; {hint}")


def window_of(above: Keys, key: str) -> Window | None:
    """A half-open span of days ``{from, to}``; None where it is absent or wrong."""
    if above.get(key) is None:
        return None
    keys = above.keys(key)
    start, end = keys.day("from", needed=True), keys.day("to", needed=True)
    keys.end()
    if start is None or end is None:
        return None
    if end < start:
        keys.wrong("to", f"{end} is before {start}; expected from and to the other way round")
    elif end == start:
        keys.wrong("to", f"{end} is not after {start}; windows are half-open, the end is left out")
    return Window(start, end)


def in_order(above: Keys, baseline: Window | None, evaluation: Window | None) -> None:
    """Note an evaluation that begins inside its baseline."""
    if baseline and evaluation and evaluation.start < baseline.end:
        reason = f"starts on {evaluation.start}, inside the baseline; expected {baseline.end} or later"
        above.wrong("evaluation", reason)


def _place(path: str) -> str:
    """``kpis.*.value`` of ``kpis.mttr.value``: what a person names is not part of the place."""
    parts = path.split(".")
    named = len(parts) > 1 and parts[0] in _NAMED
    return ".".join([parts[0], "*", *parts[2:]] if named else parts)


def finite(value: Any) -> float | None:
    """A number that is one, within what a double holds; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:  # a whole number of more than 308 digits
        return None


def as_moment(value: Any) -> date | datetime | None:
    """A date or moment from what YAML gives, or from ISO text; None when it is neither."""
    if isinstance(value, date | datetime):
        return value
    if not isinstance(value, str):
        return None
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(value.strip())
        except ValueError:
            continue
    return None


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _written(value: Any) -> str:
    """A value as text; of a whole number beyond what Python writes out in digits its size."""
    try:
        return str(value)
    except ValueError:
        whole = isinstance(value, int)
        return f"{'-' * (value < 0)}2^{value.bit_length() - 1} …" if whole else "something so long"


def shown(value: Any) -> str:
    """A value as an error tells it."""
    text = repr(value) if isinstance(value, str) else _written(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _kind(value: Any) -> str:
    names = {
        list: "a list",
        dict: "keys and values",
        bool: "true or false (a name such as yes, no, on or off stands in quotes)",
        str: "a text",
    }
    return names.get(type(value), shown(value))


_WORDS_AS_KEYS = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null")


class Loader(yaml.SafeLoader):
    """As the safe loader, but a day that is none (30 February) stays text, so that its key and line can be told."""

    def construct_yaml_timestamp(self, node: Any) -> Any:
        """A date or moment, or the text where there is no such day."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return node.value

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """A mapping whose keys off, on, no, yes and null are the words that were written."""
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if key.tag in _WORDS_AS_KEYS:
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep=deep)


Loader.add_constructor("tag:yaml.org,2002:timestamp", Loader.construct_yaml_timestamp)


def loaded(text: str) -> tuple[Any, dict[str, int], list[str]]:
    """A YAML text as plain values; line (1-based) of every key by its path; and the keys written twice.

    Raises:
        yaml.YAMLError: it is none.
        ValueError: its aliases unfold to more than is read.
    """
    loader = Loader(text)
    try:
        root = loader.get_single_node()
        lines, twice = lines_of(root)
        return None if root is None else loader.construct_document(root), lines, twice
    finally:
        loader.dispose()


def lines_of(root: Any) -> tuple[dict[str, int], list[str]]:
    """Line of every key below a node by its path (list items by position), and the keys written twice."""
    lines: dict[str, int] = {}
    twice: list[str] = []
    if root is not None and _unfolded(root, {}) > MOST_NODES:
        raise ValueError(f"its aliases unfold to more than {MOST_NODES:,} values")
    pending: list[tuple[str, Any]] = [("", root)] if root is not None else []
    visited: set[int] = set()
    while pending:
        path, node = pending.pop()
        if id(node) in visited:  # anchors may point back
            continue
        visited.add(id(node))
        for key, child, mark in _children(node):
            below = f"{path}.{key}" if path else key
            if below in lines:
                twice.append(below)
            else:
                pending.append((below, child))
            lines[below] = mark + 1
    return lines, twice


def _unfolded(node: Any, known: dict[int, float]) -> float:
    """How many values a node stands for with its aliases written out; without end for one that holds itself."""
    if id(node) not in known:
        known[id(node)] = inf
        known[id(node)] = 1 + sum(_unfolded(child, known) for _, child, _ in _children(node))
    return known[id(node)]


def _children(node: Any) -> list[tuple[str, Any, int]]:
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), value, key.start_mark.line) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(str(index), child, child.start_mark.line) for index, child in enumerate(node.value)]
    return []
