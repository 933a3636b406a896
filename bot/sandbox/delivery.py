"""How the app hears of things: one envelope, one answer, and events again when nobody acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from bot.sandbox.workspace import Workspace

# Source: docs/slack.md, Time: acknowledged within 3 s; events again at once, after 1 min and after 5 min.
ACK_SECONDS = 3.0
RETRY_AFTER = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an envelope: ``reason`` is empty when it was acknowledged."""

    acked: bool
    payload: Any = None
    reason: str = ""


class Transport(Protocol):
    """Socket Mode or signed HTTP."""

    def connected(self) -> bool:
        """Whether anybody listens."""
        ...

    async def send(self, kind: str, payload: dict[str, Any], *, attempt: int, reason: str) -> Answer:
        """Deliver one envelope and wait for its answer, at most 3 s."""
        ...


class Delivery:
    """Sends what the app should hear, writes it in the log, and repeats events."""

    def __init__(self, workspace: Workspace, transport: Transport) -> None:
        self.workspace = workspace
        self.transport = transport
        self.retry_after: tuple[float, ...] = RETRY_AFTER
        self.times = 1  # more: as if each acknowledgement but the last were lost, and the person tried again
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, kind: str, payload: dict[str, Any]) -> Answer:
        """Deliver a command or an interaction: Slack never repeats these by itself."""
        for _ in range(self.times - 1):
            await self._send(kind, payload, attempt=0, reason="")
        return await self._send(kind, payload, attempt=0, reason="")

    def event(self, payload: dict[str, Any]) -> None:
        """Deliver an event in the background, again and again until it is acknowledged."""
        self._spawn(self._until_acknowledged(payload))

    def later(self, kind: str, payload: dict[str, Any]) -> None:
        """Deliver something nobody waits for (view_closed)."""
        self._spawn(self._once(kind, payload))

    async def stop(self) -> None:
        """End what is still under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _once(self, kind: str, payload: dict[str, Any]) -> None:
        await self._send(kind, payload, attempt=0, reason="")

    async def _until_acknowledged(self, payload: dict[str, Any]) -> None:
        for _ in range(self.times - 1):
            await self._send("events_api", payload, attempt=0, reason="timeout")
        answer = await self._send("events_api", payload, attempt=0, reason="")
        for attempt, pause in enumerate(self.retry_after, start=1):
            if answer.acked:
                return
            await asyncio.sleep(pause)
            answer = await self._send("events_api", payload, attempt=attempt, reason=answer.reason)

    async def _send(self, kind: str, payload: dict[str, Any], *, attempt: int, reason: str) -> Answer:
        entry = self.workspace.note("delivery", type=kind, payload=payload, attempt=attempt, acked=False, ms=0)
        started = time.monotonic()
        answer = await self.transport.send(kind, payload, attempt=attempt, reason=reason)
        entry.update(acked=answer.acked, answer=answer.payload, ms=round((time.monotonic() - started) * 1000))
        if answer.reason:
            entry["reason"] = answer.reason
        return answer
