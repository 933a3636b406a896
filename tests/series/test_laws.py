"""Laws of step 4: what must not change a result, and what must change just so much of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.definition import Duration, StudyDefinition
from csi.series import Processed, process_study, trace
from csi.terms import Period
from tests.series.studies import RESOLVE, kpi, reading, study, values

MONDAY = pd.Timestamp("2026-03-02", tz="UTC")
MEASURES = study(
    kpi("count"),
    kpi("sum", "sum", value="cost", unit="EUR"),
    kpi("mean", "mean", value="cost", unit="EUR"),
    kpi("median", "median", value=RESOLVE, unit="h"),
    kpi("p90", "p90", value="cost", unit="EUR"),
    kpi("last", "last", value="cost", unit="EUR"),
    kpi("share", "share", good="cost > 1", unit="%", where='kind != "c"'),
    kpi("distinct", "distinct", value="kind"),
    kpi("max", "max", value="cost", unit="EUR"),
    kpi("up", "availability", at="", value=Duration("opened_at", "resolved_at", "min"), unit="%"),
    kpi("open", "backlog", at="", value=RESOLVE),
)
KEYED = replace(MEASURES, sources={"tickets": replace(MEASURES.sources["tickets"], key="id", latest_by="rev")})

ROW = st.tuples(
    st.integers(0, 30 * 24 * 60),  # minutes after Monday
    st.none() | st.integers(0, 5 * 24 * 60),  # minutes until resolved
    st.floats(-1e6, 1e6) | st.none(),
    st.sampled_from(["a", "b", "c", None]),
)
ROWS = st.lists(ROW, min_size=1, max_size=25)


def frame(rows: list[tuple[int, int | None, float | None, str | None]]) -> pd.DataFrame:
    opened = MONDAY + pd.to_timedelta(pd.Series([row[0] for row in rows]), unit="min")
    lasting = pd.to_timedelta(
        pd.Series([np.nan if row[1] is None else row[1] for row in rows], dtype=float), unit="min"
    )
    return pd.DataFrame(
        {
            "opened_at": opened.dt.as_unit("us"),
            "resolved_at": (opened + lasting).dt.as_unit("us"),
            "cost": pd.Series([np.nan if row[2] is None else row[2] for row in rows], dtype=float),
            "kind": pd.array([row[3] for row in rows], dtype="str"),
            "id": pd.array([f"T{place}" for place in range(len(rows))], dtype="str"),
            "rev": np.arange(len(rows), dtype=float),
        }
    )


def told(definition: StudyDefinition, *deliveries: pd.DataFrame) -> dict[str, Any]:
    """Everything but where the rows lie."""
    made = process_study(definition, {"tickets": [reading(one) for one in deliveries]})
    return {name: _told(one) for name, one in made.kpis.items()}


def _told(one: Processed) -> Any:
    columns = {name: values(one, name) for name in one.series.columns}
    # An example is told by its line, which moves when rows do.
    notes = tuple(re.sub(r" \(such as [^)]*\)", "", note) for note in one.footnotes)
    return {"start": list(one.series.index), **columns}, one.quality, one.coverage, notes


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=5)
def test_the_order_of_rows_does_not_matter(rows: list, random: Any) -> None:
    first = frame(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    for definition in (MEASURES, KEYED):
        assert told(definition, first.iloc[order]) == told(definition, first)


@given(ROWS, st.data())
@settings(max_examples=5)
def test_splitting_a_file_into_batches_does_not_matter(rows: list, data: st.DataObject) -> None:
    whole = frame(rows)
    cut = data.draw(st.integers(0, len(rows)))
    for definition in (MEASURES, KEYED):
        assert told(definition, whole.iloc[:cut], whole.iloc[cut:]) == told(definition, whole)


@given(ROWS)
@settings(max_examples=5)
def test_a_repeated_delivery_changes_nothing(rows: list) -> None:
    whole = frame(rows)
    for definition in (MEASURES, KEYED):
        assert told(definition, whole, whole) == told(definition, whole)


@given(ROWS, ROWS)
@settings(max_examples=5)
def test_rows_delivered_again_within_another_file_are_repeats(rows: list, more: list) -> None:
    """Under a key the same rows may come as often as they like."""
    whole = frame([*rows, *more])
    again = process_study(KEYED, {"tickets": [reading(whole.iloc[: len(rows)]), reading(whole)]})
    counts = again.sources["tickets"]
    assert (counts.repeated, counts.rows_kept) == (len(rows), len(whole))
    once = process_study(KEYED, {"tickets": [reading(whole)]})
    for name, one in again.kpis.items():
        assert one.series.equals(once.kpis[name].series)


@given(ROWS)
@settings(max_examples=5)
def test_a_change_of_unit_changes_the_numbers_by_its_factor_and_nothing_else(rows: list) -> None:
    hours = told(study(kpi("k", "median", value=RESOLVE, unit="h")), frame(rows))["k"]
    minutes = told(study(kpi("k", "median", value=RESOLVE, unit="min")), frame(rows))["k"]
    assert [None if one is None else one * 60 for one in hours[0]["value"]] == pytest.approx(minutes[0]["value"])
    assert {**hours[0], "value": 0} == {**minutes[0], "value": 0}
    assert hours[1:] == minutes[1:]


@given(ROWS, st.integers(-11, 11))
@settings(max_examples=5)
def test_a_reporting_zone_moves_the_edges_and_whole_days_with_them(rows: list, shift: int) -> None:
    """Rows moved with the zone fall into the same periods with the same values."""
    zone = f"Etc/GMT{-shift:+d}" if shift else "UTC"  # POSIX: Etc/GMT-3 is three hours east
    here = frame(rows)
    moved = here.assign(**{name: here[name] - pd.Timedelta(hours=shift) for name in ("opened_at", "resolved_at")})
    days = replace(MEASURES, period=Period.DAY)
    utc = process_study(days, {"tickets": [reading(here)]}).kpis
    local = process_study(replace(days, timezone=zone), {"tickets": [reading(moved)]}).kpis
    for name, one in utc.items():
        there = local[name].series
        assert [start.replace(tzinfo=None) for start in there.index] == [
            start.replace(tzinfo=None) for start in one.series.index
        ]
        assert values(local[name]) == values(one)


@given(ROWS)
@settings(max_examples=5)
def test_two_runs_are_the_same(rows: list) -> None:
    assert told(KEYED, frame(rows)) == told(KEYED, frame(rows))


@given(ROWS)
@settings(max_examples=5)
def test_every_row_of_a_count_is_in_one_period_and_traceable(rows: list) -> None:
    one = process_study(study(kpi()), {"tickets": [reading(frame(rows))]}).kpis["k"]
    assert np.nansum(one.series["value"]) == len(rows)
    [part] = one.parts
    assert np.bincount(part.period, minlength=len(one.series)).tolist() == one.series["n"].tolist()
    assert sorted(part.line[part.rows].tolist()) == list(range(2, len(rows) + 2))


@settings(max_examples=40)
@given(ROWS, st.sampled_from([Period.HOUR, Period.DAY, Period.WEEK]), st.none() | st.integers(-5, 60))
def test_an_outage_and_an_open_case_are_traceable_in_every_period_they_count_in(
    rows: list, period: Period, known: int | None
) -> None:
    as_of = None if known is None else (MONDAY + pd.Timedelta(days=known)).to_pydatetime()
    spans = [MEASURES.kpis[name] for name in ("up", "open")]
    for one in process_study(
        study(*spans, period=period, as_of=as_of), {"tickets": [reading(frame(rows))]}
    ).kpis.values():
        n = one.series["n"]
        alive = n[(n > 0) & (n.ne(n.shift()) | n.ne(n.shift(-1)))]  # beside every period in which something changes
        assert [len(trace(one, start)) for start in alive.index] == alive.tolist()
        assert len(trace(one, MONDAY - pd.Timedelta(days=400))) == 0
