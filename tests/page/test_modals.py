"""Modals: every input, errors, the stack, and typing that survives redrawing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def open_modal(screen) -> Page:
    page = screen.open()
    screen.say("/show modal")
    expect(page.locator("dialog.modal")).to_be_visible()
    return page


def choose(page: Page, label: str, *names: str) -> None:
    for name in names:
        page.get_by_role("combobox", name=label, exact=True).click()
        page.locator(".listbox:popover-open").get_by_role("option", name=re.compile(name)).first.click()


def fill_required(page: Page, name: str = "Within SLA") -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Target", exact=True).fill("75.5")
    page.get_by_label("Due on", exact=True).fill("2026-12-31")
    choose(page, "Unit", "Two")


def test_every_input_reaches_the_bot(screen, gallery_app, tmp_path):
    page = open_modal(screen)
    fill_required(page)
    page.get_by_label("Why it matters").fill("Two\nlines")
    page.get_by_label("Evidence").fill("https://example.com/x")
    page.get_by_label("E-mail").fill("alice@example.com")
    page.get_by_label("At (optional)").fill("10:45")
    page.get_by_label("Moment").fill("2026-12-01T08:00")
    kpi = page.get_by_role("combobox", name="KPI")
    kpi.click()
    kpi.press_sequentially("sla")
    page.get_by_role("option", name="2 sla").click()
    choose(page, "Steps", "One", "Three")
    choose(page, "Owner", "Bob")
    choose(page, "Approvers", "Bob", "Carol")
    choose(page, "Where to announce", "#general")
    page.get_by_label("Two").first.check()
    page.get_by_role("checkbox", name="One").check()
    proof = tmp_path / "proof.csv"
    proof.write_text("a,b\n")
    page.locator("dialog input[type=file]").set_input_files(proof)
    expect(page.locator("dialog .file-list")).to_contain_text("proof.csv")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("dialog.modal")).to_have_count(0)
    state = gallery_app.submissions[-1]
    assert state["name"]["name"]["value"] == "Within SLA"
    assert state["target"]["target"]["value"] == "75.5"
    assert state["why"]["why"]["value"] == "Two\nlines"
    assert state["due"]["due"]["selected_date"] == "2026-12-31"
    assert state["at"]["at"]["selected_time"] == "10:45"
    assert state["kpi"]["kpi"]["selected_option"]["value"] == "K02"
    assert [one["value"] for one in state["steps"]["steps"]["selected_options"]] == ["one", "three"]
    assert len(state["approvers"]["approvers"]["selected_users"]) == 2
    assert state["owner"]["owner"]["selected_user"] in state["approvers"]["approvers"]["selected_users"]
    assert state["where"]["where"]["selected_conversation"]
    assert state["direction"]["direction"]["selected_option"]["value"] == "two"
    assert [one["value"] for one in state["days"]["days"]["selected_options"]] == ["one"]
    assert state["proof"]["proof"]["files"][0]["name"] == "proof.csv"


def test_letters_for_a_number_are_refused_at_the_field(screen, gallery_app):
    page = open_modal(screen)
    before = len(gallery_app.submissions)
    fill_required(page)
    page.get_by_label("Target", exact=True).fill("many")
    page.get_by_role("button", name="Save").click()
    target = page.get_by_label("Target", exact=True)
    expect(target).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".block.input.invalid .error")).to_be_visible()
    expect(target).to_be_focused()
    expect(target).to_have_value("many")
    assert len(gallery_app.submissions) == before


def test_the_bots_error_stands_under_its_field_and_nothing_typed_is_lost(screen):
    page = open_modal(screen)
    fill_required(page, "taken")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is a KPI of that name.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Target", exact=True)).to_have_value("75.5")
    expect(page.get_by_role("combobox", name="Unit")).to_have_value("Two")
    page.get_by_label("Name", exact=True).fill("free")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("dialog.modal")).to_have_count(0)


def test_typing_survives_redrawing(screen):
    page = open_modal(screen)
    name = page.get_by_label("Name", exact=True)
    name.fill("half a na")
    screen.act("bob", "message", channel=screen.channel, text="meanwhile")
    expect(page.locator("main article.message", has_text="meanwhile")).to_have_count(1)
    expect(name).to_have_value("half a na")
    expect(name).to_be_focused()
    page.get_by_role("button", name="Write anew").click()
    expect(page.locator("dialog.modal h2")).to_have_text("Written anew")
    expect(name).to_have_value("half a na")


def test_an_upper_modal_gives_the_lower_one_back_as_it_was(screen):
    page = open_modal(screen)
    page.get_by_label("Name", exact=True).fill("kept")
    page.get_by_role("button", name="Look closer").click()
    expect(page.locator("dialog.modal h2", has_text="Closer")).to_be_visible()
    expect(page.locator("dialog.modal")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.modal")).to_have_count(1)
    expect(page.get_by_label("Name", exact=True)).to_have_value("kept")


def test_escape_closes_a_list_first_and_then_the_modal(screen):
    page = open_modal(screen)
    page.get_by_role("combobox", name="Unit").click()
    expect(page.locator(".listbox:popover-open")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".listbox:popover-open")).to_have_count(0)
    expect(page.locator("dialog.modal")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.modal")).to_have_count(0)


def test_who_closes_a_modal_can_type_on_at_once(screen):
    page = open_modal(screen)
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Within")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.modal")).to_have_count(0)
    page.keyboard.type("go on")
    expect(page.locator("main textarea.compose")).to_have_value("go on")


def test_a_select_works_by_keyboard_alone(screen):
    page = open_modal(screen)
    unit = page.get_by_role("combobox", name="Unit")
    unit.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(unit).to_have_value("Two")
    page.keyboard.type("thr")
    page.keyboard.press("Enter")
    expect(unit).to_have_value("Three")


def test_each_input_has_a_name(screen):
    page = open_modal(screen)
    inputs = page.locator("dialog.modal :is(input, textarea):visible")
    for index in range(inputs.count()):
        assert inputs.nth(index).evaluate("node => node.getAttribute('aria-label') || node.labels.length"), inputs.nth(
            index
        ).evaluate("node => node.outerHTML")


def test_what_is_filled_in_elsewhere_shows_but_never_over_typing(screen):
    page = open_modal(screen)
    page.get_by_label("Name", exact=True).fill("mine")
    screen.act(
        "alice", "draft", values={"name": {"name": "theirs"}, "target": {"target": "80"}, "unit": {"unit": "two"}}
    )
    expect(page.get_by_label("Target", exact=True)).to_have_value("80")
    expect(page.get_by_role("combobox", name="Unit")).to_have_value("Two")
    expect(page.get_by_label("Name", exact=True)).to_have_value("mine")
