"""Step 4, process the data: make the series, show how good they are, lead back to the rows, leave spans out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step4_process as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.payload import clicked, origin, team_of, user_of
from csi import cycle as cycles
from csi.definition import Window
from csi.errors import Conflict, InvalidInput, Place, TooEarly, UnitUnclear, Way
from csi.measurement import of_cycle
from csi.models import AnalysisResult, Cycle, Exclusion, Kpi
from csi.step1_should_measure import growing, kpis, meant
from csi.step2_can_measure.sources import of_service
from csi.step3_gather.gate import columns_lacking
from csi.step4_process import computing, exclusions
from csi.step4_process.tracing import origins
from csi.step4_process.windows import likely, set_windows, set_windows_of, whole_periods
from csi.step5_analyse import results
from csi.storage import need, row, rows
from csi.terms import Step

Body = Mapping[str, Any]


def process(ack: Ack, body: Body, kit: Kit) -> None:
    """``/csi process``: make every series from the data now held, and say how good they are."""
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        _require_step(cycle)
        _later(session, kit, cycle, body)
    ack("I am processing the data; the report will be here in a moment.")


def process_again(ack: Ack, body: Body, kit: Kit) -> None:
    """The button that does the same."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        _require_step(cycle)
        _later(session, kit, cycle, body)


def _require_step(cycle: Cycle) -> None:
    if cycle.step < Step.PROCESS:
        raise TooEarly("Processing is", Step.PROCESS, cycle.step)


def _later(session: Session, kit: Kit, cycle: Cycle, body: Body) -> None:
    actor = user_of(body)
    key = f"{cycle.id}:{kit.now().isoformat()}:{actor}"
    payload = {"cycle_id": cycle.id, "actor": actor, "key": key}
    kit.inbox.later(
        session, team_id=cycle.team_id, kind=blocks.RUN, key=key, payload=payload, user=actor, channel=cycle.channel_id
    )


def run(payload: Body, kit: Kit) -> None:
    """The job: compute, keep the results, post the report."""
    team_id, cycle_id, actor = payload["team_id"], int(payload["cycle_id"]), str(payload["actor"])
    made = kit.slow(
        results.recompute, kit.sessions, kit.files, team_id=team_id, cycle_id=cycle_id, actor=actor, now=kit.now()
    )
    refused = made.result().refused
    with kit.sessions() as session:
        cycle = cycles.by_id(session, team_id, cycle_id)
        made_of = [(kpi, result) for kpi, result in _results(session, cycle) if kpi.key not in refused]
        undefined = of_cycle.not_computed(session, cycle)
        not_made = _refused(session, cycle, refused)
        kit.outbox.keep(
            session,
            team_id=team_id,
            channel=cycle.channel_id,
            key=f"process:{payload['key']}",
            text=blocks.said(cycle, made_of, not_made),
            blocks=blocks.report(cycle, made_of, undefined, not_made, _read_into(session, cycle)),
            subject=("cycle", cycle.id),
            tell=actor,
        )


def _read_into(session: Session, cycle: Cycle) -> dict[str, int]:
    """The sources that have read a file, by their key."""
    held = of_service(session, cycle.team_id, cycle.service_id)
    return {one.key: one.id for one in held if one.kind == "file" and one.mapping and one.id is not None}


def swap(ack: Ack, body: Body, kit: Kit) -> None:
    """The two moments of a KPI stand the wrong way round: turn them, and process anew."""
    ack()
    here = origin(body)
    with kit.sessions() as session:
        number, _, version = clicked(body).partition(":")
        kpi = need(session, Kpi, here.team_id, int(number))
        cycle = cycles.by_id(session, here.team_id, kpi.cycle_id)
        _require_step(cycle)
        if version != str(kpi.definition_version):
            raise Conflict(f"{kpi.name} was changed meanwhile. Look at how it is now.", ways=[Way(Place.PROCESS)])
        turned = meant.turned_round(kpi.definition)
        kpis.define(session, cycle, kpi, turned, actor=here.user_id, now=kit.now())
        _later(session, kit, cycle, body)


def _results(session: Session, cycle: Cycle) -> list[tuple[Kpi, Mapping[str, Any]]]:
    known = {one.kpi_id: one for one in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)}
    return [(kpi, known[kpi.id].result) for kpi in kpis.of_cycle(session, cycle) if kpi.id in known]


def _refused(
    session: Session, cycle: Cycle, refused: Mapping[str, Sequence[InvalidInput]]
) -> list[blocks.NotProcessed]:
    """The KPIs that could not be processed: why, and the source that lacks a column of theirs, or its unit."""
    lacking = {
        name: source.id
        for source, columns in columns_lacking(session, cycle)
        for names in columns.values()
        for name in names
    }
    known = {kpi.key: kpi for kpi in kpis.of_cycle(session, cycle)}
    ids = {source.key: source.id for source in of_service(session, cycle.team_id, cycle.service_id)}
    return [
        blocks.NotProcessed(
            known[key],
            [_reason(one) for one in errors],
            lacking.get(known[key].name),
            next((ids.get(one.source) for one in errors if isinstance(one, UnitUnclear)), None),
        )
        for key, errors in refused.items()
    ]


def _reason(error: InvalidInput) -> tuple[str, str]:
    """The part of a KPI that is wrong, and why; how a unit is said is the form's to show."""
    return error.field, error.found if isinstance(error, UnitUnclear) else error.reason


def open_trace(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """“Where does this number come from?”: first, which number."""
    ack()
    with kit.sessions.reading() as session:
        kpi = need(session, Kpi, team_of(body), int(clicked(body)))
        cycle = cycles.by_id(session, kpi.team_id, kpi.cycle_id)
        view = blocks.trace_form(kpi, _result(session, kpi), modals.metadata(cycle, kpi=kpi.id))
    modals.show(client, body, view)


def _result(session: Session, kpi: Kpi) -> Mapping[str, Any]:
    found = row(session, AnalysisResult, kpi.team_id, cycle_id=kpi.cycle_id, kpi_id=kpi.id)
    return found.result if found else {}


def wanted_trace(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A point was chosen: look its rows up apart from this request, and show them in the same modal."""
    if not view["state"]["values"]:
        ack()
        return
    start = forms.read(view, {"start": forms.option()})["start"]
    kpi_id = int(modals.remembered(body)["kpi"])
    ack(response_action="update", view=blocks.looking())
    with kit.sessions.reading() as session:
        kpi = need(session, Kpi, team_of(body), kpi_id)
    kit.slow(_show_trace, kit, client, str(view["id"]), kpi, start, to=origin(body))


def _show_trace(kit: Kit, client: WebClient, view_id: str, kpi: Kpi, start: str) -> None:
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, kpi.team_id, kpi.cycle_id)
        report = computing.evaluated(session, cycle, kit.files)
        if kpi.key not in report.kpis:
            raise Conflict(f"{kpi.name} is not computed any more.")
        found = origins(session, cycle, report.kpis[kpi.key].processed, datetime.fromisoformat(start))
        series = _result(session, kpi).get("series") or ()
    point = next((one for one in series if one["start"] == start), None)
    if point is None:
        raise Conflict("The data was processed again meanwhile. Please look at the newer report.")
    modals.replace(client, view_id, blocks.traced(kpi, point, found))


def open_exclude(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form for leaving something out."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        view = blocks.exclude_form(kpis.of_cycle(session, cycle), modals.metadata(cycle))
    modals.show(client, body, view)


EXCLUDE_FIELDS: dict[str, forms.Reader] = {
    "kpi_id": forms.option(),
    "start_on": forms.date(),
    "end_on": forms.date(),
    "reason": forms.reason(limit=exclusions.REASON_LIMIT),
}


def proposed_exclusion(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The form was sent: propose it in the channel, where somebody else approves."""
    form = forms.read(view, EXCLUDE_FIELDS)
    kpi_id = None if form["kpi_id"] == blocks.ALL else int(form["kpi_id"])
    span = exclusions.Span(form["start_on"], form["end_on"], kpi_id)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        made = exclusions.propose(session, cycle, span, reason=form["reason"], actor=user_of(body), now=kit.now())
        _announce(session, kit, cycle, made)
    ack()


def _announce(session: Session, kit: Kit, cycle: Cycle, one: Exclusion) -> None:
    kpi = need(session, Kpi, cycle.team_id, one.kpi_id) if one.kpi_id else None
    kit.outbox.keep(
        session,
        team_id=cycle.team_id,
        channel=cycle.channel_id,
        key=f"exclusion:{one.id}",
        text="Leaving something out of the figures",
        blocks=blocks.exclusion(one, kpi, _days(cycle, one)),
        subject=("exclusion", one.id),
        tell=one.proposed_by,
    )


def _days(cycle: Cycle, one: Exclusion) -> Any:
    return of_cycle.local(one.start_at, cycle.timezone), of_cycle.local(one.end_at, cycle.timezone)


def open_exclusion(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A proposal, opened from the refusal that names it."""
    ack()
    with kit.sessions.reading() as session:
        one = need(session, Exclusion, team_of(body), int(clicked(body)))
        cycle = cycles.by_id(session, one.team_id, one.cycle_id)
        kpi = need(session, Kpi, one.team_id, one.kpi_id) if one.kpi_id else None
        view = blocks.exclusion_view(one, kpi, _days(cycle, one))
    modals.show(client, body, view)


def decided_exclusion(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Approve or Reject was pressed; a second click changes nothing."""
    ack()
    wanted = json.loads(clicked(body))
    with kit.sessions() as session:
        one, _ = exclusions.decide(
            session,
            team_id=team_of(body),
            exclusion_id=int(wanted["id"]),
            actor=user_of(body),
            choice=str(wanted["choice"]),
            now=kit.now(),
        )
        cycle = cycles.by_id(session, one.team_id, one.cycle_id)
        _announce(session, kit, cycle, one)
        kpi = need(session, Kpi, one.team_id, one.kpi_id) if one.kpi_id else None
        view = blocks.exclusion_view(one, kpi, _days(cycle, one))
    if (body.get("view") or {}).get("type") == "modal":
        modals.replace(client, body["view"]["id"], view)


def open_windows(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form for baseline and evaluation window."""
    ack()
    with kit.sessions.reading() as session:
        view = windows_view(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def windows_view(session: Session, cycle: Cycle) -> Block:
    """What is compared with what, and which periods there are."""
    held = kpis.of_cycle(session, cycle)
    there = blocks.There(whole_periods(session, cycle), likely(session, cycle))
    return blocks.windows_form(cycle, held, there, modals.metadata(cycle))


WINDOW_FIELDS: dict[str, forms.Reader] = {
    "kpi_id": forms.option(required=False),
    **{
        name: forms.date(required=False)
        for name in ("baseline_from", "baseline_to", "evaluation_from", "evaluation_to")
    },
}


def fixed_windows(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The windows were sent; what was computed with others is computed again."""
    form = forms.read(view, WINDOW_FIELDS)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        actor, now = user_of(body), kit.now()
        baseline, evaluation = _window(form, "baseline"), _window(form, "evaluation")
        if form["kpi_id"] in (None, blocks.EVERY):
            changed = set_windows(session, cycle, baseline=baseline, evaluation=evaluation, actor=actor, now=now)
        else:
            kpi = growing.of_cycle(session, cycle, Kpi, int(form["kpi_id"]))
            changed = set_windows_of(
                session, cycle, kpi, baseline=baseline, evaluation=evaluation, actor=actor, now=now
            )
        if changed and cycle.step >= Step.PROCESS:
            _later(session, kit, cycle, body)
    ack()


def _window(form: Mapping[str, Any], name: str) -> Window | None:
    start, end = form[f"{name}_from"], form[f"{name}_to"]
    if (start is None) != (end is None):
        missing = f"{name}_to" if end is None else f"{name}_from"
        raise InvalidInput(missing, "Please choose both days, or neither.")
    return Window(start, end) if start else None


def open_rebase(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """What differs from the approved baseline, and the way to compare afresh."""
    ack()
    with kit.sessions.reading() as session:
        kpi = need(session, Kpi, team_of(body), int(clicked(body)))
        cycle = cycles.by_id(session, kpi.team_id, kpi.cycle_id)
        different = _result(session, kpi).get("differences") or ()
        view = blocks.rebase_form(kpi, different, modals.metadata(cycle, kpi=kpi.id))
    modals.show(client, body, view)


def rebased(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The reason was given: old baselines are no longer compared with."""
    reason = forms.read(view, {"reason": forms.reason()})["reason"]
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        kpi_id = int(modals.remembered(body)["kpi"])
        exclusions.retire_baseline(session, cycle, kpi_id, reason=reason, actor=user_of(body), now=kit.now())
        _later(session, kit, cycle, body)
    ack()
