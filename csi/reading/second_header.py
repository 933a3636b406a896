"""A second row of names below the header, as survey tools write it: what was asked above, what it is about below; or
one of units."""

from __future__ import annotations

import re
from collections.abc import Sequence

from csi.reading.column_headers import header_with

_DIGIT = re.compile(r"\d")
_LOOKED_AT = 50
_LEAST_ROWS = 3
_LEAST_COLUMNS = 2
_NEARLY_ALL = 0.9


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


def _is_data(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) >= _LEAST_ROWS and sum(map(bool, map(_DIGIT.search, filled))) >= _NEARLY_ALL * len(filled)


def joined_names(header: Sequence[str], second: Sequence[str]) -> list[str]:
    """The names of both rows: what the first leaves empty is named by the second."""
    wide = max(len(header), len(second))
    above, below = ([*cells, *[""] * (wide - len(cells))] for cells in (header, second))
    return [first if first.strip() else then for first, then in zip(above, below, strict=True)]


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
