"""The rules of step 1: V1.1 to V1.8. Told in docs/rules.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from csi import roles
from csi.errors import Breach
from csi.kpi_catalogue.entry import NEEDS_COUNTER_METRIC
from csi.models import Baseline, Cycle, Kpi
from csi.rules import Rule, threshold
from csi.states import ProposalState
from csi.step1_should_measure import carried
from csi.step1_should_measure.approval import sent_back
from csi.step1_should_measure.kpis import suggested_counters
from csi.step1_should_measure.tree import approvers, ever_approved, tree
from csi.storage import rows
from csi.terms import Direction, Role, Why, is_over
from csi.words import wording
from csi.words.wording import amount, plainly

_TWO_AIMS = re.compile(r"\b(and|or)\b|&|;", re.IGNORECASE)


def hangs_together(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V1.1: every KPI hangs from one CSF, every CSF from one goal (and there is something to hang)."""
    here = tree(session, cycle)
    if not here.goals:
        yield _breach("V1.1", "There is no goal yet.", "measure.add_goal", "Add a goal")
    if not here.kpis:
        yield _breach("V1.1", "There is no KPI yet.", "measure.add_kpi", "Add a KPI")
    for branch in here.loose_csfs:
        sentence = f"The CSF “{branch.csf.text}” hangs from no goal."
        yield _breach("V1.1", sentence, "measure.edit_csf", "Choose a goal", branch.csf.id)
    for kpi in here.loose_kpis:
        yield _breach("V1.1", f"{kpi.name} hangs from no CSF.", "measure.edit_kpi", "Choose a CSF", kpi.id)


def is_complete(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V1.2: unit, direction, target, target date, owner, and why it is measured."""
    for kpi in tree(session, cycle).kpis:
        if missing := missing_fields(kpi):
            sentence = f"{kpi.name} has no {', '.join(missing)}."
            yield _breach("V1.2", sentence, "measure.edit_kpi", "Complete it", kpi.id)


def missing_fields(kpi: Kpi) -> list[str]:
    """What V1.2 asks of a KPI and it does not say."""
    within = kpi.direction == Direction.WITHIN
    aim = (kpi.band_low is not None and kpi.band_high is not None) if within else kpi.target is not None
    said = {
        "unit": bool(kpi.unit),
        "direction": kpi.direction in tuple(Direction),
        "band" if within else "target": aim,
        "target date": kpi.target_date is not None,
        "owner": bool(kpi.owner),
        "reason why it is measured": kpi.why in tuple(Why),
    }
    return [name for name, there in said.items() if not there]


def is_small(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V1.3: above 3 CSFs, or 3 KPIs under one, is much; above 5 too much."""
    here = tree(session, cycle)
    counts = [("The tree", "CSFs", len(here.csfs), "csfs_warn")]
    counts += [(f"“{one.csf.text}”", "KPIs", len(one.kpis), "kpis_warn") for one in here.csfs]
    most = int(threshold(session, cycle.team_id, "most"))
    for where, what, count, name in counts:
        advised = int(threshold(session, cycle.team_id, name))
        if count > most:
            yield _breach(
                "V1.3", f"{where} has {count} {what}; at most {most} can be steered.", "measure.open", "Prune"
            )
        elif count > advised:
            sentence = f"{where} has {count} {what}; more than {advised} rarely get attention."
            yield _breach("V1.3", sentence, "measure.open", "Prune", blocks=False)


def aims_beyond_the_baseline(session: Session, cycle: Cycle, now: datetime) -> Iterator[Breach]:
    """V1.4: a target no better than the known baseline refuses; a vague one, or one for a day that is over, warns."""
    known, held = baselines(session, cycle), carried.held_keys(session, cycle)
    for kpi in tree(session, cycle).kpis:
        centre = known[kpi.key].centre if kpi.key in known else None
        if centre is not None and kpi.key not in held and no_better(kpi, centre):
            target = kpi.target or 0.0
            level = amount(centre, kpi.unit, beside=(target,))
            sentence = f"{kpi.name}: the target {plainly(target, parted=True)} is no better than the baseline {level}."
            yield _breach("V1.4", sentence, "measure.edit_kpi", "Change the target", kpi.id)
        if vague := vagueness(kpi):
            yield _breach("V1.4", f"{kpi.name}: {vague}.", "measure.edit_kpi", "Sharpen it", kpi.id, blocks=False)
        if past := past_date(cycle, kpi, now):
            yield _breach("V1.4", f"{kpi.name}: {past}.", "measure.edit_kpi", "Choose a day", kpi.id, blocks=False)


def past_date(cycle: Cycle, kpi: Kpi, now: datetime) -> str:
    """Said of a target that was to be met by a day that is over; empty for others."""
    day = kpi.target_date
    if day is None or not is_over(day, now, cycle.timezone):
        return ""
    return f"its target was to be met by {wording.day(day)}, which is over; by when from now on"


def baselines(session: Session, cycle: Cycle) -> dict[str, Baseline]:
    """The newest approved baseline of each KPI of the service, by key."""
    found = rows(
        session, Baseline, cycle.team_id, service_id=cycle.service_id, state=ProposalState.APPROVED, order="number"
    )
    return {one.kpi_key: one for one in found}


def _either(names: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def no_better(kpi: Kpi, centre: float) -> bool:
    """Whether the target asks for nothing the baseline does not give already."""
    if kpi.target is None:
        return False
    if kpi.direction == Direction.HIGHER:
        return kpi.target <= centre
    return kpi.direction == Direction.LOWER and kpi.target >= centre


def vagueness(kpi: Kpi) -> str:
    """What makes a target vague: two aims in one, no number, no date; empty when it is clear."""
    if _TWO_AIMS.search(kpi.target_text) or _TWO_AIMS.search(kpi.name):
        return "it seems to hold two aims in one; two KPIs can be judged, one of them cannot"
    if kpi.target_text and not re.search(r"\d", kpi.target_text):
        return f"“{kpi.target_text}” names no number"
    if kpi.target is not None and kpi.target_date is None:
        return "the target has no date"
    return ""


def the_business_agrees(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V1.5: an approver from the business said yes to this version, not only people who measure."""
    here, able = tree(session, cycle), approvers(session, cycle)
    if not able:
        named = roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER)
        what = "Only people who measure approve" if named else "Nobody from the business is named as approver"
        yield _breach("V1.5", f"{what}.", "roles.open", "Name an approver")
    elif here.sent_back:
        sentence = f"{sent_back(session, here.sent_back)} Change it, then ask again."
        yield _breach("V1.5", sentence, "measure.open", "Open the tree")
    elif here.submitted and not here.agreed:
        who = " or ".join(roles.name_of(session, cycle.team_id, one) for one in able[:3])
        yield _breach("V1.5", f"The business has not answered yet: {who}.", "measure.submit", "Ask again")
    elif not here.agreed and ever_approved(session, cycle):
        sentence = "The tree was changed since the business approved it."
        yield _breach("V1.5", sentence, "measure.submit", "Ask for approval")
    elif not here.agreed:
        yield _breach("V1.5", "No approver has said yes to this tree.", "measure.submit", "Ask for approval")


def sees_the_service(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V1.6: at least one KPI of the service (not only of components), and one qualitative one."""
    kpis = tree(session, cycle).kpis
    if kpis and all(kpi.level == "component" for kpi in kpis):
        sentence = "All KPIs look at components; none says how the service does."
        yield _breach("V1.6", sentence, "measure.add_kpi", "Add a service KPI", blocks=False)
    if kpis and all(kpi.kind != "satisfaction" for kpi in kpis):
        sentence = "No KPI asks the people (satisfaction)."
        yield _breach("V1.6", sentence, "measure.add_kpi", "Add a satisfaction KPI", blocks=False)


def has_counterweights(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V1.7: speed, cost and volume are easily gamed; each wants a counter-metric."""
    kpis = tree(session, cycle).kpis
    keys = {kpi.key for kpi in kpis}
    for kpi in kpis:
        if kpi.kind in NEEDS_COUNTER_METRIC and not {kpi.counter, *kpi.guards} & keys:
            hint = suggested_counters(kpi)
            suggestion = f" The catalogue suggests {_either(hint)}." if hint else ""
            sentence = f"{kpi.name} looks at {kpi.kind} and has no counter-metric.{suggestion}"
            yield _breach("V1.7", sentence, "measure.edit_kpi", "Choose one", kpi.id, blocks=False)


def nothing_is_forgotten(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V1.8: everything carried over has a disposition, and a target that was to be tightened is."""
    for item in carried.open_items(session, cycle):
        sentence = f"Carried over and not decided: {item.text}"
        yield _breach("V1.8", sentence, "measure.carried", "Decide", item.id)
    for kpi in carried.not_tightened(session, cycle):
        sentence = f"{kpi.name} was to be tightened, and asks for no more than it did."
        yield _breach("V1.8", sentence, "measure.edit_kpi", "Change the target", kpi.id)


def _breach(rule: str, sentence: str, mend: str, label: str, value: int | str = "", *, blocks: bool = True) -> Breach:
    return Breach(rule=rule, sentence=sentence, blocks=blocks, mend=mend, mend_label=label, mend_value=str(value))


RULES: tuple[Rule, ...] = (
    Rule("V1.1", 1, hangs_together),
    Rule("V1.2", 1, is_complete),
    Rule("V1.3", 1, is_small),
    Rule("V1.4", 1, aims_beyond_the_baseline),
    Rule("V1.5", 1, the_business_agrees),
    Rule("V1.6", 1, sees_the_service),
    Rule("V1.7", 1, has_counterweights),
    Rule("V1.8", 1, nothing_is_forgotten),
)
