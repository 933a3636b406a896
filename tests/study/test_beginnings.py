"""The first periods of a service, or of a file cut by opening, are left out with a word; the others are judged."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from csi.definition import StudyDefinition, Window
from csi.series import cut_words
from csi.series.coverage import Cut
from csi.study.evaluation import evaluate, said_of_cut
from tests.series.studies import RESOLVE, kpi, moments, reading, study

WORD = "so the first periods are left out"


def tickets(weeks: int = 40) -> dict[str, pd.Series]:
    """A ticket every three hours that lasts four days on average, whatever its week."""
    begun = pd.Timestamp("2025-01-06", tz="UTC") + pd.to_timedelta(np.arange(weeks * 56) * 3, "h")
    ended = begun + pd.to_timedelta(np.random.default_rng(5).exponential(100.0, len(begun)), "h").round("s")
    return {"opened_at": moments(*begun.astype(str)), "resolved_at": moments(*ended.astype(str))}


def asked(baseline: date) -> StudyDefinition:
    change, end = date(2025, 6, 2), date(2025, 9, 29)
    one = kpi(measure="median", at="resolved_at", value=RESOLVE, unit="h")
    return study(one, baseline=Window(baseline, change), evaluation=Window(change, end))


@pytest.mark.parametrize("baseline", [date(2025, 1, 6), date(2025, 3, 3)])
def test_what_is_left_beside_the_first_periods_is_judged(baseline: date) -> None:
    found = evaluate(asked(baseline), {"tickets": [reading(tickets())]}).kpis["k"]
    first = found.processed.series["partial"].to_numpy()[:3]
    assert first[0]
    assert not first[2]
    assert [WORD in one for one in found.processed.notes].count(True) == 1
    assert found.analysis.verdict != "INCONCLUSIVE"
    assert "quick ones" in said_of_cut(found.processed)


@pytest.mark.parametrize(
    ("at_end", "quick", "told"), [(False, True, 1), (True, True, 0), (False, False, 0), (True, False, 0)]
)
def test_only_a_beginning_is_left_out_with_a_word(at_end: bool, quick: bool, told: int) -> None:
    series = pd.DataFrame({"n": [3.0, 7.0]})
    cut = Cut("opened", "resolved", pd.Timestamp("2025-01-01"), np.array([True, False]), at_end=at_end, quick=quick)
    said = list(cut_words.notes([cut], series))
    assert len(said) == told
    assert not told or said[0].startswith("The export holds only rows whose opened lies from 1 Jan 2025 on")
    assert not told or "(3 of 10 rows)" in said[0]
