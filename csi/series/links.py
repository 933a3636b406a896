"""Columns of another source beside one's own rows, found by an explicit table of pairs of ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import StudyDefinition
from csi.errors import InvalidInput, key_of_source
from csi.reading.ids import plain_ids
from csi.series.columns import LINKED, Link, link_of


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which row of another source belongs to each of one's own: by the keys of both sides."""

    source: str
    own: str
    other: str
    leads: pd.Series  # own id → the other's id, each own id once

    def wanted(self, rows: pd.DataFrame) -> pd.Series:
        """The other's id for each row; missing where no pair leads there."""
        return rows[self.own].map(self.leads)

    def found(self, rows: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
        """The rows of the other source that some rows lead to."""
        return there[there[self.other].isin(self.wanted(rows).dropna())]

    def joined(self, rows: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
        """Rows with the columns of the other source (``source.column``), missing where no pair leads there."""
        known = there[there[self.other].notna()]
        wanted = self.wanted(rows)
        places = np.where(wanted.isna(), -1, pd.Index(known[self.other]).get_indexer(pd.Index(wanted)))
        found = known.reset_index(drop=True).reindex(places).add_prefix(f"{self.source}{LINKED}")
        return pd.concat([rows, found.set_axis(rows.index)], axis=1)


def pairs_of(study: StudyDefinition, source: str, table: pd.DataFrame) -> Pairs | None:
    """The pairs of a source that is linked to another; None of one that is not.

    Args:
        study: the definition.
        source: whose rows are to be joined.
        table: the rows that count of the link's table, in delivery order.

    Raises:
        InvalidInput: an id stands in more than one pair, so that its row would be counted twice.
    """
    link = link_of(study.sources[source])
    if link is None:
        return None
    pairs = table[[link.own, link.other]].apply(plain_ids).dropna().drop_duplicates()
    _once(source, link, pairs)
    own, other = study.sources[source].key, study.sources[link.source].key
    return Pairs(link.source, own, other, pairs.set_index(link.own)[link.other])


def linked(study: StudyDefinition, source: str, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A source's rows with the columns of the source it is linked to; ``frames`` are the rows that count of each."""
    link = link_of(study.sources[source])
    pairs = pairs_of(study, source, frames[link.table]) if link else None
    return pairs.joined(frames[source], frames[pairs.source]) if pairs else frames[source]


def _once(source: str, link: Link, pairs: pd.DataFrame) -> None:
    twice = pairs[link.own][pairs[link.own].duplicated()]
    if len(twice):
        reason = f"{link.table} leads from {twice.iloc[0]!r} to more than one of {link.source}; expected one"
        raise InvalidInput(key_of_source(source, "link"), reason)
