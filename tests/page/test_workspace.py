"""The frame around it: who I am, places, the composer, the app, light and dark, wide and narrow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.page.test_messages import become

pytestmark = pytest.mark.browser


def test_becoming_somebody_else_keeps_the_place(screen):
    page = screen.open()
    place = page.get_by_role("heading", level=1).text_content()
    screen.say("From Alice")
    become(page, "Bob")
    expect(page.get_by_role("heading", level=1)).to_have_text(place)
    expect(page.locator("article.message").last).to_contain_text("From Alice")


def test_what_others_write_appears_by_itself_and_counts_as_unread_elsewhere(screen):
    page = screen.open("bob")
    screen.act("alice", "message", channel=screen.channel, text="here and now")
    expect(page.locator("article.message").last).to_contain_text("here and now")
    page.get_by_role("button", name=re.compile("general")).first.click()
    screen.act("alice", "message", channel=screen.channel, text="@bob look")
    place = page.locator(".place.unread", has_text=re.compile("try-"))
    expect(place.first).to_be_visible()
    expect(place.locator(".badge").first).to_have_text("1")


def test_slash_offers_the_declared_commands_with_their_hint(screen):
    page = screen.open()
    box = page.locator("main textarea.compose")
    box.press_sequentially("/")
    offer = page.locator(".suggestions").get_by_role("option").filter(has_text="/show")
    expect(offer).to_contain_text("finding | modal | private")
    box.press("Enter")
    expect(box).to_have_value("/show ")
    box.press_sequentially("private")
    box.press("Enter")
    expect(page.locator("article.ephemeral")).to_be_visible()


def test_what_is_typed_without_looking_goes_into_the_composer(screen):
    page = screen.open()
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.type("/sh")
    expect(page.locator("main textarea.compose")).to_have_value("/sh")


def test_an_unknown_command_is_refused_as_slack_does(screen):
    page = screen.open()
    screen.say("/nonsense now")
    told = page.locator(".toast, article.ephemeral").filter(has_text="/nonsense").last
    expect(told).to_be_visible()
    expect(told.locator("header strong")).to_have_text("Slackbot")


def test_shift_enter_starts_a_line_and_a_draft_stays_with_its_place(screen):
    page = screen.open()
    box = page.locator("main textarea.compose")
    box.fill("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    place = page.locator("#sidebar .place[aria-current]").text_content()
    page.get_by_role("button", name=re.compile("general")).first.click()
    expect(page.locator("main textarea.compose")).to_have_value("")
    page.locator("#sidebar .place", has_text=place.lstrip("#")).click()
    expect(page.locator("main textarea.compose")).to_have_value("one\ntwo")


def test_the_list_stays_where_it_is_read(screen):
    page = screen.open()
    for number in range(40):
        screen.act("bob", "message", channel=screen.channel, text=f"line {number}\nand more")
    expect(page.locator("article.message").last).to_contain_text("line 39")
    scroll = page.locator("main .scroll")
    at_end = "list => list.scrollHeight - list.scrollTop - list.clientHeight < 60"
    page.wait_for_function(f"() => ({at_end})(document.querySelector('main .scroll'))")
    scroll.evaluate("element => { element.scrollTop = 100; }")
    page.wait_for_timeout(100)
    screen.act("bob", "message", channel=screen.channel, text="one more")
    expect(page.locator("article.message").last).to_contain_text("one more")
    assert scroll.evaluate("element => element.scrollTop") == 100


def test_the_app_has_a_home_and_its_button_opens_a_modal(screen):
    page = screen.open()
    page.locator("#sidebar .place", has_text="Gallery").click()
    page.get_by_role("tab", name="Home").click()
    expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("dialog.modal h2")).to_have_text("From home")


def test_the_page_comes_back_when_the_line_was_lost(screen):
    page = screen.open()
    page.context.set_offline(True)
    screen.page.evaluate("() => 0")
    page.context.set_offline(False)
    screen.act("bob", "message", channel=screen.channel, text="while you were away")
    expect(page.locator("article.message").last).to_contain_text("while you were away")


def test_nothing_is_loaded_from_elsewhere(screen):
    hosts = set()
    screen.page.on("request", lambda request: hosts.add(re.sub(r"^(\w+:(//[^/]*)?).*", r"\1", request.url)))
    screen.open()
    screen.say("/show finding")
    expect(screen.page.get_by_role("heading", name="Did we get there?").last).to_be_visible()
    own = screen.sandbox.url.rstrip("/")
    assert {host for host in hosts if not host.startswith(("data:", "blob:"))} <= {own, own.replace("http", "ws")}


def test_narrow_windows_show_one_column(screen):
    page = screen.page
    page.set_viewport_size({"width": 420, "height": 800})
    screen.open()
    screen.say("/show finding")
    expect(page.get_by_role("heading", name="Did we get there?").last).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 420
    expect(page.locator("#sidebar")).not_to_be_in_viewport()
    page.get_by_role("button", name="Show the channels").click()
    expect(page.locator("#sidebar")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#sidebar")).not_to_be_in_viewport()


def test_colours_follow_the_choice(screen):
    page = screen.open()
    page.get_by_role("button", name="Use dark colours").click()
    assert page.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.reload()
    expect(page.get_by_role("button", name="Use light colours")).to_be_visible()


def test_whoever_acts_can_be_followed(screen):
    page = screen.open()
    page.get_by_label("Follow whoever acts").check()
    screen.act("bob", "message", channel=screen.channel, text="my turn")
    expect(page).to_have_url(re.compile("as=bob"))
    page.get_by_label("Follow whoever acts").uncheck()
    screen.act("alice", "message", channel=screen.channel, text="and mine")
    expect(page.locator("article.message").last).to_contain_text("and mine")
    expect(page).to_have_url(re.compile("as=bob"))
