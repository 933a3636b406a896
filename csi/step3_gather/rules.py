"""The rules of step 3: V3.1 to V3.4. Told in docs/rules.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from csi.errors import Breach
from csi.measurement.deliveries import moment_of
from csi.models import Batch, Cycle, Kpi, Measurement, Source
from csi.reading.spans import label
from csi.rules import Rule
from csi.states import BatchState
from csi.step3_gather import measurements
from csi.step3_gather.expected import Arrival, arrivals
from csi.step3_gather.measured import KINDS
from csi.storage import rows
from csi.words import wording

_SHOWN = 3


def observations_are_whole(session: Session, cycle: Cycle, now: datetime) -> Iterator[Breach]:
    """V3.1: every KPI has data with a moment, value (or null with a reason), unit, source, collector, batch."""
    for one in arrivals(session, cycle, now):
        if sentence := _lacks(one):
            yield _breach("V3.1", sentence, one.kpi)
    names = _names(session, cycle)
    for told in _typed(session, cycle):
        if missing := _missing_in(told):
            start = f" of {wording.day(told.period_start)}" if told.period_start else ""
            name = names.get(told.kpi_key, told.kpi_key)
            sentence = f"The number for {name}{start} has no {', '.join(missing)}."
            yield Breach(
                rule="V3.1", sentence=sentence, mend="gather.number", mend_label="Complete it", mend_value=told.kpi_key
            )


def _lacks(one: Arrival) -> str:
    """What keeps a KPI's data from counting, as a sentence; empty when nothing does."""
    name = one.kpi.name
    if one.source is None:
        return f"Nobody has said where the data of {name} comes from."
    if one.waiting:
        batch = one.waiting[0]
        share = f"{batch.quarantined:,} of its {batch.rows_read:,} rows are in quarantine"
        return f"{batch.filename or 'A delivery'} for {name} waits for a yes: {share}."
    if not one.rows and not one.refused:
        return f"No data has come for {name} yet."
    dated = one.kpi.definition.get("at") or moment_of(one.source)
    if one.source.kind not in KINDS and one.rows and not dated:
        return f"Nobody has said which column dates the rows of {name}."
    return "" if one.kpi.unit else f"{name} has no unit."


def _missing_in(told: Measurement) -> list[str]:
    said = {
        "period": told.period_start is not None,
        "value and no reason": told.value is not None or told.numerator is not None or bool(told.reason),
        "unit": bool(told.unit),
        "collector": bool(told.collector),
        "batch": told.batch_id is not None,
    }
    return [name for name, there in said.items() if not there]


def _names(session: Session, cycle: Cycle) -> dict[str, str]:
    """The names of the cycle's KPIs by key."""
    return {one.key: one.name for one in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)}


def deliveries_count_once(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V3.2: the same bytes count once, and one version of a number is the current one.

    The tables' keys see to it; the rule looks all the same, as everything later rests on it.
    """
    names = _names(session, cycle)
    told = Counter((one.source_id, one.kpi_key, one.at) for one in _typed(session, cycle))
    for (_, kpi_key, at), count in told.items():
        if count > 1:
            name, day = names.get(kpi_key, kpi_key), wording.day_in(at, cycle.timezone)
            yield Breach(rule="V3.2", sentence=f"{name} has {count} current numbers for {day}.", mend="gather.open")
    sources = {one.source.id for one in arrivals(session, cycle, _now) if one.source}
    held = rows(session, Batch, cycle.team_id, source_id=tuple(sources), state=BatchState.CURRENT)
    for (_, digest), count in Counter((batch.source_id, batch.sha256) for batch in held).items():
        if count > 1:
            yield Breach(rule="V3.2", sentence=f"The delivery {digest[:12]} counts {count} times.", mend="gather.open")


def nothing_expected_is_missing(session: Session, cycle: Cycle, now: datetime) -> Iterator[Breach]:
    """V3.3: an expected period is missing or late; whom to ask next follows from how late it is."""
    for one in arrivals(session, cycle, now):
        if one.missing and (one.rows or one.refused):
            names = ", ".join(label(start, one.period) for start in one.missing[:_SHOWN])
            more = f" and {len(one.missing) - _SHOWN:,} more" if len(one.missing) > _SHOWN else ""
            kind = "late" if one.late else "missing"
            yield _breach("V3.3", f"{one.kpi.name}: {names}{more} {kind}.", one.kpi, blocks=False)


def typed_numbers_have_evidence(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V3.4: a typed number without evidence; above a set size a second person attests it."""
    names = {kpi.key: kpi.name for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)}
    pushed = {one.id for one in rows(session, Source, cycle.team_id, service_id=cycle.service_id, kind="push")}
    for told in (one for one in _typed(session, cycle) if one.source_id not in pushed):
        name = names.get(told.kpi_key, told.kpi_key)
        if _has_value(told) and not told.evidence:
            sentence = f"The number for {name} of {told.period_start} has no evidence."
            yield Breach(
                rule="V3.4",
                sentence=sentence,
                blocks=False,
                mend="gather.number",
                mend_label="Add a link",
                mend_value=told.kpi_key,
            )
        if limit := measurements.wants_second(session, told):
            sentence = (
                f"The number for {name} of {told.period_start} is above {limit:,.0f}; a second person attests it."
            )
            yield Breach(
                rule="V3.4",
                sentence=sentence,
                blocks=False,
                mend="gather.attest",
                mend_label="Attest it",
                mend_value=str(told.id),
            )


def _has_value(told: Measurement) -> bool:
    return told.value is not None or told.numerator is not None


def _typed(session: Session, cycle: Cycle) -> list[Measurement]:
    return rows(session, Measurement, cycle.team_id, cycle_id=cycle.id, current=True, order="at")


def _breach(rule: str, sentence: str, kpi: Kpi, *, blocks: bool = True) -> Breach:
    return Breach(
        rule=rule,
        sentence=sentence,
        blocks=blocks,
        mend="gather.open",
        mend_label="Open the data",
        mend_value=str(kpi.id),
    )


RULES: tuple[Rule, ...] = (
    Rule("V3.1", 3, observations_are_whole),
    Rule("V3.2", 3, deliveries_count_once),
    Rule("V3.3", 3, nothing_expected_is_missing),
    Rule("V3.4", 3, typed_numbers_have_evidence),
)
