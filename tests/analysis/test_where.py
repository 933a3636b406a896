"""Where is it, and is it only the mix: a change over a column that was found or named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.analysis.analysis import Analysis, GroupMoved, Remark, Where
from csi.analysis.where import few, named
from csi.series.grouping import Groups, is_of_causes
from csi.terms import Direction, Evidence
from tests.analysis.series import analyse

BEFORE, AFTER = 24, 12
N = BEFORE + AFTER
MEAN = {"measure": "mean", "value": "open"}


def split(parts: Any, levels: Any, *, cases: float = 40.0, column: str = "Category", seed: int = 1) -> Groups:
    """Groups of which ``parts`` are the shares of all cases before and after, ``levels`` their levels then."""
    rng = np.random.default_rng(seed)
    when = (np.arange(N) >= BEFORE).astype(int)
    n = np.round(np.array(parts, dtype=float)[:, when] * cases)
    values = np.array(levels, dtype=float)[:, when] + rng.normal(0, 0.3, (len(parts), N))
    return Groups(column, tuple(f"g{at}" for at in range(len(parts))), values, n)


def judged(*groups: Groups, **about: Any) -> Analysis:
    whole = groups[0]
    values = (whole.values * whole.cases).sum(axis=0) / whole.cases.sum(axis=0)
    return analyse(values, before=BEFORE, groups=groups, **{**MEAN, **about})


MIXED = split([(0.6, 0.1), (0.4, 0.9)], [(12, 12), (4, 4)])
EVEN = split([(0.5, 0.5), (0.5, 0.5)], [(12, 12), (4, 4)], column="Site", seed=2)
QUICKER = split([(0.5, 0.5), (0.5, 0.5)], [(12, 8), (4, 4)])


def test_a_mix_that_nobody_named_is_found_named_and_caps_the_evidence() -> None:
    found = judged(MIXED, EVEN)
    assert (found.change_axis, found.evidence) == ("improved", Evidence.WEAK)
    assert found.detail.guards == (Remark.MIX_FOUND,)
    said = "The mix of Category moved, which explains "
    assert said in found.detail.below
    assert said in found.sentence
    assert found.detail.notes[0].remark is Remark.MIX_FOUND
    assert judged(QUICKER, EVEN).detail.guards == ()
    assert judged(QUICKER, EVEN).evidence is Evidence.STRONG


def test_a_change_that_is_not_claimed_is_explained_by_nothing() -> None:
    assert judged(EVEN, MIXED).detail.guards == ()


@pytest.mark.parametrize(("quicker", "told"), [(9.0, False), (11.0, True)])
def test_a_mix_that_explains_less_than_half_is_not_named(quicker: float, told: bool) -> None:
    """From .6 to .5 of the slow ones is worth .8 h; what else they got quicker is no mix."""
    made = split([(0.6, 0.5), (0.4, 0.5)], [(12, quicker), (4, 4)], cases=400.0)
    assert (Remark.MIX_FOUND in judged(made).detail.guards) is told


def test_where_a_change_lies_is_told_by_the_groups_that_moved_otherwise() -> None:
    found = judged(QUICKER, EVEN).where
    assert found is not None
    assert (found.column, found.kind, found.named, found.suppressed) == ("Category", "ranked", False, 0)
    assert [(one.name, one.apart) for one in found.groups] == [("g0", True), ("g1", True)]
    assert found.groups[0].lower < -4.0 < found.groups[0].upper
    assert (found.groups[0].cases_before, found.groups[0].cases_after) == (480, 240)
    assert found.sentences[0].startswith("Category g0: −")
    assert len(found.sentences) == 2


def test_where_nothing_moved_otherwise_no_column_is_found() -> None:
    both = split([(0.5, 0.5), (0.5, 0.5)], [(12, 10), (6, 4)])
    assert judged(both).where is None


@pytest.mark.parametrize(("cases", "shown", "hidden"), [(0.5, 3, 0), (0.4, 2, 1)])
def test_v6_7_groups_of_fewer_than_five_cases_are_not_shown(cases: float, shown: int, hidden: int) -> None:
    few = split([(0.5, 0.5), (0.5, 0.5), (0.01, 0.01)], [(12, 8), (4, 4), (4, 4)])
    few.cases[2] = cases
    found = judged(few).where
    assert found is not None
    assert (len(found.groups), found.suppressed) == (shown, hidden)
    assert ("1 group with too few cases is not shown." in found.sentences) is bool(hidden)


def test_shares_are_shown_as_a_funnel() -> None:
    good = np.array([[20, 38], [30, 30], [30, 30]], dtype=float)[:, (np.arange(N) >= BEFORE).astype(int)]
    groups = Groups("Team", ("a", "b", "c"), 100 * good / 40, np.full((3, N), 40.0))
    found = analyse(
        100 * good.sum(axis=0) / 120,
        before=BEFORE,
        groups=(groups,),
        measure="share",
        unit="%",
        value=None,
        direction=Direction.HIGHER,
        n=120.0,
        numerator=good.sum(axis=0),
    ).where
    assert found is not None
    assert (found.kind, found.groups[0].name, found.groups[0].apart) == ("funnel", "a", True)
    assert found.groups[0].difference == pytest.approx(45.0)
    assert [one.name for one in found.groups[1:] if one.apart] == ["b", "c"]


def test_where_the_study_names_a_column_it_is_that_one() -> None:
    index = pd.date_range("2025-01-06", periods=N, freq="7D", tz="Europe/Lisbon", name="start").as_unit("us")
    frames = {
        name: pd.DataFrame({"value": QUICKER.values[at], "n": QUICKER.cases[at]}, index=index)
        for at, name in enumerate(("a", "b"))
    }
    strata = pd.concat(frames, names=["stratum", "start"]).reorder_levels(["start", "stratum"]).sort_index()
    found = judged(QUICKER, strata=strata, strata_name="Priority").where
    assert found is not None
    assert (found.column, found.named, [one.name for one in found.groups]) == ("Priority", True, ["a", "b"])


def weighed(*weights: float, names: str = "0123") -> Where:
    groups = tuple(
        GroupMoved(
            name=names[at], before=0, after=0, cases_before=9, cases_after=9, difference=0, lower=0, upper=0, weight=one
        )
        for at, one in enumerate(weights)
    )
    return Where(column="Cause", named=False, kind="pareto", groups=groups, suppressed=0, sentences=(), counted="cases")


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ((80, 15, 5), "1 of 3 groups brings 80 % of 100 cases."),
        ((79, 16, 5), "2 of 3 groups bring 95 % of 100 cases."),
        ((0, 0), "none of 2 groups has cases."),
    ],
)
def test_the_fewest_causes_that_bring_four_of_five_are_counted(weights: tuple[float, ...], said: str) -> None:
    assert few(weighed(*weights)) == said


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ((80, 15, 5), "A brings 80 % of 100 cases."),
        ((79, 16, 5), "A and B bring 95 % of 100 cases."),
        ((40, 35, 25), "3 of 3 groups bring 100 % of 100 cases."),
    ],
)
def test_few_causes_are_named(weights: tuple[float, ...], said: str) -> None:
    assert few(weighed(*weights, names="ABC")) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Network"], "Network"),
        (["a" * 20, "b" * 20], f"{'a' * 20} and {'b' * 20}"),
        (["a" * 20, "b" * 21], ""),
        (["a", "b", "c"], ""),
        (["P1", "2"], ""),
    ],
)
def test_groups_are_named_where_they_are_few_and_short_and_no_bare_numbers(names: list[str], said: str) -> None:
    assert named(names) == said


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Root cause", True),
        ("RootCause", True),
        ("Ursache", True),
        ("reason", True),
        ("Because", False),
        ("Category", False),
    ],
)
def test_columns_of_causes_are_known_by_their_header(name: str, is_one: bool) -> None:
    assert is_of_causes(name) is is_one


def test_causes_are_weighed_though_none_moved_otherwise() -> None:
    levels = [(12, 10), (12, 10), (12, 10)]
    alike = split([(0.5, 0.5), (0.3, 0.3), (0.2, 0.2)], levels, column="Root cause")
    found = judged(alike).where
    assert found is not None
    assert (found.kind, found.counted, [one.name for one in found.groups]) == ("pareto", "cases", ["g0", "g1", "g2"])
    assert [one.weight for one in found.groups] == [one.cases_after for one in found.groups]
    assert found.sentences == ("By Root cause: g0 and g1 bring 80 % of 480 cases.",)
    assert judged(split([(0.5, 0.5), (0.3, 0.3), (0.2, 0.2)], levels)).where is None


@pytest.mark.parametrize(("direction", "missed"), [(Direction.HIGHER, 120), (Direction.LOWER, 360)])
def test_of_a_share_the_cases_that_missed_are_counted(direction: Direction, missed: int) -> None:
    values, n = np.full((2, N), 75.0), np.full((2, N), 40.0)
    groups = Groups("Cause", ("a", "b"), values, n)
    found = analyse(
        [75.0] * N,
        before=BEFORE,
        groups=(groups,),
        measure="share",
        unit="%",
        value=None,
        n=80.0,
        numerator=np.full(N, 60.0),
        direction=direction,
    ).where
    assert found is not None
    assert (found.counted, [one.weight for one in found.groups]) == ("missed cases", [missed, missed])


WHEN = (np.arange(N) >= BEFORE).astype(int)
OVER = np.array([400.0, 400.0, 100.0])


def rated(levels: Any, *, column: str = "Team", seed: int = 1, wide: float = 0.0, cases: float = 1.0) -> Analysis:
    """Events over an exposure by three groups; ``wide`` makes all periods vary together beyond chance."""
    random = np.random.default_rng(seed)
    together = np.exp(random.normal(0, wide, N)) if wide else np.ones(N)
    expected = np.array(levels)[:, WHEN] * OVER[:, None] * cases * together
    events = random.poisson(expected).astype(float)
    over = np.tile(OVER[:, None] * cases, N)
    return analyse(
        events.sum(axis=0) / over.sum(axis=0),
        before=BEFORE,
        groups=(Groups(column, ("a", "b", "c"), events / over, over),),
        measure="ratio",
        unit="per user",
        value=None,
        n=over.sum(axis=0),
        numerator=events.sum(axis=0),
    )


def test_rates_are_shown_as_a_funnel() -> None:
    found = rated([(0.2, 0.1), (0.2, 0.2), (0.2, 0.2)]).where
    assert found is not None
    assert (found.kind, found.counted) == ("funnel", "")
    first = next(one for one in found.groups if one.name == "a")
    assert first.apart
    assert first.difference == pytest.approx(-0.1, abs=0.01)
    a, b, c = ((one.upper - one.lower) / 3.919928 for one in sorted(found.groups, key=lambda one: one.name))
    both = np.sqrt(a**2 + (0.8 * b) ** 2 + (0.2 * c) ** 2)  # its own error, and that of the others together
    assert first.reach == pytest.approx(3 * both * 5 / 9)  # it is itself four ninths of all
    assert (first.cases_before, first.cases_after) == (9600, 4800)


def test_a_funnel_of_rates_is_the_wider_the_more_periods_vary_beyond_chance() -> None:
    levels = [(0.2, 0.14), (0.2, 0.2), (0.2, 0.2)]
    calm, wild = (rated(levels, wide=wide, column="Root cause") for wide in (0.0, 0.3))
    assert calm.where is not None
    assert wild.where is not None
    assert (wild.limits.sigma_z or 0) > 2 * (calm.limits.sigma_z or 0)
    widths = [[one.upper - one.lower for one in sorted(made.groups, key=str)] for made in (calm.where, wild.where)]
    assert all(second > 2 * first for first, second in zip(*widths, strict=True))
    assert [any(one.apart for one in made.groups) for made in (calm.where, wild.where)] == [True, False]


def test_a_group_without_an_event_has_an_error_of_half_an_event() -> None:
    found = rated([(0.2, 0.0), (0.2, 0.2), (0.2, 0.2)]).where
    assert found is not None
    none = next(one for one in found.groups if one.name == "a")
    assert none.after == 0
    variance = (none.before * 9600 + 0.5) / 9600**2 + 0.5 / 4800**2
    assert none.upper - none.lower >= 2 * 1.959964 * np.sqrt(variance) * (1 - 1e-9)


@pytest.mark.parametrize(("cases", "shown"), [(0.002, False), (0.02, True)])
def test_v6_7_rates_over_less_than_five_are_not_shown(cases: float, shown: bool) -> None:
    found = rated([(20.0, 1.0), (20.0, 20.0), (20.0, 20.0)], cases=cases, column="Root cause").where
    names = set() if found is None else {one.name for one in found.groups}
    assert ("c" in names) is shown


def test_of_a_rate_the_events_of_each_cause_are_counted() -> None:
    found = rated([(0.2, 0.2), (0.2, 0.2), (0.2, 0.2)], column="Root cause").where
    assert found is not None
    assert (found.kind, found.counted) == ("pareto", "events")
    assert [one.weight for one in found.groups] == [round(one.after * one.cases_after) for one in found.groups]
    assert "events." in found.sentences[0]


def numbered(levels: Any, *, column: str = "Team", every: int = 1, seed: int = 1) -> Analysis:
    """Cases a week by group, of which one in so many was looked at."""
    counts = np.random.default_rng(seed).poisson(np.array(levels, dtype=float)[:, WHEN]).astype(float)
    groups = Groups(column, tuple(f"g{at}" for at in range(len(levels))), counts, counts, every)
    return analyse(
        every * counts.sum(axis=0), before=BEFORE, groups=(groups,), measure="count", value=None, unit="count"
    )


def test_counts_are_shown_as_a_pareto_of_what_each_group_has() -> None:
    found = numbered([(40, 20), (40, 40), (10, 10)]).where
    assert found is not None
    assert (found.kind, found.counted, found.column) == ("pareto", "cases", "Team")
    assert [one.name for one in found.groups] == ["g1", "g0", "g2"]
    assert [one.weight for one in found.groups] == [one.cases_after for one in found.groups]
    assert found.groups[1].apart
    assert found.groups[1].difference == pytest.approx(-20, abs=3)
    assert found.groups[1].lower < -20 < found.groups[1].upper
    assert found.sentences[0].startswith("By Team: g1 and g0 bring ")
    assert found.sentences[1].startswith("Team g0: −")


def test_counts_that_fall_alike_in_all_groups_are_nowhere() -> None:
    """A large group falls by more cases than a small one: it is their parts that are compared."""
    assert numbered([(80, 40), (20, 10), (20, 10)]).where is None
    assert numbered([(80, 40), (20, 10), (20, 10)]).detail.guards == ()


def test_counts_by_cause_are_weighed_though_none_moved_otherwise() -> None:
    found = numbered([(80, 40), (20, 10), (20, 10)], column="Root cause").where
    assert found is not None
    assert found.kind == "pareto"
    assert not any(one.apart for one in found.groups)


def test_where_one_row_in_many_was_looked_at_there_are_that_many_more() -> None:
    one, four = (numbered([(40, 20), (40, 40)], every=every).where for every in (1, 4))
    assert one is not None
    assert four is not None
    for name in ("before", "after", "difference", "lower", "upper", "weight"):
        assert [getattr(group, name) for group in four.groups] == pytest.approx(
            [4 * getattr(group, name) for group in one.groups]
        )
    assert [group.cases_after for group in four.groups] == [group.cases_after for group in one.groups]
