"""Deliveries: whole or absent, once, corrected but never overwritten, removable."""

from __future__ import annotations

import gzip
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from csi import audit
from csi.errors import Conflict, InvalidInput, NotFound
from csi.measurement import deliveries
from csi.models import AnalysisResult, Batch, Finding, Kpi, QuarantinedRow
from csi.reading.files import FileStore
from csi.reading.mending import escaped, unescaped
from csi.reading.readers import read
from csi.reading.reading import REFUSED, RULES
from csi.step3_gather import batches, held
from csi.step3_gather.batches import Outcome
from csi.storage import rows
from tests.reading.workbooks import sheet_xml, xlsx
from tests.step3_gather.conftest import GOOD, LOG, NOW, TEAM, Desk

BAD = b"number,opened_at,hours\n" + b"".join(
    f"INC{n},{n + 9}/2/2016 01:16,{'=1+1' if n == 3 else n}\n".encode() for n in range(10)
)


def _frames_equal(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_column_type=False)


def test_a_delivery_is_kept_with_its_hash_counts_and_range(desk: Desk) -> None:
    made = desk.deliver(GOOD)
    batch = made.batch
    assert made.outcome is Outcome.NEW
    assert (batch.ordinal, batch.rows_read, batch.rows_kept, batch.quarantined) == (1, 2, 2, 0)
    assert batch.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert desk.files.read(batch.raw_key) == GOOD
    assert batch.first_at.isoformat() == "2016-02-29T01:16:00+00:00"
    assert batch.last_at.isoformat() == "2016-03-01T08:00:00+00:00"
    assert (batch.delivered_by, batch.permalink) == ("U1", "https://x/p1")
    with desk.sessions.reading() as session:
        log = audit.of_subject(session, TEAM, "batch", batch.id)
    assert [row.what for row in log] == ["recorded batch"]


def test_v3_2_the_same_bytes_change_nothing(desk: Desk) -> None:
    first = desk.deliver(GOOD)
    again = desk.deliver(GOOD, now=NOW + timedelta(days=1))
    assert again.outcome is Outcome.KNOWN
    assert again.batch.id == first.batch.id
    assert again.batch.delivered_at == NOW
    with desk.sessions.reading() as session:
        assert len(rows(session, Batch, TEAM)) == 1
        assert len(audit.of_subject(session, TEAM, "batch", first.batch.id)) == 1


def test_v3_2_two_people_dropping_the_same_file_at_once_make_one_batch(desk: Desk) -> None:
    intake = desk.take(GOOD)

    def drop(actor: str) -> Outcome:
        with desk.sessions() as session:
            return desk.record(session, intake, actor=actor).outcome

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(drop, ["U1", "U2"]))
    assert outcomes == [Outcome.KNOWN, Outcome.NEW]


def test_v3_2_a_corrected_value_comes_as_a_later_delivery_and_history_stays(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.deliver(GOOD)
    desk.deliver(GOOD.replace(b",3\n", b",4\n"))
    with desk.sessions.reading() as session:
        read_back = held.readings(session, desk.source, desk.files, moments=["opened_at"], numbers=["hours"])
    assert [reading.frame["hours"].iloc[0] for reading in read_back] == [3, 4]


def test_stored_rows_read_back_as_the_raw_bytes_do(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    batch = desk.deliver(BAD).batch
    typed = {"moments": ["opened_at"], "numbers": ["hours"]}
    stored = held.reading(desk.files, batch, "incidents", **typed)
    raw = read(BAD, LOG, **typed)
    _frames_equal(stored.frame, raw.frame)
    _frames_equal(stored.quarantine, raw.quarantine)
    assert (stored.rows_read, stored.sha256) == (raw.rows_read, raw.sha256)
    few = held.reading(desk.files, batch, "incidents", **typed, columns=["hours"])
    _frames_equal(few.frame, read(BAD, LOG, **typed, columns=["hours"]).frame)
    other = held.reading(desk.files, batch, "incidents", moments=["opened_at"], numbers=[])
    assert len(other.frame) == 10
    assert other.frame["hours"].iloc[3] == "=1+1"


def test_rows_stored_by_earlier_rules_are_read_again_from_their_bytes(sqlite_desk: Desk) -> None:
    desk, typed = sqlite_desk, {"moments": ["opened_at"], "numbers": ["hours"]}
    batch = desk.deliver(BAD).batch
    desk.files.delete(batch.rows_key)  # what is stored cannot be what is read
    with pytest.raises(NotFound):
        held.reading(desk.files, batch, "incidents", **typed)
    batch.counts = {**batch.counts, "rules": RULES - 1}
    _frames_equal(held.reading(desk.files, batch, "incidents", **typed).frame, read(BAD, LOG, **typed).frame)


def test_the_units_found_are_kept_with_a_delivery(sqlite_desk: Desk) -> None:
    desk, typed = sqlite_desk, {"moments": ["opened_at"], "numbers": ["hours"]}
    batch = desk.deliver(GOOD.replace(b",3\n", b",3 min\n")).batch
    reading = held.reading(desk.files, batch, "incidents", **typed)
    assert (reading.units, reading.frame["hours"].iloc[0]) == ({"hours": "h"}, 0.05)
    batch.counts = {name: told for name, told in batch.counts.items() if name != "units"}
    assert held.reading(desk.files, batch, "incidents", **typed).units == {"hours": "h"}  # as of old, by its header


def test_the_same_file_gives_the_same_bytes_of_rows_on_either_database(desk: Desk, tmp_path: Path) -> None:
    key = desk.deliver(GOOD).batch.rows_key
    stored = desk.files.read(key)
    elsewhere = Desk(desk.sessions, FileStore(str(tmp_path / "other")), desk.source, desk.cycle)
    assert elsewhere.files.read(elsewhere.take(GOOD).rows_key) == stored
    assert elsewhere.files.read(elsewhere.take(gzip.compress(GOOD)).rows_key) == stored
    # the same on SQLite and PostgreSQL: this test runs on both and the digest is of the one file
    assert pd.read_parquet(tmp_path / "data" / key).columns[-1] == REFUSED


def test_quarantined_cells_are_kept_with_line_reason_and_what_was_expected(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    batch = desk.deliver(BAD).batch
    with desk.sessions.reading() as session:
        (cell,) = batches.open_cells(session, TEAM, batch.id)
    assert (cell.line, cell.column_name, cell.value, cell.reason) == (5, "hours", "=1+1", "not a number")
    assert cell.expected == "a number such as 1234.5, in h"
    text = desk.files.read(batch.counts["quarantine_key"]).decode("utf-8-sig").splitlines()
    assert text[0] == "csi_batch,csi_line,csi_column,csi_value,csi_reason,csi_expected,number,opened_at,hours"
    assert text[1].startswith(f"{batch.sha256[:12]},5,hours,'=1+1,not a number,")
    assert text[1].endswith("INC3,12/2/2016 01:16,'=1+1")


def test_a_mended_quarantine_is_dropped_in_again(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    batch = desk.deliver(BAD).batch
    text = desk.files.read(batch.counts["quarantine_key"]).decode("utf-8-sig")
    mended = desk.deliver(text.replace("INC3,12/2/2016 01:16,'=1+1", "INC3,12/2/2016 01:16,7").encode("utf-8-sig"))
    assert (mended.outcome, mended.batch.rows_kept, mended.batch.quarantined) == (Outcome.NEW, 1, 0)
    with desk.sessions.reading() as session:
        assert batches.open_cells(session, TEAM, batch.id) == []
        assert [one.state for one in rows(session, QuarantinedRow, TEAM)] == ["corrected"]
        both = held.readings(session, desk.source, desk.files, moments=["opened_at"], numbers=["hours"])
        raw = held.readings(session, desk.source, desk.files, moments=["opened_at"], numbers=[])
    assert both[1].frame[["number", "hours"]].to_numpy().tolist() == [["INC3", 7.0]]
    assert raw[1].frame["hours"].tolist() == ["7"]


@pytest.mark.parametrize(
    ("stated", "saved_in", "sign"),
    [
        ({}, "cp1252", ";"),
        ({}, "utf-16", "\t"),
        ({}, "utf-8", "|"),
        ({"delimiter": ";"}, "utf-8-sig", ","),  # as it was given out, though the source's files are parted otherwise
        ({"encoding": "cp850"}, "utf-8-sig", ","),
        ({"encoding": "cp850", "delimiter": ";"}, "cp850", ";"),
    ],
)
def test_a_mended_quarantine_is_read_as_it_was_saved(
    sqlite_desk: Desk, stated: dict[str, str], saved_in: str, sign: str
) -> None:
    desk, source = sqlite_desk, replace(LOG, **stated)
    parted = stated.get("delimiter", ",")
    content = "number,opened_at,hours\nZOË,1/2/2016 01:16,1\nJOSÉ,2/2/2016 01:16,soon\n".replace(",", parted)
    batch = desk.deliver(content.encode(stated.get("encoding", "cp1252")), source).batch
    text = desk.files.read(batch.counts["quarantine_key"]).decode("utf-8-sig")
    assert "JOSÉ,2/2/2016 01:16,soon" in text
    mended = text.replace("01:16,soon", "01:16,7").replace(",", sign)
    made = desk.deliver(mended.encode(saved_in), source)
    assert (made.outcome, made.batch.rows_kept, made.batch.quarantined) == (Outcome.NEW, 1, 0)
    with desk.sessions.reading() as session:
        assert batches.open_cells(session, TEAM, batch.id) == []
        raw = held.readings(session, desk.source, desk.files, moments=["opened_at"], numbers=[])
    assert raw[-1].frame[["number", "hours"]].to_numpy().tolist() == [["JOSÉ", "7"]]


def test_a_mended_quarantine_that_is_no_text_of_its_encoding_is_refused(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    text = desk.files.read(desk.deliver(BAD).batch.counts["quarantine_key"])
    with pytest.raises(InvalidInput, match=r"log\.csv line 3: holds bytes that are no utf-8-sig"):
        desk.deliver(text + b"\xff\xfe")


def test_a_quarantine_saved_as_a_workbook_is_refused(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    text = desk.files.read(desk.deliver(BAD).batch.counts["quarantine_key"]).decode("utf-8-sig")
    cells = [line.split(",") for line in text.splitlines()]
    with pytest.raises(InvalidInput, match=r"log\.csv is a quarantine saved as a workbook\. Expected it as CSV"):
        desk.deliver(xlsx(quarantine=sheet_xml(cells)))


def test_a_mended_quarantine_taken_out_leaves_the_rows_open_again(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    batch = desk.deliver(BAD).batch
    text = desk.files.read(batch.counts["quarantine_key"]).decode("utf-8-sig")
    mended = desk.deliver(text.replace("'=1+1", "7").encode()).batch
    with desk.sessions() as session:
        assert batches.open_rows(session, desk.source, batch) == 0
        batches.remove(session, TEAM, mended.id, actor="U2", now=NOW, reason="wrong file")
    with desk.sessions() as session:
        assert batches.open_rows(session, desk.source, batch) == 1
        assert len(batches.open_cells(session, TEAM, batch.id)) == 1
    desk.deliver(text.replace("'=1+1", "7").encode())
    with desk.sessions.reading() as session:
        assert batches.open_rows(session, desk.source, batch) == 0
        assert batches.open_cells(session, TEAM, batch.id) == []


def test_many_mended_rows_are_counted_although_few_are_shown(sqlite_desk: Desk) -> None:
    desk, many = sqlite_desk, 40_000
    good = "".join(f"G{n},1/2/2016 10:00,1\n" for n in range(5 * many))
    bad = "".join(f"B{n},1/2/2016 10:00,soon\n" for n in range(many))
    batch = desk.deliver(f"number,opened_at,hours\n{good}{bad}".encode()).batch
    assert (batch.quarantined, batch.state) == (many, "current")
    text = desk.files.read(batch.counts["quarantine_key"]).decode("utf-8-sig")
    mended = desk.deliver(text.replace("10:00,soon", "10:00,7").encode()).batch
    assert (mended.rows_kept, mended.quarantined) == (many, 0)
    with desk.sessions.reading() as session:
        assert batches.open_rows(session, desk.source, batch) == 0
        assert batches.open_cells(session, TEAM, batch.id) == []


def test_a_quarantine_that_comes_back_unmended_stays_in_quarantine(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    batch = desk.deliver(BAD).batch
    again = desk.deliver(desk.files.read(batch.counts["quarantine_key"]))
    assert (again.outcome, again.batch.rows_kept) == (Outcome.WAITING, 1)
    with desk.sessions.reading() as session:
        assert len(batches.open_cells(session, TEAM, batch.id)) == 1


def test_too_much_in_quarantine_waits_for_a_yes(desk: Desk) -> None:
    month_first = replace(LOG, dates="month_first")
    made = desk.deliver(BAD, month_first)
    assert made.outcome is Outcome.WAITING
    typed = {"moments": ["opened_at"], "numbers": ["hours"]}
    with desk.sessions() as session:
        assert held.readings(session, desk.source, desk.files, **typed) == []
        batches.approve(session, TEAM, made.batch.id, actor="U2", now=NOW)
    with desk.sessions() as session:
        assert len(held.readings(session, desk.source, desk.files, **typed)) == 1
        with pytest.raises(Conflict, match="Somebody was first: this delivery is current now"):
            batches.approve(session, TEAM, made.batch.id, actor="U2", now=NOW)


def test_the_same_bytes_under_a_mended_mapping_are_read_again(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    waiting = desk.deliver(BAD, replace(LOG, dates="month_first"))
    again = desk.deliver(BAD, LOG)
    assert again.outcome is Outcome.READ_AGAIN
    assert again.batch.id == waiting.batch.id
    assert (again.batch.state, again.batch.rows_kept) == ("current", 10)
    with desk.sessions.reading() as session:
        assert [cell.column_name for cell in batches.open_cells(session, TEAM, again.batch.id)] == ["hours"]


def _result(desk: Desk) -> int:
    with desk.sessions() as session:
        kpi = Kpi(team_id=TEAM, cycle_id=desk.cycle.id, key="mttr", name="MTTR", definition={"source": "incidents"})
        other = Kpi(team_id=TEAM, cycle_id=desk.cycle.id, key="csat", name="CSAT", definition={"source": "survey"})
        session.add_all([kpi, other])
        session.flush()
        for one in (kpi, other):
            own = {"team_id": TEAM, "cycle_id": desk.cycle.id, "kpi_id": one.id}
            session.add(AnalysisResult(input_hash="x", made_at=NOW, **own))
            session.add(Finding(verdict="IMPROVED", state="confirmed", drafted_at=NOW, **own))
        return kpi.id


def test_a_fifth_of_the_rows_may_be_in_quarantine(sqlite_desk: Desk) -> None:
    """Above 20 % a delivery waits for a person; just 20 % is not above."""
    rows_of = b"".join(f"INC{n},{n + 9}/2/2016 01:16,{'x' if n < 2 else n}\n".encode() for n in range(10))
    assert sqlite_desk.deliver(b"number,opened_at,hours\n" + rows_of).outcome is Outcome.NEW
    spoiled = rows_of.replace(b",2\n", b",x\n")
    assert sqlite_desk.deliver(b"number,opened_at,hours\n" + spoiled).outcome is Outcome.WAITING


def test_a_delivery_changes_what_was_found_once_it_counts(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    kpi_id = _result(desk)

    def standing() -> tuple[bool, str]:
        with desk.sessions.reading() as session:
            (result,) = rows(session, AnalysisResult, TEAM, kpi_id=kpi_id)
            (finding,) = rows(session, Finding, TEAM, kpi_id=kpi_id)
            (other,) = rows(session, Finding, TEAM, kpi_id=kpi_id + 1)
            assert other.state == "confirmed"
            return result.stale, finding.state

    waiting = desk.deliver(BAD, replace(LOG, dates="month_first")).batch
    assert standing() == (False, "confirmed")
    with desk.sessions() as session:
        batches.approve(session, TEAM, waiting.id, actor="U2", now=NOW)
    assert standing() == (True, "stale")


def test_removing_a_batch_is_recorded_and_makes_what_hung_on_it_stale(desk: Desk) -> None:
    batch = desk.deliver(GOOD).batch
    kpi_id = _result(desk)
    with desk.sessions() as session:
        batches.remove(session, TEAM, batch.id, actor="U2", now=NOW, reason="wrong file")
    with desk.sessions() as session:
        assert deliveries.current(session, desk.source) == []
        stale = {one.kpi_id: one.stale for one in rows(session, AnalysisResult, TEAM)}
        assert stale == {kpi_id: True, kpi_id + 1: False}
        assert audit.of_subject(session, TEAM, "batch", batch.id)[0].what == "removed batch"
        with pytest.raises(Conflict, match=r"log\.csv was removed before"):
            batches.remove(session, TEAM, batch.id, actor="U2", now=NOW, reason="again")
    assert desk.files.read(batch.raw_key) == GOOD
    back = desk.deliver(GOOD)
    assert (back.outcome, back.batch.id, back.batch.state) == (Outcome.RESTORED, batch.id, "current")


def test_a_delivery_that_dies_while_it_is_read_leaves_no_batch(sqlite_desk: Desk) -> None:
    desk = sqlite_desk

    def die(rows: int) -> None:
        raise KeyboardInterrupt

    from csi.step3_gather.intake import take_in  # noqa: PLC0415 # the one under test, with its hook

    with pytest.raises(KeyboardInterrupt):
        take_in(desk.files, TEAM, GOOD, LOG, moments=["opened_at"], numbers=["hours"], progress=die)
    with desk.sessions.reading() as session:
        assert rows(session, Batch, TEAM) == []
    assert not [key for key in desk.files.keys(TEAM) if key.endswith(".parquet")]
    assert desk.deliver(GOOD).outcome is Outcome.NEW


def test_a_delivery_without_rows_is_refused(sqlite_desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="holds no row below its header"):
        sqlite_desk.take(b"number,opened_at,hours\n")


def test_keys_of_files_stay_in_their_folder(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "data"))
    key = store.keep(TEAM, b"abc")
    assert store.keep(TEAM, b"abc") == key
    assert store.keys(TEAM) == [key]
    for wrong in ("../x", f"{TEAM}/../../x", "/etc/passwd", f"{TEAM}//x", f"{TEAM}/./raw", "a\x00b", ""):
        with pytest.raises(NotFound):
            store.read(wrong)
    with pytest.raises(NotFound):
        store.delete_team("")
    assert store.keys(TEAM) == [key]
    with pytest.raises(NotFound, match="not in the data folder any more"):
        store.read(f"{TEAM}/raw/none")
    store.delete_team(TEAM)
    assert store.keys(TEAM) == []


def test_a_store_may_be_anywhere_fsspec_reaches() -> None:
    store = FileStore("memory://csi-test")
    key = store.keep(TEAM, b"abc")
    assert store.read(key) == b"abc"
    store.delete(key)
    assert not store.exists(key)


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-x", "@sum", "\tx", "'=quoted", "''-x", "'-5"])
def test_no_cell_becomes_a_formula_and_escapes_come_off_again(cell: str) -> None:
    assert escaped(cell)[0] == "'"
    assert unescaped(escaped(cell)) == cell


@pytest.mark.parametrize("cell", ["-5", "+3.5", "1e-3", "plain", ""])
def test_plain_cells_stay_as_they_are(cell: str) -> None:
    assert escaped(cell) == cell


CUSTOMERS = b"number,opened_at,hours\n" + b"".join(f"C{n % 3},{n + 9}/2/2016 01:16,{n}\n".encode() for n in range(10))


def test_what_was_said_yes_to_is_kept_with_its_number_and_logged(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    made = desk.deliver(CUSTOMERS)
    yes = [{"kind": "key", "count": 7, "of": 10, "column": "number", "value": "", "expected": ""}]
    assert (made.outcome, made.batch.counts["waits"]) == (Outcome.WAITING, yes)
    with desk.sessions() as session:
        batches.approve(session, TEAM, made.batch.id, actor="U2", now=NOW)
    with desk.sessions.reading() as session:
        (batch,) = deliveries.current(session, desk.source)
        assert batch.counts["accepted"] == yes
        (newest, *_) = audit.of_subject(session, TEAM, "batch", batch.id)
        assert (newest.what, newest.actor, newest.new) == (
            "accepted batch",
            "U2",
            {"state": "current", "accepted": yes},
        )
    later = desk.deliver(CUSTOMERS.replace(b"/2/2016", b"/3/2016")).batch  # the yes holds for its key
    assert (later.state, later.counts["accepted"]) == ("current", yes)
    with desk.sessions.reading() as session:
        assert audit.of_subject(session, TEAM, "batch", later.id)[0].new["accepted"] == yes


def test_a_yes_outlives_another_reading_that_is_no_worse(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    month_first = replace(LOG, dates="month_first")
    made = desk.deliver(BAD, replace(month_first, missing=("?", "=1+1"))).batch
    with desk.sessions() as session:
        batches.approve(session, TEAM, made.id, actor="U2", now=NOW)
    yes = [
        {
            "kind": "cells",
            "count": 6,
            "of": 10,
            "column": "opened_at",
            "value": "13/2/2016 01:16",
            "expected": "a moment such as 2/29/2016 01:16 (month first); the day stands first: choose day_first",
        },
        {"kind": "quarantine", "count": 6, "of": 10, "column": "", "value": "", "expected": ""},
    ]
    again = desk.deliver(BAD, replace(month_first, missing=("?", "=1+1", "-")))
    assert (again.outcome, again.batch.state, again.batch.counts["accepted"]) == (Outcome.READ_AGAIN, "current", yes)
    worse = desk.deliver(BAD, month_first).batch  # one row more
    assert (worse.state, worse.counts["waits"]) == ("waiting", [yes[1] | {"count": 7}])


def test_what_was_taken_out_comes_back_as_it_was(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    counts, waits = desk.deliver(GOOD).batch, desk.deliver(CUSTOMERS).batch
    with desk.sessions() as session:
        for one in (counts, waits):
            batches.remove(session, TEAM, one.id, actor="U2", now=NOW, reason="wrong file")
    with desk.sessions() as session:
        back = [batches.restore(session, TEAM, one.id, actor="U3", now=NOW) for one in (counts, waits)]
        assert [(one.state, one.removed_by, one.removed_reason) for one in back] == [
            ("current", "", ""),
            ("waiting", "", ""),
        ]
    with desk.sessions() as session:
        log = audit.of_subject(session, TEAM, "batch", counts.id)[0]
        assert (log.what, log.actor, log.old, log.new) == (
            "restored batch",
            "U3",
            {"state": "removed"},
            {"state": "current"},
        )
        with pytest.raises(Conflict, match="is back already"):
            batches.restore(session, TEAM, counts.id, actor="U3", now=NOW)


def test_only_a_file_is_put_back(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    with desk.sessions() as session:
        made = batches.record(session, desk.source, desk.take(GOOD), actor="U1", now=NOW, way="url")
        batches.remove(session, TEAM, made.batch.id, actor="U2", now=NOW, reason="wrong")
        with pytest.raises(Conflict, match="Only a file"):
            batches.restore(session, TEAM, made.batch.id, actor="U3", now=NOW)
