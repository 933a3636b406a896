"""Installing the app: a code comes back and becomes a token, once."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import Sandbox


def code(sandbox: Sandbox, scope: str = "commands,chat:write") -> str:
    """What Slack sends back to the app's address when a person allows it."""
    asked = {
        "client_id": sandbox.grants.client_id,
        "scope": scope,
        "state": "s",
        "redirect_uri": "http://127.0.0.1/back",
    }
    response = httpx.get(f"{sandbox.url}/oauth/v2/authorize", params=asked, trust_env=False)
    back = urlsplit(response.headers["location"])
    assert back.path == "/back"
    assert parse_qs(back.query)["state"] == ["s"]
    return parse_qs(back.query)["code"][0]


def test_a_code_becomes_the_bots_token_once(sandbox: Sandbox) -> None:
    web = WebClient(base_url=sandbox.api_url)
    secret = {"client_id": sandbox.grants.client_id, "client_secret": sandbox.grants.client_secret}
    once = code(sandbox)
    got = web.oauth_v2_access(code=once, **secret)
    assert WebClient(token=got["access_token"], base_url=sandbox.api_url).auth_test()["team_id"] == got["team"]["id"]
    with pytest.raises(SlackApiError, match="invalid_code"):
        web.oauth_v2_access(code=once, **secret)


def test_a_wrong_secret_or_an_undeclared_scope_gets_nothing(sandbox: Sandbox) -> None:
    web = WebClient(base_url=sandbox.api_url)
    client_id, secret = sandbox.grants.client_id, sandbox.grants.client_secret
    with pytest.raises(SlackApiError, match="bad_client_secret"):
        web.oauth_v2_access(code=code(sandbox), client_id=client_id, client_secret="guessed")
    with pytest.raises(SlackApiError, match="invalid_scope"):
        web.oauth_v2_access(code=code(sandbox, "admin"), client_id=client_id, client_secret=secret)
