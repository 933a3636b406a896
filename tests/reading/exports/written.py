"""A small file as a program writes it, from a header that says beside each column what it stands for."""

from __future__ import annotations

from functools import cache

from csi.reading.exports import Export, Meaning, recognised
from csi.reading.exports.meanings import Shape

_CELLS = {
    Shape.KEY: ("T-1", "T-2", "T-3"),
    Shape.NUMBER: ("0", "1", "0"),
    Shape.DURATION: ("60", "90", "75"),
    Shape.FLAG: ("true", "false", "true"),
    Shape.RATING: ("5", "4", "2"),
    Shape.VERSION: ("1", "2", "1"),
    Shape.TEXT: ("a", "b", "a"),
}
_DAY = {
    Meaning.OPENED: 2,
    Meaning.STARTED: 2,
    Meaning.COMMITTED: 2,
    Meaning.ASSIGNED: 3,
    Meaning.FIRST_RESPONSE: 3,
}


def cells_of(means: str, own: str = "") -> tuple[str, ...]:
    """Three cells that hold what a meaning has to; ``own`` are those of this column: ``Yes/No/Yes``."""
    if own:
        return tuple(own.split("/")) if own.count("/") == 2 else (own, own, own)
    if means == "-":
        return ("x", "y", "z")
    meaning = Meaning(means)
    if meaning.shape is Shape.MOMENT:
        day = _DAY.get(meaning, 5)
        return tuple(f"2026-03-{day + row:02d} 10:00:00" for row in range(3))
    return _CELLS[meaning.shape]


def table(spec: str) -> tuple[list[str], list[list[str]], dict[str, str]]:
    """Names, three rows, and meaning -> name, of ``name > meaning = cells | …``; ``-`` stands for nothing known."""
    names, columns, wanted = [], [], {}
    for part in spec.split(" | "):
        name, said = part.strip().rsplit(" > ", 1)
        means, _, own = (piece.strip() for piece in said.partition(" = "))
        names.append(name)
        columns.append(cells_of(means, own))
        if means != "-":
            wanted[means] = name
    return names, [list(row) for row in zip(*columns, strict=True)], wanted


@cache
def read(spec: str) -> Export | None:
    """The export that such a file is recognised as."""
    names, rows, _ = table(spec)
    return recognised(names, rows)
