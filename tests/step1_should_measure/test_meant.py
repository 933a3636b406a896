"""A person says that a condition or a target is meant: in any step, of the data as they are, and of nothing else."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from csi.errors import Conflict, InvalidInput, NotAllowed
from csi.measurement import mapping as measurement
from csi.measurement import of_cycle
from csi.measurement.mapping import definition_hash
from csi.models import AuditRow, Cycle, Kpi
from csi.step1_should_measure import kpis
from csi.step1_should_measure.meant import confirm, turned_round
from csi.step3_gather.origins import Said, fed
from csi.storage import rows
from csi.terms import Step
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, ERIN, NOW, TEAM, kpi_fields


def grown(session: Session) -> tuple[Cycle, Kpi]:
    cycle = turns.begin(session)
    (kpi,) = turns.grow(session, cycle, kpi_fields())
    return cycle, kpi


def test_a_yes_reaches_the_study_and_leaves_baselines_comparable(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = grown(session)
        turns.jump(session, cycle, Step.CAN_MEASURE)
        turns.assess(session, cycle, kpi)
        turns.jump(session, cycle, 5)
        held, version = definition_hash(cycle, kpi), kpi.definition_version
        before = measurement.input_hash(session, cycle)
        assert "meant" not in measurement.mapping(session, cycle)["kpis"][kpi.key]
        assert confirm(session, cycle, kpi, ["target"], actor=ALICE, now=NOW)
        assert confirm(session, cycle, kpi, ["where"], actor=ALICE, now=NOW)
        assert not confirm(session, cycle, kpi, ["target"], actor=ALICE, now=NOW)
        session.flush()
        assert of_cycle.definition(session, cycle).kpis[kpi.key].meant == ("where", "target")
        assert (definition_hash(cycle, kpi), kpi.definition_version) == (held, version)
        assert measurement.input_hash(session, cycle) != before
    with database.sessions.reading() as session:
        told = rows(session, AuditRow, TEAM, what="meant kpi", order="ordinal")
    assert [one.new["meant"] for one in told] == [["target"], ["where", "target"]]


def test_who_may_not_what_is_not_asked_and_when_it_is_too_late(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = grown(session)
        with pytest.raises(InvalidInput, match="unknown at; expected some of where, good, target, value"):
            confirm(session, cycle, kpi, ["at", "where"], actor=ALICE, now=NOW)
        with pytest.raises(NotAllowed):
            confirm(session, cycle, kpi, ["where"], actor=ERIN, now=NOW)
        cycle.state = "closed"
        with pytest.raises(Conflict, match="closed"):
            confirm(session, cycle, kpi, ["where"], actor=ALICE, now=NOW)
        assert "meant" not in kpi.definition


@pytest.mark.parametrize(
    ("changed", "left"),
    [({"target": 21.0}, ["where"]), ({"unit": "min"}, ["where"]), ({"name": "Other"}, ["where", "target"])],
)
def test_another_target_is_asked_about_again(
    sqlite_database: Database, changed: dict[str, object], left: list[str]
) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = grown(session)
        confirm(session, cycle, kpi, ["where", "target"], actor=ALICE, now=NOW)
        fields = kpi_fields(csf_id=kpi.csf_id, definition={}, **changed)
        assert kpis.edit_kpi(session, cycle, kpi.id, fields, actor=ALICE, now=NOW).definition["meant"] == left


def test_of_another_source_nothing_was_said(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = grown(session)
        confirm(session, cycle, kpi, ["where"], actor=ALICE, now=NOW)
        source, said = turns.source_of(session, cycle), Said(kind="url", name="Incidents")
        first = fed(kpi, source, said)
        assert "meant" not in first
        kpi.definition = {**first, "meant": ["where"]}
        assert fed(kpi, source, said)["meant"] == ["where"]


@pytest.mark.parametrize(("at", "now"), [("closed", "opened"), ("opened", "opened"), ("updated", "updated")])
def test_moments_turned_round_leave_a_row_at_its_end(at: str, now: str) -> None:
    value = {"from": "opened", "to": "closed", "unit": "h"}
    turned = turned_round({"measure": "median", "at": at, "value": value})
    assert turned == {"measure": "median", "at": now, "value": {"from": "closed", "to": "opened", "unit": "h"}}


def test_what_has_no_two_moments_cannot_be_turned_round() -> None:
    for value in ("minutes", None, {"numerator": "a", "denominator": "b"}):
        with pytest.raises(Conflict):
            turned_round({"value": value})
