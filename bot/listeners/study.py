"""Exports: everything kept of a service as tables, or a cycle as a study that anybody can compute again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack
from sqlmodel import Session

from bot.blocks import proof
from bot.blocks import record as blocks
from bot.blocks.text import mention
from bot.context import Kit
from bot.inbox import EVENT
from bot.listeners import modals
from bot.payload import origin, user_of
from csi import audit, roles
from csi import cycle as cycles
from csi.charts import charts, paper, slam
from csi.errors import Conflict, GateRefused, Place, Way
from csi.keeping import tables
from csi.keeping.study_archive import study_zip
from csi.keeping.table_files import FORMATS
from csi.measurement.mapping import mapping
from csi.models import Cycle
from csi.step1_should_measure.kpis import slug
from csi.step6_present import presenting

Body = Mapping[str, Any]


def export(ack: Ack, body: Body, kit: Kit, words: list[str]) -> None:
    """``/csi export``: which form? ``study``, ``pdf``, ``xlsx``, ``csv``, ``json``: the file comes into the channel."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "export what is kept of this service")
        service = cycles.service_of(session, cycle).name
    form = words[0].lower() if words else ""
    if form not in (*PACKED, *FORMATS):
        ack(text="Export", blocks=blocks.export(service))
        return
    here = origin(body)
    with kit.sessions() as session:
        kit.inbox.later(
            session,
            team_id=cycle.team_id,
            kind="study.pack",
            key=f"{cycle.id}:{form}:{kit.now().timestamp()}",
            payload={"cycle_id": cycle.id, "form": form, "by": here.user_id},
            user=here.user_id,
            channel=here.channel_id,
        )
    ack(text="I am packing it; the file will be here in a moment.")


def export_clicked(ack: Ack, body: Body, kit: Kit) -> None:
    """The button beside the data made comparable: the study."""
    ack()
    export(lambda *_, **__: None, body, kit, ["study"])  # type: ignore[arg-type]


def pack(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: pack what was asked for; the file and the end of the job are one transaction."""
    team_id, form = str(payload["team_id"]), str(payload["form"])
    make = PACKED.get(form) or partial(_tables, form=form)
    packed = make(kit, team_id, int(payload["cycle_id"]), str(payload["by"]))
    with kit.sessions() as session:
        cycle = cycles.by_id(session, team_id, int(payload["cycle_id"]))
        kit.outbox.share(
            session,
            team_id=team_id,
            channel=cycle.channel_id,
            key=f"export:{payload.get(EVENT) or packed.name}",
            content=packed.content,
            name=packed.name,
            words=packed.words,
            tell=str(payload["by"]),
        )
        kit.inbox.through(session, payload)


@dataclass(frozen=True, slots=True)
class _Packed:
    content: bytes
    name: str
    words: str


def _tables(kit: Kit, team_id: str, cycle_id: int, user_id: str, *, form: str) -> _Packed:
    """Everything kept of the service, without files and secrets."""
    write, ending = FORMATS[form]
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, cycle_id)
        service = cycles.service_of(session, cycle).name
        end = audit.head(session, team_id)
        content = write({"record": [{"ends_with": str(end or "")}], **tables.of(session, cycle)})
    name = f"{slug(service)}-{kit.now():%Y-%m-%d}.{ending}"
    words = f"{blocks.exported(service, user_id, form)} {proof.ends_with(end)}".rstrip()
    return _Packed(content, name, words)


def _study(kit: Kit, team_id: str, cycle_id: int, user_id: str) -> _Packed:
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, cycle_id)
        _require_delivered(session, cycle)
        content, name = study_zip(session, cycle, kit.files)
        end = audit.head(session, team_id)
    words = (
        f"Cycle {cycle.number} as a study, for {mention(user_id)}. "
        f"Unpacked, `python -m csi run study.yml` computes the same figures. {proof.ends_with(end)}"
    )
    return _Packed(content, name, words)


def _report(kit: Kit, team_id: str, cycle_id: int, user_id: str) -> _Packed:
    """The report on paper, of the data now held."""
    with kit.sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, cycle_id)
        if found := presenting.refusal(session, cycle):
            raise GateRefused(found)
        base = presenting.facts_of(session, cycle, kit.files)
    drawn = {view.kpi.id: charts.draw(view) for view in base.views if view.marks}
    content = paper.report_pdf(base, drawn, slam.slam_chart(base))
    words = f"The report of cycle {cycle.number} on paper, for {mention(user_id)}."
    name = f"{slug(base.service)}-{kit.now():%Y-%m-%d}.pdf"
    return _Packed(content, name, words)


PACKED = {"study": _study, "pdf": _report}


def _require_delivered(session: Session, cycle: Cycle) -> None:
    known = mapping(session, cycle)
    if not known["kpis"] or not known["sources"]:
        raise Conflict("A study needs a KPI that is computed from a source; none is yet.", ways=[Way(Place.GATHER)])
