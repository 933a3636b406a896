"""Columns of another source beside one's own rows, found by an explicit table of pairs of ids."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csi.definition import StudyDefinition
from csi.errors import InvalidInput
from csi.step4_process.columns import LINKED, Link, link_of


def linked(study: StudyDefinition, source: str, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A source's rows with the columns of the source it is linked to, missing where no pair leads there.

    Args:
        study: the definition.
        source: whose rows.
        frames: the rows that count of every source.

    Raises:
        InvalidInput: an id stands in more than one pair, so that its row would be counted twice.
    """
    link = link_of(study.sources[source])
    rows = frames[source]
    if link is None:
        return rows
    own, other = study.sources[source].key, study.sources[link.source].key
    pairs = frames[link.table][[link.own, link.other]].dropna().drop_duplicates()
    _once(source, link, pairs)
    wanted = rows[own].map(pairs.set_index(link.own)[link.other])
    there = frames[link.source]
    places = pd.Index(there[other]).get_indexer(pd.Index(wanted))
    places = np.where(wanted.isna(), -1, places)
    found = there.reset_index(drop=True).reindex(places).set_axis(rows.index)
    return rows.join(found.add_prefix(f"{link.source}{LINKED}"))


def _once(source: str, link: Link, pairs: pd.DataFrame) -> None:
    twice = pairs[link.own][pairs[link.own].duplicated()]
    if len(twice):
        reason = f"{link.table} leads from {twice.iloc[0]!r} to more than one of {link.source}; expected one"
        raise InvalidInput(f"sources.{source}.link", reason)
