"""V6.8: what was promised is judged by the target of its day, from step 1 to step 1 and from cycle to cycle."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from csi.definition import EarlierTarget, KpiDefinition
from csi.measurement import promises
from csi.models import Cycle, Kpi
from csi.terms import Direction

BEGUN = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)
CYCLE = Cycle(
    team_id="T1", service_id=1, number=2, channel_id="C1", timezone="Europe/Lisbon", started_by="U1", started_at=BEGUN
)


def kpi(target: float | None = 20.0, promised: dict | None = None, **said: object) -> Kpi:
    made = {"unit": "h", "direction": "lower", "target": target, **said}
    return Kpi(team_id="T1", cycle_id=1, key="mttr", name="Hours", promised=promised or {}, **made)


def known(target: float, *earlier: tuple[str, float]) -> dict:
    held = [{"until": until, "target": [one]} for until, one in earlier]
    return {"unit": "h", "direction": "lower", "target": [target], "earlier": held}


@pytest.mark.parametrize(
    ("promised", "earlier"),
    [
        ({}, []),
        (known(20.0), []),
        (known(24.0), [(date(2026, 5, 5), 24.0)]),  # the zone's own day
        (known(24.0, ("2026-03-02", 30.0)), [(date(2026, 3, 2), 30.0), (date(2026, 5, 5), 24.0)]),
        (known(20.0, ("2026-03-02", 30.0)), [(date(2026, 3, 2), 30.0)]),
        (known(24.0, ("2026-05-05", 30.0)), [(date(2026, 5, 5), 30.0)]),  # promised and replaced on one day
        (known(24.0, ("2026-05-06", 30.0)), [(date(2026, 5, 6), 30.0)]),
        ({**known(24.0), "unit": "min"}, []),
        ({**known(24.0), "direction": "higher"}, []),
        ({**known(24.0), "target": []}, []),  # nothing was promised before
    ],
)
def test_v6_8_a_new_target_leaves_the_old_one_its_days(promised: dict, earlier: list) -> None:
    found = promises.earlier(kpi(20.0, promised), CYCLE)
    assert [(one["until"], one["target"]) for one in found] == earlier


def test_a_band_is_promised_as_two_ends() -> None:
    held = {"unit": "h", "direction": "within", "target": [2.0, 6.0], "earlier": []}
    one = kpi(None, held, direction="within", band_low=3.0, band_high=6.0)
    assert promises.earlier(one, CYCLE) == [{"until": date(2026, 5, 5), "target": [2.0, 6.0]}]


def test_what_was_never_noted_is_carried_as_it_stands() -> None:
    assert promises.carried(kpi(20.0)) == known(20.0)
    assert promises.carried(kpi(20.0, known(24.0))) == known(24.0)


def test_the_target_of_a_day_is_the_first_that_had_not_ended() -> None:
    earlier = (EarlierTarget(date(2026, 2, 2), (30.0,)), EarlierTarget(date(2026, 3, 2), (24.0,)))
    one = KpiDefinition(
        id="mttr",
        name="Hours",
        source="s",
        at="at",
        measure="median",
        target=20.0,
        direction=Direction.LOWER,
        earlier_targets=earlier,
    )
    days = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 2), date(2026, 3, 1), date(2026, 3, 2))
    assert [one.aims_on(day) for day in days] == [(30.0,), (30.0,), (24.0,), (24.0,), (20.0,)]
