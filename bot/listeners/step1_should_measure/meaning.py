"""A person's word that a KPI is meant as it is, though it looks odd beside the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import notices
from bot.blocks import step1_should_measure as blocks
from bot.blocks.step1_should_measure.doubts import MEANT_FIELD, SWAPPED, answers_to
from bot.context import Kit
from bot.errors import whisper
from bot.payload import Body, Origin, clicked, origin
from csi import cycle as cycles
from csi.errors import Place, Way
from csi.models import AnalysisResult, Cycle, Kpi
from csi.series.doubts import Doubt
from csi.step1_should_measure import meant
from csi.step1_should_measure.kpis import KpiFields
from csi.step2_can_measure import tested
from csi.step4_process.trying import TRIED, doubts_if
from csi.storage import need, row
from csi.study.drafting.standing import far_from
from csi.terms import Period
from csi.words import standing as words


def note_meant(body: Body, client: WebClient, kit: Kit) -> int:
    """It is meant so: kept with who said it and when; gives the KPI's number."""
    here = origin(body)
    kpi_id, _, key = clicked(body).partition(":")
    with kit.sessions() as session:
        kpi = need(session, Kpi, here.team_id, int(kpi_id))
        cycle = cycles.by_id(session, here.team_id, kpi.cycle_id)
        meant.confirm(session, cycle, kpi, [key], actor=here.user_id, now=kit.now())
        said = blocks.confirmed(kpi, key)
    shown = notices.said_mrkdwn(said, cycle.channel_id, [Way(Place.PROCESS)])
    whisper(client, Origin(here.team_id, here.user_id, cycle.channel_id), shown)
    return int(kpi_id)


def open_doubts(session: Session, cycle: Cycle, kpi: Kpi) -> Sequence[Mapping[str, Any]]:
    """What spoke against a KPI when it was computed last, and nobody has said is meant since."""
    found = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    settled = kpi.definition.get("meant") or ()
    return blocks.still_open(found.result.get("doubts") or () if found else (), settled)


def still_meant(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What was meant of a definition and stands in the new one as it did."""
    kept = [key for key in old.get("meant") or () if key == "target" or old.get(key) == new.get(key)]
    return {"meant": kept} if kept else {}


@dataclass(frozen=True, slots=True)
class Tried:
    """A definition as a form says it (its moments turned round where that was chosen), what the rows held say against
    it, and whether any of that waits for an answer."""

    definition: Mapping[str, Any]
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    waits: bool = False


def tried(
    session: Session, kit: Kit, cycle: Cycle, kpi: Kpi, *, said: Mapping[str, Any], form: Mapping[str, Any]
) -> Tried:
    """How a KPI would be computed, tried on the rows held where that is new."""
    new = dict(said)
    if SWAPPED in (form.get(f"{MEANT_FIELD}value") or ()) and isinstance(new.get("value"), Mapping):
        new = meant.turned_round(new)
    if all((new.get(key) or "") == (kpi.definition.get(key) or "") for key in (*TRIED, "measure")):
        return Tried(new)
    settled = new.get("meant") or ()
    found = doubts_if(session, cycle, kpi, new, kit.files)
    left = {key: one for key, one in found.items() if key not in settled}
    answered = {key for key, one in left.items() if set(form.get(f"{MEANT_FIELD}{key}") or ()) & set(answers_to(one))}
    return Tried(new, left, len(answered) < len(left))


def odd_target(session: Session, cycle: Cycle, kpi: Kpi, fields: KpiFields, *, is_meant: bool) -> str:
    """What is odd about a target of a KPI whose data were tried: that it lies far from all of them; else empty."""
    seen = tested.of_kpi(session, kpi)
    is_settled = is_meant or ("target" in (fields.definition.get("meant") or ()) and fields.target == kpi.target)
    if seen is None or is_settled or fields.unit != kpi.unit:
        return ""
    far = far_from((fields.target, *(fields.band or ())), seen.values, kpi.unit)
    return "" if far is None else words.beyond(far, kpi.unit, seen.values, Period(cycle.period))
