"""Whether the clock's process is there: it leaves when it looked last, for those who would miss it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from csi.models import Heartbeat
from csi.storage import Sessions, lock, row

OFTEN = timedelta(minutes=1)  # between two traces of one process
SILENT = timedelta(minutes=5)  # ours: many ticks; a restart takes seconds


def beat(sessions: Sessions, teams: Collection[str], now: datetime) -> None:
    """Leave that these workspaces are looked after now."""
    if not teams:
        return
    with sessions() as session:
        lock(session, "heartbeat")
        ours = col(Heartbeat.team_id).in_(teams)
        session.execute(update(Heartbeat).where(ours).values(at=now))
        known = set(session.exec(select(Heartbeat.team_id).where(ours)))
        session.add_all(Heartbeat(team_id=one, at=now) for one in teams if one not in known)


def last(session: Session, team_id: str) -> datetime | None:
    """When a workspace was looked after last; None for never."""
    found = row(session, Heartbeat, team_id)
    return found.at if found else None


def is_silent(at: datetime | None, now: datetime) -> bool:
    """Whether it is so long ago that nobody looks after it any more."""
    return at is None or now - at > SILENT


def silent(session: Session, teams: Collection[str], now: datetime) -> dict[str, datetime | None]:
    """Those of the workspaces that nobody looks after, with when somebody did last."""
    known = {one.team_id: one.at for one in session.exec(select(Heartbeat).where(col(Heartbeat.team_id).in_(teams)))}
    return {one: known.get(one) for one in sorted(teams) if is_silent(known.get(one), now)}
