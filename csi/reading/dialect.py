"""How a delimited text is laid out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the parser must know.

    Attributes:
        encoding: of the bytes.
        delimiter: the character between cells, as people see it.
        names: of the columns.
        first_line: the physical line of the first data row.
        missing: markers of missing cells.
        carrier: the ASCII character that stands in the place of the delimiter while a text is parsed, where the
            delimiter is beyond ASCII; empty elsewhere.
    """

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    first_line: int
    missing: tuple[str, ...] = ()
    carrier: str = ""

    @property
    def parted_by(self) -> str:
        """The character the parser is told to part cells by."""
        return self.carrier or self.delimiter

    @property
    def carried(self) -> tuple[str, str] | None:
        """The delimiter and what stands in its place; None where the parser takes the delimiter itself."""
        return (self.delimiter, self.carrier) if self.carrier else None
