"""The period that suits what files show: as many of them as tell a change, and of cases enough in each."""

from __future__ import annotations

from collections.abc import Iterable

from csi.study.drafting.looked import Looked
from csi.study.drafting.offers import is_series
from csi.study.drafting.windows import span_of, with_enough
from csi.terms import Period

_LENGTHS = list(Period)


def suited(files: Iterable[tuple[Looked, str]], timezone: str) -> Period:
    """The period for some files, each with the column that dates its rows.

    Of several files it is the longest that any of them needs.
    """
    dated = [(file, file.moments[at].values) for file, at in files]
    span = span_of([values for _, values in dated], timezone)
    suits = span.period if span else Period.WEEK
    cases = [
        values for file, values in dated if not (is_series(file) or file.series or file.source.options.get("melt"))
    ]
    return max((with_enough(values, suits, timezone) for values in cases), key=_LENGTHS.index, default=suits)


def _is_of_periods(file: Looked) -> bool:
    """Whether a row stands for a period, so that each holds as many cases as it says."""
    return bool(is_series(file) or file.series or file.source.options.get("melt"))
