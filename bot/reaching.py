"""What the doctor asks Slack and the public address: tokens, workspaces, channels, the clock; each with its remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import time

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from sqlmodel import Session, col, select

from bot import alive, clock, manifest
from bot.settings import Settings
from bot.vault import Vault
from csi.errors import InvalidInput
from csi.models import Cycle, Installation, Service
from csi.states import CycleState
from csi.storage import rows

LOOKED_AT = 50  # installations, and channels of open cycles: each is a call to Slack
_SECONDS = 10
_KINDS = {"xoxb": "a bot's token", "xapp": "an app-level token", "xoxp": "a person's token", "xoxe": "a rotated token"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether it is well, and a line that says so or what to do."""

    well: bool
    line: str


def swapped(settings: Settings) -> Iterator[Finding]:
    """Tokens that are of another kind than their setting is for."""
    for name, kind in (("SLACK_BOT_TOKEN", "xoxb"), ("SLACK_APP_TOKEN", "xapp")):
        value = str(getattr(settings, name.lower()))
        held = value.partition("-")[0].partition(".")[0]
        if value and held != kind and held in _KINDS:
            yield Finding(False, f"{name}: holds {_KINDS[held]} ({held}-…); put {_KINDS[kind]} ({kind}-…) here")


def installations(session: Session, settings: Settings) -> Iterator[Finding]:
    """Each workspace that installed the app: whether its token opens, is accepted, and has every scope."""
    keeper = Vault(settings.csi_token_key)
    held = (
        select(Installation.team_id).where(col(Installation.removed_at).is_(None)).order_by(col(Installation.team_id))
    )
    found = session.exec(held.limit(LOOKED_AT + 1)).all()
    if not found:
        yield Finding(True, f"workspaces: none has installed the app yet; that is done at {manifest.INSTALL}")
    for one in (kept for team_id in found[:LOOKED_AT] for kept in rows(session, Installation, team_id)):
        yield from _installation(session, one, keeper, settings)
    if len(found) > LOOKED_AT:
        yield Finding(True, f"workspaces: the first {LOOKED_AT} were looked at, the others not")


def _installation(session: Session, one: Installation, keeper: Vault, settings: Settings) -> Iterator[Finding]:
    again = f"; install the app there again at {manifest.INSTALL}"
    try:
        client = WebClient(keeper.open(one.bot_token), base_url=settings.api_url)
        answer = client.auth_test()
    except InvalidInput as closed:
        yield Finding(False, f"workspace {one.team_id}: {closed}{again}")
        return
    except SlackApiError as refused:
        yield Finding(False, f"workspace {one.team_id}: {refused.response.get('error')}{again}")
        return
    except OSError as away:
        yield Finding(False, f"workspace {one.team_id}: not tried, Slack cannot be reached: {away}")
        return
    if answer["team_id"] != one.team_id:
        yield Finding(False, f"workspace {one.team_id}: its token is that of {answer['team_id']}{again}")
        return
    missing = sorted({*manifest.scopes()} - granted(answer.headers))
    if missing:
        yield Finding(False, f"workspace {one.team_id}: missing {', '.join(missing)}{again}")
    else:
        yield Finding(True, f"workspace {one.team_id}: its token is accepted, with every scope")
    yield from of_workspace(session, client, one.team_id, clock.now())


def granted(headers: Mapping[str, object]) -> set[str]:
    """The scopes a token has, by the headers of an answer."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {scope.strip() for scope in str(lowered.get("x-oauth-scopes", "")).split(",")} - {""}


def of_workspace(session: Session, client: WebClient, team_id: str, now: datetime) -> Iterator[Finding]:
    """The clock and the channels of one workspace."""
    where = (col(Cycle.team_id) == team_id, col(Service.team_id) == team_id, col(Cycle.state) == CycleState.OPEN)
    wanted = select(Cycle, Service).join(Service, col(Service.id) == col(Cycle.service_id))
    found = session.exec(wanted.where(*where).order_by(col(Cycle.id)).limit(LOOKED_AT + 1)).all()
    yield _clock(alive.last(session, team_id), now, is_needed=bool(found))
    lost = [line for cycle, service in found[:LOOKED_AT] if (line := _lost(client, cycle, service))]
    yield from (Finding(False, line) for line in lost)
    if found and not lost:
        yield Finding(True, f"channels: the bot is in those of {min(len(found), LOOKED_AT)} open cycles")
    if len(found) > LOOKED_AT:
        yield Finding(True, f"channels: the first {LOOKED_AT} were looked at, the others not")


def _clock(at: datetime | None, now: datetime, *, is_needed: bool) -> Finding:
    start = "start python -m bot scheduler, or python -m bot run, which has it"
    if at is None and not is_needed:
        return Finding(True, f"scheduler: nothing to look after yet; {start}")
    if alive.is_silent(at, now):
        since = f"since {at:%Y-%m-%d %H:%M} UTC" if at else "yet"
        return Finding(False, f"scheduler: nobody has minded the clock {since}; {start}")
    return Finding(True, f"scheduler: looked last at {at:%Y-%m-%d %H:%M} UTC")


def _lost(client: WebClient, cycle: Cycle, service: Service) -> str:
    """What is wrong with a cycle's channel; empty when the bot is in it, or Slack cannot say."""
    name, mend = cycle.channel_id, "invite it there: /invite @csi"
    try:
        channel = client.conversations_info(channel=cycle.channel_id)["channel"]
    except SlackApiError as refused:
        if refused.response.get("error") != "channel_not_found":
            return ""
        return f"channels: {name} of {service.name} is not seen any more; {mend}, or close its cycle"
    except OSError:
        return ""
    name = f"#{channel.get('name') or name}"
    if channel.get("is_archived"):
        return f"channels: {name} of {service.name} is archived; unarchive it, or close its cycle"
    return "" if channel.get("is_member") else f"channels: the bot was removed from {name} of {service.name}; {mend}"


def public(settings: Settings, url: str) -> Iterator[Finding]:
    """Whether Slack would reach the bot at this address, and be believed."""
    address = url.rstrip("/")
    try:
        seen = httpx.get(f"{address}/healthz", timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as away:
        yield Finding(False, f"address: {address} cannot be reached: {away}; is python -m bot web behind it?")
        return
    if seen.status_code != httpx.codes.OK or seen.content != b"ok":
        yield Finding(False, f"address: {address} is not the bot's: {address}/healthz answers {seen.status_code}")
        return
    yield Finding(True, f"address: the bot answers at {address}")
    yield _believed(settings, f"{address}{manifest.EVENTS}")


def _believed(settings: Settings, address: str) -> Finding:
    body, stamp = json.dumps({"type": "url_verification", "challenge": "doctor"}), str(int(time()))
    signature = SignatureVerifier(settings.slack_signing_secret or "-").generate_signature(timestamp=stamp, body=body)
    headers = {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": str(signature),
        "content-type": "application/json",
    }
    try:
        answer = httpx.post(address, content=body, headers=headers, timeout=_SECONDS)
    except httpx.HTTPError as away:
        return Finding(False, f"address: {address} cannot be reached: {away}")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return Finding(
            False, "SLACK_SIGNING_SECRET: what is signed with it is refused at the address; set the same one there"
        )
    if answer.status_code != httpx.codes.OK or b"doctor" not in answer.content:
        return Finding(False, f"address: {address} answers {answer.status_code} to Slack's question; it should echo it")
    return Finding(True, f"address: {address} answers what is signed as Slack signs it")
