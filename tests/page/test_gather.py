"""A file dropped on the page, with the whole bot behind it: mapped, read, and said what came."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from csi.models import Batch, Cycle
from tests import turns
from tests.flows.conftest import World, folder, world
from tests.flows.test_step3_gather import LOG, gathering
from tests.page.conftest import PATIENCE

__all__ = ["folder", "gathering", "world"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_DROP = """content => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([content], "log.csv", {type: "text/csv"}));
  const drop = new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true});
  document.querySelector("main .pane").dispatchEvent(drop);
}"""


@pytest.fixture
def page(browser: Browser, gathering: World) -> Iterator[Page]:
    """The page as Bob has it open in the cycle's channel."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    channel = gathering.bob.channel("service-desk")["id"]
    page.goto(f"{gathering.sandbox.url.rstrip('/')}/?as=bob#{channel}")
    page.get_by_role("heading", level=1).wait_for()
    yield page
    context.close()
    assert not broken, broken


def test_a_file_dropped_on_the_page_is_mapped_and_read(page: Page, gathering: World):
    page.evaluate(_DROP, LOG)
    dropped = page.locator("article.message", has_text="log.csv").first
    dropped.get_by_role("button", name=re.compile("1 reply")).click()
    thread = page.locator("aside, .thread").last
    expect(thread).to_contain_text("I keep log.csv")
    thread.get_by_role("button", name=re.compile("Map")).click()
    form = page.locator("dialog.modal")
    expect(form).to_contain_text("4 columns")
    expect(form).to_contain_text("INC1")
    form.get_by_role("combobox", name="Which source is this?").click()
    page.locator(".listbox:popover-open").get_by_role("option", name="Incidents").click()
    form.get_by_role("button", name="Read it").click()
    expect(form).to_have_count(0)
    expect(thread).to_contain_text("log.csv read into Incidents")
    expect(thread).to_contain_text("line 5, resolved_at: tomorrow")
    expect(thread.get_by_role("link", name=re.compile("quarantine-log-1"))).to_be_visible()
    with gathering.bot.kit.sessions.reading() as session:
        (batch,) = session.exec(select(Batch)).all()
    assert (batch.rows_read, batch.rows_kept, batch.quarantined) == (5, 5, 1)


def test_a_menu_that_writes_its_form_anew_keeps_the_focus(page: Page, gathering: World):
    with gathering.bot.kit.sessions() as session:
        turns.jump(session, session.exec(select(Cycle)).one(), 1)
    box = page.locator("main textarea.compose")
    box.fill("/csi measure")
    box.press("Enter")
    page.get_by_role("button", name="Add a KPI").click()
    menu = page.locator("dialog.modal").last.get_by_role("combobox").first
    expect(menu).to_be_focused()
    page.keyboard.type("K13")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Availability")
    expect(menu).to_have_value("K13 Availability")
    expect(menu).to_be_focused()
