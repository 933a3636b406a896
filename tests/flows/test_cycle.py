"""Beginning a cycle, going on and back, and what is seen of it, through the sandbox's Slack."""

from __future__ import annotations

import pytest

from bot.sandbox.person import reading
from csi.models import InboxEvent
from csi.storage import rows
from tests.flows.conftest import World


def texts(blocks) -> str:
    return "\n".join(str(block.get("text", {}).get("text", "")) for block in blocks)


def answer(person) -> str:
    shown = person.last()
    return texts(shown["blocks"]) or shown["text"]


def test_help_lists_the_words_and_an_unknown_word_gets_the_nearest(world: World):
    world.alice.command("/csi", "help")
    assert "/csi start SERVICE" in answer(world.alice)
    world.alice.command("/csi", "strat")
    message = world.alice.last()
    assert "Did you mean this?" in answer(world.alice)
    assert "/csi gather" not in answer(world.alice)
    world.alice.click(message, "cycle.open:start")
    world.alice.wait_modal("cycle.start")
    assert world.alice.errors == []


def test_alone_it_offers_to_begin_where_no_cycle_runs(world: World):
    world.alice.command("/csi", "")
    message = world.alice.last()
    assert "No cycle is running" in texts(message["blocks"])
    world.alice.click(message, "cycle.start")
    assert world.alice.wait_modal("cycle.start")["title"]["text"] == "Begin a cycle"


def test_a_cycle_begins_with_a_pinned_card_and_says_what_waits_for_whom(world: World):
    world.begin()
    card = world.card()
    assert "Service desk, cycle 1 – step 1 of 7: What should you measure?" in card["text"]
    world.alice.wait(lambda: world.card()["replies"], what="the announcement in the card's thread")
    world.alice.command("/csi", "")
    assert "Waiting for you" in answer(world.alice)
    world.erin.command("/csi", "")
    assert "Nothing waits for you here." in answer(world.erin)
    home = texts(world.alice.home()["blocks"])
    assert "step 1, due" in home


def test_either_database_carries_a_cycle_over_a_restart(world_on_either: World):
    world = world_on_either
    world.begin()
    world.tick()
    world.restart()
    world.dave.command("/csi", "next")
    assert "V1.1" in answer(world.dave)
    assert "For you" in texts(world.alice.home()["blocks"])


def test_next_is_refused_with_each_rule_its_sentence_and_a_button(world: World):
    world.begin()
    world.alice.command("/csi", "next")
    blocks = world.alice.last()["blocks"]
    assert "Not yet" in blocks[0]["text"]["text"]
    named = [(b["text"]["text"].rsplit("_(", 1)[1], b["accessory"]["action_id"]) for b in blocks if "accessory" in b]
    mends = [(rule.removesuffix(")_"), mend) for rule, mend in named]
    assert ("V1.1", "measure.add_goal") in mends
    assert ("V1.5", "measure.submit") in mends


def test_a_second_cycle_in_the_same_channel_is_refused_before_a_form_and_behind_one_left_open(world: World):
    world.alice.command("/csi", "start Another")
    world.alice.wait_modal("cycle.start")
    world.begin()
    assert world.alice.submit() is None
    assert "is running in this channel" in reading(world.alice.wait_modal("notice"))
    world.alice.command("/csi", "start Another")
    message = world.alice.last()
    assert "is running in this channel" in texts(message["blocks"])
    assert world.alice.modal is None
    world.alice.click(message, "cycle.open:status")
    world.alice.wait(lambda: "step 1 of 7" in answer(world.alice), what="where it stands")


def test_in_ones_own_conversation_with_it_a_sentence_says_where_to_go(world: World):
    world.begin()
    world.alice.home()
    dm = next(one["id"] for one in world.alice.state()["channels"] if one.get("is_im"))
    world.alice.command("/csi", "start Payroll", channel=dm)
    assert "A cycle lives in a channel" in str(world.alice.state())
    assert world.alice.modal is None


def test_called_by_its_name_it_says_to_that_person_what_waits_and_what_can_be_done(world: World):
    world.begin()
    world.alice.say(f"<@{world.sandbox.workspace.bot.id}> what now?", "service-desk")
    shown = world.alice.sees("Waiting for you", "service-desk")
    assert "cycle.open:measure" in str(shown["blocks"])
    assert "Waiting for you" not in str(world.carol.messages("service-desk"))


def test_a_ping_in_a_name_pings_nobody(world: World):
    world.begin("<!channel> & friends")
    card = world.card()
    assert card["text"].startswith("&lt;!channel&gt; &amp; friends, cycle 1")
    assert world.erin.id not in card["pinged"]


def test_where_the_bot_is_not_a_member_it_asks_to_be_invited(world: World):
    world.alice.create("quiet", private=True)
    world.alice.command("/csi", "start Payroll", channel="quiet")
    assert "/invite me here" in answer(world.alice)
    assert world.alice.modal is None
    home = world.alice.home()
    assert "What this is" in reading(home)
    world.alice.click(home, "home.start")
    world.alice.wait_modal("home.start")
    world.alice.fill({"channel": "quiet"})
    assert "/invite me" in world.alice.submit()["channel"]
    world.alice.fill({"channel": "service-desk"})
    assert world.alice.submit() is None
    world.alice.wait_modal("cycle.start")
    world.alice.close(everything=True)
    world.alice.click(world.alice.state()["home"], "home.tour")
    world.alice.wait_modal("home.tour")


def test_only_those_who_steer_may_leave_a_step(world: World):
    world.begin()
    world.erin.command("/csi", "next")
    assert "one must be CSI manager or service owner" in answer(world.erin)


def test_back_from_step_one_is_refused_in_private(world: World):
    world.begin()
    world.alice.command("/csi", "back")
    assert "step 1, the first one" in answer(world.alice)
    world.alice.command("/csi", "history")
    assert "Cycle 1" in answer(world.alice)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "x" * 61])
def test_an_unknown_zone_is_refused_beside_its_field(world: World, zone: str):
    world.dave.command("/csi", "start Service desk")
    world.dave.wait_modal("cycle.start")
    world.dave.click(None, "cycle.more")
    world.dave.wait(lambda: "Time zone" in reading(world.dave.modal), what="the rest of the form")
    world.dave.fill({"timezone": zone[:60]})
    assert "not a time zone" in world.dave.submit()["timezone"]


def test_invited_to_a_channel_it_says_what_it_is_for_once(world: World):
    world.alice.invite("csi", "general")
    welcome = world.alice.sees("Begin a cycle", "general")
    assert "cycle.start" in str(welcome["blocks"])
    world.alice.click(welcome, "cycle.start")
    world.alice.wait_modal("cycle.start")


def test_removed_from_the_workspace_it_forgets_and_stays_calm(world: World):
    world.world("uninstall")

    def done():
        with world.bot.kit.sessions.reading() as session:
            events = rows(session, InboxEvent, world.sandbox.workspace.team_id)
        kinds = {one.kind for one in events if one.status == "done"}
        return kinds >= {"event:app_uninstalled", "event:tokens_revoked"} or None

    world.alice.wait(done, what="both events to be worked on")
    assert world.bot.kit.teams() == ()
    with world.bot.kit.sessions() as session:
        team_id = world.sandbox.workspace.team_id
        world.bot.kit.outbox.post(session, team_id=team_id, channel="C1", key="late", text="Too late")
    before = len(world.sandbox.calls("chat.postMessage"))
    world.tick()
    world.bot.delivery.round()
    assert len(world.sandbox.calls("chat.postMessage")) == before
