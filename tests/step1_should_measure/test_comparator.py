"""A KPI may name another that does not get the change; both have to count the same way."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from csi.errors import InvalidInputs
from csi.measurement import mapping as measurement
from csi.measurement import of_cycle
from csi.models import Cycle, Kpi
from csi.step1_should_measure import kpis
from csi.terms import Step
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, NOW, kpi_fields


def compare(session: Session, cycle: Cycle, kpi: Kpi, key: str) -> Kpi:
    fields = kpi_fields(csf_id=kpi.csf_id, comparator=key)
    return kpis.edit_kpi(session, cycle, kpi.id, fields, actor=ALICE, now=NOW)


def test_a_comparator_reaches_the_study_while_both_count_alike(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        here, there = turns.grow(
            session, cycle, kpi_fields(), kpi_fields(name="Porto", definition=kpi_fields().definition)
        )
        compare(session, cycle, here, "porto")
        turns.jump(session, cycle, Step.CAN_MEASURE)
        for kpi in (here, there):
            turns.assess(session, cycle, kpi)
        study = of_cycle.definition(session, cycle)
        assert {key: kpi.comparator for key, kpi in study.kpis.items()} == {here.key: "porto", "porto": ""}
        before = measurement.input_hash(session, cycle)
        there.unit = "min"
        session.flush()
        assert of_cycle.definition(session, cycle).kpis[here.key].comparator == ""
        assert measurement.input_hash(session, cycle) != before


@pytest.mark.parametrize(("key", "said"), [("kept", "expected h, lower"), ("nobody", "not in this cycle's tree")])
def test_one_that_counts_otherwise_is_refused(sqlite_database: Database, key: str, said: str) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        here, _ = turns.grow(session, cycle, kpi_fields(), kpi_fields(name="Kept", unit="%"))
        with pytest.raises(InvalidInputs, match=said):
            compare(session, cycle, here, key)
        assert here.comparator == ""
