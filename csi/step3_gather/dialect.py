"""How a delimited text is laid out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the parser must know; ``first_line`` is the physical line of the first data row."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    first_line: int
    missing: tuple[str, ...] = ()
