"""Which certificate authorities the bot trusts: loaded once, as to load them takes longer than most requests."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def slack() -> ssl.SSLContext:
    """For Web API and Socket Mode: those of the machine. slack_sdk alone would load them for every call."""
    return ssl.create_default_context()


@cache
def files() -> ssl.SSLContext:
    """For files to and from Slack: httpx's own. It alone would load them for every file."""
    return httpx.create_ssl_context()
