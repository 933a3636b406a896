"""Step 5 in Slack: analyse the data now held, read the drafted findings, confirm them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import date
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step5_analyse as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals, pictures
from bot.listeners import step1_should_measure as step1
from bot.listeners import step4_process as step4
from bot.payload import clicked, origin, user_of
from csi import roles
from csi.analysis.finding import NOT_MEASURED
from csi.analysis.impact import Range, UnitCost
from csi.analysis.phases import Shift
from csi.errors import Conflict, CsiError, InvalidInput, Place, TooEarly, UnitUnclear, Way
from csi.models import AnalysisResult, Cycle, Finding, Kpi
from csi.reading.spans import local_day
from csi.states import CycleState
from csi.step5_analyse import findings, rebasing, results
from csi.storage import need, row, rows
from csi.terms import CauseState, Claim, Period, Step

Body = Mapping[str, Any]


def analyse(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi analyse``: the verdicts and findings; what is missing or stale is computed first."""
    ack()
    with kit.sessions() as session:
        cycle = _analysable(session, body)
        fresh = results.fresh(session, cycle)
        ready = bool(fresh) and all(fresh.values())
        if ready:
            findings.redraft(session, cycle, actor=user_of(body), now=kit.now())
        metadata = modals.metadata(cycle)
        view = _overview(session, cycle) if ready else blocks.running(metadata)
    opened = _shown(client, body, view)
    if not ready:
        _start(body, client, kit, metadata, opened)


def again(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Analyse the data now held, whatever is known already."""
    ack()
    with kit.sessions.reading() as session:
        cycle = _analysable(session, body)
        metadata = modals.metadata(cycle)
    view_id = body["view"]["id"]
    modals.replace(client, view_id, blocks.running(metadata))
    _start(body, client, kit, metadata, view_id)


def meant(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """What looks odd about a KPI is meant so: all is analysed with that."""
    ack()
    step1.note_meant(body, client, kit)
    again(ack, body, client, kit)


def open_windows(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Before and after are to be agreed on, from here."""
    ack()
    with kit.sessions.reading() as session:
        view = step4.windows_view(session, _analysable(session, body))
    modals.show(client, body, {**view, "callback_id": blocks.WINDOWS})


def fixed_windows(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """They were sent: what waits below is analysed with them."""
    step4.fixed_windows(ack, body, view, kit)
    metadata, root = str(view["private_metadata"]), str(view["root_view_id"])
    modals.replace(client, root, blocks.running(metadata))
    _start(body, client, kit, metadata, root)


def _analysable(session: Session, body: Body) -> Cycle:
    cycle = modals.cycle_of(session, body)
    if cycle.step < Step.ANALYSE:
        raise TooEarly("Analysing is", Step.ANALYSE, cycle.step)
    return cycle


def _shown(client: WebClient, body: Body, view: Block) -> str:
    return str(modals.show(client, body, view)["view"]["id"])


def _start(body: Body, client: WebClient, kit: Kit, metadata: str, view_id: str) -> None:
    """Compute apart from this request; then show the result, or what went wrong, where the person waits."""
    here = origin(body)
    computing = kit.slow(kit.aside, _computed, here.team_id, here.user_id, int(json.loads(metadata)["cycle"]), to=here)
    computing.add_done_callback(lambda made: modals.replace(client, view_id, _outcome(made, metadata)))


def _computed(kit: Kit, team_id: str, actor: str, cycle_id: int) -> Block:
    """The slow part: read, process, analyse, draft."""
    made = results.recompute(kit.sessions, kit.files, team_id=team_id, cycle_id=cycle_id, actor=actor, now=kit.now())
    with kit.sessions() as session:
        cycle = need(session, Cycle, team_id, cycle_id)
        findings.redraft(session, cycle, actor=actor, now=kit.now())
        return _overview(session, cycle, made.refused)


def _outcome(made: Future[Block], metadata: str) -> Block:
    error = made.exception()
    if error is None:
        return made.result()
    why = str(error) if isinstance(error, CsiError) else "something went wrong on my side; I have said so in private."
    return blocks.failed(metadata, why)


def _overview(session: Session, cycle: Cycle, refused: Mapping[str, Sequence[InvalidInput]] | None = None) -> Block:
    """Every KPI of a cycle; ``refused`` says of some why they cannot be computed now."""
    lines = _lines(session, cycle, refused)
    may_change = cycle.state == CycleState.OPEN and cycle.step == Step.ANALYSE
    fixed = None not in (cycle.baseline_from, cycle.evaluation_from)
    return blocks.overview(lines, modals.metadata(cycle), may_change=may_change, windows=fixed)


def _lines(
    session: Session, cycle: Cycle, refused: Mapping[str, Sequence[InvalidInput]] | None = None
) -> list[dict[str, Any]]:
    """Every KPI of a cycle as its layout needs it."""
    fresh = results.fresh(session, cycle)
    known, begun = findings.of_cycle(session, cycle), rebasing.of_cycle(session, cycle)
    held = {one.kpi_id: one for one in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)}
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    return [
        {
            **_line(kpi, known.get(kpi.id), held.get(kpi.id), fresh.get(kpi.id, True)),
            "begun": begun.get(kpi.id, []),
            "doubts": step1.open_doubts(session, cycle, kpi),
            "moved": kpi.id in begun or _shift(held.get(kpi.id)) is not None,
            **_why_not((refused or {}).get(kpi.key, ())),
        }
        for kpi in kpis
    ]


def _why_not(reasons: Sequence[InvalidInput]) -> dict[str, Any]:
    """The sentence of a KPI that cannot be computed from the data now held."""
    if not reasons:
        return {}
    why = "; ".join(one.found if isinstance(one, UnitUnclear) else str(one) for one in reasons)
    return {"refused": f"It cannot be computed from the data now held: {why}. Step 4 leads to what mends it."}


EMPTY: dict[str, Any] = {
    **dict.fromkeys((*findings.PARTS, "claim", "impact_unit", "none_because", "confirmed_by"), ""),
    **dict.fromkeys(("cause_state", "cause_evidence"), ""),
    "impact_amount": None,
    "confirmed_at": None,
    "state": findings.DRAFT,
}


def _line(kpi: Kpi, finding: Finding | None, result: AnalysisResult | None, fresh: bool) -> dict[str, Any]:
    """One KPI as its layout needs it."""
    label, summary, below = (
        (result.badge, result.summary, result.below) if result else ("NOT MEASURED", f"No number: {NOT_MEASURED}.", "")
    )
    words = finding.model_dump() if finding else EMPTY
    stale = not fresh or (finding is not None and finding.state == findings.STALE)
    is_whole = finding is not None and findings.as_drafted(finding, finding.cause) is not None
    return {
        **words,
        "id": kpi.id,
        "name": kpi.name,
        "label": label,
        "summary": summary,
        "below": below,
        "under": result.under if result else ("", "", ""),
        "stale": stale,
        "is_whole": is_whole,
        "refused": "",
        "is_old": result is not None and not result.has_notes,
        "located": result is not None and pictures.where_of(kpi, result) is not None,
    }


def open_finding(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The drafted finding of a KPI."""
    ack()
    with kit.sessions.reading() as session:
        cycle, line = _one(session, body)
        view = blocks.finding_form(line, modals.metadata(cycle, kpi=line["id"]))
    modals.show(client, body, view)


def open_together(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """All drafts that leave nothing but a cause to say, in one view."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        lines = blocks.drafted(_lines(session, cycle))
        if not lines:
            raise Conflict("No drafted finding waits for you any more.", ways=[Way(Place.ANALYSE)])
        ids = [line["id"] for line in lines]
        view = blocks.together_form(lines, modals.metadata(cycle, kpis=ids, seen=modals.seen(_texts(lines))))
    modals.show(client, body, view)


def _texts(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a person reads of findings before they stand by them."""
    return {str(line["id"]): [line[name] for name in (*findings.PARTS, "summary", "below", "state")] for line in lines}


def said_together(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A person stands by several findings at once: all of them, or none."""
    wanted = [int(one) for one in modals.remembered(body)["kpis"]]
    form = forms.read(view, {f"{blocks.CAUSE}{id}": _words() for id in wanted})
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        lines = {line["id"]: line for line in _lines(session, cycle)}
        shown_then = [lines[id] for id in wanted if id in lines]
        modals.require_unchanged(body, _texts(shown_then), "a finding", Way(Place.ANALYSE))
        held = findings.of_cycle(session, cycle)
        for id in wanted:
            said = findings.as_drafted(held[id], form[f"{blocks.CAUSE}{id}"]) if id in held else None
            if said is None:
                raise Conflict("Somebody changed a finding while you had this open.", ways=[Way(Place.ANALYSE)])
            findings.confirm(session, cycle, id, said, actor=user_of(body), now=kit.now())
        shown = _overview(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def open_none(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask why a KPI has no finding."""
    ack()
    with kit.sessions.reading() as session:
        cycle, line = _one(session, body)
        view = blocks.none_form(line, modals.metadata(cycle, kpi=line["id"]))
    modals.show(client, body, view)


def _one(session: Session, body: Body) -> tuple[Cycle, dict[str, Any]]:
    cycle = modals.cycle_of(session, body)
    kpi = need(session, Kpi, cycle.team_id, int(clicked(body)))
    finding = row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    line = _line(kpi, finding, result, results.fresh(session, cycle).get(kpi.id or 0, True))
    if line["stale"]:
        said = "The data or the definition changed since this was drafted. Please analyse again."
        raise Conflict(said, ways=[Way(Place.ANALYSE)])
    return cycle, line


def _words() -> forms.Reader:
    return forms.text(limit=blocks.FIELD)


FINDING_FIELDS: dict[str, forms.Reader] = {
    **{name: _words() for name in findings.PARTS},
    "impact_amount": forms.number(),
    "impact_unit": forms.option(),
    "claim": forms.option(of=Claim),
    "cause_state": forms.option(required=False, of=CauseState),
    "cause_evidence": forms.text(required=False, limit=findings.TEXT_LIMIT),
    "unit_cost": forms.text(required=False, limit=60),
}
_CURRENCY = re.compile(r"\s*([^\d\s./,-]{1,10})\s*$")


def _prices(typed: str) -> tuple[list[float], str] | None:
    """``20 / 25 / 40 EUR`` as three rising numbers and a currency; one number stands for all three."""
    if not typed:
        return None
    named = _CURRENCY.search(typed)
    if named is None:
        raise InvalidInput("unit_cost", "Please name the currency, such as 20 / 25 / 40 EUR.")
    numbers = [forms.parse_number(part, "unit_cost") for part in typed[: named.start()].split("/")]
    if len(numbers) not in (1, 3) or sorted(numbers) != numbers or numbers[0] < 0:
        raise InvalidInput("unit_cost", "Expected one number or three that rise, such as 20 / 25 / 40 EUR.")
    return (numbers * 3)[:3], named.group(1)


def _unit_cost(prices: tuple[list[float], str] | None, per: str, owner: str, today: date) -> UnitCost | None:
    return UnitCost(Range(*prices[0]), prices[1], per, owner, today) if prices else None


def said_finding(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A person stands by a finding."""
    form = forms.read(view, FINDING_FIELDS)
    prices = _prices(form.pop("unit_cost"))
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        owner = roles.name_of(session, cycle.team_id, user_of(body))
        cost = _unit_cost(prices, form["impact_unit"], owner, local_day(kit.now(), cycle.timezone))
        form["cause_state"] = form["cause_state"] or CauseState.HYPOTHESIS
        said = findings.Said(**form, unit_cost=cost)
        findings.confirm(session, cycle, int(modals.remembered(body)["kpi"]), said, actor=user_of(body), now=kit.now())
        shown = _overview(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def said_none(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A person says why there is no finding."""
    because = forms.read(view, {"none_because": forms.text(limit=500)})["none_because"]
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        findings.none(session, cycle, int(modals.remembered(body)["kpi"]), because, actor=user_of(body), now=kit.now())
        shown = _overview(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def _shift(result: AnalysisResult | None) -> Shift | None:
    return rebasing.shift_of(result.result) if result else None


def open_rebase(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """From when on and why the limits of a KPI begin anew."""
    ack()
    with kit.sessions.reading() as session:
        cycle, line = _one(session, body)
        view = _new_limits(session, cycle, int(line["id"]))
    modals.show(client, body, view)


def _new_limits(session: Session, cycle: Cycle, kpi_id: int) -> Block:
    kpi = need(session, Kpi, cycle.team_id, kpi_id)
    shift = _shift(row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id))
    known = rebasing.of_cycle(session, cycle).get(kpi.id, [])
    shown = blocks.NewLimits(kpi.name, kpi.unit, cycle.period, shift, known)
    return blocks.rebase_form(shown, modals.metadata(cycle, kpi=kpi.id))


def rebased(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The day and the reason were given: record them, and analyse anew below."""
    if not view["state"]["values"]:
        ack()
        return
    form = forms.read(view, {"start_on": forms.date(), "reason": forms.reason(limit=rebasing.REASON_LIMIT)})
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        rebasing.begin(
            session,
            cycle,
            int(modals.remembered(body)["kpi"]),
            start=form["start_on"],
            reason=form["reason"],
            actor=user_of(body),
            now=kit.now(),
        )
        metadata = modals.metadata(cycle)
    ack()
    _anew(body, client, kit, metadata)


def withdrawn(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """New limits are taken back; a second click changes nothing."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        rebasing.withdraw(session, cycle, int(clicked(body)), actor=user_of(body), now=kit.now())
        metadata = modals.metadata(cycle)
    modals.replace(client, body["view"]["id"], blocks.taken_back())
    _anew(body, client, kit, metadata)


def _anew(body: Body, client: WebClient, kit: Kit, metadata: str) -> None:
    """Analyse again, and show it in the modal below."""
    root = str(body["view"].get("root_view_id") or body["view"]["id"])
    modals.replace(client, root, blocks.running(metadata))
    _start(body, client, kit, metadata, root)


def why(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The verdict's gates in order, with the numbers."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        kpi = need(session, Kpi, cycle.team_id, int(clicked(body)))
        result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
        if result is None:
            raise Conflict(f"{kpi.name} is not analysed yet.")
        view = blocks.why_modal(kpi.name, result.result, Period(cycle.period))
    modals.show(client, body, view)
