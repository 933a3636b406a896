"""Builds the Bolt app: the one composition root, also for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import App, BoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import Engine
from sqlmodel import Session

from bot import clock, errors, listeners, log, receipts, record_key, trust
from bot.apart import Apart
from bot.cards import CardKeeper
from bot.context import Kit
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.worker import DeliveryWorker
from bot.inbox import EVENT, REMOVALS, Inbox, InboxWorker
from bot.installations import Installations
from bot.payload import Origin, team_of
from bot.pool import SlowPool
from bot.settings import Settings
from bot.vault import Vault
from csi import audit, storage
from csi.audit import Keys
from csi.cycle import Waits
from csi.fetching import Fetcher
from csi.models import InboxEvent
from csi.reading import calendar_words
from csi.reading.connectors import addresses
from csi.reading.exports import profile
from csi.reading.files import FileStore

HEAVY = frozenset(f"job:{route.id}" for route in listeners.ROUTES if route.heavy)
LISTENERS = 32  # Bolt's five are all taken by five slow listeners, and the sixth person waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A built bot: the Bolt app that hears, and the workers that do what was stored."""

    app: App
    listening: ThreadPoolExecutor
    kit: Kit
    inbox_worker: InboxWorker
    delivery: DeliveryWorker
    cards: CardKeeper
    installations: Installations

    def start_workers(self) -> None:
        """Begin to work on what is stored, by this process or by one before it."""
        if self.kit.apart is not None:
            read_up()
        self.inbox_worker.start()
        self.delivery.start()
        self.cards.start()
        self.kit.slow(look_ahead, self.kit)

    def stop(self) -> None:
        """Let the listeners and the workers finish what they hold."""
        self.listening.shutdown()  # acknowledged is not done: a listener may still be asking Slack
        self.cards.stop()
        self.inbox_worker.stop()
        self.kit.slow.close()
        if self.kit.apart is not None:
            self.kit.apart.close()
        self.delivery.stop()
        self.kit.sessions.engine.dispose()


def build_app(
    settings: Settings,
    *,
    now: Callable[[], datetime] = clock.now,
    engine: Engine | None = None,
    apart: bool = False,
) -> Bot:
    """The whole bot, not yet started; its database is expected to be migrated.

    Args:
        settings: of this process.
        now: the time.
        engine: of the database, if there is one.
        apart: whether heavy work is done in a process of its own, by the clock of this machine.
    """
    kit, installations = build_kit(settings, now=now, engine=engine)
    if apart:
        kit = replace(kit, apart=Apart(means, settings))

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return installations.authorize(enterprise_id, team_id)  # Bolt cannot call a bound method by parameter name

    listening = ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener")
    app = App(
        name="csi",
        client=WebClient(base_url=settings.api_url, ssl=trust.slack()),
        authorize=authorize,
        signing_secret=settings.slack_signing_secret,
        request_verification_enabled=bool(settings.slack_signing_secret),
        listener_executor=listening,
    )
    _hand_out(app, kit)
    listeners.register(app)
    errors.register(app)
    pace = Pace(settings.csi_posts_per_second)
    return Bot(
        app=app,
        listening=listening,
        kit=kit,
        inbox_worker=InboxWorker(
            kit.inbox,
            kit.sessions,
            now,
            work(kit),
            teller(installations),
            teams=kit.teams,
            lost=lost(kit),
            heavy=HEAVY,
        ),
        delivery=DeliveryWorker(
            kit.outbox, kit.sessions, now, partial(installations.client, again=False), pace, teams=kit.teams
        ),
        cards=CardKeeper(kit.sessions, kit.outbox, now, kit.teams),
        installations=installations,
    )


def build_kit(
    settings: Settings, *, now: Callable[[], datetime] = clock.now, engine: Engine | None = None
) -> tuple[Kit, Installations]:
    """The means of listeners, jobs and the scheduler."""
    keys = record_key.keys(settings)
    sessions = storage.sessions(engine or storage.engine(settings.csi_database_url), _first(now, keys))
    installations = Installations(settings, sessions, now)
    files = FileStore(settings.csi_data_url)
    vault, fetch = outward(settings)
    kit = Kit(
        sessions=sessions,
        now=now,
        files=files,
        slow=SlowPool(teller(installations)),
        outbox=Outbox(now, files),
        inbox=Inbox(sessions, now),
        client=installations.client,
        teams=installations.teams,
        forget_token=installations.remove,
        vault=vault,
        keys=keys,
        fetch=fetch,
        settings=settings,
        waits=Waits(),
    )
    return kit, installations


def means(settings: Settings) -> Kit:
    """The kit of the process apart."""
    log.configure(settings.csi_log_level, secrets=settings.secrets)
    settings.reach_directly()
    kit, _ = build_kit(settings)
    return kit


def _first(now: Callable[[], datetime], keys: Keys) -> Callable[[Session], None]:
    """What each session that may write does first: it is told the key of the record, and takes its receipt."""
    closing, noting = audit.under(keys, now), receipts.noting(now)

    def begin(session: Session) -> None:
        closing(session)
        noting(session)

    return begin


def outward(settings: Settings) -> tuple[Vault, Fetcher]:
    """What keeps secrets and what asks other machines, within what an administrator allows.

    Raises:
        InvalidInput: a setting cannot be; it is named.
    """
    allowed = addresses.policy(
        settings.csi_allow_private_addresses, settings.csi_allow_database_folders, settings.csi_database_url
    )
    return Vault(settings.csi_token_key), Fetcher(allowed)


def read_up() -> None:
    """Read what forms about files are filled in by, so that the first who opens one does not wait: seconds."""
    calendar_words.words()
    profile.profiles()


def look_ahead(kit: Kit) -> None:
    """Look at what waits in every workspace, so that the first who opens their home tab does not wait for it."""
    for team_id in kit.teams():
        with kit.sessions.reading() as session:
            kit.waits.every(session, team_id, kit.now())


def teller(installations: Installations) -> Callable[[Exception, Origin | None], None]:
    """What tells a person that slow work of theirs went wrong."""

    def tell(error: Exception, to: Origin | None) -> None:
        if to is not None:
            errors.report(error, to, installations.client(to.team_id))

    return tell


def _hand_out(app: App, kit: Kit) -> None:
    """Give listeners the kit, and store events before Bolt acknowledges them."""

    @app.middleware
    def prepare(context: BoltContext, body: dict[str, Any], next: Callable[[], Any]) -> None:
        context["kit"] = kit
        context["ack"] = errors.KeptAck()
        if body.get("type") == "event_callback":
            kit.inbox.receive(
                team_id=team_of(body), event_id=body["event_id"], kind=body["event"]["type"], payload=body
            )
        next()


def work(kit: Kit) -> Callable[[InboxEvent], None]:
    """What works on one stored event or job, by the routing table."""
    events = listeners.of_kind("event")

    def through(row: InboxEvent) -> None:
        kind, _, name = row.kind.partition(":")
        if row.kind in HEAVY:
            kit.aside(_job, name, _payload(row))
        elif kind == "job":
            _job(kit, name, _payload(row))
        elif name in events:
            listeners.call(
                events[name],
                event=row.payload["event"],
                body=row.payload,
                heard_at=row.received_at,
                client=None if row.kind in REMOVALS else kit.client(row.team_id),
                kit=kit,
            )

    return through


def _job(kit: Kit, name: str, payload: Mapping[str, Any]) -> None:
    client = kit.client(str(payload["team_id"]))
    listeners.call(listeners.of_kind("job")[name], payload=payload, client=client, kit=kit)


def lost(kit: Kit) -> Callable[[InboxEvent], None]:
    """What says of a job that was given up, where its end is waited for, by the routing table."""
    given_up = {f"job:{route.id}": route.lost for route in listeners.ROUTES if route.lost is not None}

    def say(row: InboxEvent) -> None:
        if row.kind in given_up:
            listeners.call(given_up[row.kind], payload=_payload(row), kit=kit)

    return say


def _payload(row: InboxEvent) -> dict[str, Any]:
    return {**row.payload, "team_id": row.team_id, EVENT: row.event_id}
