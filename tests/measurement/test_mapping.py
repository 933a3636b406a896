"""What a cycle measures: KPIs that were found not to be measurable stand in nobody's way."""

from __future__ import annotations

from datetime import date

import pytest

from csi.measurement import mapping as measurement
from csi.measurement import of_cycle
from csi.measurement.mapping import definition_hash
from csi.models import Baseline, Batch, Cycle, Source
from csi.storage import rows
from csi.terms import Measurability
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, NOW, TEAM


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


def test_a_baseline_that_approvers_have_not_agreed_to_is_provisional(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        first = turns.begin(session)
        first.state, first.open_channel, first.open_service = "closed", None, None
        session.flush()
        window = {"baseline_from": date(2026, 1, 5), "baseline_to": date(2026, 3, 2)}
        cycle = Cycle(
            team_id=TEAM,
            service_id=first.service_id,
            number=2,
            channel_id="C1",
            timezone=first.timezone,
            started_by=ALICE,
            started_at=NOW,
            **window,
        )
        session.add(cycle)
        session.flush()
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields())
        turns.jump(session, cycle, 2)
        turns.assess(session, cycle, kpi)
        plain = measurement.input_hash(session, cycle)
        asked = Baseline(
            team_id=TEAM,
            service_id=first.service_id,
            cycle_id=first.id,
            kpi_key=kpi.key,
            number=1,
            window_from=date(2026, 1, 5),
            window_to=date(2026, 3, 2),
            proposed_by=BOB,
            proposed_at=NOW,
            state="rejected",
        )
        session.add(asked)
        session.flush()
        study = of_cycle.definition(session, cycle)
        assert of_cycle.known(session, cycle, study).provisional == {kpi.key}
        assert measurement.input_hash(session, cycle) != plain
        asked.window_to = date(2026, 3, 9)
        session.flush()
        assert of_cycle.known(session, cycle, study).provisional == set()
        asked.window_to, asked.state = date(2026, 3, 2), "approved"
        asked.definition_hash = definition_hash(cycle, kpi)
        session.flush()
        assert of_cycle.known(session, cycle, study).provisional == set()


@pytest.mark.parametrize(
    ("pauses", "columns"),
    [
        ("hold", ["hold"]),
        ([{"from": "c", "to": "d"}, {"column": "e", "unit": "min", "clock": "wall"}], ["c", "d", "e"]),
        ({"from": "c", "to": "d"}, ["c", "d"]),
        (None, []),
    ],
)
def test_the_columns_of_pauses_are_named_with_the_others(pauses: object, columns: list[str]) -> None:
    kpi = {"at": "b", "value": {"from": "a", "to": "b", "unit": "h", "clock": "wall", "pauses": pauses}}
    assert list(measurement.columns_of_kpi(kpi, ())) == ["b", "a", "b", *columns]


@pytest.mark.parametrize(("column", "said"), [("customer", 111), ("other", None)])
def test_a_yes_to_rows_that_a_key_leaves_out_goes_with_the_measurement(
    sqlite_database: Database, column: str, said: int | None
) -> None:
    """It was said of that key; of another one it says nothing."""
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields())
        turns.jump(session, cycle, 2)
        turns.assess(session, cycle, kpi)
        (source,) = rows(session, Source, TEAM)
        source.mapping = {"key": "customer"}
        yes = {"kind": "key", "count": 111, "of": 120, "column": column}
        session.add(
            Batch(
                team_id=TEAM,
                source_id=source.id,
                cycle_id=cycle.id,
                ordinal=1,
                way="file",
                filename="t.csv",
                size=1,
                sha256="0" * 64,
                raw_key="k",
                delivered_by=BOB,
                delivered_at=NOW,
                state="current",
                rows_read=120,
                counts={"accepted": [yes]},
            )
        )
        session.flush()
        assert measurement.mapping(session, cycle)["sources"][source.key].get("discards") == said


def test_a_yes_goes_on_with_the_rows_that_it_is_about_whatever_delivers_them(sqlite_database: Database) -> None:
    """Of two deliveries each leaves its own rows out, and a case of both counts once."""
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields())
        turns.jump(session, cycle, 2)
        turns.assess(session, cycle, kpi)
        (source,) = rows(session, Source, TEAM)
        source.mapping = {"key": "customer"}
        yes = {"accepted": [{"kind": "key", "count": 111, "of": 120, "column": "customer"}]}
        for ordinal, (counts, cases, left_out) in enumerate([(yes, 9, 111), ({}, 7, 3)], 1):
            session.add(
                Batch(
                    team_id=TEAM,
                    source_id=source.id,
                    ordinal=ordinal,
                    way="file",
                    filename="t.csv",
                    size=1,
                    sha256=str(ordinal) * 64,
                    raw_key="k",
                    delivered_by=BOB,
                    delivered_at=NOW,
                    state="current",
                    rows_kept=120,
                    counts={**counts, "key": {"named": 120, "cases": cases, "left_out": left_out}},
                )
            )
        session.flush()
        assert measurement.mapping(session, cycle)["sources"][source.key]["discards"] == 111 + 3 + 7
