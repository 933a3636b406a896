"""Column names of a delivery: duplicates, empty names and renamed columns made usable."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from unicodedata import normalize

from csi.errors import InvalidInput
from csi.words.nearest import nearest

_SHOWN = 40


def usable_names(header: Sequence[str], width: int = 0) -> tuple[str, ...]:
    """Names without blanks around them, each once: a second ``Variant`` becomes ``Variant_2``.

    An empty name becomes ``column_N`` by its position; ``width`` adds unnamed columns beyond the header.
    """
    cells = [_plain(cell) for cell in header]
    cells += [""] * (width - len(cells))
    taken: set[str] = set()
    names = []
    for position, cell in enumerate(cells, start=1):
        name = _free(cell or f"column_{position}", taken | set(cells[position:]) if not cell else taken)
        taken.add(name)
        names.append(name)
    return tuple(names)


def repeated_names(header: Sequence[str], width: int = 0) -> dict[str, tuple[str, ...]]:
    """Per name that stands more than once what its further columns are called: ``Variant`` has ``Variant_2``."""
    cells = [_plain(cell) for cell in header]
    further: dict[str, list[str]] = {}
    for cell, name in zip(cells, usable_names(header, width), strict=False):
        if cell and cell != name:
            further.setdefault(cell, []).append(name)
    return {name: tuple(names) for name, names in further.items()}


def _plain(cell: str) -> str:
    """A name with single blanks, and with each accent on its letter: programs of a Mac write them one by one."""
    return normalize("NFC", " ".join(cell.split()))


def _free(name: str, taken: Collection[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def renamed(names: Sequence[str], columns: Mapping[str, str]) -> tuple[str, ...]:
    """Apply a mapping's renaming (file's name to name used); a name it no longer finds is an error."""
    for old in columns:
        require(old, names, field="columns")
    made = tuple(columns.get(name, name) for name in names)
    if twice := next((name for name in made if made.count(name) > 1), ""):
        raise InvalidInput("columns", f"two columns would be called ‘{twice}’. Expected another name for one of them.")
    return made


def require(name: str, names: Sequence[str], *, field: str = "column", filename: str = "") -> None:
    """Refuse a column that is not there, naming those that are.

    Raises:
        InvalidInput: with the nearest name when there is one.
    """
    if name in names:
        return
    near = nearest(name, names)
    hint = f" Did you mean ‘{near}’?" if near else ""
    have = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    raise InvalidInput(field, f"{filename or 'The file'} has no column ‘{name}’.{hint} It has: {have}.")
