"""A person's word that a KPI is meant as it is, though it looks odd beside the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import notices
from bot.blocks import step1_should_measure as blocks
from bot.context import Kit
from bot.errors import whisper
from bot.payload import Body, Origin, clicked, origin
from csi import cycle as cycles
from csi.errors import Place, Way
from csi.models import AnalysisResult, Cycle, Kpi
from csi.step1_should_measure import meant
from csi.step1_should_measure.kpis import KpiFields
from csi.step2_can_measure import tested
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


def odd_target(session: Session, cycle: Cycle, kpi: Kpi, fields: KpiFields, *, is_meant: bool) -> str:
    """What is odd about a target of a KPI whose data were tried: that it lies far from all of them; else empty."""
    seen = tested.of_kpi(session, kpi)
    is_settled = is_meant or ("target" in (fields.definition.get("meant") or ()) and fields.target == kpi.target)
    if seen is None or is_settled or fields.unit != kpi.unit:
        return ""
    far = far_from((fields.target, *(fields.band or ())), seen.values, kpi.unit)
    return "" if far is None else words.beyond(far, kpi.unit, seen.values, Period(cycle.period))
