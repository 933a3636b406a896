"""KPIs: added from words or the catalogue, changed, taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import notices
from bot.blocks import step1_should_measure as blocks
from bot.blocks.folding import completed, is_folded, unfolded
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure.doubts import MEANT_FIELD, asked_in, asked_of
from bot.blocks.text import clip
from bot.context import Kit
from bot.errors import whisper
from bot.listeners import modals
from bot.listeners.step1_should_measure.answering import answers_of, scale_of, with_answers
from bot.listeners.step1_should_measure.growing import changed_tree, measure, remove
from bot.listeners.step1_should_measure.kpi_form import KPI_FIELDS, definition, fields_of, with_known
from bot.listeners.step1_should_measure.meaning import note_meant, odd_target, open_doubts, still_meant, tried
from bot.listeners.step1_should_measure.pausing import PAUSE_FIELDS
from bot.payload import Body, Origin, clicked, user_of
from csi.errors import InvalidInput, NotFound, Place, Way
from csi.models import Csf, Cycle, Goal, Kpi
from csi.reading.spans import local_day
from csi.series.doubts import Doubt
from csi.step1_should_measure import growing, kpis, meant
from csi.step1_should_measure.rules import past_date
from csi.step1_should_measure.tree import tree
from csi.step3_gather.columns import columns_held, columns_lacking, is_held_back
from csi.step4_process.trying import TRIED
from csi.storage import rows
from csi.terms import Step

TARGET_DAYS = 90  # until when a new target is to be met, unless somebody says otherwise


def kpi(ack: Ack, body: Body, client: WebClient, kit: Kit, words: list[str]) -> None:
    """``/csi kpi NAME``: that KPI's form; without a name, the tree."""
    if not words:
        measure(ack, body, client, kit)
        return
    ack()  # its form may look into a file
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        found = _named(kpis.of_cycle(session, cycle), " ".join(words))
        view = _kpi_form(session, kit, cycle, user_of(body), kpi=found)
    modals.show(client, body, view)


def _named(known: Sequence[Kpi], typed: str) -> Kpi:
    """The KPI somebody means: by its key, or the only one whose key or name holds what was typed."""
    wanted = typed.lower()
    same = [one for one in known if one.key == wanted]
    like = same or [one for one in known if wanted in one.key or wanted in one.name.lower()]
    if len(like) == 1:
        return like[0]
    if not known:
        raise NotFound("This cycle has no KPI yet; add one first.", ways=[Way(Place.SHOULD_MEASURE)])
    names = ", ".join(one.key for one in like or known)
    said = f"“{clip(typed, 40)}” may be several KPIs" if like else f"There is no KPI “{clip(typed, 40)}” in this cycle"
    raise NotFound(f"{said}; there are: {names}.")


def open_kpi(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of a KPI: a new one, or (with a number) an existing one."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        found = growing.of_cycle(session, cycle, Kpi, int(clicked(body))) if clicked(body) else None
        view = _kpi_form(session, kit, cycle, user_of(body), kpi=found)
    modals.show(client, body, view)


def confirm(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A KPI is meant as it is; where that was pressed in its form, the form no longer asks."""
    ack()
    kpi_id = note_meant(body, client, kit)
    if (body.get("view") or {}).get("type") == "modal":
        with kit.sessions.reading() as session:
            cycle = modals.cycle_of(session, body)
            found = growing.of_cycle(session, cycle, Kpi, kpi_id)
            view = _kpi_form(session, kit, cycle, user_of(body), kpi=found, whole=not is_folded(body["view"]))
        modals.replace(client, body["view"]["id"], view)


def more(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Show the rest of a KPI's form, with what was typed so far."""
    ack()
    with kit.sessions.reading() as session:
        whole = _whole_form(session, kit, modals.cycle_of(session, body), body)
    shown = {**unfolded(body["view"], whole), "private_metadata": body["view"]["private_metadata"]}
    modals.replace(client, body["view"]["id"], shown)


def _whole_form(session: Session, kit: Kit, cycle: Cycle, body: Body) -> Block:
    """The form that is open, with all its fields, as it would be opened now."""
    known = modals.remembered(body)
    found = growing.of_cycle(session, cycle, Kpi, int(known["kpi"])) if known.get("kpi") else None
    entry = None if found else blocks.catalogue_choice(str(known.get("catalogue") or ""))
    return _kpi_form(session, kit, cycle, user_of(body), kpi=found, entry=entry, whole=True)


def chose_catalogue(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A catalogue entry was chosen in the form of a new KPI: fill the form from it."""
    ack()
    entry = blocks.catalogue_choice(clicked(body))
    with kit.sessions.reading() as session:
        whole = not is_folded(body["view"])
        view = _kpi_form(session, kit, modals.cycle_of(session, body), user_of(body), entry=entry, whole=whole)
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)


def _kpi_form(session: Session, kit: Kit, cycle: Cycle, actor: str, **about: Any) -> Block:
    """The form of a KPI; once its place in the tree is agreed only how it is computed."""
    found = about.get("kpi")
    if found is not None and Step.SHOULD_MEASURE < cycle.step <= Step.PROCESS:
        rated = scale_of(session, kit, cycle, found)
        return blocks.define_form(
            found,
            modals.metadata(cycle, kpi=found.id),
            columns_held(session, cycle, found),
            open_doubts(session, cycle, found),
            answers_of(*rated, str(found.definition.get("good") or "")) if rated else None,
        )
    growing.require_step(cycle)
    known = tree(session, cycle)
    rated = scale_of(session, kit, cycle, found) if found else None
    return blocks.kpi_form(
        metadata=modals.metadata(cycle, **_remembering(found), catalogue=getattr(about.get("entry"), "id", "")),
        csfs={str(branch.csf.id): branch.csf.text for branch in known.csfs},
        kpis={one.key: one.name for one in known.kpis},
        owner=actor,
        target_date=local_day(kit.now(), cycle.timezone) + timedelta(days=TARGET_DAYS),
        columns=columns_held(session, cycle, found) if found else (),
        doubts=open_doubts(session, cycle, found) if found else (),
        answers=answers_of(*rated, str(found.definition.get("good") or "")) if found and rated else None,
        **about,
    )


def _remembering(found: Kpi | None) -> dict[str, Any]:
    return {"kpi": found.id, "seen": modals.seen(found)} if found else {"kpi": 0}


def said_kpi(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A KPI was sent, new or changed; with it, where asked for, its goal and CSF."""
    known, actor, now = modals.remembered(body), user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        if is_folded(view):
            growing.require_step(cycle)
            view = completed(view, _whole_form(session, kit, cycle, body))
        form = forms.read(view, KPI_FIELDS | _also(view))
        if known.get("kpi"):
            found: Kpi = growing.of_cycle(session, cycle, Kpi, int(known["kpi"]))
            modals.require_unchanged(body, found, found.name, Way(Place.KPI, found.key))
        csf_id = csf_of(session, cycle, form, actor=actor, now=now)
        if known.get("kpi") and blocks.ANSWERS in form:
            form |= _chosen(session, kit, cycle, found, form)
        fields = fields_of(form, csf_id, str(known.get("catalogue") or ""), _known_definition(session, cycle, known))
        if known.get("kpi"):
            changed = with_known(session, cycle, known, _with_strata(session, cycle, found, form, fields))
            if odd := odd_target(session, cycle, found, changed, is_meant=bool(form.get(f"{MEANT_FIELD}target"))):
                ack(response_action="update", view=asked_in(dict(view), {"target": odd}))
                return
            looked = tried(session, kit, cycle, found, said=changed.definition, form=form)
            if looked.waits:
                ack(response_action="update", view=asked_of(dict(view), looked.doubts, TRIED))
                return
            changed = replace(changed, definition=looked.definition)
            made = kpis.edit_kpi(session, cycle, int(known["kpi"]), changed, actor=actor, now=now)
            _confirm(session, cycle, made, looked.doubts, actor=actor, now=now)
            if form.get(f"{MEANT_FIELD}target"):
                meant.confirm(session, cycle, made, ["target"], actor=actor, now=now)
        else:
            made = kpis.add_kpi(session, cycle, fields, actor=actor, now=now)
        shown = changed_tree(session, kit, cycle)
        past, where = past_date(cycle, made, now), Origin(cycle.team_id, actor, cycle.channel_id)
        said, key = blocks.over(made, past) if past else "", made.key
    ack()
    modals.refresh(client, body, shown)
    if said:
        whisper(client, where, notices.problem_mrkdwn(said, where.channel_id, [Way(Place.KPI, key)]))


def defined(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """How a KPI is computed was sent, in steps 2 to 4."""
    fields = {name: KPI_FIELDS[name] for name in ("measure", "value", "where", "good")}
    form = forms.read(view, fields | _also(view))
    actor = user_of(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        found: Kpi = growing.of_cycle(session, cycle, Kpi, int(modals.remembered(body)["kpi"]))
        chosen = _chosen(session, kit, cycle, found, form) if blocks.ANSWERS in form else {}
        said = definition({**form, **chosen, "unit": found.unit}, found.definition)
        kept = {key: value for key, value in found.definition.items() if key in ("source", "at", "strata")}
        said |= still_meant(found.definition, said)
        looked = tried(session, kit, cycle, found, said={**kept, **said}, form=form)
        if looked.waits:
            ack(response_action="update", view=asked_of(dict(view), looked.doubts, TRIED))
            return
        kpis.define(session, cycle, found, looked.definition, actor=actor, now=kit.now())
        _confirm(session, cycle, found, looked.doubts, actor=actor, now=kit.now())
        lacking = columns_lacking(session, cycle, found)
        process = cycle.step == Step.PROCESS
        held_back = is_held_back(session, cycle, found)
        text = blocks.defined(found, lacking=lacking, process=process, held_back=held_back)
        ways = [Way(Place.KPI, found.key)] if lacking else [Way(Place.PROCESS)] if process else []
    ack()
    whisper(client, Origin(cycle.team_id, actor, cycle.channel_id), notices.said_mrkdwn(text, cycle.channel_id, ways))


def _confirm(
    session: Session, cycle: Cycle, kpi: Kpi, doubts: Mapping[str, Doubt], *, actor: str, now: datetime
) -> None:
    """Note what was said to be meant; of what leaves no row to judge it settles nothing."""
    if keys := [key for key, one in doubts.items() if one.may_be_meant]:
        meant.confirm(session, cycle, kpi, keys, actor=actor, now=now)


def _also(view: Body) -> dict[str, forms.Reader]:
    """The fields that only some forms of a KPI have: its pauses, the answers that count as good."""
    asked = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    also = PAUSE_FIELDS | {blocks.ANSWERS: forms.options(), "strata": forms.option(of=int, required=False)}
    also |= {f"{MEANT_FIELD}{name}": forms.options() for name in ("target", *TRIED)}
    return {name: reader for name, reader in also.items() if name in asked}


def _with_strata(
    session: Session, cycle: Cycle, kpi: Kpi, form: Mapping[str, Any], fields: kpis.KpiFields
) -> kpis.KpiFields:
    """The fields of a KPI with the strata that were chosen, or taken away, where the form asked."""
    if "strata" not in form:
        return fields
    names = blocks.strata_choices(columns_held(session, cycle, kpi), str(kpi.definition.get("strata") or ""))
    strata = "" if form["strata"] is None else names[form["strata"]]
    return replace(fields, definition={**fields.definition, "strata": strata})


def _chosen(session: Session, kit: Kit, cycle: Cycle, kpi: Kpi, form: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions as the answers chosen say them."""
    rated = scale_of(session, kit, cycle, kpi)
    return with_answers(form, kpi.definition, *rated) if rated else {}


def _known_definition(session: Session, cycle: Cycle, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stood in the form: the KPI's definition, or its catalogue entry's."""
    if known.get("kpi"):
        kpi: Kpi = growing.of_cycle(session, cycle, Kpi, int(known["kpi"]))
        return kpi.definition
    entry = blocks.catalogue_choice(str(known.get("catalogue") or ""))
    return entry.computed if entry else {}


def csf_of(session: Session, cycle: Cycle, form: Mapping[str, Any], *, actor: str, now: datetime) -> int | None:
    """The CSF a KPI hangs from: what is typed, hung under its goal (or the first); else what is chosen."""
    if not form["csf"]:
        if not form["csf_id"] or form["csf_id"] == "new":
            raise InvalidInput("csf", "Please name the CSF.")
        return int(form["csf_id"])
    if known := _csf_called(session, cycle, form["csf"]):
        return known
    goals = rows(session, Goal, cycle.team_id, cycle_id=cycle.id, order="ordinal", limit=1)
    goal = goals[0] if goals and not form["goal"] else None
    goal = goal or growing.add_goal(session, cycle, text=form["goal"], actor=actor, now=now)
    return growing.add_csf(session, cycle, goal_id=goal.id, text=form["csf"], actor=actor, now=now).id


def _csf_called(session: Session, cycle: Cycle, typed: str) -> int | None:
    """The CSF that goes by what was typed for a new one."""
    wanted = " ".join(typed.split()).casefold()
    return next(
        (one.id for one in rows(session, Csf, cycle.team_id, cycle_id=cycle.id) if one.text.casefold() == wanted), None
    )


def remove_kpi(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Take a KPI out of the tree."""
    ack()
    remove(body, client, kit, Kpi)
