"""Which sheet of a workbook holds the table: by what its rows show, not by their number alone."""

from __future__ import annotations

from collections.abc import Sequence

from csi.reading.grid import Grid, header_row
from csi.reading.kinds import guess_kinds
from csi.reading.wide import period_headers

LOOKED_AT = 300
# Ours: how much less, or more, the cells of a sheet count for it.
_NO_TABLE, _WORDS, _PIVOT, _FEW_DATED, _DATED = 0.01, 0.02, 0.2, 3.0, 30.0
_SEVERAL = 10  # dated rows: fewer may be the history of the workbook itself
_LEAST_FULL = 0.4
_LONG = 80  # characters: longer texts, on the mean, explain something
# What Excel writes above the rows of a pivot table. Source: Excel, compact layout, by language.
_PIVOTS = (
    "row labels",
    "column labels",
    "zeilenbeschriftungen",
    "spaltenbeschriftungen",
    "étiquettes de lignes",
    "étiquettes de colonnes",
    "etiquetas de fila",
    "etiquetas de columna",
    "rótulos de linha",
    "rótulos de coluna",
    "etichette di riga",
    "etichette di colonna",
    "rijlabels",
    "kolomlabels",
    "etykiety wierszy",
    "etykiety kolumn",
    "行ラベル",
    "列ラベル",
    "行标签",
    "列标签",
    "названия строк",
    "названия столбцов",
)


def weight(rows: Sequence[Sequence[str]], height: int) -> float:
    """How much a sheet is a table that rows can be read of: its cells, more where dated, fewer where words.

    Args:
        rows: its first rows as text, at most ``LOOKED_AT`` of them.
        height: how many rows it has in all.
    """
    if not any(cell.strip() for row in rows for cell in row):
        return 0.0
    grid = Grid([list(row) for row in rows], list(range(1, len(rows) + 1)))
    header, _, body = grid.split(header_row(grid))
    filled = [row for row in body if any(cell.strip() for cell in row)]
    width = max(len([cell for cell in header if cell.strip()]), 0 if header else grid.width_of(body))
    if width < 2 or not filled:
        return 0.0
    cells = [[row[place] if place < len(row) else "" for row in filled] for place in range(width)]
    full = sum(bool(cell.strip()) for column in cells for cell in column) / (len(filled) * width)
    kinds = guess_kinds({str(place): column for place, column in enumerate(cells)}, ".", ())
    held = [kind.name for kind in kinds.values() if kind.name != "empty"]
    found = max(height - 1, 1) * width * full
    if full < _LEAST_FULL or not _is_even(filled, width) or _explains(cells, held):
        return found * _NO_TABLE
    return found * (_PIVOT if _is_pivot(rows) else _worth(header, held, len(filled)))


def _worth(header: Sequence[str], held: Sequence[str], rows: int) -> float:
    """How much each cell of a table counts, by what its columns hold and are called."""
    if "moment" in held:
        return _DATED if rows >= _SEVERAL else _FEW_DATED
    if period_headers(header).names:
        return _DATED
    return _WORDS if all(name == "text" for name in held) else 1.0


def _is_even(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether most rows reach over most of the columns; those of a dashboard do not."""
    most = [sum(bool(cell.strip()) for cell in row) >= _LEAST_FULL * width for row in rows]
    return sum(most) >= len(most) / 2


def _explains(cells: Sequence[Sequence[str]], held: Sequence[str]) -> bool:
    """Whether the sheet is a text about the others: nothing but words, and long ones among them."""
    if any(name != "text" for name in held):
        return False
    return any(sum(map(len, column)) > _LONG * sum(bool(cell) for cell in column) for column in cells)


def _is_pivot(rows: Sequence[Sequence[str]]) -> bool:
    return any(cell.strip().casefold() in _PIVOTS for row in rows[:20] for cell in row)
