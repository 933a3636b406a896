"""What a cycle presents: refused while the analysis is not of the data now held, else its facts and frozen content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from csi.charts import facts, further, slam
from csi.charts.alt_text import control_chart_text
from csi.charts.facts import Facts, Promise
from csi.charts.report import details, how_computed
from csi.charts.view import View, footnotes, signed_footnotes, sizes, target_text, windows_text
from csi.definition import hash_of
from csi.errors import Breach
from csi.measurement import of_cycle
from csi.measurement.mapping import of_earlier_versions
from csi.models import Batch, Cycle, Kpi, Report, SlaClause, Source
from csi.reading.files import FileStore
from csi.states import ClauseState
from csi.step4_process import computing
from csi.step5_analyse import results
from csi.step6_present.reports import MOST_ITEMS
from csi.storage import rows
from csi.terms import Audience
from csi.words.wording import sentence


def refusal(session: Session, cycle: Cycle) -> list[Breach]:
    """Why nothing may be presented now: an analysis is missing, or is not of the data now held."""
    not_computed = {kpi.id for kpi in of_cycle.not_computed(session, cycle)}
    kpis = [kpi for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id) if kpi.id not in not_computed]
    fresh = results.fresh(session, cycle)
    if not kpis:
        return [_analyse("There is nothing to present: no KPI is measured.")]
    missing = [kpi.name for kpi in kpis if kpi.id not in fresh]
    earlier = of_earlier_versions(session, cycle)
    old = [kpi.name for kpi in kpis if kpi.id in earlier]
    stale = [kpi.name for kpi in kpis if fresh.get(kpi.id) is False and kpi.id not in earlier]
    said = (
        ("Not analysed yet", missing),
        ("Analysed by an earlier version of this bot", old),
        ("Analysed with other data than is held now", stale),
    )
    return [_analyse(f"{what}: {', '.join(names[:3])}{' …' * (len(names) > 3)}.") for what, names in said if names]


def _analyse(sentence: str) -> Breach:
    return Breach(rule="V5.1", sentence=sentence, mend="cycle.open", mend_label="Analyse", mend_value="analyse")


def facts_of(session: Session, cycle: Cycle, files: FileStore) -> Facts:
    """The facts of the data now held. Slow: rows are read and computed."""
    report = computing.evaluated(session, cycle, files)
    unmeasured = [
        kpi.name for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id) if kpi.key not in report.kpis
    ]
    return facts.of(
        report.study,
        report.kpis,
        sources=report.sources,
        source_labels=labels(session, cycle),
        promises=promises(session, cycle),
        unmeasured=unmeasured,
    )


def promises(session: Session, cycle: Cycle) -> list[Promise]:
    """The service's active SLA clauses."""
    active = rows(session, SlaClause, cycle.team_id, service_id=cycle.service_id, state=ClauseState.ACTIVE)
    return [Promise(clause.text, clause.kpi_key, clause.target) for clause in active]


def labels(session: Session, cycle: Cycle) -> dict[str, str]:
    """What people know each source by: its name and the newest delivery's file."""
    found = {}
    for source in rows(session, Source, cycle.team_id, service_id=cycle.service_id):
        newest = rows(session, Batch, cycle.team_id, source_id=source.id, order="-ordinal", limit=1)
        file = newest[0].filename if newest else ""
        found[source.key] = f"{source.name} ({file})" if file else source.name
    return found


def content(session: Session, cycle: Cycle, base: Facts, report: Report) -> dict[str, Any]:
    """The report's content as it is frozen: every KPI's verdict, at most five with everything about their chart."""
    views, below = base.ordered(), base.below()
    return {
        "audience": report.audience,
        "ask": report.ask,
        "for_information": report.for_information,
        "service": base.service,
        "cycle": cycle.number,
        "period": str(base.study.period),
        "timezone": base.study.timezone,
        "study_hash": base.hash,
        "input_hash": of_cycle.input_hash(session, cycle),
        "verdicts": [_verdict(view) for view in views] + _unmeasured(session, cycle, views),
        "items": [_item(view, Audience(report.audience), below[view.kpi.id]) for view in shown(base)],
        "slam": _grid(base),
    }


def _grid(base: Facts) -> dict[str, str]:
    clauses, columns = slam.grid(base)
    heading = base.headline
    return {"title": heading, "alt_text": slam.slam_text(base, heading, clauses, columns)}


def shown(base: Facts) -> tuple[View, ...]:
    """The KPIs that get a chart: what needs attention first."""
    return tuple(view for view in base.ordered() if view.marks)[:MOST_ITEMS]


def _verdict(view: View) -> dict[str, Any]:
    newest = view.latest
    return {
        "kpi": view.kpi.id,
        "name": view.name,
        "verdict": str(view.analysis.verdict),
        "label": view.analysis.badge,
        "summary": view.analysis.detail.summary,
        "sentence": view.analysis.sentence,
        "unit": view.unit,
        "target": target_text(view),
        "targets": list(view.targets),
        "evidence": str(view.analysis.evidence),
        "how": how_computed(view),
        "latest": {"start": newest.start.isoformat(), "value": newest.value, "n": newest.n} if newest else None,
    }


def _unmeasured(session: Session, cycle: Cycle, views: Sequence[View]) -> list[dict[str, Any]]:
    """KPIs of the tree that nothing is known of: named, so that nobody takes them for met."""
    known = {view.kpi.id for view in views}
    blank: dict[str, Any] = dict.fromkeys(("verdict", "summary", "sentence", "target", "evidence"), "")
    blank |= {"label": "NOT MEASURED", "latest": None, "how": []}
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    return [{"kpi": kpi.key, "name": kpi.name, "unit": kpi.unit, **blank} for kpi in kpis if kpi.key not in known]


def _item(view: View, audience: Audience, below: str) -> dict[str, Any]:
    points = [{"start": m.start.isoformat(), "value": m.value, "n": m.n} for m in view.marks if m.value is not None]
    return {
        "kpi": view.kpi.id,
        "name": view.name,
        "label": view.analysis.badge,
        "summary": view.analysis.detail.summary,
        "below": below,
        "sentence": sentence(view.analysis.sentence or view.headline),
        "alt_text": control_chart_text(view),
        "unit": view.unit or "count",
        "target": target_text(view),
        "baseline": windows_text(view),
        "period": str(view.period),
        "n": sizes(view),
        "source": view.source,
        "footnotes": footnotes(view),
        "left_out": [note.text for note in signed_footnotes(view) if note.of_an_exclusion],
        "points": points,
        "min_n": view.min_n,
        "definition": hash_of(view.kpi),
        "details": details(view, audience),
        "how": how_computed(view),
        "further": {str(kind): kept for kind, kept in further.of_view(view).items()},
    }
