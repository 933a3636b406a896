"""The only reader of the environment: what the bot needs to run, by name."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from csi.errors import InvalidInput, InvalidInputs

SLACK = "https://slack.com/api/"

WHY = {
    "SLACK_BOT_TOKEN": "the bot's token (xoxb-…), from “OAuth & Permissions”",
    "SLACK_APP_TOKEN": "the app-level token (xapp-…) with connections:write, for Socket Mode",
    "SLACK_SIGNING_SECRET": "the secret from “Basic Information” that proves requests come from Slack",
    "SLACK_CLIENT_ID": "the app's client id, for installing in several workspaces",
    "SLACK_CLIENT_SECRET": "the app's client secret, for installing in several workspaces",
    "CSI_TOKEN_KEY": "a Fernet key with which stored tokens and the secrets of sources are encrypted",
}

EXPECTED = {
    "PORT": "a port: 0 to 65535",
    "SLACK_API_URL": "an address such as https://slack.com/api/",
    "CSI_LOG_LEVEL": "DEBUG, INFO, WARNING, ERROR or CRITICAL",
    "CSI_PUSH_PER_MINUTE": "a whole number from 1",
    "CSI_POSTS_PER_SECOND": "a number above 0",
}
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


class Settings(BaseSettings):
    """Settings of one process; each field's environment variable is the field's name in capitals."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True, str_strip_whitespace=True
    )

    slack_bot_token: str = Field(default="", repr=False)
    slack_app_token: str = Field(default="", repr=False)
    slack_signing_secret: str = Field(default="", repr=False)
    slack_api_url: str = SLACK
    slack_client_id: str = ""
    slack_client_secret: str = Field(default="", repr=False)
    csi_token_key: str = Field(default="", repr=False)
    csi_record_key: str = Field(default="", repr=False)
    csi_metrics_token: str = Field(default="", repr=False)
    csi_database_url: str = Field(default="sqlite:///csi.db", repr=False)  # may hold a password, as the next
    csi_data_url: str = Field(default="data", repr=False)
    csi_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    csi_allow_private_addresses: str = ""
    csi_allow_database_folders: str = ""
    csi_push_per_minute: int = Field(default=60, ge=1)
    csi_posts_per_second: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    port: int = Field(default=3000, ge=0, le=65535)

    @field_validator("csi_log_level", mode="before")
    @classmethod
    def _in_capitals(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @field_validator("slack_api_url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        found = urlsplit(url)
        if found.scheme not in ("http", "https") or not found.hostname:
            raise ValueError("no address")
        return url

    @classmethod
    def read(cls, **given: Any) -> Self:
        """The settings as the environment gives them, but for those given here.

        Raises:
            InvalidInputs: naming every variable that cannot be, and what was expected; never its value.
        """
        try:
            return cls(**given)
        except ValidationError as wrong:
            names = [str(one["loc"][0]).upper() for one in wrong.errors(include_input=False)]
        raise InvalidInputs([InvalidInput(name, f"expected {EXPECTED[name]}.") for name in names])

    def reach_directly(self) -> None:
        """Use no proxy in this process, when Slack's address is on this machine or named in NO_PROXY.

        slack_sdk takes a proxy from the environment, and knows no exception from it.
        """
        host = urlsplit(self.slack_api_url).hostname or ""
        if _on_this_machine(host) or proxy_bypass(host):
            for name in PROXIES:
                os.environ.pop(name, None)
                os.environ.pop(name.lower(), None)

    @property
    def several_workspaces(self) -> bool:
        """Whether workspaces install the app by OAuth, rather than one token being given."""
        return bool(self.slack_client_id) and not self.slack_bot_token

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be seen nowhere; several keys of one setting one by one."""
        named = (
            self.slack_bot_token,
            self.slack_app_token,
            self.slack_signing_secret,
            self.slack_client_secret,
            self.csi_token_key,
            self.csi_record_key,
            self.csi_metrics_token,
        )
        return tuple(part.strip() for one in named for part in one.split(",") if part.strip())

    @property
    def api_url(self) -> str:
        """The Web API's address, with the slash the client needs."""
        return self.slack_api_url.rstrip("/") + "/"

    def require(self, *names: str) -> Settings:
        """These settings, when each named variable is set.

        Raises:
            InvalidInputs: naming every variable that is missing, and what it is.
        """
        missing = [name for name in names if not getattr(self, name.lower())]
        if missing:
            raise InvalidInputs([InvalidInput(name, f"not set; expected {WHY[name]}.") for name in missing])
        return self

    def for_socket(self) -> Settings:
        """These settings, when Socket Mode can start with them."""
        return self.require("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")

    def for_web(self) -> Settings:
        """These settings, when the web process can start with them."""
        if self.several_workspaces:
            return self.require("SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "CSI_TOKEN_KEY")
        return self.require("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")

    def for_sending(self) -> Settings:
        """These settings, when posts can be sent with them."""
        if self.several_workspaces:
            return self.require("CSI_TOKEN_KEY")
        return self.require("SLACK_BOT_TOKEN")


def _on_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
