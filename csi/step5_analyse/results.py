"""The results of a cycle's analysis, kept: made again from the data now held, and told fresh from stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit
from csi.analysis.analysis import plain
from csi.definition import canonical, hash_of
from csi.errors import Conflict
from csi.measurement import of_cycle
from csi.measurement.mapping import fresh
from csi.models import AnalysisResult, Cycle, Kpi
from csi.passages import by_id
from csi.reading.files import FileStore
from csi.series import said
from csi.series.odd_units import BELOW_ZERO
from csi.states import CycleState
from csi.step4_process import computing
from csi.storage import Sessions, lock, row, rows
from csi.study.evaluation import Report, said_of_cut
from csi.study.plain import kpi_plain

__all__ = ["RESULT_KEYS", "fresh", "recompute", "result_plain", "store"]
RESULT_KEYS = (
    "detail",
    "coverage",
    "footnotes",
    "counts",
    "quality_detail",
    "differences",
    "doubts",
    "cut",
    "below_zero",
    "set_aside",
)


def recompute(
    sessions: Sessions, files: FileStore, *, team_id: str, cycle_id: int, actor: str, now: datetime
) -> Report:
    """Steps 4 and 5 over the data now held, and their results kept.

    Slow: the rows are read and computed while nothing is locked; only the results are written in a transaction.
    Should the data change meanwhile, the results say so by their input hash.

    Raises:
        InvalidInputs: a KPI or source is not described well enough.
        Conflict: the cycle is closed.
    """
    with sessions.reading() as session:
        cycle = by_id(session, team_id, cycle_id)
        made_from = of_cycle.input_hash(session, cycle)
        report = computing.evaluated(session, cycle, files)
    with sessions() as session:
        store(session, by_id(session, team_id, cycle_id), report, input_hash=made_from, actor=actor, now=now)
    return report


def store(
    session: Session, cycle: Cycle, report: Report, *, input_hash: str, actor: str, now: datetime
) -> list[AnalysisResult]:
    """Keep one result per KPI, in place of the one before. The same result again changes nothing but its freshness.

    What is kept of a KPI that could not be computed this time is stale.
    """
    lock(session, f"results:{cycle.team_id}:{cycle.id}")
    if cycle.state != CycleState.OPEN:
        raise Conflict(f"Cycle {cycle.number} is closed; its results stay as they are.")
    kpis = {kpi.key: kpi.id for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)}
    stamp = {"study_hash": hash_of(report.study), "input_hash": input_hash, "made_by": actor, "made_at": now}
    results = {kpis[key]: result_plain(report, key) for key in report.kpis if key in kpis}
    kept = [_keep(session, cycle, kpi_id, result, stamp) for kpi_id, result in results.items()]
    _outdate(session, cycle, [kpis[key] for key in report.refused if key in kpis])
    verdicts = {key: outcome.analysis.label for key, outcome in report.kpis.items()}
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what="processed and analysed",
        subject=("cycle", cycle.id),
        new={"input_hash": input_hash, "verdicts": verdicts, **_refused(report)},
    )
    return kept


def _refused(report: Report) -> dict[str, Any]:
    """Why KPIs could not be computed, as the log keeps it."""
    said = {key: [str(reason) for reason in reasons] for key, reasons in report.refused.items()}
    return {"refused": said} if said else {}


def _outdate(session: Session, cycle: Cycle, kpi_ids: Sequence[int]) -> None:
    for kpi_id in kpi_ids:
        if (kept := row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi_id)) is not None:
            kept.stale = True
            session.add(kept)


def _keep(
    session: Session, cycle: Cycle, kpi_id: int, result: Mapping[str, Any], stamp: Mapping[str, Any]
) -> AnalysisResult:
    kept = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi_id)
    values = {**stamp, "result": dict(result), "verdict": result["verdict"], "stale": False}
    if kept is None:
        kept = AnalysisResult(team_id=cycle.team_id, cycle_id=cycle.id, kpi_id=kpi_id, **values)
    for name, value in values.items():
        setattr(kept, name, value)
    session.add(kept)
    return kept


def result_plain(report: Report, key: str) -> dict[str, Any]:
    """A KPI's part of report.json, with what stands behind it under ``RESULT_KEYS``."""
    outcome = report.kpis[key]
    processed, analysis = outcome
    return {
        **kpi_plain(outcome),
        "detail": analysis.detail_plain(),
        "coverage": processed.coverage,
        "footnotes": list(processed.footnotes),
        "counts": {source: plain(canonical(asdict(one))) for source, one in processed.counts.items()},
        "quality_detail": {name: plain(asdict(one)) for name, one in processed.quality.dimensions().items()},
        "differences": list(report.known.comparability.get(key, ())),
        "doubts": [
            {"key": one.key, "kind": str(one.kind), "side": one.side, "said": said(one), "asks": one.may_be_meant}
            for one in processed.doubts
            if one.is_open
        ],
        "cut": said_of_cut(processed),
        "below_zero": int((processed.set_aside["reason"] == BELOW_ZERO).sum()),
        "set_aside": len(processed.set_aside[["batch", "line"]].drop_duplicates()),
    }
