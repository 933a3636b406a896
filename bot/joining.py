"""Joining Slack by Socket Mode, and leaving it for certain."""

from __future__ import annotations

from contextlib import suppress
from socket import SHUT_RDWR

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

CONNECTIONS = 32  # envelopes worked on at once
_BETWEEN = 0.1  # seconds


class Joining(SocketModeHandler):
    """A connection of the bot; ``connect`` joins, ``close`` leaves."""

    def __init__(self, app: App, app_token: str, *, concurrency: int = CONNECTIONS) -> None:
        super().__init__(app, app_token, web_client=app.client, concurrency=concurrency)

    def close(self) -> None:
        """Leave at once, also in the moment of joining.

        slack_sdk's receiving thread holds its socket for three seconds a look: shut down, it looks up. And it takes
        back that it was told to end when it begins just then, so that ``close`` would wait for it for ever: it is told
        until it has ended.
        """
        self.client.auto_reconnect_enabled = False
        session = self.client.current_session
        if session is not None and session.sock is not None:
            with suppress(OSError):
                session.sock.shutdown(SHUT_RDWR)
        self.client.disconnect()
        receiving = self.client.current_session_runner
        receiving.event.set()
        while receiving.is_alive():
            self.client.current_session_state.terminated = True
            receiving.thread.join(_BETWEEN)
        super().close()
