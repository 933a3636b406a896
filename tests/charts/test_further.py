"""Where it is, before and after, the error budget: what is drawn is what was computed, and there is room for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from csi.analysis.analysis import plain
from csi.analysis.where import FUNNEL, PARETO, RANKED
from csi.charts import before_after, budget, further, where
from csi.charts.further import Further
from csi.charts.view import View
from csi.charts.where import Shown
from csi.definition import RatioValue
from csi.terms import Direction
from tests.analysis.series import noise, step
from tests.charts import places
from tests.charts.pictures import judged, shares
from tests.charts.samples import KPI
from tests.charts.test_room import crowded

LONG = "Requests for access to the shared folders of other locations"
assert len(LONG) == 60
SHOWN = {RANKED: places.ranking(), FUNNEL: places.funnel(12), PARETO: places.pareto()}


def artists(figure: Figure, gid: str) -> list[Any]:
    return figure.findobj(lambda one: one.get_gid() == gid)


def widened(shown: Shown, scale: float) -> Shown:
    """The same with names as long as they come, at another scale."""
    numbers = ("before", "after", "difference", "lower", "upper", "reach")
    groups = tuple(
        replace(one, name=f"{LONG[:-2]}{at:02}", **{name: getattr(one, name) * scale for name in numbers})
        for at, one in enumerate(shown.where.groups)
    )
    found = replace(shown.where, column=LONG, groups=groups, centre=shown.where.centre * scale)
    unit = shown.unit if shown.unit == "%" else "responses per hour"
    return replace(shown, name=LONG, unit=unit, where=found)


@pytest.mark.parametrize("kind", SHOWN)
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_where_it_is_has_room_for_its_words(kind: str, scale: float) -> None:
    shown = widened(SHOWN[kind], scale if kind == RANKED else 1.0)
    assert shown.where.kind == kind
    cut = [one for one in crowded(where.where_figure(shown)) if not one.startswith(LONG[:20]) or " over " in one]
    assert cut == []  # of the KPI's own name the end may go: column and groups are what is said


@pytest.mark.parametrize("many", [2, 12])
def test_a_funnel_of_points_in_one_place_has_room_for_their_numbers(many: int) -> None:
    shown = places.funnel(12)
    same = tuple(replace(shown.where.groups[0], name=f"g{at}") for at in range(many))
    assert crowded(where.where_figure(replace(shown, where=replace(shown.where, groups=same)))) == []


def test_in_a_funnel_the_groups_beyond_the_limits_are_those_that_moved_otherwise() -> None:
    found = SHOWN[FUNNEL].where
    assert any(one.apart for one in found.groups)
    assert not all(one.apart for one in found.groups)
    for one in found.groups:
        assert (abs(one.difference - found.centre) > one.reach) is one.apart
    figure = where.where_figure(SHOWN[FUNNEL])
    curves = [line.get_xydata() for line in artists(figure, "limit")]
    surest = min(found.groups, key=lambda one: one.reach)
    for one in found.groups:
        x = surest.reach / one.reach
        widths = [abs(np.interp(x, curve[:, 0], curve[:, 1]) - found.centre) for curve in curves]
        assert widths == pytest.approx([one.reach] * 2, rel=0.02)


def test_a_group_is_better_or_worse_than_the_others_by_the_direction() -> None:
    down = places.ranking((-4.0, 0.0, 0.0, 0.0))
    sign = {one.name: where._sign(down, one).words for one in down.where.groups}
    assert sign["Network"] == "improvement"
    up = replace(down, direction=Direction.HIGHER)
    assert where._sign(up, next(one for one in up.where.groups if one.name == "Network")).words == "concern"
    assert {where._sign(down, replace(one, apart=False)).words for one in down.where.groups} == {"like the others"}


def test_a_ranking_begins_with_the_best() -> None:
    shown = SHOWN[RANKED]
    for direction, way in ((Direction.LOWER, 1), (Direction.HIGHER, -1)):
        rows = [row.group.difference for row in where._rows(replace(shown, direction=direction))]
        assert rows == sorted(rows, key=lambda one: way * one)


def test_bars_of_a_pareto_are_as_long_as_what_they_count_and_add_up() -> None:
    shown = SHOWN[PARETO]
    weights = [one.weight for one in shown.where.groups]
    assert weights == sorted(weights, reverse=True)
    figure = where.where_figure(shown)
    wide = [bar.get_width() for bar in artists(figure, "bar")]
    assert np.array(wide) / wide[0] == pytest.approx(np.array(weights) / weights[0])
    assert where._rows(shown)[-1].figures.endswith("together 100 %")
    assert shown.where.counted == "missed cases"
    first = shown.where.groups[0]
    assert first.weight == round((1 - first.after / 100) * first.cases_after)


def test_what_is_kept_of_a_picture_draws_the_same() -> None:
    for view in (judged(step(-12.0)), shares([0.82] * 24 + [0.86] * 12, [60] * 36)):
        for kind, kept in further.of_view(view).items():
            again = further.drawing(kind, json.loads(json.dumps(kept)))
            first = dict(further.drawings(view))[kind]
            assert (again.title, again.alt_text) == (first.title, first.alt_text)
    for shown in SHOWN.values():
        assert where.of_plain(json.loads(json.dumps(plain(shown)))) == shown


def test_pictures_are_small() -> None:
    for shown in SHOWN.values():
        assert len(where.drawing(shown).chart().png) < 150_000
    for view in (judged(noise(400, phi=0.4)), shares([0.82] * 60, [60] * 60)):
        for _, drawn in further.drawings(view):
            assert len(drawn.chart().png) < 150_000


def compared(view: View) -> before_after.Compared:
    found = before_after.of_view(view)
    assert found is not None
    return found


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
@pytest.mark.parametrize("points", [32, 400])
def test_before_and_after_has_room_for_its_words(scale: float, points: int) -> None:
    kpi = replace(KPI, name=LONG, unit="responses per hour", target=20.0 * scale)
    of = compared(judged(step(-12.0, before=24, after=points - 24) * scale, kpi))
    assert crowded(before_after.before_after_figure(of)) == []


def test_before_and_after_shows_every_period_and_the_interval_of_the_change() -> None:
    view = judged(step(-12.0))
    of, change = compared(view), view.analysis.change
    assert (len(of.before), len(of.after)) == (24, 12)
    figure = before_after.before_after_figure(of)
    [interval] = artists(figure, "interval")
    [segment] = interval.get_segments()
    assert change.lower is not None
    assert change.upper is not None
    assert [y for _, y in segment] == pytest.approx([of.levels[0] + change.lower, of.levels[0] + change.upper])
    assert before_after.of_view(judged(noise(20))) is None


def burned(view: View) -> budget.Burned:
    found = budget.of_view(view)
    assert found is not None
    return found


@pytest.mark.parametrize("periods", [32, 84])
def test_an_error_budget_has_room_for_its_words(periods: int) -> None:
    view = shares([0.82] * periods, [60] * periods)
    view = replace(view, kpi=replace(view.kpi, name=LONG))
    assert crowded(budget.budget_figure(burned(view))) == []


def test_an_error_budget_ends_where_it_is_said_to() -> None:
    view = shares([0.75] * 36, [60] * 36)
    of = burned(view)
    assert of.used[-1] == pytest.approx(view.analysis.detail.budget_consumed)
    assert of.used[-1] is not None
    assert of.used[-1] > 1
    assert of.even[-1] == pytest.approx(1.0)
    assert list(of.used) == sorted(of.used, key=float)


def test_a_share_that_is_to_be_low_has_a_budget_too() -> None:
    kpi = replace(
        KPI, unit="%", target=20.0, measure="ratio", value=RatioValue("late", "all"), direction=Direction.LOWER
    )
    late = np.random.default_rng(1).binomial(60, 0.1, 36)
    view = judged(100 * late / 60, kpi, n=[60.0] * 36, numerator=late)
    of = burned(view)
    assert of.used[-1] == pytest.approx(late[24:].sum() / (0.2 * 60 * 12))


def test_the_sign_of_a_change_lies_within_its_interval() -> None:
    """At the mix before a change is another one than that of the levels."""
    of = compared(judged(step(-12.0)))
    held = replace(of, difference=-1.0, sides=(-2.0, 0.1))
    [sign] = artists(before_after.before_after_figure(held), "change")
    assert list(sign.get_ydata()) == [of.levels[0] - 1.0]
    [earlier] = artists(before_after.before_after_figure(replace(of, difference=None)), "change")
    assert list(earlier.get_ydata()) == [of.levels[1]]


def test_a_title_names_the_groups_that_are_apart_or_counts_them() -> None:
    shown = SHOWN[FUNNEL]
    assert where.title(shown) == ("Resolved within a day by Team: Network did better, Workplace worse than the others.")
    codes = tuple(replace(one, name=str(at)) for at, one in enumerate(shown.where.groups))
    coded = replace(shown, where=replace(shown.where, groups=codes))
    assert where.title(coded).endswith(": 1 group did better, 1 group worse than the others.")
    calm = tuple(replace(one, apart=False) for one in shown.where.groups)
    assert where.title(replace(shown, where=replace(shown.where, groups=calm))).endswith(
        "no group did plainly better or worse than the others."
    )
    best = tuple(replace(one, apart=one.name == "Network") for one in shown.where.groups)
    best_alone = replace(shown, where=replace(shown.where, groups=best))
    assert where.title(best_alone).endswith(": Network did better than the others.")
    assert where.title(replace(best_alone, direction=Direction.LOWER)).endswith(": Network did worse than the others.")
    within = replace(shown, direction=Direction.WITHIN)
    assert where.title(within).endswith(": Network and Workplace moved unlike the others.")


def test_figures_of_all_groups_have_as_many_decimals() -> None:
    shown = SHOWN[RANKED]
    levels = [row.figures.partition(",")[0].removesuffix(" h").split(" → ") for row in where._rows(shown)]
    assert {len(one.partition(".")[2]) for pair in levels for one in pair} == {1}
    assert all(row.figures.endswith(" cases") for row in where._rows(shown))


def test_nothing_promised_has_no_budget() -> None:
    assert budget.of_view(judged(step(-12.0))) is None


def test_few_cases_have_no_bar_of_their_own() -> None:
    view = replace(shares([0.82] * 36, [60] * 30 + [4] + [60] * 5), min_n=5)
    of = burned(view)
    assert of.used[6] is None
    assert of.used[7] is not None


def test_a_kpi_has_the_pictures_that_it_has_data_for() -> None:
    assert list(further.of_view(judged(step(-12.0)))) == [Further.BEFORE_AFTER]
    assert list(further.of_view(shares([0.82] * 36, [60] * 36))) == [Further.BEFORE_AFTER, Further.BUDGET]
    assert list(further.of_view(judged(noise(10)))) == []
