"""Step 3 as people do it: drop a file, map it, see what came; type a number; take a wrong file out."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from sqlmodel import select

from bot.listeners.step3_gather import forget, read_as_before
from bot.listeners.step3_gather.forgetting import KEPT
from bot.sandbox.person import Person, reading
from csi import roles
from csi.definition import hash_of
from csi.errors import Conflict
from csi.keeping.study_archive import study_zip
from csi.measurement import of_cycle
from csi.models import (
    AnalysisResult,
    AuditRow,
    Batch,
    Cycle,
    InboxEvent,
    Kpi,
    Measurement,
    PlanRow,
    QuarantinedRow,
    Service,
    Source,
)
from csi.series import process_study
from csi.step1_should_measure import kpis
from csi.step3_gather import held
from csi.step4_process import computing
from csi.study.running import run
from csi.terms import Measurability, Role
from tests import turns
from tests.flows.conftest import World
from tests.taking_up.test_of_study import STUDY

LOG = (
    "number,opened_at,resolved_at,made_sla\n"
    "INC1,29/2/2016 08:00,29/2/2016 10:00,true\n"
    "INC2,1/3/2016 08:00,?,false\n"
    "INC3,2/3/2016 08:00,3/3/2016 08:00,true\n"
    "INC4,2/3/2016 08:00,tomorrow,true\n"
    "INC5,3/3/2016 08:00,?,true\n"
)
LATER = LOG.replace("/3/2016", "/4/2016").replace("29/2/2016", "1/4/2016").replace("tomorrow", "4/4/2016 10:00")


@pytest.fixture
def gathering(world: World) -> World:
    """A cycle in step 3 with one KPI from a log and one typed by hand."""
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        alice = world.alice.id
        log = turns.kpi_fields(
            owner=alice, definition={"measure": "median", "value": {"from": "opened_at", "to": "resolved_at"}}
        )
        survey = turns.kpi_fields(
            name="Satisfied", kind="satisfaction", owner=alice, unit="%", definition={"measure": "last"}
        )
        kpis = turns.grow(session, cycle, log, survey, actor=alice)
        for kpi, name, how in zip(
            kpis, ("Incidents", "Survey"), (Measurability.AUTOMATIC, Measurability.BY_HAND), strict=True
        ):
            source = turns.source_of(session, cycle, name)
            session.add(
                PlanRow(
                    team_id=cycle.team_id,
                    cycle_id=cycle.id,
                    kpi_id=kpi.id,
                    source_id=source.id,
                    owner=world.bob.id,
                    period="week",
                    definition="d",
                    timezone="Europe/Lisbon",
                    calendar="24x7",
                    backup=world.dave.id,
                )
            )
            kpi.measurability, kpi.checked_by = how.value, world.bob.id
            session.add(kpi)
        turns.jump(session, cycle, 3)
    return world


def _rows(world: World, table: type) -> list:
    with world.bot.kit.sessions.reading() as session:
        return list(session.exec(select(table).order_by(table.id)))


def _map(world: World, content: str = LOG, filename: str = "log.csv", *, says: str = "", **fills: object) -> None:
    """Bob drops a file and maps it as guessed."""
    bob = world.bob
    bob.upload(content.encode(), filename, "service-desk")
    message = bob.sees(f"*{filename}* {says}" if says else f"I keep *{filename}*")
    bob.click(message, "gather.map")
    bob.wait_modal("gather.map")
    if {"missing", "latest_by", "value"} & fills.keys():
        _more(world)
    bob.fill({"source": "Incidents", **fills})
    assert bob.submit() is None


def _more(world: World) -> None:
    """Bob opens what is folded away in the form in front of him."""
    world.bob.click(None, "gather.more")
    world.bob.wait(lambda: "Every column" in reading(world.bob.modal), what="the rest of the form")


def test_a_dropped_log_is_mapped_with_guesses_and_read(gathering: World):
    bob = gathering.bob
    bob.upload(LOG.encode(), "log.csv", "service-desk")
    message = bob.sees("I keep *log.csv*")
    bob.click(message, "gather.map")
    modal = bob.wait_modal("gather.map")
    shown = reading(modal)
    assert "4 columns" in shown
    assert "INC1" in shown
    assert "INC3" in shown
    bob.fill({"source": "Incidents"})
    assert bob.submit() is None
    told = reading(bob.sees("read into *Incidents*"))
    assert "5 of 5" in told
    assert "line 5, resolved_at: `tomorrow`" in told
    for word in ("median", "mean", "average", "trend", "hours"):
        assert word not in told.lower()
    (batch,) = _rows(gathering, Batch)
    assert (batch.rows_read, batch.rows_kept, batch.quarantined, batch.state) == (5, 5, 1, "current")
    (source, _) = _rows(gathering, Source)
    assert source.mapping["dates"] == "day_first"
    assert source.mapping["missing"] == ["?"]
    kpi = _rows(gathering, Kpi)[0]
    assert (kpi.definition["source"], kpi.definition["at"]) == ("incidents", "resolved_at")
    bob.wait(
        lambda: [one for one in bob.everything("service-desk") if "quarantine-log-1.csv" in str(one)], what="the CSV"
    )
    assert bob.errors == []


def test_the_same_bytes_again_change_nothing_and_a_like_file_needs_one_click(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.sees("read into *Incidents*")
    bob.upload(LOG.encode(), "again.csv", "service-desk")
    assert "Nothing changes" in reading(bob.sees("*again.csv* is already here since"))
    bob.upload(LATER.encode(), "april.csv", "service-desk")
    message = bob.sees("*april.csv* looks like *Incidents*")
    assert "same columns as last time" in reading(message)
    bob.click(message, "gather.read")
    assert "5 of 5" in reading(bob.sees("*april.csv* read into *Incidents*, delivery 2"))
    assert len(_rows(gathering, Batch)) == 2


def test_a_changed_layout_is_said_column_by_column(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.sees("read into *Incidents*")
    bob.upload(LATER.replace("made_sla", "sla_met").encode(), "new.csv", "service-desk")
    told = reading(bob.sees("its layout changed"))
    assert "‘made_sla’ is gone" in told
    bob.upload(LATER.replace("resolved_at", "solved_at").encode(), "broken.csv", "service-desk")
    told = reading(bob.sees("*broken.csv* looks like"))
    assert "‘resolved_at’ is gone, and it is used" in told


def test_another_date_order_than_last_time_is_said_and_earlier_deliveries_stay_as_they_are_written(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.sees("read into *Incidents*")
    american = "number,opened_at,resolved_at,made_sla\n" + "".join(
        f"INC{n},4/{n}/2016 08:00,4/{n}/2016 10:00,true\n" for n in range(8, 20)
    )
    bob.upload(american.encode(), "april.csv", "service-desk")
    message = bob.sees("*april.csv* looks like *Incidents*, but its layout changed")
    assert "‘resolved_at’ was written day first, and is month first now" in reading(message)
    bob.click(message, "gather.map")
    bob.wait_modal("gather.map")
    assert bob.submit() is None
    assert "12 of 12" in reading(bob.sees("*april.csv* read into *Incidents*"))
    bob.wait(lambda: _read_again(gathering), what="the first delivery again")
    first, second = _rows(gathering, Batch)
    assert (first.rows_kept, first.last_at.date()) == (5, date(2016, 3, 3))
    assert (second.first_at.date(), second.last_at.date()) == (date(2016, 4, 8), date(2016, 4, 19))
    assert second.mapping["missing"] == ["?"]


def _read_again(world: World) -> bool:
    jobs = [one for one in _rows(world, InboxEvent) if one.kind == "job:gather.reread"]
    return bool(jobs) and all(one.status == "done" for one in jobs)


def test_two_date_orders_in_one_file_are_read_column_by_column(gathering: World):
    bob = gathering.bob
    text = "number,opened_at,resolved_at\n" + "".join(f"A{n},3/{n}/2016,{n}/3/2016\n" for n in range(10, 20))
    _map(gathering, text, "odd.csv", at="resolved_at", dates="day_first")
    assert "10 of 10" in reading(bob.sees("*odd.csv* read into"))
    (batch,) = _rows(gathering, Batch)
    assert sorted(batch.counts["days"]["opened_at"]) == sorted(batch.counts["days"]["resolved_at"])


def test_an_ambiguous_date_order_is_asked(gathering: World):
    bob = gathering.bob
    text = "number,resolved_at\nA,3/4/2016 10:00\nB,5/6/2016 10:00\n"
    bob.upload(text.encode(), "odd.csv", "service-desk")
    bob.click(bob.sees("I keep *odd.csv*"), "gather.map")
    modal = bob.wait_modal("gather.map")
    assert "I must not guess" in str(modal)
    bob.fill({"source": "Incidents"})
    assert list(bob.submit()) == ["dates"]
    bob.fill({"dates": "month_first"})
    assert bob.submit() is None
    bob.sees("*odd.csv* read into")
    (batch,) = _rows(gathering, Batch)
    assert batch.first_at.date() == date(2016, 3, 4)


def test_a_date_order_that_was_said_is_not_asked_again(gathering: World):
    bob = gathering.bob
    text = "number,resolved_at\nA,3/4/2016 10:00\nB,5/6/2016 10:00\n"
    _map(gathering, text, "odd.csv", dates="month_first")
    message = bob.sees("*odd.csv* read into")
    bob.click(message, "gather.how")
    bob.wait_modal("gather.how")
    bob.click(None, "gather.change")
    assert _initial(bob.wait_modal("gather.map"), "dates") == "month first: 2/29/2016"
    bob.fill({"key": "(none)"})
    assert bob.submit() is None
    bob.sees("had *Incidents* read again")
    bob.upload(text.replace("2016", "2017").encode(), "next.csv", "service-desk")
    bob.click(bob.sees("*next.csv* looks like *Incidents*"), "gather.map")
    assert _initial(bob.wait_modal("gather.map"), "dates") == "month first: 2/29/2016"


def test_month_first_declared_day_first_waits_for_a_yes(gathering: World):
    bob = gathering.bob
    text = "number,resolved_at\n" + "".join(f"A{n},2/{n}/2016 10:00\n" for n in range(10, 29))
    _map(gathering, text, "us.csv", dates="day_first")
    message = bob.sees("of its rows are in quarantine")
    assert "84 %" in reading(message)
    gathering.alice.command("/csi", "next")
    gathering.alice.wait(lambda: "waits for a yes" in reading(gathering.alice.last()), what="V3.1")
    gathering.dave.click(message, "gather.accept")
    bob.wait(lambda: _rows(gathering, Batch)[0].state == "current", what="the yes")
    assert "Accepted by" in reading(bob.sees("Accepted by"))


def test_a_wrong_file_is_taken_out(gathering: World):
    bob = gathering.bob
    _map(gathering)
    message = bob.sees("read into *Incidents*")
    bob.click(message, "gather.remove")
    bob.sees("was taken out by")
    assert _rows(gathering, Batch)[0].state == "removed"


def test_a_mended_quarantine_dropped_again_is_read_at_once(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.sees("read into *Incidents*")
    (batch,) = _rows(gathering, Batch)
    text = gathering.bot.kit.files.read(batch.counts["quarantine_key"]).decode("utf-8-sig")
    bob.upload(text.replace("08:00,tomorrow,true", "08:00,4/3/2016,true").encode(), "mended.csv", "service-desk")
    assert "1 of 1" in reading(bob.sees("*mended.csv* read into *Incidents*"))


def test_a_mended_quarantine_of_somebody_without_a_role_waits_for_a_click(gathering: World):
    _map(gathering)
    bob = gathering.bob
    bob.sees("read into *Incidents*")
    (batch,) = _rows(gathering, Batch)
    text = gathering.bot.kit.files.read(batch.counts["quarantine_key"]).decode("utf-8-sig")
    mended = text.replace("08:00,tomorrow,true", "08:00,4/3/2016,true").encode()
    gathering.erin.upload(mended, "mended.csv", "service-desk")
    gathering.erin.sees("*mended.csv*")
    assert len(_rows(gathering, Batch)) == 1
    asked = bob.sees("*mended.csv*")
    bob.click(asked, "gather.read")
    bob.sees("*mended.csv* read into *Incidents*")


def test_what_is_no_table_is_refused_with_a_sentence_and_a_picture_is_told_to_who_dropped_it(gathering: World):
    bob = gathering.bob
    bob.upload(b"\x89PNG\r\n\x1a\n123", "lunch.png", "service-desk")
    for name, content, says in (
        ("empty.csv", b" \n\n", "holds nothing but blanks"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n123", "picture.csv is a picture"),
        ("report.pdf", b"%PDF-1.7", "is a PDF"),
    ):
        bob.upload(content, name, "service-desk")
        assert "Nothing of" in reading(bob.sees(says))
    bob.sees("*lunch.png* is a picture, and I read tables only", "service-desk")
    said = gathering.carol.everything("service-desk")
    assert "lunch" not in "".join(one["text"] for one in said if one.get("bot_id"))


def test_a_delivery_of_days_that_came_before_says_that_rows_may_count_twice(gathering: World):
    bob = gathering.bob
    rows = [f"{day}/3/2016 10:00,{day}" for day in range(10, 31)]
    _map(gathering, "\n".join(["at,load", *rows[:15], ""]), "early.csv")
    assert "count twice" not in reading(bob.sees("*early.csv* read into *Incidents*"))
    bob.upload("\n".join(["at,load", *rows[5:], ""]).encode(), "late.csv", "service-desk")
    bob.click(bob.sees("*late.csv* looks like *Incidents*"), "gather.read")
    told = reading(bob.sees("*late.csv* read into *Incidents*"))
    assert "with delivery 1 (10 days)" in told
    assert "No column names a case: rows that are in both count twice" in told


def test_only_people_with_a_role_map_read_accept_and_take_out(gathering: World):
    bob, erin = gathering.bob, gathering.erin
    erin.upload(LOG.encode(), "log.csv", "service-desk")
    erin.click(erin.sees("I keep *log.csv*"), "gather.map")
    erin.wait_modal("gather.map")
    erin.fill({"source": "Incidents"})
    assert "map a delivery" in str(erin.submit())
    bob.click(bob.sees("I keep *log.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    bob.fill({"source": "Incidents"})
    assert bob.submit() is None
    message = erin.sees("read into *Incidents*")
    erin.click(message, "gather.remove")
    erin.wait(lambda: "take a delivery out" in str(erin.everything("service-desk")), what="the refusal")
    erin.upload(LATER.encode(), "april.csv", "service-desk")
    erin.click(erin.sees("*april.csv* looks like *Incidents*"), "gather.read")
    erin.wait(lambda: "read a delivery" in str(erin.everything("service-desk")), what="the refusal")
    (batch,) = _rows(gathering, Batch)
    assert batch.state == "current"


@pytest.mark.parametrize("name", ["export.xlsm", "export.TXT", "export", "export.xlsb", "export.csv.bz2"])
def test_what_is_close_to_a_table_gets_an_answer(gathering: World, name: str):
    gathering.bob.upload(b"BZh91AY nothing" if name.endswith("2") else LOG.encode(), name, "service-desk")
    gathering.bob.sees("packed by bzip2" if name.endswith("2") else "How do I read it?")


def test_wrong_answers_in_the_form_stand_beside_their_field(gathering: World):
    bob = gathering.bob
    bob.upload(LOG.encode(), "log.csv", "service-desk")
    bob.click(bob.sees("I keep *log.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    bob.fill({"source": "new", "timezone": "Mars"})
    assert bob.submit() is None  # the name is asked for
    assert "How is the new source called?" in reading(bob.modal)
    bob.fill({"source_name": ""})
    assert list(bob.submit()) == ["source_name"]
    bob.fill({"source_name": " "})
    told = bob.submit()
    assert "name the new source" in told["source_name"]
    assert "is no time zone" in told["timezone"]
    bob.fill({"timezone": "Europe/Lisbon", "source_name": "<!channel>"})
    assert bob.submit() is None
    assert "&lt;!channel&gt;" in bob.sees("read into")["text"] + reading(bob.sees("read into"))


def test_a_number_is_typed_with_its_evidence_or_the_reason_why_not(gathering: World):
    bob = gathering.bob
    bob.command("/csi", "gather")
    modal = bob.wait_modal("gather.open")
    assert "No KPI" not in reading(modal)
    bob.click(modal, "gather.number", "satisfied")
    bob.wait_modal("gather.number")
    bob.fill({"kpi": "Satisfied", "value": "ninety"})
    assert "is not a number" in bob.submit()["value"]
    bob.fill({"value": ""})
    assert "say why" in bob.submit()["value"]
    bob.fill({"value": "91.5", "evidence": "https://example.org/survey"})
    assert bob.submit() is None
    bob.wait(lambda: _rows(gathering, Measurement), what="the number")
    (told,) = _rows(gathering, Measurement)
    assert (told.value, told.unit, told.collector, told.batch_id is not None) == (91.5, "%", bob.id, True)
    bob.wait(lambda: "1 rows" in reading(bob.modal) or "1 row" in reading(bob.modal), what="the overview")
    card = bob.wait(gathering.card)
    thread = bob.wait(lambda: [m for m in bob.messages("service-desk", card["ts"]) if "entered a number" in m["text"]])
    assert "91.5" not in thread[0]["text"]


def test_the_bot_killed_after_the_form_reads_the_file_when_it_is_back(gathering: World):
    gathering.bot.kit.inbox.woken.clear()
    _map(gathering)
    gathering.restart()
    gathering.bob.sees("read into *Incidents*", timeout=20)
    assert len(_rows(gathering, Batch)) == 1


def test_the_data_owner_is_asked_on_the_collection_day_and_gives_the_numbers(gathering: World):
    bob = gathering.bob
    _by_hand(gathering)
    gathering.later(days=10)
    gathering.tick()
    asked = bob.wait(lambda: next((one for one in bob.dms() if "the data of" in one["text"]), None), what="the DM")
    bob.click(asked, "gather.collect")
    modal = bob.wait_modal("gather.collect")
    field = next(block["block_id"] for block in modal["blocks"] if block.get("block_id", "").startswith("value."))
    number = field.partition(".")[2]
    bob.fill({f"evidence.{number}": "https://example.org/s"})
    assert "at least one number" in bob.submit()[field]
    bob.fill({field: "2000000", f"evidence.{number}": "my desk"})
    assert "Expected a link" in bob.submit()[f"evidence.{number}"]
    bob.fill({f"evidence.{number}": "https://example.org/s"})
    assert bob.submit() is None
    (told,) = _rows(gathering, Measurement)
    assert (told.value, told.collector) == (2_000_000, bob.id)
    second = bob.sees("A second person has to stand for it")
    bob.click(second, "gather.attest")
    gathering.settled()
    assert _rows(gathering, Measurement)[0].attested_by == ""
    gathering.dave.click(second, "gather.attest")
    bob.wait(lambda: _rows(gathering, Measurement)[0].attested_by == gathering.dave.id, what="the attestation")


def _by_hand(world: World) -> None:
    """The survey's numbers are typed by a person."""
    with world.bot.kit.sessions() as session:
        survey = session.exec(select(Source).where(Source.key == "survey")).one()
        survey.kind = "typed"
        session.add(survey)


def test_v3_3_who_does_not_deliver_is_followed_by_the_backup_and_then_by_the_channel(gathering: World):
    bob, dave = gathering.bob, gathering.dave
    _by_hand(gathering)

    def asked(person) -> list[str]:
        return [one["text"] for one in person.dms() if "the data of" in one["text"]]

    gathering.later(days=7)  # the week has ended
    gathering.tick()
    bob.wait(lambda: asked(bob), what="the owner's DM")
    gathering.alice.wait(lambda: not gathering.bot.delivery.waiting(), what="an empty outbox")
    assert asked(dave) == []
    gathering.later(days=2)
    gathering.tick()
    (told,) = bob.wait(lambda: asked(dave), what="the backup's DM")
    assert "has not brought it; can you?" in told
    assert not bob.everything("service-desk") or "Who can bring it" not in str(bob.everything("service-desk"))
    gathering.later(days=2)
    gathering.tick()
    bob.sees("Who can bring it")

    def of_numbers() -> list[dict]:  # a file is asked for beside them
        return [one for one in bob.everything("service-desk") if "gather.collect" in str(one)]

    (said,) = bob.wait(of_numbers, what="the number asked for in the channel")
    gathering.erin.click(said, "gather.collect")
    modal = gathering.erin.wait_modal("gather.collect")
    assert "Satisfied" in reading(modal)


def _type(world: World, version: int, **fields: str) -> None:
    """Bob types the number of last week's survey, once more."""
    bob = world.bob
    bob.command("/csi", "gather")
    bob.click(bob.wait_modal("gather.open"), "gather.number", "satisfied")
    modal = bob.wait_modal("gather.number")
    weeks = next(block for block in modal["blocks"] if block["block_id"] == "period_start")["element"]["options"]
    assert [week["text"]["text"].endswith("given") for week in weeks[:2]] == [False, version > 1]
    bob.fill({"period_start": weeks[1]["text"]["text"], "evidence": "https://example.org/survey", **fields})
    assert bob.submit() is None
    bob.wait(lambda: len(_rows(world, Measurement)) == version, what=f"version {version}")
    bob.close()


def test_a_number_is_corrected_and_taken_back_and_every_version_stays(gathering: World):
    bob = gathering.bob
    _by_hand(gathering)
    _type(gathering, 1, value="91.5")
    _type(gathering, 2, value="92")
    _type(gathering, 3, reason="the wrong survey")
    card = bob.wait(gathering.card)
    bob.wait(lambda: "took back the number" in str(bob.messages("service-desk", card["ts"])), what="the sentence")
    versions = [(one.version, one.value, one.reason, one.current) for one in _rows(gathering, Measurement)]
    assert versions == [(1, 91.5, "", False), (2, 92.0, "", False), (3, None, "the wrong survey", True)]
    assert [one.what for one in _rows(gathering, AuditRow) if one.subject == "measurement"] == [
        "entered number",
        "corrected number",
        "withdrew number",
    ]


def test_months_side_by_side_are_melted(gathering: World):
    bob = gathering.bob
    header = "group,kpi," + ",".join(f"2015-{month:02}" for month in range(1, 13))
    rows = [f"{group},{kpi}," + ",".join("7" for _ in range(12)) for group in "AB" for kpi in ("open", "closed")]
    text = "A title above\n\n" + "\n".join([header, *rows])
    bob.upload(text.encode(), "wide.csv", "service-desk")
    bob.click(bob.sees("I keep *wide.csv*"), "gather.map")
    modal = bob.wait_modal("gather.map")
    assert "header in row 3" in reading(modal)
    bob.fill({"source": "Incidents"})
    assert bob.submit() is None
    told = reading(bob.sees("*wide.csv* read into"))
    assert "48 from 4" in told
    assert "Oldest period" in told
    (source, _) = _rows(gathering, Source)
    assert source.mapping["options"]["melt"]["keep"] == ["group", "kpi"]


def test_a_date_and_its_time_in_two_columns_are_one_moment(gathering: World):
    bob = gathering.bob
    days = "".join(f"{day}/03/2004;{hour}.00.00;2,{hour}\n" for day in range(10, 20) for hour in (8, 18))
    bob.upload(f"Date;Time;CO\n{days}".encode(), "air.csv", "service-desk")
    bob.click(bob.sees("I keep *air.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    bob.fill({"source": "Incidents", "time": ["Date"]})
    assert "other columns" in bob.submit()["time"]
    _more(gathering)
    bob.fill({"time": ["Time"], "value": "CO"})
    assert bob.submit() is None
    told = reading(bob.sees("*air.csv* read into"))
    assert "10 Mar 2004, 08:00" in told
    assert "19 Mar 2004, 18:00" in told
    (source, _) = _rows(gathering, Source)
    assert source.mapping["options"]["join"] == {"Date Time": ["Date", "Time"]}
    bob.upload(f"Date;Time;CO\n{days.replace('2004', '2005')}".encode(), "next.csv", "service-desk")
    bob.click(bob.sees("*next.csv* looks like *Incidents*"), "gather.map")
    shown = {block.get("block_id"): block.get("element", {}) for block in bob.wait_modal("gather.map")["blocks"]}
    chosen = [shown["at"]["initial_option"], *shown["time"]["initial_options"]]
    assert [one["text"]["text"] for one in chosen] == ["Date", "Time"]


ZONED = "Issue key,Created,First response\n" + "".join(
    f"DSK-{day},{day:02}/Jun/25 8:00 PM,2025-06-{day:02} 19:50:00.000\n" for day in range(2, 27)
)


def test_a_column_in_another_zone_is_said_in_the_form_and_stays_so(gathering: World):
    bob = gathering.bob
    bob.upload(ZONED.encode(), "jira.csv", "service-desk")
    bob.click(bob.sees("I keep *jira.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    _more(gathering)
    bob.fill({"source": "Incidents", "timezone": "Europe/London", "zones": "First respnse in UTC"})
    assert "did you mean ‘First response’?" in bob.submit()["zones"]
    bob.fill({"zones": "First response in UTC"})
    assert bob.submit() is None
    message = bob.sees("*jira.csv* read into")
    assert _rows(gathering, Source)[0].mapping["zones"] == {"First response": "UTC"}
    bob.click(message, "gather.how")
    assert "*First response* in UTC" in reading(bob.wait_modal("gather.how"))
    bob.click(None, "gather.change")  # what is folded away stays as it was said
    bob.wait_modal("gather.map")
    bob.fill({"key": "(none)"})
    assert bob.submit() is None
    message = bob.sees("had *Incidents* read again")
    source = _rows(gathering, Source)[0]
    assert (source.mapping.get("key"), source.mapping["zones"]) == (None, {"First response": "UTC"})
    bob.click(message, "gather.how")
    bob.wait_modal("gather.how")
    bob.click(None, "gather.change")
    bob.wait_modal("gather.map")
    _more(gathering)
    bob.fill({"zones": ""})
    assert bob.submit() is None
    bob.wait(lambda: not _rows(gathering, Source)[0].mapping.get("zones"), what="the zone gone")


def _book() -> bytes:
    """A workbook with a dashboard before its table, which dates its rows in another place."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        board = book.add_worksheet("Dashboard")
        board.write_row(0, 0, ["Snapshot", "Team", "Open"])
        for row in range(1, 60):
            board.write_row(row, 0, [f"2016-01-{row % 28 + 1:02}", f"Team {row % 3}", row])
        data = book.add_worksheet("Main Data")
        data.write_row(0, 0, ["Ticket", "opened_at", "resolved_at", "Snapshot"])
        for row in range(1, 21):
            opened, resolved = f"2016-03-{row:02} 08:00", f"2016-03-{row:02} 10:00"
            data.write_row(row, 0, [f"T{row}", opened, resolved, f"2016-04-{row:02}"])
    return stream.getvalue()


def _options(view: dict, field: str) -> list[str]:
    block = next(one for one in view["blocks"] if one.get("block_id") == field)
    return [one["text"]["text"] for one in block["element"]["options"]]


def _initial(view: dict, field: str) -> str:
    block = next(one for one in view["blocks"] if one.get("block_id") == field)
    return block["element"].get("initial_option", {}).get("text", {}).get("text", "")


def test_another_sheet_of_a_workbook_is_looked_at_and_read(gathering: World):
    bob = gathering.bob
    bob.upload(_book(), "book.xlsx", "service-desk")
    bob.click(bob.sees("I keep *book.xlsx*"), "gather.map")
    modal = bob.wait_modal("gather.map")
    sheets = ["Main Data"] if _initial(modal, "sheet") == "Dashboard" else ["Dashboard", "Main Data"]
    for sheet in sheets:
        bob.fill({"source": "Incidents", "timezone": "Europe/Berlin", "sheet": sheet})
        bob.click(None, "gather.guess")
        modal = bob.wait(lambda wanted=sheet: bob.modal if _initial(bob.modal, "sheet") == wanted else None)
    assert "opened_at" in _options(modal, "at")
    assert (_initial(modal, "source"), _initial(modal, "at")) == ("Incidents", "opened_at")
    bob.fill({"at": "resolved_at", "key": "Ticket"})
    assert bob.submit() is None
    told = reading(bob.sees("*book.xlsx* read into *Incidents*"))
    assert "20 of 20" in told
    assert "20 in 20 rows" in told
    (source, _) = _rows(gathering, Source)
    assert (source.mapping["sheet"], source.mapping["timezone"]) == ("Main Data", "Europe/Berlin")
    assert source.mapping["options"]["moments"] == ["resolved_at"]


def test_a_sheet_chosen_without_another_look_is_shown_before_it_is_read(gathering: World):
    bob = gathering.bob
    bob.upload(_book(), "book.xlsx", "service-desk")
    bob.click(bob.sees("I keep *book.xlsx*"), "gather.map")
    modal = bob.wait_modal("gather.map")
    other = next(name for name in ("Dashboard", "Main Data") if name != _initial(modal, "sheet"))
    bob.fill({"source": "Incidents", "sheet": other})
    assert bob.submit() is None
    assert "These are the columns there" in reading(bob.modal)
    assert _initial(bob.modal, "sheet") == other
    # By its name it is the same column, wherever it stands: in the other sheet it dates a row, too.
    bob.fill({"at": "Snapshot"})
    bob.fill({"sheet": "Main Data" if other == "Dashboard" else "Dashboard"})
    bob.click(None, "gather.guess")
    bob.wait(lambda: _initial(bob.modal, "sheet") != other, what="the first sheet")
    assert _initial(bob.modal, "at") == "Snapshot"


def test_a_column_chosen_by_name_comes_back_with_its_sheet(gathering: World):
    bob = gathering.bob
    bob.upload(_book(), "book.xlsx", "service-desk")
    bob.click(bob.sees("I keep *book.xlsx*"), "gather.map")
    bob.wait_modal("gather.map")
    _look_at(bob, "Main Data")
    bob.fill({"at": "resolved_at"})
    _look_at(bob, "Dashboard")
    assert "resolved_at" not in _options(bob.modal, "at")
    _look_at(bob, "Main Data")
    assert _initial(bob.modal, "at") == "resolved_at"


def _look_at(bob: Person, sheet: str) -> None:
    bob.fill({"sheet": sheet})
    bob.click(None, "gather.guess")
    bob.wait(lambda: _initial(bob.modal, "sheet") == sheet, what=f"the sheet {sheet}")


def _two_tables(month: int, tickets: str = "Tickets") -> bytes:
    """A workbook whose larger table is not the one that is wanted."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for name, count, columns in (
            ("Changes", 90, ("Change", "Planned", "Done")),
            (tickets, 20, ("Ticket", "opened_at", "resolved_at")),
        ):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, columns)
            for row in range(1, count + 1):
                day = f"2016-{month:02}-{row % 28 + 1:02}"
                sheet.write_row(row, 0, [f"{name}{month}-{row}", f"{day} 08:00", f"{day} 10:00"])
    return stream.getvalue()


def test_a_workbook_is_known_again_by_the_sheet_it_was_mapped_from(gathering: World):
    bob = gathering.bob
    bob.upload(_two_tables(3), "march.xlsx", "service-desk")
    bob.click(bob.sees("I keep *march.xlsx*"), "gather.map")
    assert _initial(bob.wait_modal("gather.map"), "sheet") == "Changes"
    _look_at(bob, "Tickets")
    bob.fill({"source": "Incidents", "at": "resolved_at"})
    assert bob.submit() is None
    bob.sees("*march.xlsx* read into *Incidents*")
    bob.upload(_two_tables(4), "april.xlsx", "service-desk")
    message = bob.sees("*april.xlsx* looks like *Incidents*, same columns as last time")
    bob.click(message, "gather.read")
    assert "20 of 20" in reading(bob.sees("*april.xlsx* read into *Incidents*, delivery 2"))


def _months(*names: str) -> bytes:
    """A workbook that grows by a sheet a month."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for month, name in enumerate(names, start=1):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ("Ticket", "opened_at", "resolved_at"))
            for row in range(1, 21):
                day = f"2016-{month:02}-{row:02}"
                sheet.write_row(row, 0, [f"T{month}-{row}", f"{day} 08:00", f"{day} 10:00"])
    return stream.getvalue()


def test_a_workbook_that_grows_by_a_sheet_says_what_of_it_is_not_read(gathering: World):
    bob = gathering.bob
    bob.upload(_months("Jan"), "one.xlsx", "service-desk")
    message = bob.sees("I keep *one.xlsx*")
    assert "Only sheet" not in reading(message)
    bob.click(message, "gather.map")
    bob.wait_modal("gather.map")
    bob.fill({"source": "Incidents", "at": "resolved_at"})
    assert bob.submit() is None
    bob.sees("*one.xlsx* read into *Incidents*")
    bob.upload(_months("Jan", "Feb"), "two.xlsx", "service-desk")
    said = reading(bob.sees("*two.xlsx* looks like *Incidents*"))
    assert "Only sheet ‘Jan’ is read. ‘Feb’ has the same columns" in said


def test_a_workbook_is_read_from_the_sheet_of_last_time_where_it_has_it(gathering: World):
    bob = gathering.bob
    bob.upload(_months("Jan", "Feb"), "one.xlsx", "service-desk")
    bob.click(bob.sees("I keep *one.xlsx*"), "gather.map")
    assert _initial(bob.wait_modal("gather.map"), "sheet") == "Jan"
    bob.fill({"source": "Incidents", "at": "resolved_at"})
    assert bob.submit() is None
    bob.sees("*one.xlsx* read into *Incidents*")
    bob.upload(_months("Feb", "Jan"), "two.xlsx", "service-desk")  # by itself the first would be read
    said = reading(bob.sees("*two.xlsx* looks like *Incidents*, same sheet and columns as last time"))
    assert "Only sheet ‘Jan’ is read. ‘Feb’ has the same columns" in said


def test_a_file_unlike_every_source_is_taken_for_a_new_one(gathering: World):
    bob = gathering.bob
    survey = "Timestamp,How satisfied are you?\n" + "".join(f"2016-03-{n} 10:00,Good\n" for n in range(10, 29))

    def asked() -> dict:
        bob.upload(survey.encode(), "answers.csv", "service-desk")
        bob.click(bob.sees("I keep *answers.csv*"), "gather.map")
        return bob.wait_modal("gather.map")

    assert _initial(asked(), "source") == "Incidents"  # the one that waits for its first file
    bob.close()
    _map(gathering)
    bob.sees("*log.csv* read into *Incidents*")
    bob.click(bob.sees("I keep *answers.csv*"), "gather.map")
    assert _initial(bob.wait_modal("gather.map"), "source") == "A new source"
    assert bob.submit() is None
    bob.sees("*answers.csv* read into *answers*")
    bob.upload(b"day,colour\n2016-03-10,red\n2016-03-11,blue\n", "survey.csv", "service-desk")
    bob.click(bob.sees("I keep *survey.csv*"), "gather.map")
    bob.wait_modal("gather.map")  # a source is called so, and reads no columns like these: a person says
    assert list(bob.submit()) == ["source"]


def test_a_new_source_with_the_name_of_another_is_told_and_offered_both_ways(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.sees("*log.csv* read into *Incidents*")
    survey = "Timestamp,How satisfied are you?\n" + "".join(f"2016-03-{n} 10:00,Good\n" for n in range(10, 29))
    bob.upload(survey.encode(), "answers.csv", "service-desk")
    bob.click(bob.sees("I keep *answers.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    bob.fill({"source_name": "incidents"})
    assert bob.submit() is None
    shown = reading(bob.wait_modal("gather.map"))
    assert "‘Incidents’ is a source already. Is this file part of it?" in shown
    assert "It holds 1 delivery, the newest log.csv; 0 of its 4 columns" in shown
    assert bob.submit()  # nothing is chosen for anybody
    bob.click(None, "gather.choose", "Name it otherwise", block_id="source")
    bob.wait(lambda: _has(bob.modal, "source_name"), what="the name")
    assert "is a source already" in bob.submit()["source_name"]
    bob.fill({"source_name": "Answers"})
    assert bob.submit() is None
    bob.sees("*answers.csv* read into *Answers*")
    bob.upload(survey.replace("2016-03", "2016-04").encode(), "april.csv", "service-desk")
    bob.click(bob.sees("*april.csv* looks like *Answers*"), "gather.map")
    view = bob.wait_modal("gather.map")
    with gathering.bot.kit.sessions() as session:  # another file made that source after this one was said to be new
        (cycle,) = session.exec(select(Cycle)).all()
        told = {"source_id": 0, "source_name": "Answers", "mapping": None, "actor": bob.id, "stamp": "late"}
        gathering.bot.kit.inbox.later(
            session,
            team_id=cycle.team_id,
            kind="gather.read",
            key="late",
            user=bob.id,
            channel=cycle.channel_id,
            payload={**told, "file_id": json.loads(view["private_metadata"])["file"]},
        )
    bob.sees("‘Answers’ is a source by now, made of another file")
    bob.click(None, "gather.choose", "A new source", block_id="source")
    bob.wait(lambda: _has(bob.modal, "source_name"), what="the name")
    bob.fill({"source_name": "answers"})
    assert bob.submit() is None
    bob.wait(lambda: "Is this file part of it?" in reading(bob.modal), what="the question")
    bob.click(None, "gather.choose", "Add to it", block_id="source")
    bob.wait(lambda: not _has(bob.modal, "source_name"), what="the form without a name")
    assert bob.submit() is None
    bob.sees("*april.csv* read into *Answers*, delivery 2")
    assert [one.name for one in _rows(gathering, Source)] == ["Incidents", "Survey", "Answers"]


def test_letters_that_can_be_read_several_ways_are_asked_once_and_known_again(gathering: World):
    bob = gathering.bob

    def month(number: int) -> bytes:
        rows = "".join(f"{number}{n},2016-0{number}-{n} 10:00,ネット\n" for n in range(10, 29))
        return f"障害番号,at,優先\n{rows}".encode("euc-jp")

    bob.upload(month(3), "march.csv", "service-desk")
    bob.click(bob.sees("*march.csv*"), "gather.map")
    view = bob.wait_modal("gather.map")
    assert "Which of these is written in the file?" in reading(view)
    assert "encoding" in bob.submit()
    bob.click(None, "gather.guess", "euc-jp", block_id="encoding")
    bob.wait(lambda: "• 障害番号" in reading(bob.modal) or "障害番号" in reading(bob.modal), what="the columns")
    bob.fill({"source": "Incidents"})
    assert bob.submit() is None
    bob.sees("*march.csv* read into *Incidents*")
    assert _rows(gathering, Source)[0].mapping["encoding"] == "euc-jp"
    bob.upload(month(4), "april.csv", "service-desk")
    bob.click(bob.sees("*april.csv* looks like *Incidents*, same columns as last time"), "gather.read")
    assert "19 of 19" in reading(bob.sees("*april.csv* read into *Incidents*, delivery 2"))


def _has(view: dict | None, field: str) -> bool:
    return view is not None and any(block.get("block_id") == field for block in view["blocks"])


def test_a_sheet_whose_name_changes_is_known_again_by_its_columns(gathering: World, tmp_path: Path):
    bob = gathering.bob
    bob.upload(_two_tables(3, "Tickets 3"), "march.xlsx", "service-desk")
    bob.click(bob.sees("I keep *march.xlsx*"), "gather.map")
    bob.wait_modal("gather.map")
    _look_at(bob, "Tickets 3")
    bob.fill({"source": "Incidents", "at": "resolved_at"})
    assert bob.submit() is None
    bob.sees("*march.xlsx* read into *Incidents*")
    bob.upload(_two_tables(4, "Tickets 4"), "april.xlsx", "service-desk")
    bob.click(bob.sees("*april.xlsx* looks like *Incidents*, same columns as last time"), "gather.read")
    said = bob.sees("*april.xlsx* read into *Incidents*, delivery 2")
    assert "20 of 20" in reading(said)
    bob.click(said, "gather.how")
    bob.click(bob.wait_modal("gather.how"), "gather.change")
    assert _initial(bob.wait_modal("gather.map"), "sheet") == "Tickets 4"
    bob.fill({"timezone": "UTC"})
    assert bob.submit() is None
    bob.sees("read again (2 deliveries)", "service-desk")
    assert [one.mapping["sheet"] for one in _rows(gathering, Batch)] == ["Tickets 3", "Tickets 4"]
    with gathering.bot.kit.sessions() as session:
        survey = session.exec(select(Kpi).where(Kpi.name == "Satisfied")).one()
        survey.measurability = Measurability.NOT_MEASURABLE.value
        session.add(survey)
    with gathering.bot.kit.sessions.reading() as session:
        cycle = session.exec(select(Cycle)).one()
        study = of_cycle.definition(session, cycle)
        made = process_study(study, computing.readings(session, cycle, gathering.bot.kit.files, study))
        content, _ = study_zip(session, cycle, gathering.bot.kit.files)
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    again = run(tmp_path / "study.yml")
    assert (again.sources["incidents"].rows_kept, hash_of(again.study)) == (40, hash_of(study))
    (key,) = again.kpis
    pd.testing.assert_frame_equal(again.kpis[key].series, made.kpis[key].series)


def test_a_try_that_fails_or_is_abandoned_leaves_no_source(gathering: World):
    bob = gathering.bob
    before = [one.name for one in _rows(gathering, Source)]
    dates = "".join(f"A{n},{n}/2/2016\n" for n in range(13, 29))
    bob.upload(f"number,at\n{dates}".encode(), "odd.csv", "service-desk")
    for word in ("No row of odd.csv could be read", "read into *Odd tries*"):
        bob.click(bob.sees("odd.csv"), "gather.map")
        bob.wait_modal("gather.map")
        dates = "month_first" if "No row" in word else "day_first"
        bob.fill({"source": "new", "dates": dates, "at": "at"})
        assert bob.submit() is None
        bob.fill({"source_name": "Odd tries"})
        if "No row" in word:
            bob.close()  # abandoned
            assert [one.name for one in _rows(gathering, Source)] == before
            bob.click(bob.sees("odd.csv"), "gather.map")
            bob.wait_modal("gather.map")
            bob.fill({"source": "new", "dates": dates, "at": "at"})
            assert bob.submit() is None
            bob.fill({"source_name": "Odd tries"})
        assert bob.submit() is None
        told = reading(bob.sees(word))
        if "No row" in word:
            assert "expected" in told
            assert [one.name for one in _rows(gathering, Source)] == before
            assert _rows(gathering, Batch) == []
            assert [one.what for one in _rows(gathering, AuditRow)].count("named source") == len(before)
    assert [one.name for one in _rows(gathering, Source)] == [*before, "Odd tries"]


CUSTOMERS = "Customer ID,Ticket,resolved_at\n" + "".join(
    f"C{n % 9},T{n},{n % 27 + 1}/3/2016 10:00\n" for n in range(120)
)


def test_a_key_that_leaves_rows_out_waits_for_a_yes_that_names_the_number(gathering: World):
    bob = gathering.bob
    bob.upload(CUSTOMERS.encode(), "log.csv", "service-desk")
    bob.click(bob.sees("I keep *log.csv*"), "gather.map")
    modal = bob.wait_modal("gather.map")
    key = next(one for one in modal["blocks"] if one.get("block_id") == "key")
    said = {one["text"]["text"]: one.get("description", {}).get("text") for one in key["element"]["options"]}
    assert (said["Customer ID"], said["Ticket"]) == ("120 rows, 9 different", "120 rows, 120 different")
    bob.fill({"source": "Incidents", "key": "Customer ID"})
    bob.click(None, "gather.choose", "Customer ID", block_id="key")
    bob.wait(lambda: "Customer ID: 120 rows, 9 different. Only one row of each counts." in str(bob.modal))
    assert bob.submit() is None
    message = bob.sees("Read 120 rows as 9 cases and leave 111 rows out?")
    assert _rows(gathering, Batch)[0].state == "waiting"
    bob.click(message, "gather.map")  # another column
    bob.wait_modal("gather.map")
    bob.fill({"source": "Incidents", "key": "Ticket"})
    assert bob.submit() is None
    assert "120 in 120 rows" in reading(bob.sees("*log.csv* read again into *Incidents*"))
    assert _rows(gathering, Batch)[0].state == "current"


def test_a_yes_to_what_a_key_leaves_out_is_not_asked_for_again(gathering: World):
    bob = gathering.bob
    _map(gathering, CUSTOMERS, key="Customer ID")
    message = bob.sees("leave 111 rows out?")
    assert "Yes, leave 111 out" in str(message)
    bob.click(message, "gather.accept")
    bob.wait(lambda: _rows(gathering, Batch)[0].state == "current", what="the yes")
    bob.upload(CUSTOMERS.replace("/3/2016", "/4/2016").encode(), "april.csv", "service-desk")
    bob.click(bob.sees("*april.csv* looks like *Incidents*"), "gather.read")
    bob.sees("*april.csv* read into *Incidents*, delivery 2")
    assert [one.state for one in _rows(gathering, Batch)] == ["current", "current"]


def test_a_first_delivery_that_needs_a_yes_makes_no_source_before_it(gathering: World):
    bob = gathering.bob
    before = [one.name for one in _rows(gathering, Source)]
    bob.upload(CUSTOMERS.encode(), "log.csv", "service-desk")
    bob.click(bob.sees("I keep *log.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    bob.fill({"source": "new", "key": "Customer ID"})
    assert bob.submit() is None  # the name is asked for
    bob.fill({"source_name": "Tickets"})
    assert bob.submit() is None
    message = bob.sees("Read 120 rows as 9 cases and leave 111 rows out?")
    assert "Nothing has changed yet. There is no delivery before somebody says yes" in reading(message)
    assert f"the file is kept as it came, for {KEPT.days} days" in reading(message)
    assert ([one.name for one in _rows(gathering, Source)], _rows(gathering, Batch)) == (before, [])
    assert len(gathering.bot.kit.files.keys(f"{gathering.team}/raw")) == 1
    gathering.dave.click(message, "gather.accept")
    told = reading(bob.sees("*log.csv* read into *Tickets*"))
    assert f"Accepted by <@{gathering.dave.id}>: 111 of 120 rows are left out, as several have the same" in told
    assert [one.name for one in _rows(gathering, Source)] == [*before, "Tickets"]


def test_a_delivery_that_waits_and_is_refused_leaves_its_source_as_it_was_and_can_be_put_back(gathering: World):
    bob = gathering.bob
    _map(gathering, CUSTOMERS, key="Customer ID")
    message = bob.sees("leave 111 rows out?")
    assert _rows(gathering, Source)[0].mapping == {}
    bob.click(message, "gather.remove")
    message = bob.sees("was taken out by")
    assert (_rows(gathering, Batch)[0].state, _rows(gathering, Source)[0].mapping) == ("removed", {})
    bob.click(message, "gather.restore")
    message = bob.sees("leave 111 rows out?")
    assert not [one for one in _rows(gathering, InboxEvent) if one.kind == "job:gather.reread"]  # it asks what it asked
    bob.click(message, "gather.accept")
    message = bob.sees("Accepted by")
    assert "111 of 120 rows are left out" in reading(message)
    bob.click(message, "gather.how")
    assert "as was agreed, 111 of 120 rows are left out" in reading(bob.wait_modal("gather.how"))
    assert _rows(gathering, Source)[0].mapping["key"] == "Customer ID"
    (accepted,) = [one for one in _rows(gathering, AuditRow) if one.what == "accepted batch"]
    expected = {"kind": "key", "count": 111, "of": 120, "column": "Customer ID", "value": "", "expected": ""}
    assert accepted.new["accepted"] == [expected]
    gathering.alice.command("/csi", "audit", channel="service-desk")
    gathering.alice.wait(lambda: "111 of 120 rows are left out" in reading(gathering.alice.last()), what="the log")


def test_what_was_taken_out_is_put_back_as_its_source_is_read_by_now(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.click(bob.sees("read into *Incidents*"), "gather.remove")
    bob.sees("was taken out by")
    _map(gathering, LATER, "april.csv", dates="day_first", missing="?, tomorrow")
    bob.sees("*april.csv* read into *Incidents*, delivery 2")
    bob.command("/csi", "gather", channel="service-desk")
    modal = bob.wait_modal("gather.open")
    bob.click(modal, f"gather.restore:{_rows(gathering, Batch)[0].id}")
    told = reading(bob.sees("*log.csv* read again into *Incidents*, delivery 1"))
    assert "tomorrow" not in told  # empty by now
    assert [(one.state, one.quarantined) for one in _rows(gathering, Batch)] == [("current", 0), ("current", 0)]


def test_the_message_of_a_file_says_what_became_of_it_after_a_change_and_an_undo(gathering: World):
    bob = gathering.bob
    _map(gathering)
    message = bob.sees("read into *Incidents*")
    assert "`tomorrow`" in reading(message)
    bob.click(message, "gather.how")
    bob.wait_modal("gather.how")
    bob.click(None, "gather.change")
    bob.wait_modal("gather.map")
    _more(gathering)
    bob.fill({"missing": "?, tomorrow"})
    assert bob.submit() is None
    told = bob.sees("had *Incidents* read again")
    again = bob.sees("*log.csv* read again into *Incidents*")
    assert (again["ts"], "`tomorrow`" in reading(again)) == (message["ts"], False)
    bob.click(told, "gather.undo")
    bob.wait(lambda: "`tomorrow`" in reading(bob.sees("*log.csv* read again into *Incidents*")), what="as before")


def test_a_yes_to_another_reading_takes_the_place_of_its_question(gathering: World):
    bob = gathering.bob
    _map(gathering, CUSTOMERS, key="Ticket")
    bob.click(bob.sees("read into *Incidents*"), "gather.how")
    bob.wait_modal("gather.how")
    bob.click(None, "gather.change")
    bob.wait_modal("gather.map")
    bob.fill({"key": "Customer ID"})
    assert bob.submit() is None
    message = bob.sees("Nothing has changed yet")
    bob.click(message, "gather.accept")
    told = bob.sees("had *Incidents* read again")
    assert told["ts"] == message["ts"]
    assert "Reading *Incidents*" not in str(bob.everything("service-desk"))
    assert "111 of 120 rows are left out" in reading(bob.sees("*log.csv* read again into *Incidents*"))


def test_a_look_that_leads_to_nothing_leaves_the_file_as_it_came(gathering: World):
    bob = gathering.bob
    bob.upload(_book(), "book.xlsx", "service-desk")
    firsts = []
    for _ in range(2):
        bob.click(bob.sees("I keep *book.xlsx*"), "gather.map")
        modal = bob.wait_modal("gather.map")
        firsts.append(_initial(modal, "sheet"))
        other = next(name for name in ("Dashboard", "Main Data") if name != firsts[-1])
        bob.fill({"sheet": other})
        bob.click(None, "gather.guess")
        bob.wait(lambda wanted=other: _initial(bob.modal, "sheet") == wanted, what="the other sheet")
        bob.close()
    assert firsts[0] == firsts[1]


def test_a_file_that_nobody_went_on_with_is_gone_after_a_while(gathering: World):
    bob, files = gathering.bob, gathering.bot.kit.files
    _map(gathering)
    bob.sees("*log.csv* read into *Incidents*")
    bob.upload(_book(), "book.xlsx", "service-desk")
    bob.click(bob.sees("I keep *book.xlsx*"), "gather.map")
    modal = bob.wait_modal("gather.map")
    bob.fill({"sheet": next(name for name in ("Dashboard", "Main Data") if name != _initial(modal, "sheet"))})
    bob.click(None, "gather.guess")
    bob.wait(lambda: len(files.keys(f"{gathering.team}/drops")) == 3, what="the look")
    read = _rows(gathering, Batch)[0].raw_key
    gathering.ahead = timedelta(days=29)
    forget({"team_id": gathering.team}, gathering.bot.kit)
    assert len(files.keys(f"{gathering.team}/drops")) == 3
    gathering.ahead = timedelta(days=31)
    forget({"team_id": gathering.team}, gathering.bot.kit)
    assert len(files.keys(f"{gathering.team}/drops")) == 1
    assert [key for key in files.keys(f"{gathering.team}/raw") if key == read] == [read]
    assert len(files.keys(f"{gathering.team}/raw")) == 1


def test_which_answers_are_good_is_chosen_from_the_file(gathering: World):
    bob = gathering.bob
    with gathering.bot.kit.sessions() as session:
        kpi = session.exec(select(Kpi).where(Kpi.name == "Median time to resolve")).one()
        kpi.definition = {"source": "incidents", "measure": "share", "at": "resolved_at"}
        session.add(kpi)
    rows = "".join(f"T{n},{n}/3/2016 10:00,{('Good', 'Bad', 'Offered', 'Meh')[n % 4]}\n" for n in range(10, 29))
    _map(gathering, f"number,resolved_at,Score\n{rows}")
    bob.sees("*log.csv* read into *Incidents*")
    bob.command("/csi", "kpi median_time_to_resolve", channel="service-desk")
    modal = bob.wait_modal("measure.define")
    assert _options(modal, "answers") == ["Good", "Bad", "Meh"]
    assert bob.submit() is None
    bob.wait(lambda: "good" in _rows(gathering, Kpi)[0].definition, what="the condition")
    said = _rows(gathering, Kpi)[0].definition
    assert (said["good"], said["where"]) == ('Score in ("Good")', 'Score in ("Good", "Bad", "Meh")')
    with gathering.bot.kit.sessions() as session:
        turns.jump(session, session.exec(select(Cycle)).one(), 1)
    bob.command("/csi", "kpi median_time_to_resolve", channel="service-desk")  # in step 1 the whole form asks, too
    assert _options(bob.wait_modal("measure.edit_kpi"), "answers") == ["Good", "Bad", "Meh"]
    bob.fill({"answers": ["Good", "Meh"]})
    assert bob.submit() is None
    bob.wait(lambda: "Meh" in _rows(gathering, Kpi)[0].definition["good"], what="the new condition")
    said = _rows(gathering, Kpi)[0].definition
    assert (said["good"], said["where"]) == ('Score in ("Good", "Meh")', 'Score in ("Good", "Bad", "Meh")')


def test_what_is_asked_only_now_is_shown_before_it_is_read(gathering: World):
    """A form that is sent before it could be drawn anew: no KPI reads the clocks that were mapped as the number."""
    bob = gathering.bob
    text = "number,resolved_at,took\n" + "".join(f"A{n},{n}/3/2016 10:00,{n % 9}:{n}\n" for n in range(13, 29))
    bob.upload(text.encode(), "log.csv", "service-desk")
    bob.click(bob.sees("I keep *log.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    _more(gathering)
    bob.fill({"source": "Incidents", "value": "took"})
    assert bob.submit() is None
    shown = bob.wait_modal("gather.map")
    assert "Please choose one: nothing in the file says which." in reading(shown)
    field = next(one["block_id"] for one in shown["blocks"] if one.get("block_id", "").startswith("unit."))
    bob.fill({field: "min:s"})
    assert bob.submit() is None
    bob.sees("*log.csv* read into *Incidents*")
    (source, _) = _rows(gathering, Source)
    assert source.mapping["options"]["units"] == {"took": "min:s"}


def test_the_unit_of_a_number_is_asked_and_what_it_gives_is_in_the_unit_of_the_kpi(gathering: World):
    bob = gathering.bob
    with gathering.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        kpi = session.exec(select(Kpi).where(Kpi.name == "Median time to resolve")).one()
        wanted = {"measure": "median", "value": "took", "at": "resolved_at"}
        kpis.define(session, cycle, kpi, wanted, actor=gathering.alice.id, now=gathering.now())
    text = "number,resolved_at,took\n" + "".join(f"A{n},{n}/3/2016 10:00,312.5\n" for n in range(13, 29))
    bob.upload(text.encode(), "log.csv", "service-desk")
    bob.click(bob.sees("I keep *log.csv*"), "gather.map")
    modal = bob.wait_modal("gather.map")
    field = next(one for one in modal["blocks"] if one.get("block_id", "").startswith("unit."))
    assert field["label"]["text"] == "In which unit is took?"
    assert "initial_option" not in field["element"]
    assert [one["text"]["text"] for one in field["element"]["options"]][:2] == ["hours (the KPI's unit)", "minutes"]
    bob.fill({"source": "Incidents"})
    assert list(bob.submit()) == [field["block_id"]]
    bob.fill({field["block_id"]: "minutes"})
    assert bob.submit() is None
    bob.sees("*log.csv* read into *Incidents*")
    (source, _) = _rows(gathering, Source)
    assert source.mapping["options"]["units"] == {"took": "min"}
    with gathering.bot.kit.sessions.reading() as session:
        cycle = session.exec(select(Cycle)).one()
        study = of_cycle.of_source(session, cycle, source)
        typed = {"moments": ["resolved_at"], "numbers": ["took"]}
        readings = {source.key: held.readings(session, source, gathering.bot.kit.files, **typed)}
    made = process_study(study, readings).kpis["median_time_to_resolve"]
    assert made.series["value"].dropna().round(4).unique().tolist() == [5.2083]


def test_what_parts_thousands_is_asked_where_a_kpi_reads_the_number(gathering: World):
    bob = gathering.bob
    with gathering.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        kpi = session.exec(select(Kpi).where(Kpi.name == "Median time to resolve")).one()
        kpi.unit = "EUR"
        wanted = {"measure": "sum", "value": "cost", "at": "resolved_at"}
        kpis.define(session, cycle, kpi, wanted, actor=gathering.alice.id, now=gathering.now())
    text = "number;resolved_at;cost\n" + "".join(f"A{n};{n}/3/2016 10:00;1.{n}2\n" for n in range(13, 29))
    bob.upload(text.encode(), "log.csv", "service-desk")
    bob.click(bob.sees("I keep *log.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    bob.fill({"source": "Incidents"})
    assert list(bob.submit()) == ["decimal"]
    bob.fill({"decimal": "1132: it parts thousands"})
    assert bob.submit() is None
    bob.sees("*log.csv* read into *Incidents*")
    (source, _) = _rows(gathering, Source)
    assert source.mapping["decimal"] == ","
    with gathering.bot.kit.sessions.reading() as session:
        typed = {"moments": ["resolved_at"], "numbers": ["cost"]}
        (reading_of,) = held.readings(session, source, gathering.bot.kit.files, **typed)
    assert reading_of.frame["cost"].head(2).tolist() == [1132, 1142]


def test_dates_that_look_swapped_are_right_at_one_word(gathering: World):
    bob = gathering.bob
    days = [f"{day}/3/2016" for day in range(4, 13)] + [f"{day}/03/2016" for day in range(13, 20)]
    text = "number,resolved_at\n" + "".join(f"A{n},{day} 10:00\n" for n, day in enumerate(days))
    _map(gathering, text)
    refused = bob.sees("a spreadsheet has swapped day and month")
    assert not _rows(gathering, Source)[0].mapping
    bob.click(refused, "gather.meant")
    said = bob.sees("*log.csv* read into *Incidents*")
    source = _rows(gathering, Source)[0]
    assert source.mapping["options"]["meant"] == ["resolved_at"]
    assert _rows(gathering, Batch)[-1].rows_kept == 16
    bob.click(said, "gather.how")
    assert "every date of *resolved_at* is right as it is" in reading(bob.wait_modal("gather.how"))


def test_far_dates_are_real_at_one_word(gathering: World):
    bob = gathering.bob
    rows = "".join(f"A{n},2016-03-{n} 10:00,2016-03-{n}\n" for n in range(10, 29))
    text = f"number,opened_at,resolved_at\n{rows}B1,2016-03-10 10:00,2222-02-22\nB2,2016-03-10 10:00,2222-02-22\n"
    _map(gathering, text)
    said = bob.sees("*log.csv* read into *Incidents*")
    assert "Dates of *resolved_at* lie far from all others" in reading(said)
    assert _rows(gathering, Batch)[0].quarantined == 2
    bob.click(said, "gather.meant")
    bob.sees("had *Incidents* read again", "service-desk")
    assert _rows(gathering, Batch)[0].quarantined == 0
    assert "far from all others" not in reading(bob.sees("*log.csv* read again into *Incidents*"))


def test_a_date_that_is_read_as_not_yet_is_real_at_one_word_and_not_yet_again(gathering: World):
    bob = gathering.bob
    rows = "".join(
        f"A{day},2016-03-{day:02} 10:00,{'2016-04-01' if day % 3 else '9999-12-31'}\n" for day in range(1, 29)
    )
    _map(gathering, "number,opened_at,resolved_at\n" + rows, key="number", at="opened_at")
    bob.click(bob.sees("*log.csv* read into *Incidents*"), "gather.how")
    view = bob.wait_modal("gather.how")
    assert "In *resolved_at* ‘9999-12-31’ (9 cells): read as “not yet”, without a date." in reading(view)
    bob.click(None, "gather.meant")
    message = bob.sees("had *Incidents* read again")
    assert "every date of *resolved_at* is right as it is (before: nothing)" in reading(message)
    assert _rows(gathering, Source)[0].mapping["options"]["meant"] == ["resolved_at"]
    bob.click(message, "gather.undo")
    bob.sees("took the last change back: had *Incidents* read again")
    assert not _rows(gathering, Source)[0].mapping["options"].get("meant")


def test_how_a_source_is_read_is_looked_at_changed_and_undone(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.click(bob.sees("read into *Incidents*"), "gather.how")
    told = reading(bob.wait_modal("gather.how"))
    assert "dated by *opened_at*, day first, " in told
    assert "one case per *number* (5 rows, 5 different)" in told
    assert f"said by <@{bob.id}>" in told
    bob.click(None, "gather.change")
    bob.wait_modal("gather.map")
    assert _initial(bob.modal, "key") == "number"
    _more(gathering)
    bob.fill({"missing": "?, tomorrow", "key": "(none)"})
    assert bob.submit() is None
    message = bob.sees("had *Incidents* read again (1 delivery): 1 → 0 cells in quarantine")
    (source, _) = _rows(gathering, Source)
    assert (source.mapping.get("key"), source.mapping["missing"], source.version) == (None, ["?", "tomorrow"], 3)
    (batch,) = _rows(gathering, Batch)
    assert (batch.rows_kept, batch.quarantined) == (5, 0)
    gathering.erin.click(message, "gather.undo")
    gathering.erin.wait(lambda: "change how a source is read" in str(gathering.erin.everything("service-desk")))
    bob.click(message, "gather.undo")
    bob.wait(lambda: _rows(gathering, Source)[0].version == 4, what="the mapping before")
    (source, _) = _rows(gathering, Source)
    assert (source.mapping["key"], source.mapping["missing"]) == ("number", ["?"])
    bob.click(message, "gather.undo")
    bob.wait(
        lambda: "changed again meanwhile" in str(bob.modal) or "changed again" in str(bob.everything("service-desk"))
    )


def test_dates_that_look_swapped_once_a_source_is_read_otherwise_are_right_at_one_word(gathering: World):
    bob = gathering.bob
    days = [f"{day}/3/2016" for day in range(4, 13)] + [f"{day}/03/2016" for day in range(13, 20)]
    rows = "".join(f"A{n},{day} 10:00,2016-03-2{n % 9} 10:00,x\n" for n, day in enumerate(days))
    with gathering.bot.kit.sessions() as session:
        kpi = session.exec(select(Kpi).where(Kpi.name == "Median time to resolve")).one()
        kpi.definition = {"measure": "count"}
        session.add(kpi)
    _map(gathering, "number,Entered,closed,note\n" + rows, at="closed")
    bob.click(bob.sees("*log.csv* read into *Incidents*"), "gather.how")
    bob.wait_modal("gather.how")
    bob.click(None, "gather.change")
    bob.wait_modal("gather.map")
    bob.fill({"at": "Entered"})
    assert bob.submit() is None
    refused = bob.sees("a spreadsheet has swapped day and month")
    assert _rows(gathering, Source)[0].mapping["options"]["moments"] == ["closed"]  # nothing has changed
    bob.click(refused, "gather.meant")
    bob.sees("had *Incidents* read again (1 delivery)")
    source = _rows(gathering, Source)[0]
    assert (source.mapping["options"]["moments"], source.mapping["options"]["meant"]) == (["Entered"], ["Entered"])
    assert [one.rows_kept for one in _rows(gathering, Batch)] == [16]


def test_lengths_below_zero_are_counted_at_one_press(gathering: World):
    bob = gathering.bob
    with gathering.bot.kit.sessions() as session:
        kpi = session.exec(select(Kpi).where(Kpi.name == "Median time to resolve")).one()
        kpi.definition = {"measure": "median", "at": "resolved_at", "value": "Late (h)"}
        session.add(kpi)
    rows = "".join(
        f"A{n},2016-0{1 + n // 25}-{n % 25 + 1:02},{-3 if n in (20, 70) else 4 + n % 7}\n" for n in range(100)
    )
    _map(gathering, "number,resolved_at,Late (h)\n" + rows)
    bob.sees("*log.csv* read into *Incidents*")
    with gathering.bot.kit.sessions() as session:
        turns.jump(session, session.exec(select(Cycle)).one(), 4)
    bob.command("/csi", "process", channel="service-desk")
    report = bob.sees("2 lengths of time below zero left out", "service-desk")
    (kpi, _) = _rows(gathering, Kpi)
    bob.click(report, f"measure.meant:{kpi.id}.value")
    bob.wait(lambda: _rows(gathering, Kpi)[0].definition.get("meant") == ["value"], what="the word")
    bob.command("/csi", "process", channel="service-desk")

    def counted() -> int:
        with gathering.bot.kit.sessions.reading() as session:
            found = session.exec(select(AnalysisResult).where(AnalysisResult.kpi_id == kpi.id)).one()
            return sum(point["n"] or 0 for point in found.result["series"])

    bob.wait(lambda: counted() == 100, what="all of them")


def test_a_reading_that_would_lose_what_counts_asks_before(gathering: World):
    bob = gathering.bob
    text = "number,opened_at,resolved_at\n" + "".join(f"A{n},{n}/3/2016,{n + 1}/3/2016\n" for n in range(13, 29))
    _map(gathering, text)
    bob.click(bob.sees("read into *Incidents*"), "gather.how")
    bob.wait_modal("gather.how")
    bob.click(None, "gather.change")
    bob.wait_modal("gather.map")
    bob.fill({"dates": "year first: 2016-02-29, or 29 Feb 2016"})
    assert bob.submit() is None
    message = bob.sees("Nothing has changed yet")
    assert "none of its 16 rows can be read" in reading(message)
    assert "Use it all the same" not in str(message)  # there is nothing to use
    assert (_rows(gathering, Batch)[0].rows_kept, _rows(gathering, Source)[0].mapping["dates"]) == (16, "day_first")


def test_a_known_export_is_named_with_what_it_can_give(gathering: World):
    bob = gathering.bob
    rows = "".join(f"1,{n},a,2025-01-{n:02} 09:00:00,2025-01-{n:02} 12:00:00,30,0,Good\n" for n in range(1, 29))
    header = (
        "Summation column,Id,Requester,Created at,Solved at,First reply time in minutes,Reopens,Satisfaction Score\n"
    )
    bob.upload((header + rows).encode(), "zendesk.csv", "service-desk")
    told = reading(bob.sees("I keep *zendesk.csv*"))
    assert "It looks like a *Zendesk* export: 28 rows, 1 Jan 2025 – 28 Jan 2025, one row per *Id*." in told
    assert "It can give" in told


def test_a_file_dropped_before_any_cycle_begins_one_and_is_then_read(world: World):
    alice = world.alice
    alice.upload(b"Team,Lead,Floor,Desk\nNorth,Ana,first,a\nSouth,Rui,second,b\n", "log.csv", "service-desk")  # no KPI
    alice.click(alice.sees("*log.csv* (2 rows) gives nothing to measure yet"), "cycle.start")
    alice.wait_modal("cycle.start")
    alice.fill({"service": "Service desk"})
    assert alice.submit() is None
    alice.click(alice.sees("I keep *log.csv*"), "gather.map")
    assert "4 columns" in reading(alice.wait_modal("gather.map"))
    assert not [
        one
        for one in world.bob.everything("service-desk")
        if "*log.csv* (2 rows) gives nothing to measure yet" in str(one)
    ]


def test_columns_the_kpis_call_otherwise_are_named_once_and_remembered(gathering: World):
    bob = gathering.bob
    other = LOG.replace("opened_at", "Date opened").replace("resolved_at", "Resolved")
    _map(gathering, other, at="Date opened")
    told = bob.sees("other names than your KPIs")
    with gathering.bot.kit.sessions() as session:  # a KPI that leaves it to the source what dates its rows
        kpi = session.exec(select(Kpi).where(Kpi.name == "Satisfied")).one()
        kpi.definition = {"source": "incidents", "measure": "share", "good": 'made_sla == "true"'}
        session.add(kpi)
    assert "‘resolved_at’, for Median time to resolve" in reading(told)
    bob.click(told, "gather.name")
    fields = [block for block in bob.wait_modal("gather.name")["blocks"] if block["type"] == "input"]
    asked = {block["label"]["text"]: block for block in fields}
    meant = {"‘opened_at’": "Date opened", "‘resolved_at’": "Resolved"}
    for name, column in meant.items():
        element = asked[f"Which column is {name}?"]["element"]
        assert element["initial_option"]["text"]["text"] == column
    bob.fill({block["block_id"]: "Resolved" for block in fields})
    assert "stands for" in bob.submit()[fields[-1]["block_id"]]
    bob.fill({asked[f"Which column is {name}?"]["block_id"]: column for name, column in meant.items()})
    assert bob.submit() is None
    told = reading(bob.sees("*log.csv* read again into"))
    assert "other names" not in told
    assert "line 5, resolved_at: `tomorrow`" in told
    (source, _) = _rows(gathering, Source)
    assert source.mapping["columns"] == {"Date opened": "opened_at", "Resolved": "resolved_at"}
    assert source.mapping["options"]["moments"] == ["opened_at"]
    later = other.replace("/3/2016", "/4/2016").replace("29/2/2016", "1/4/2016")
    bob.upload(later.encode(), "april.csv", "service-desk")
    bob.click(bob.sees("*april.csv* looks like *Incidents*"), "gather.map")
    shown = {block.get("block_id"): block.get("element", {}) for block in bob.wait_modal("gather.map")["blocks"]}
    assert shown["at"]["initial_option"]["text"]["text"] == "Date opened"
    bob.fill({"dates": "day_first"})
    assert bob.submit() is None
    assert "other names" not in reading(bob.sees("*april.csv* read into"))


def test_looking_again_with_another_form(gathering: World):
    bob = gathering.bob
    text = "number;opened_at;n\nA;2024-03-04;1,5\nB;2024-03-05;2,5\n"
    bob.upload(text.encode(), "odd.csv", "service-desk")
    bob.click(bob.sees("I keep *odd.csv*"), "gather.map")
    bob.wait_modal("gather.map")
    _more(gathering)
    bob.fill({"delimiter": ","})
    bob.click(None, "gather.guess")
    bob.wait(lambda: "2 columns" in reading(bob.modal), what="the other reading")
    bob.fill({"delimiter": ";"})
    bob.click(None, "gather.guess")
    bob.wait(lambda: "3 columns" in reading(bob.modal), what="the first reading")
    bob.fill({"source": "Incidents", "value": "n"})
    assert bob.submit() is None
    assert "2 of 2" in reading(bob.sees("*odd.csv* read into"))


def test_a_new_mapping_reads_earlier_deliveries_again(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.sees("*log.csv* read into *Incidents*")
    before = _rows(gathering, Batch)[0]
    assert (before.rows_kept, before.quarantined) == (5, 1)
    _map(gathering, LATER, "april.csv", says="looks like", dates="day_first", missing="?, tomorrow", key="number")
    bob.sees("*april.csv* read into *Incidents*, delivery 2")
    bob.wait(lambda: _rows(gathering, Batch)[0].quarantined == 0, what="the second reading")
    first, second = _rows(gathering, Batch)
    assert (first.ordinal, first.state, first.rows_read, first.rows_kept) == (1, "current", 5, 5)
    assert first.mapping_hash == second.mapping_hash != before.mapping_hash
    assert (first.raw_key, first.sha256) == (before.raw_key, before.sha256)
    assert first.rows_key != before.rows_key
    assert not _rows(gathering, QuarantinedRow)
    again = [one for one in _rows(gathering, AuditRow) if one.what == "read again batch"]
    assert [(one.actor, one.subject_id) for one in again] == [(bob.id, first.id)]
    assert bob.errors == []


def test_a_delivery_without_the_columns_of_a_new_mapping_stays_as_it_was_read(gathering: World):
    bob = gathering.bob
    _map(gathering)
    bob.sees("*log.csv* read into *Incidents*")
    (before,) = _rows(gathering, Batch)
    _map(gathering, LATER.replace("number", "ticket"), "april.csv", says="looks like", dates="day_first", key="ticket")
    bob.sees("*april.csv* read into *Incidents*, delivery 2")
    first, second = _rows(gathering, Batch)
    assert (first.mapping_hash, first.rows_key) == (before.mapping_hash, before.rows_key)
    assert second.mapping_hash != first.mapping_hash
    assert not [one for one in _rows(gathering, InboxEvent) if one.kind == "job:gather.reread"]


def test_a_delivery_that_waits_is_read_again_too(gathering: World):
    bob = gathering.bob
    text = "number,resolved_at\n" + "".join(f"A{n},2/{n}/2016 10:00\n" for n in range(10, 29))
    _map(gathering, text, "us.csv", dates="day_first")
    bob.sees("of its rows are in quarantine")
    _map(gathering, text.replace("2016", "2017"), "later.csv", dates="month_first")
    bob.sees("*later.csv* read into *Incidents*, delivery 2")
    bob.wait(lambda: _rows(gathering, Batch)[0].state == "current", what="the second reading")
    assert (_rows(gathering, Batch)[0].rows_kept, bob.errors) == (19, [])


def test_a_study_dropped_in_the_channel_is_taken_over(gathering: World):
    bob = gathering.bob
    bob.upload(b"jobs:\n  build: 1\n", "ci.yml", "service-desk")
    bob.upload(b"study: 1\nservice: x\n", "bad.yml", "service-desk")
    assert "timezone: is missing" in reading(bob.sees("Nothing of bad.yml"))
    bob.upload(STUDY, "study.yml", "service-desk")
    offered = bob.sees("is a study of Service desk: 2 KPIs")
    bob.click(offered, "gather.study")
    told = reading(bob.sees("source Incident log mapped"))
    assert "KPI Median time to resolve defined" in told
    assert "KPI Within SLA: it is not in the tree" in told
    assert "ci.yml" not in "".join(str(one) for one in bob.everything("service-desk") if one.get("bot_id"))


def test_a_click_reads_into_no_source_of_another_service(gathering: World):
    bob, kit = gathering.bob, gathering.bot.kit
    _map(gathering)
    bob.sees("read into *Incidents*")
    bob.upload(LATER.encode(), "april.csv", "service-desk")
    message = bob.sees("*april.csv* looks like *Incidents*")
    with kit.sessions() as session:
        ours = next(one for one in _rows(gathering, Source) if one.key == "incidents")
        other = Service(team_id=ours.team_id, name="Payroll", created_at=kit.now())
        session.add(other)
        session.flush()
        theirs = Source(team_id=ours.team_id, service_id=other.id, key="pay", created_by="U", created_at=kit.now())
        session.add(theirs)
        session.flush()
        number = theirs.id
    file_id = _value(message, "gather.read").partition(":")[0]
    forged = {"team": {"id": ours.team_id}, "user": {"id": bob.id}, "actions": [{"value": f"{file_id}:{number}"}]}
    with pytest.raises(Conflict, match="belongs to another service"):
        read_as_before(lambda: None, forged, kit)


def _value(message: dict, action_id: str) -> str:
    elements = [one for block in message["blocks"] for one in block.get("elements", ())]
    return next(str(one["value"]) for one in elements if one["action_id"] == action_id)


def test_an_old_workbook_is_answered_at_any_time(world: World):
    world.bob.upload(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "export.xls", "service-desk")
    world.bob.sees("Save it as XLSX or CSV and drop it again", "service-desk")
    world.begin()
    world.bob.upload(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 601, "later.xls", "service-desk")
    world.bob.wait(
        lambda: any(
            "XLSX" in reading(one) and "later.xls" in reading(one) for one in world.bob.everything("service-desk")
        ),
        what="an answer in the file's thread",
    )


def test_one_column_stands_for_two_that_the_kpis_name(gathering: World):
    bob = gathering.bob
    _map(gathering, LOG.replace("resolved_at", "Solved"))
    bob.click(bob.sees("other names than your KPIs"), "gather.name")
    bob.wait_modal("gather.name")
    assert bob.submit() is None  # resolved_at is Solved, as guessed
    bob.sees("log.csv* read again")
    with gathering.bot.kit.sessions() as session:
        kpi = session.exec(select(Kpi).where(Kpi.name == "Satisfied")).one()
        kpi.definition = {"source": "incidents", "measure": "share", "at": "answered_at", "good": 'made_sla == "true"'}
        session.add(kpi)
    bob.command("/csi", "next", channel="service-desk")
    bob.click(bob.sees("reads ‘answered_at’, which Incidents does not have"), "gather.name")
    (field,) = [block for block in bob.wait_modal("gather.name")["blocks"] if block["type"] == "input"]
    choice = next(one for one in field["element"]["options"] if one["text"]["text"] == "resolved_at, once more")
    bob.fill({field["block_id"]: choice["value"]})
    assert bob.submit() is None
    with gathering.bot.kit.sessions() as session:
        assert session.exec(select(Kpi).where(Kpi.name == "Satisfied")).one().definition["at"] == "resolved_at"


def test_what_is_emptied_in_a_kpi_of_the_catalogue_stays_empty(world: World):
    world.begin()
    alice = world.alice
    alice.command("/csi", "measure", channel="service-desk")
    alice.wait_modal("measure.open")
    alice.click(None, "measure.add_kpi")
    alice.wait_modal("measure.add_kpi")
    alice.click(None, "measure.catalogue", "K09")
    alice.wait(lambda: "name:K09" in str(alice.modal), what="the filled form")
    said = {"goal": "Help", "csf": "Fast", "target": "80", "where": "", "good": 'made_sla == "true"'}
    alice.fill(said)
    assert alice.submit() is None
    with world.bot.kit.sessions() as session:
        kpi = session.exec(select(Kpi)).one()
        assert "where" not in kpi.definition
        assert kpi.definition["good"] == 'made_sla == "true"'


def test_a_study_dropped_where_no_cycle_runs_begins_one(world: World):
    alice = world.alice
    alice.upload(b"jobs:\n  build: 1\n", "ci.yml", "service-desk")
    alice.upload(b"study: 1\nservice: x\n", "bad.yml", "service-desk")
    assert "timezone: is missing" in reading(alice.sees("Nothing of bad.yml"))
    alice.upload(STUDY, "study.yml", "service-desk")
    alice.click(alice.sees("*study.yml* is a study of"), "cycle.start")
    modal = alice.wait_modal("cycle.start")
    assert "From *study.yml*, as it says." in reading(modal)
    fields = {one["block_id"]: one["element"] for one in modal["blocks"] if one["type"] == "input"}
    assert len(fields) == 6
    assert fields["service"]["initial_value"] == "Service desk"
    assert fields["period"]["initial_option"]["value"] == "month"
    alice.fill({"approver": [world.carol.id]})
    alice.click(None, "cycle.more")
    modal = alice.wait(lambda: alice.modal if "Time zone" in reading(alice.modal) else None, what="the rest")
    zone = next(one for one in modal["blocks"] if one["block_id"] == "timezone")
    assert zone["element"]["initial_value"] == "Europe/Lisbon"
    assert alice.submit() is None
    with world.bot.kit.sessions.reading() as session:
        (cycle,) = session.exec(select(Cycle)).all()
        assert (cycle.timezone, cycle.period) == ("Europe/Lisbon", "month")
        assert roles.holders(session, world.team, cycle.service_id, Role.APPROVER) == [world.carol.id]
    alice.click(alice.sees("is a study of Service desk:"), "gather.study")
    alice.sees("source Incident log mapped")
    rows = LOG.replace("made_sla\n", "made_sla,sys_updated_at\n").replace("true\n", "true,4/3/2016 09:00\n")
    alice.upload(rows.replace("false\n", "false,4/3/2016 09:00\n").encode(), "log.csv", "service-desk")
    message = alice.sees("*log.csv* seems to be *Incident log* of the study")
    assert "one case per *number*; the latest by *sys_updated_at*" in reading(message)
    assert "speaks against" not in reading(message)
    alice.click(message, "gather.read")
    alice.sees("*log.csv* read into *Incident log*")
    said = "".join(str(one["blocks"]) for one in alice.everything("service-desk") if one.get("bot_id"))
    assert "ci.yml" not in said
