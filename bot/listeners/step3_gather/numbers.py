"""A number typed by hand, with its evidence or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step3_gather as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step3_gather.overview import overview
from bot.payload import clicked, origin
from csi import cycle as cycles
from csi.errors import InvalidInput, InvalidInputs, NotFound, Place, Way
from csi.models import Cycle, Kpi, Measurement
from csi.reading import spans
from csi.step3_gather import collecting, measurements
from csi.step3_gather.expected import Arrival, arrival, arrivals
from csi.storage import need, row, rows
from csi.words import wording

Body = Mapping[str, Any]
_FIELDS = 20  # numbers asked for in one form
_PERIODS = 26  # how far back a number may be typed


def open_number(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form for one number; the first missing period is proposed."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        view = _form(session, cycle, clicked(body), kit)
    modals.show(client, body, view)


def said_number(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A number was sent."""
    here = origin(body)
    fields = {
        "kpi": forms.option(of=int),
        "period_start": forms.option(of=date.fromisoformat),
        **{name: forms.number(required=False) for name in ("value", "numerator", "denominator")},
        "evidence": forms.text(required=False, limit=measurements.EVIDENCE_LIMIT),
        "reason": forms.reason(required=False, limit=measurements.REASON_LIMIT),
    }
    said = forms.read(view, fields)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        kpi = _kpi(session, cycle, said.pop("kpi"))
        told = measurements.enter(session, cycle, kpi, measurements.Typed(**said), actor=here.user_id, now=kit.now())
        _tell(session, kit, cycle, kpi, told)
        shown = overview(session, cycle, kit)
    ack()
    modals.refresh(client, body, shown)


def open_collection(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form a reminder leads to: a field for each number of the period the person is asked for."""
    ack()
    here = origin(body)
    number, _, day = clicked(body).partition(":")
    start = date.fromisoformat(day)
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, here.team_id, int(number))
        wanted = collecting.wanted_from(session, cycle, here.user_id, start, kit.now())
        period = wording.named(start, wanted[0].period) if wanted else day
        metadata = modals.metadata(cycle, start=day, kpis=[one.kpi.id for one in wanted[:_FIELDS]])
    view = blocks.collection_form(wanted[:_FIELDS], period, metadata) if wanted else blocks.nothing_wanted(period)
    modals.show(client, body, view)


def said_collection(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The numbers of a period were sent; those left out are asked for again."""
    here, known = origin(body), modals.remembered(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        told = [(number, _one_of(view, number, str(known["start"]))) for number in known["kpis"]]
        given = [(number, one) for number, one in told if one is not None]
        if not given:
            raise InvalidInput(f"value.{known['kpis'][0]}", "Please give at least one number, or a reason.")
        for number, one in given:
            kpi = _kpi(session, cycle, number)
            with _fields_of(number):
                made = measurements.enter(session, cycle, kpi, one, actor=here.user_id, now=kit.now())
            _tell(session, kit, cycle, kpi, made)
        left = len(known["kpis"]) - len(given)
    ack(response_action="update", view=blocks.numbers_taken(len(given), left, cycle.channel_id))


def _one_of(view: Body, number: int, start: str) -> measurements.Typed | None:
    fields = {
        f"value.{number}": forms.number(required=False),
        f"evidence.{number}": forms.text(required=False, limit=measurements.EVIDENCE_LIMIT),
        f"reason.{number}": forms.reason(required=False, limit=measurements.REASON_LIMIT),
    }
    value, evidence, reason = forms.read(view, fields).values()
    if value is None and not reason:
        return None
    return measurements.Typed(date.fromisoformat(start), value=value, evidence=evidence, reason=reason)


@contextmanager
def _fields_of(number: int) -> Iterator[None]:
    """Errors of one KPI's number stand beside that KPI's fields."""
    try:
        yield
    except InvalidInputs as found:
        raise InvalidInputs([InvalidInput(f"{one.field}.{number}", one.reason) for one in found.errors]) from found


def attested(ack: Ack, body: Body, kit: Kit) -> None:
    """A second person vouches for a number."""
    ack()
    here = origin(body)
    with kit.sessions() as session:
        cycle = _cycle_of_number(session, here.team_id, int(clicked(body)))
        measurements.attest(session, cycle, int(clicked(body)), actor=here.user_id, now=kit.now())
        told = need(session, Measurement, here.team_id, int(clicked(body)))
        kpi = next(
            (one for one in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id) if one.key == told.kpi_key), None
        )
        if kpi is None:
            raise NotFound("This KPI is not in this cycle any more.")
        text = blocks.number_attested(kpi, _period(session, cycle, kpi, told, kit), here.user_id)
        kit.outbox.post(
            session,
            team_id=here.team_id,
            channel=cycle.channel_id,
            text=text,
            thread_key=f"card:{cycle.id}",
            key=f"gather.attest:{told.id}",
        )


def _cycle_of_number(session: Session, team_id: str, number: int) -> Cycle:
    told = need(session, Measurement, team_id, number)
    if told.cycle_id is None:
        raise NotFound("This number does not belong to a cycle.")
    return cycles.by_id(session, team_id, told.cycle_id)


def _form(session: Session, cycle: Cycle, wanted: str, kit: Kit) -> Block:
    known = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    if not known:
        raise NotFound("There is no KPI in this cycle yet; add one first.", ways=[Way(Place.SHOULD_MEASURE)])
    chosen = next((kpi for kpi in known if wanted in (kpi.key, str(kpi.id))), None)
    chosen = chosen or next((one.kpi for one in arrivals(session, cycle, kit.now())), known[0])
    seen = arrival(session, cycle, chosen, kit.now())
    periods = _periods(cycle, seen, kit)
    open_ones = [start.isoformat() for start in seen.missing if start.isoformat() in periods]
    ended = [start for start in periods if spans.end_of(date.fromisoformat(start), seen.period) <= _today(cycle, kit)]
    proposed = open_ones[0] if open_ones else ended[0] if ended else None
    return blocks.number_form(known, chosen, periods, proposed, modals.metadata(cycle))


def _today(cycle: Cycle, kit: Kit) -> date:
    return spans.local_day(kit.now(), cycle.timezone)


def _periods(cycle: Cycle, seen: Arrival, kit: Kit) -> dict[str, str]:
    """The latest periods, the newest first: first day → name, and whether a number was given."""
    start = spans.start_of(_today(cycle, kit), seen.period)
    found = {}
    for _ in range(_PERIODS):
        found[start.isoformat()] = spans.label(start, seen.period) + (" · given" if start in seen.came else "")
        start = spans.start_of(start - timedelta(days=1), seen.period)
    return found


def _kpi(session: Session, cycle: Cycle, number: int) -> Kpi:
    found = row(session, Kpi, cycle.team_id, id=number, cycle_id=cycle.id)
    if found is None:
        raise NotFound("This KPI is not in this cycle any more.")
    return found


def _period(session: Session, cycle: Cycle, kpi: Kpi, told: Measurement, kit: Kit) -> str:
    if told.period_start is None:
        return ""
    return wording.named(told.period_start, arrival(session, cycle, kpi, kit.now()).period)


def _tell(session: Session, kit: Kit, cycle: Cycle, kpi: Kpi, told: Measurement) -> None:
    """Say in the card's thread that a number came; not which."""
    period = _period(session, cycle, kpi, told, kit)
    said = blocks.number_told(told, kpi, period, back=measurements.takes_back(session, told))
    kit.outbox.post(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        text=said,
        thread_key=f"card:{cycle.id}",
        key=f"gather.number:{told.id}",
    )
    if limit := measurements.wants_second(session, told):
        asked = blocks.attestation(told, kpi, period, limit)
        kit.outbox.post(
            session,
            team_id=cycle.team_id,
            channel=cycle.channel_id,
            text=blocks.words(asked),
            blocks=asked,
            key=f"gather.attestation:{told.id}",
        )
