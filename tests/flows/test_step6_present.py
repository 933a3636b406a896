"""Presenting through the sandbox's Slack: asked for, drawn, posted, answered; refused when stale; failures said."""

from __future__ import annotations

import pytest

from bot.sandbox.person import reading
from csi import cycle as cycles
from csi.charts import charts
from csi.cycle import opening
from csi.models import Cycle, Report, ReportClick
from csi.storage import rows
from tests.flows.conftest import World
from tests.step6_present import presentable

HEADLINE = "Service desk, cycle 1: did we get there?"


@pytest.fixture
def ready(world: World) -> World:
    """A cycle in step 6, its data analysed."""
    world.begin()
    kit = world.bot.kit
    presentable.presentable(kit.sessions, kit.files, world.team, 1, world.now())
    return world


def present(world: World, **filled: str) -> dict[str, str] | None:
    assert world.bob.command("/csi", "present", channel="service-desk") == ""
    world.bob.wait_modal("present.send")
    world.bob.fill(filled)
    return world.bob.submit()


def posted(world: World, count: int) -> list[dict]:
    """The channel's messages without the card, when there are so many."""
    found: list[dict] = []

    def enough() -> bool:
        found[:] = [one for one in world.alice.messages("service-desk") if not one["pinned"] and one.get("blocks")]
        return len(found) >= count

    world.alice.wait(enough, timeout=60, what=f"{count} messages")
    return found


def of(world: World, table: type) -> list:
    with world.bot.kit.sessions.reading() as session:
        return rows(session, table, world.team)


def images(message: dict) -> list[dict]:
    return [block for block in message["blocks"] if block["type"] == "image"]


def test_a_report_is_posted_with_verdicts_grid_charts_and_their_words(ready: World):
    assert present(ready, audience="business and customers") is None
    head, hours, kept = posted(ready, 3)
    assert HEADLINE in reading(head)
    assert "*Hours to resolve*: ACHIEVED. " in reading(head)
    assert "For your information." in reading(head)
    assert "met 10 of 20" in images(head)[0]["alt_text"]
    assert "Control chart: Hours to resolve for Service desk" in images(hours)[0]["alt_text"]
    assert "0 → 100 %, improved" in reading(kept)
    [report] = of(ready, Report)
    assert report.state == "sent"
    assert {line["kpi"] for line in report.content["verdicts"]} == {"hours", "kept"}


def test_the_preview_shows_what_will_be_seen_and_the_ask_is_needed_for_a_decision(ready: World):
    ready.bob.command("/csi", "present", channel="service-desk")
    assert "Hours to resolve" in str(ready.bob.wait_modal("present.send"))
    ready.bob.fill({"purpose": "decision"})
    assert "V6.3" in ready.bob.submit()["ask"]
    ready.bob.fill({"ask": "Shall we keep the triage? <!channel>"})
    assert ready.bob.submit() is None
    head = posted(ready, 3)[0]
    assert "Shall we keep the triage? &lt;!channel&gt;" in str(head["blocks"])
    assert ready.erin.id not in head["pinged"]


def test_before_step_6_and_without_an_analysis_presenting_is_refused(world: World):
    world.begin()
    world.bob.command("/csi", "present", channel="service-desk")
    assert "this cycle is in step 1" in reading(world.bob.last())
    kit = world.bot.kit
    with kit.sessions() as session:
        presentable.fill(session, cycles.by_id(session, world.team, 1), kit.files)
    world.bob.command("/csi", "present", channel="service-desk")
    assert "V5.1" in reading(world.bob.last())
    assert "Not analysed yet: Hours to resolve, Kept our word." in reading(world.bob.last())


def test_after_new_data_the_old_analysis_is_not_presented(ready: World):
    kit = ready.bot.kit
    with kit.sessions() as session:
        more = presentable.tickets([12.0, 13.0, 14.0])
        presentable.deliver(session, cycles.by_id(session, ready.team, 1), kit.files, more)
    ready.bob.command("/csi", "present", channel="service-desk")
    assert "other data than is held now" in reading(ready.bob.last())
    assert of(ready, Report) == []


def test_data_that_changes_while_it_is_drawn_stops_the_report(ready: World, monkeypatch: pytest.MonkeyPatch):
    kit, drawn = ready.bot.kit, charts.draw

    def deliver_meanwhile(view):
        if view.kpi.id == "kept":
            return drawn(view)
        with kit.sessions() as session:
            cycle = cycles.by_id(session, ready.team, 1)
            presentable.deliver(session, cycle, kit.files, presentable.tickets([99.0], cases=7))
        return drawn(view)

    monkeypatch.setattr(charts, "draw", deliver_meanwhile)
    present(ready, audience="suppliers")
    said = ready.alice.sees("could not be made", "service-desk")
    assert "other data than is held now" in reading(said)
    assert of(ready, Report)[0].state == "failed"


def test_a_chart_that_cannot_be_drawn_is_said_in_its_place_and_to_its_owner(ready: World, monkeypatch):
    drawn = charts.draw

    def torn(view):
        if view.kpi.id == "kept":
            raise RuntimeError("out of ink")
        return drawn(view)

    monkeypatch.setattr(charts, "draw", torn)
    present(ready, audience="suppliers")
    [lost] = [one for one in posted(ready, 3) if "The chart of Kept our word could not be drawn." in reading(one)]
    assert not images(lost)
    assert sum(len(images(one)) for one in posted(ready, 3)) == 2
    ready.bob.wait(lambda: any("Kept our word" in reading(dm) for dm in ready.bob.dms()), what="a word to its owner")


def test_readers_acknowledge_once_ask_and_decide_and_it_is_kept(ready: World):
    present(ready, purpose="decision", ask="Keep the triage?")
    head = posted(ready, 3)[0]
    ready.erin.click(head, "present.acknowledge")
    ready.erin.click(head, "present.acknowledge")
    ready.alice.wait(lambda: "Acknowledged by" in reading(posted(ready, 3)[0]), what="the acknowledgement")
    ready.erin.click(head, "present.question")
    ready.erin.wait_modal("present.question")
    ready.erin.fill({"text": "Does it hold at night?"})
    assert ready.erin.submit() is None
    ready.erin.click(head, "present.decide")
    ready.erin.wait_modal("present.decide")
    ready.erin.fill({"text": "No"})
    assert "approver" in ready.erin.submit()["text"]
    ready.erin.close()
    ready.carol.click(head, "present.decide")
    ready.carol.wait_modal("present.decide")
    ready.carol.fill({"text": "Yes, until March"})
    assert ready.carol.submit() is None
    ready.alice.wait(lambda: len(ready.alice.messages("service-desk", thread_ts=head["ts"])) >= 3, what="the thread")
    thread = "\n".join(reading(one) for one in ready.alice.messages("service-desk", thread_ts=head["ts"]))
    assert "Does it hold at night?" in thread
    asked = next(one for one in posted(ready, 3)[0]["replies"] if "at night?" in reading(one))
    for who, refused in ((ready.erin, True), (ready.bob, False)):  # who reads does not answer for the service
        who.click(asked, "present.answer")
        who.wait_modal("present.answer")
        who.fill({"text": "Yes, since May."})
        assert bool(who.submit()) is refused
    ready.erin.sees(f"<@{ready.bob.id}> answers <@{ready.erin.id}>: Yes, since May.")
    assert "Yes, until March" in thread
    assert "Frozen; the record ended with" in thread  # a witness beside the database, and nobody's first line
    assert "the record ended with" not in reading(head)
    kept = [(click.kind, click.user_id, click.text) for click in of(ready, ReportClick)]
    assert kept == [
        ("acknowledge", ready.erin.id, ""),
        ("question", ready.erin.id, "Does it hold at night?"),
        ("decide", ready.carol.id, "Yes, until March"),
    ]


def test_v6_1_how_was_this_computed_opens_definition_sources_n_and_formula(ready: World):
    present(ready, audience="suppliers")
    hours = posted(ready, 3)[1]
    ready.erin.click(hours, "present.how")
    shown = str(ready.erin.wait_modal("notice"))
    for wanted in ("median of resolved − opened", "160 cases in 20 weeks", "Tickets (tickets.csv)", "Limits: XmR"):
        assert wanted in shown


def test_a_report_survives_the_bot_being_stopped_before_it_is_drawn(ready: World, monkeypatch):
    ready.bot.inbox_worker.stop()
    present(ready, audience="suppliers")
    ready.restart()
    assert HEADLINE in reading(posted(ready, 3)[0])


def test_why_is_one_press_away_and_the_report_comes_on_paper(ready: World):
    present(ready)
    hours = posted(ready, 3)[1]
    ready.erin.click(hours, "present.why")
    why = reading(ready.erin.wait_modal("notice"))
    assert "Hours to resolve fell from 40.9 h to 12.5 h" in why
    assert "σz" not in why
    ready.bob.command("/csi", "export pdf")
    shared = ready.erin.sees("on paper, for", "service-desk")
    assert ready.erin.download(shared["files"][0]).startswith(b"%PDF")


def test_all_cycles_of_a_kpi_are_drawn_into_its_thread_once(ready: World):
    with ready.bot.kit.sessions() as session:
        cycles.by_id(session, ready.team, 1).number = 2
    present(ready, audience="suppliers")
    hours = posted(ready, 3)[1]
    for _ in range(2):
        ready.erin.click(hours, "present.spiral")

    def thread() -> list[dict]:
        return ready.alice.messages("service-desk", thread_ts=hours["ts"])

    ready.alice.wait(lambda: any(images(one) for one in thread()), timeout=30, what="the spiral")
    [drawn] = [one for one in thread() if images(one)]
    assert "Spiral chart: Hours to resolve, 1 cycle: ACHIEVED. 40.9 → 12.5 h" in images(drawn)[0]["alt_text"]


def teams(hours: list[float]) -> bytes:
    """The same tickets of two teams, of which only one became quicker; as many more as it takes."""
    head, *lines = presentable.tickets(hours, cases=24).decode().splitlines()
    old = presentable.tickets([42.0] * len(hours), cases=24).decode().splitlines()[1:]
    rows = [f"{line},North" for line in lines] + [f"X{line},South" for line in old]
    return "\n".join([f"{head},team", *sorted(rows, key=lambda row: row.split(",")[1])]).encode()


def test_where_a_change_lies_is_one_press_away_and_drawn_from_what_was_frozen(world: World):
    ready, kit = world, world.bot.kit
    world.begin()
    two = teams(presentable.IMPROVED)
    presentable.presentable(kit.sessions, kit.files, world.team, 1, world.now(), content=two)
    present(ready, audience="suppliers")
    hours, word = sorted(posted(ready, 3)[1:], key=lambda one: "Kept our word" in reading(one))
    assert not [one for one in ready.alice.messages("service-desk", thread_ts=hours["ts"]) if images(one)]
    for _ in range(2):
        ready.erin.click(hours, "present.further", "1:hours:where")
    ready.erin.click(word, "present.further:menu", "1:kept:budget")

    def pictures(message: dict) -> list[dict]:
        return [one for one in ready.alice.messages("service-desk", thread_ts=message["ts"]) if images(one)]

    ready.alice.wait(lambda: bool(pictures(hours) and pictures(word)), timeout=60, what="the pictures")
    [drawn] = pictures(hours)
    assert "Ranking with intervals for Service desk. Hours to resolve by team" in images(drawn)[0]["alt_text"]
    assert "team North: −" in reading(drawn)
    assert "Error budget of Kept our word" in images(pictures(word)[0])[0]["alt_text"]
    ready.bob.command("/csi", "analyse", channel="service-desk")
    ready.bob.wait_modal("analyse.open")
    ready.bob.click(None, "analyse.where:1", "1")
    ready.bob.wait(lambda: "team North: −" in reading(ready.bob.wait_modal("notice")), what="where it is, in words")
    ready.bob.wait(lambda: any(images(dm) for dm in ready.bob.dms() if dm.get("blocks")), timeout=30, what="a picture")


def test_a_kpi_that_is_measured_no_longer_keeps_its_chart_in_the_history(ready: World):
    kit = ready.bot.kit
    with kit.sessions() as session:
        first = cycles.by_id(session, ready.team, 1)
        first.state, first.open_channel, first.open_service = "closed", None, None
        session.flush()
        second = Cycle(
            team_id=ready.team,
            service_id=first.service_id,
            number=2,
            channel_id=first.channel_id,
            open_channel=first.channel_id,
            open_service=first.service_id,
            timezone=first.timezone,
            started_by=ready.alice.id,
            started_at=ready.now(),
        )
        opening.open_cycle(session, second, actor=ready.alice.id, now=ready.now())
    ready.alice.command("/csi", "history", channel="service-desk")
    shown = ready.alice.sees("2 KPIs: ", "service-desk")
    assert "achieved" in reading(shown)
    ready.alice.click(shown, "history.spiral", "2:hours")
    ready.alice.sees("comes into your conversation with me", "service-desk")
    ready.alice.wait(lambda: any(images(dm) for dm in ready.alice.dms() if dm.get("blocks")), what="the chart")
    [drawn] = [dm for dm in ready.alice.dms() if dm.get("blocks") and images(dm)]
    assert "Spiral chart: Hours to resolve" in images(drawn)[0]["alt_text"]
