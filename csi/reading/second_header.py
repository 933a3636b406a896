"""A second row of names below the header, as survey tools write it: what was asked above, what it is about below; or
one of units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from csi.reading.column_headers import header_with

_DIGIT = re.compile(r"\d")
_A_YEAR = re.compile(r"(?:19|20)\d\d")
_LOOKED_AT = 50
_LEAST_ROWS = 3
_LEAST_COLUMNS = 2
_NEARLY_ALL = 0.9
# What a survey says below a question of one answer.
_ANSWER = re.compile(r"(?:open-ended )?(?:response|answer|antwort|réponse|respuesta|resposta|risposta)", re.IGNORECASE)


def is_second_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the first row below a header holds names, too.

    It does where it says nothing in any of the columns (two at least) that hold dates, numbers or ids below, and what
    it says elsewhere stands in no row below.

    Args:
        row: the cells of the row below the header.
        below: the rows below it, as wide.
    """
    rows = [cells for cells in below[:_LOOKED_AT] if any(map(str.strip, cells))]
    if len(rows) < _LEAST_ROWS or not any(map(str.strip, row)):
        return False
    columns = list(zip(*rows, strict=True))
    data = [place for place, cells in enumerate(columns) if _is_data(cells)]
    told = [place for place, cell in enumerate(row) if cell.strip()]
    return (
        len(data) >= _LEAST_COLUMNS
        and not any(_DIGIT.search(row[place]) for place in data)
        and not any(row[place] in columns[place] for place in told)
    )


def _is_data(cells: Sequence[str], least: int = _LEAST_ROWS) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) >= least and sum(map(bool, map(_DIGIT.search, filled))) >= _NEARLY_ALL * len(filled)


def joined_names(header: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]] = ()) -> list[str]:
    """The names of both rows: what the first leaves empty is named by the second.

    Where a cell of the first stands above several columns, of which one at least holds dates or numbers, the second
    names them: alone, where it names every column otherwise, else behind the first (Calls Offered, Calls Answered).
    """
    wide = max(len(header), len(second))
    above, under = ([*map(str.strip, cells), *[""] * (wide - len(cells))] for cells in (header, second))
    groups = _groups(above, under)
    columns = list(zip(*below, strict=True)) if below else []
    if not any(place < len(columns) and _is_data(columns[place], 1) for place in groups):
        return [first if first.strip() else then for first, then in zip(header_of(header, wide), under, strict=True)]
    if all(under) and len(set(under)) == wide and not _has_years(groups):
        return under
    return [_joined(groups.get(place, above[place]), under[place], place in groups) for place in range(wide)]


def header_of(header: Sequence[str], wide: int) -> list[str]:
    """A header with empty cells up to a width."""
    return [*header, *[""] * (wide - len(header))]


def _joined(above: str, under: str, is_group: bool) -> str:
    if not is_group and _ANSWER.match(under):
        return above or under
    return f"{above} {under}".strip()


def _groups(above: Sequence[str], under: Sequence[str]) -> dict[int, str]:
    """Per column below a cell that stands above several what that cell says."""
    found: dict[int, str] = {}
    start = 0
    for place, cell in enumerate(above):
        if cell:
            start = place
        elif above[start] and all(under[start : place + 1]):
            found |= dict.fromkeys(range(start, place + 1), above[start])
    return found


def is_above(row: Sequence[str], header: Sequence[str]) -> bool:
    """Whether a row above a header is its upper half: it names what the header leaves empty, and groups the rest."""
    if len(row) < len(header):
        return False
    lacking = [place for place, cell in enumerate(header) if not cell.strip()]
    groups = _groups([cell.strip() for cell in row], [cell.strip() for cell in header])
    if not lacking:
        return 0 not in groups and _has_years(groups)  # a year in the first cell is a title
    return bool(groups) and all(row[place].strip() for place in lacking)


def _has_years(groups: Mapping[int, str]) -> bool:
    return any(_A_YEAR.fullmatch(heading) for heading in groups.values())


def units_below(names: Sequence[str], header: Sequence[str], second: Sequence[str]) -> dict[str, str]:
    """Per column that the first row names and the second gives a unit, its header with the unit in it.

    Args:
        names: the columns' usable names.
        header: the first row, as it stands in the file.
        second: the row below it.
    """
    found = {}
    for name, above, below in zip(names, header, second, strict=False):
        if above.strip() and (told := header_with(above, below)):
            found[name] = told
    return found
