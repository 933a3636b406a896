"""Numbers pushed by tools: kept whole, repeated without effect, corrected by version, refused one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from csi.errors import Conflict
from csi.measurement import of_cycle
from csi.models import Batch, Cycle, Kpi, Measurement, QuarantinedRow, Source
from csi.step3_gather import measured, pushing, tokens
from csi.step3_gather.measurements import Typed, enter
from csi.step3_gather.pushed import Given, Known, Wrong, judge
from csi.step3_gather.pushing import Delivery
from csi.step4_process import computing
from csi.storage import row, rows
from csi.terms import Period
from tests import turns
from tests.databases import Database

NOW = turns.NOW
KNOWN = Known({"backlog": ("h", Period.WEEK)}, ("other",), "Europe/Lisbon", NOW)
SECRET = "x" * 43


def begun(session: Session) -> tuple[Cycle, Source]:
    """A cycle in step 3 with one KPI fed by a source that is pushed to."""
    cycle = turns.begin(session)
    definition = {"measure": "last", "source": "monitor"}
    turns.grow(session, cycle, turns.kpi_fields(name="Backlog", definition=definition), turns.kpi_fields(name="Other"))
    source = turns.source_of(session, cycle, "Monitor")
    source.kind = "push"
    session.add(source)
    turns.jump(session, cycle, 3)
    return cycle, source


def one(**changed: object) -> dict[str, object]:
    return {"kpi": "backlog", "period": "2026-11-02", "value": 7.5, **changed}


def push(session: Session, source: Source, *given: object, content: bytes = b"", key: str = "") -> pushing.Receipt:
    body = content or repr(given).encode()
    return pushing.receive(session, source, Delivery(body, "k", given, key), now=NOW)


def held(session: Session) -> list[Measurement]:
    return rows(session, Measurement, turns.TEAM, order="id")


def test_v3_1_a_pushed_number_has_all_that_an_observation_needs(database: Database):
    with database.sessions() as session:
        cycle, source = begun(session)
        receipt = push(session, source, one(), one(period="2026-11-09", value=None, reason="monitor was down"))
        assert (receipt.accepted, receipt.refused) == (2, [])
        first, second = held(session)
        assert (first.kpi_key, first.value, first.unit, first.period_start) == ("backlog", 7.5, "h", date(2026, 11, 2))
        assert first.at == datetime(2026, 11, 2, tzinfo=UTC)
        assert (first.source_id, first.collector, first.batch_id is not None) == (source.id, "push:monitor", True)
        assert (second.value, second.reason) == (None, "monitor was down")
        assert not [line for line in turns.broken(session, cycle, "V3.1") if "Backlog" in line]
        assert turns.broken(session, cycle, "V3.4") == []


def test_v3_2_the_same_again_changes_nothing_and_a_correction_keeps_history(database: Database):
    with database.sessions() as session:
        _, source = begun(session)
        push(session, source, one(), content=b"first")
        again = push(session, source, one(), content=b"first")
        assert (again.known, again.accepted, again.corrected, again.unchanged) == (True, 0, 0, 1)
        fixed = push(session, source, one(value=8.0), content=b"second")
        assert (fixed.accepted, fixed.corrected) == (0, 1)
        late = push(session, source, one(), content=b"first")  # a retry that comes late takes nothing back
        assert late.unchanged == 1
        assert [(row.value, row.version, row.current) for row in held(session)] == [(7.5, 1, False), (8.0, 2, True)]
        assert measured.reading(session, source).frame["value"].tolist() == [8.0]
        assert len(rows(session, Batch, turns.TEAM)) == 2


def test_a_number_is_typed_in_place_of_a_pushed_one_but_not_beside_it(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle, source = begun(session)
        push(session, source, one(), one(period=None, at="2026-11-11T10:00:00Z"))
        kpi = next(one for one in rows(session, Kpi, turns.TEAM) if one.key == "backlog")
        corrected = enter(session, cycle, kpi, Typed(date(2026, 11, 2), value=8.0), actor=turns.BOB, now=NOW)
        assert (corrected.source_id, corrected.version) == (source.id, 2)
        with pytest.raises(Conflict, match="would count beside it"):
            enter(session, cycle, kpi, Typed(date(2026, 11, 9), value=8.0), actor=turns.BOB, now=NOW)


def test_a_query_called_typed_takes_no_typed_numbers(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle, _ = begun(session)
        query = turns.source_of(session, cycle, "Typed")
        query.kind = "sql"
        session.add(query)
        kpi = next(one for one in rows(session, Kpi, turns.TEAM) if one.key == "other")
        told = enter(session, cycle, kpi, Typed(date(2026, 11, 2), value=8.0), actor=turns.BOB, now=NOW)
        assert told.source_id != query.id


def test_the_same_number_in_another_body_changes_nothing(database: Database):
    with database.sessions() as session:
        _, source = begun(session)
        push(session, source, one(), content=b"a")
        receipt = push(session, source, one(), one(period="2026-11-09"), content=b"b")
        assert (receipt.accepted, receipt.unchanged, len(held(session))) == (1, 1, 2)


def test_a_key_names_a_delivery(database: Database):
    with database.sessions() as session:
        _, source = begun(session)
        push(session, source, one(), content=b"a", key="1")
        assert push(session, source, one(), content=b"a", key="1").known
        assert not push(session, source, one(), content=b"a", key="2").known
        with pytest.raises(Conflict, match="another body"):
            push(session, source, one(value=9.0), content=b"b", key="1")


def test_one_bad_number_never_loses_the_good_ones_and_never_disappears(database: Database):
    with database.sessions() as session:
        cycle, source = begun(session)
        receipt = push(session, source, one(), one(kpi="backlock"), 5, content=b"x")
        assert (receipt.accepted, [number for number, _ in receipt.refused]) == (1, [2, 3])
        cells = rows(session, QuarantinedRow, turns.TEAM)
        assert [(cell.line, cell.column_name, cell.value) for cell in cells] == [(2, "kpi", "backlock"), (3, "", "5")]
        assert "did you mean backlog?" in cells[0].reason
        (batch,) = rows(session, Batch, turns.TEAM)
        assert (batch.rows_read, batch.rows_kept, batch.quarantined, batch.way) == (3, 1, 2, "push")
        # Somebody mends the cause; the tool sends the very same bytes once more.
        kpi = row(session, Kpi, turns.TEAM, cycle_id=cycle.id, key="other")
        kpi.key, kpi.definition = "backlock", {"measure": "last", "source": "monitor"}
        session.add(kpi)
        session.flush()
        again = push(session, source, one(), one(kpi="backlock"), 5, content=b"x")
        assert (again.known, again.accepted, again.unchanged, len(again.refused)) == (True, 1, 1, 1)
        assert len(rows(session, QuarantinedRow, turns.TEAM)) == 1


def test_without_an_open_cycle_nothing_is_kept(database: Database):
    with database.sessions() as session:
        cycle, source = begun(session)
        cycle.state = "closed"
        session.add(cycle)
        with pytest.raises(Conflict, match="no open cycle"):
            push(session, source, one())
        assert rows(session, Batch, turns.TEAM) == []


def test_pushed_numbers_become_the_series(database: Database):
    with database.sessions() as session:
        cycle, source = begun(session)
        monday = date(2026, 9, 7)
        push(session, source, *(one(period=str(monday + timedelta(weeks=n)), value=float(n)) for n in range(8)))
        study = of_cycle.definition(session, cycle)
        reading = computing.readings(session, cycle, None, study)["monitor"]
        assert reading[0].frame["value"].tolist() == [float(n) for n in range(8)]
        assert study.kpis["backlog"].source == "monitor"


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"kpi": None}, "kpi", "is missing"),
        ({"kpi": "other"}, "kpi", "another source"),
        ({"kpi": ["backlog"]}, "kpi", "no KPI"),
        ({"period": None}, "at", "is missing"),
        ({"at": "2026-11-02T10:00:00Z"}, "at", "beside period"),
        ({"period": "soon"}, "period", "no moment"),
        ({"period": 20261102}, "period", "no moment"),
        ({"period": "2026-02-30"}, "period", "no moment"),
        ({"period": "0001-01-01"}, "period", "no moment"),
        ({"period": None, "at": "9999-12-31T23:59:59-12:00"}, "at", "no moment"),
        ({"period": "2027-01-01"}, "period", "future"),
        ({"period": "2026-11-05"}, "period", "no first day of a week"),
        ({"value": "7.5"}, "value", "no number"),
        ({"value": True}, "value", "no number"),
        ({"value": float("nan")}, "value", "no finite number"),
        ({"value": 10**400}, "value", "no finite number"),
        ({"value": None}, "value", "is missing"),
        ({"reason": "none"}, "reason", "beside a value"),
        ({"value": None, "numerator": 3}, "denominator", "one side"),
        ({"value": None, "numerator": 3, "denominator": 0}, "denominator", "not above 0"),
        ({"unit": "min"}, "unit", "not the KPI's unit"),
        ({"evidence": "javascript:alert(1)"}, "evidence", "no link"),
        ({"valeu": 3}, "valeu", "no field"),
        ({"value": None, "reason": "x" * 501}, "reason", "too long"),
    ],
)
def test_a_wrong_number_is_refused_with_field_reason_and_what_was_expected(changed: dict, field: str, says: str):
    wrong = judge(one(**changed), KNOWN)
    assert isinstance(wrong, Wrong)
    assert wrong.field == field
    assert says in wrong.reason
    assert wrong.expected


def test_moments_are_read_in_the_cycles_zone_unless_they_say_otherwise():
    local = judge(one(period=None, at="2026-07-01T00:30:00"), KNOWN)
    assert (local.at, local.period_start) == (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 6, 29))
    assert judge(one(period=None, at="2026-07-01T00:30:00+02:00"), KNOWN).at.hour == 22


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("kpi", "at", "period", "value", "numerator", "denominator", "unit", "reason", "evidence")


@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING | st.just("backlog") | st.just("2026-11-02")) | ANYTHING)
def test_whatever_is_sent_is_judged(said: object):
    judged = judge(said, KNOWN)
    assert isinstance(judged, Given | Wrong)
    if isinstance(judged, Wrong):
        assert "\x00" not in judged.value
        judged.value.encode()


# tokens


def test_a_token_opens_its_source_until_it_is_changed_or_revoked(database: Database):
    with database.sessions() as session:
        _, source = begun(session)
        token = tokens.give(session, source, SECRET, actor=turns.BOB, now=NOW)
        assert tokens.source_of(session, token).id == source.id
        assert SECRET not in source.token_hash
        newer = tokens.give(session, source, "y" * 43, actor=turns.BOB, now=NOW)
        assert tokens.source_of(session, token) is None
        assert tokens.source_of(session, newer).id == source.id
        tokens.revoke(session, source, actor=turns.BOB, now=NOW)
        assert tokens.source_of(session, newer) is None
        with pytest.raises(Conflict, match="has no token"):
            tokens.revoke(session, source, actor=turns.BOB, now=NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "csip",
        "csip.T1.1.",
        "csip.T1.1.wrong",
        "csip.T2.1." + SECRET,
        "csip.T1.99999999999.a",
        "csip.T1.x.a",
        "csip.T1.².a",
        "csip.T1.1." + "\ud800",
        "other.T1.1." + SECRET,
        f"csip.T1.{'9' * 5_000}.a",
    ],
)
def test_another_token_opens_nothing(sqlite_database: Database, token: str):
    with sqlite_database.sessions() as session:
        _, source = begun(session)
        tokens.give(session, source, SECRET, actor=turns.BOB, now=NOW)
        assert tokens.source_of(session, token) is None


def test_a_retired_source_is_closed(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        _, source = begun(session)
        token = tokens.give(session, source, SECRET, actor=turns.BOB, now=NOW)
        source.retired_at = NOW
        session.add(source)
        session.flush()
        assert tokens.source_of(session, token) is None


def test_only_a_source_that_is_pushed_to_has_a_token(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle, _ = begun(session)
        with pytest.raises(Conflict, match="is not pushed to"):
            tokens.give(session, turns.source_of(session, cycle), SECRET, actor=turns.BOB, now=NOW)
