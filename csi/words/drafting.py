"""Why a column of a file is not offered to be measured, in words."""

from __future__ import annotations

from collections.abc import Sequence

from csi.words.messages import said
from csi.words.wording import listed


def untold_clock(cell: str) -> str:
    """Of a column of clocks of two parts."""
    return said(
        "{cell} may be hours and minutes, or minutes and seconds: “Change how it is read” asks which.", cell=cell
    )


def always(values: Sequence[str]) -> str:
    """Of a column that says one thing."""
    return said("it never holds anything but {values}.", values=listed(list(values)))


def readable(count: int, of: int) -> str:
    """Of a column in which other things stand between numbers."""
    return said("only {count} of {of} cells are numbers.", count=f"{count:,}", of=f"{of:,}")
