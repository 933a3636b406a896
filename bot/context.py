"""What every listener is handed: one frozen kit, put on Bolt's context under the name ``kit``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from slack_sdk import WebClient

from bot.apart import Apart
from bot.delivery.outbox import Outbox
from bot.inbox import Inbox
from bot.pool import SlowPool
from bot.settings import Settings
from bot.vault import Vault
from csi.audit import Keys
from csi.cycle import Waits
from csi.reading.connectors.asked import Fetch
from csi.reading.files import FileStore
from csi.storage import Sessions

GivenT = ParamSpec("GivenT")
AnyT = TypeVar("AnyT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The bot's means, the same for listeners, jobs and the scheduler.

    Attributes:
        sessions: opens a session; commits on leaving, rolls back on an error; ``sessions.reading()`` only reads.
        now: the time.
        files: raw deliveries and images.
        slow: ``kit.slow(work, *args, to=origin(body))`` for what takes longer than a moment.
        outbox: everything that is to stay in Slack; written in the caller's transaction, sent after it.
        inbox: ``kit.inbox.later(...)`` for work that must survive a restart.
        client: a workspace's Web API client, for ephemeral answers and modals outside a request.
        teams: the workspaces whose tokens this process holds.
        forget_token: for a workspace that removed the bot, heard at that moment; whether it is gone from there.
        vault: closes and opens secrets.
        keys: of the record.
        fetch: asks databases and addresses; slow, so only in jobs.
        settings: what the process was started with.
        waits: what waits for whom in each open cycle.
        apart: where heavy work is done; None: here.
    """

    sessions: Sessions
    now: Callable[[], datetime]
    files: FileStore
    slow: SlowPool
    outbox: Outbox
    inbox: Inbox
    client: Callable[[str], WebClient]
    teams: Callable[[], Collection[str]]
    forget_token: Callable[[str, datetime], bool]
    vault: Vault
    keys: Keys
    fetch: Fetch
    settings: Settings
    waits: Waits
    apart: Apart | None = None

    def aside(
        self,
        work: Callable[Concatenate[Kit, GivenT], AnyT],
        *given: GivenT.args,
        **named: GivenT.kwargs,
    ) -> AnyT:
        """Do heavy work, with a kit of its own in the process apart where there is one, and wait for it.

        Args:
            work: a function of a module.
            given: plain values, as what it gives back.
            named: the same.
        """
        if self.apart is None:
            return work(self, *given, **named)
        try:
            made: AnyT = self.apart(work, *given, **named)
            return made
        finally:  # what it left to be sent, or to be done, waits for nobody to look
            self.outbox.woken.set()
            self.inbox.woken.set()
