"""What a person reads: blocks, text, threads, pictures, pins, files."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.page.conftest import PATIENCE

pytestmark = pytest.mark.browser


def test_typed_text_is_never_read_as_html(screen):
    page = screen.open()
    screen.say('<img src=x onerror="document.title=1"> <b>fat</b> & *bold* _lean_ ~gone~ `code`')
    message = page.locator("article.message").last
    expect(message).to_contain_text('<img src=x onerror="document.title=1"> <b>fat</b> & bold lean gone code')
    expect(message.locator("strong", has_text="bold")).to_be_visible()
    for tag in ("em", "s", "code"):
        expect(message.locator(f".mrkdwn {tag}")).to_have_count(1)
    assert message.locator("img, b").count() == 0


def test_a_ping_stands_out_and_people_get_their_names(screen):
    page = screen.open()
    screen.say("Hello @channel and @bob :tada:")
    message = page.locator("article.message").last
    expect(message.locator(".ping")).to_have_text("@channel")
    expect(message.locator(".mention")).to_contain_text("@Bob")
    expect(message).to_contain_text("🎉")


def test_a_message_of_blocks_shows_all_of_them(screen):
    page = screen.open()
    screen.say("/show finding")
    message = page.locator("article.message", has=page.get_by_role("heading", name="Did we get there?")).last
    expect(message.get_by_text("IMPROVED")).to_be_visible()
    expect(message.locator(".fields > *")).to_have_count(4)
    expect(message.get_by_role("row")).to_have_count(3)
    expect(message.get_by_role("listitem")).to_have_count(2)
    expect(message.get_by_role("link", name="the definition")).to_have_attribute(
        "href", "https://example.com/a?b=1&c=2"
    )
    picture = message.get_by_role("img", name="Weekly share within SLA, rising")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 320


def test_a_picture_opens_large_and_closes_with_escape(screen):
    page = screen.open()
    screen.say("/show finding")
    page.get_by_role("button", name=re.compile("Open image")).last.click()
    dialog = page.locator("dialog.lightbox")
    expect(dialog.locator("img")).to_be_visible()
    expect(dialog.get_by_role("img", name="Weekly share within SLA, rising")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_button_asks_before_it_acts(screen, gallery_app):
    page = screen.open()
    screen.say("/show finding")
    before = len(gallery_app.clicks)
    page.get_by_role("button", name="Approve", exact=True).last.click()
    page.get_by_role("button", name="Not yet").click()
    assert len(gallery_app.clicks) == before
    page.get_by_role("button", name="Approve", exact=True).last.click()
    with page.expect_response("**/page/act"):
        page.locator("dialog.confirm").get_by_role("button", name="Approve").click()
    assert [click["actions"][0]["value"] for click in gallery_app.clicks[before:]] == ["7"]


def test_overflow_select_and_date_reach_the_bot(screen, gallery_app):
    page = screen.open()
    screen.say("/show finding")
    before = len(gallery_app.clicks)
    page.get_by_role("button", name="More choices").last.click()
    page.get_by_role("menuitem", name="Dispute it").click()
    owner = page.get_by_role("combobox", name="Give it to…").last
    owner.click()
    page.get_by_role("option", name="Network team").click()
    with page.expect_response("**/page/act"):
        page.locator("article input[type=date]").last.fill("2026-12-24")
    until = time.monotonic() + PATIENCE / 1000
    while len(gallery_app.clicks) < before + 3 and time.monotonic() < until:
        page.wait_for_timeout(20)
    heard = {click["actions"][0]["action_id"]: click["actions"][0] for click in gallery_app.clicks[before:]}
    assert heard["finding.more"]["selected_option"]["value"] == "dispute"
    assert heard["finding.owner"]["selected_option"]["value"] == "network team"
    assert heard["finding.due"]["selected_date"] == "2026-12-24"


def test_what_the_bot_whispers_is_seen_by_one_person_only(screen):
    page = screen.open()
    screen.say("/show private")
    whisper = page.locator("article.ephemeral")
    expect(whisper).to_contain_text("Only visible to you")
    become(page, "Bob")
    expect(page.locator("article.ephemeral")).to_have_count(0)
    become(page, "Alice")
    page.locator("article.ephemeral").hover()
    page.locator("article.ephemeral").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Dismiss message").click()
    expect(page.locator("article.ephemeral")).to_have_count(0)


def become(page, name):
    chooser = page.get_by_label("I am")
    label = next(text for text in chooser.locator("option").all_text_contents() if text.startswith(name))
    chooser.select_option(label=label)
    expect(page).to_have_url(re.compile(f"as={name.lower()}"))


def test_a_thread_is_read_and_answered_beside_the_channel(screen):
    page = screen.open()
    screen.say("Shall we keep the second shift?")
    page.locator("article.message").last.hover()
    page.locator("article.message").last.get_by_role("button", name="Reply in thread").click()
    screen.say("I think so", inside="aside")
    expect(page.locator("aside article.message")).to_have_count(2)
    expect(page.locator("main .thread-link")).to_contain_text("1 reply")
    become(page, "Bob")
    expect(page.locator("aside")).to_contain_text("I think so")
    page.keyboard.press("Escape")
    expect(page.locator("aside#thread")).to_be_hidden()


def test_a_pinned_message_is_found_again(screen):
    page = screen.open()
    screen.say("/show pin")
    page.get_by_role("button", name="Pinned messages: 1").click()
    expect(page.get_by_role("menuitem", name="Cycle 1, step 3")).to_be_visible()


def test_a_message_shortcut_carries_the_message(screen):
    page = screen.open()
    screen.say("The printer queue is long again")
    message = page.locator("article.message").last
    message.hover()
    message.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Add to register").click()
    expect(page.locator("article.ephemeral")).to_contain_text("Kept: The printer queue is long again")


def test_a_file_is_shared_by_the_button_and_by_dropping(screen, tmp_path):
    page = screen.open()
    delivery = tmp_path / "incidents.csv"
    delivery.write_text("number,opened_at\n1,2026-01-01\n")
    page.locator("main input[type=file]").set_input_files(delivery)
    expect(page.get_by_role("link", name=re.compile(r"incidents\.csv"))).to_be_visible()
    page.evaluate(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["a,b"], "dropped.csv", {type: "text/csv"}));
          const drop = new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true});
          document.querySelector("main .pane").dispatchEvent(drop);
        }"""
    )
    expect(page.get_by_role("link", name=re.compile(r"dropped\.csv"))).to_be_visible()


def test_an_unanswered_command_says_what_slack_says(screen):
    page = screen.open()
    screen.say("/show slow")
    expect(
        page.locator(".toast, article.ephemeral").filter(has_text="/show failed with the error").last
    ).to_be_visible()


def test_an_unanswered_click_is_marked_at_its_block(screen):
    page = screen.open()
    screen.say("/show finding")
    page.get_by_role("button", name="Explain").last.click()
    expect(page.locator(".block .failed").last).to_be_visible()  # Slack waits 3 s, a busy machine longer


def test_a_permalink_leads_to_its_message_here(screen):
    page = screen.open()
    screen.say("The first of many")
    first = page.locator("article.message", has_text="The first of many")
    expect(first).to_be_visible()
    told = screen.act("bob", "message", channel=screen.channel, text="placeholder")
    state = page.request.get(f"{screen.sandbox.url}/page/state?as=bob").json()
    channel = next(one for one in state["channels"] if one["id"] == screen.channel)
    link = next(one["permalink"] for one in channel["messages"] if one["text"] == "The first of many")
    screen.act("bob", "edit", channel=screen.channel, ts=told["ts"], text=f"See {link}")
    page.get_by_role("link", name=link).click()
    expect(first).to_be_focused()
    assert page.url.startswith(screen.sandbox.url)
