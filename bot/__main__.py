"""``python -m bot``: sandbox · run · socket · web · scheduler · migrate · verify · doctor · manifest · erase."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer
from cryptography.fernet import Fernet

from bot import adoption, clock, doctor, examining, leftovers, log, ready, record_key
from bot import manifest as manifests
from bot.app import Bot, build_app
from bot.joining import Joined
from bot.manifest import MANIFEST
from bot.sandbox import tour as turn
from bot.sandbox.server import Sandbox
from bot.scheduler import Scheduler
from bot.settings import Settings
from bot.web import serve
from csi import storage
from csi.command.group import PlainGroup
from csi.errors import CsiError, InvalidInput
from csi.keeping import erasing
from csi.reading.files import FileStore

cli = typer.Typer(cls=PlainGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.command()
def run(host: Annotated[str, typer.Option(help="Where to listen, without SLACK_APP_TOKEN.")] = "127.0.0.1") -> None:
    """Everything one machine needs: joins by Socket Mode, or hears HTTP without SLACK_APP_TOKEN; workers; the clock."""
    settings = _ready(lambda given: given.for_socket() if given.slack_app_token else given.for_web())
    told = _told()
    bot = build_app(settings, apart=True)
    with _plainly(), _running(bot, settings) if settings.slack_app_token else _working(bot), _ticking(bot):
        if settings.slack_app_token:
            told.wait()
        else:
            serve(bot, settings, host)


@cli.command()
def socket() -> None:
    """Join Slack by Socket Mode and do everything but the clock's part: that is ``scheduler``'s."""
    settings = _ready(Settings.for_socket)
    told = _told()  # before joining: who is asked to end while it joins ends in good order, too
    bot = build_app(settings, apart=True)
    with _plainly(), _running(bot, settings):
        told.wait()


@cli.command()
def web(host: Annotated[str, typer.Option(help="Where to listen; 0.0.0.0 for everywhere.")] = "127.0.0.1") -> None:
    """Hear Slack by HTTP at $PORT: signed events, installation, health, metrics."""
    settings = _ready(Settings.for_web)
    _told()  # uvicorn raises the signal again when it has ended, which would end us before the workers have
    bot = build_app(settings, apart=True)
    with _working(bot):
        serve(bot, settings, host)


@cli.command()
def scheduler() -> None:
    """Send what is due by the clock."""
    settings = _ready(Settings.for_sending)
    told = _told()
    bot = build_app(settings)
    bot.delivery.start()
    with _ticking(bot):
        told.wait()
    bot.delivery.stop()


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = _settings(lambda given: given)
    with _plainly():
        ready.not_newer(settings)
        keys = record_key.keys(settings)
    storage.migrate(settings.csi_database_url, adoption.adopting(keys, FileStore(settings.csi_data_url), clock.now))
    print("The database is at the newest schema.")


@cli.command()
def verify(
    team_id: Annotated[str, typer.Argument(metavar="[TEAM_ID]", help="One workspace; all of them without.")] = "",
    head: Annotated[
        list[str] | None, typer.Option(help="An end of the record that was handed out, such as 123-4f0c…; several may.")
    ] = None,
    new_key: Annotated[bool, typer.Option(help="Close the record anew, after the key was lost.")] = False,
) -> None:
    """Look at all that the record covers: a line for each deviation; status 1 when there is one."""
    settings = _settings(lambda given: given)
    with _plainly():
        ready.migrated(settings)
        keys = record_key.keys(settings, make=new_key)
        if not keys.secrets:
            raise InvalidInput(record_key.SETTING, f"not set, and there is no {record_key.FILE} in the data folder.")
        if new_key:
            typer.confirm("What stands in the record now is closed as it is. Was the key lost for good?", abort=True)
            adoption.close_all(settings, keys, clock.now)
        sys.exit(examining.run(settings, keys, team_id, head or [], _say))


@cli.command(name="doctor")
def examine(
    url: Annotated[str, typer.Option(help="The public address; it is tried as Slack would.")] = "",
) -> None:
    """Check settings, database, tokens, channels, the clock: one line each; status 1 when something is wrong."""
    sys.exit(doctor.of_environment(MANIFEST, _say, url))


@cli.command()
def manifest(url: Annotated[str, typer.Option(help="The public address, such as https://csi.example.org.")]) -> None:
    """Print the app's manifest for HTTP; manifest.yml itself is for Socket Mode."""
    print(manifests.for_http(url), end="")


@cli.command()
def erase(
    team_id: Annotated[str, typer.Argument(metavar="TEAM_ID", help="The workspace's id, such as T0123ABCD.")],
    sure: Annotated[str, typer.Option(help="The same id once more, instead of being asked.")] = "",
) -> None:
    """Delete all that is kept of a workspace that has removed the bot, for good."""
    settings = _settings(lambda given: given)
    with _plainly():
        ready.database(settings)
        files, sessions = FileStore(settings.csi_data_url), storage.sessions(storage.engine(settings.csi_database_url))
        print(_kept(sessions, files, team_id))
        if (sure or typer.prompt("Type its id once more to delete this for good")) != team_id:
            raise InvalidInput("TEAM_ID", f"this was not {team_id} once more; nothing is deleted.")
        erasing.erase_all(sessions, files, team_id)
    print(f"Everything that was kept of {team_id} is deleted.")


def _kept(sessions: storage.Sessions, files: FileStore, team_id: str) -> str:
    """What there is to delete, in one line.

    Raises:
        InvalidInput: nothing is.
    """
    if not re.fullmatch(r"[A-Z0-9]+", team_id):
        raise InvalidInput("TEAM_ID", "expected a workspace's id, such as T0123ABCD.")
    with sessions.reading() as session:
        counts = erasing.held(session, team_id)
    stored = len(files.keys(team_id))
    if not counts and not stored:
        raise InvalidInput("TEAM_ID", f"nothing is kept of {team_id}.")
    rows = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    return f"Of {team_id} are kept: {rows or 'no rows'}; files: {stored}."


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Of the page; 0: any free one.", min=0, max=65535)] = 0,
    folder: Annotated[
        Path | None, typer.Option(help="Where database and files lie; a temporary one by default.")
    ] = None,
    tour: Annotated[bool, typer.Option(help="Play a team's turn through the seven steps.")] = False,
    leave: Annotated[bool, typer.Option("--exit", help="End after the tour: 0, or 1 when a step failed.")] = False,
    out: Annotated[Path | None, typer.Option(help="Where the tour writes its transcript and charts.")] = None,
) -> None:
    """A local Slack with the bot in it, and a page to be everybody on."""
    log.configure("WARNING")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to leave nothing behind, as after Ctrl+C
    with ExitStack() as stack:
        with _plainly():
            for option, wanted in (("--folder", folder), ("--out", out)):
                _writable(option, wanted)
            workspace = stack.enter_context(_workspace(port))
            settings = sandbox_settings(workspace, folder or _temporary(stack))
        settings.reach_directly()
        storage.migrate(settings.csi_database_url)
        bot = build_app(settings)
        stack.enter_context(_running(bot, settings))
        stack.enter_context(_ticking(bot))
        print(f"The sandbox is at {workspace.url}", flush=True)
        failed = turn.run(workspace, out=out, slowly=not leave, say=_say) if tour else ""
        if not leave:
            print("Go on by hand in the page; Ctrl+C ends it.", flush=True)
            _told().wait()
    if failed:
        print(f"The tour failed in step “{failed}”.", file=sys.stderr)
    sys.exit(1 if failed else 0)


def _writable(option: str, folder: Path | None) -> None:
    """Make a folder that was asked for, before there is something to write into it."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(option, f"{folder} cannot be used as a folder: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidInput(option, f"{folder} cannot be written to.")


def _workspace(port: int) -> Sandbox:
    try:
        return Sandbox(MANIFEST, port)
    except OSError as error:
        raise InvalidInput("--port", f"{port} cannot be listened on: {error.strerror}.") from error


def _temporary(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="csi-", ignore_cleanup_errors=True)))


def sandbox_settings(workspace: Sandbox, folder: Path) -> Settings:
    """Settings with which the bot joins a sandbox and keeps everything in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Settings.read(
        slack_bot_token=workspace.bot_token,
        slack_app_token=workspace.app_token,
        slack_signing_secret=workspace.signing_secret,
        slack_api_url=workspace.api_url,
        csi_database_url=f"sqlite:///{folder / 'csi.db'}",
        csi_data_url=str(folder / "data"),
        csi_posts_per_second=20.0,
        csi_token_key=_key(folder / "token.key"),
    )


def _key(path: Path) -> str:
    """The key of a folder's secrets, made once."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(Fernet.generate_key())
    return path.read_text(encoding="ascii")


@contextmanager
def _running(bot: Bot, settings: Settings) -> Iterator[None]:
    """The bot, connected by Socket Mode, twice, while the block lasts."""
    joining = Joined(bot.app, settings.slack_app_token)
    with _working(bot):
        try:
            joining.connect()
            yield
        finally:
            joining.close()


@contextmanager
def _working(bot: Bot) -> Iterator[None]:
    """The bot's workers, while the block lasts."""
    bot.start_workers()
    try:
        yield
    finally:
        bot.stop()


@contextmanager
def _ticking(bot: Bot) -> Iterator[None]:
    """The bot's clock, while the block lasts."""
    ticking = Scheduler(bot.kit, clock.now)
    ticking.start()
    try:
        yield
    finally:
        ticking.stop()


def _ready(needed: Callable[[Settings], object]) -> Settings:
    """The settings, when the database has its tables and Slack takes the token."""
    settings = _settings(needed)
    with _plainly():
        ready.database(settings)
        ready.vault(settings)
        leftovers.remove()
        ready.token(settings)
    return settings


def _settings(needed: Callable[[Settings], object]) -> Settings:
    """The settings from the environment; ends the process by name of what is missing or cannot be."""
    with _plainly():
        settings = ready.settings(needed)
    log.configure(settings.csi_log_level, secrets=settings.secrets)
    settings.reach_directly()
    return settings


@contextmanager
def _plainly() -> Iterator[None]:
    """Ends the process with the sentence of what is wrong, and without a trace."""
    try:
        yield
    except CsiError as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(2)


def _told() -> Event:
    """What is set when the process is asked to end (Ctrl+C, SIGTERM)."""
    told = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    return told


def _say(line: str) -> None:
    print(line, flush=True)


def main(arguments: list[str] | None = None) -> Any:
    """The command line."""
    return cli(arguments)


if __name__ == "__main__":
    main()
