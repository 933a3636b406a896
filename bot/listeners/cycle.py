"""The cycle: what waits for me, help, start, status, next, back, history; the bot's arrival in a channel."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot import cards, forms
from bot.blocks import cycle as blocks
from bot.blocks import notices, status_card
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape
from bot.context import Kit
from bot.delivery import failures
from bot.errors import whisper
from bot.listeners import modals, people
from bot.listeners.step3_gather import look_later
from bot.payload import about, channel_of, clicked, origin, team_of, user_of
from csi import cycle as cycles
from csi import roles
from csi.errors import Conflict, GateRefused, InvalidInput, NotFound, Place, Way
from csi.models import Cycle, Kpi
from csi.states import CycleState
from csi.storage import rows
from csi.terms import Period, Role, Verdict
from csi.words import wording
from csi.words.heading import of_verdicts

Body = Mapping[str, Any]
Command = Callable[..., Any]


def show_help(ack: Ack, commands: Sequence[str]) -> None:
    """Say every word that is heard."""
    ack(text="Words after /csi", blocks=blocks.help_text(commands))


def unknown_word(ack: Ack, body: Body, word: str, nearest: str) -> None:
    """Say the nearest word as a button."""
    ack(text=f"I don't know {escape(word[:100])}.", blocks=blocks.unknown(word, nearest, about(body)))


def waiting(ack: Ack, body: Body, kit: Kit) -> None:
    """``/csi`` alone: what waits for me here."""
    text, shown = _mine(body, kit)
    ack(text=text, blocks=shown)


def _mine(body: Body, kit: Kit) -> tuple[str, list[Block]]:
    """What waits for a person in a channel, as text and blocks."""
    user_id = user_of(body)
    with kit.sessions.reading() as session:
        try:
            cycle = modals.cycle_of(session, body)
        except NotFound:
            return "No cycle is running here.", blocks.no_cycle(about(body))
        cycles.together.of_people(session, cycle.team_id, [cycle])
        seen = cycles.overview(session, cycle, kit.now())
        own = cycles.own(session, cycle, user_id, kit.now())
    return status_card.title(seen), blocks.mine(seen, own, user_id, cycle.channel_id)


def mentioned(event: Body, body: Body, client: WebClient, kit: Kit) -> None:
    """Somebody called the bot by its name: it says, to them alone, what waits for them and what can be done."""
    text, shown = _mine(body, kit)
    thread = str(event.get("thread_ts") or "")
    whisper(client, replace(origin(body), thread_ts=thread), shown, text=text)


def status(ack: Ack, body: Body, kit: Kit) -> None:
    """``/csi status``: the card, for one person's eyes."""
    seen = _seen(body, kit)
    if seen is None:
        ack(text="No cycle is running here.", blocks=blocks.no_cycle(about(body)))
    else:
        ack(text=status_card.title(seen), blocks=status_card.card(seen))


def _seen(body: Body, kit: Kit) -> cycles.Overview | None:
    with kit.sessions.reading() as session:
        try:
            cycle = modals.cycle_of(session, body)
        except NotFound:
            return None
        return kit.waits.overview(session, cycle, kit.now())


def not_here(body: Body, word: str) -> str:
    """Why a word cannot be heard where it was typed: people's own conversations hold no cycle. Else empty."""
    name = str(body.get("channel_name") or "")
    is_direct = channel_of(body).startswith("D") or name == "directmessage" or name.startswith("mpdm-")
    return blocks.not_here(is_direct) if word != "help" else ""


def start(ack: Ack, body: Body, client: WebClient, kit: Kit, words: list[str]) -> None:
    """``/csi start SERVICE``: ask for the service's name and its people."""
    if refused := unstartable(kit, client, team_of(body), about(body)):
        raise refused
    ack()
    _open_start(body, client, blocks.Beginning(about(body), " ".join(words)[:80]))


def open_start(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The same from a button."""
    ack()
    begin = _beginning(clicked(body) or about(body))
    if refused := unstartable(kit, client, team_of(body), begin.channel):
        raise refused
    _open_start(body, client, begin)


def unstartable(kit: Kit, client: WebClient, team_id: str, channel: str) -> Conflict | None:
    """Why no cycle can begin in a channel, looked at before anybody fills a form in; None where one can."""
    if not _is_member(client, channel):
        return Conflict("I am not in this channel yet. Please /invite me here, then begin again.")
    with kit.sessions.reading() as session:
        return cycles.running_in(session, team_id, channel)


def _beginning(value: str) -> blocks.Beginning:
    """What a button says of the cycle to begin: all of it as a study says, or a channel and perhaps a file there."""
    if value.startswith("{"):
        said = json.loads(value)
        return blocks.Beginning(**{name: str(said[name]) for name in _BEGINNING if name in said})
    channel, _, file_id = value.partition(":")
    return blocks.Beginning(channel, file_id=file_id)


def _open_start(body: Body, client: WebClient, begin: blocks.Beginning) -> None:
    modals.show(client, body, start_view(body, client, begin))


def start_view(body: Body, client: WebClient, begin: blocks.Beginning) -> Block:
    """The form that begins a cycle, in the zone of who asks; for members of the workspace only."""
    asking = people.require_member(client, team_of(body), user_of(body))
    if not begin.filename:  # a study says its zone
        begin = replace(begin, timezone=str(asking.get("tz") or "UTC"))
    return blocks.start_form(begin)


def more_of_start(ack: Ack, body: Body, client: WebClient) -> None:
    """Show what is seldom changed, too; what stands in the form stays."""
    ack()
    begin = _beginning(body["view"]["private_metadata"])
    modals.replace(client, body["view"]["id"], blocks.start_form(begin, more=True))


START_FIELDS: dict[str, forms.Reader] = {
    "service": forms.text(limit=80),
    "service_owner": forms.user(required=False),
    "data_owner": forms.user(required=False),
    "backup": forms.user(required=False),
    "analyst": forms.user(required=False),
    "approver": forms.users(required=False),
    "period": forms.option(of=Period),
    "timezone": forms.text(required=False, limit=60),
}
_BEGINNING = tuple(one.name for one in fields(blocks.Beginning))
PEOPLE = ("service_owner", "data_owner", "backup", "analyst", "approver")
ASKED = {"service_owner": Role.SERVICE_OWNER, "analyst": Role.ANALYST}


def started(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The start modal was sent: begin the cycle, give the roles, show the card."""
    form = forms.read(view, START_FIELDS)
    here = origin(body)
    begin = _beginning(str(view["private_metadata"]))
    require_member(client, begin.channel)
    people.require_able(client, here.team_id, {name: form[name] for name in PEOPLE if form[name]})
    with kit.sessions() as session:
        wanted = cycles.Start(form["service"], begin.channel, form["timezone"] or begin.timezone, form["period"])
        cycle = cycles.start(session, team_id=here.team_id, actor=here.user_id, now=kit.now(), wanted=wanted)
        given = give_roles(session, cycle, form, actor=here.user_id, now=kit.now())
        cards.show(session, kit.outbox, cycle, kit.now())
        seen = cycles.overview(session, cycle, kit.now())
        announce(session, kit, cycle, blocks.begun(seen, here.user_id), "begun")
        kit.inbox.later(
            session,
            team_id=here.team_id,
            kind="people.remember",
            key=f"cycle:{cycle.id}",
            payload={"users": sorted({here.user_id, *given})},
        )
        if begin.file_id:
            look_later(kit, session, cycle, begin.file_id, user=here.user_id)
    ack()


def _is_member(client: WebClient, channel: str) -> bool:
    """Whether the bot is in the channel: else none of what it has to say arrives."""
    try:
        return bool(client.conversations_info(channel=channel)["channel"].get("is_member"))
    except SlackApiError as refused:
        if failures.passing(refused):  # not known is not "no"
            raise
        return False


def require_member(client: WebClient, channel: str) -> None:
    """Refuse to begin where the bot is not: beside the service's name."""
    if not _is_member(client, channel):
        raise InvalidInput("service", "I am not in that channel yet. Please /invite me there, then send this again.")


def give_roles(session: Session, cycle: Cycle, form: Mapping[str, Any], *, actor: str, now: datetime) -> list[str]:
    """Give the roles that a form names; returns the people. Who stands in for nobody stands in for ``actor``."""
    wanted = {role: [form[field]] for field, role in ASKED.items() if form[field]}
    owner = form["data_owner"] or (actor if form["backup"] else "")  # what is left empty falls to whoever begins
    wanted |= {Role.DATA_OWNER: list(filter(None, (owner, form["backup"])))} if owner else {}
    wanted |= {Role.APPROVER: form["approver"]} if form["approver"] else {}
    for role, named in wanted.items():
        roles.set_holders(
            session,
            team_id=cycle.team_id,
            service_id=cycle.service_id,
            role=role,
            user_ids=named,
            actor=actor,
            now=now,
            backups=[form["backup"]] if role is Role.DATA_OWNER and form["backup"] != owner else (),
        )
    return [user for named in wanted.values() for user in named]


def announce(session: Session, kit: Kit, cycle: Cycle, text: str, what: str) -> None:
    """Say something in the thread of the cycle's card; ``what`` makes it once only."""
    kit.outbox.post(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        thread_key=cards.key(cycle),
        text=text,
        key=f"cycle:{cycle.id}:{cycle.version}:{what}",
        subject=("cycle", cycle.id),
    )


def next_step(ack: Ack, body: Body, kit: Kit) -> None:
    """``/csi next``: leave the step, or hear which rules are not met."""
    ack(text=_go_on(body, kit))


def next_clicked(ack: Ack, body: Body, kit: Kit) -> None:
    """The Next button: an older card's button changes nothing."""
    ack()
    step = int(clicked(body).partition("@")[0])
    _go_on(body, kit, leaving=step)


def _go_on(body: Body, kit: Kit, *, leaving: int | None = None, reasons: Mapping[str, str] | None = None) -> str:
    actor, now = user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        told = {one.rule: one.sentence for one in cycles.breaches(session, cycle, now)} if reasons else {}
        cycles.next_step(session, cycle, actor=actor, now=now, reasons=reasons, leaving=leaving)
        passed = cycles.passage(session, cycle, cycle.step - 1).reasons
        here = cycles.passage(session, cycle, cycle.step)
        seen = cycles.overview(session, cycle, now)
        owner = cycles.accountable(session, cycle, cycle.step)
        _say_moved(session, kit, cycle, blocks.moved(seen, actor, owner, here.due_on))
        if more := blocks.moved_more(seen, passed, told):
            announce(session, kit, cycle, more, "next")
    return f"Now in step {seen.step.value}: {seen.step.title}"


def _say_moved(session: Session, kit: Kit, cycle: Cycle, line: tuple[str, list[Block]]) -> None:
    """One line in the channel itself: what is done, what is next, and whose it is."""
    text, shown = line
    kit.outbox.post(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        text=text,
        blocks=shown,
        key=f"cycle:{cycle.id}:{cycle.version}:moved",
        subject=("cycle", cycle.id),
    )


def open_reasons(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Only warnings are left: ask why it is right to pass them."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        found = [one for one in cycles.breaches(session, cycle, kit.now()) if not one.note]
        metadata = json.dumps({"channel": cycle.channel_id, "step": cycle.step})
    if any(breach.blocks for breach in found):
        raise GateRefused(found)
    if not found:
        raise Conflict("Nothing is left to give a reason for: go on to the next step.", ways=[Way(Place.NEXT)])
    modals.show(client, body, blocks.reasons_form(found, metadata))


def passed(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """Reasons were given: go on with them."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    reasons = forms.read(view, {rule: forms.reason() for rule in asked})
    meant = json.loads(view["private_metadata"])
    _go_on(body, kit, leaving=meant["step"], reasons=reasons)
    ack()


def back(ack: Ack, body: Body, client: WebClient, kit: Kit, words: list[str]) -> None:
    """``/csi back``, or ``/csi back 2``: to which earlier step, and why."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
    if cycle.step == 1:
        raise Conflict("This cycle is in step 1, the first one.", ways=[Way(Place.SHOULD_MEASURE)])
    ack()
    wanted = next((int(word) for word in words if word.isdigit()), 0)
    modals.show(client, body, blocks.back_form(cycle.step, cycle.channel_id, wanted))


def went_back(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The back modal was sent."""
    form = forms.read(view, {"step": forms.option(of=int), "reason": forms.reason()})
    actor, now = user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = cycles.of_channel(session, team_of(body), view["private_metadata"])
        cycles.back(session, cycle, to=form["step"], actor=actor, now=now, reason=form["reason"])
        seen = cycles.overview(session, cycle, now)
        announce(session, kit, cycle, blocks.returned(seen, actor, form["reason"]), "back")
    ack()


def history(ack: Ack, body: Body, kit: Kit) -> None:
    """``/csi history``: every cycle of this channel's service."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        service = cycles.service_of(session, cycle)
        every = cycles.of_service(session, cycle.team_id, service.id)
        results = cycles.judged(session, cycle.team_id, [one.id for one in every])
        known = rows(session, Kpi, cycle.team_id, cycle_id=tuple(one.id for one in every), order="cycle_id")
    lines = [_line(one, results, sum(kpi.cycle_id == one.id for kpi in known)) for one in reversed(every)]
    charted = _charted(cycle, known, {one.kpi_id for one in results})
    ack(text=f"Cycles of {escape(service.name)}", blocks=blocks.history(service.name, lines, charted))


def _charted(cycle: Cycle, known: Sequence[Kpi], judged: Collection[int]) -> dict[str, str]:
    """Every KPI that some cycle has analysed, those of this one first: what is measured no longer keeps its chart."""
    analysed = {kpi.key for kpi in known if kpi.id in judged}
    here = {kpi.key for kpi in known if kpi.cycle_id == cycle.id}
    names = {kpi.key: kpi.name for kpi in known if kpi.key in analysed}
    told = {key: name if key in here else f"{clip(name, 50)} (no longer measured)" for key, name in names.items()}
    return {f"{cycle.id}:{key}": told[key] for key in sorted(told, key=lambda key: key not in here)}


def _line(cycle: Cycle, results: Sequence[Any], measured: int) -> tuple[int, str, str, str]:
    """A cycle by its verdicts: how many there are of each, then with both axes."""
    state = f"open, step {cycle.step}" if cycle.state == CycleState.OPEN else "closed"
    until = f" to {wording.day_in(cycle.closed_at, cycle.timezone)}" if cycle.closed_at else ""
    own = [one for one in results if one.cycle_id == cycle.id and one.verdict]
    counted = Counter(one.both for one in own)
    axes = "; ".join(f"{count} {verdict}" for verdict, count in sorted(counted.items()))
    heading = of_verdicts([Verdict(one.verdict) for one in own], max(0, measured - len(own)))
    verdicts = f"{heading} {axes}" if own else ""
    return cycle.number, state, f"from {wording.day_in(cycle.started_at, cycle.timezone)}{until}", verdicts


def press(
    commands: Mapping[str, Callable[..., Any]], body: Body, client: WebClient, respond: Respond, kit: Kit
) -> None:
    """Do by a button what a command does; the button's value is the words, then perhaps ``@channel``."""
    word, *words = clicked(body).partition("@")[0].split()
    command = {
        "command": "/csi",
        "text": word,
        "team_id": team_of(body),
        "user_id": user_of(body),
        "channel_id": about(body),
        "trigger_id": body.get("trigger_id", ""),
        "response_url": body.get("response_url", ""),
        "view": body.get("view"),
    }
    answer = _answer_apart(body, client, respond)
    commands[word](ack=answer, body=command, client=client, respond=respond, kit=kit, words=words)


def _answer_apart(body: Body, client: WebClient, respond: Respond) -> Callable[..., None]:
    """What a command says by acknowledging, said beside the button; from App Home, in a modal."""

    def answer(text: str = "", blocks: Sequence[Any] | None = None, **_: Any) -> None:
        if not text and not blocks:
            return
        if body.get("response_url"):
            respond(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)
        elif (body.get("view") or {}).get("type") == "modal":
            modals.show(client, body, notices.view(blocks or notices.note(text), "CSI"))
        else:
            client.chat_postMessage(channel=user_of(body), text=text, blocks=blocks)

    return answer


def joined(event: Body, body: Body, kit: Kit) -> None:
    """Somebody joined a channel: when it is the bot itself, it says what it is for."""
    team_id = team_of(body)
    if event.get("user") != body.get("authorizations", [{}])[0].get("user_id"):
        return
    channel = str(event["channel"])
    with kit.sessions() as session:
        kit.outbox.post(
            session,
            team_id=team_id,
            channel=channel,
            key=f"welcome:{channel}",
            kind="nudge",
            text="Hello. /csi help says what I can do.",
            blocks=blocks.welcome(channel),
        )
