"""A record that proves itself: what is changed past the bot is found, whoever has the database but not the key."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, insert, select, update

from csi import audit, models, sealing, storage
from csi.audit import GENESIS, Keys
from csi.errors import Altered
from csi.models import AuditHead, AuditRow, Batch, Report, Service
from csi.proving import Deviation, Fault, prove
from csi.reading.files import FileStore, State
from tests.databases import Database

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
KEYS, OTHER = Keys((b"the key of the record, kept elsewhere",)), Keys((b"a key of somebody else's making",))
TEAM = "T1"
TRIGGERS = ("audit_row_no_update", "audit_row_no_delete")
FIRST = {"Integer": 1, "Float": 1.5, "Boolean": False, "Date": date(2026, 1, 5)}


@dataclass(frozen=True)
class Kept:
    """A database with a row in every covered table, its sessions keyed."""

    path: Path
    sessions: storage.Sessions
    files: FileStore

    def tamper(self, *statements: str) -> None:
        """As somebody does who owns the file: past the bot, without triggers and foreign keys."""
        with closing(sqlite3.connect(self.path)) as connection:
            for name in TRIGGERS:
                connection.execute(f"DROP TRIGGER IF EXISTS {name}")
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def found(self, keys: Keys = KEYS, **more: Any) -> list[Deviation]:
        with self.sessions.reading() as session:
            return prove(session, TEAM, keys, self.files, **more).deviations

    def faults(self, **more: Any) -> set[Fault]:
        return {one.fault for one in self.found(**more)}

    def write(self, what: str) -> None:
        with self.sessions() as session:
            audit.record(session, team_id=TEAM, actor="U1", at=NOW, what=what, subject=("cycle", 1))

    def head(self) -> str:
        with self.sessions.reading() as session:
            return str(audit.head(session, TEAM))


def example(table: Any) -> dict[str, Any]:
    """Values of one row of a table, by the kinds of its columns."""
    made: dict[str, Any] = {}
    for column in table.columns:
        kind = type(column.type).__name__
        if column.name == "team_id":
            made[column.name] = TEAM
        elif column.foreign_keys and column.nullable:
            made[column.name] = None
        elif kind == "JSON":
            made[column.name] = {"a": [1.5, None]}
        elif "Date" in kind and kind != "Date":
            made[column.name] = NOW
        elif column.name != "id":
            made[column.name] = FIRST.get(kind, f"some {column.name}")
    return made


def fill(sessions: storage.Sessions, files: FileStore) -> None:
    """A row in every covered table, each written and recorded as the bot does, and a delivery with its files."""
    raw = files.keep(TEAM, b"id;value\n1;2\n")
    with sessions() as session:
        mappers = {str(one.__tablename__): one for one in models.Row.__subclasses__()}
        for name, table in sealing.COVERED.items():
            values = example(table)
            if mappers[name] is Batch:
                values |= {"raw_key": raw, "rows_key": "", "counts": {}}
            if mappers[name] is Report:
                values |= {"state": "sent", "content": {"verdicts": []}}
            session.add(mappers[name](**values))
            session.flush()
        audit.record(session, team_id=TEAM, actor="U1", at=NOW, what="filled", subject=("service", 1))


@pytest.fixture
def kept(sqlite_database: Database, tmp_path: Path) -> Kept:
    sessions = storage.sessions(sqlite_database.engine, audit.under(KEYS, lambda: NOW))
    files = FileStore(str(tmp_path / "data"))
    fill(sessions, files)
    made = Kept(Path(sqlite_database.url.removeprefix("sqlite:///")), sessions, files)
    for number in range(12):
        made.write(f"change {number}")
    return made


def test_what_was_written_by_the_bot_holds(kept: Kept) -> None:
    with kept.sessions.reading() as session:
        proof = prove(session, TEAM, KEYS, kept.files)
    assert proof.deviations == []
    assert (proof.changes, proof.covered, proof.files) == (13, len(sealing.COVERED), 1)


def test_every_row_that_is_changed_removed_or_added_past_the_log_is_named(kept: Kept) -> None:
    tried = 0
    for name, table in sealing.COVERED.items():
        first, own = text_columns(name)[0], unique_of(name)
        rest = ", ".join(one.name for one in table.columns if one.name not in ("id", *own))
        other = ", ".join(f"'x' || {one}" if one in text_columns(name) else f"{one} + 100" for one in own)
        copied = f"SELECT 7, {rest}, {other} FROM {name}"
        gone = [Deviation(Fault.ADDED, table=name, number=9), Deviation(Fault.REMOVED, 0, 1, name, 1)]
        for statement, back, wanted in (
            (
                f"UPDATE {name} SET {first} = {first} || 'x'",
                f"UPDATE {name} SET {first} = substr({first}, 1, length({first}) - 1)",
                [Deviation(Fault.CHANGED, last=1, table=name, number=1)],
            ),
            (
                f"INSERT INTO {name} (id, {rest}, {', '.join(own)}) {copied}",
                f"DELETE FROM {name} WHERE id = 7",
                [Deviation(Fault.ADDED, table=name, number=7)],
            ),
            (f"UPDATE {name} SET id = 9", f"UPDATE {name} SET id = 1", gone),
        ):
            if name == "workspace" and "INSERT" in statement:  # there is one of each
                continue
            kept.tamper(statement)
            assert kept.found() == wanted, statement
            kept.tamper(back)
            tried += 1
    assert tried == 3 * len(sealing.COVERED) - 1
    assert kept.found() == []


def text_columns(name: str) -> list[str]:
    """The columns of a table that hold text, but the workspace."""
    columns = sealing.COVERED[name].columns
    return [one.name for one in columns if type(one.type).__name__ == "AutoString" and one.name != "team_id"]


def unique_of(name: str) -> list[str]:
    """A column of each unique constraint of a table, so that a copy of its row can stand beside it."""
    unique = [one for one in sealing.COVERED[name].constraints if type(one).__name__ == "UniqueConstraint"]
    found = dict.fromkeys(
        [one.name for one in each.columns if one.name != "team_id"][-1:][0] for each in unique if len(each.columns) > 1
    )
    return list(found) or text_columns(name)[:1]


@pytest.mark.parametrize("name", sealing.COVERED)
def test_a_seal_covers_every_column_and_tells_nothing_from_empty(name: str) -> None:
    table = sealing.COVERED[name]
    values = {"id": 1, **example(table)}
    seal = sealing.digest(table, values)
    left_out = sealing.LEFT_OUT.get(name, frozenset())
    for column, value in values.items():
        for other in (None, "", 0, 2, {}, "other", NOW + timedelta(days=1), date(2020, 1, 1)):
            if other != value:
                same = sealing.digest(table, {**values, column: other}) == seal
                assert same == (column in left_out), (column, other)


def test_columns_that_are_covered_from_now_on_are_told_as_such() -> None:
    """A seal is of all columns there were: one more makes every row there is look changed, unless LATER names it."""
    first = (Path(__file__).parent / "covered_columns.txt").read_text(encoding="utf-8")
    now = {
        name: [one for one in sealing.columns(table) if one not in sealing.LATER.get(name, {})]
        for name, table in sealing.COVERED.items()
    }
    assert "".join(f"{name}: {' '.join(sorted(now[name]))}\n" for name in sorted(now)) == first


def test_a_column_that_came_later_may_hold_what_the_migration_gave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    table = sealing.COVERED["service"]
    values = {"id": 1, **example(table)}
    seal = sealing.digest(table, values, without=["vision"])
    assert not sealing.fits(table, values, seal)
    monkeypatch.setitem(sealing.LATER, "service", {"vision": "given"})
    assert sealing.fits(table, {**values, "vision": "given"}, seal)
    assert not sealing.fits(table, {**values, "vision": "other"}, seal)
    assert not sealing.fits(table, {**values, "vision": "given", "name": "other"}, seal)


def test_a_change_that_nobody_recorded_is_sealed_all_the_same(kept: Kept) -> None:
    with kept.sessions() as session:
        session.add(Service(team_id=TEAM, name="Quiet", created_at=NOW))
    assert kept.found() == []
    with kept.sessions() as session:
        known = storage.need(session, Service, TEAM, 1)
        storage.change_if(session, known, {"name": known.name}, {"name": "By a condition"})
        session.delete(storage.row(session, Service, TEAM, name="Quiet"))
    assert kept.found() == []
    with kept.sessions.reading() as session:
        (newest,) = audit.newest(session, TEAM, 1)
    assert (newest.what, newest.subject, newest.actor, newest.at) == (audit.OUTSIDE, "service", "", NOW)


FORGED = {
    "what": "z",
    "actor": "z",
    "subject": "z",
    "subject_id": 77,
    "permalink": "z",
    "old": '{"a": 1}',
    "new": '{"a": 1}',
    "seals": '{"kpi:1": "x"}',
    "at": "2020-01-01 00:00:00.000000",
    "hash": "z",
    "previous_hash": "z",
}


def test_every_part_of_every_change_is_covered(kept: Kept) -> None:
    kept.tamper()
    tried = 0
    with closing(sqlite3.connect(kept.path, isolation_level=None)) as connection:
        for ordinal in (1, 7, 13):
            for column, forged in FORGED.items():
                wanted = f"SELECT {column} FROM audit_row WHERE ordinal = {ordinal}"
                ((held,),) = connection.execute(wanted).fetchall()
                for value in (forged, held):
                    connection.execute(f"UPDATE audit_row SET {column} = ? WHERE ordinal = {ordinal}", (value,))
                    found = [one for one in kept.found() if one.fault is Fault.ALTERED]
                    assert [one.first for one in found] == ([ordinal] if value is forged else []), (ordinal, column)
                tried += 1
    assert tried == 33
    assert kept.found() == []


CUT = "DELETE FROM audit_row WHERE ordinal > 3"
NEAR = ("UPDATE audit_head SET ordinal = 3, hash = (SELECT hash FROM audit_row WHERE ordinal = 3)",)


@pytest.mark.parametrize("more", [(), NEAR, ("DELETE FROM audit_head",)])
def test_a_tail_that_was_cut_off_is_missed_and_stays_missed(kept: Kept, more: tuple[str, ...]) -> None:
    kept.tamper(CUT, *more)
    assert Fault.CUT in kept.faults()
    kept.write("after the cut")
    assert Fault.FOUND in kept.faults()


@pytest.mark.parametrize("keys", [Keys(), OTHER])
def test_a_tail_cut_with_an_end_computed_without_the_key_is_missed(kept: Kept, keys: Keys) -> None:
    kept.tamper(CUT)
    with kept.sessions.reading() as session:
        last = audit.head(session, TEAM)
    closed = keys.close(audit._end(TEAM, last))
    kept.tamper(*NEAR, f"UPDATE audit_head SET closed = '{closed}'")
    assert kept.faults() & {Fault.CUT, Fault.OTHER_KEY}
    kept.write("after the cut")
    assert Fault.FOUND in kept.faults()


def test_a_tail_cut_with_the_end_of_that_time_is_missed_where_an_end_was_handed_out(kept: Kept, tmp_path: Path) -> None:
    """A whole database put back from a copy fits in itself."""
    with closing(sqlite3.connect(kept.path)) as connection, closing(sqlite3.connect(tmp_path / "copy")) as copy:
        connection.backup(copy)
    kept.write("after the copy")
    handed = {"a message": kept.head()}
    assert kept.found(heads=handed) == []
    kept.sessions.engine.dispose()
    with closing(sqlite3.connect(tmp_path / "copy")) as copy, closing(sqlite3.connect(kept.path)) as connection:
        copy.backup(connection)
    assert kept.found() == []
    assert kept.found(heads=handed) == [Deviation(Fault.HEAD, 14, 14, place="a message")]


def test_a_record_that_was_emptied_is_missed(kept: Kept) -> None:
    handed = {"an export": kept.head()}
    kept.tamper("DELETE FROM audit_row", "DELETE FROM audit_head")
    assert kept.faults(heads=handed) == {Fault.ADDED, Fault.HEAD}
    assert len([one for one in kept.found() if one.fault is Fault.ADDED]) == len(sealing.COVERED)


@pytest.mark.parametrize("keys", [Keys(), OTHER])
@pytest.mark.parametrize("since", [1, 5])
def test_a_record_computed_anew_without_the_key_is_found(kept: Kept, keys: Keys, since: int) -> None:
    kept.tamper("UPDATE service SET name = 'Forged'")
    with kept.sessions() as session:  # all that the code knows, but the key
        previous = GENESIS
        for one in storage.rows(session, AuditRow, TEAM, order="ordinal"):
            if one.ordinal >= since:
                one.seals = sealing.every(session, TEAM) if one.ordinal == since else one.seals
                one.previous_hash = previous
                one.hash = keys.close(audit._words(one))
            previous = one.hash
            session.add(one)
        end = storage.row(session, AuditHead, TEAM)
        end.hash, end.closed = previous, keys.close(audit._end(TEAM, audit.Head(end.ordinal, previous)))
        session.add(end)
        session.info.pop("touched", None)
    faults = kept.faults()
    assert faults & {Fault.UNKEYED, Fault.OTHER_KEY}
    found = kept.found()
    assert {one.first for one in found if one.fault in (Fault.UNKEYED, Fault.OTHER_KEY)} >= {since}


def test_a_log_from_before_there_was_a_key_is_closed_once_and_found_when_it_is_changed_then(
    sqlite_database: Database, tmp_path: Path
) -> None:
    plain = storage.sessions(sqlite_database.engine)
    fill(plain, FileStore(str(tmp_path)))
    keyed = storage.sessions(sqlite_database.engine, audit.under(KEYS, lambda: NOW))
    made = Kept(Path(sqlite_database.url.removeprefix("sqlite:///")), keyed, FileStore(str(tmp_path)))
    assert Fault.UNKEYED in made.faults()
    with keyed() as session:
        audit.close_anew(session, TEAM, at=NOW)
    made.write("afterwards")
    assert made.found() == []
    made.tamper("UPDATE audit_row SET what = 'other' WHERE ordinal = 1")
    assert made.found() == [Deviation(Fault.ALTERED, 1, 1)]


def test_a_key_may_be_changed_and_a_lost_one_is_told(kept: Kept) -> None:
    both = Keys((*OTHER.secrets, *KEYS.secrets))
    later = storage.sessions(kept.sessions.engine, audit.under(both, lambda: NOW))
    with later() as session:
        audit.record(session, team_id=TEAM, actor="U1", at=NOW, what="with another", subject=("cycle", 1))
    assert kept.found(both) == []
    assert {one.fault for one in kept.found(OTHER)} == {Fault.OTHER_KEY, *sealed_by_others()}
    with later.reading() as session:
        assert audit.closed_with_others(session, KEYS) == [TEAM]
        assert audit.closed_with_others(session, both) == []


def sealed_by_others() -> set[Fault]:
    """Nothing that a lost key closed says what rows held."""
    return {Fault.ADDED}


def test_an_end_in_a_sent_report_is_looked_for(kept: Kept) -> None:
    def frozen(end: str) -> None:
        with kept.sessions() as session:
            report = storage.need(session, Report, TEAM, 1)
            audit.alter(session, report, {"content": {"record": end}}, actor="U1", at=NOW, what="presented")

    frozen(kept.head())
    assert kept.found() == []
    frozen("5-00000000000000000000000000000000")
    assert kept.found() == [Deviation(Fault.HEAD, 5, 5, place="report 1")]


def test_another_workspace_has_a_record_of_its_own(kept: Kept) -> None:
    with kept.sessions() as session:
        session.add(Service(team_id="T2", name="Theirs", created_at=NOW))
        audit.record(session, team_id="T2", actor="U1", at=NOW, what="began", subject=("service", 2))
    kept.tamper("UPDATE service SET name = 'x' WHERE team_id = 'T2'")
    assert kept.found() == []
    with kept.sessions.reading() as session:
        (one,) = prove(session, "T2", KEYS).deviations
    assert (one.fault, one.table) == (Fault.CHANGED, "service")


def test_stored_files_are_held_to_their_hash(kept: Kept, tmp_path: Path) -> None:
    (path,) = (tmp_path / "data" / TEAM / "raw").iterdir()
    key = f"{TEAM}/raw/{path.name}"
    path.write_bytes(b"id;value\n1;3\n")
    assert kept.found() == [Deviation(Fault.FILE_ALTERED, table="batch", number=1, place=key)]
    for reading in (kept.files.read, lambda one: kept.files.local(one).__enter__()):
        with pytest.raises(Altered, match="is not what was kept"):
            reading(key)
    kept.files.keep(TEAM, b"id;value\n1;2\n")  # dropped again: it is mended
    assert kept.found() == []
    path.unlink()
    assert kept.found() == [Deviation(Fault.FILE_MISSING, table="batch", number=1, place=key)]


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("T1/rows/a.{hash}.parquet", State.WELL),
        ("T1/raw/{hash}", State.WELL),
        ("T1/rows/a.parquet", State.NAMED),
        ("T1/rows/a.{other}.parquet", State.ALTERED),
        ("T1/raw/{other}", State.ALTERED),
        ("T1/drops/{other}", State.NAMED),
    ],
)
def test_which_keys_say_what_their_file_holds(tmp_path: Path, key: str, state: State) -> None:
    files = FileStore(str(tmp_path))
    own = key.format(hash="ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", other="0" * 64)
    files.write(own, b"a")
    assert files.state(own) is state


def test_on_either_database_what_was_written_holds_and_what_was_changed_is_found(
    database: Database, tmp_path: Path
) -> None:
    sessions, files = storage.sessions(database.engine, audit.under(KEYS, lambda: NOW)), FileStore(str(tmp_path))
    fill_in_order(sessions, files)
    with sessions.reading() as session:
        assert prove(session, TEAM, KEYS, files).deviations == []
    kpi = MetaData()
    kpi.reflect(database.engine, only=["service"])
    with database.engine.begin() as connection:
        connection.execute(update(kpi.tables["service"]).values(vision="forged"))
        assert connection.execute(select(kpi.tables["service"].c.vision)).scalar() == "forged"
        values = {"team_id": TEAM, "name": "Forged", "vision": "", "created_at": NOW}
        connection.execute(insert(kpi.tables["service"]).values(**values))
    with sessions.reading() as session:
        faults = [one.fault for one in prove(session, TEAM, KEYS, files).deviations]
    assert faults == [Fault.CHANGED, Fault.ADDED]


def fill_in_order(sessions: storage.Sessions, files: FileStore) -> None:
    """Rows that point at each other as both databases want it, with every kind of value."""
    with sessions() as session:
        service = Service(team_id=TEAM, name="Desk", created_at=NOW.astimezone())
        session.add(service)
        session.flush()
        source = models.Source(
            team_id=TEAM, service_id=service.id, key="s", mapping={"a": [1, 2.50, None, -0.0, 1e300]}, created_at=NOW
        )
        session.add(source)
        session.flush()
        session.add(
            models.Measurement(
                team_id=TEAM,
                source_id=source.id,
                kpi_key="k",
                at=NOW,
                collector="U",
                collected_at=NOW,
                value=0.1 + 0.2,
                numerator=-0.0,
                period_start=date(2026, 1, 5),
            )
        )
        audit.record(session, team_id=TEAM, actor="U1", at=NOW, what="filled", subject=("service", service.id))
