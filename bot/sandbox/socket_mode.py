"""Socket Mode: up to ten connections, each envelope to exactly one of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.delivery import ACK_SECONDS, Answer
from bot.sandbox.workspace import Workspace

CONNECTIONS = 10


@dataclass(slots=True)
class Connection:
    """One joined process and the envelopes it has not answered."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)


class SocketMode:
    """The door through which the app joins."""

    def __init__(self, workspace: Workspace, ack_seconds: float = ACK_SECONDS) -> None:
        self.workspace = workspace
        self.ack_seconds = ack_seconds
        self.connections: list[Connection] = []
        self._tickets: set[str] = set()
        self._turn = 0

    def connected(self) -> bool:
        """Whether a process has joined."""
        return bool(self.connections)

    def ticket(self) -> str:
        """A key for one connection, as in the address apps.connections.open gives."""
        made = secrets.token_hex(12)
        self._tickets.add(made)
        return made

    async def serve(self, socket: WebSocket) -> None:
        """Greet a connection and read its acknowledgements until it leaves."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if len(self.connections) >= CONNECTIONS:
            await _goodbye(socket, "too_many_websockets")
            return
        connection = Connection(socket)
        self.connections.append(connection)
        self.workspace.changed()
        try:
            await socket.send_json(self._hello())
            await self._read(connection)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._forget(connection)

    async def send(self, kind: str, payload: dict[str, Any], *, attempt: int, reason: str) -> Answer:
        """Deliver to one connection and wait for its acknowledgement."""
        envelope_id = str(uuid4())
        envelope: dict[str, Any] = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        for _ in range(len(self.connections)):
            connection = self._next()
            future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            connection.waiting[envelope_id] = future
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await connection.socket.send_text(json.dumps(envelope))
                return await self._wait(connection, envelope_id, future)
            self._forget(connection)
        return Answer(acked=False, reason="no_connection")

    async def drop(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to leave, as Slack does every few hours."""
        for connection in list(self.connections):
            await _goodbye(connection.socket, reason)
            self._forget(connection)

    async def cut(self) -> None:
        """Close every connection without a word, as a failing network does."""
        for connection in list(self.connections):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await connection.socket.close(code=1011)
            self._forget(connection)

    async def _wait(self, connection: Connection, envelope_id: str, future: asyncio.Future[Any]) -> Answer:
        try:
            return Answer(acked=True, payload=await asyncio.wait_for(future, self.ack_seconds))
        except TimeoutError:
            return Answer(acked=False, reason="timeout")
        finally:
            connection.waiting.pop(envelope_id, None)

    def _next(self) -> Connection:
        self._turn += 1
        return self.connections[self._turn % len(self.connections)]

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self.workspace.app_id},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 3600},
        }

    async def _read(self, connection: Connection) -> None:
        while connection.socket.application_state == WebSocketState.CONNECTED:
            acknowledged = json.loads(await connection.socket.receive_text())
            future = connection.waiting.get(acknowledged.get("envelope_id", ""))
            if future is not None and not future.done():
                future.set_result(acknowledged.get("payload"))

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self.workspace.changed()


async def _goodbye(socket: WebSocket, reason: str) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        await socket.close()
