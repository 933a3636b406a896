"""Sources that are collected by the clock: what is due, what came, what failed and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi.errors import Conflict
from csi.models import Batch, Cycle, Kpi, PlanRow, Source
from csi.reading import spans
from csi.reading.connectors import pages
from csi.reading.connectors.asked import Asked, Collected, Refused
from csi.states import BatchState, CycleState
from csi.step3_gather import batches, sources
from csi.step3_gather.batches import Recorded
from csi.step3_gather.intake import Intake
from csi.storage import hold, rows
from csi.terms import Period

KINDS = ("sql", "url", "prometheus")
CADENCES = tuple(Period)
NEVER = "never"  # collected only when somebody asks
# Minutes until a failed collection is tried again: growing gaps; the last one stays.
GAPS = (5, 15, 60, 240, 720, 1_440)
# What may pass by itself is said after so many failures; what will not, at once.
SAID_AFTER = 3
REACH = timedelta(days=90)  # how far back Prometheus is asked at first: twice the fifteen days it keeps, and more
_LONGEST_ASKED = 86_400  # seconds another side may ask for before it is asked again
_HOUR = 6  # local time at which a day's, week's or month's data is collected
_LATER = timedelta(minutes=5)  # after a full hour
_GIVEN_UP = timedelta(hours=6)


def due(session: Session, team_id: str, now: datetime) -> list[tuple[Source, Cycle]]:
    """Sources of open cycles that are to be collected now, each with the cycle it feeds."""
    found, sources = [], rows(session, Source, team_id, kind=KINDS, retired_at=None)
    cycles = {one.service_id: one for one in rows(session, Cycle, team_id, state=CycleState.OPEN)} if sources else {}
    for source in sources:
        wanted = source.service_id in cycles and source.mapping and source.cadence != NEVER
        if wanted and next_at(source) <= now:
            found.append((source, cycles[source.service_id]))
    return found


def next_at(source: Source) -> datetime:
    """When a source is to be collected next; one never collected is due since it was made."""
    kept = source.progress.get("next_at")
    return datetime.fromisoformat(kept) if kept else source.created_at


def key(source: Source, now: datetime) -> str:
    """Names one due collection, so that it is begun once; one that never came to an end is begun anew later."""
    at = next_at(source)
    return f"{source.id}:{at.isoformat()}:{(now - at) // _GIVEN_UP}"


def following(cadence: str, now: datetime, timezone: str) -> datetime:
    """The next collection after ``now``: shortly after the hour, or on the morning of the day, week or month."""
    if cadence == Period.HOUR:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) + _LATER
    period, zone = Period(cadence or Period.DAY), ZoneInfo(timezone)
    start = spans.start_of(now.astimezone(zone).date(), period)
    morning = _morning(start, zone)
    return morning if morning > now else _morning(spans.end_of(start, period), zone)


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(_HOUR), zone).astimezone(ZoneInfo("UTC"))


def cadence_of(session: Session, source: Source, cycle: Cycle) -> str:
    """How often a source is collected: as said of it, else by the shortest period of the plan it feeds."""
    if source.cadence in CADENCES:
        return source.cadence
    planned = [Period(plan.period) for plan in _plans(session, source, cycle) if plan.period in CADENCES]
    return min(planned, key=CADENCES.index, default=Period(cycle.period))


def _plans(session: Session, source: Source, cycle: Cycle) -> list[PlanRow]:
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    named = {kpi.id for kpi in kpis if kpi.definition.get("source") == source.key}
    plans = rows(session, PlanRow, cycle.team_id, cycle_id=cycle.id)
    return [plan for plan in plans if plan.source_id == source.id or plan.kpi_id in named]


def asked(session: Session, source: Source, cycle: Cycle, folder: Path, now: datetime) -> Asked:
    """What is asked of a source now: from where the last collection ended to this moment."""
    plans = _plans(session, source, cycle)
    periods = [Period(plan.period) for plan in plans if plan.period in CADENCES] or [Period(cycle.period)]
    return Asked(
        source=sources.definition(source.key, source.mapping),
        folder=folder,
        period=min(periods, key=CADENCES.index),
        timezone=cycle.timezone,
        since=_since(source, cycle, now),
        until=now,
        progress=_progress(session, source),
    )


def _progress(session: Session, source: Source) -> dict[str, Any]:
    """What the last collection left behind; “unchanged” is no answer where what it was compared with is gone."""
    if batches.latest(session, source) is not None:
        return dict(source.progress)
    return {name: value for name, value in source.progress.items() if name not in ("etag", "modified")}


def _since(source: Source, cycle: Cycle, now: datetime) -> datetime:
    kept = source.progress.get("until")
    if kept:
        return datetime.fromisoformat(kept)
    said = source.mapping.get("options", {}).get("from") or cycle.baseline_from
    first = date.fromisoformat(str(said)[:10]) if said else (now - REACH).date()
    return datetime.combine(first, time(), ZoneInfo(cycle.timezone))


def replaces(source: Source) -> bool:
    """Whether each collection holds everything, so that it stands in for the one before.

    With a key, rows of several deliveries are told apart, and the latest of each counts.
    """
    return not _bit_by_bit(source) and not source.mapping.get("key")


def _bit_by_bit(source: Source) -> bool:
    since = source.mapping.get("options", {}).get("since")
    return bool(source.kind == "prometheus" or since or _spanned(source))


def _spanned(source: Source) -> bool:
    query = str(source.mapping.get("options", {}).get("query") or "")
    return pages.is_spanned(str(source.mapping.get("url") or "")) or ":since" in query


@dataclass(frozen=True, slots=True)
class Came:
    """One collection that went well: what it brought, and the delivery read from it, if there was anything new."""

    collected: Collected
    intake: Intake | None
    started: dict[str, Any]
    pages: tuple[str, ...] = ()


def succeeded(
    session: Session, source: Source, cycle: Cycle, came: Came, *, actor: str, now: datetime
) -> Recorded | None:
    """Record a collection as a delivery and remember how far it reached; None when there was nothing new.

    Raises:
        Conflict: somebody else collected meanwhile; theirs stands.
    """
    hold(session, source, f"source:{source.team_id}:{source.id}")
    if _reached(source.progress) != _reached(came.started):
        raise Conflict(f"{source.name or source.key} was collected meanwhile.")
    made = _recorded(session, source, cycle, came, actor=actor, now=now)
    progress = dict(came.collected.progress)
    if _spanned(source):
        progress["until"] = now.isoformat()
    when = following(cadence_of(session, source, cycle), now, cycle.timezone)
    source.progress = {**progress, "collected_at": now.isoformat(), "next_at": when.isoformat()}
    session.add(source)
    return made


def _recorded(
    session: Session, source: Source, cycle: Cycle, came: Came, *, actor: str, now: datetime
) -> Recorded | None:
    if came.intake is None:
        return None
    made = batches.record(session, source, came.intake, actor=actor, now=now, cycle_id=cycle.id, way=source.kind)
    afresh = not came.started.get("collected_at")
    made.batch.counts = {**made.batch.counts, "pages": list(came.pages), "afresh": afresh}
    session.add(made.batch)
    take_over(session, source, made.batch, actor=actor, now=now, newest=True)
    return made


def take_over(
    session: Session, source: Source, batch: Batch, *, actor: str, now: datetime, newest: bool = False
) -> None:
    """Let a delivery that counts stand in for those before it, where each of them holds everything.

    So does the first one after the question was changed: bit by bit from the beginning again, it would come beside
    the rows the old question brought, and double them.

    Args:
        session: the caller's.
        source: where it came from.
        batch: the delivery.
        actor: who collected or accepted it.
        now: when.
        newest: it came just now, so that nothing came after it; else it may have waited while others came.
    """
    anew = bool(batch.counts.get("afresh")) and not source.mapping.get("key")
    if source.kind not in KINDS or batch.state != BatchState.CURRENT or not (anew or replaces(source)):
        return
    for old in batches.of_source(session, source):
        before = newest or replaces(source) or old.ordinal < batch.ordinal
        if old.id != batch.id and old.state != BatchState.REMOVED and before:
            why = f"delivery {batch.ordinal} holds everything anew"
            batches.remove(session, source.team_id, old.id, actor=actor, now=now, reason=why)


def _reached(progress: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(progress.get(name) for name in ("mark", "at_mark", "until", "collected_at"))


@dataclass(frozen=True, slots=True)
class Failure:
    """A collection that failed: how often in a row, since when, when it is tried again, whether to say so now."""

    times: int
    since: datetime
    again_at: datetime
    say: bool
    sentence: str


def failed(session: Session, source: Source, error: Exception, *, now: datetime) -> Failure:
    """Remember a failure; what was collected before stays, the gap stays a gap."""
    hold(session, source, f"source:{source.team_id}:{source.id}")
    before = source.progress
    times = int(before.get("failures", 0)) + 1
    since = datetime.fromisoformat(before.get("failing_since") or now.isoformat())
    asked = error.wait if isinstance(error, Refused) else 0.0
    pause = max(timedelta(minutes=GAPS[min(times, len(GAPS)) - 1]), timedelta(seconds=min(asked, _LONGEST_ASKED)))
    again = now + pause
    passing = isinstance(error, Refused) and error.passing
    say = not before.get("said") and (not passing or times >= SAID_AFTER)
    source.progress = {
        **before,
        "failures": times,
        "failing_since": since.isoformat(),
        "next_at": again.isoformat(),
        "error": str(error)[:500],
        "said": bool(before.get("said")) or say,
    }
    session.add(source)
    return Failure(times, since, again, say, str(error))


def was_said_to_fail(source: Source) -> bool:
    """Whether people were told that a source fails, so that they are told when it works again."""
    return bool(source.progress.get("said"))
