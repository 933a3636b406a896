"""What people type wrong, or to see what happens: told beside the field, and never more than text."""

from __future__ import annotations

import pytest

from tests.flows.conftest import World
from tests.flows.test_at_once import KPI


@pytest.fixture
def form(world: World) -> World:
    """Alice has the form of a KPI before her."""
    world.begin()
    world.alice.command("/csi", "measure")
    world.alice.wait_modal()
    world.alice.click(world.alice.modal, "measure.add_kpi")
    world.alice.wait_modal("measure.add_kpi")
    return world


def test_letters_for_a_number_are_refused_beside_the_field(form: World):
    form.alice.fill({**KPI, "owner": form.alice.id, "target": "three quarters"})
    errors = form.alice.submit()
    assert list(errors) == ["target"]
    assert "three quarters" in errors["target"]
    form.alice.fill({"target": "75"})
    assert form.alice.submit() is None


def test_three_thousand_and_one_characters_stay_in_the_form(form: World):
    form.alice.fill({**KPI, "owner": form.alice.id, "goal": "x" * 3001})
    assert "goal" in form.alice.submit()


def test_a_ping_in_every_name_pings_nobody(form: World):
    form.alice.fill({**KPI, "owner": form.alice.id, "goal": "<!channel>", "csf": "<!here> & co", "name": "<@U1> SLA"})
    assert form.alice.submit() is None
    form.alice.wait(lambda: form.alice.modal and "&lt;!here&gt;" in str(form.alice.modal["blocks"]), what="the tree")
    form.alice.click(form.alice.modal, "measure.submit")
    form.carol.wait(lambda: "&lt;!channel&gt;" in str(form.carol.everything("service-desk")), what="the question")
    for message in form.carol.everything("service-desk"):
        assert form.erin.id not in message["pinged"]
        assert "<!" not in str(message["blocks"]) + message["text"]


def test_a_command_of_three_thousand_and_one_characters(world: World):
    world.alice.command("/csi", "x" * 3001)
    assert "I don't know" in str(world.alice.last()["blocks"])
    world.alice.command("/csi", "start " + "Service desk " * 300)
    view = world.alice.wait_modal("cycle.start")
    assert len(view["blocks"][0]["element"]["initial_value"]) == 80
    assert world.alice.errors == []


@pytest.mark.parametrize("typed", ["<!channel>", "'; drop table cycle; --", "\u202e\u0000", "🎉" * 50, "`*_~"])
def test_whatever_word_is_typed_the_answer_is_help(world: World, typed: str):
    world.alice.command("/csi", typed)
    shown = str(world.alice.last()["blocks"])
    assert "I don't know" in shown
    assert "<!channel>" not in shown
    assert world.alice.errors == []
