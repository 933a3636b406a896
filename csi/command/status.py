"""How a run of the command ends."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Status(IntEnum):
    """The exit status; what could not be read is worse than a verdict nobody wants."""

    DONE = 0
    UNREADABLE = 2  # also a wrong argument, as typer says it
    UNWANTED = 3  # a verdict named by --fail-on


_WORST_FIRST = (Status.UNREADABLE, Status.UNWANTED, Status.DONE)


def worst(found: Iterable[Status]) -> Status:
    """The worst of several."""
    return min(found, key=_WORST_FIRST.index, default=Status.DONE)
