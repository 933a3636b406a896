"""Columns and texts as the language of conditions writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_RESERVED = frozenset({"and", "or", "not", "in", "is", "missing", "true", "false", "value"})
_WORD = re.compile(r"[^\W\d]\w*")


def is_sayable(column: str) -> bool:
    """Whether a condition can name a column: nothing quotes a backtick."""
    return "`" not in column


def column(name: str) -> str:
    """A column in a condition: in backticks where it is not one plain word."""
    plain = _WORD.fullmatch(name) and name not in _RESERVED
    return name if plain else f"`{name}`"


def text(value: str) -> str:
    """A text in a condition."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def among(name: str, values: Sequence[str]) -> str:
    """The condition that a column holds one of some texts."""
    if len(values) == 1:
        return f"{column(name)} == {text(values[0])}"
    return f"{column(name)} in ({', '.join(map(text, values))})"


def filled(name: str) -> str:
    """The condition that a column holds something."""
    return f"not {column(name)} is missing"


def renamed(condition: str, names: Mapping[str, str]) -> str:
    """A catalogue's condition with its columns called as in the file; texts in quotes stay."""
    parts = re.split(r'("[^"]*")', condition)
    return "".join(part if part.startswith('"') else _words(part, names) for part in parts)


def _words(part: str, names: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: column(names[found[0]]) if found[0] in names else found[0], part)
