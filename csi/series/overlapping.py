"""Deliveries that overlap: rows of the same span that stand alike in two of them, where no column names a case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import pandas as pd

from csi.reading.reading import REFUSED
from csi.series.periods import MISSING, microseconds

_FEWEST = 5  # rows of the span that both share; these are ours
_NEARLY = 0.9  # of the rows of either in that span have one alike in the other


@dataclass(frozen=True, slots=True)
class Shared:
    """How many rows stand alike in two deliveries, and from when to when."""

    rows: int
    first: pd.Timestamp
    last: pd.Timestamp


Spanned = tuple[int, int]  # the first and the last moment, in microseconds since 1970


class Delivery(Protocol):
    """The rows of one delivery, wherever they lie."""

    @property
    def columns(self) -> Collection[str]:
        """Their names."""

    def span(self, moment: str) -> Spanned | None:
        """The first and the last moment of a column; None where it holds none."""

    def prints(self, moment: str, span: Spanned, names: Sequence[str]) -> pd.DataFrame:
        """Of each row within a span its moment ``at`` and a hash ``print`` of some columns."""


@dataclass(frozen=True, slots=True)
class InMemory:
    """A delivery that is a frame."""

    frame: pd.DataFrame

    @property
    def columns(self) -> Collection[str]:
        """The names of its columns."""
        return list(self.frame.columns)

    def span(self, moment: str) -> Spanned | None:
        """The first and the last moment of a column; None where it holds none."""
        return span_of(self.frame, moment)

    def prints(self, moment: str, span: Spanned, names: Sequence[str]) -> pd.DataFrame:
        """Of each row within a span its moment ``at`` and a hash ``print`` of some columns."""
        return prints_of(self.frame, moment, span, names)


def span_of(frame: pd.DataFrame, moment: str) -> Spanned | None:
    """The first and the last moment of some rows."""
    known = microseconds(frame[moment]) if moment in frame.columns else np.empty(0, dtype=np.int64)
    known = known[known != MISSING]
    return (int(known.min()), int(known.max())) if len(known) else None


def prints_of(frame: pd.DataFrame, moment: str, span: Spanned, names: Sequence[str]) -> pd.DataFrame:
    """Of each row within a span its moment and a hash of some columns."""
    at = microseconds(frame[moment])
    within = (at >= span[0]) & (at <= span[1])
    hashes = pd.util.hash_pandas_object(frame.loc[within, list(names)], index=False)
    return pd.DataFrame({"at": at[within], "print": np.asarray(hashes)})


def shared_rows(deliveries: Sequence[Delivery], moment: str) -> tuple[Shared, ...]:
    """Per two deliveries that follow each other the rows they share; none of two that share few or no rows.

    A row that stands twice in one delivery is shared twice only where it stands twice in the other, too.

    Args:
        deliveries: of one source.
        moment: the column that tells which span a delivery holds.
    """
    spans = [(one.span(moment), one) for one in deliveries]
    known = sorted(((span, one) for span, one in spans if span is not None), key=lambda one: one[0])
    found = (_shared(first, second, moment) for first, second in pairwise(known))
    return tuple(one for one in found if one is not None)


def _shared(first: tuple[Spanned, Delivery], second: tuple[Spanned, Delivery], moment: str) -> Shared | None:
    span = (second[0][0], min(first[0][1], second[0][1]))
    if span[0] > span[1]:
        return None
    names = sorted({*first[1].columns} & {*second[1].columns} - {REFUSED})
    parts = [one.prints(moment, span, names) for _, one in (first, second)]
    rows = _alike(*parts)
    if rows < _FEWEST or rows < _NEARLY * max(map(len, parts)):
        return None
    begin, end = (pd.Timestamp(int(one), unit="us", tz="UTC") for one in (parts[0]["at"].min(), parts[0]["at"].max()))
    return Shared(rows, begin, end)


def _alike(first: pd.DataFrame, second: pd.DataFrame) -> int:
    """How many rows have one of their own alike in the other."""
    counts = [part["print"].value_counts() for part in (first, second)]
    both = counts[0].index.intersection(counts[1].index)
    return int(np.minimum(counts[0][both].to_numpy(), counts[1][both].to_numpy()).sum())
