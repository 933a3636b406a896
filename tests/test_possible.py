"""What a result can be at all: a target beyond is refused where it is written, in a study and in a form."""

from __future__ import annotations

from math import inf

import pytest

from csi.errors import InvalidInputs
from csi.possible import impossible, possible
from csi.step1_should_measure import kpis
from csi.terms import Direction
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, NOW, kpi_fields


@pytest.mark.parametrize(
    ("measure", "unit", "lasting", "bounds"),
    [
        ("share", "%", False, (0, 100)),
        ("share", "ratio", True, (0, 1)),
        ("availability", "ppm", True, (0, 1_000_000)),
        ("share", "‰", False, (0, 1_000)),
        ("nps", "points", False, (-100, 100)),
        ("count", "count", False, (0, inf)),
        ("distinct", "count", False, (0, inf)),
        ("backlog", "count", True, (0, inf)),
        ("median", "h", True, (0, inf)),
        ("mean", "%", False, (-inf, inf)),
        ("ratio", "%", False, (-inf, inf)),
        ("sum", "EUR", False, (-inf, inf)),
    ],
)
def test_what_a_measure_can_come_to(measure: str, unit: str, lasting: bool, bounds: tuple[float, float]) -> None:
    assert possible(measure, unit, lasting=lasting) == bounds
    assert all(not impossible(edge, measure, unit, lasting=lasting) for edge in bounds)


@pytest.mark.parametrize(
    ("edge", "measure", "unit", "lasting", "said"),
    [
        (100.1, "share", "%", False, "100.1 % cannot be reached by a share; expected 0 to 100 %"),
        (1e6, "availability", "%", True, "1,000,000 % cannot be reached by an availability; expected 0 to 100 %"),
        (-0.1, "share", "ratio", False, "-0.1 ratio cannot be reached by a share; expected 0 to 1 ratio"),
        (-20, "p90", "h", True, "-20 h cannot be reached by a length of time; expected 0 h or more"),
        (-1, "count", "count", False, "-1 cannot be reached by a count; expected 0 or more"),
        (-101, "nps", "points", False, "-101 points cannot be reached by an nps; expected -100 to 100 points"),
    ],
)
def test_what_cannot_be_reached_is_said(edge: float, measure: str, unit: str, lasting: bool, said: str) -> None:
    assert impossible(edge, measure, unit, lasting=lasting) == said


SHARE = {"measure": "share", "good": "met == true"}
LASTING = {"measure": "median", "value": {"from": "opened_at", "to": "resolved_at"}}


def test_a_form_refuses_it_at_its_field(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle, kpi_fields())
        wrong = [
            kpi_fields(unit="%", target=101.0, definition=SHARE),
            kpi_fields(unit="h", target=-20.0, definition=LASTING),
            kpi_fields(unit="%", target=None, band=(90.0, 110.0), direction=Direction.WITHIN, definition=SHARE),
        ]
        for fields in wrong:
            with pytest.raises(InvalidInputs, match="cannot be reached by a") as told:
                kpis.edit_kpi(session, cycle, int(kpi.id or 0), fields, actor=ALICE, now=NOW)
            assert {one.field for one in told.value.errors} == {"target"}
        right = kpi_fields(unit="%", target=100.0, definition=SHARE)
        assert kpis.edit_kpi(session, cycle, int(kpi.id or 0), right, actor=ALICE, now=NOW).target == 100
