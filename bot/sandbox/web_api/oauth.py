"""oauth.v2.access: the code of an installation becomes a token."""

from __future__ import annotations

from bot.sandbox.refusal import Refused
from bot.sandbox.web_api.calls import Answer, Api, Args, Method


def access(api: Api, args: Args) -> Answer:
    """A token for a code, once, for the app that shows its secret."""
    grants = api.grants
    if args.get("client_id") != grants.client_id:
        raise Refused("invalid_client_id")
    if args.get("client_secret") != grants.client_secret:
        raise Refused("bad_client_secret")
    scope = grants.codes.pop(str(args.get("code") or ""), None)
    if scope is None:
        raise Refused("invalid_code")
    strange = sorted(set(scope.split(",")) - {""} - api.manifest.scopes)
    if strange:
        raise Refused("invalid_scope", needed=",".join(strange))
    installer = next(one for one in api.workspace.people.values() if not one.is_bot)
    return {
        "access_token": grants.token,
        "token_type": "bot",
        "scope": scope,
        "bot_user_id": api.workspace.bot.id,
        "app_id": api.workspace.app_id,
        "team": {"id": api.workspace.team_id, "name": api.workspace.name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": installer.id},
    }


METHODS = {"oauth.v2.access": Method(access, tokenless=True)}
