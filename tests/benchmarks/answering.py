"""How long somebody waits for ``/csi status`` beside a bare Bolt app that only acknowledges: one, and twenty at once.

Both are called as Slack's requests come in, signed (HTTP) and not (Socket Mode), without a network, in turns.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain
from time import perf_counter, time
from urllib.parse import urlencode

from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import Engine

from bot.app import Bot, build_app
from bot.settings import Settings
from tests.turns import ALICE, CHANNEL, TEAM

SECRET = "a secret of the benchmark"
ROUNDS, EACH = 6, 20
Modes = Mapping[str, str]
MODES: Modes = {"HTTP": "http", "Socket Mode": "socket_mode"}


def allowed() -> AuthorizeResult:
    """What Slack says of a token, which is not asked here."""
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-none", bot_id="B1", bot_user_id="UB")


def ours(settings: Settings, engine: Engine, now: Callable[[], datetime]) -> Bot:
    """The bot on a database, with what Slack says of its token."""
    made = build_app(settings.model_copy(update={"slack_signing_secret": SECRET}), now=now, engine=engine)
    made.installations._alone = allowed()
    made.installations._ask_at = math.inf
    return made


def bare() -> App:
    """An app that does nothing."""
    app = App(name="bare", signing_secret=SECRET, authorize=allowed)

    @app.command("/csi")
    def acknowledge(ack: Ack) -> None:
        ack()

    return app


def request(mode: str, text: str) -> BoltRequest:
    """``/csi …`` as it comes in."""
    said = {
        "command": "/csi",
        "text": text,
        "team_id": TEAM,
        "user_id": ALICE,
        "channel_id": CHANNEL,
        "channel_name": "c",
        "trigger_id": "1.2.3",
        "response_url": "https://127.0.0.1/none",
    }
    if mode != "http":
        return BoltRequest(body=said, mode=mode)
    body, at = urlencode(said), str(int(time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=at, body=body) or ""
    headers = {"x-slack-signature": [signature], "x-slack-request-timestamp": [at]}
    headers["content-type"] = ["application/x-www-form-urlencoded"]
    return BoltRequest(body=body, headers=headers, mode=mode)


def waited(app: App, mode: str, at_once: int, text: str = "status") -> list[float]:
    """The seconds that each of so many requests took, so many at once."""

    def one(_: int) -> float:
        asked, begun = request(mode, text), perf_counter()
        answer = app.dispatch(asked)
        if answer.status != 200:
            raise RuntimeError(f"answered {answer.status}")
        return perf_counter() - begun

    with ThreadPoolExecutor(at_once) as people:
        return list(people.map(one, range(max(EACH, at_once))))


def told(bot: Bot) -> Iterator[str]:
    """A line for each way, and each number of people at once."""
    other = bare()
    for name, mode in MODES.items():
        for at_once in (1, 20):
            for app in (bot.app, other):
                waited(app, mode, at_once)
            pairs = [(waited(bot.app, mode, at_once), waited(other, mode, at_once)) for _ in range(ROUNDS)]
            ratios = sorted(statistics.median(mine) / statistics.median(theirs) for mine, theirs in pairs)
            every = sorted(chain.from_iterable(mine for mine, _ in pairs))
            yield (
                f"/csi status, {name}, {at_once} at once: {statistics.median(ratios):.2f} × a bare app "
                f"({ratios[0]:.2f} to {ratios[-1]:.2f}), median {1000 * statistics.median(every):.0f} ms, "
                f"p99 {1000 * every[int(0.99 * (len(every) - 1))]:.0f} ms"
            )
