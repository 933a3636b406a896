"""What the outside can watch: how much waits, and what was heard."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import CollectorRegistry
from sqlmodel import Session, func, select

from csi.models import InboxEvent, OutboxPost, Reminder
from csi.storage import Sessions


class Waiting:
    """Counts rows by their state, at the moment somebody looks."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Prometheus' way of asking."""
        with self._sessions.reading() as session:
            yield _gauge("csi_outbox_posts", "Posts by status.", _by(session, OutboxPost.status))
            yield _gauge("csi_inbox_events", "Events and jobs by status.", _by(session, InboxEvent.status))
            yield _gauge("csi_reminders", "Reminders by state.", _by(session, Reminder.state))


def registry(sessions: Sessions) -> CollectorRegistry:
    """A registry of one process, apart from the library's global one."""
    made = CollectorRegistry()
    made.register(Waiting(sessions))
    return made


def _by(session: Session, column: str) -> dict[str, int]:
    return dict(session.exec(select(column, func.count()).group_by(column)).all())


def _gauge(name: str, text: str, counts: dict[str, int]) -> GaugeMetricFamily:
    made = GaugeMetricFamily(name, text, labels=["status"])
    for status, count in sorted(counts.items()):
        made.add_metric([status], count)
    return made
