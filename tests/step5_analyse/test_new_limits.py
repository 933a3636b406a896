"""What of a stored result decides on new limits, as tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from csi.errors import Conflict, InvalidInput
from csi.models import Rebase
from csi.step5_analyse import rebasing
from tests import turns
from tests.databases import Database
from tests.turns import BOB, NOW, TEAM


def begun(start: date, **changed: Any) -> Rebase:
    return Rebase(
        **{
            "team_id": TEAM,
            "cycle_id": 1,
            "kpi_id": 1,
            "start_on": start,
            "reason": "x",
            "recorded_by": BOB,
            "recorded_at": NOW,
            **changed,
        }
    )


def days(count: int) -> list[Rebase]:
    return [begun(date(2026, 1, 1 + number)) for number in range(count)]


def test_limits_begin_anew_at_most_ten_times() -> None:
    rebasing._check_new(days(9), date(2026, 3, 1))
    with pytest.raises(Conflict, match="anew 10 times already"):
        rebasing._check_new(days(10), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("start", "is_let"), [(date(2026, 1, 1), False), (date(2026, 1, 2), False), (date(2026, 1, 3), True)]
)
def test_limits_begin_anew_after_the_last_time_only(start: date, is_let: bool) -> None:
    if is_let:
        rebasing._check_new(days(2), start)
        return
    with pytest.raises(InvalidInput, match="anew on 2026-01-02 already"):
        rebasing._check_new(days(2), start)


def test_new_limits_are_told_by_kpi_the_oldest_day_first_and_none_of_another_cycle(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        kpi, _ = turns.grow(session, cycle, turns.kpi_fields(), turns.kpi_fields(name="Reopened"))
        here = {"cycle_id": cycle.id, "kpi_id": kpi.id}
        late, early = begun(date(2026, 3, 2), **here), begun(date(2026, 2, 2), **here)
        session.add_all([late, early, begun(date(2026, 1, 5), **here, state=rebasing.WITHDRAWN)])
        session.flush()
        assert rebasing.of_cycle(session, cycle) == {kpi.id: [early, late]}


def result(*, phases: list[tuple[str, bool]] = [], **changed: Any) -> dict[str, Any]:  # noqa: B006 # is only read
    """Four weeks, as a result keeps them."""
    points = [
        {"start": f"2026-01-{day:02}T00:00:00+00:00", "value": float(day), "partial": False, "missing": False}
        for day in (5, 12, 19, 26)
    ]
    detail = {"phases": [{"start": start, "begun": new} for start, new in phases]}
    return {"series": points, "limits": {"centre": 7.0}, "detail": detail, **changed}


@pytest.mark.parametrize(
    ("phases", "first"),
    [
        ([], 5),
        ([("2026-01-12", False)], 5),
        ([("2026-01-12", True)], 12),
        ([("2026-01-12", True), ("2026-01-19", True)], 19),
        ([("2026-01-12", True), ("2026-01-19", False)], 12),
        ([("2026-01-13", True)], 19),
    ],
)
def test_the_newest_limits_hold_from_the_day_they_begin(phases: list[tuple[str, bool]], first: int) -> None:
    starts, values, centre = rebasing._in_force(result(phases=phases))
    assert starts[0] == date(2026, 1, first)
    assert (values[0], len(values), centre) == (first, len(starts), 7.0)


@pytest.mark.parametrize("lacking", ["partial", "missing"])
def test_a_period_that_is_partial_or_missing_has_no_value(lacking: str) -> None:
    kept = result()
    kept["series"][1][lacking] = True
    _, values, _ = rebasing._in_force(kept)
    assert np.isnan(values).tolist() == [False, True, False, False]


@pytest.mark.parametrize("limits", [None, {}, {"centre": None}])
def test_without_limits_there_is_no_centre_and_no_shift(limits: dict[str, Any] | None) -> None:
    assert np.isnan(rebasing._in_force(result(limits=limits))[2])
    assert rebasing.shift_of(result(limits=limits)) is None
    assert rebasing.shift_of({}) is None
