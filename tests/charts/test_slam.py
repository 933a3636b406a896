"""The SLAM grid: every clause and period, judged by sign and colour, missed ones never left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from csi.analysis.analysis import Limits
from csi.charts.canvas import png
from csi.charts.facts import Facts, Promise
from csi.charts.slam import CELLS, grid, meets, slam_chart, slam_figure, state
from csi.definition import EarlierTarget
from csi.terms import Direction, Period, Verdict
from tests.charts.samples import KPI, base, view

LOW = replace(KPI, id="low", name="Hours", target=20.0)
HIGH = replace(KPI, id="high", name="Share", unit="%", direction=Direction.HIGHER, target=75.0)
FREE = replace(KPI, id="free", name="Reopened", target=None)


def cells(figure: Figure) -> list[str]:
    return [box.get_gid() for box in figure.findobj(Rectangle) if box.get_gid()]


def test_each_period_is_met_missed_unfinished_or_not_measured() -> None:
    facts = base(view([21.0, 20.0, None, 5.0], kpi=LOW, frame={"partial": [3]}))
    [clause], _ = grid(facts)
    assert [cell.state for cell in clause.cells] == ["missed", "met", "no data", "unfinished"]
    assert clause.share == "met 1 of 2"


def test_signs_and_fills_differ_so_that_colour_is_never_the_only_sign() -> None:
    assert len({cell.sign for cell in CELLS}) == len(CELLS)


def test_v6_2_missed_and_inconclusive_kpis_stand_beside_the_met_ones() -> None:
    facts = base(
        view([10.0], kpi=LOW, verdict=Verdict.ACHIEVED),
        view([10.0], kpi=HIGH, verdict=Verdict.REGRESSED),
        view([10.0], kpi=FREE, verdict=Verdict.INCONCLUSIVE),
    )
    clauses, _ = grid(facts)
    assert [clause.name for clause in clauses] == ["Share", "Reopened", "Hours"]


def test_a_kpi_without_target_is_shown_and_not_judged() -> None:
    [clause], _ = grid(base(view([10.0], kpi=FREE)))
    assert [cell.state for cell in clause.cells] == ["no target"]
    assert clause.share == "not judged"


def test_kpis_with_other_periods_share_the_columns() -> None:
    facts = base(view([10.0, 10.0], kpi=LOW), view([80.0], kpi=HIGH, frame={"start": "2016-03-14"}))
    clauses, columns = grid(facts)
    assert len(columns) == 3
    assert [cell.state for cell in clauses[1].cells] == ["no data", "no data", "met"]


def test_only_the_newest_periods_fit() -> None:
    _, columns = grid(base(view([10.0] * 104, kpi=LOW)))
    assert len(columns) == 26
    assert columns[-1].position == 103


def test_targets_are_met_on_the_line_and_within_the_band() -> None:
    band = replace(KPI, direction=Direction.WITHIN, band=(60.0, 80.0), target=None)
    assert meets(HIGH.direction, HIGH.aims, 75.0)
    assert not meets(LOW.direction, LOW.aims, 20.1)
    assert [meets(band.direction, band.aims, value) for value in (59.9, 60.0, 80.0, 80.1)] == [False, True, True, False]


def test_the_headline_counts_verdicts_not_the_newest_period() -> None:
    facts = base(view([10.0, 30.0], kpi=LOW), view([80.0], kpi=HIGH, verdict=Verdict.REGRESSED), view([1.0], kpi=FREE))
    assert slam_chart(facts).title == "3 KPIs: 1 regressed; 2 improved."
    assert slam_chart(base(view([10.0, 30.0], kpi=LOW))).title == "1 KPI: 1 improved."


def test_met_within_a_sigma_of_the_target_is_threatened() -> None:
    of = view([20.0, 18.1, 18.0, 20.1], kpi=LOW)
    of = replace(of, analysis=replace(of.analysis, detail=replace(of.analysis.detail, sigma=2.0)))
    assert [state(of, mark).state for mark in of.marks] == [
        "met, but threatened",
        "met, but threatened",
        "met",
        "missed",
    ]


def test_the_variation_is_that_of_the_evaluation_where_a_change_is_known() -> None:
    of = view([19.1, 18.9], kpi=LOW)
    for limits in (
        Limits(kind="xmr", centre=7.0, lower=4.0, upper=10.0, n=12, trial=False),
        Limits(kind="xmr", centre=2.0, lower=0.0, upper=(8.0, 5.0), n=12, trial=False),
    ):
        detail = replace(of.analysis.detail, sigma=5.0, after_limits=limits)
        known = replace(of, analysis=replace(of.analysis, detail=detail))
        assert [state(known, mark).state for mark in of.marks] == ["met, but threatened", "met"]


def test_figures_stand_where_there_is_room_for_them() -> None:
    few, many = (slam_texts(base(view([10.5] * weeks, kpi=LOW))) for weeks in (4, 26))
    assert few.count("10.5") == 4
    assert "10.5" not in many


def slam_texts(facts: Facts) -> list[str]:
    clauses, columns = grid(facts)
    return [text.get_text() for text in slam_figure("Desk", "x", clauses, columns, Period.WEEK).texts]


def test_the_drawing_holds_a_cell_per_clause_and_period() -> None:
    facts = base(view([10.0, 30.0], kpi=LOW), view([80.0, 10.0], kpi=HIGH))
    clauses, columns = grid(facts)
    figure = slam_figure("$Desk_^", facts.headline, clauses, columns, Period.WEEK)
    assert cells(figure) == ["met", "missed", "met", "missed"]
    assert png(figure).startswith(b"\x89PNG")


def test_alt_text_reads_the_grid_row_by_row() -> None:
    chart = slam_chart(base(view([10.0, 30.0], kpi=LOW)))
    assert "Hours (target 20 h): met 1 of 2, latest 30 h, IMPROVED · target not met, ✓✗." in chart.alt_text


def test_nothing_measured_is_drawn_and_said() -> None:
    chart = slam_chart(base(view([], kpi=LOW)))
    assert "nothing measured yet" in chart.alt_text
    assert chart.png.startswith(b"\x89PNG")


def test_sla_clauses_are_judged_by_what_was_promised():
    promised = (Promise("Within two days", "low", 48.0), Promise("Within a day", "low", 24.0))
    facts = replace(base(view([30.0], kpi=LOW), view([80.0], kpi=HIGH)), promises=promised)
    clauses, _ = grid(facts)
    assert [(clause.name, clause.cells[0].state) for clause in clauses] == [
        ("SLA: Within two days", "met"),
        ("SLA: Within a day", "missed"),
        ("Share", "met"),
    ]


def test_a_clause_has_the_verdict_of_its_kpi_where_it_promises_its_target_else_the_change_alone():
    promised = (Promise("Within a day", "low", 20.0), Promise("As the KPI", "low"), Promise("Within 3 h", "low", 3.0))
    of = view([30.0], kpi=LOW, verdict=Verdict.IMPROVED, change_axis="improved")
    clauses, _ = grid(replace(base(of), promises=promised))
    told = [(clause.verdict, clause.beside) for clause in clauses]
    assert told == [("IMPROVED", "target not met")] * 2 + [("", "improved")]


def test_figures_of_a_row_have_as_many_decimals():
    [clause], _ = grid(base(view([24.0, 25.71, 9.25, None, 1234.5], kpi=LOW)))
    assert clause.figures == ("24.00", "25.71", "9.25", "", "1,234.50")
    [clause], _ = grid(base(view([24.0, 25.0], kpi=LOW)))
    assert clause.figures == ("24", "25")
    [clause], _ = grid(base(view([24.0, 0.00123], kpi=LOW)))
    assert clause.figures == ("24.00", "0.00")


def test_v6_8_a_moved_target_repaints_no_old_period() -> None:
    before = EarlierTarget(date(2016, 3, 14), (24.0,))
    moved = replace(LOW, earlier_targets=(before,))
    [clause], _ = grid(base(view([22.0, 25.0, 22.0, 20.0], kpi=moved)))
    assert [cell.state for cell in clause.cells] == ["met", "missed", "missed", "met"]
    assert clause.target == "target 20 h · 24 before 14 Mar 2016"
    promised = (Promise("Within a day", "low", 24.0), Promise("As the KPI", "low"))
    [fixed, as_kpi], _ = grid(replace(base(view([22.0, 25.0, 22.0], kpi=moved)), promises=promised))
    assert [cell.state for cell in fixed.cells] == ["met", "missed", "met"]
    assert [cell.state for cell in as_kpi.cells] == ["met", "missed", "missed"]


def test_each_row_says_both_axes() -> None:
    [clause], _ = grid(base(view([10.0], kpi=LOW, verdict=Verdict.IMPROVED)))
    assert clause.axes == "IMPROVED · target not met"


def test_what_is_not_measured_is_counted_and_has_a_row() -> None:
    facts = replace(base(view([10.0], kpi=LOW, verdict=Verdict.ACHIEVED)), unmeasured=("Satisfaction",))
    assert facts.headline == "2 KPIs: 1 achieved; 1 not measured."
    clauses, columns = grid(facts)
    assert [(one.name, one.verdict, one.share) for one in clauses[1:]] == [("Satisfaction", "NOT MEASURED", "")]
    drawn = slam_texts(facts)
    assert "NOT MEASURED" in drawn
    assert "not judged" not in drawn
    assert "Satisfaction: NOT MEASURED, –" in slam_chart(facts).alt_text
    assert [cell.state for cell in clauses[1].cells] == ["no data"] * len(columns)
    assert slam_chart(facts).title == facts.headline


def test_both_axes_stand_on_the_grid() -> None:
    facts = base(view([10.0], kpi=LOW, verdict=Verdict.IMPROVED))
    [clause], columns = grid(facts)
    assert (clause.verdict, clause.beside) == ("IMPROVED", "target not met")
    figure = slam_figure("Desk", facts.headline, [clause], columns, Period.WEEK)
    texts = [text.get_text() for text in figure.texts]
    assert {"IMPROVED", "target not met", "met 1 of 1"} <= set(texts)
    assert replace(clause, axes="", verdict="").beside == ""
