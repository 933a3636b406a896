"""Joining Slack by Socket Mode, and leaving it for certain."""

from __future__ import annotations

from contextlib import suppress
from socket import SHUT_RDWR

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from csi.errors import InvalidInput

CONNECTIONS = 2  # Slack chooses one for each envelope; where the server of one vanishes, the other is heard
ENVELOPES = 32  # worked on at once, by each connection
_BETWEEN = 0.1  # seconds


class Joining(SocketModeHandler):
    """A connection of the bot; ``connect`` joins, ``close`` leaves."""

    def __init__(self, app: App, app_token: str, *, concurrency: int = ENVELOPES) -> None:
        super().__init__(app, app_token, web_client=app.client, concurrency=concurrency)

    def connect(self) -> None:
        """Join.

        Raises:
            InvalidInput: Slack refuses the token, or does not answer at its address.
        """
        try:
            super().connect()
        except SlackApiError as refused:
            raise refusal("SLACK_APP_TOKEN", refused) from refused
        except OSError as away:
            raise unreachable(away) from away

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
        self.client.closed = True
        self.client.message_queue.put(None)  # no message: whoever waits for one, a second at a time, looks up
        super().close()


class Joined:
    """A bot that has joined more than once, so that no vanished server makes it deaf until that is noticed."""

    def __init__(self, app: App, app_token: str, *, count: int = CONNECTIONS) -> None:
        self._each = [Joining(app, app_token) for _ in range(count)]

    def connect(self) -> None:
        """Join, as often as asked for.

        Raises:
            InvalidInput: as ``Joining.connect``.
        """
        for one in self._each:
            one.connect()

    def close(self) -> None:
        """Leave at once."""
        for one in self._each:
            one.close()


def refusal(setting: str, refused: SlackApiError) -> InvalidInput:
    """That Slack refuses a token, by the name of its setting and in Slack's word."""
    word = refused.response.get("error")
    if word == "missing_scope":
        return InvalidInput(setting, f"{word}: {refused.response.get('needed')}.")
    return InvalidInput(setting, f"{word}: Slack does not accept it.")


def unreachable(away: OSError) -> InvalidInput:
    """That Slack does not answer."""
    return InvalidInput("SLACK_API_URL", f"cannot be reached: {getattr(away, 'reason', away)}.")
