"""Dates that may stand for "not yet" (9999-12-31, 2222-02-22): what they are taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from csi.definition import SourceDefinition
from csi.study.drafting.looked import Looked

MOST = 4  # that are told and asked about; ours


class Stands(StrEnum):
    """What a date that looks like a mark stands for; ``UNSAID``: nobody knows, and its cells are refused."""

    NOT_YET = "not yet"
    REAL = "real"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A date that may be a mark.

    Attributes:
        column: of moments.
        text: as its cells are written.
        rows: how many hold it, of those looked at.
        stands: what it is taken for.
        is_known: whether databases are known to write it where there is no date; of these nothing need be asked.
    """

    column: str
    text: str
    rows: int
    stands: Stands
    is_known: bool = False


def marks(file: Looked, said: Sequence[Mark] = ()) -> tuple[Mark, ...]:
    """Those of a file, as a person said what they stand for; each most frequent first, those that are open before."""
    known = [
        Mark(column=name, text=text, rows=rows, stands=Stands.NOT_YET, is_known=True)
        for name, texts in file.nothing.items()
        for text, rows in texts.items()
    ]
    far = [
        Mark(column=name, text=one.text, rows=one.count, stands=Stands.UNSAID)
        for name, every in file.far.items()
        for one in every
    ]
    told = {(one.column, one.text): one for one in said}
    found = [one for one in (*far, *known) if (one.column, one.text) not in told]
    every = (*found, *told.values())
    return tuple(sorted(every, key=lambda one: (one.stands is not Stands.UNSAID, -one.rows))[:MOST])


def with_marks(source: SourceDefinition, said: Sequence[Mark]) -> SourceDefinition:
    """A mapping by what a person said of its marks: the columns of real dates are meant, others' marks are missing."""
    real = dict.fromkeys(one.column for one in said if one.stands is Stands.REAL)
    nothing = [one.text for one in said if one.stands is Stands.NOT_YET and (not one.is_known or one.column in real)]
    missing = tuple(dict.fromkeys((*source.missing, *nothing)))
    return replace(source, missing=missing, options=_meant(source.options, list(real)))


def _meant(options: Mapping[str, object], columns: list[str]) -> dict[str, object]:
    return {**options, "meant": columns} if columns else dict(options)
