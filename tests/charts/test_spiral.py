"""The spiral chart: one KPI over all cycles, levels stepping as agreed, actions where they happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from csi.charts.canvas import png
from csi.charts.spiral import Deed, Spiral, Turn, notes, placed, position, spiral_chart, spiral_figure, title
from csi.terms import Direction, Period
from tests.charts.samples import series

ONE = Turn(
    number=1,
    series=series([90.0, 60.0, 30.0]),
    baseline=78.2,
    target=40.0,
    verdict="IMPROVED",
    deeds=(Deed(date(2016, 3, 9), "Triage"),),
)
TWO = Turn(
    number=2,
    series=series([29.0, 12.0, 11.0], start="2016-03-14", partial=[2]),
    baseline=11.4,
    target=10.0,
    verdict="",
    deeds=(Deed(date(2016, 3, 28), "Articles", done=False),),
)


def spiral(*turns: Turn, **changes: object) -> Spiral:
    made = Spiral(name="Hours", unit="h", direction=Direction.LOWER, period=Period.WEEK, service="Desk", turns=turns)
    return replace(made, **changes)  # type: ignore[arg-type]


def drawn(of: Spiral, gid: str) -> list:
    [axes] = spiral_figure(of).axes
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def test_a_period_two_cycles_hold_shows_the_newer_value() -> None:
    where = placed(spiral(ONE, TWO))
    assert [mark.value for mark in where.marks] == [90.0, 60.0, 29.0, 12.0, 11.0]
    assert [turn.number for turn in where.turns] == [1, 1, 2, 2, 2]


def test_a_period_belongs_to_the_cycle_that_evaluated_it():
    whole = series([91.0, 61.0, 31.0, 12.0, 11.0])
    where = placed(spiral(replace(ONE, until=date(2016, 3, 14)), replace(TWO, series=whole)))
    assert [mark.value for mark in where.marks] == [90.0, 60.0, 31.0, 12.0, 11.0]
    assert [turn.number for turn in where.turns] == [1, 1, 2, 2, 2]


def test_baseline_and_target_step_where_the_cycle_changes() -> None:
    [baseline] = drawn(spiral(ONE, TWO), "baseline")
    [target] = drawn(spiral(ONE, TWO), "target")
    assert list(baseline.get_ydata()) == [78.2] * 4 + [11.4] * 6
    assert list(target.get_ydata()) == [40.0] * 4 + [10.0] * 6


def test_actions_stand_in_their_period_filled_when_done() -> None:
    done, planned = drawn(spiral(ONE, TWO), "action")
    assert (list(done.get_xdata()), list(planned.get_xdata())) == ([1], [4])
    assert done.get_markerfacecolor() != planned.get_markerfacecolor()


def test_an_action_before_the_first_period_has_no_place() -> None:
    assert position(placed(spiral(ONE)).marks, date(2016, 2, 1)) is None


def test_an_unfinished_period_is_hollow() -> None:
    [partial] = drawn(spiral(ONE, TWO), "partial")
    assert list(partial.get_xdata()) == [4]


def test_small_groups_are_suppressed() -> None:
    few = replace(TWO, series=series([29.0, 12.0], start="2016-03-14", n=[4, 9]))
    assert [mark.value for mark in placed(spiral(few, min_n=5)).marks] == [None, 12.0]


def test_the_title_is_about_the_newest_verdict() -> None:
    worse = replace(TWO, verdict="REGRESSED", summary="11.4 → 41.0 h; target 10 h is not met.")
    assert title(spiral(ONE, worse)) == "Hours, 2 cycles: REGRESSED. 11.4 → 41.0 h; target 10 h is not met."
    assert title(spiral(ONE, TWO)) == "Hours, 2 cycles: IMPROVED."
    assert title(spiral(TWO)) == "Hours, 1 cycle: not judged yet."
    drawn = " ".join(text.get_text() for text in spiral_figure(spiral(ONE, worse)).texts)
    assert "REGRESSED" in drawn
    assert "Hours, cycle 2: 11.4 → 41.0 h" in drawn


def test_what_the_numbers_in_the_picture_are_stands_beside_it() -> None:
    assert notes(spiral(ONE, TWO)) == [
        "cycle 1: IMPROVED · cycle 2: open",
        "▲ 1 9 Mar 2016: Triage",
        "▲ 2 28 Mar 2016: Articles (planned)",
    ]


def test_alt_text_names_cycles_and_actions() -> None:
    text = spiral_chart(spiral(ONE, TWO)).alt_text
    assert "Cycle 1: baseline 78.2 h, target 40 h, IMPROVED. Cycle 2: baseline 11.4 h, target 10 h, open." in text
    assert "Actions: 9 Mar 2016 Triage; 28 Mar 2016 Articles." in text


def test_no_cycle_and_no_data_can_be_drawn() -> None:
    assert png(spiral_figure(spiral())).startswith(b"\x89PNG")
    assert png(spiral_figure(spiral(replace(ONE, series=series([None]))))).startswith(b"\x89PNG")
