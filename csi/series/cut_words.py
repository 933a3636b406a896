"""What is said of an export that is cut by another moment than the one it is judged by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from csi.series.coverage import Cut
from csi.words import wording
from csi.words.messages import mark, said


def said_of(cut: Cut, series: pd.DataFrame) -> str:
    """What its rows near the cut are; ``series`` has the column ``n``, one row a period."""
    rows = int(series["n"][cut.periods].sum()), int(series["n"].sum())
    return wording.cut(cut.column, cut.judged_by, cut.moment, at_end=cut.at_end, quick=cut.quick, rows=rows)


def notes(cuts: Sequence[Cut], series: pd.DataFrame) -> Iterator[str]:
    """A sentence for the first periods that are left out, of a cut file as of a service that began then."""
    for cut in cuts:
        if cut.may_be_beginning:
            told = said_of(cut, series)
            yield said(mark("{cut}, so the first periods are left out."), cut=told[:1].upper() + told[1:])
