"""V3.1 to V3.4, and numbers typed by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi import reminders
from csi.errors import Conflict, InvalidInputs, NotAllowed
from csi.measurement.mapping import mapping
from csi.models import AuditRow, Batch, Cycle, Kpi, PlanRow
from csi.reading.files import FileStore
from csi.reading.naming import with_names
from csi.step3_gather import batches, collecting, held, measurements, sources
from csi.step3_gather.expected import arrival, arrivals
from csi.step3_gather.intake import take_in
from csi.step3_gather.measurements import Typed
from csi.storage import row, rows
from csi.terms import Measurability
from tests import turns
from tests.databases import Database
from tests.step3_gather.conftest import LOG
from tests.turns import ALICE, BOB, ERIN, FRANK, NOW, TEAM

LINK = "https://example.org/sheet"
WEEK = date(2026, 11, 16)  # the week before NOW's Monday


def _cycle(session: Session, how: Measurability = Measurability.BY_HAND) -> tuple[Cycle, Kpi]:
    cycle = turns.begin(session)
    (kpi,) = turns.grow(session, cycle)
    turns.jump(session, cycle, 2)
    turns.assess(session, cycle, kpi, how)
    turns.jump(session, cycle, 3)
    return cycle, kpi


def _type(session: Session, cycle: Cycle, kpi: Kpi, told: Typed, actor: str = BOB):
    return measurements.enter(session, cycle, kpi, told, actor=actor, now=NOW)


def _deliver(session: Session, cycle: Cycle, folder: Path, content: bytes) -> Batch:
    source = turns.source_of(session, cycle)
    sources.remember(session, source, replace(LOG, key=""), actor=BOB, now=NOW)
    intake = take_in(
        FileStore(str(folder)),
        TEAM,
        content,
        replace(LOG, key=""),
        moments=["resolved_at"],
        numbers=[],
        filename="log.csv",
    )
    return batches.record(session, source, intake, actor=BOB, now=NOW).batch


def test_v3_1_a_kpi_without_data_blocks(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        assert turns.broken(session, cycle, "V3.1") == ["No data has come for Median time to resolve yet."]
        assert turns.blocks(session, cycle, "V3.1") == [True]
        _type(session, cycle, kpi, Typed(WEEK, value=18.5, evidence=LINK))
        assert turns.broken(session, cycle, "V3.1") == []


def test_v3_1_a_delivery_that_waits_blocks_with_its_share(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.sessions() as session:
        cycle, _ = _cycle(session, Measurability.AUTOMATIC)
        batch = _deliver(
            session, cycle, tmp_path, b"opened_at,resolved_at\n1/1/2016,1/2/2016\n1/1/2016,soon\n1/1/2016,later\n"
        )
        (sentence,) = turns.broken(session, cycle, "V3.1")
        assert sentence == "log.csv for Median time to resolve waits for a yes: 2 of its 3 rows are in quarantine."
        batches.approve(session, TEAM, batch.id, actor=BOB, now=NOW)
        assert turns.broken(session, cycle, "V3.1") == []


def test_v3_1_a_column_that_a_kpi_reads_and_no_delivery_has_blocks_until_it_is_named(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session, Measurability.AUTOMATIC)
        _deliver(session, cycle, tmp_path, b"Opened,resolved_at\n1/1/2016,1/2/2016\n")
        (breach,) = [one for one in cycles.breaches(session, cycle, NOW) if one.rule == "V3.1"]
        assert str(breach.sentence) == f"{kpi.name} reads ‘opened_at’, which Incidents does not have."
        source = turns.source_of(session, cycle)
        assert (breach.blocks, breach.mend, breach.mend_value) == (True, "gather.name", f":{source.id}")
        said = with_names(sources.definition(source.key, source.mapping), {"Opened": "opened_at"})
        sources.remember(session, source, said, actor=BOB, now=NOW)
        assert turns.broken(session, cycle, "V3.1") == []


def test_a_kpi_that_says_no_moment_takes_the_one_its_source_is_dated_by(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session, Measurability.AUTOMATIC)
        kpi.definition = {"measure": "share", "good": "resolved_at is missing"}
        _deliver(session, cycle, tmp_path, b"resolved_at\n1/2/2016\n")
        source = turns.source_of(session, cycle)
        assert turns.broken(session, cycle, "V3.1") == [
            f"Nobody has said which column dates the rows of {kpi.name}.",
        ]
        sources.remember(
            session, source, replace(LOG, key="", options={"moments": ["resolved_at"]}), actor=BOB, now=NOW
        )
        assert turns.broken(session, cycle, "V3.1") == []
        assert mapping(session, cycle)["kpis"][kpi.key]["at"] == "resolved_at"


def test_v3_1_a_typed_number_that_lost_its_unit_blocks(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        made = _type(session, cycle, kpi, Typed(WEEK, value=18.5, evidence=LINK))
        made.unit = ""
        session.add(made)
        assert turns.broken(session, cycle, "V3.1") == [f"The number for {kpi.name} of 16 Nov 2026 has no unit."]


def test_v3_2_a_corrected_number_supersedes_and_history_stays(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = _cycle(session)
        first = _type(session, cycle, kpi, Typed(WEEK, value=18.5, evidence=LINK))
        assert _type(session, cycle, kpi, Typed(WEEK, value=18.5, evidence=LINK)).id == first.id
        second = _type(session, cycle, kpi, Typed(WEEK + timedelta(days=2), value=19.0, evidence=LINK), actor=FRANK)
        assert (second.version, second.period_start) == (2, WEEK)
        known = measurements.history(session, TEAM, second.source_id, kpi.key, WEEK)
        assert [(one.value, one.current) for one in known] == [(18.5, False), (19.0, True)]
        source = turns.source_of(session, cycle)
        frame = held.readings(session, source, FileStore("memory://x"), moments=["at"], numbers=["value"])[0].frame
        assert frame["value"].tolist() == [19.0]
        assert frame["at"].iloc[0] == pd.Timestamp("2026-11-16", tz="Europe/Lisbon")
        assert turns.broken(session, cycle, "V3.2") == []
        first.current = True
        session.add(first)
        session.flush()
        assert turns.broken(session, cycle, "V3.2") == [f"{kpi.name} has 2 current numbers for 16 Nov 2026."]


def test_v3_3_a_missing_period_warns_and_says_which(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        for week, value in ((WEEK - timedelta(weeks=3), 20.0), (WEEK, 18.0)):
            _type(session, cycle, kpi, Typed(week, value=value, evidence=LINK))
        (sentence,) = turns.broken(session, cycle, "V3.3")
        assert sentence == "Median time to resolve: 2026-W45, 2026-W46 late."
        assert turns.blocks(session, cycle, "V3.3") == [False]
        seen = arrival(session, cycle, kpi, NOW)
        assert (len(seen.expected), len(seen.came), len(seen.missing)) == (4, 2, 2)


def test_v3_3_a_reason_is_data_too(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        _type(session, cycle, kpi, Typed(WEEK - timedelta(weeks=1), value=20.0, evidence=LINK))
        _type(session, cycle, kpi, Typed(WEEK, reason="the tool was being moved"))
        seen = arrival(session, cycle, kpi, NOW)
        assert (seen.missing, seen.refused) == ((), ((WEEK, "the tool was being moved"),))
        assert turns.broken(session, cycle, "V3.1") == []


def test_v3_3_typed_numbers_are_expected_up_to_the_newest_period(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        _type(session, cycle, kpi, Typed(WEEK - timedelta(weeks=1), value=20.0, evidence=LINK))
        seen = arrival(session, cycle, kpi, NOW)
        assert (seen.missing, seen.late) == ((WEEK,), ())
        assert arrival(session, cycle, kpi, NOW + timedelta(days=3)).late == (WEEK,)


def test_v3_4_a_number_without_evidence_warns_and_a_large_one_is_attested(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = _cycle(session)
        made = _type(session, cycle, kpi, Typed(WEEK, value=2_000_000.0))
        assert turns.broken(session, cycle, "V3.4") == [
            "The number for Median time to resolve of 2026-11-16 has no evidence.",
            "The number for Median time to resolve of 2026-11-16 is above 1,000,000; a second person attests it.",
        ]
        assert turns.blocks(session, cycle, "V3.4") == [False, False]
        with pytest.raises(NotAllowed, match="a second person"):
            measurements.attest(session, cycle, made.id, actor=BOB, now=NOW)
        measurements.attest(session, cycle, made.id, actor=FRANK, now=NOW)
        with pytest.raises(Conflict):
            measurements.attest(session, cycle, made.id, actor=ALICE, now=NOW)
        _type(session, cycle, kpi, Typed(WEEK, value=1_500.0, evidence=LINK))
        assert turns.broken(session, cycle, "V3.4") == []


def test_a_withdrawn_number_stays_in_history(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        made = _type(session, cycle, kpi, Typed(WEEK, value=18.5, evidence=LINK))
        _type(session, cycle, kpi, Typed(WEEK, reason="wrong week"))
        known = measurements.history(session, TEAM, made.source_id, kpi.key, WEEK)
        assert [(one.value, one.reason) for one in known] == [(18.5, ""), (None, "wrong week")]
        source = turns.source_of(session, cycle)
        (reading,) = held.readings(session, source, FileStore("memory://x"), moments=["at"], numbers=["value"])
        assert reading.frame["value"].isna().all()
    with sqlite_database.sessions.reading() as session:
        done = rows(session, AuditRow, TEAM, subject="measurement", order="ordinal")
    assert [one.what for one in done] == ["entered number", "withdrew number"]


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        (Typed(WEEK), ["value"]),
        (Typed(WEEK, value=1.0, reason="both"), ["reason"]),
        (Typed(WEEK, value=float("inf")), ["value"]),
        (Typed(WEEK, numerator=1.0), ["denominator"]),
        (Typed(WEEK, numerator=1.0, denominator=0.0), ["denominator"]),
        (Typed(WEEK + timedelta(weeks=2), value=1.0), ["period_start"]),
        (Typed(WEEK, value=1.0, evidence="see my desk"), ["evidence"]),
        (Typed(WEEK, value=1.0, evidence="https://" + "x" * 1_001), ["evidence"]),
    ],
)
def test_a_number_that_cannot_be_is_refused(sqlite_database: Database, told: Typed, fields: list[str]) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        with pytest.raises(InvalidInputs) as caught:
            _type(session, cycle, kpi, told)
        assert [error.field for error in caught.value.errors] == fields


def test_a_reader_types_no_numbers_and_files_are_not_mixed_with_them(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session)
        with pytest.raises(NotAllowed):
            _type(session, cycle, kpi, Typed(WEEK, value=1.0), actor=ERIN)
        _deliver(session, cycle, tmp_path, b"resolved_at\n1/2/2016\n")
        with pytest.raises(Conflict, match="is read from Incidents; a typed number would be mixed with its rows"):
            _type(session, cycle, kpi, Typed(WEEK, value=1.0))


def test_arrivals_of_files_count_rows_periods_and_quarantine(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session, Measurability.AUTOMATIC)
        _deliver(
            session, cycle, tmp_path, b"resolved_at\n1/2/2016 10:00\n2/2/2016\nsoon\n16/2/2016\n17/2/2016\n18/2/2016\n"
        )
        (seen,) = arrivals(session, cycle, NOW)
        assert (seen.rows, seen.quarantined, seen.deliveries) == (5, 1, 1)
        assert [len(part) for part in (seen.expected, seen.came, seen.empty, seen.missing)] == [3, 3, 1, 0]
        assert seen.oldest.date() == date(2016, 2, 1)
        assert seen.newest.date() == date(2016, 2, 18)
        assert len(rows(session, Batch, TEAM)) == 1
        assert row(session, Kpi, TEAM, id=kpi.id) is seen.kpi


def test_v3_3_files_are_expected_up_to_now_where_the_plan_states_when_they_come(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = _cycle(session, Measurability.AUTOMATIC)
        _deliver(session, cycle, tmp_path, b"resolved_at\n2/11/2026\n9/11/2026\n")
        assert arrival(session, cycle, kpi, NOW).missing == ()
        assert list(collecting.nudges(session, cycle, NOW)) == []
        plan = row(session, PlanRow, TEAM)
        plan.cadence = "weekly"
        session.add(plan)
        assert arrival(session, cycle, kpi, NOW).missing == (WEEK,)
        kinds = {nudge.kind: (nudge.user_id, nudge.day) for nudge in collecting.nudges(session, cycle, NOW)}
        assert kinds == {
            "collect": (BOB, date(2026, 11, 23)),
            "collect_backup": (FRANK, date(2026, 11, 25)),
            "collect_channel": (turns.CHANNEL, date(2026, 11, 27)),
        }


def test_v3_3_the_owner_is_asked_then_the_backup_then_the_channel_until_it_came(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = _cycle(session)
        also = {collecting.SUBJECT: collecting.stands}
        made = [
            one
            for one in reminders.refresh(session, TEAM, NOW, also=(collecting.nudges,))
            if one.subject == "collection"
        ]
        assert [one.user_id for one in made] == [BOB, FRANK, turns.CHANNEL]
        assert all(reminders.stands(session, one, NOW, also=also) for one in made)
        assert reminders.refresh(session, TEAM, NOW, also=(collecting.nudges,)) == []
        _type(session, cycle, kpi, Typed(WEEK, reason="the survey was not sent"))
        assert not any(reminders.stands(session, one, NOW, also=also) for one in made)
