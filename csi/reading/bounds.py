"""How large a delivery may be; above that it is refused with a sentence, in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from csi.errors import InvalidInput

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits of one delivery; the defaults hold a 200 MB CSV in bounded memory.

    ``ratio`` is how many times its size a packed file may unfold to, beyond ``ratio_free`` bytes; real logs
    pack 10 to 60 times, a bomb about 1,000. ``quarantined_rows`` is how many rows may have a wrong number of cells,
    ``unreadable_rows`` how many may hold something that cannot be read: beyond that the mapping is wrong.
    """

    file_bytes: int = 256 * MEGABYTE
    unpacked_bytes: int = 512 * MEGABYTE
    ratio: int = 200
    ratio_free: int = 16 * MEGABYTE
    line_bytes: int = 1 * MEGABYTE
    block_bytes: int = 4 * MEGABYTE
    columns: int = 1_000
    rows: int = 5_000_000
    sheet_rows: int = 300_000
    sheet_cells: int = 6_000_000
    sheet_bytes: int = 256 * MEGABYTE
    json_array_bytes: int = 64 * MEGABYTE
    quarantined_rows: int = 200_000
    unreadable_rows: int = 500_000


DEFAULT = Bounds()


def refuse(filename: str, reason: str) -> InvalidInput:
    """The error for a file that is not read at all: ``reason`` says what was found and what is allowed."""
    return InvalidInput("file", f"{filename or 'The file'} {reason}")


def megabytes(size: int) -> str:
    """A size as Slack shows it, in thousands: ``24 bytes``, ``817.9 kB``, ``12 MB``."""
    if size < 1000:
        return f"{size} {'byte' if size == 1 else 'bytes'}"
    number, unit = (size / MEGABYTE, "MB") if size >= MEGABYTE else (size / 1000, "kB")
    return f"{number:,.1f}".removesuffix(".0") + f" {unit}"


def check_columns(filename: str, count: int, bounds: Bounds = DEFAULT) -> None:
    """Refuse a table wider than the limit."""
    if count > bounds.columns:
        reason = f"has {count:,} columns; at most {bounds.columns:,} are read. Leave out what no KPI needs."
        raise refuse(filename, reason)


def check_extent(filename: str, rows: int, columns: int, bounds: Bounds = DEFAULT) -> None:
    """Refuse a sheet of more rows, columns or cells than are read from a workbook."""
    if rows > bounds.sheet_rows:
        limit = f"at most {bounds.sheet_rows:,} are read from a workbook"
        mend = "Delete the empty rows below the table, or save it as CSV."
        raise refuse(filename, f"has a sheet of {rows:,} rows, empty ones included; {limit}. {mend}")
    if columns > bounds.columns:
        raise refuse(filename, f"has a cell in column {columns:,}; at most {bounds.columns:,} are read.")
    if rows * columns > bounds.sheet_cells:
        spans = f"has a sheet of {rows:,} rows by {columns:,} columns, empty ones included"
        limit = f"at most {bounds.sheet_cells:,} cells are read from a workbook"
        raise refuse(filename, f"{spans}; {limit}. Delete what is empty, or save it as CSV.")


def check_size(filename: str, size: int, bounds: Bounds = DEFAULT) -> None:
    """Refuse an empty file and one above the limit."""
    if size == 0:
        raise refuse(filename, "is empty. Expected a header row and at least one row below it.")
    if size > bounds.file_bytes:
        raise refuse(
            filename, f"has {megabytes(size)}; at most {megabytes(bounds.file_bytes)} are read. Split it by period."
        )
