"""What a cycle's measurement rests on: the deliveries of a source that count, and to what of them a person said yes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from csi.models import Batch, Source
from csi.states import BatchState
from csi.storage import rows


class Why(StrEnum):
    """Why a delivery waits."""

    EMPTY = "empty"  # nothing of it can be used: no yes helps
    KEY = "key"  # its key leaves rows out, and no column says which row of a case is the latest
    OLDER = "older"  # its key leaves most rows out as older ones, and nothing shows that each case began once
    CELLS = "cells"  # most cells of a column cannot be read as what they were said to be
    QUARANTINE = "quarantine"  # much of it could not be read


@dataclass(frozen=True, slots=True)
class Waits:
    """One reason to ask: ``count`` of ``of`` rows (cells, for ``CELLS``); ``column`` where one is meant.

    Where its cells fail alike, ``value`` is one of them and ``expected`` what would be read.
    """

    kind: Why
    count: int
    of: int
    column: str = ""
    value: str = ""
    expected: str = ""


def is_hopeless(reasons: Iterable[Waits]) -> bool:
    """Whether nothing of a delivery can be used: then no yes is asked for, as none would help."""
    return any(one.kind is Why.EMPTY for one in reasons)


def gravest(every: Iterable[Sequence[Waits]]) -> tuple[Waits, ...]:
    """Of the reasons of several deliveries those asked about: of one of which nothing is left, else the first."""
    found = [tuple(reasons) for reasons in every if reasons]
    return next(iter(sorted(found, key=is_hopeless, reverse=True)), ())


def kept(reasons: Iterable[Waits]) -> list[dict[str, Any]]:
    """Reasons in plain form, as a batch keeps them."""
    return [asdict(one) | {"kind": one.kind.value} for one in reasons]


def reasons_of(counts: Mapping[str, Any], name: str = "waits") -> tuple[Waits, ...]:
    """The reasons a batch keeps: those for which it ``waits``, or those that were ``accepted``."""
    return tuple(Waits(**{**one, "kind": Why(one["kind"])}) for one in counts.get(name, ()))


def moment_of(source: Source) -> str:
    """The column that dates a source's rows, as mapped; empty while nobody has said."""
    return next(iter((source.mapping.get("options") or {}).get("moments") or ()), "")


def current(session: Session, source: Source) -> list[Batch]:
    """A source's deliveries that count, in the order they came."""
    return rows(session, Batch, source.team_id, source_id=source.id, state=BatchState.CURRENT, order="ordinal")
