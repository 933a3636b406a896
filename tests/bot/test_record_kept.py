"""The key of the record, what was written before there was one, and what is looked at every day."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import adoption, anchors, examining, ready, record_key
from bot.app import build_kit
from bot.blocks import proof
from bot.context import Kit
from bot.listeners.record import prove_daily
from bot.settings import Settings
from csi import audit, rules, storage
from csi.audit import Keys
from csi.errors import InvalidInput
from csi.models import OutboxPost, Service
from csi.proving import Deviation, Fault, prove
from csi.storage import rows
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, DAVE, NOW, TEAM


@pytest.fixture
def settings(sqlite_database: Database, tmp_path: Path) -> Settings:
    return Settings(
        csi_database_url=sqlite_database.url, csi_data_url=str(tmp_path / "data"), slack_bot_token="xoxb-none"
    )


@pytest.fixture
def kit(settings: Settings) -> Kit:
    made, _ = build_kit(settings, now=lambda: NOW)
    with made.sessions() as session:
        turns.begin(session)
    return made


def forge(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE service SET name = 'Forged'"))


def said(settings: Settings, *heads: str) -> tuple[int, list[str]]:
    lines: list[str] = []
    return examining.run(settings, record_key.keys(settings), "", heads, lines.append), lines


def test_a_key_is_made_once_and_nobody_else_may_read_it(settings: Settings, tmp_path: Path) -> None:
    assert record_key.keys(settings, make=False) == Keys()
    first = record_key.keys(settings)
    assert record_key.keys(settings) == first
    assert record_key.keys(settings, make=False) == first
    (path,) = (tmp_path / "data").iterdir()
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == ("record.key", 0o600)
    assert len(first.secrets[0]) >= 48


def test_several_keys_may_be_set_and_none_that_can_be_guessed(settings: Settings) -> None:
    both = settings.model_copy(update={"csi_record_key": f"{'a' * 32}, {'b' * 40}"})
    assert record_key.keys(both).secrets == (b"a" * 32, b"b" * 40)
    with pytest.raises(InvalidInput, match="CSI_RECORD_KEY: expected at least 32"):
        record_key.keys(settings.model_copy(update={"csi_record_key": "a" * 31}))


def test_a_process_does_not_start_with_another_key_or_without_the_one_that_was_used(
    settings: Settings, kit: Kit, tmp_path: Path
) -> None:
    assert ready.record(settings) == kit.keys
    with pytest.raises(InvalidInput, match="record of T1 was closed with another key"):
        ready.record(settings.model_copy(update={"csi_record_key": "x" * 40}))
    (tmp_path / "data" / "record.key").unlink()
    with pytest.raises(InvalidInput, match="back into the data folder"):
        ready.record(settings)
    assert not (tmp_path / "data" / "record.key").exists()


def test_verify_says_what_is_well_and_names_what_is_not(
    settings: Settings, kit: Kit, sqlite_database: Database
) -> None:
    with kit.sessions.reading() as session:
        end = str(audit.head(session, TEAM))
    status, lines = said(settings, end)
    assert status == 0
    assert "all as written; ends with" in lines[0]
    assert end in lines[0]
    forge(sqlite_database)
    status, lines = said(settings, "3-" + "0" * 32)
    assert status == 1
    assert lines[1:] == [
        "WRONG  change 3 of the log: not as it was handed out in --head 3-00000000000000000000000000000000; cut off, "
        "rewritten or from a backup",
        "WRONG  service 1: not as written; it was written last by change 8",
    ]


def test_a_workspace_whose_rows_are_all_gone_is_missed(settings: Settings, kit: Kit, sqlite_database: Database) -> None:
    prove_daily({"team_id": TEAM}, kit)
    with sqlite_database.engine.begin() as connection:
        for trigger in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER audit_row_no_{trigger}"))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in reversed(storage.Row.metadata.sorted_tables):
            connection.execute(table.delete())
    status, lines = said(settings)
    assert status == 1
    assert "not as it was handed out in T1/record/2026-11-23.txt" in lines[1]


def test_all_is_looked_at_every_day_and_said_where_the_workspace_wants_it(
    kit: Kit, settings: Settings, sqlite_database: Database
) -> None:
    prove_daily({"team_id": TEAM}, kit)
    assert posts(kit) == []
    assert "all as written" in anchors.noted(kit.files, TEAM)
    with kit.sessions() as session:
        rules.send_record_to(session, team_id=TEAM, place="C9", actor=DAVE, now=NOW)
        end = audit.head(session, TEAM)
    later = replace(kit, now=lambda: NOW + timedelta(days=1))
    for _ in range(2):  # the job may be done again
        prove_daily({"team_id": TEAM}, later)
    (post,) = posts(kit)
    with kit.sessions.reading() as session:
        end = audit.head(session, TEAM)
    assert post.channel == "C9"
    assert f"ends with `{end}`" in post.text
    assert set(anchors.kept(kit.files, TEAM)) == {"T1/record/2026-11-23.txt", "T1/record/2026-11-24.txt"}
    assert anchors.teams(kit.files) == {TEAM}
    forge(sqlite_database)
    prove_daily({"team_id": TEAM}, replace(kit, now=lambda: NOW + timedelta(days=2)))
    alarms = [one for one in posts(kit) if one.text == proof.ALARM]
    assert {one.channel for one in alarms} == {"C9", ALICE, DAVE}
    assert "service 1: not as written" in str(alarms[0].blocks)


def posts(kit: Kit) -> list[OutboxPost]:
    with kit.sessions.reading() as session:
        return rows(session, OutboxPost, TEAM)


@pytest.mark.parametrize(
    ("before", "known", "is_closed"),
    [("0010", False, True), ("0011", False, False), ("", False, False), ("0010", True, False)],
)
def test_logs_from_before_the_key_are_closed_by_the_migration_and_never_again(
    settings: Settings, sqlite_database: Database, before: str, known: bool, is_closed: bool
) -> None:
    with storage.sessions(sqlite_database.engine)() as session:
        turns.begin(session)
        if known:
            anchors.keep(kit_of(settings).files, TEAM, NOW.date(), audit.Head(1, "a" * 64))
    keys = record_key.keys(settings)
    with storage.sessions(sqlite_database.engine)() as session:
        adoption.adopting(keys, kit_of(settings).files, lambda: NOW)(session, before)
    with kit_of(settings).sessions.reading() as session:
        faults = {one.fault for one in prove(session, TEAM, keys).deviations}
    assert faults == (set() if is_closed else {Fault.UNKEYED})


def kit_of(settings: Settings) -> Kit:
    return build_kit(settings, now=lambda: NOW)[0]


def test_a_lost_key_is_told_for_good_and_the_rest_holds(settings: Settings, kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "data" / "record.key").unlink()
    keys = record_key.keys(settings)
    adoption.close_all(settings, keys, lambda: datetime(2026, 12, 1, tzinfo=UTC))
    later = kit_of(settings)
    with later.sessions() as session:
        session.add(Service(team_id=TEAM, name="Another", created_at=NOW))
        audit.record(session, team_id=TEAM, actor=DAVE, at=NOW, what="added", subject=("service", 2))
    with later.sessions.reading() as session:
        (one,) = prove(session, TEAM, keys).deviations
    assert (one.fault, one.first) == (Fault.OTHER_KEY, 1)


@pytest.mark.parametrize("fault", Fault)
def test_every_deviation_is_said(fault: Fault) -> None:
    told = proof.told(Deviation(fault, 3, 5, "sla_clause", 7, "T1/raw/x"))
    assert "3 to 5" in told or "sla clause 7" in told
