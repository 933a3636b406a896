"""A column filled in the first row of each block alone, as merged cells and pivots are printed: the rows below hold
nothing, and no condition on the column fits them.

What portions of the rows show merges exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csi.series.periods import MISSING

_MOST = 20_000  # rows that are looked at; of more nobody prints the names of blocks. Ours
_FEWEST = 2  # blocks; ours
_BLANK = 0.5  # of the rows at least; ours


@dataclass(frozen=True, slots=True)
class Names:
    """The cells of a column that a condition compares, in file order; none where there are too many rows.

    ``place`` says delivery and line, ``at`` the moment, ``name`` the text (NaN: nothing) of each row.
    """

    column: str
    place: np.ndarray
    at: np.ndarray
    name: np.ndarray
    is_many: bool = False

    @property
    def filled(self) -> int:
        """In how many rows the column holds something."""
        return int(pd.notna(self.name).sum())

    @property
    def are_of_blocks(self) -> bool:
        """Whether the rows that hold something begin blocks, and those below belong to them.

        The first row does, most do not; and each name stands once, or the moments begin anew with each name as they do
        nowhere within a block.
        """
        held = pd.notna(self.name)
        if not len(held) or not held[0] or not _FEWEST <= self.filled <= (1 - _BLANK) * len(held):
            return False
        return pd.Series(self.name[held]).is_unique or self._begin_anew(held)

    def _begin_anew(self, held: np.ndarray) -> bool:
        """Whether the moments go on within blocks, or within the parts that several blocks have, and back at names."""
        if (self.at == MISSING).any():
            return False
        starts = np.flatnonzero(held)[1:]
        for at in (self.at, -self.at):
            back = at[1:] < at[:-1]
            if back[starts - 1].all() and back.sum() <= len(held) // 3:
                return True
        return False


def names_of(column: str, cells: pd.Series, place: np.ndarray, at: np.ndarray) -> Names | None:
    """The cells of a column of texts; None of any other column."""
    if not isinstance(cells.dtype, pd.StringDtype):
        return None
    if len(cells) > _MOST:
        none = place[:0]
        return Names(column, none, none, none, is_many=True)
    return Names(column, place, at, cells.to_numpy(dtype=object))


def together(parts: Sequence[Names | None]) -> Names | None:
    """Those of all rows, from those of portions; None where one column is none of texts in some of them."""
    known = [one for one in parts if one is not None]
    if not known or len(known) < len(parts) or any(one.is_many for one in known):
        return next((one for one in known if one.is_many), None)
    place = np.concatenate([one.place for one in known])
    order = np.argsort(place, kind="stable")
    at, name = (np.concatenate([getattr(one, held) for one in known])[order] for held in ("at", "name"))
    found = replace(known[0], place=place[order], at=at, name=name)
    none = place[:0]
    return replace(found, place=none, at=none, name=none, is_many=True) if len(place) > _MOST else found
