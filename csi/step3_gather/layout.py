"""What a delivery looks like: guesses for a person to confirm, each of which can be overridden."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from csi.definition import SourceDefinition
from csi.step3_gather import delimiters, json_rows, parquet_rows, sheets
from csi.step3_gather.bounds import DEFAULT, Bounds, check_columns, refuse
from csi.step3_gather.columns import usable_names
from csi.step3_gather.content import BLANK, Content, Format, format_of
from csi.step3_gather.grid import Grid, header_row
from csi.step3_gather.kinds import guess_decimal, guess_kinds, guess_missing, told_decimal

EXAMPLE_ROWS = 3
_SAMPLE_ROWS = 2_000
_SAMPLE_CELLS = 200_000
_BY_ORDER = ("day_first", "month_first")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as guessed: its kind, the order of its dates, the role its name and cells suggest.

    ``filled`` of the sampled cells hold something, ``distinct`` of these differ; ``unit`` is what its header, its cell
    format or its cells say that its numbers are in (empty: nothing does).
    """

    name: str
    kind: str
    dates: str = ""
    ambiguous: bool = False
    role: str = ""
    examples: tuple[str, ...] = ()
    filled: int = 0
    distinct: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a delivery is laid out.

    Attributes:
        header_row: 1-based line (sheet row) of the header; 0 when there is none.
        first_line: 1-based line of the first record.
        missing: markers that look like "nothing here".
        tells_decimal: whether a cell of the text shows the decimal sign.
        examples: three rows of cells as they stand in the file.
        rows: how many rows were sampled.
    """

    format: Format
    columns: tuple[Column, ...]
    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    header_row: int = 1
    first_line: int = 2
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    examples: tuple[tuple[str, ...], ...] = ()
    tells_decimal: bool = False
    rows: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, made usable."""
        return tuple(column.name for column in self.columns)

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """Columns whose date order has to be asked: no day above 12 was seen, and no other column tells."""
        told = [column for column in self.columns if column.dates in _BY_ORDER and not column.ambiguous]
        return () if told else tuple(column.name for column in self.columns if column.ambiguous)

    @property
    def dates(self) -> str:
        """The order most moment columns are written in; what is ambiguous has no vote where others tell."""
        told = [column.dates for column in self.columns if column.dates and not column.ambiguous]
        unsure = [column.dates for column in self.columns if column.dates]
        has_order = any(order in _BY_ORDER for order in told)
        orders = [order for order in told if order in _BY_ORDER] if has_order else unsure
        return max(orders, key=orders.count) if orders else "iso"


def guess(
    content: bytes | Path, filename: str = "", source: SourceDefinition | None = None, bounds: Bounds = DEFAULT
) -> Layout:
    """Guess the layout of a delivery; what ``source`` states is taken instead of guessed.

    Raises:
        InvalidInput: it is no table, or larger than the limits.
    """
    return of_content(Content(content, filename, bounds), source or SourceDefinition(id=""))


def of_content(content: Content, source: SourceDefinition) -> Layout:
    """As ``guess``, for content already opened."""
    return _described(*_sampled(content, source), source)


def form_of(content: Content, source: SourceDefinition) -> Layout:
    """What reading needs of a layout: form, names and decimal sign; what the columns hold is not looked into."""
    base, cells = _sampled(content, source, rows=1 if format_of(content) is Format.PARQUET else _SAMPLE_ROWS)
    decimal = source.decimal or ("." if base.format is Format.PARQUET else guess_decimal(cells, base.delimiter))
    kinds = {name: "text" if any(map(str.strip, values)) else "empty" for name, values in cells.items()}
    return replace(base, decimal=decimal, columns=tuple(Column(name, kind) for name, kind in kinds.items()))


_Cells = Mapping[str, Sequence[str]]


def _sampled(content: Content, source: SourceDefinition, rows: int = _SAMPLE_ROWS) -> tuple[Layout, _Cells]:
    """The form of a delivery, and the cells of its first rows by column."""
    kind = format_of(content)
    if kind is Format.DELIMITED:
        return _delimited(content, source)
    if kind in (Format.XLSX, Format.ODS):
        return _sheet(content, kind, source)
    if kind is Format.PARQUET:
        columns = parquet_rows.sample(content, rows)
    else:
        columns = json_rows.sample(content, kind, rows, source)
    check_columns(content.filename, len(columns), content.bounds)
    return Layout(kind, (), header_row=0, first_line=1), columns


def _delimited(content: Content, source: SourceDefinition) -> tuple[Layout, _Cells]:
    text = delimiters.sample(content, source)
    grid = text.grid
    check_columns(content.filename, grid.width, content.bounds)
    row = header_row(grid) if source.header_row is None else source.header_row
    names, first_line, columns = _below(grid, row)
    if not names:  # blanks that bytes do not show to be blanks
        raise refuse(content.filename, BLANK)
    base = Layout(
        Format.DELIMITED, (), text.encoding, text.delimiter, header_row=row, first_line=first_line if row else 1
    )
    return base, dict(zip(names, columns, strict=True))


def _sheet(content: Content, kind: Format, source: SourceDefinition) -> tuple[Layout, _Cells]:
    names = sheets.names(content, kind)
    sheet = source.sheet or sheets.fullest(content)
    grid = sheets.grid(content, sheet)
    if not any(cell.strip() for cells in grid.rows for cell in cells):
        reason = f"holds nothing in its sheet ‘{sheet}’. Expected a header row and at least one row below it."
        raise refuse(content.filename, reason)
    row = header_row(grid) if source.header_row is None else source.header_row
    header, first_line, columns = _below(grid, row)
    base = Layout(kind, (), header_row=row, first_line=first_line, sheet=sheet, sheets=names)
    return base, dict(zip(header, columns, strict=True))


def _below(grid: Grid, row: int) -> tuple[tuple[str, ...], int, list[list[str]]]:
    """Usable names, the line below the header, and the sampled cells by column."""
    header, first_line, body = grid.split(row)
    width = max(grid.width_of(body), len(header))
    most = max(50, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(1, width)))
    body = [cells + [""] * (width - len(cells)) for cells in body[:most]]
    columns = [[cells[place] for cells in body] for place in range(width)]
    return usable_names(header, width), first_line, columns


def _described(base: Layout, cells: _Cells, source: SourceDefinition) -> Layout:
    decimal = source.decimal or guess_decimal(cells, base.delimiter)
    missing = source.missing or guess_missing(cells, decimal)
    kinds = guess_kinds(cells, decimal, missing)
    columns = []
    for name, values in cells.items():
        kind, examples = kinds[name], tuple(dict.fromkeys(value for value in values if value.strip()))[:EXAMPLE_ROWS]
        cells_in = [value for value in values if value.strip() and value not in missing]
        columns.append(
            Column(name, kind.name, kind.dates, kind.ambiguous, "", examples, len(cells_in), len(set(cells_in)))
        )
    rows = list(zip(*(list(values)[:EXAMPLE_ROWS] for values in cells.values()), strict=False))
    tells = base.format is Format.DELIMITED and bool(told_decimal(cells))
    described = replace(base, decimal=decimal, missing=tuple(missing), examples=tuple(rows), tells_decimal=tells,
                        rows=max(map(len, cells.values()), default=0))  # fmt: skip
    return replace(described, columns=_with_roles(columns, cells))


_ID_NAME = re.compile(
    r"(^|[_ .-])(id|number|no|nr|key|ref|ticket|case|incident|codigo\w*|num\w*)$|^(id|number|key|case)\b", re.I
)
_UPDATED_NAME = re.compile(r"updated?_?(at|on)?|modified|last_?change|version|sys_mod", re.I)


def _with_roles(columns: list[Column], cells: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
    """Suggest at most one column a role: moment, value, id, updated."""
    moments = [column for column in columns if column.kind == "moment"]
    updated = next((c for c in moments if _UPDATED_NAME.search(c.name)), None)
    moment = next((c for c in moments if c is not updated), None)
    key = next((c for c in columns if _ID_NAME.search(c.name) and c.kind in ("text", "number")), None)
    value = next((c for c in columns if c.kind == "number" and c is not key), None)
    if key and len(set(cells[key.name])) == 1 < len(cells[key.name]):
        key = None
    roles = {id(moment): "moment", id(updated): "updated", id(key): "id", id(value): "value"}
    return tuple(replace(column, role=roles.get(id(column), "")) for column in columns)
