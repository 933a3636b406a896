"""Tokens of several workspaces, encrypted at rest, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from slack_bolt import BoltRequest
from slack_sdk.oauth.installation_store import Installation as Grant
from sqlmodel import select

from bot.installations import Installations, States
from bot.settings import Settings
from csi.errors import InvalidInput, NotFound
from csi.models import Installation

KEY = Fernet.generate_key().decode()
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def settings(key=KEY):
    return Settings(slack_bot_token="", slack_client_id="1.2", slack_client_secret="s", csi_token_key=key)


def installations(database, key=KEY):
    return Installations(settings(key), database.sessions, lambda: NOW)


def grant(team="T1", token="xoxb-secret-1"):
    return Grant(user_id="U1", team_id=team, bot_token=token, bot_id="B1", bot_user_id="UB", bot_scopes=["commands"])


def test_a_token_is_kept_encrypted_and_used_for_its_own_workspace_only(database):
    kept = installations(database)
    kept.save(grant())
    with database.sessions.reading() as session:
        held = session.exec(select(Installation)).one()
    assert "xoxb" not in held.bot_token
    assert kept.client("T1").token == "xoxb-secret-1"
    assert kept.authorize(None, "T1").bot_user_id == "UB"
    with pytest.raises(NotFound):
        kept.client("T2")


def test_installing_again_replaces_the_token_and_removal_forgets_it(database):
    kept = installations(database)
    kept.save(grant())
    kept.save(grant(token="xoxb-secret-2"))
    assert kept.client("T1").token == "xoxb-secret-2"
    assert kept.teams() == ("T1",)
    assert kept.remove("T1", NOW)
    assert kept.teams() == ()
    with pytest.raises(NotFound):
        kept.client("T1")
    with database.sessions.reading() as session:
        held = session.exec(select(Installation)).one()
    assert (held.bot_token, held.removed_at) == ("", NOW)
    kept.save(grant())
    assert kept.client("T1").token == "xoxb-secret-1"


def test_word_of_a_removal_that_comes_late_does_not_end_a_newer_installation(database):
    kept = installations(database)
    kept.save(grant())
    assert not kept.remove("T1", NOW - timedelta(minutes=1))
    assert kept.client("T1").token == "xoxb-secret-1"


def test_a_token_that_would_end_by_itself_is_refused(sqlite_database):
    given = Grant(
        user_id="U1", team_id="T1", bot_token="xoxe.xoxb-1", bot_refresh_token="xoxe-1", bot_token_expires_in=9
    )
    with pytest.raises(InvalidInput, match="rotates its tokens"):
        installations(sqlite_database).save(given)


def alone(sandbox, database):
    given = Settings(slack_bot_token=sandbox.bot_token, slack_api_url=sandbox.api_url)
    return Installations(given, database.sessions, lambda: NOW)


def test_one_token_opens_its_own_workspace_and_no_other(sandbox, sqlite_database):
    team = sandbox.workspace.team_id
    kept = alone(sandbox, sqlite_database)
    assert kept.teams() == (team,)
    assert kept.client(team).token == sandbox.bot_token
    for other in ("TOTHER", "", None):
        with pytest.raises(NotFound):
            kept.client(other)
        with pytest.raises(NotFound):
            kept.authorize(None, other)


def test_a_token_that_slack_refuses_opens_none(sandbox, sqlite_database):
    team = sandbox.workspace.team_id
    kept = alone(sandbox, sqlite_database)
    assert kept.teams() == (team,)
    sandbox.happen("uninstall")
    assert kept.teams() == (team,)  # Slack is asked again now and then only
    kept.remove(team, NOW)
    assert kept.teams() == ()


def test_while_slack_is_away_at_the_start_nothing_is_tried(sqlite_database):
    given = Settings(slack_bot_token="xoxb-1", slack_api_url="http://127.0.0.1:9/api/")
    assert Installations(given, sqlite_database.sessions, lambda: NOW).teams() == ()


def test_another_key_is_named_as_the_reason(sqlite_database):
    installations(sqlite_database).save(grant())
    with pytest.raises(InvalidInput, match="CSI_TOKEN_KEY"):
        installations(sqlite_database, Fernet.generate_key().decode()).client("T1")
    with pytest.raises(InvalidInput, match="CSI_TOKEN_KEY"):
        installations(sqlite_database, "short")


def test_a_state_is_ours_or_refused():
    states = States(Fernet(KEY.encode()))
    assert states.consume(states.issue())
    assert not states.consume("made up")
    assert not states.consume(States(Fernet(Fernet.generate_key())).issue())


def test_the_installation_page_asks_for_the_manifests_scopes(sqlite_database):
    flow = installations(sqlite_database).flow(["commands", "chat:write"])
    assert flow.settings.scopes == ["commands", "chat:write"]
    assert "commands" in flow.build_authorize_url(flow.settings.state_store.issue(), BoltRequest(body=""))


@pytest.mark.parametrize(
    "api,page",
    [
        ("https://slack.com/api/", "https://slack.com/oauth/v2/authorize"),
        ("http://127.0.0.1:9/api", "http://127.0.0.1:9/oauth/v2/authorize"),
    ],
)
def test_the_page_where_it_is_allowed_is_that_of_the_same_slack(sqlite_database, api, page):
    given = Settings(slack_client_id="1.2", slack_client_secret="s", csi_token_key=KEY, slack_api_url=api)
    flow = Installations(given, sqlite_database.sessions, lambda: NOW).flow(["commands"])
    assert flow.build_authorize_url("state", BoltRequest(body="")).startswith(f"{page}?state=state&")
