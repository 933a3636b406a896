"""``/csi roles``: who holds which role for this channel's service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import roles as blocks
from bot.context import Kit
from bot.listeners import modals, people
from bot.listeners.cycle import announce
from bot.payload import team_of, user_of
from csi import cycle as cycles
from csi import roles
from csi.errors import Place, Way
from csi.models import Cycle
from csi.terms import Role

Body = Mapping[str, Any]


def show(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The command, and the button of a rule that misses somebody."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        service = cycles.service_of(session, cycle).name
        held, backups = _held(session, cycle)
    kept = json.dumps({"channel": cycle.channel_id, "seen": modals.seen({"held": held, "backups": backups})})
    ack()
    modals.show(client, body, blocks.form(service, held, backups, kept))


def _held(session: Session, cycle: Cycle) -> tuple[dict[Role, list[str]], list[str]]:
    held: dict[Role, list[str]] = {}
    backups = []
    for one in roles.of_service(session, cycle.team_id, cycle.service_id):
        held.setdefault(Role(one.role), []).append(one.user_id)
        if one.backup:
            backups.append(one.user_id)
    return held, backups


def save(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The modal was sent: those who steer may change roles; each change is said in the card's thread."""
    fields = {blocks.field(role): forms.users(required=False) for role in Role}
    form = forms.read(view, fields | {blocks.BACKUP: forms.users(required=False)})
    actor = user_of(body)
    _require_able(body, client, kit, form)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, actor, roles.STEERERS, "change roles")
        before, stood_in = _held(session, cycle)
        modals.require_unchanged(body, {"held": before, "backups": stood_in}, "the roles", Way(Place.ROLES))
        for role in Role:
            _set(session, kit, cycle, role, form=form, actor=actor)
        after, stand_in = _held(session, cycle)
        if lines := _changes(actor, (before, stood_in), (after, stand_in)):
            announce(session, kit, cycle, "\n".join(lines), f"roles:{kit.now().timestamp()}")
        _remember(session, kit, cycle, after)
    ack()


def _require_able(body: Body, client: WebClient, kit: Kit, form: Mapping[str, list[str]]) -> None:
    """Those who are newly named can hold a role: asked of Slack while nothing is locked."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        known = {one.user_id for one in roles.of_service(session, cycle.team_id, cycle.service_id)}
    people.require_able(
        client, team_of(body), {name: [one for one in named if one not in known] for name, named in form.items()}
    )


def _set(session: Session, kit: Kit, cycle: Cycle, role: Role, *, form: Mapping[str, list[str]], actor: str) -> None:
    backups = form[blocks.BACKUP] if role is Role.DATA_OWNER else []
    people = form[blocks.field(role)]
    roles.set_holders(
        session,
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        role=role,
        user_ids=[*people, *backups],
        actor=actor,
        now=kit.now(),
        backups=[user for user in backups if user not in people],
    )


Held = tuple[Mapping[Role, list[str]], list[str]]  # role → people; those of the data owners who only stand in


def _changes(actor: str, before: Held, after: Held) -> list[str]:
    """What is said of each role that changed; who stands in for the data owner is no data owner."""
    lines = []
    for role in Role:
        parts = (False, True) if role is Role.DATA_OWNER else (False,)
        for stands_in in parts:
            old, new = (_who(held, role, stands_in=stands_in) for held in (before, after))
            added, removed = [user for user in new if user not in old], [user for user in old if user not in new]
            if added or removed:
                lines.append(blocks.changed(actor, role, added, removed, stands_in=stands_in))
    return lines


def _who(held: Held, role: Role, *, stands_in: bool) -> list[str]:
    people, backups = held
    if role is not Role.DATA_OWNER:
        return people.get(role, [])
    return [user for user in people.get(role, []) if (user in backups) is stands_in]


def _remember(session: Session, kit: Kit, cycle: Cycle, held: Mapping[Role, list[str]]) -> None:
    users = sorted({user for people in held.values() for user in people})
    kit.inbox.later(
        session,
        team_id=cycle.team_id,
        kind="people.remember",
        key=f"roles:{cycle.id}:{kit.now().timestamp()}",
        payload={"users": users},
    )
