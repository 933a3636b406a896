"""Why a delivery waits for a person's yes: typed, with its numbers, so that the question can name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from csi.step3_gather.intake import Intake

_MOST_CELLS = 0.5  # of a column; above it something else is in it than was said


class Why(StrEnum):
    """Why a delivery waits."""

    EMPTY = "empty"  # nothing of it can be used: no yes helps
    KEY = "key"  # its key leaves rows out, and no column says which row of a case is the latest
    CELLS = "cells"  # most cells of a column cannot be read as what they were said to be
    QUARANTINE = "quarantine"  # much of it could not be read


@dataclass(frozen=True, slots=True)
class Waits:
    """One reason to ask: ``count`` of ``of`` rows (cells, for ``CELLS``); ``column`` where one is meant."""

    kind: Why
    count: int
    of: int
    column: str = ""


def reasons(intake: Intake, most_spoiled: float) -> tuple[Waits, ...]:
    """Why a delivery should not count before somebody says so, the gravest first; nothing where all is well."""
    dated = intake.cells_read.get(intake.moments[0], (1, 0)) if intake.moments else (1, 0)
    if intake.rows_read and (not intake.rows_kept or not dated[0]):
        return (Waits(Why.EMPTY, intake.rows_read, intake.rows_read),)
    found = [
        Waits(Why.CELLS, refused, read + refused, column)
        for column, (read, refused) in intake.cells_read.items()
        if refused > _MOST_CELLS * (read + refused)
    ]
    if intake.left_out:
        found.append(Waits(Why.KEY, intake.left_out, intake.rows_kept, str(intake.mapping.get("key", ""))))
    if intake.share_spoiled > most_spoiled:
        found.append(Waits(Why.QUARANTINE, intake.spoiled_rows, intake.rows_read))
    return tuple(found)


def kept(reasons: Iterable[Waits]) -> list[dict[str, Any]]:
    """Reasons in plain form, as a batch keeps them."""
    return [asdict(one) | {"kind": one.kind.value} for one in reasons]


def reasons_of(counts: Mapping[str, Any], name: str = "waits") -> tuple[Waits, ...]:
    """The reasons a batch keeps: those for which it ``waits``, or those that were ``accepted``."""
    return tuple(Waits(Why(one["kind"]), one["count"], one["of"], one["column"]) for one in counts.get(name, ()))
