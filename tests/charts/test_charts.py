"""The control chart: what is drawn (artists, not pixels), literally and with the same bytes."""

from __future__ import annotations

import io
import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from csi.analysis.analysis import Limits, Phase
from csi.charts import canvas
from csi.charts.alt_text import control_chart_text
from csi.charts.axis import tick_labels, value_range
from csi.charts.canvas import BLUE, PALE, QUIET, RULE, VERMILLION, png
from csi.charts.charts import control_figure, draw
from csi.charts.head import colour_of, head
from csi.charts.marks import marks
from csi.charts.view import View, footnotes
from csi.definition import EarlierTarget, Exclusion
from csi.errors import InvalidInput
from csi.series.exclusions import LeftOut
from csi.terms import VERDICTS, Direction, Period, Verdict
from tests.charts.samples import KPI, analysis, processed, series, view, window

WEEKS = [91.3, 99.1, 57.9, 49.4, 28.7, 11.4, 4.3, 4.2, 1.2, 2.6, 4.8]
LIMITS = Limits(kind="xmr", centre=65.3, lower=0.0, upper=118.2, n=12, trial=False)


def axes_of(figure: Figure) -> Axes:
    [axes] = figure.axes
    return axes


def artists(figure: Figure, gid: str) -> list:
    return [artist for artist in axes_of(figure).get_children() if artist.get_gid() == gid]


def line(figure: Figure, gid: str) -> Line2D:
    [found] = artists(figure, gid)
    assert isinstance(found, Line2D)
    return found


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in texts(figure))


MOVE = LeftOut(Exclusion("mttr", date(2016, 3, 21), date(2016, 3, 22), "data-centre move", "owner"), 40)


def full(**changes: object) -> View:
    said: dict = {
        "limits": LIMITS,
        "before": 65.3,
        "after": 4.7,
        "baseline": ("2016-02-29", "2016-04-04"),
        "evaluation": ("2016-04-04", "2016-05-09"),
        "signals": {5: ("shift", "improvement"), 9: ("outside", "concern")},
        "frame": {"n": range(1000, 1011), "partial": [10], "excluded": [3]},
        "left_out": [MOVE],
    }
    return view(WEEKS, **(said | changes))


def test_v6_4_a_chart_carries_target_baseline_unit_and_period_and_its_words_the_rest() -> None:
    said = words(control_figure(full()))
    for wanted in ("IMPROVED", "target 20 h", "baseline 65.3 h", "h per week, lower is better"):
        assert wanted in said
    for wanted in ("n = 1,000–1,010 per week", "source: incidents", "Left out 2016-03-21"):
        assert wanted in control_chart_text(full())
        assert wanted not in said


def test_the_latest_value_stands_at_the_edge_and_covers_no_point() -> None:
    figure = control_figure(full())
    (said,) = [text for text in texts(figure) if text.get_text().startswith("latest ")]
    assert said not in axes_of(figure).texts
    assert said.get_window_extent().x0 >= axes_of(figure).get_window_extent().x1


def test_the_title_is_the_headline_beside_its_badge() -> None:
    drawn = words(control_figure(full())).replace("\n", " ")
    assert "Median time to resolve: 78.2 → 11.4 h; target 20 h is not met." in drawn
    assert drawn.count("78.2") == 1


@pytest.mark.parametrize(
    "name", ["Hours", "Time until somebody answers for the first time, in office hours", "n" * 300]
)
@pytest.mark.parametrize("label", [*VERDICTS])
def test_the_headline_has_two_lines_and_only_a_name_gives_way(name: str, label: str) -> None:
    rest = ": 24.6 → 24.2 points, at constant mix no detectable change; band 20 % to 30 % is too close to call."
    made = head(label, ["h per week · Service desk", "h per week"], name, rest)
    assert len(made.lines) <= 2
    assert "".join(made.lines).replace(" ", "").endswith(rest.replace(" ", ""))
    assert ("…" in "".join(made.lines)) is (len(name) > 60)
    assert made.kicker in ("h per week · Service desk", "h per week")


def test_only_white_badges_have_dark_letters_and_each_verdict_its_own_colour() -> None:
    colours = [colour_of(verdict) for verdict in Verdict]
    assert len(set(colours)) == len(Verdict)
    assert colour_of("IMPROVED WITH SIDE EFFECT") == colour_of("IMPROVED")


def test_a_known_change_has_limits_of_its_own_in_its_colour_and_the_baselines_are_paler() -> None:
    own = Limits(kind="xmr", centre=4.7, lower=1.0, upper=9.0, n=6, trial=True)
    shifted = full(change_axis="improved")
    detail = replace(shifted.analysis.detail, after_limits=own)
    figure = control_figure(replace(shifted, analysis=replace(shifted.analysis, detail=detail)))
    drawn = line(figure, "own upper limit")
    there = [x for x, y in zip(drawn.get_xdata(), drawn.get_ydata(), strict=True) if y == 9.0]
    assert (min(there), max(there)) == (4.5, 9.5)
    assert drawn.get_color() == BLUE
    assert line(figure, "upper limit").get_color() == PALE
    assert "trial upper limit 9 h" in words(figure)
    [band] = artists(figure, "evaluation level")
    assert to_hex(band.get_color()[0]).upper() == BLUE
    assert line(control_figure(full()), "upper limit").get_color() == RULE


@pytest.mark.parametrize(("change", "colour"), [("improved", BLUE), ("worse", VERMILLION), (None, QUIET)])
def test_the_evaluation_has_the_colour_of_its_change(change: str | None, colour: str) -> None:
    [band] = artists(control_figure(full(change_axis=change)), "evaluation level")
    assert to_hex(band.get_color()[0]).upper() == colour


def test_a_season_that_was_allowed_for_is_named() -> None:
    allowed = full()
    detail = replace(allowed.analysis.detail, seasonal=True)
    said = words(control_figure(replace(allowed, analysis=replace(allowed.analysis, detail=detail))))
    assert "season of the year" in said
    assert "season of the year" not in words(control_figure(full()))


def test_the_centre_and_limits_are_where_the_analysis_says() -> None:
    figure = control_figure(full())
    assert set(line(figure, "upper limit").get_ydata()) == {118.2}
    assert set(line(figure, "centre").get_ydata()) == {65.3}
    assert line(figure, "upper limit").get_linestyle() == "-"


def test_trial_limits_are_dashed_and_said() -> None:
    figure = control_figure(full(limits=Limits(kind="xmr", centre=65.3, lower=0.0, upper=118.2, n=7, trial=True)))
    assert line(figure, "upper limit").get_linestyle() == "--"
    assert "trial upper limit 118" in words(figure)


def test_limits_begun_anew_step_at_their_day_and_the_old_ones_stay() -> None:
    phases = (
        Phase(start=date(2016, 2, 29), centre=65.3, n=12, trial=False),
        Phase(start=date(2016, 4, 4), centre=4.7, n=6, trial=True, reason="new tool"),
        Phase(start=date(2016, 4, 11), centre=None, n=0, trial=False, reason="a hope", begun=False),
    )
    anew = full()
    anew = replace(anew, analysis=replace(anew.analysis, detail=replace(anew.analysis.detail, phases=phases)))
    figure = control_figure(anew)
    drawn = line(figure, "centre").get_ydata()
    assert list(drawn[:10]) == [65.3] * 10
    assert np.isnan(drawn[10])  # nothing joins the old limits to the new ones
    assert list(drawn[11:]) == [4.7] * 12
    assert [artist.get_xdata()[0] for artist in artists(figure, "new limits")] == [4.5]
    assert artists(control_figure(full()), "new limits") == []


def test_limits_that_vary_are_stepped_over_each_period() -> None:
    upper = tuple(80.0 + at for at in range(11))
    figure = control_figure(
        full(limits=Limits(kind="p_prime", centre=65.3, lower=None, upper=upper, n=12, trial=False, sigma_z=13.9))
    )
    assert list(line(figure, "upper limit").get_ydata()) == [value for value in upper for _ in range(2)]
    assert list(line(figure, "upper limit").get_xdata()[:4]) == [-0.5, 0.5, 0.5, 1.5]
    assert artists(figure, "lower limit") == []
    assert "Laney" not in words(figure)


def test_no_limits_are_said_instead_of_drawn() -> None:
    figure = control_figure(
        view([1.0, 2.0], limits=Limits(kind="xmr", centre=None, lower=None, upper=None, n=2, trial=True))
    )
    assert artists(figure, "upper limit") == []


def test_signals_differ_by_shape_and_by_colour() -> None:
    figure = control_figure(full())
    improvement, concern, plain = line(figure, "improvement"), line(figure, "concern"), line(figure, "point")
    assert list(improvement.get_xdata()) == [5]
    assert list(concern.get_xdata()) == [9]
    assert len({artist.get_marker() for artist in (improvement, concern, plain)}) == 3
    assert len({artist.get_markerfacecolor() for artist in (improvement, concern, plain)}) == 3
    assert "concern" in words(figure)


def test_an_unfinished_period_is_hollow_and_outside_the_line() -> None:
    figure = control_figure(full())
    partial = line(figure, "partial")
    assert list(partial.get_xdata()) == [10]
    assert partial.get_markerfacecolor() == "#FFFFFF"
    assert max(line(figure, "run").get_xdata()) == 9
    assert "incomplete period, not judged" in words(figure)


def test_a_gap_breaks_the_line_and_is_named() -> None:
    figure = control_figure(view([1.0, 2.0, None, None, 3.0, 4.0]))
    assert [list(run.get_xdata()) for run in artists(figure, "run")] == [[0, 1], [4, 5]]
    assert len(artists(figure, "gap")) == 1
    assert "no data" in words(figure)


def test_excluded_periods_are_shaded() -> None:
    [band] = artists(control_figure(full()), "excluded")
    assert (band.get_x(), band.get_width()) == (2.5, 1.0)


def test_an_exclusion_that_step_4_did_not_say_is_footnoted() -> None:
    one = Exclusion(
        "mttr", window(("2016-03-21", "2016-03-22")).start, window(("2016-03-21", "2016-03-22")).end, "flood", "alice"
    )
    assert "Left out 21 Mar 2016 to before 22 Mar 2016: flood (approved by alice)." in footnotes(
        replace(full(), exclusions=(one,))
    )


def test_an_exclusion_that_step_4_said_is_footnoted_once_whatever_other_notes_say() -> None:
    said = footnotes(replace(full(footnotes=["Left out: a data-centre move."]), exclusions=(MOVE.exclusion,)))
    assert [one for one in said if "move" in one] == [MOVE.text, "Left out: a data-centre move."]
    other = replace(MOVE.exclusion, start=date(2016, 3, 28), end=date(2016, 3, 29))
    said = footnotes(replace(full(), exclusions=(MOVE.exclusion, other)))
    assert [one for one in said if "move" in one] == [
        "Left out 28 Mar 2016 to before 29 Mar 2016: data-centre move (approved by owner).",
        "Left out 2016-03-21 to 2016-03-22 (40 rows): data-centre move (approved by owner).",
    ]


def test_windows_are_bracketed_with_their_levels() -> None:
    figure = control_figure(full())
    assert "evaluation 4.7 h" in words(figure)
    [level] = artists(figure, "evaluation level")
    [[start, end]] = level.get_segments()
    assert (start.tolist(), end.tolist()) == ([4.5, 4.7], [9.5, 4.7])


def test_a_band_is_drawn_with_both_edges() -> None:
    kpi = replace(KPI, direction=Direction.WITHIN, band=(60.0, 80.0), target=None, unit="%")
    figure = control_figure(view([70.0, 85.0], kpi=kpi))
    assert [edge.get_ydata()[0] for edge in artists(figure, "target")] == [60.0, 80.0]
    assert "band to 80 %" in words(figure)


@pytest.mark.parametrize("name", ["cost $x_1^2$", r"\frac{1}{2} $", "<!channel> & <@U1>", "日本 🎉 ok", "x" * 3000])
def test_names_are_drawn_literally_and_never_overflow(name: str) -> None:
    figure = control_figure(full(kpi=replace(KPI, name=name, unit="$_^{"), sentence=f"{name} improved", service=name))
    assert png(figure).startswith(b"\x89PNG")
    assert all(not text.get_parse_math() for text in texts(figure))
    width = figure.get_size_inches()[0] * figure.dpi
    extents = [text.get_window_extent() for text in texts(figure)]
    assert all(box.x0 >= 0 and box.x1 <= width + 1 for box in extents)


@pytest.mark.parametrize(
    "values",
    [[12.0], [None, None], [5.0] * 20, [0.0] * 3, [1e12, 3e12, 2e12], [1e-9, 3e-9], [-5.0, 3.0], [1e6, 1e6 + 1], []],
)
def test_any_series_can_be_drawn(values: list[float | None]) -> None:
    figure = control_figure(view(values))
    low, high = axes_of(figure).get_ylim()
    assert low < high
    assert png(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([5.0, 7.5, 10.0, 12.5], ["5.0", "7.5", "10.0", "12.5"]),
        ([0.0, 0.25, 0.5, 0.75, 1.0], ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        ([0.0, 20.0, 40.0], ["0", "20", "40"]),
        ([0.0, 250_000.0, 500_000.0], ["0", "250,000", "500,000"]),
        ([0.0, 1e6, 2e6], ["0", "1 million", "2 million"]),
        ([2.0e13, 2.25e13, 2.5e13], ["20.0 trillion", "22.5 trillion", "25.0 trillion"]),
        ([2.0e16, 2.25e16, 2.5e16], ["2.00×10¹⁶", "2.25×10¹⁶", "2.50×10¹⁶"]),
        ([0.0, 2.5e-7, 5e-7], ["0.00000000", "0.00000025", "0.00000050"]),
        ([0.0, 2.5e-12, 5e-12], ["0", "2.5×10⁻¹²", "5.0×10⁻¹²"]),
        ([-36.0, -32.0], ["−36", "−32"]),
    ],
)
def test_a_tick_says_where_it_lies(ticks: list[float], labels: list[str]) -> None:
    assert tick_labels(ticks) == labels


def test_an_axis_of_per_cent_ends_at_all_of_it() -> None:
    figure = control_figure(view([98.0, 100.0, 99.0, 100.0], kpi=replace(KPI, unit="%", target=99.0)))
    labels = [text.get_text() for text in axes_of(figure).get_yticklabels()]
    assert max(float(label) for label in labels) == 100.0


def test_104_points_stay_readable() -> None:
    values = [100 + 10 * np.sin(at) for at in range(104)]
    figure = control_figure(view(values, limits=LIMITS))
    labels = [text.get_text() for text in axes_of(figure).get_xticklabels()]
    assert 5 <= len(labels) <= 12
    assert labels[-1].startswith("19 Feb ’18")
    boxes = [text.get_window_extent() for text in axes_of(figure).get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))


def test_names_at_the_right_edge_never_overlap() -> None:
    limits = Limits(kind="xmr", centre=20.0, lower=19.9, upper=20.1, n=12, trial=False)
    figure = control_figure(view([20.0] * 8 + [60.0], limits=limits))
    figure.draw_without_rendering()
    tops = sorted(
        text.get_window_extent().y0
        for text in figure.texts
        if text.get_va() == "center" and text.get_text().startswith(("target", "upper", "lower", "centre"))
    )
    assert len(tops) == 4
    assert min(np.diff(tops)) >= 8 * figure.dpi / 72


@pytest.mark.parametrize(
    ("period", "label"),
    [(Period.HOUR, "29 Feb 02h"), (Period.DAY, "2 Mar"), (Period.MONTH, "May"), (Period.QUARTER, "Q4")],
)
def test_dates_fit_the_period(period: Period, label: str) -> None:
    figure = control_figure(view([1.0, 2.0, 3.0], period=period))
    assert axes_of(figure).get_xticklabels()[-1].get_text().split("\n")[0] == label


def test_same_data_same_bytes_from_any_thread() -> None:
    with ThreadPoolExecutor(3) as pool:
        drawn = list(pool.map(lambda _: png(control_figure(full())), range(3)))
    assert len(set(drawn)) == 1
    assert not Image.open(io.BytesIO(drawn[0])).info.keys() - {"dpi"}


def test_letters_are_measured_by_many_threads_at_once() -> None:
    """A face that two threads load at once knows no letters, and the chart was lost."""
    canvas._advance.cache_clear()
    letters = [chr(code) for code in range(33, 700) if code in canvas._glyphs(canvas.FONT)]
    together = Barrier(8)

    def width(_: int) -> float:
        together.wait()
        return sum(canvas.width_of(letter, 9, bold=bool(ord(letter) % 2)) for letter in letters)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(width, range(8)))) == 1
    finally:
        sys.setswitchinterval(interval)


def test_the_picture_is_twice_slacks_width() -> None:
    assert Image.open(io.BytesIO(png(control_figure(full())))).size[0] == 1440


def test_a_chart_comes_with_sentence_and_alt_text() -> None:
    chart = draw(replace(full(), source="export.csv"))
    assert chart.title == "Median time to resolve: IMPROVED. 78.2 → 11.4 h; target 20 h is not met."
    assert "source: export.csv" in chart.alt_text
    assert chart.png.startswith(b"\x89PNG")


def test_values_no_drawing_can_hold_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="Median time to resolve has values beyond"):
        draw(view([1e250, 1.0]))


def test_names_of_narrow_windows_stand_side_by_side() -> None:
    narrow = {"baseline": ("2016-02-29", "2016-03-07"), "evaluation": ("2016-03-07", "2016-03-14")}
    figure = control_figure(view([1.0] * 40, before=1.0, after=1.0, **narrow))
    left, right = (text.get_window_extent() for text in figure.texts if text.get_text() in ("baseline", "evaluation"))
    assert left.x1 < right.x0


def test_thousands_of_points_are_a_line_with_signals_and_gaps_in_a_sentence() -> None:
    values = [None if at % 25 == 23 else 45.0 + at % 3 for at in range(1500)]
    figure = control_figure(view(values, period=Period.HOUR, limits=LIMITS, signals={100: ("outside", "concern")}))
    assert list(line(figure, "point").get_xdata()) == [1499]
    assert list(line(figure, "concern").get_xdata()) == [100]
    assert "no data" not in words(figure)
    assert len(artists(figure, "gap")) == 60


def test_n_of_a_share_is_what_it_is_a_part_of() -> None:
    held = series([50.0, 60.0], n=1)
    held["denominator"] = [40.0, np.nan]
    for kind, expected in (("p_prime", [40.0, None]), ("u_prime", [40.0, None]), ("xmr", [1.0, 1.0])):
        of = analysis(held, limits=Limits(kind=kind, centre=None, lower=None, upper=None, n=2, trial=True))
        assert [mark.n for mark in marks(processed(held), of)] == expected


def test_v6_8_a_target_that_moved_steps_on_its_day() -> None:
    earlier = (EarlierTarget(date(2016, 3, 14), (30.0,)),)
    moved = view([25.0, 24.0, 12.0, 11.0], kpi=replace(KPI, target=15.0, earlier_targets=earlier))
    assert moved.new_promises == [2]
    figure = control_figure(moved)
    [line] = figure.findobj(lambda one: one.get_gid() == "target")
    heights = [y for y in line.get_ydata() if y == y]
    assert heights == [30.0] * 4 + [15.0] * 4
    low, high = value_range(moved)
    assert low < 11.0
    assert high > 30.0


def swinging(**changes: object) -> View:
    """A share whose limits swing with the number of cases, with limits of its own after a known change."""
    before = Limits(kind="p_prime", centre=60.0, lower=(50.0, 0.0) * 5, upper=(70.0, 100.0) * 5, n=12, trial=False)
    after = replace(before, centre=80.0, lower=(70.0, 10.0) * 5, upper=(90.0, 100.0) * 5)
    of = full(limits=before, change_axis="improved", kpi=replace(KPI, unit="%", target=75.0), **changes)
    return replace(of, analysis=replace(of.analysis, detail=replace(of.analysis.detail, after_limits=after)))


def test_limits_that_swing_are_a_quiet_band_and_bury_no_line() -> None:
    figure = control_figure(swinging())
    assert len(artists(figure, "own limits")) == len(artists(figure, "limits")) == 1
    run = line(figure, "run")
    for side in ("lower limit", "upper limit"):
        assert line(figure, f"own {side}").get_linewidth() < run.get_linewidth() / 2
        assert (line(figure, f"own {side}").get_alpha() or 1) < 0.5
    assert artists(control_figure(full()), "own limits") == []


def test_limits_of_few_cases_do_not_press_the_values_together() -> None:
    values = [2.0, 1.0, 3.0, 2.0, 1.0, 2.0]
    upper = (4.0, 5.0, 60.0, 4.0, 70.0, 4.5)
    limits = Limits(kind="p_prime", centre=2.0, lower=None, upper=upper, n=12, trial=False)
    low, high = value_range(view(values, kpi=replace(KPI, unit="%", target=2.5), limits=limits))
    assert 4.75 < high < 6.0  # the median of them, and the newest
    assert -0.5 < low <= 1.0
    assert value_range(view(values, kpi=replace(KPI, target=None), limits=replace(limits, upper=60.0)))[1] > 60.0


@pytest.mark.parametrize(
    ("values", "labels"),
    [([0.0, 1.0, 0.0], ["0", "1"]), ([5.0] * 4, ["5"]), ([0.0, 4.0, 2.0], ["0", "2", "4"])],
)
def test_between_whole_numbers_nothing_is_marked(values: list[float], labels: list[str]) -> None:
    of = view(values, kpi=replace(KPI, unit="count", target=None))
    figure = control_figure(of)
    shown = [text.get_text() for text in axes_of(figure).get_yticklabels()]
    assert set(labels) <= set(shown)
    assert all(float(label) % 1 == 0 for label in shown)
    half = control_figure(view([*values, 0.5], kpi=replace(KPI, unit="h", target=None)))
    assert len(axes_of(half).get_yticklabels()) >= len(shown)


@pytest.mark.parametrize(
    ("rest", "lines"),
    [
        (": 57.1 → 74.9 %; target 75 % is too close to call.", ["57.1 → 74.9 %;", "target 75 % is too close to call."]),
        (
            " by Root cause: Network brings 84 % of 463 missed cases.",
            ["Root cause:", "Network brings 84 % of 463 missed cases."],
        ),
    ],
)
def test_a_headline_of_two_lines_is_parted_where_a_clause_ends(rest: str, lines: list[str]) -> None:
    made = head("IMPROVED", ["h"], "Resolved within the time agreed", rest)
    assert [line.endswith(lines[0]) for line in made.lines] == [True, False]
    assert made.lines[1] == lines[1]


def test_a_line_without_clauses_is_parted_in_the_middle_and_no_number_leaves_what_it_counts() -> None:
    made = head("", ["h"], "A name that is long enough for two lines of a headline and holds 84 % of all it has", "")
    assert len(made.lines) == 2
    assert min(map(len, made.lines)) > 0.7 * max(map(len, made.lines))
    for cut in range(20, 60):
        within = canvas.width_of("m" * cut, 9.0) / 2
        for text in canvas.wrapped("it took 12 h of 84 % of them, 1,204 days in all", 9.0, within=within, most=9)[:-1]:
            assert not text[-1].isdigit()
