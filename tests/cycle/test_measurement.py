"""What a cycle measures: KPIs that were found not to be measurable stand in nobody's way."""

from __future__ import annotations

from csi.cycle import measurement
from csi.terms import Measurability
from tests import turns
from tests.databases import Database


def test_a_kpi_that_cannot_be_measured_is_left_out_though_its_plan_names_a_source(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        asked = turns.kpi_fields(name="Happy users", definition={"measure": "share", "good": 'answer == "yes"'})
        timed, happy = turns.grow(session, cycle, turns.kpi_fields(), asked)
        turns.jump(session, cycle, 2)
        turns.assess(session, cycle, timed)
        turns.assess(session, cycle, happy, Measurability.NOT_MEASURABLE)
        assert list(measurement.mapping(session, cycle)["kpis"]) == [timed.key]
        assert [one.key for one in measurement.not_computed(session, cycle)] == [happy.key]
