"""The way in for tools: ``POST /v1/measurements`` with a source's token."""

from bot.push.endpoint import routes

__all__ = ["routes"]
