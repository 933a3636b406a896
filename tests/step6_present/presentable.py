"""A cycle in step 6 with real deliveries and their analysis, as the bot's own functions leave it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from csi import cycle as cycles
from csi.models import Batch, Cycle, Kpi, Source
from csi.reading.files import FileStore
from csi.step5_analyse import results
from csi.storage import Sessions, row, rows

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS, CASES = 20, 8
DEFINITIONS = {
    "hours": (
        "Hours to resolve",
        "h",
        "lower",
        20.0,
        {"measure": "median", "value": {"from": "opened", "to": "resolved"}},
    ),
    "kept": ("Kept our word", "%", "higher", 75.0, {"measure": "share", "good": 'kept == "yes"'}),
}


def tickets(hours: Sequence[float], *, cases: int = CASES) -> bytes:
    """A CSV with ``cases`` tickets a week that took about these hours; late ones did not keep our word."""
    lines = ["id,opened,resolved,kept"]
    for week, took in enumerate(hours):
        for case in range(cases):
            opened = MONDAY + timedelta(weeks=week, hours=3 * case)
            resolved = opened + timedelta(hours=took + case - cases / 2)
            kept = "yes" if took + case - cases / 2 < 30 else "no"
            lines.append(f"T{week}-{case},{opened:%Y-%m-%d %H:%M},{resolved:%Y-%m-%d %H:%M},{kept}")
    return "\n".join(lines).encode()


IMPROVED = [40, 44, 38, 42, 45, 39, 41, 43, 40, 42, 12, 14, 11, 13, 15, 12, 14, 13, 12, 14]
WORSE = [12, 14, 11, 13, 15, 12, 14, 13, 12, 14, 40, 44, 38, 42, 45, 39, 41, 43, 40, 42]


def fill(
    session: Session, cycle: Cycle, files: FileStore, hours: Sequence[float] = IMPROVED, content: bytes = b""
) -> None:
    """KPIs, a source, one delivery and the windows; the cycle stands in step 6."""
    source = Source(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        key="tickets",
        name="Tickets",
        mapping={"timezone": "UTC", "dates": "iso", "key": "id"},
        created_at=MONDAY,
    )
    session.add(source)
    for key, (name, unit, direction, target, definition) in DEFINITIONS.items():
        session.add(
            Kpi(
                team_id=cycle.team_id,
                cycle_id=cycle.id,
                key=key,
                name=name,
                unit=unit,
                direction=direction,
                target=target,
                definition={"source": "tickets", "at": "resolved", **definition},
                measurability="measured automatically",
            )
        )
    session.flush()
    deliver(session, cycle, files, content or tickets(hours))
    cycle.baseline_from, cycle.baseline_to = date(2026, 1, 5), date(2026, 3, 16)
    cycle.evaluation_from, cycle.evaluation_to = date(2026, 3, 16), date(2026, 5, 25)
    cycle.step = 6
    session.add(cycle)
    session.flush()


def deliver(session: Session, cycle: Cycle, files: FileStore, content: bytes) -> Batch:
    """One more delivery of the cycle's source."""
    source = row(session, Source, cycle.team_id, service_id=cycle.service_id, key="tickets")
    ordinal = len(rows(session, Batch, cycle.team_id, source_id=source.id)) + 1
    batch = Batch(
        team_id=cycle.team_id,
        source_id=source.id,
        cycle_id=cycle.id,
        ordinal=ordinal,
        filename="tickets.csv",
        sha256=f"{hash(content):x}",
        raw_key=files.keep(cycle.team_id, content),
        delivered_by="U",
        delivered_at=MONDAY,
    )
    session.add(batch)
    session.flush()
    return batch


def analyse(sessions: Sessions, files: FileStore, cycle: Cycle, now: datetime) -> None:
    """Steps 4 and 5 over what is held."""
    results.recompute(sessions, files, team_id=cycle.team_id, cycle_id=cycle.id, actor="U", now=now)


def presentable(
    sessions: Sessions,
    files: FileStore,
    team_id: str,
    cycle_id: int,
    now: datetime,
    hours: Sequence[float] = IMPROVED,
    content: bytes = b"",
) -> None:
    """All of it for a cycle that has begun."""
    with sessions() as session:
        fill(session, cycles.by_id(session, team_id, cycle_id), files, hours, content)
    with sessions.reading() as session:
        cycle = cycles.by_id(session, team_id, cycle_id)
    analyse(sessions, files, cycle, now)
