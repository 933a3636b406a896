"""What people type: entities, mentions, links; and nothing that could ping by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import escaping, manifest, seed
from bot.sandbox.workspace import Workspace


def workspace() -> Workspace:
    return seed.workspace(manifest.parse({"display_information": {"name": "Tiny"}}))


TEAM = workspace()
BOB = TEAM.person("bob")
GENERAL = TEAM.channel("general")
assert BOB is not None
assert GENERAL is not None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("&amp;", "&amp;amp;"),
        ("thanks @bob!", f"thanks <@{BOB.id}>!"),
        ("mail bob@demo.example", "mail bob@demo.example"),
        ("@nobody", "@nobody"),
        ("@channel and @here", "<!channel> and <!here>"),
        ("in #general.", f"in <#{GENERAL.id}|general>."),
        ("see https://example.org/a?b=1&c=2.", "see <https://example.org/a?b=1&amp;c=2>."),
        ("<@U123>", "&lt;@U123&gt;"),
    ],
    ids=lambda text: text.replace(BOB.id, "BOB").replace(GENERAL.id, "GENERAL"),
)
def test_typed_text_is_kept_as_slack_keeps_it(typed: str, kept: str) -> None:
    assert escaping.typed(TEAM, typed) == kept


@given(st.text(alphabet="<>!&@#|Ubob channel", max_size=40))
def test_without_an_at_sign_nobody_is_pinged(text: str) -> None:
    kept = escaping.typed(TEAM, text.replace("@", ""))
    assert escaping.pinged(TEAM, GENERAL.id, BOB.id, kept, []) == []


def test_a_command_carries_ids_only_when_the_manifest_asks() -> None:
    said = "for @bob in #general & more"
    assert escaping.command_text(TEAM, said, should_escape=False) == "for @bob in #general &amp; more"
    kept = escaping.command_text(TEAM, said, should_escape=True)
    assert kept == f"for <@{BOB.id}|bob> in <#{GENERAL.id}|general> &amp; more"


def test_plain_text_blocks_ping_nobody() -> None:
    block = {"type": "section", "text": {"type": "plain_text", "text": "<!channel>"}}
    assert escaping.pinged(TEAM, GENERAL.id, BOB.id, "", [block]) == []
    block["text"] = {"type": "mrkdwn", "text": "<!channel>"}
    assert len(escaping.pinged(TEAM, GENERAL.id, BOB.id, "", [block])) == 4
