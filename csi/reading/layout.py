"""What a delivery looks like: guesses for a person to confirm, each of which can be overridden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from csi.definition import SourceDefinition
from csi.reading import delimiters, json_rows, parquet_rows, sheets
from csi.reading.bounds import DEFAULT, MEGABYTE, Bounds, check_columns, refuse
from csi.reading.column_headers import unit_in
from csi.reading.column_roles import Cells, roles_of
from csi.reading.columns import repeated_names, usable_names
from csi.reading.content import BLANK, Content, Format, format_of
from csi.reading.encoding import rivals
from csi.reading.grid import Grid, header_row
from csi.reading.kinds import (
    Kind,
    dated_columns,
    guess_decimal,
    guess_kinds,
    guess_missing,
    told_decimal,
    undecided,
)
from csi.reading.quantities import PLAIN, Written, written
from csi.reading.second_header import is_above, is_second_header, joined_names, units_below
from csi.reading.times_of_day import has_clock, tells_when
from csi.reading.uncalculated import is_formula
from csi.reading.wide import shape_of

EXAMPLE_ROWS = 3
GROUPS = 12  # different texts at most, of a column that may hold groups
_SAMPLE_ROWS = 2_000
_SAMPLE_CELLS = 200_000
_BY_ORDER = ("day_first", "month_first", "year_first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as guessed: its kind, the order of its dates, the role its name and cells suggest.

    ``filled`` of the sampled cells hold something, ``distinct`` of these differ; ``unit`` is what its header, its cell
    format or its cells say that its numbers are in (empty: nothing does), ``written`` how they are written.
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
    written: Written = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a delivery is laid out.

    Attributes:
        header_row: 1-based line (sheet row) of the header; 0 when there is none.
        first_line: 1-based line of the first record.
        missing: markers that look like "nothing here".
        tells_decimal: whether a cell of the text shows the decimal sign.
        undecided: number columns in which nothing tells whether ``1.234`` parts thousands or decimals.
        examples: three rows of cells as they stand in the file.
        rows: how many rows were sampled.
        further: per name that stands more than once in the header what its further columns are called.
        alike: encodings that fit a text alike, the guessed one first, each with a cell read so; empty: it is told.
        filled_with: per marker that looks like "nothing here" how often each column of the sample holds it.
        headers: of columns whose unit stands in a row of its own, their header with it.
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
    undecided: tuple[str, ...] = ()
    rows: int = 0
    alike: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    filled_with: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

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
    seen = _described(*_sampled(content, source), source)
    if seen.format is not Format.DELIMITED:
        return seen
    found = rivals(content.head(content.bounds.line_bytes + MEGABYTE), seen.delimiter)
    return replace(seen, alike=found) if seen.encoding in found else seen


def form_of(
    content: Content, source: SourceDefinition, numbers: Collection[str] | None = (), *, dated: bool = False
) -> Layout:
    """What reading needs of a layout: form, names, decimal sign, and how its number columns are written.

    ``numbers`` are these columns by the names they go by, None is any; what else a column holds is not looked into,
    but for moments, and for few different texts (``group``), where ``dated`` asks for them.
    """
    is_typed = format_of(content, source.encoding) is Format.PARQUET
    base, cells = _sampled(content, source, rows=1 if is_typed and not numbers and not dated else _SAMPLE_ROWS)
    decimal = source.decimal or ("." if base.format is Format.PARQUET else guess_decimal(cells, base.delimiter))
    kinds = {name: "text" if any(map(str.strip, values)) else "empty" for name, values in cells.items()}
    if dated:
        kinds |= {name: "group" for name, values in cells.items() if kinds[name] == "text" and _few(values)}
        kinds |= dict.fromkeys(dated_columns(cells, source.missing), "moment")
    counted = {name for name in cells if numbers is None or source.columns.get(name, name) in numbers}
    forms = {name: _written(name, cells[name], decimal, source, base.headers) for name in counted}
    if base.format is Format.DELIMITED and not source.decimal:
        either = _either(forms, cells, base.delimiter)
        told = set[str]() if base.delimiter != "," else {one for one in forms if not _either([one], cells, ",")}
        forms = {name: form if name in told else replace(form, either=either) for name, form in forms.items()}
    columns = (Column(name=name, kind=kind, written=forms.get(name, PLAIN)) for name, kind in kinds.items())
    return replace(base, decimal=decimal, columns=tuple(columns))


def _few(values: Sequence[str]) -> bool:
    """Whether some cells hold so few different texts that these may be groups; of a file in their order only one."""
    return 1 <= len({value for value in values if value.strip()}) <= GROUPS


def tables(content: Content, source: SourceDefinition) -> dict[str, tuple[str, ...]]:
    """The names of the columns of every sheet of a workbook that is shown and holds a row below them."""
    found: dict[str, tuple[str, ...]] = {}
    for sheet, grid in sheets.heads(content).items():
        head = _below(grid, header_row(grid) if source.header_row is None else source.header_row)
        if any(cell.strip() for cells in head.columns for cell in cells):
            found[sheet] = head.names
    return found


def _either(numbers: Collection[str], cells: _Cells, delimiter: str) -> str:
    """The sign in ``1.234`` of number columns that no cell of the text explains; empty: none, or it is known."""
    return "" if told_decimal(cells) else undecided({name: cells[name] for name in numbers}, delimiter)


def _undecided(base: Layout, kinds: Mapping[str, Kind], cells: _Cells) -> tuple[str, ...]:
    """The number columns of a text in which nothing tells thousands from decimals."""
    numbers = [name for name, kind in kinds.items() if kind.name == "number"]
    if base.format is not Format.DELIMITED or not _either(numbers, cells, base.delimiter):
        return ()
    return tuple(name for name in numbers if undecided({name: cells[name]}, base.delimiter))


def _written(
    name: str, cells: Sequence[str], decimal: str, source: SourceDefinition, headers: Mapping[str, str]
) -> Written:
    """How a column's numbers are written; by its own name (with a unit below it), or by the one it goes by."""
    called = source.columns.get(name, name)
    units, shape = source.options.get("units") or {}, shape_of(source.options)
    declared = units.get(shape.value if shape.keep and called not in shape.keep else called, "")
    if isinstance(declared, Mapping):  # another column holds the unit of each row
        return PLAIN
    markers = {"", *source.missing}
    filled = [cell for cell in cells if cell.strip() not in markers]
    own = written(headers.get(name, name), filled, decimal, declared)
    return own if own.unit or called == name else written(called, filled, decimal)


_Cells = Mapping[str, Sequence[str]]


def _sampled(content: Content, source: SourceDefinition, rows: int = _SAMPLE_ROWS) -> tuple[Layout, _Cells]:
    """The form of a delivery, and the cells of its first rows by column."""
    kind = format_of(content, source.encoding)
    if kind is Format.DELIMITED:
        return _delimited(content, source)
    if kind.has_sheets:
        return _sheet(content, kind, source)
    if kind is Format.PARQUET:
        columns = parquet_rows.sample(content, rows)
    else:
        columns = json_rows.sample(content, kind, rows, source)
    check_columns(content.filename, len(columns), content.bounds)
    return Layout(format=kind, columns=(), header_row=0, first_line=1), columns


def _delimited(content: Content, source: SourceDefinition) -> tuple[Layout, _Cells]:
    text = delimiters.sample(content, source)
    grid = text.grid
    check_columns(content.filename, grid.width, content.bounds)
    row = header_row(grid) if source.header_row is None else source.header_row
    head = _below(grid, row)
    if not head.names:  # blanks that bytes do not show to be blanks
        raise refuse(content.filename, BLANK)
    base = Layout(format=Format.DELIMITED, columns=(), encoding=text.encoding, delimiter=text.delimiter, header_row=row)
    return head.told(base), dict(zip(head.names, head.columns, strict=True))


def _sheet(content: Content, kind: Format, source: SourceDefinition) -> tuple[Layout, _Cells]:
    names = sheets.names(content, kind)
    sheet = source.sheet or sheets.fullest(content)
    grid = sheets.grid(content, sheet)
    if not any(cell.strip() for cells in grid.rows for cell in cells):
        reason = f"holds nothing in its sheet ‘{sheet}’. Expected a header row and at least one row below it."
        raise refuse(content.filename, reason)
    row = header_row(grid) if source.header_row is None else source.header_row
    head = _below(grid, row)
    base = Layout(format=kind, columns=(), header_row=row, sheet=sheet, sheets=names)
    return head.told(base), dict(zip(head.names, head.columns, strict=True))


@dataclass(frozen=True, slots=True)
class _Head:
    """Usable names, the line below the header, the sampled cells by column, the names that stand twice, and headers
    whose unit stands in a row of its own."""

    names: tuple[str, ...]
    first_line: int
    columns: list[list[str]]
    further: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]

    def told(self, base: Layout) -> Layout:
        """A layout that begins below this header."""
        return replace(base, first_line=self.first_line, further=self.further, headers=self.headers)


def _below(grid: Grid, row: int) -> _Head:
    """The header in a row of a grid, and what stands below it."""
    header, first_line, body = grid.split(row)
    width = max(grid.width_of(body), len(header))
    most = max(50, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(1, width)))
    body = [cells + [""] * (width - len(cells)) for cells in body[:most]]
    above, second = header, []
    if row and body and is_second_header(body[0][:width], [cells[:width] for cells in body[1:]]):
        second, body = body[0], body[1:]
        header = joined_names(header, second, body)[:width]
        first_line = grid.line_after(first_line)
    elif row and is_above(upper := grid.row_above(row), header):
        header = joined_names(upper, header, body)[:width]
    columns = [[cells[place] for cells in body] for place in range(width)]
    names = usable_names(header, width)
    return _Head(names, first_line, columns, repeated_names(header, width), units_below(names, above, second))


def _described(base: Layout, cells: _Cells, source: SourceDefinition) -> Layout:
    decimal = source.decimal or guess_decimal(cells, base.delimiter)
    missing = source.missing or guess_missing(cells, decimal)
    kinds = guess_kinds(cells, decimal, missing)
    kinds = _without_times_of_day(kinds, cells, base.headers)
    stated = replace(source, missing=tuple(missing), decimal=decimal)
    seen = [Cells.of(name, kinds[name], values, missing) for name, values in cells.items()]
    filled = sum(any(value is not None for value in row) for row in zip(*(one.values for one in seen), strict=True))
    once = _without_repeats(seen)
    told = [one for one in once if not any(map(is_formula, one.filled))]
    roles = roles_of(told, len(once[0].values) if once else 0, decimal)
    rows = list(zip(*(list(values)[:EXAMPLE_ROWS] for values in cells.values()), strict=False))
    return replace(
        base,
        decimal=decimal,
        missing=tuple(missing),
        filled_with=_filled_with(cells, missing),
        examples=tuple(rows),
        tells_decimal=base.format is Format.DELIMITED and bool(told_decimal(cells)),
        undecided=() if source.decimal else _undecided(base, kinds, cells),
        rows=filled,
        columns=tuple(_column(one, cells[one.name], roles.get(one.name, ""), stated, base.headers) for one in seen),
    )


def _filled_with(cells: _Cells, missing: Sequence[str]) -> dict[str, dict[str, int]]:
    """Per marker how often each column holds it."""
    counts = {name: Counter(map(str.strip, values)) for name, values in cells.items()} if missing else {}
    return {mark: {name: held[mark] for name, held in counts.items() if held[mark]} for mark in missing}


def _without_repeats(seen: Sequence[Cells]) -> list[Cells]:
    """The columns without empty rows, and without rows that repeat another to the letter: these name no other case."""
    rows = dict.fromkeys(row for row in zip(*(one.values for one in seen), strict=True) if any(row))
    columns = zip(*rows, strict=True) if rows else ((),) * len(seen)
    return [replace(one, values=tuple(values)) for one, values in zip(seen, columns, strict=True)]


def _without_times_of_day(kinds: Mapping[str, Kind], cells: _Cells, headers: Mapping[str, str]) -> dict[str, Kind]:
    """The clocks of a file that has dates without one tell when, not how long: they are no numbers."""
    dated = [cells[name] for name, kind in kinds.items() if kind.name == "moment"]
    if all(has_clock(values) for values in dated):
        return dict(kinds)
    return {
        name: Kind("text") if kind.name == "number" and _tell_when(headers.get(name, name), cells[name]) else kind
        for name, kind in kinds.items()
    }


def _tell_when(name: str, cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return not unit_in(name) and tells_when(name, filled)


def _column(
    seen: Cells, values: Sequence[str], role: str, source: SourceDefinition, headers: Mapping[str, str]
) -> Column:
    kind, examples = seen.kind, tuple(dict.fromkeys(value for value in values if value.strip()))[:EXAMPLE_ROWS]
    is_number = kind.name == "number"
    may_be = is_number or (kind.name == "text" and any(":" in one for one in examples))
    form = _written(seen.name, values, source.decimal or ".", source, headers) if may_be else PLAIN
    if not is_number:  # clocks taken to tell when may all the same be read as how long: it is asked what they are then
        form = replace(PLAIN, asks=form.asks)
    return Column(
        name=seen.name,
        kind=kind.name,
        dates=kind.dates,
        ambiguous=kind.ambiguous,
        role=role,
        examples=examples,
        filled=len(seen.filled),
        distinct=seen.distinct,
        unit=form.unit,
        written=form,
    )
