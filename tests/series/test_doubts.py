"""What is doubted of a definition: told with what was seen, alike in both engines, and settled by a word."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.definition import KpiDefinition, RatioValue, Window, hash_of
from csi.errors import InvalidInputs
from csi.series import Doubt, DoubtKind, doubts, said, settling
from csi.series.doubt_words import notes
from csi.series.doubts import target_doubts
from csi.series.tried import MOST, Fit, Held, Tried, held, merged
from csi.study.engines import Engine
from csi.study.evaluation import evaluate
from csi.study.reading import study_of
from csi.study.running import run
from csi.study.writing import study_yaml
from csi.terms import Direction, Verdict
from tests.series.studies import RESOLVE, kpi, moments, reading, replace, study

NONE, ALL = DoubtKind.WHERE_MATCHES_NONE, DoubtKind.WHERE_MATCHES_ALL
NO_GOOD, ALL_GOOD = DoubtKind.GOOD_MATCHES_NONE, DoubtKind.GOOD_MATCHES_ALL
FAR, SWAPPED = DoubtKind.TARGET_FAR_OUTSIDE, DoubtKind.SWAPPED


def tickets(**cells: list[Any]) -> dict[str, Any]:
    """Four tickets, one a week."""
    days = moments("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23")
    return {"opened_at": days, "priority": ["P1", "P2", "P2", None], "met": ["True", "True", "False", "True"], **cells}


def found(one: KpiDefinition, frame: dict[str, Any] | None = None) -> tuple[Doubt, ...]:
    return doubts(study(one), {"tickets": [reading(tickets() if frame is None else frame)]})["k"]


@pytest.mark.parametrize(
    ("where", "kind", "blocks"),
    [
        ('priority == "P2"', None, False),
        ('priority == "p2"', NONE, True),
        ('priority == "P1" and met == false', NONE, True),
        ("met is missing", NONE, True),
        ('priority != "Low"', ALL, True),
        ('met in ("yes", "no")', ALL, True),
        ('not (priority == "P3" or met == "n.a.")', ALL, True),
        ("met is not missing", ALL, False),
        ("not opened_at is missing", ALL, False),
        ('opened_at >= "2026-01-01"', ALL, False),  # a bound of time is no slip
        ('"2027-01-01" > opened_at', ALL, False),
        ('opened_at >= "2027-01-01"', NONE, True),
        ("opened_at <= opened_at", ALL, False),
        ("met is not missing and met != 'x'", ALL, True),
        ("", None, False),
    ],
)
def test_a_condition_that_tells_no_row_from_another_is_doubted(
    where: str, kind: DoubtKind | None, blocks: bool
) -> None:
    told = found(kpi(where=where))
    assert [(one.kind, one.is_open, one.rows) for one in told] == ([(kind, blocks, 4)] if kind else [])


@pytest.mark.parametrize(
    ("where", "blocks"),
    [
        ("minutes > 0", False),
        ("0 < minutes", False),
        ("minutes >= 0", True),
        ("minutes > 1", True),
        ("99 > minutes", True),
        ("0 > minutes", True),
        ("not minutes == 0", True),
    ],
)
def test_that_no_row_has_zero_for_none_is_as_good_as_it_gets(where: str, blocks: bool) -> None:
    told = found(kpi(where=where), {**tickets(), "minutes": [5.0, 10.0, 15.0, 20.0]})
    assert [one.is_open for one in told] == [blocks]


@pytest.mark.parametrize(
    ("good", "where", "expected"),
    [
        ("met == true", "", []),
        ('met == "Met"', "", [(NO_GOOD, 0, 4)]),
        ('met != "Met"', "", [(ALL_GOOD, 4, 4)]),
        ("met == true", 'priority == "P1"', [(ALL_GOOD, 1, 1)]),
        ("met == false", 'priority == "P1"', [(NO_GOOD, 0, 1)]),
        ("met == false", 'priority == "P9"', [(NONE, 0, 4)]),  # of no rows nothing is said
    ],
)
def test_good_is_looked_at_over_the_rows_of_the_kpi(good: str, where: str, expected: list[Any]) -> None:
    told = found(kpi(measure="share", good=good, where=where, unit="%"))
    assert [(one.kind, one.fits, one.rows) for one in told] == expected


def test_what_was_seen_is_told() -> None:
    [one] = found(kpi(where='priority == "High" and met == true'))
    assert said(one) == (
        'the condition `priority == "High" and met == true` fits none of 4 rows; '
        "priority holds P2 (2), P1 (1), nothing (1); met holds True (3), False (1)"
    )
    assert settling(one) == "correct the condition, or write `meant: [where]` if it is so"


def test_the_five_most_frequent_values_are_told_and_how_many_more_there_are() -> None:
    cells = ["f"] * 2 + ["b"] * 3 + list("acdeg") + ["long " * 20]
    [one] = found(kpi(where='w == "x"'), {"opened_at": moments(*["2026-03-02"] * len(cells)), "w": cells})
    assert said(one).endswith("w holds b (3), f (2), a (1), c (1), d (1), 3 other values")
    assert [text for text, _ in held("w", pd.Series([" x", "x"], dtype="str")).frequent] == ["x"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("abcdef", "w holds many different values, such as a, b, c, d, e"),
        ("abcde", "w holds a (1), b (1), c (1), d (1), e (1)"),
        ("abcdeff", "w holds f (2), a (1), b (1), c (1), d (1), 1 other value"),
    ],
)
def test_of_values_that_are_there_once_each_none_is_counted(cells: str, told: str) -> None:
    days = moments(*["2026-03-02"] * len(cells))
    [one] = found(kpi(where='w == "x"'), {"opened_at": days, "w": list(cells)})
    assert said(one).endswith(told)


@pytest.mark.parametrize(("size", "is_many"), [(MOST, False), (MOST + 1, True)])
def test_of_a_thousand_values_the_few_are_counted_of_more_some_are_named(size: int, is_many: bool) -> None:
    texts = [f"{number:05}" for number in range(size)]
    whole = held("w", pd.Series(texts, dtype="str"))
    parts = [held("w", pd.Series(texts[start::3], dtype="str")) for start in range(3)]
    one = merged([Tried(where=Fit(len(part.counts), 0, (part,))) for part in parts])
    assert one.where is not None
    assert one.where.seen == (whole,)
    assert whole.is_many is is_many
    assert whole.frequent == tuple((text, 0 if is_many else 1) for text in texts[:5])


def test_of_numbers_and_moments_the_span_is_told() -> None:
    numbers = kpi(where="spent > 900", value="spent", measure="median", unit="")
    [one] = found(numbers, tickets(spent=[10.0, 40.0, np.nan, 12.5]))
    assert said(one).endswith("spent holds 10 to 40, nothing (1)")
    [one] = found(kpi(where='opened_at > "2027-01-01"'))
    assert said(one).endswith("opened_at holds 2026-03-02 00:00 to 2026-03-23 00:00")
    late = kpi(measure="share", at="resolved_at", value=RESOLVE, good="value <= 0.5", unit="%")
    opened = moments("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-16")
    resolved = moments("2026-03-02 08:00", "2026-03-09 02:00", "2026-03-17", None)
    [one] = found(late, tickets(opened_at=opened, resolved_at=resolved))
    assert (one.kind, one.rows) == (NO_GOOD, 4)  # the open one is late, and counts
    assert said(one).endswith("value holds 2 to 24, nothing (1)")


def points(*values: float | None) -> pd.DataFrame:
    cells = pd.Series([np.nan if one is None else one for one in values], dtype=float)
    return pd.DataFrame({"value": cells, "partial": False, "missing": cells.isna()})


@pytest.mark.parametrize(
    ("target", "unit", "values", "is_far"),
    [
        (0.75, "%", (40, 90), True),
        (75, "%", (40, 90), False),
        (1_200, "h", (10, 40), True),
        (400, "h", (10, 40), False),  # exactly ten times is not beyond
        (400.01, "h", (10, 40), True),
        (1, "h", (10, 40), False),  # exactly a tenth
        (0.99, "h", (10, 40), True),
        (0.3, "h", (3, 5), False),
        (0, "h", (10, 40), False),  # zero and all of it are always in reach
        (100, "%", (2, 9), False),
        (99, "%", (2, 9), True),
        (1, "ratio", (0.02, 0.09), False),
        (1_000_000, "ppm", (20, 90), False),
        (100, "h", (2, 9), True),
        (5, "count", (0, 0), False),  # nothing to hold it against
        (5, "count", (0, 1), False),
        (0.01, "count", (0, 9), False),
        (1, "", (-20, 40), False),
        (-600, "", (-20, 40), True),
        (-600, "", (-90, -70), False),
        (-3, "", (-90, -70), True),
        (20, "h", (None, None), False),
    ],
)
def test_a_target_far_from_every_value_is_doubted(
    target: float, unit: str, values: tuple[Any, ...], is_far: bool
) -> None:
    one = kpi(target=float(target), unit=unit)
    assert [doubt.target for doubt in target_doubts(one, points(*values))] == [target] * is_far


@pytest.mark.parametrize(
    ("band", "far"),
    [((10, 40), []), ((0.4, 0.9), [0.4, 0.9]), ((0, 5_000), [5_000]), ((20, 600), []), ((601, 900), [601, 900])],
)
def test_each_edge_of_a_band_is_looked_at(band: tuple[float, float], far: list[float]) -> None:
    one = replace(kpi(band=band, unit="h"), direction=Direction.WITHIN)
    assert [doubt.target for doubt in target_doubts(one, points(20, 60))] == far


@pytest.mark.parametrize(
    ("target", "values", "is_far"),
    [
        (20, (0.4, 0.5, 3), True),  # forty times the median, and not ten times the largest
        (5, (0.4, 0.5, 3), False),  # exactly ten times
        (5.01, (0.4, 0.5, 3), True),
        (0.5, (0.1, 6, 40), True),
        (0.6, (0.1, 6, 40), False),  # exactly a tenth
        (0, (0.4, 0.5, 3), False),
    ],
)
def test_a_target_far_from_the_usual_value_is_doubted_where_nobody_says_the_unit(
    target: float, values: tuple[float, ...], is_far: bool
) -> None:
    one = kpi(target=float(target), unit="h")
    assert not list(target_doubts(one, points(*values)))
    found = list(target_doubts(one, points(*values), "value"))
    assert [doubt.target for doubt in found] == [target] * is_far


def test_a_target_far_from_numbers_of_no_unit_names_their_column() -> None:
    [above] = target_doubts(kpi(target=20.0, unit="h"), points(0.4, 0.5, 3), "value")
    told = "the target of 20 h lies far from what was measured, 0.4 h to 3 h a period: more than ten times the median"
    assert said(above) == f"{told}; nothing says that value is in h"
    wanted = "say what value is in (units), correct the target or its unit, or write `meant: [target]` if it is so"
    assert settling(above) == wanted
    [below] = target_doubts(kpi(target=0.5, unit="h"), points(0.1, 6, 40), "value")
    assert said(below).endswith("less than a tenth of the median; nothing says that value is in h")


def test_partial_periods_say_nothing_of_a_target() -> None:
    series = points(40, 50, 1).assign(partial=[False, False, True])
    assert [one.low for one in target_doubts(kpi(target=0.5), series)] == [40]
    assert not list(target_doubts(kpi(target=0.5), series.assign(partial=True)))


@pytest.mark.parametrize(("backward", "is_swapped"), [(2, False), (3, True)])
def test_durations_are_swapped_where_more_than_half_run_backwards(backward: int, is_swapped: bool) -> None:
    opened = ["2026-03-03", "2026-03-10", "2026-03-17", "2026-03-24", "2026-03-25"]
    resolved = [f"2026-03-{'02' if row < backward else '29'}" for row in range(4)]
    frame = {"opened_at": moments(*opened), "resolved_at": moments(*resolved, None)}
    told = found(kpi(measure="median", value=RESOLVE, at="opened_at", unit="h"), frame)
    assert [(one.kind, one.key, one.fits, one.rows) for one in told] == [(SWAPPED, "value", 3, 4)] * is_swapped
    if is_swapped:
        assert (
            said(told[0])
            == "the end resolved_at lies before the start opened_at in 3 of 4 rows: from and to look swapped"
        )


def test_moments_of_one_point_in_time_are_not_swapped() -> None:
    same = moments("2026-03-02", "2026-03-03")
    assert not found(kpi(measure="median", value=RESOLVE, unit="h"), {"opened_at": same, "resolved_at": same})


def test_what_is_meant_is_told_and_blocks_nothing() -> None:
    [one] = found(kpi(where='met != "x"', meant=("where",)))
    assert not one.is_open
    assert list(notes([one])) == [
        'The condition `met != "x"` fits all 4 rows and leaves none out; met holds True (3), False (1): this is meant.'
    ]
    [other] = found(kpi(where='met != "x"', meant=("good", "target")))
    assert other.is_open
    assert list(notes([other])) == []


def test_a_note_stands_under_the_kpi() -> None:
    one = kpi(where='opened_at < "2099-01-01"')
    report = evaluate(study(one), {"tickets": [reading(tickets())]})
    assert any("fits all 4 rows and leaves none out" in note for note in report.kpis["k"].processed.footnotes)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("met is not missing", False),
        ("not (met is missing or opened_at is missing)", False),
        ('met is not missing and opened_at < "2099-01-01"', True),
    ],
)
def test_that_no_cell_is_empty_is_not_told(where: str, told: bool) -> None:
    [one] = found(kpi(where=where))
    assert (one.kind, bool(list(notes([one])))) == (ALL, told)


def test_a_name_in_backquotes_does_not_end_the_code() -> None:
    one = Doubt(kind=DoubtKind.WHERE_MATCHES_NONE, key="where", condition="not `SLA ok` is missing", fits=0, rows=4)
    assert said(one).startswith("the condition ‘not `SLA ok` is missing’ fits none of 4 rows")


def test_the_rows_of_a_typed_number_are_its_own() -> None:
    frame = {"opened_at": moments("2026-03-02", "2026-03-09"), "kpi": ["k", "k"]}
    assert found(kpi(where='kpi == "k"'), frame) == ()
    assert [one.kind for one in found(kpi(where='kpi != "other"'), frame)] == [ALL]


def test_a_ratio_is_doubted_for_its_sides() -> None:
    sides = kpi("above", where='met == "nope"'), kpi("below", where='met != "nope"', meant=("where",))
    ratio = kpi("k", measure="ratio", source="", at="", value=RatioValue("above", "below"), target=70.0, unit="%")
    told = doubts(study(*sides, ratio), {"tickets": [reading(tickets())]})
    assert [(one.kind, one.side) for one in told["k"]] == [(NONE, "above")]
    assert said(told["k"][0]).startswith("above: the condition ")


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(4)), st.sampled_from(['met == "x"', 'priority != "x"', "met == 1", 'met == "no"']))
def test_the_order_of_rows_changes_nothing(order: list[int], where: str) -> None:
    frame = pd.DataFrame(tickets())
    one = kpi(where=where, measure="share", good='priority == "P3"', unit="%")
    shuffled = {name: list(frame[name].iloc[order]) for name in frame}
    assert found(one, {**shuffled, "opened_at": frame["opened_at"].iloc[order].reset_index(drop=True)}) == found(one)


def delivered(folder: Path, target: Any, **kpis: dict[str, Any]) -> Path:
    """Thirty weeks of seven tickets, in two files; 80 % met, 10 to 40 hours."""
    rng = np.random.default_rng(4)
    lines = []
    for number in range(210):
        opened = pd.Timestamp("2025-01-06 08:00") + pd.Timedelta(days=number)
        resolved = opened + pd.Timedelta(hours=float(rng.uniform(10, 40)))
        lines.append(f"{number},{opened:%Y-%m-%d %H:%M},{resolved:%Y-%m-%d %H:%M},{number % 5 > 0}")
    for name, part in (("t1.csv", lines[:90]), ("t2.csv", lines[90:])):
        (folder / name).write_text("\n".join(["id,opened,resolved,made_sla", *part]) + "\n", encoding="utf-8")
    share = {"at": "opened", "measure": "share", "good": "made_sla == true", "direction": "higher", "target": target}
    time = {"at": "opened", "measure": "median", "value": {"from": "opened", "to": "resolved"}, "unit": "h"}
    every = {"sla": share, "time": {**time, "direction": "lower", "target": 30}, **kpis}
    made = {
        "study": 1,
        "service": "desk",
        "timezone": "UTC",
        "period": "week",
        "sources": {"t": {"file": "t?.csv", "key": "id"}},
        "kpis": {name: {"source": "t", **(share if "good" in one else time), **one} for name, one in every.items()},
        "baseline": {"from": date(2025, 1, 6), "to": date(2025, 4, 7)},
        "evaluation": {"from": date(2025, 4, 7), "to": date(2025, 7, 28)},
    }
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(made), encoding="utf-8")
    return path


@pytest.mark.slow
def test_nothing_is_concluded_before_a_doubt_is_settled_in_both_engines_alike(tmp_path: Path, scheduler: str) -> None:
    path = delivered(
        tmp_path,
        0.75,
        met={"good": 'made_sla == "met"', "target": 70},
        meant={"good": 'made_sla == "met"', "target": 70, "meant": "good"},
        all={"good": 'made_sla != "met"', "target": 70},
        hours={"direction": "lower", "target": 1200},
        swap={"value": {"from": "resolved", "to": "opened"}, "at": "opened", "direction": "lower"},
        scope={"where": 'made_sla == "Yes!"', "direction": "lower"},
    )
    reports = [run(path, engine=engine, scheduler=scheduler) for engine in Engine]
    both = [{name: one.analysis for name, one in report.kpis.items()} for report in reports]
    assert [one.as_plain() for one in both[0].values()] == [one.as_plain() for one in both[1].values()]
    assert {name: one.verdict is Verdict.INCONCLUSIVE for name, one in both[0].items()} == {
        "sla": True,
        "time": False,
        "met": True,
        "meant": False,
        "all": True,
        "hours": True,
        "scope": True,
        "swap": True,
    }
    first = {name: one.reasons[0] for name, one in both[0].items()}
    assert first["met"] == (
        'None of 210 rows is good by `made_sla == "met"`; made_sla holds True (168), False (42); '
        "correct the condition, or write `meant: [good]` if it is so."
    )
    assert first["sla"].startswith("The target of 0.75 % lies far from what was measured, 71.4 % to 85.7 % a period")
    assert first["hours"].startswith("The target of 1,200 h lies far from what was measured")
    assert first["swap"].startswith("The end opened lies before the start resolved in 210 of 210 rows")
    assert both[0]["met"].sentence.startswith("Nothing can be concluded about met yet: none of 210 rows is good")
    assert [gate.name for gate in both[0]["met"].detail.gates] == ["Does the definition fit the data?"]


def test_a_share_of_true_on_true_is_what_was_counted(tmp_path: Path) -> None:
    one = run(delivered(tmp_path, 75)).kpis["sla"]
    assert (one.processed.series["numerator"].sum(), one.processed.series["denominator"].sum()) == (168, 210)
    assert one.processed.doubts == ()
    assert one.analysis.verdict is not Verdict.INCONCLUSIVE


def test_a_guard_in_doubt_is_no_side_effect() -> None:
    """It fell, but its condition leaves no row out, which may be a slip."""
    weeks = pd.date_range("2025-01-06", periods=30, freq="7D", tz="UTC").as_unit("us")
    opened = pd.Series(np.repeat(weeks, np.r_[[5, 6] * 8, [1, 2] * 7]))
    guard = replace(kpi("guard", where='met != "x"'), direction=Direction.HIGHER)
    base = study(
        kpi("k", guards=("guard",)),
        guard,
        baseline=Window(date(2025, 1, 6), date(2025, 4, 28)),
        evaluation=Window(date(2025, 4, 28), date(2025, 8, 4)),
    )
    delivery = reading({"opened_at": opened, "met": ["y"] * len(opened)})
    told = evaluate(base, {"tickets": [delivery]}).kpis
    assert told["guard"].analysis.verdict is Verdict.INCONCLUSIVE
    assert told["k"].analysis.side_effects == ()
    sure = replace(base, kpis={**base.kpis, "guard": replace(base.kpis["guard"], meant=("where",))})
    assert evaluate(sure, {"tickets": [delivery]}).kpis["k"].analysis.side_effects == ("guard",)


STUDY = """study: 1
service: desk
timezone: UTC
period: week
sources: {t: {file: t.csv}}
kpis:
  k: {source: t, at: opened, measure: share, good: met == true, direction: higher, MEANT}
"""


def test_meant_is_read_in_one_order_and_written_again() -> None:
    made = study_of(STUDY.replace("MEANT", "meant: [target, good]").encode())
    assert made.kpis["k"].meant == ("good", "target")
    assert study_of(study_yaml(made).encode()) == made
    plain = study_of(STUDY.replace(", MEANT", "").encode())
    assert hash_of(replace(made, kpis={"k": replace(made.kpis["k"], meant=())})) == hash_of(plain)
    assert hash_of(made) != hash_of(plain)


def test_an_unknown_word_is_told_with_its_line() -> None:
    with pytest.raises(InvalidInputs) as error:
        study_of(STUDY.replace("MEANT", "meant: [targets]").encode())
    assert (
        "line 7, kpis.k.meant: 'targets' is nothing that is asked about; expected some of where, good, target"
        in str(error.value)
    )


def test_a_held_column_of_nothing_says_so() -> None:
    assert held("a", pd.Series([None, None], dtype="str")) == Held("a", empty=2)


_MONTHS = pd.date_range("2024-01-15", periods=24, freq="MS", tz="UTC")


def _grown(numbers: list[float], **changes: Any) -> list[DoubtKind]:
    frame = {"opened_at": list(_MONTHS[: len(numbers)]), "total": numbers}
    one = kpi(**{"measure": "sum", "value": "total", "unit": "count", "at": "opened_at", **changes})
    told = doubts(study(one), {"tickets": [reading(frame)]})["k"]
    return [each.kind for each in told if each.is_open]


_TOTAL = [100.0 * n + n % 3 for n in range(1, 13)]


@pytest.mark.parametrize(
    ("numbers", "changes", "is_doubted"),
    [
        (_TOTAL, {}, True),
        (_TOTAL, {"measure": "mean"}, True),
        (_TOTAL, {"measure": "p90"}, True),
        (_TOTAL, {"measure": "last"}, False),
        (_TOTAL, {"measure": "max"}, False),
        (_TOTAL, {"unit": "%", "measure": "mean"}, False),  # parts of a whole
        (_TOTAL, {"meant": ("value",)}, False),
        (_TOTAL[:11], {}, False),  # so many months may be better each
        ([*_TOTAL[:6], 550.0, *_TOTAL[6:]], {}, False),  # it falls once
        ([*_TOTAL[:6], 603.0, *_TOTAL[6:]], {}, True),
        ([n + 998 for n in _TOTAL], {}, True),
        ([n + 999 for n in _TOTAL], {}, False),  # a service that grows
        ([0.0, *_TOTAL], {}, True),
        ([n - 200 for n in _TOTAL], {}, False),
        ([100.0] * 4 + _TOTAL, {}, True),
        ([100.0] * 5 + _TOTAL, {}, False),  # most of it stands still
        (_TOTAL[::-1], {}, False),
    ],
)
def test_totals_so_far_are_not_added_up_before_a_word(
    numbers: list[float], changes: dict[str, Any], is_doubted: bool
) -> None:
    assert (DoubtKind.TOTAL_SO_FAR in _grown(numbers, **changes)) is is_doubted


def test_a_total_so_far_is_told_with_its_ends_and_what_to_do() -> None:
    frame = {"opened_at": list(_MONTHS[:12]), "total": _TOTAL}
    one = kpi(measure="sum", value="total", unit="count", at="opened_at")
    (told,) = doubts(study(one), {"tickets": [reading(frame)]})["k"]
    assert said(told).startswith("total never falls in 12 rows, from 101 to 1,200: a total so far")
    assert settling(told).endswith("or write `meant: [value]` if it is so")


def _last(values: list[float], days: list[str], **changes: Any) -> tuple[Doubt, ...]:
    frame = {"opened_at": moments(*days), "backlog": values}
    one = kpi(measure="last", value="backlog", unit="count", at="opened_at", **changes)
    return doubts(study(one), {"tickets": [reading(frame)]})["k"]


_ENDS = ["2026-03-08", "2026-03-08", "2026-03-14", "2026-03-15", "2026-03-22", "2026-03-22", "2026-03-22"]


@pytest.mark.parametrize(
    ("values", "fits", "blocks"),
    [
        ([5.0, 7.0, 9.0, 9.0, 4.0, 6.0, 8.0], 2, True),
        ([5.0, 5.0, 9.0, 3.0, 4.0, 6.0, 8.0], 1, False),  # of three weeks one alone
        ([5.0, 5.0, 9.0, 3.0, 4.0, 4.0, 4.0], 0, False),
    ],
)
def test_rows_that_share_the_last_moment_of_a_period_are_told(values: list[float], fits: int, blocks: bool) -> None:
    told = _last(values, _ENDS)
    assert [(one.kind, one.fits, one.rows, one.blocks) for one in told] == (
        [(DoubtKind.LAST_OF_SEVERAL, fits, 3, blocks)] if fits else []
    )
    if fits:
        low = int(values[4])
        often = f"in {fits} of 3 periods several rows share the last moment and differ"
        assert said(told[0]) == f"{often}, 3 rows of {low} to 8 in the newest of these: only the largest backlog counts"


def test_half_of_the_periods_with_several_last_rows_are_not_most_of_them() -> None:
    (told,) = _last([5.0, 7.0, 9.0], ["2026-03-08", "2026-03-08", "2026-03-15"])
    assert (told.fits, told.rows, told.blocks) == (1, 2, False)
    assert list(notes([told])) == [f"In 1 of 2 periods {said(told).removeprefix('in 1 of 2 periods ')}."]


def test_several_last_rows_may_be_meant() -> None:
    (told,) = _last([5.0, 7.0], ["2026-03-08", "2026-03-08"], meant=("value",))
    assert (told.meant, told.is_open) == (True, False)
    assert settling(told).startswith("take the rows of one thing (where), or a file with one row a moment, or write")
