"""What must hold before a process starts, told by the name of the setting that is to blame."""

from __future__ import annotations

from collections.abc import Callable

from fsspec.core import url_to_fs
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot.app import outward
from bot.installations import REFUSED
from bot.joining import refusal
from bot.settings import Settings
from csi import storage
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
    """Return when the database answers and has the newest schema.

    Raises:
        InvalidInput: it does not.
    """
    behind = reached(found)
    if behind:
        raise InvalidInput(DATABASE, f"{behind}; run python -m bot migrate.")


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
