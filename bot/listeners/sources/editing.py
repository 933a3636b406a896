"""Setting up and changing a source; its secrets go into the vault and come out only to ask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import sources as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.sources import collecting, listing, tokens
from bot.payload import clicked, user_of
from csi import roles
from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.models import Cycle, Source
from csi.reading.connectors.masking import has_secret
from csi.reading.moments import zone
from csi.step1_should_measure import kpis
from csi.step3_gather import origins
from csi.step3_gather import sources as mappings
from csi.step3_gather.origins import Said

Body = Mapping[str, Any]
_WORDS = forms.text(required=False, limit=200)
FIELDS: dict[str, dict[str, forms.Reader]] = {
    "sql": {
        "address": forms.text(limit=origins.ADDRESS_LIMIT),
        "query": forms.text(limit=origins.QUERY_LIMIT),
        "at": _WORDS,
        "since": _WORDS,
        "key": _WORDS,
        "timezone": _WORDS,
    },
    "url": {
        "address": forms.text(limit=origins.ADDRESS_LIMIT),
        "rows": _WORDS,
        "paging": forms.option(),
        "paging_name": _WORDS,
        "at": _WORDS,
        "key": _WORDS,
        "timezone": _WORDS,
    },
    "prometheus": {
        "address": forms.text(limit=origins.ADDRESS_LIMIT),
        "query": forms.text(limit=origins.QUERY_LIMIT),
        "step": _WORDS,
    },
    "push": {},
}
_AUTHORIZATION = {"authorization": forms.text(required=False, limit=1_500)}


def open_add(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The empty form of one kind."""
    ack()
    kind = clicked(body)
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        view = _form(session, cycle, kind, None)
    modals.show(client, body, view)


def open_edit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of a source there is."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        source = listing.own(session, cycle, int(clicked(body)))
        view = _form(session, cycle, source.kind, source)
    modals.show(client, body, view)


def retire(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A source is not needed any more."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        source = listing.own(session, cycle, int(clicked(body)))
        origins.retire(session, cycle, source, actor=user_of(body), now=kit.now())
        shown = listing.view(session, cycle)
    modals.replace(client, body["view"]["id"], shown)


def _form(session: Session, cycle: Cycle, kind: str, source: Source | None) -> Block:
    known = mappings.definition(source.key, source.mapping) if source else SourceDefinition(id="")
    fed = [kpi.id for kpi in origins.feeds(session, cycle, source)] if source else []
    return blocks.form(
        kind,
        known if source else replace(known, timezone=cycle.timezone),
        source,
        kpis.of_cycle(session, cycle),
        fed=fed,
        metadata=modals.metadata(cycle, kind=kind, source=source.id if source else None),
        keeps_token=bool(source and source.secret_encrypted),
    )


def save(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A source was set up: kept, and collected at once; a new one that is pushed to gets its token."""
    known = modals.remembered(body)
    said, authorization = _said(view, str(known["kind"]))
    token_view = None
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "set up a source")
        old = listing.own(session, cycle, int(known["source"])) if known.get("source") else None
        before = collecting.secret_of(kit, old) if old else {}
        secret = _secret(old, before, said, authorization)
        said = replace(said, address=secret["address"])
        source = origins.set_up(session, cycle, said, actor=user_of(body), now=kit.now(), source=old)
        source.secret_encrypted = _closed(kit, secret)
        session.add(source)
        if source.secret_encrypted and secret != before:
            origins.note_secret(session, source, actor=user_of(body), now=kit.now())
        if said.kind != "push":
            collecting.begin(kit, session, cycle, source, user_of(body))
        elif old is None:
            token_view = tokens.new(session, cycle, source, user_of(body), kit)
        shown = listing.view(session, cycle)
    ack(response_action="update", view=token_view) if token_view else ack()
    modals.refresh(client, body, shown)


def _said(view: Body, kind: str) -> tuple[Said, str]:
    fields = {
        "name": forms.text(limit=80),
        **FIELDS[kind],
        **(_AUTHORIZATION if kind in ("url", "prometheus") else {}),
        **({"cadence": forms.option(required=False)} if kind != "push" else {}),
    }
    form = forms.read(view, fields)
    authorization = form.pop("authorization", "")
    chosen = forms.read(view, {"feeds": forms.options()})["feeds"]
    if form.get("timezone"):
        zone(form["timezone"])
    form["cadence"] = form.get("cadence") or ""
    return Said(kind=kind, feeds=tuple(int(one) for one in chosen), **form), authorization


def _secret(source: Source | None, kept: Mapping[str, str], said: Said, authorization: str) -> dict[str, str]:
    """The whole address and the header; a header that is kept goes to no other address."""
    known = kept.get("address") or (str(source.mapping.get(source.kind) or "") if source else "")
    address = origins.address_kept(said, source, known)
    same = address == known
    if not authorization.isascii() or not authorization.isprintable():
        raise InvalidInput("authorization", "Expected one line of plain characters, such as Bearer and a token.")
    return {"address": address, "authorization": authorization or (kept.get("authorization", "") if same else "")}


def _closed(kit: Kit, secret: Mapping[str, str]) -> str:
    """What is kept: nothing where nothing is secret."""
    if not has_secret(secret["address"]) and not secret["authorization"]:
        return ""
    return kit.vault.close(json.dumps(secret))
