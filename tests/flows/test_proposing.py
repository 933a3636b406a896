"""From an export dropped where nothing runs, or from the catalogue, to the end of step 2: every interaction counted."""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd
import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from bot.blocks.step3_gather import value_of
from bot.sandbox.person import Person, reading
from csi.models import Batch, Cycle, Kpi, PlanRow, Source
from csi.step4_process.computing import evaluated
from tests import zendesk_made
from tests.flows.conftest import World


@dataclass
class Counted:
    """A person whose interactions are counted: what is pressed or sent, and each field that is filled in."""

    who: Person
    count: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.who, name)

    def upload(self, *args: Any, **said: Any) -> Any:
        return self._did("pressed", self.who.upload, *args, **said)

    def command(self, *args: Any, **said: Any) -> Any:
        return self._did("pressed", self.who.command, *args, **said)

    def click(self, *args: Any, **said: Any) -> Any:
        return self._did("pressed", self.who.click, *args, **said)

    def submit(self) -> Any:
        return self._did("pressed", self.who.submit)

    def fill(self, values: dict[str, Any]) -> None:
        self.count["filled"] += len(values)
        self.who.fill(values)

    def _did(self, what: str, act: Any, *args: Any, **said: Any) -> Any:
        self.count[what] += 1
        return act(*args, **said)


def asked(world: World) -> dict | None:
    card = world.card() or {"replies": []}
    return next((one for one in card["replies"] if "asks whether" in one["text"]), None)


def go_on(world: World, person: Counted, step: int) -> None:
    card = world.card()
    person.click(card, "cycle.next")
    world.alice.wait(lambda: f"step {step} of 7" in world.card()["text"], what=f"step {step} on the card")


def test_a_group_of_the_file_is_chosen_from_a_menu_to_compare_like_with_like(world: World):
    dave = world.dave
    lines = zendesk_made.csv().splitlines(keepends=True)
    text = "".join(one.replace("Normal", ("Low", "High")[place % 3 == 0]) for place, one in enumerate(lines))
    dave.upload(text.encode(), "zendesk_tickets.csv", channel="service-desk")
    dave.click(dave.sees("looks like a Zendesk export", "service-desk", timeout=60), "propose.open")
    dave.wait_modal("propose.choose")
    dave.fill({"data": [dave.id, world.bob.id], "approver": [world.carol.id]})
    assert dave.submit() is None
    dave.wait_modal("propose.agree")
    dave.click(None, "propose.more")
    dave.wait(lambda: "strata" in str(dave.modal), what="the rest of the form")
    dave.fill({"strata": "Priority"})
    assert dave.submit() is None
    dave.wait(world.card, what="the card")
    world.settled()
    with world.bot.kit.sessions.reading() as session:
        kpi = next(one for one in session.exec(select(Kpi)).all() if one.key == "mean_time_to_resolve_mttr")
    assert kpi.definition["strata"] == "Priority"
    for chosen, expected in (("Status", "Status"), (None, None)):
        dave.command("/csi", f"kpi {kpi.key}", channel="service-desk")
        dave.wait_modal("measure.edit_kpi")
        dave.fill({"strata": chosen})
        assert dave.submit() is None
        with world.bot.kit.sessions.reading() as session:
            kpi = next(one for one in session.exec(select(Kpi)).all() if one.key == kpi.key)
        assert kpi.definition.get("strata") == expected


def test_a_dropped_export_is_measured_by_in_ten_interactions(world: World):
    count: Counter[str] = Counter()
    dave, carol = Counted(world.dave, count), Counted(world.carol, count)
    dave.upload(zendesk_made.csv().encode(), "zendesk_tickets.csv", channel="service-desk")
    shown = dave.sees("looks like a Zendesk export", "service-desk", timeout=60)
    assert "400 rows, 5 Jan 2026 – " in reading(shown)
    assert "It can give" in reading(shown)
    dave.click(shown, "propose.open")
    view = dave.wait_modal("propose.choose")
    assert "date *Created at* · one row per *Id*" in reading(view)
    dave.fill({"data": [world.dave.id, world.bob.id], "approver": [world.carol.id]})
    assert dave.submit() is None
    aims = dave.wait_modal("propose.agree")
    world.dave.fill({"target_mean_time_to_resolve": "1200"})
    assert world.dave.submit() is None
    odd = world.dave.wait_modal("propose.agree")
    assert "1,200 h is far from all there was: 16 h to 20 h in 40 weeks." in reading(odd)
    assert "meant_target_mean_time_to_resolve" in {block.get("block_id") for block in odd["blocks"]}
    dave.fill({"target_mean_time_to_resolve": "16"})
    assert dave.submit() is None, reading(aims)
    dave.wait(world.card, what="the card")
    question = dave.wait(lambda: asked(world), what="the question to the business")
    assert "Mean time to resolve (MTTR)*: 20 h → at most 16 h" in reading(question)
    carol.click(question, "measure.approve")
    carol.wait(lambda: "approved this" in reading(asked(world)), what="the answer")
    go_on(world, dave, 2)
    world.dave.command("/csi", "assess")
    matrix = world.dave.wait_modal("assess.open")
    assert "measured automatically, from *zendesk tickets*, 1 delivery: 400 of 400 rows, 40 weeks, newest" in reading(
        matrix
    )
    go_on(world, dave, 3)
    assert count == {"pressed": 7, "filled": 3}  # README says so; more than twelve would be too many
    world.settled()
    world.dave.click(shown, "propose.leave")
    world.dave.wait(
        lambda: not any("looks like a Zendesk" in reading(one) for one in world.dave.everything()),
        what="the offer to go",
    )
    with world.bot.kit.sessions.reading() as session:
        cycle, source, batch = (session.exec(select(table)).one() for table in (Cycle, Source, Batch))
        made = {one.key: one for one in session.exec(select(Kpi)).all()}
        plans = {one.kpi_id: one for one in session.exec(select(PlanRow)).all()}
    assert (cycle.step, cycle.period, source.name) == (3, "week", "zendesk tickets")
    assert (batch.source_id, batch.state, batch.rows_kept, batch.mapping) == (source.id, "current", 400, source.mapping)
    assert {key: (one.target, one.counter) for key, one in made.items()} == {
        "mean_time_to_resolve_mttr": (16, "reopen_rate"),
        "first_response_time": (30, "reopen_rate"),
        "reopen_rate": (20, "mean_time_to_resolve_mttr"),
        "customer_satisfaction_csat": (100, ""),
    }
    assert {one.measurability for one in made.values()} == {"measured automatically"}
    assert {(plan.source_id, plan.owner, plan.backup) for plan in plans.values()} == {
        (source.id, world.dave.id, world.bob.id)
    }
    assert plans[made["reopen_rate"].id].tested["usable"] == 400


def test_the_catalogue_leads_to_the_end_of_step_2_in_twelve_presses(world: World):
    count: Counter[str] = Counter()
    dave, carol = Counted(world.dave, count), Counted(world.carol, count)
    dave.command("/csi", "start Service desk", channel="service-desk")
    dave.wait_modal("cycle.start")
    dave.fill({"data_owner": world.bob.id, "approver": [world.carol.id]})
    assert dave.submit() is None
    dave.wait(world.card, what="the card")
    dave.command("/csi", "measure")
    dave.wait_modal("measure.open")
    dave.click(None, "propose.catalogue")
    dave.wait_modal("propose.choose")
    offered = [one["text"]["text"] for one in world.dave.options("propose.others", "how fast do we answer")]
    assert offered[0] == "First response time"
    dave.fill({"others": ["K02", "K08", "K16"]})
    assert dave.submit() is None
    dave.wait_modal("propose.agree")
    dave.fill({"target_K02": "30", "target_K08": "5", "target_K16": "90"})
    assert dave.submit() is None
    question = dave.wait(lambda: asked(world), what="the question to the business")
    carol.click(question, "measure.approve")
    carol.wait(lambda: "approved this" in reading(asked(world)), what="the answer")
    go_on(world, dave, 2)
    dave.command("/csi", "assess")
    dave.wait_modal("assess.open")
    dave.click(None, "assess.kpi", value=str(_first(world)))
    dave.wait_modal("assess.kpi")
    dave.fill({"source": "Tickets", "backup": world.dave.id, "same": ["all"]})
    assert dave.submit() is None
    go_on(world, dave, 3)
    assert count == {"pressed": 12, "filled": 9}  # README says so
    with world.bot.kit.sessions.reading() as session:
        made = {one.catalogue: one for one in session.exec(select(Kpi)).all()}
    assert {id: one.target for id, one in made.items()} == {"K02": 30, "K08": 5, "K16": 90}
    assert made["K02"].counter == made["K08"].key


QUERY = "SELECT id, created_at, solved_at, priority, reopens, satisfaction_score FROM ticket"


def test_a_whole_turn_with_four_kpis_in_thirty_interactions(world: World):
    """From the dropped export to the closed cycle; who is asked by the bot answers where they were asked."""
    weeks = (world.now().replace(tzinfo=None) - zendesk_made.FIRST).days // 7  # nothing is late
    count: Counter[str] = Counter()
    dave, carol = Counted(world.dave, count), Counted(world.carol, count)
    dave.upload(zendesk_made.csv(weeks).encode(), "zendesk_tickets.csv", channel="service-desk")
    dave.click(dave.sees("looks like a Zendesk export", "service-desk", timeout=60), "propose.open")
    dave.wait_modal("propose.choose")
    dave.fill({"data": [world.dave.id, world.bob.id], "approver": [world.carol.id]})
    assert dave.submit() is None
    dave.wait_modal("propose.agree")
    dave.fill({"target_mean_time_to_resolve": "16"})
    assert dave.submit() is None
    carol.click(dave.wait(lambda: asked(world), what="the question to the business"), "measure.approve")
    carol.wait(lambda: "approved this" in reading(asked(world) or {}), what="the answer")
    for step in (2, 3, 4):
        world.settled()
        go_on(world, dave, step)
    dave.command("/csi", "process")
    dave.sees("the data, made comparable", timeout=60)
    go_on(world, dave, 5)
    dave.command("/csi", "analyse")
    dave.wait(lambda: "4 of 4 findings wait" in reading(world.dave.modal or {}), 60, "the drafts")
    dave.click(None, "analyse.windows")  # two thirds before and one third after are filled in
    dave.wait_modal("analyse.windows")
    assert dave.submit() is None
    dave.wait(lambda: "likely" in reading(world.dave.modal or {}), 60, "the verdicts")
    dave.click(None, "analyse.all")
    together = dave.wait_modal("analyse.all")
    assert reading(together).count("Likely cause: ") == 4
    assert dave.submit() is None
    dave.wait(lambda: "Every finding is confirmed" in reading(world.dave.modal or {}), what="the findings")
    world.dave.close(everything=True)
    go_on(world, dave, 6)
    dave.command("/csi", "present")
    dave.wait_modal("present.send")
    assert dave.submit() is None
    carol.click(carol.sees("did we get there?", timeout=60), "present.acknowledge")
    go_on(world, dave, 7)
    dave.command("/csi", "act")
    dave.wait_modal("act.open")
    dave.click(None, "act.propose", str(_first(world)))
    dave.wait_modal("act.propose")
    dave.fill({"title": "Second line takes its tickets in the morning", "owner": world.bob.id})
    assert dave.submit() is None
    world.dave.close(everything=True)
    carol.click(carol.sees("do you approve action 1"), "act.approve")
    carol.sees("*approved* by")
    world.settled()  # the decision is announced, too
    dave.command("/csi", "close")
    dave.wait_modal("cycle.close")
    assert dave.submit() is None
    dave.sees("cycle 2 – step 1 of 7")
    assert count == {"pressed": 26, "filled": 5}  # README says so; 35 together would be too many


def database(folder: Path) -> str:
    """The address of a database that holds the same tickets."""
    header, *lines = csv.reader(zendesk_made.csv().splitlines())
    names = [one.replace(" ", "_").lower() for one in header]
    with closing(sqlite3.connect(folder / "desk.db")) as connection:
        connection.execute(f"CREATE TABLE ticket ({', '.join(f'{name} TEXT' for name in names)})")
        connection.executemany(f"INSERT INTO ticket VALUES ({', '.join('?' * len(names))})", lines)
        connection.commit()
    return f"sqlite:///{folder / 'desk.db'}"


def test_a_query_proposes_and_leads_to_the_end_of_step_2_in_eleven_presses(world: World, tmp_path: Path):
    address = database(tmp_path)
    world.stop()
    allowed = {"csi_token_key": Fernet.generate_key().decode(), "csi_allow_database_folders": str(tmp_path)}
    world.settings = world.settings.model_copy(update=allowed)
    world.start()
    count: Counter[str] = Counter()
    dave, carol = Counted(world.dave, count), Counted(world.carol, count)
    dave.command("/csi", "start Service desk", channel="service-desk")
    dave.wait_modal("cycle.start")
    dave.fill({"data_owner": world.bob.id, "approver": [world.carol.id]})
    assert dave.submit() is None
    dave.wait(world.card, what="the card")
    dave.command("/csi", "source")
    dave.wait_modal("source.open")
    dave.click(None, "source.add", "sql")
    dave.wait_modal("source.save")
    dave.fill({"name": "Tickets", "address": address, "query": QUERY})
    assert dave.submit() is None
    world.dave.close()
    shown = dave.sees("It can give", "service-desk", timeout=60)
    assert "*Tickets* looks like a table: 400 rows, 5 Jan 2026 – " in reading(shown)
    world.erin.click(shown, "propose.leave")  # who has no role here decides nothing
    world.erin.sees("To leave what was delivered one must be", "service-desk")
    dave.click(shown, "propose.open")
    view = dave.wait_modal("propose.choose")
    assert "date *created_at* · one row per *id*" in reading(view)
    dave.fill({"data": [world.bob.id, world.dave.id]})
    assert dave.submit() is None
    aims = dave.wait_modal("propose.agree")
    dave.fill({"target_mean_reopens": "0.1"})  # now is its best quarter: a person says that it is to stay so
    assert dave.submit() is None, reading(aims)
    question = dave.wait(lambda: asked(world), what="the question to the business")
    carol.click(question, "measure.approve")
    carol.wait(lambda: "approved this" in reading(asked(world)), what="the answer")
    go_on(world, dave, 2)
    go_on(world, dave, 3)
    assert count == {"pressed": 11, "filled": 7}  # README says so
    world.settled()
    assert "chose what is measured from *Tickets*" in reading(dave.sees("from *Tickets*", "service-desk"))
    with world.bot.kit.sessions.reading() as session:
        source, batch = (session.exec(select(table)).one() for table in (Source, Batch))
        made = session.exec(select(Kpi)).all()
    assert (source.kind, source.mapping["sql"], source.mapping["options"]["query"]) == ("sql", address, QUERY)
    assert source.mapping["options"]["moments"][0] == "created_at"
    assert (batch.way, batch.state, batch.rows_kept) == ("sql", "current", 400)
    assert "solved_at" in batch.counts["cells"]
    assert len(made) >= 3
    assert {one.measurability for one in made} == {"measured automatically"}
    assert {one.definition["source"] for one in made} == {source.key}


def _first(world: World) -> int:
    with world.bot.kit.sessions.reading() as session:
        return session.exec(select(Kpi)).all()[0].id


CLOCKS = [f"{minutes}:{seconds:02}" for minutes, seconds in ((2, 41), (6, 38), (5, 8), (8, 24), (3, 2))]


def clocks_csv(days: int = 200) -> str:
    """A case a day, each with how long it took as a clock of two parts, beside a moment that has a clock, too."""
    first = datetime(2026, 2, 2, 8)
    lines = [f"R{n},{first + timedelta(days=n)},{CLOCKS[n % 5]}" for n in range(days)]
    return "\n".join(["Ref,Closed on,Handle time", *lines, ""])


def by_week(minutes_of: Callable[[str], float]) -> list[float]:
    """The means of whole weeks, by pandas alone."""
    frame = pd.read_csv(StringIO(clocks_csv()))
    weeks = pd.to_datetime(frame["Closed on"]).dt.to_period("W-SUN")
    found = frame["Handle time"].map(minutes_of).groupby(weeks).agg(["mean", "count"])
    return [float(value) for value in found["mean"][found["count"] == 7]]


def parts(cell: str) -> tuple[int, int]:
    large, _, small = cell.partition(":")
    return int(large), int(small)


def series(world: World) -> list[float]:
    """What the cycle measures now, of whole weeks."""
    with world.bot.kit.sessions.reading() as session:
        cycle = session.exec(select(Cycle)).one()
        kpi = next(one for one in session.exec(select(Kpi)).all() if one.definition.get("value"))
        found = evaluated(session, cycle, world.bot.kit.files).kpis[kpi.key].processed.series
    return [float(value) for value, n in zip(found["value"], found["n"], strict=True) if n == 7]


def test_what_a_clock_of_two_parts_is_is_asked_kept_changed_and_undone(world: World):
    dave = world.dave
    dave.upload(clocks_csv().encode(), "durations.csv", channel="service-desk")
    dave.click(dave.sees("looks like a table", "service-desk", timeout=60), "propose.open")
    shown = reading(dave.wait_modal("propose.choose"))
    assert "Mean of Handle time" not in shown
    assert "2:41 may be hours and minutes, or minutes and seconds: “Change how it is read” asks which." in shown
    dave.click(None, "propose.how")
    dave.wait_modal("propose.read")
    dave.fill({"clock_0": "min:s"})
    assert dave.submit() is None
    dave.wait(lambda: "Mean of Handle time" in reading(dave.modal or {}), 60, "the KPI that can be measured now")
    dave.fill({"data": [dave.id, world.bob.id], "approver": [world.carol.id]})
    assert dave.submit() is None
    dave.wait_modal("propose.agree")
    dave.fill({"target_mean_handle_time": "5"})
    assert dave.submit() is None
    dave.sees("read into *durations*, delivery 1", timeout=60)
    as_minutes = by_week(lambda cell: parts(cell)[0] + parts(cell)[1] / 60)
    as_hours = by_week(lambda cell: 60 * parts(cell)[0] + parts(cell)[1])
    assert len(as_minutes) == 28
    assert series(world) == pytest.approx(as_minutes)
    dave.click(dave.sees("read into *durations*, delivery 1"), "gather.how")
    assert "Handle time: 3:02 is 3 min 2 s" in reading(dave.wait_modal("gather.how")).replace("*", "")
    dave.click(None, "gather.change")
    dave.wait_modal("gather.map")
    dave.fill({f"unit.{value_of('Handle time')}": "h:mm"})
    assert dave.submit() is None
    assert "I read durations so" in reading(dave.modal or {}).replace("*", "")
    told = dave.sees("had *durations* read again")
    before, now = (f"{one:.3g} min" for one in (fmean(as_minutes[-13:]), fmean(as_hours[-13:])))
    assert f"*Mean of Handle time*: {before} → {now}" in reading(told)
    dave.wait(
        lambda: f"{now} → at most 5 min" in reading(dave.sees("asks whether this is what")), 30, "the level as read now"
    )
    assert series(world) == pytest.approx(as_hours)
    assert "200 cells of ‘Handle time’ are read as another value" in reading(told)
    dave.click(told, "gather.undo")
    dave.wait(lambda: series(world) == pytest.approx(as_minutes), 60, "the values as before")
