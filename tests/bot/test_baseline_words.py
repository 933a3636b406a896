"""A baseline is told alike wherever it stands, and a KPI without a number as what it is."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from bot.blocks.step7_correct.baselines import baseline_facts
from bot.blocks.step7_correct.overview import Found, act_view, baseline_line
from csi.words.standing import baseline_scale


def baseline(**changed: object) -> SimpleNamespace:
    said = {"centre": 7.19, "lower": 3.0, "upper": 11.4, "unit": "h", "number": 1, "points": 8, "state": "approved"}
    about = {"window_from": date(2026, 1, 5), "window_to": date(2026, 3, 2), "coverage": 1.0, "reason": "agreed"}
    made = {"id": 1, "proposed_by": "U1", "proposed_at": datetime(2026, 3, 2), "kpi_key": "mttr"}
    return SimpleNamespace(**{**said, **about, **made, **changed})


@pytest.mark.parametrize(
    ("centre", "limits", "level"),
    [(7.19, (3.0, 11.4), "7.2 h"), (7.19, (None, None), "7.19 h"), (71.9, (30.0, 114.0), "72 h")],
)
def test_a_level_is_rounded_with_its_limits(centre, limits, level) -> None:
    assert baseline_scale(centre, limits, "h").level(centre) == level


def test_the_line_and_the_question_tell_the_same_level() -> None:
    one = baseline()
    assert ": 7.2 h over " in baseline_line(one, "Time to resolve")
    fields = baseline_facts(one, "the text", [])[1]["fields"]
    assert fields[0]["text"] == "*Level*\n7.2 h"
    assert ": – over " in baseline_line(baseline(centre=None), "Time to resolve")


def test_a_kpi_without_a_number_is_not_measured() -> None:
    found = Found(kpi_id=1, name="Calls", verdict="", summary="", disposition="", may_rebase=False)
    shown = str(act_view([found], [], [], "{}", names={}, may_close=False)["blocks"])
    assert "NOT MEASURED" in shown
    assert "not judged" not in shown
