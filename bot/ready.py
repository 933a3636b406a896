"""What must hold before a process starts, told by the name of the setting that is to blame."""

from __future__ import annotations

from collections.abc import Callable

from fsspec.core import url_to_fs
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot import record_key
from bot.app import outward
from bot.installations import REFUSED
from bot.joining import refusal
from bot.settings import Settings
from bot.vault import Vault, some_closed
from csi import audit, storage
from csi.audit import Keys
from csi.errors import InvalidInput, InvalidInputs
from csi.reading.connectors.masking import masked

DATABASE, DATA = "CSI_DATABASE_URL", "CSI_DATA_URL"
Check = Callable[[Settings], object]


def settings(needed: Check) -> Settings:
    """The settings from the environment, when a process can start with them.

    Args:
        needed: raises for what this process misses.

    Raises:
        InvalidInputs: naming every variable that is missing or cannot be.
    """
    found = Settings.read()
    wrong = [error for check in (needed, outward, _database_address, _data_address) for error in _wrong(check, found)]
    if wrong:
        raise InvalidInputs(wrong)
    return found


def database(found: Settings) -> None:
    """Return when the database answers, has the newest schema, and its record the key that is here.

    Raises:
        InvalidInput: it does not.
    """
    migrated(found)
    record(found)


def migrated(found: Settings) -> None:
    """Return when the database answers and has the newest schema.

    Raises:
        InvalidInput: it does not.
    """
    not_newer(found)
    behind = reached(found)
    if behind:
        raise InvalidInput(DATABASE, f"{behind}; run python -m bot migrate.")


def not_newer(found: Settings) -> None:
    """Return unless the database was migrated by a newer version than this.

    Raises:
        InvalidInput: it was, or it does not answer.
    """
    reached(found)
    newer = storage.unknown(found.csi_database_url)
    if newer:
        raise InvalidInput(
            DATABASE,
            f"its schema is {newer}, which this version does not know: a newer one has migrated it. Run that version, "
            "or put the database back from a backup made before.",
        )


def vault(found: Settings) -> None:
    """Return unless secrets are kept that CSI_TOKEN_KEY does not open.

    Raises:
        InvalidInput: it is another key than they were closed with.
    """
    keeper = Vault(found.csi_token_key)
    made = storage.engine(found.csi_database_url)
    try:
        with storage.sessions(made).reading() as session:
            closed = some_closed(session) if found.csi_token_key else []
    finally:
        made.dispose()
    for one in closed:
        keeper.open(one)


def reached(found: Settings) -> str:
    """What the schema of the database lacks; empty when it is the newest.

    Raises:
        InvalidInput: the database does not answer.
    """
    _database_address(found)
    try:
        return storage.pending(found.csi_database_url)
    except (SQLAlchemyError, OSError) as error:
        raise InvalidInput(DATABASE, masked(f"cannot be reached: {_words(error)}")) from error


def record(found: Settings) -> Keys:
    """The keys of the record, when it was closed with one of them last; a key is made where nothing was closed yet.

    Raises:
        InvalidInput: it was closed with another key, or the key is gone.
    """
    held = record_key.keys(found, make=False)
    made = storage.engine(found.csi_database_url)
    try:
        with storage.sessions(made).reading() as session:
            others = audit.closed_with_others(session, held)
    finally:
        made.dispose()
    if others:
        where = f"or {record_key.FILE} back into the data folder; " if not found.csi_record_key else ""
        raise InvalidInput(
            record_key.SETTING,
            f"the record of {', '.join(others)} was closed with another key. Put that key here, {where}"
            "where it is lost, python -m bot verify --new-key closes the record anew and says so in it.",
        )
    return held if held.secrets else record_key.keys(found)


def token(found: Settings) -> None:
    """Return unless Slack refuses the bot's token; when Slack cannot be asked, that shows where it is needed.

    Raises:
        InvalidInput: Slack refuses it.
    """
    if found.several_workspaces:
        return
    try:
        WebClient(found.slack_bot_token, base_url=found.api_url).auth_test()
    except SlackApiError as refused:
        if refused.response.get("error") in REFUSED:
            raise refusal("SLACK_BOT_TOKEN", refused) from refused
    except OSError:
        return


def _wrong(check: Check, found: Settings) -> list[InvalidInput]:
    try:
        check(found)
    except InvalidInputs as several:
        return list(several.errors)
    except InvalidInput as one:
        return [one]
    return []


def _database_address(found: Settings) -> None:
    expected = "expected sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    try:
        made = storage.engine(found.csi_database_url)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise InvalidInput(DATABASE, f"{expected}.") from error
    made.dispose()
    if made.dialect.name not in ("sqlite", "postgresql"):
        raise InvalidInput(DATABASE, f"{expected}; got {made.dialect.name}.")


def _data_address(found: Settings) -> None:
    try:
        url_to_fs(found.csi_data_url)
    except Exception as error:  # each store has errors of its own
        raise InvalidInput(DATA, masked(f"cannot be used: {_words(error)}")) from error


def _words(error: Exception) -> str:
    """An error's own words in one line, without a driver's decoration."""
    lines = str(getattr(error, "orig", None) or error).splitlines()
    return " ".join(line.strip(" \t-") for line in lines) or type(error).__name__
